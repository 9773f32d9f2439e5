"""The errors of a beginner's first hours: each says the rule, what was got, and the mend."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import edugrad
from edugrad import devices, tensor
from tests import standin


def place(text: str, back: int = 1) -> str:
    """How an error names the line ``back`` lines above the caller's, which reads ``text``."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return f"line {frame.f_back.f_lineno - back} of test_messages.py: {text}"


def message(call: Any, error: type[Exception] = RuntimeError) -> str:
    with pytest.raises(error) as raised:
        call()
    return str(raised.value)


NO_GRAD = "element 0 of tensors does not require grad and does not have a grad_fn"
NO_GRAD_MEND = (
    "compute it from a tensor made with requires_grad=True, outside no_grad and without detach()"
)


class TestWhereTheGraphWasCut:
    def refused(self, loss: Any, got: str) -> None:
        assert message(loss.backward) == f"{NO_GRAD}\n  got:  {got}\n  mend: {NO_GRAD_MEND}"

    def test_detach(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        y = (x * 2).detach()
        where = place("y = (x * 2).detach()")
        self.refused((y * 3 + 1).sum(), f"the graph was cut by detach() at {where}")

    def test_detach_in_place(self) -> None:
        y = edugrad.ones(2, requires_grad=True) * 2
        y.detach_()
        where = place("y.detach_()")
        self.refused((y * 3).sum(), f"the graph was cut by detach_() at {where}")

    def test_data(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        y = x.data * 2
        where = place("y = x.data * 2")
        self.refused(y.sum(), f"the graph was cut by .data at {where}")

    @pytest.mark.parametrize("switch", [edugrad.no_grad, edugrad.inference_mode])
    def test_no_grad(self, switch: Any) -> None:
        x = edugrad.ones(2, requires_grad=True)
        with switch():
            y = x * 2
        where = place("y = x * 2")
        self.refused((y + 1).sum(), f"the graph was cut by no_grad at {where}")

    def test_a_view_made_under_no_grad(self) -> None:
        x = edugrad.ones(2, requires_grad=True) * 1
        with edugrad.no_grad():
            first = x[0]
        where = place("first = x[0]")
        self.refused(first, f"the graph was cut by no_grad at {where}")

    def test_a_write_under_no_grad(self) -> None:
        x, y = edugrad.ones(2, requires_grad=True), edugrad.zeros(2)
        with edugrad.no_grad():
            y.copy_(x)
        where = place("y.copy_(x)")
        self.refused(y.sum(), f"the graph was cut by no_grad at {where}")

    def test_an_integer_type(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        y = x.long()
        where = place("y = x.long()")
        got = f"the graph was cut by to(), which gave edugrad.int64, at {where}"
        self.refused(y.sum(), got)
        self.refused(y.float().sum(), got)
        self.refused(
            edugrad.arange(3).sum(),
            "a tensor of edugrad.int64: only floating-point tensors have gradients",
        )

    @pytest.mark.parametrize("name", ["argmax", "isnan"])
    def test_a_step_function(self, name: str) -> None:
        x = edugrad.ones(2, requires_grad=True)
        y = getattr(x, name)()
        where = place("y = getattr(x, name)()")
        got = f"the graph was cut by {name}(), which has no derivative, at {where}"
        self.refused(y.float().sum(), got)

    def test_a_comparison(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        hits = x > 0
        where = place("hits = x > 0")
        got = f"the graph was cut by gt(), which has no derivative, at {where}"
        self.refused(hits.float().mean(), got)

    def test_values_copied_out_of_the_graph(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        y = tensor([x[0], x[1] * 2])
        where = place("y = tensor([x[0], x[1] * 2])")
        self.refused(
            y.sum(), f"the graph was cut by tensor(), which copies values only, at {where}"
        )

    def test_a_fresh_tensor(self) -> None:
        fresh = "a fresh tensor: nothing it was computed from has requires_grad=True"
        self.refused(edugrad.ones(2).sum(), fresh)
        self.refused(tensor(edugrad.ones((), requires_grad=True).item()), fresh)

    def test_a_cut_does_not_outlive_what_it_cut(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        (x.detach() * x).sum().backward()
        assert x.grad.tolist() == [1.0, 1.0]


class TestBackward:
    def test_on_several_numbers(self) -> None:
        y = edugrad.ones(2, 3, requires_grad=True) * 2
        assert message(y.backward) == (
            "grad can be implicitly created only for scalar outputs\n"
            "  got:  backward() on a tensor of shape (2, 3)\n"
            "  mend: reduce it to one number first, e.g. x.sum().backward(), or pass the gradient "
            "to start from: x.backward(gradient=edugrad.ones_like(x))"
        )

    def test_twice(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        y = (x * x).sum()
        y.backward()
        assert message(y.backward) == (
            "Trying to backward through the graph a second time: the values saved for the "
            "derivative were freed after the first\n"
            "  got:  MulBackward0 has nothing saved any more\n"
            "  mend: run the forward computation again for a new graph, or keep this one with "
            "backward(retain_graph=True) the first time"
        )


class TestShapes:
    def test_that_cannot_be_broadcast(self) -> None:
        assert message(lambda: edugrad.ones(2, 3) + edugrad.ones(2)) == (
            "The size of tensor a (3) must match the size of tensor b (2) at non-singleton "
            "dimension 1\n"
            "  got:  add() of shapes (2, 3) and (2,); compared from the right, 3 meets 2\n"
            "  mend: sizes must be equal or 1: reshape or transpose one of them, "
            "e.g. x.unsqueeze(-1) or x.T"
        )

    def test_that_cannot_be_multiplied(self) -> None:
        text = message(lambda: edugrad.ones(64, 10) @ edugrad.ones(12, 3))
        assert text.startswith(
            "mat1 and mat2 shapes cannot be multiplied (64x10 and 12x3): the inner sizes 10 and 12 "
            "must be equal\n  got:  shapes (64, 10) and (12, 3)\n  mend: "
        )

    def test_an_index_that_is_not_there(self) -> None:
        rule, got, mend = message(lambda: edugrad.ones(2)[5], IndexError).split("\n")
        assert rule == "index 5 is out of bounds for dimension 0 with size 2"
        assert got.endswith("into a tensor of shape (2,)")
        assert mend.startswith("  mend: indices of a dimension of length n run from -n to n - 1")


class TestOperands:
    @pytest.mark.parametrize(
        ("other", "got", "mend"),
        [
            ("3", "Tensor and str", "convert the text to a number first: float(text)"),
            ([1, 2], "Tensor and list", "make a tensor of the list first: edugrad.tensor([…])"),
            ({}, "Tensor and dict", "convert it with edugrad.tensor(…) if it holds numbers"),
        ],
    )
    def test_of_a_type_that_is_not_supported(self, other: Any, got: str, mend: str) -> None:
        assert message(lambda: edugrad.ones(2) + other, TypeError) == (
            f"add() takes tensors and Python numbers\n  got:  {got}\n  mend: {mend}"
        )

    def test_nothing(self) -> None:
        assert message(lambda: edugrad.ones(2) * None, TypeError) == (
            "mul() takes tensors and Python numbers\n"
            "  got:  None\n"
            "  mend: check where the value comes from: a function without return gives None"
        )


class TestDevices:
    @pytest.fixture(autouse=True)
    def _gpu(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(standin, "__name__", "cupy")
        monkeypatch.setitem(sys.modules, "cupyx", standin.extended)
        devices.use_array_module("cuda", standin)
        yield
        devices.use_array_module("cuda", None)

    def test_are_not_mixed(self) -> None:
        here, there = edugrad.ones(2), edugrad.ones(2, device="cuda")
        for call in (lambda: here + there, lambda: there * here, lambda: here.copy_(there) * there):
            assert re.fullmatch(
                r"Expected all tensors to be on the same device\n"
                r"  got:  (add|mul)\(\) of tensors on (cpu and cuda:0|cuda:0 and cpu)\n"
                r'  mend: nothing moves by itself: bring them together with \.to\("cuda:0"\)',
                message(call),
            )

    def test_numpy_reads_the_cpu_only(self) -> None:
        there = edugrad.ones(2, device="cuda")
        assert message(there.numpy, TypeError) == (
            "can't convert cuda:0 device type tensor to numpy\n"
            "  got:  a tensor on cuda:0\n"
            "  mend: use tensor.cpu() to copy it to host memory first"
        )
        assert there.cpu().numpy().tolist() == [1.0, 1.0]

    def test_a_gradient_lives_where_its_tensor_lives(self) -> None:
        x = edugrad.ones(2, device="cuda", requires_grad=True)
        (x.cpu() * 3).sum().backward()
        assert str(x.grad.device) == "cuda:0"
        assert x.grad.tolist() == [3.0, 3.0]
        with pytest.raises(RuntimeError, match="attempting to assign a gradient with device 'cpu'"):
            x.grad = edugrad.ones(2)

    def test_a_tensor_says_where_it_is(self) -> None:
        there = edugrad.ones(2, device="cuda")
        assert repr(there) == "tensor([1., 1.], device='cuda:0')"
        assert there.is_cuda
        assert (there * 2).device is there.device
