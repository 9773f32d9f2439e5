"""Graphs of any length, and memory that goes back by reference counting alone."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad import tensor

LENGTH = 100_000


def chain(length: int) -> tuple[Any, Any]:
    x = tensor(1.0, requires_grad=True)
    y = x
    for _ in range(length):
        y = y + 1.0
    return x, y


@pytest.mark.usefixtures("without_garbage_collector")
class TestLongChain:
    def test_a_hundred_thousand_additions_forward_backward_and_freed(self) -> None:
        chain(10)
        before = sys.getallocatedblocks()
        x, y = chain(LENGTH)
        held = sys.getallocatedblocks() - before
        assert held > LENGTH, "a chain keeps its nodes"
        first = weakref.ref(y.grad_fn)
        assert y.item() == LENGTH + 1
        y.backward()
        assert x.grad.item() == 1.0
        del y
        assert first() is None
        assert sys.getallocatedblocks() - before < held / 100, "all nodes are gone"

    def test_a_chain_is_freed_without_backward(self) -> None:
        x, y = chain(LENGTH)
        nodes = [weakref.ref(y.grad_fn)]
        nodes.append(weakref.ref(y.grad_fn.next_functions[0][0]))
        del y
        assert [node() for node in nodes] == [None, None]
        assert x.item() == 1.0

    def test_a_chain_of_saved_tensors(self) -> None:
        x = tensor(1.0, requires_grad=True)
        y = x
        for _ in range(20_000):
            y = y * 1.0001
        y.backward()
        assert x.grad.item() == pytest.approx(1.0001**20_000, rel=1e-3)

    def test_a_chain_of_in_place_writes(self) -> None:
        x = tensor(1.0, requires_grad=True)
        y = x + 0.0
        for _ in range(20_000):
            y += 1.0
        y.backward()
        assert x.grad.item() == 1.0
        last = weakref.ref(y.grad_fn)
        del y
        assert last() is None

    def test_a_chain_of_views(self) -> None:
        x = edugrad.ones(1, requires_grad=True)
        y = x + 0.0
        for _ in range(2_000):
            y = y.view(1)
        y.sum().backward()
        assert x.grad.tolist() == [1.0]

    def test_a_chain_under_create_graph(self) -> None:
        x = tensor(1.0, requires_grad=True)
        y = x
        for _ in range(3_000):
            y = y * 1.0
        (slope,) = edugrad.autograd.grad(y, x, create_graph=True)
        (slope * x).backward()
        assert x.grad.item() == 1.0


def small_programs() -> list[Callable[[], Any]]:
    def in_place() -> Any:
        x = edugrad.ones(3, requires_grad=True)
        y = x * 2
        y[0] = 5.0
        y.mul_(y.detach().clone())
        return y.exp_().sum()

    def views() -> Any:
        x = edugrad.ones(3, 4, requires_grad=True)
        y = x * 2
        row = y[1]
        row.add_(1)
        return (row[1:] * y.T[0, 0]).sum()

    def double_backward() -> Any:
        x = edugrad.ones(3, requires_grad=True)
        (slope,) = edugrad.autograd.grad((x.exp() * x).sum(), x, create_graph=True)
        return (slope * slope).sum()

    def hooks() -> Any:
        x = edugrad.ones(3, requires_grad=True)
        y = x * 2
        y.retain_grad()
        y.register_hook(lambda gradient: gradient * 2)
        return y.tanh().sum()

    def custom() -> Any:
        return Square.apply(edugrad.ones(3, requires_grad=True)).sum()

    def losses() -> Any:
        x = edugrad.ones(4, 3, requires_grad=True)
        target = edugrad.zeros(4, 3)
        return edugrad.nn.functional.binary_cross_entropy_with_logits(x @ x.T @ x, target)

    return [in_place, views, double_backward, hooks, custom, losses]


class Square(edugrad.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        result = x * x
        ctx.save_for_backward(x, result)
        return result

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        x, _ = ctx.saved_tensors
        return gradient * 2 * x


@pytest.mark.usefixtures("without_garbage_collector")
@pytest.mark.parametrize("program", small_programs(), ids=lambda program: program.__name__)
@pytest.mark.parametrize("walk", [False, True], ids=["forward only", "and backward"])
def test_no_circle_is_left_behind(program: Callable[[], Any], walk: bool) -> None:
    program()
    gc.collect()
    result = program()
    if walk:
        result.backward()
    node = weakref.ref(result.grad_fn)
    del result
    assert node() is None
    assert gc.collect() == 0, "reference counting has left nothing for the collector"


@pytest.mark.usefixtures("without_garbage_collector")
class TestWhatIsKept:
    def test_backward_frees_what_was_saved(self) -> None:
        x = edugrad.ones(3, requires_grad=True)
        inner = x * 2
        saved = weakref.ref(inner)
        result = (inner * inner).sum()
        del inner
        assert saved() is not None, "mul has saved its input"
        result.backward()
        assert saved() is None

    def test_retain_graph_keeps_it(self) -> None:
        x = edugrad.ones(3, requires_grad=True)
        inner = x * 2
        saved = weakref.ref(inner)
        result = (inner * inner).sum()
        del inner
        result.backward(retain_graph=True)
        assert saved() is not None
        del result
        assert saved() is None

    def test_an_op_without_gradient_keeps_nothing(self) -> None:
        x = edugrad.ones(3)
        inner = x * 2
        gone = weakref.ref(inner)
        result = inner * inner
        del inner
        assert gone() is None
        assert result.grad_fn is None

    def test_addition_does_not_keep_its_inputs(self) -> None:
        x = edugrad.ones(3, requires_grad=True)
        inner = x * 2
        gone = weakref.ref(inner)
        result = inner + 1
        del inner
        assert gone() is None
        result.sum().backward()
        assert x.grad.tolist() == [2.0] * 3

    def test_a_result_is_not_kept_by_its_own_node(self) -> None:
        x = edugrad.ones(3, requires_grad=True)
        result = x.exp()
        node = result.grad_fn
        gone = weakref.ref(result)
        del result
        assert gone() is None
        assert node.name() == "ExpBackward0"

    def test_a_cut_keeps_no_frame_alive(self) -> None:
        def compute() -> Any:
            class Large:
                pass

            held = Large()
            return weakref.ref(held), (edugrad.ones(2, requires_grad=True) * 2).detach()

        gone, cut = compute()
        assert gone() is None
        assert cut.tolist() == [2.0, 2.0]

    def test_a_leafs_accumulator_goes_with_the_graph(self) -> None:
        x = edugrad.ones(3, requires_grad=True)
        y = x * 2
        accumulate = weakref.ref(y.grad_fn.next_functions[0][0])
        assert accumulate().name() == "torch::autograd::AccumulateGrad"
        del y
        assert accumulate() is None

    def test_gradients_in_transit_are_let_go(self) -> None:
        x = edugrad.ones(1000, requires_grad=True)
        seen: list[Any] = []
        y = x
        for _ in range(5):
            y = y * 2
            y.register_hook(lambda gradient: seen.append(weakref.ref(gradient)))
        y.sum().backward()
        assert [gradient() for gradient in seen] == [None] * 5
