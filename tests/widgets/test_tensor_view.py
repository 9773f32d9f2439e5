"""TensorView: what may be typed, where each element lies, what is said, the static forms."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import edugrad
from edugrad import devices
from edugrad_widgets import MatmulView, TensorView
from edugrad_widgets.tensor_broadcast import broadcast_scene
from edugrad_widgets.tensor_cells import memory_of
from edugrad_widgets.tensor_expression import METHODS, Broadcast, Refused, Selection, evaluate
from tests import standin

SVG = "{http://www.w3.org/2000/svg}"


def matrix():
    return edugrad.arange(12).reshape(3, 4)


def evaluated(text, **more):
    tensors = {"x": matrix(), **more}
    outcome = evaluate(text, tensors)
    assert isinstance(outcome, Selection)
    return outcome


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x", "same"),
        ("x[1]", "view"),
        ("x[-1, 2]", "view"),
        ("x[1:, None]", "view"),
        ("x[..., ::2]", "view"),
        ("x.T[1:]", "view"),
        ("x.view(2, 6)", "view"),
        ("x.reshape(-1)", "view"),
        ("x.T.reshape(-1)", "copy"),
        ("x.expand(2, 3, 4)", "view"),
        ("x.unsqueeze(dim=0)", "view"),
        ("x[[0, 2]]", "copy"),
        ("x[:, [1, 1, 0]]", "copy"),
        ("x[x > 5]", "copy"),
        ("x[(x > 2) & ~(x > 8)]", "copy"),
        ("x[index]", "copy"),
        ("x.flip(0)", "copy"),
        ("x.repeat(2, 1)", "copy"),
        ("x.clone()", "copy"),
        (" x[ 0 ] ", "view"),
    ],
)
def test_indexing_and_reshaping_are_followed_to_their_source(text, kind):
    x, index = matrix(), edugrad.tensor([2, 0])
    outcome = evaluated(text, index=index)
    expected = eval(text.strip(), {"x": x, "index": index})
    assert outcome.kind == kind
    assert np.array_equal(outcome.result.numpy(), expected.numpy())
    assert outcome.origin.shape == tuple(expected.shape)
    assert np.array_equal(x.numpy().ravel()[outcome.origin], expected.numpy())


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "x.__class__",
        "x.numpy()",
        "x.data",
        "().__class__",
        "[1][0]",
        "x if x else x",
        "lambda: x",
        "[y for y in x]",
        "x := 1",
        "x = 1",
        "x; x",
        "x[",
        "",
        "\x00",
        "x[0](1)",
        "x.view(*x)",
        "x.view(**x)",
        "x['a']",
        "x[1.5]",
        "f'{x}'",
        "x.add_(1)",
        "x.sum()",
        "x @ x",
        "-x",
        "x + x + x",
        "1 + 1",
        "x < x < x",
        "x in x",
        "(" * 100 + "x" + ")" * 100,
        "x" * 201,
        "x[10**9]",
        "x.expand(1000, 1000, 3, 4)",
        "x.repeat(100000, 100000)",
        "x[x.expand(1000, 3, 4)]",
        "x.expand(80000, 3, 4).reshape(-1)[:, None] + x.expand(80000, 3, 4).reshape(-1)",
        "x[x.expand(80000, 3, 4).reshape(-1)[:, None] > x.expand(80000, 3, 4).reshape(-1)]",
    ],
)
def test_anything_else_is_refused_and_nothing_is_carried_out(text):
    x = matrix()
    with pytest.raises(Refused):
        evaluate(text, {"x": x})
    assert x.tolist() == matrix().tolist()


def test_no_method_that_is_shown_writes_or_leaves_tensors():
    assert not [name for name in METHODS if name.endswith("_") or name.startswith("_")]
    for name in METHODS:
        assert callable(getattr(matrix(), name))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x[5]", "IndexError: index 5 is out of bounds for dimension 0 with size 3"),
        ("x.view(5)", "RuntimeError: shape '[5]' is invalid for input of size 12"),
        ("x.T.view(12)", "use reshape(…), which copies where it must"),
        ("x[::-1]", "ValueError: step must be greater than zero"),
        ("w[0]", "there is no tensor called 'w' here\n  got:  w\n  mend: known here: x;"),
        ("x.sum()", "the method 'sum' is not shown here\n  got:  x.sum()\n  mend: try x[0]"),
    ],
)
def test_errors_say_the_rule_and_the_mend(text, message):
    view = TensorView(matrix(), names={}, expression=text)
    x = next(iter(view.tensors))
    assert (
        message.replace("x", x) in view.picture["sentence"] or message in view.picture["sentence"]
    )
    assert view.picture["failed"]
    assert "source.11" in view.picture["cells"], "the tensor itself is still shown"


def test_every_cell_lies_where_the_strides_say():
    x = edugrad.arange(24).reshape(2, 3, 4)
    for text in ("x", "x[1]", "x.permute(2, 0, 1)", "x[:, 1:, ::2]", "x.flip(1)", "x[:, [2, 0]]"):
        view = TensorView(x, expression=text, names={"x": x})
        cells = view.scene.cells()
        shown = {"memory": memory_of(x)}
        outcome = evaluate(text, {"x": x})
        if outcome.kind == "copy":
            shown["own"] = memory_of(outcome.result)
        block = "source" if outcome.kind == "same" else "result"
        for place, value in enumerate(outcome.result.reshape(-1).tolist()):
            cell = cells[f"{block}.{place}"]
            assert cell.value == str(value)
            for lit in cell.lit:
                strip, _, where = lit.partition(".")
                if strip in shown:
                    assert shown[strip][int(where)] == value
                assert cells[lit].value == str(value)


def test_what_is_said_about_a_view():
    x = matrix()
    view = TensorView(x, expression="x[1:, ::2]")
    assert view.picture["sentence"] == (
        "A view: x[1:, ::2] shares the memory of x, nothing is copied. "
        "Its element [i, j] is memory cell 4 + i·4 + j·2."
    )
    assert view.picture["cells"]["result.3"] == {
        "say": "Element [1, 1] is memory cell 4 + 1·4 + 1·2 = 10, bytes 80 to 87, "
        "the same cell as x[2, 2].",
        "lit": ["memory.10", "source.10"],
    }
    assert view.picture["cells"]["source.10"]["lit"] == ["memory.10", "result.3"]


def test_a_copy_says_why_it_is_one():
    x = matrix()
    chosen = "Strides could describe it, but this kind of index or method always copies."
    walked = "No fixed steps forward lead through the memory of x in this order."
    for text, why in {
        "x[x > 5]": chosen,
        "x.clone()": chosen,
        "x[:, [0, 3]]": chosen,
        "x[:, [0, 1, 3]]": walked,
        "x.flip(0)": walked,
        "x.T.reshape(-1)": walked,
        "x.repeat(2, 1)": walked,
    }.items():
        sentence = TensorView(x, expression=text).picture["sentence"]
        assert sentence.startswith(f"A copy: {text} has memory of its own, "), text
        assert sentence.endswith(why), text


def test_a_tensor_that_is_a_view_itself_shows_which_memory_is_its_own():
    base = edugrad.arange(10)
    x = base[2:8:2]
    view = TensorView(x)
    states = [cell.state for cell in view.scene.strips[0].cells]
    assert [place for place, state in enumerate(states) if state] == [2, 4, 6]
    assert "memory cell 2 + i·2" in view.picture["sentence"]


def test_memory_from_outside_is_shown_with_its_gaps():
    x = edugrad.from_numpy(np.arange(10)[:9:2])
    values = [cell.value for cell in TensorView(x).scene.strips[0].cells]
    states = [cell.state for cell in TensorView(x).scene.strips[0].cells]
    assert values == [str(place) for place in range(9)]
    assert states == ["taken", ""] * 4 + ["taken"]


@pytest.mark.parametrize("dtype", [edugrad.bool, edugrad.uint8, edugrad.float16])
def test_every_dtype_and_tensors_that_require_gradients(dtype):
    x = edugrad.tensor([[1, 0, 1], [0, 0, 1]], dtype=dtype)
    if x.is_floating_point():
        x.requires_grad_()
    view = TensorView(x)
    for example in view.picture["examples"]:
        view.expression = example
        assert not view.picture["failed"], view.picture["sentence"]
    assert x.grad is None


def test_broadcasting_stretches_as_numpy_does():
    lengths = (1, 2, 3)
    shapes = [shape for n in range(3) for shape in itertools.product(lengths, repeat=n)]
    for one, other in itertools.product(shapes, shapes):
        x = edugrad.arange(int(np.prod(one))).reshape(one) * 1.0
        y = edugrad.arange(int(np.prod(other))).reshape(other) * 10.0
        outcome = evaluate("x + y", {"x": x, "y": y})
        assert isinstance(outcome, Broadcast)
        scene = broadcast_scene(outcome)
        try:
            expected = x.numpy() + y.numpy()
        except ValueError:
            assert outcome.result is None
            assert scene.failed
            kinds = [kind for row in scene.shapes for _, kind in row.lengths]
            assert "clash" in kinds
            continue
        stretched = [np.broadcast_to(t.numpy(), expected.shape) for t in (x, y)]
        cells = scene.cells()
        for place in range(expected.size):
            shown = [float(cells[f"{b}.{place}"].value) for b in ("operand0", "operand1", "result")]
            assert shown == [
                stretched[0].flat[place],
                stretched[1].flat[place],
                expected.flat[place],
            ]


def test_what_is_said_about_a_broadcast():
    x, y = edugrad.tensor([[1.0], [2.0], [3.0]]), edugrad.tensor([10.0, 20.0])
    view = TensorView(x, y, expression="x + y")
    assert view.picture["sentence"] == (
        "x of shape (3, 1) is read as (3, 2) with strides (1, 0), "
        "y of shape (2,) is read as (3, 2) with strides (0, 1): "
        "a stride of 0 reads an element again, nothing is copied."
    )
    assert view.picture["cells"]["result.3"]["say"] == "x[1, 0] + y[1]: 2 + 20 gives 22."
    assert view.picture["cells"]["operand1.3"]["say"] == "y[1] is 20, read again at [1, 1]."
    rows = [(row.title, [kind for _, kind in row.lengths]) for row in view.scene.shapes]
    assert rows == [("x", ["", "stretched"]), ("y", ["missing", ""]), ("result", ["", ""])]


def test_two_numbers_meet():
    x, y = edugrad.tensor(2.0), edugrad.tensor(3.0)
    assert TensorView(x, y, expression="x * y").scene.cells()["result.0"].value == "6"


def test_numbers_and_comparisons_are_operands_too():
    x = matrix()
    view = TensorView(x, expression="x >= 6")
    assert [cell.value for cell in view.scene.cells().values()][-2:] == ["True", "True"]
    assert view.picture["sentence"] == "The number meets every element of the tensor."


def test_shapes_that_clash_are_marked_where_they_do():
    x, y = matrix(), edugrad.ones(3)
    view = TensorView(x, y, expression="x * y")
    assert view.picture["sentence"].startswith("RuntimeError: The size of tensor a (4) must match")
    rows = [row.lengths for row in view.scene.shapes]
    assert rows == [(("3", ""), ("4", "clash")), (("", "missing"), ("3", "clash"))]


def test_large_tensors_are_shown_by_their_ends():
    x = edugrad.arange(60_000).reshape(10, 100, 60)
    view = TensorView(x, expression="x[3, 50:52]")
    cells = view.picture["cells"]
    assert len(cells) < 700
    assert cells["source.59999"]["say"].startswith("x[9, 99, 59] is memory cell 0 + 9·6000")
    assert "memory.21000" in cells, "what is read is shown"
    assert len(json.dumps(view.picture)) < 400_000


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (2, 2, 2, 2)])
def test_any_number_of_dimensions(shape):
    x = edugrad.ones(shape)
    ET.fromstring(TensorView(x).static_svg())
    assert repr(TensorView(x)) == f"TensorView(x: float32 {shape})"


def test_special_values_are_written_out():
    x = edugrad.tensor([float("nan"), float("-inf"), 1.23456789e-12, 123456789.0])
    values = [cell.value for cell in TensorView(x).scene.strips[0].cells]
    assert values == ["NaN", "-inf", "1.235e-12", "1.235e+08"]


def test_the_state_is_in_traits():
    x = matrix()
    view = TensorView(x)
    view.selected = "source.3"
    view.expression = "x.T"
    assert view.selected == ""
    assert view.picture["expression"] == "x.T"
    view.selected = "nonsense"
    assert view.selected == ""
    assert {"x.T", "x.reshape(-1)"} <= set(view.picture["examples"])
    for example in view.picture["examples"]:
        view.expression = example
        assert not view.picture["failed"], example


@pytest.mark.parametrize(("given", "got"), [((), "nothing"), (([1, 2],), "list ([1, 2])")])
def test_anything_but_tensors_is_refused(given, got):
    with pytest.raises(TypeError) as caught:
        TensorView(*given)
    assert str(caught.value) == (
        f"TensorView shows tensors\n  got:  {got}\n"
        "  mend: TensorView(x), or TensorView(x, y) to use both in an expression"
    )


def test_a_long_expression_does_not_widen_the_picture():
    x = matrix()
    long = "x" + ".T" * 90
    for expression in (long, f"{long} + 1"):
        root = ET.fromstring(TensorView(x, expression=expression).static_svg())
        assert float(root.get("width")) == 660
        assert any((text.text or "").endswith("…") for text in root.iter(f"{SVG}text"))


def test_the_static_forms_stand_alone():
    x = matrix()
    bundle, _ = TensorView(x, expression="x.T")._repr_mimebundle_()
    assert "var(" not in bundle["image/svg+xml"]
    ET.fromstring(bundle["image/svg+xml"])
    assert bundle["text/plain"].splitlines()[0] == "TensorView(x: int64 (3, 4); x.T)"
    assert "    strides (1, 4), offset 0, not contiguous" in bundle["text/plain"]


def test_texts_fit_into_their_cells():
    x = edugrad.tensor([[-1.2345e-10, 3.0], [123456.78, float("-inf")]])
    for group in ET.fromstring(TensorView(x).static_svg()).iter(f"{SVG}g"):
        if group.get("data-cell"):
            width = float(group.find(f"{SVG}rect").get("width"))
            assert len(group.find(f"{SVG}text").text) * 6.63 <= width


def test_the_same_picture_in_another_process():
    program = (
        "import edugrad, hashlib; from edugrad_widgets import TensorView; x = edugrad.arange(12)"
        ".reshape(3, 4); print(hashlib.sha256(TensorView(x, expression='x[x > 5]', names={'x': x})"
        ".static_svg().encode()).hexdigest())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    x = matrix()
    here = TensorView(x, expression="x[x > 5]", names={"x": x}).static_svg()
    assert answer.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


def test_tensors_on_another_device_are_shown_alike(monkeypatch):
    monkeypatch.setattr(standin, "__name__", "cupy")
    devices.use_array_module("cuda", standin)
    try:
        for text in ("x", "x.T", "x[x > 5]", "x[:, None] + y", "x.flip(0)"):
            x, y = matrix(), edugrad.ones(4)
            host = TensorView(x, y, expression=text, names={"x": x, "y": y})
            x, y = x.to("cuda"), y.to("cuda")
            there = TensorView(x, y, expression=text, names={"x": x, "y": y})
            assert there.picture == host.picture
        counted = [MatmulView(one, one.T).static_text().splitlines() for one in (x, x.cpu())]
        assert counted[0][1:] == counted[1][1:]
    finally:
        devices.use_array_module("cuda", None)
