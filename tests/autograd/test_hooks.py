"""Hooks see gradients pass, in PyTorch's order, and may change them."""

from __future__ import annotations

from typing import Any

import pytest

import edugrad
from edugrad import tensor


def leaf(*values: float) -> Any:
    return tensor(list(values), requires_grad=True)


def first_line(raised: pytest.ExceptionInfo[Exception]) -> str:
    return str(raised.value).split("\n")[0]


def test_the_order_in_which_hooks_run() -> None:
    log: list[Any] = []
    x = leaf(1.0, 2.0)
    x.register_hook(lambda gradient: (log.append("x first"), gradient * 2)[1])
    x.register_hook(lambda gradient: log.append("x second"))
    x.register_post_accumulate_grad_hook(lambda p: log.append(("after", p.grad.tolist())))
    y = x * 3
    y.retain_grad()
    y.register_hook(lambda gradient: (log.append("y"), gradient + 1)[1])
    y.grad_fn.register_prehook(lambda arriving: log.append(("pre", arriving[0].tolist())))
    y.grad_fn.register_hook(
        lambda leaving, arrived: log.append(
            ("post", leaving[0].tolist(), leaving[1], arrived[0].tolist())
        )
    )
    y.sum().backward()
    assert log == [
        "y",
        ("pre", [2.0, 2.0]),
        ("post", [6.0, 6.0], None, [2.0, 2.0]),
        "x first",
        "x second",
        ("after", [12.0, 12.0]),
    ]
    assert y.grad.tolist() == [2.0, 2.0]


class TestTensorHooks:
    def test_a_hook_may_replace_the_gradient(self) -> None:
        x = leaf(1.0)
        x.register_hook(lambda gradient: gradient * 10)
        (x * 3).sum().backward()
        assert x.grad.tolist() == [30.0]

    def test_a_hook_is_removed_by_its_handle_once_or_twice(self) -> None:
        x = leaf(1.0)
        handle = x.register_hook(lambda gradient: gradient * 10)
        handle.remove()
        handle.remove()
        with x.register_hook(lambda gradient: gradient * 100):
            pass
        (x * 3).sum().backward()
        assert x.grad.tolist() == [3.0]

    def test_a_hook_sees_the_sum_of_all_paths(self) -> None:
        x = leaf(1.0)
        seen: list[list[float]] = []
        y = x * 1
        y.register_hook(lambda gradient: seen.append(gradient.tolist()))
        (y * 2 + y * 3).sum().backward()
        assert seen == [[5.0]]

    def test_a_hook_stays_with_the_value_it_was_registered_on(self) -> None:
        seen: list[Any] = []
        x = leaf(1.0)
        y = x * 2
        y.register_hook(lambda gradient: seen.append(("before", gradient.item())))
        y.mul_(3)
        y.register_hook(lambda gradient: seen.append(("after", gradient.item())))
        y.sum().backward()
        assert seen == [("after", 1.0), ("before", 3.0)]

    def test_one_of_several_outputs(self) -> None:
        x = edugrad.ones(4, requires_grad=True)
        first, second = x.split(2)
        first.register_hook(lambda gradient: gradient * 3)
        first.retain_grad()
        (first * 2 + second).sum().backward()
        assert x.grad.tolist() == [6.0, 6.0, 1.0, 1.0]
        assert first.grad.tolist() == [6.0, 6.0]

    def test_grad_runs_the_hooks_of_its_inputs(self) -> None:
        x = leaf(1.0)
        x.register_hook(lambda gradient: gradient * 5)
        assert edugrad.autograd.grad((x * 2).sum(), x)[0].tolist() == [10.0]
        y = x * 2
        y.register_hook(lambda gradient: gradient * 5)
        assert edugrad.autograd.grad((y * 2).sum(), y)[0].tolist() == [10.0]

    def test_a_hook_may_compute_with_a_graph(self) -> None:
        x = leaf(2.0)
        y = x * x
        y.register_hook(lambda gradient: gradient * x)
        (slope,) = edugrad.autograd.grad(y.sum(), x, create_graph=True)
        assert slope.tolist() == [8.0]
        assert edugrad.autograd.grad(slope.sum(), x)[0].tolist() == [8.0]

    @pytest.mark.parametrize(
        ("returned", "error", "rule"),
        [
            (edugrad.ones(3), RuntimeError, "hook 'wrong' has changed the size of value"),
            (
                edugrad.ones(2, dtype=edugrad.float64),
                RuntimeError,
                "hook 'wrong' has changed the type of value",
            ),
            (5, TypeError, "expected Variable, but hook returned 'int'"),
        ],
    )
    def test_what_a_hook_may_not_return(
        self, returned: Any, error: type[Exception], rule: str
    ) -> None:
        def wrong(gradient: Any) -> Any:
            return returned

        for through in (lambda x: x, lambda x: x * 2):
            x = leaf(1.0, 2.0)
            through(x).register_hook(wrong)
            target = through(x)
            target.register_hook(wrong)
            with pytest.raises(error) as raised:
                (target * 2).sum().backward()
            assert first_line(raised) == rule

    def test_a_tensor_without_gradient_has_no_hooks(self) -> None:
        with pytest.raises(RuntimeError) as raised:
            edugrad.ones(2).register_hook(print)
        assert str(raised.value) == (
            "cannot register a hook on a tensor that doesn't require gradient\n"
            "  got:  a tensor of shape (2,)\n"
            "  mend: make it with requires_grad=True"
        )


