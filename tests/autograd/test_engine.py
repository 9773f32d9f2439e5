"""The engine: how gradients meet, where they end, and what is kept. Numbers are PyTorch's."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import edugrad
from edugrad import tensor
from edugrad.autograd import backward, grad


def leaf(*values: float) -> Any:
    return tensor(list(values), requires_grad=True)


def first_line(raised: pytest.ExceptionInfo[Exception]) -> str:
    return str(raised.value).split("\n")[0]


class TestPaths:
    def test_a_diamond_adds_its_two_sides(self) -> None:
        x = tensor(3.0, requires_grad=True)
        square = x * x
        (square * x + square).backward()
        assert x.grad.item() == 3 * 9 + 2 * 3

    def test_one_tensor_as_both_inputs(self) -> None:
        x = leaf(2.0, 3.0)
        (x * x).sum().backward()
        assert x.grad.tolist() == [4.0, 6.0]

    def test_a_ladder_of_diamonds_visits_each_node_once(self) -> None:
        x = tensor(1.0, requires_grad=True)
        y, calls = x, []
        for _ in range(40):
            y = y + y
            y.grad_fn.register_prehook(lambda gradients: calls.append(1))
        y.backward()
        assert x.grad.item() == 2.0**40
        assert len(calls) == 40

    def test_a_node_waits_for_a_late_gradient(self) -> None:
        """A short path reaches ``early`` long before the long one does."""
        x = tensor(2.0, requires_grad=True)
        early = x * 3
        long = early
        for _ in range(10):
            long = long * 1.0
        visits: list[float] = []
        early.register_hook(lambda gradient: visits.append(gradient.item()))
        (long + early).backward()
        assert visits == [2.0]
        assert x.grad.item() == 6.0

    def test_broadcasting_is_undone(self) -> None:
        a = edugrad.ones(3, 1, requires_grad=True)
        b = edugrad.ones(2, requires_grad=True)
        c = tensor(1.0, requires_grad=True)
        (a * b + c).sum().backward()
        assert (a.grad.shape, b.grad.shape, c.grad.shape) == ((3, 1), (2,), ())
        assert a.grad.tolist() == [[2.0]] * 3
        assert b.grad.tolist() == [3.0, 3.0]
        assert c.grad.item() == 6.0

    def test_gradients_have_the_dtype_of_their_leaf(self) -> None:
        x = leaf(1.0, 2.0)
        half = edugrad.ones(2, dtype=edugrad.float16, requires_grad=True)
        double = edugrad.ones(2, dtype=edugrad.float64, requires_grad=True)
        ((x * double).sum() + (half.float() * 2).sum()).backward()
        assert x.grad.dtype is edugrad.float32
        assert double.grad.dtype is edugrad.float64
        assert repr(half.grad) == "tensor([2., 2.], dtype=edugrad.float16)"

    def test_several_outputs_of_one_node(self) -> None:
        x = edugrad.arange(4.0).requires_grad_()
        first, _ = x.split(2)
        (first * 2).sum().backward()
        assert x.grad.tolist() == [2.0, 2.0, 0.0, 0.0]
        values, places = tensor([[1.0, 5.0], [7.0, 2.0]], requires_grad=True).max(dim=1)
        assert values.requires_grad
        assert not places.requires_grad

    def test_unused_outputs_send_zeros(self) -> None:
        x = tensor([[1.0, 5.0], [7.0, 2.0]], requires_grad=True)
        for row in x.unbind(0)[1:]:
            row.sum().backward()
        assert x.grad.tolist() == [[0.0, 0.0], [1.0, 1.0]]


class TestRoots:
    def test_several_roots_add_up(self) -> None:
        x = leaf(1.0, 1.0)
        y = x * 2
        backward([y.sum(), (y * 3).sum()])
        assert x.grad.tolist() == [8.0, 8.0]

    def test_roots_with_their_gradients(self) -> None:
        x = leaf(1.0, 2.0)
        found = grad([(x * 2).sum(), x * 3], [x], [None, tensor([1.0, 10.0])])
        assert found[0].tolist() == [5.0, 32.0]
        y = (x * x).sum()
        assert grad([y, y], x)[0].tolist() == [4.0, 8.0]

    def test_a_root_may_lie_on_the_way_of_another(self) -> None:
        x = tensor(3.0, requires_grad=True)
        y = x * x
        backward([y * y, y])
        assert x.grad.item() == 4 * 27 + 6

    def test_a_leaf_is_its_own_root(self) -> None:
        x = tensor(2.0, requires_grad=True)
        x.backward()
        assert x.grad.item() == 1.0
        y = leaf(1.0, 2.0)
        y.backward(tensor([3.0, 4.0]))
        assert y.grad.tolist() == [3.0, 4.0]

    def test_gradient_weighs_the_outputs(self) -> None:
        x = leaf(1.0, 2.0, 3.0)
        (x * x).backward(gradient=tensor([1.0, 0.0, 10.0]))
        assert x.grad.tolist() == [2.0, 0.0, 60.0]

    def test_no_roots_do_nothing(self) -> None:
        backward([], [])

    @pytest.mark.parametrize(
        ("call", "error", "rule"),
        [
            (
                lambda x: (x * x).backward(),
                RuntimeError,
                "grad can be implicitly created only for scalar outputs",
            ),
            (
                lambda x: (x * x).backward(edugrad.ones(3)),
                RuntimeError,
                "Mismatch in shape: grad_output[0] has a shape of edugrad.Size([3]) and output[0] "
                "has a shape of edugrad.Size([2]).",
            ),
            (
                lambda x: (x * x).backward([3]),
                TypeError,
                "gradients can be either Tensors or None",
            ),
            (
                lambda x: backward([x, x], [edugrad.ones(2)]),
                RuntimeError,
                "got 2 tensors and 1 gradients",
            ),
            (
                lambda x: x.sum().backward(inputs=[]),
                RuntimeError,
                "`inputs` argument to `backward()` cannot be empty.",
            ),
            (
                lambda x: x.sum().backward(inputs=[edugrad.ones(2)]),
                RuntimeError,
                "One of the differentiated Tensors does not require grad",
            ),
        ],
    )
    def test_errors(self, call: Any, error: type[Exception], rule: str) -> None:
        x = leaf(1.0, 2.0)
        with pytest.raises(error) as raised:
            call(x)
        assert first_line(raised) == rule
        assert x.grad is None


class TestAccumulation:
    def test_backward_adds_to_grad(self) -> None:
        x = leaf(1.0, 2.0)
        for _ in range(3):
            (x * x).sum().backward()
        assert x.grad.tolist() == [6.0, 12.0]

    def test_in_place_into_the_same_tensor(self) -> None:
        x = leaf(1.0, 1.0)
        x.sum().backward()
        held = x.grad
        x.sum().backward()
        assert held is x.grad
        assert held.tolist() == [2.0, 2.0]

    def test_into_a_new_tensor_while_a_graph_is_recorded(self) -> None:
        x = leaf(1.0, 1.0)
        x.sum().backward(create_graph=True)
        held = x.grad
        x.sum().backward(create_graph=True)
        assert held is not x.grad
        assert held.tolist() == [1.0, 1.0]
        assert x.grad.tolist() == [2.0, 2.0]

    def test_plain_backward_after_create_graph(self) -> None:
        x = leaf(1.0, 1.0)
        x.sum().backward(create_graph=True)
        x.sum().backward()
        assert x.grad.tolist() == [2.0, 2.0]

    def test_a_leaf_that_asks_no_more_gets_none(self) -> None:
        x = leaf(1.0)
        y = (x * 2).sum()
        x.requires_grad_(False)
        y.backward()
        assert x.grad is None

    def test_a_leaf_that_became_a_result(self) -> None:
        x, w = leaf(1.0), leaf(2.0)
        y = (x * 2).sum()
        x.requires_grad_(False)
        x.add_(w)
        with pytest.raises(RuntimeError) as raised:
            y.backward()
        assert str(raised.value) == (
            "leaf variable has been moved into the graph interior\n"
            "  got:  a tensor of shape (1,), now the result of <AddBackward0>\n"
            "  mend: after detach_() or requires_grad_(False), compute with a new tensor instead "
            "of writing into the old one"
        )


class TestNothingIsShared:
    """``grad`` never shares memory with another gradient or with the user's tensors."""

    def distinct(self, *tensors: Any) -> None:
        for written in tensors:
            before = [other.tolist() for other in tensors if other is not written]
            written.add_(100)
            assert [other.tolist() for other in tensors if other is not written] == before

    @pytest.mark.parametrize("create_graph", [False, True])
    def test_the_two_gradients_of_a_sum(self, create_graph: bool) -> None:
        a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
        (a + b).backward(edugrad.ones(2), create_graph=create_graph)
        self.distinct(a.grad, b.grad)

    def test_the_users_gradient(self) -> None:
        for through in (lambda x: x, lambda x: x + 0, lambda x: x.view(2), lambda x: x.T):
            x, given = leaf(1.0, 2.0), edugrad.ones(2)
            through(x).backward(given)
            self.distinct(x.grad, given)

    def test_the_gradient_that_a_hook_keeps(self) -> None:
        seen: list[Any] = []
        x, other = leaf(1.0, 2.0), leaf(1.0, 2.0)
        y = x + other
        for each in (y, x, other):
            each.register_hook(seen.append)
        y.backward(edugrad.ones(2))
        for kept in seen:
            self.distinct(x.grad, other.grad, kept)

    def test_the_gradient_that_a_hook_returns(self) -> None:
        x, given = leaf(1.0, 2.0), edugrad.ones(2)
        x.register_hook(lambda gradient: given)
        (x * 3).sum().backward()
        self.distinct(x.grad, given)

    def test_a_retained_gradient(self) -> None:
        x = leaf(1.0, 2.0)
        y = x + 0
        y.retain_grad()
        (y + 0).sum().backward()
        self.distinct(x.grad, y.grad)

    def test_views_and_expanded_gradients(self) -> None:
        x, y = edugrad.ones(2, 3, requires_grad=True), edugrad.ones(3, 2, requires_grad=True)
        (x + y.T).sum().backward()
        self.distinct(x.grad, y.grad)
        assert x.grad.tolist() == [[101.0] * 3] * 2

    def test_results_of_grad_may_be_written_to(self) -> None:
        a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
        first, second = grad((a + b).sum(), [a, b])
        first = first * 1
        first.add_(5)
        assert second.tolist() == [1.0, 1.0]


