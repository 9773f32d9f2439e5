"""The short path gives what the long way gives: values, gradients, nodes and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import tensor
from edugrad.autograd.graph import record
from edugrad.ops.arithmetic import Add, Div, Maximum, Mul
from edugrad.ops.registry import OPS

OPERANDS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "alike": lambda: (leaf(2, 3), leaf(2, 3)),
    "broadcast": lambda: (leaf(2, 1), leaf(3)),
    "a number on the right": lambda: (leaf(3), 2.5),
    "a number on the left": lambda: (2, leaf(3)),
    "a constant": lambda: (leaf(3), edugrad.ones(3) * 4),
    "views": lambda: (leaf(3, 2).T, leaf(4, 3)[1:3]),
    "of no dimension": lambda: (leaf(), leaf()),
    "double precision": lambda: (leaf(3).double(), leaf(3).double()),
}


def leaf(*shape: int) -> Any:
    values = np.arange(1, 1 + np.prod(shape, dtype=int), dtype="float32").reshape(shape)
    return tensor(values / 4, requires_grad=True)


def everything(operands: tuple[Any, Any]) -> list[Any]:
    """A value, its node, and the gradients of two orders of the operands that have any."""
    a, b = operands
    result = (a * b) + (a * 2).exp() * 0.5 + (b * 1)
    wanted = [each for each in operands if isinstance(each, edugrad.Tensor) and each.requires_grad]
    first = edugrad.autograd.grad(result.sum(), wanted, create_graph=True)
    second = edugrad.autograd.grad(sum((each * each).sum() for each in first), wanted)
    found = [result, *first, *second]
    return [result.grad_fn.name(), *[(each.tolist(), each.dtype, each.stride()) for each in found]]


@pytest.mark.parametrize("name", [name for name in OPERANDS if "left" not in name])
def test_watched_or_not_the_results_are_the_same(name: str) -> None:
    quick = everything(OPERANDS[name]())
    with record():
        watched = everything(OPERANDS[name]())
    assert quick == watched


@pytest.mark.parametrize("name", OPERANDS)
def test_a_node_keeps_the_same(name: str) -> None:
    a, b = OPERANDS[name]()
    quick = Mul.call(a, b).grad_fn
    with record():
        watched = Mul.call(a, b).grad_fn
    assert quick.edges == watched.edges
    assert quick.site.line + 2 == watched.site.line
    assert quick.restore == watched.restore
    assert quick.needs_input_grad == watched.needs_input_grad
    assert quick.outputs[0][:2] == watched.outputs[0][:2]
    assert list(quick.constants) == list(watched.constants)


def test_a_view_that_is_out_of_date_is_made_again() -> None:
    base = leaf(3) * 1
    view = base[1:]
    base.mul_(2)
    (view * 3).sum().backward()
    assert view.grad_fn.name() == "AsStridedBackward0"  # as in PyTorch


def test_shapes_that_do_not_fit_are_explained() -> None:
    with pytest.raises(RuntimeError, match="must match the size of tensor b"):
        Add.call(edugrad.ones(2), edugrad.ones(3))


def test_where_the_graph_was_cut_is_remembered() -> None:
    x = leaf(2)
    with edugrad.no_grad():
        y = x * 2
    with pytest.raises(RuntimeError, match=r"cut by no_grad at line \d+ of test_short_path.py"):
        (y + 1).sum().backward()


WRITES: dict[str, Callable[[], tuple[Any, Any]]] = {
    "alike": lambda: (plain(2, 3), plain(2, 3)),
    "broadcast": lambda: (plain(2, 3), plain(3)),
    "a number": lambda: (plain(3), 2.5),
    "itself": lambda: (t := plain(3), t),
    "a view": lambda: (plain(4, 2)[1:3], plain(2)),
    "a transpose": lambda: (plain(2, 3).T, plain(3, 2)),
    "of no dimension": lambda: (plain(), plain()),
    "another type": lambda: (plain(3), tensor([1, 2, 3])),
    "a leaf": lambda: (leaf(3), leaf(3)),
}


def plain(*shape: int) -> Any:
    return leaf(*shape).detach().clone()


@pytest.mark.parametrize("op", [Add, Div, Maximum, OPS["gt"].op], ids=lambda op: op.op_name)
@pytest.mark.parametrize("name", WRITES)
def test_watched_or_not_the_same_is_written(op: Any, name: str) -> None:
    (a, b), (c, d) = WRITES[name](), WRITES[name]()
    with edugrad.no_grad():
        assert op.apply_(a, b) is a
        with record():
            op.apply_(c, d)
    assert a.tolist() == c.tolist()
    assert (
        (a._version, a._storage.writer) == (c._version, c._storage.writer) == (1, f"{op.op_name}_")
    )
    assert a._storage.written_at.line + 2 == c._storage.written_at.line


def test_a_write_that_a_graph_needs_is_part_of_it() -> None:
    x = leaf(2)
    y = plain(2)
    y += x
    assert y.grad_fn.name() == "AddBackward0"
    total = plain(3) * x.sum()
    total *= 2
    assert total.grad_fn.name() == "MulBackward0"


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (plain(3), plain(2, 3), "doesn't match the broadcast shape"),
        (plain(3), plain(2), "must match the size of tensor b"),
        (plain(1).expand(3), 1.0, "more than one element of the written-to tensor"),
        (leaf(2), 1.0, "a leaf Variable that requires grad"),
        (leaf(2)[:1], 1.0, "a view of a leaf Variable that requires grad"),
    ],
)
def test_what_may_not_be_written_is_refused(a: Any, b: Any, message: str) -> None:
    before = a.tolist()
    with pytest.raises(RuntimeError, match=message):
        a += b
    assert a.tolist() == before


def test_a_write_moves_the_version_on() -> None:
    x, factor = leaf(2), plain(2)
    y = x * factor
    factor += 1
    with pytest.raises(RuntimeError, match="add_"):
        y.sum().backward()