class TestNodeHooks:
    def test_a_prehook_may_replace_what_arrives(self) -> None:
        x = leaf(1.0)
        y = x * 2
        y.grad_fn.register_prehook(lambda arriving: (arriving[0] * 7,))
        y.sum().backward()
        assert x.grad.tolist() == [14.0]

    def test_a_hook_may_replace_what_leaves(self) -> None:
        x = leaf(1.0)
        y = x * 2
        y.grad_fn.register_hook(lambda leaving, arrived: (leaving[0] * 7, None))
        y.sum().backward()
        assert x.grad.tolist() == [14.0]

    def test_grad_of_a_tensor_is_taken_before_the_prehooks_of_its_node(self) -> None:
        x = leaf(1.0)
        y = x * 2
        y.grad_fn.register_prehook(lambda arriving: (arriving[0] * 5,))
        found = edugrad.autograd.grad((y * 2).sum(), [y, x])
        assert [each.tolist() for each in found] == [[2.0], [20.0]]

    def test_a_node_of_several_outputs_gets_none_for_an_unused_one(self) -> None:
        x = edugrad.ones(4, requires_grad=True)
        first, second = x.split(2)
        seen: list[Any] = []
        first.grad_fn.register_prehook(lambda arriving: seen.append(arriving))
        (second * 2).sum().backward()
        assert seen[0][0] is None
        assert seen[0][1].tolist() == [2.0, 2.0]

    def test_the_number_of_gradients_is_kept(self) -> None:
        y = leaf(1.0) * 2
        y.grad_fn.register_hook(lambda leaving, arrived: (leaving[0],))
        with pytest.raises(RuntimeError) as raised:
            y.sum().backward()
        assert first_line(raised) == (
            "hook '<lambda>' has returned an incorrect number of values (got 1, but expected 2)"
        )

    def test_nodes_can_be_looked_at(self) -> None:
        x = leaf(2.0)
        y = x * x
        total = y.sum()
        assert total.grad_fn.name() == "SumBackward0"
        assert repr(total.grad_fn) == "<SumBackward0>"
        assert total.grad_fn.next_functions == ((y.grad_fn, 0),)
        (left, _), (right, _) = y.grad_fn.next_functions
        assert left is right
        assert left.variable is x
        assert (y + 1.0).grad_fn.next_functions == ((y.grad_fn, 0), (None, 0))
        assert [g.tolist() for g in y.grad_fn(tensor([5.0]))] == [[10.0], [10.0]]


class TestRetainGrad:
    def test_keeps_the_gradient_of_a_result(self) -> None:
        x = leaf(1.0, 2.0)
        y = x * 2
        assert not y.retains_grad
        y.retain_grad()
        assert y.retains_grad
        (y * y).sum().backward()
        assert y.grad.tolist() == [4.0, 8.0]
        assert x.grad.tolist() == [8.0, 16.0]

    def test_adds_up_as_that_of_a_leaf(self) -> None:
        y = leaf(1.0) + 1
        y.retain_grad()
        total = (y + y).sum()
        total.backward()
        total.backward()
        assert y.grad.tolist() == [4.0]

    def test_is_taken_after_the_tensors_hooks(self) -> None:
        y = leaf(1.0) * 2
        y.retain_grad()
        y.register_hook(lambda gradient: gradient * 5)
        y.sum().backward()
        assert y.grad.tolist() == [5.0]

    def test_a_leaf_keeps_its_gradient_anyway(self) -> None:
        x = leaf(1.0)
        x.retain_grad()
        x.sum().backward()
        assert x.grad.tolist() == [1.0]
        assert not x.retains_grad

    @pytest.mark.parametrize("write", [lambda y: y.mul_(3), lambda y: y[0].mul_(3)])
    def test_follows_the_tensor_through_in_place_writes(self, write: Any) -> None:
        y = leaf(1.0, 1.0) * 2
        y.retain_grad()
        write(y)
        assert y.retains_grad
        (y * 2).sum().backward()
        assert y.grad.tolist() == [2.0, 2.0]

    def test_a_fresh_tensor_has_nothing_to_retain(self) -> None:
        with pytest.raises(RuntimeError) as raised:
            edugrad.ones(2).retain_grad()
        assert first_line(raised) == ("can't retain_grad on Tensor that has requires_grad=False")


class TestPostAccumulate:
    def test_runs_after_every_accumulation(self) -> None:
        x = leaf(1.0)
        seen: list[float] = []
        handle = x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
        for _ in range(2):
            (x * 3).sum().backward()
        (x * 3).sum().backward(inputs=[x])
        handle.remove()
        (x * 3).sum().backward()
        assert seen == [3.0, 6.0, 9.0]

    def test_may_use_the_gradient_up(self) -> None:
        x = leaf(1.0)

        @edugrad.no_grad()
        def step(parameter: Any) -> None:
            parameter.sub_(parameter.grad, alpha=0.1)
            parameter.grad = None

        x.register_post_accumulate_grad_hook(step)
        (x * 3).sum().backward()
        assert x.grad is None
        assert x.item() == pytest.approx(0.7)

    def test_grad_does_not_run_it(self) -> None:
        x = leaf(1.0)
        x.register_post_accumulate_grad_hook(lambda p: 1 / 0)
        assert edugrad.autograd.grad((x * 3).sum(), x)[0].tolist() == [3.0]

    def test_is_for_leaves(self) -> None:
        with pytest.raises(RuntimeError) as raised:
            (leaf(1.0) * 2).register_post_accumulate_grad_hook(print)
        assert first_line(raised) == (
            "post accumulate grad hooks cannot be registered on non-leaf tensors"
        )