class TestGraphsThatAreKept:
    def test_a_second_backward_says_what_was_freed(self) -> None:
        x = leaf(1.0, 2.0)
        y = (x * x).sum()
        y.backward()
        with pytest.raises(RuntimeError) as raised:
            y.backward()
        assert str(raised.value) == (
            "Trying to backward through the graph a second time: the values saved for the "
            "derivative were freed after the first\n"
            "  got:  MulBackward0 has nothing saved any more\n"
            "  mend: run the forward computation again for a new graph, or keep this one with "
            "backward(retain_graph=True) the first time"
        )
        assert x.grad.tolist() == [2.0, 4.0]

    def test_a_graph_that_saves_nothing_can_be_walked_again(self) -> None:
        x = leaf(1.0, 2.0)
        y = (x + x).sum()
        y.backward()
        y.backward()
        assert x.grad.tolist() == [4.0, 4.0]

    def test_retain_graph(self) -> None:
        x = leaf(1.0, 2.0)
        y = (x * x).sum()
        y.backward(retain_graph=True)
        y.backward()
        assert x.grad.tolist() == [4.0, 8.0]

    def test_a_part_of_the_graph_is_freed_with_the_whole(self) -> None:
        x = leaf(2.0)
        shared = x * x
        (shared * 3).sum().backward()
        with pytest.raises(RuntimeError, match="backward through the graph a second time"):
            (shared * 5).sum().backward()

    def test_higher_derivatives(self) -> None:
        x = tensor(2.0, requires_grad=True)
        value = x**4
        found = []
        for _ in range(4):
            (value,) = grad(value, x, create_graph=True)
            found.append(value.item())
        assert found == [32.0, 48.0, 48.0, 24.0]

    def test_a_gradient_penalty(self) -> None:
        x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
        (slope,) = grad((w * x * x).sum(), x, create_graph=True)
        (slope**2).sum().backward()
        assert w.grad.tolist() == [8 * 3.0, 8 * 4.0 * 4.0]
        assert x.grad.tolist() == [8 * 9.0, 8 * 16.0 * 2]

    def test_second_derivative_by_backward(self) -> None:
        x = tensor(2.0, requires_grad=True)
        (x**3).backward(create_graph=True)
        first = x.grad
        x.grad = None
        first.backward()
        assert (first.item(), x.grad.item()) == (12.0, 12.0)


