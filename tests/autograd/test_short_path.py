"""The short path gives what the long way gives: values, gradients, nodes and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import tensor
from edugrad.autograd.graph import record
from edugrad.ops.arithmetic import Add, Mul

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