class TestInputs:
    def test_only_the_named_leaves_accumulate(self) -> None:
        a, b = leaf(2.0), leaf(3.0)
        (a * b).sum().backward(inputs=[a])
        assert a.grad.tolist() == [3.0]
        assert b.grad is None
        (a * b).sum().backward(inputs=b)
        assert b.grad.tolist() == [2.0]

    def test_a_result_may_be_named(self) -> None:
        a = leaf(2.0)
        y = a * 3
        (y * y).sum().backward(inputs=[y])
        assert y.grad.tolist() == [12.0]
        assert a.grad is None

    def test_nodes_off_the_way_do_not_run(self) -> None:
        a, b = leaf(2.0), leaf(3.0)
        off = b.exp()
        ran: list[int] = []
        off.grad_fn.register_hook(lambda *gradients: ran.append(1))
        assert grad((a * off).sum(), a)[0].tolist() == pytest.approx([20.0855], abs=1e-4)
        assert ran == []

    def test_grad_touches_no_grad(self) -> None:
        a, b = leaf(2.0), leaf(3.0)
        assert grad((a * b).sum(), [a, b])[1].tolist() == [2.0]
        assert a.grad is None
        assert b.grad is None

    def test_grad_of_a_result_and_of_itself(self) -> None:
        a = leaf(2.0)
        y = a * 3
        z = (y * y).sum()
        assert [g.tolist() for g in grad(z, [y, a])] == [[12.0], [36.0]]
        assert grad(y, y, edugrad.ones(1))[0].tolist() == [1.0]
        assert [g.tolist() for g in grad((a * 2).sum(), [a, a])] == [[2.0], [2.0]]

    def test_unused_inputs(self) -> None:
        a, unused = leaf(2.0), leaf(1.0, 1.0)
        with pytest.raises(RuntimeError) as raised:
            grad((a * a).sum(), [a, unused])
        assert str(raised.value) == (
            "The differentiated Tensor at index 1 appears to not have been used in the graph\n"
            "  got:  an input of shape (2,) on which the output does not depend\n"
            "  mend: pass allow_unused=True to get None for it"
        )
        assert grad((a * a).sum(), [a, unused], allow_unused=True)[1] is None
        zeros = grad((a * a).sum(), [a, unused], materialize_grads=True)[1]
        assert zeros.tolist() == [0.0, 0.0]
        with pytest.raises(ValueError, match="Expected allow_unused to be True or not passed"):
            grad((a * a).sum(), unused, materialize_grads=True, allow_unused=False)

    def test_arguments_in_the_order_of_pytorch(self) -> None:
        a, unused = leaf(2.0), leaf(1.0)
        assert grad(a * a, [a, unused], None, None, False, True, True)[1] is None
        with pytest.warns(FutureWarning, match="only_inputs argument is deprecated"):
            grad(a * a, a, only_inputs=False)

    def test_a_variable_is_a_tensor(self) -> None:
        x = edugrad.ones(2)
        variable = edugrad.autograd.Variable(x, requires_grad=True)
        (variable * 3).sum().backward()
        assert variable.grad.tolist() == [3.0, 3.0]
        assert not x.requires_grad
        assert variable.data_ptr() == x.data_ptr()
        assert isinstance(x, edugrad.autograd.Variable)

    def test_batched_gradients_give_one_product_a_row(self) -> None:
        x = edugrad.tensor([1.0, 2.0], requires_grad=True)
        unused = leaf(1.0)
        y = x * x
        both = grad(y, [x, unused], edugrad.eye(2), allow_unused=True, is_grads_batched=True)
        assert both[0].tolist() == [[2.0, 0.0], [0.0, 4.0]]
        assert both[1] is None
        with pytest.raises(RuntimeError, match="a second time"):
            y.sum().backward()
        (slopes,) = grad(x**3, x, edugrad.eye(2), create_graph=True, is_grads_batched=True)
        assert grad(slopes.sum(), x)[0].tolist() == [6.0, 12.0]


class TestModes:
    def test_backward_runs_without_recording(self) -> None:
        x = leaf(2.0)
        recorded: list[bool] = []
        x.register_hook(lambda gradient: recorded.append(edugrad.is_grad_enabled()))
        (x * x).sum().backward()
        (x * x).sum().backward(create_graph=True)
        assert recorded == [False, True]
        assert edugrad.is_grad_enabled()

    def test_backward_works_inside_no_grad(self) -> None:
        x = leaf(2.0)
        y = (x * x).sum()
        with edugrad.no_grad():
            y.backward()
            assert not edugrad.is_grad_enabled()
        assert x.grad.tolist() == [4.0]

    def test_a_failing_backward_puts_the_mode_back(self) -> None:
        x = leaf(2.0)
        x.register_hook(lambda gradient: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            (x * x).sum().backward()
        assert edugrad.is_grad_enabled()
        assert (x * 2).requires_grad

    def test_threads_have_modes_of_their_own(self) -> None:
        entered, finished = threading.Event(), threading.Event()
        seen: dict[str, Any] = {}

        def other() -> None:
            with edugrad.no_grad():
                entered.set()
                finished.wait(10)
                seen["inside"] = edugrad.is_grad_enabled()

        thread = threading.Thread(target=other)
        thread.start()
        assert entered.wait(10)
        x = leaf(2.0)
        seen["here"] = (x * 2).requires_grad
        finished.set()
        thread.join()
        assert seen == {"here": True, "inside": False}

    def test_two_threads_walk_two_graphs(self) -> None:
        leaves = [edugrad.full((50,), float(k), requires_grad=True) for k in range(4)]

        def work(x: Any) -> None:
            for _ in range(50):
                y = x
                for _ in range(10):
                    y = y * 1.0 + 0.0
                (y * y).sum().backward()

        threads = [threading.Thread(target=work, args=(x,)) for x in leaves]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [x.grad[0].item() for x in leaves] == [100.0 * k for k in range(4)]

    def test_backward_inside_a_hook(self) -> None:
        x, w = leaf(2.0), leaf(5.0)

        @edugrad.enable_grad()
        def another_pass(gradient: Any) -> None:
            (w * w).sum().backward()

        x.register_hook(another_pass)
        (x * 3).sum().backward()
        assert x.grad.tolist() == [3.0]
        assert w.grad.tolist() == [10.0]
