"""Function: operations that a user writes, as in PyTorch."""

from __future__ import annotations

from typing import Any

import pytest

import edugrad
from edugrad import tensor
from edugrad.autograd import Function, grad, gradcheck, gradgradcheck


def leaf(*values: float) -> Any:
    return tensor(list(values), requires_grad=True)


def first_line(raised: pytest.ExceptionInfo[Exception]) -> str:
    return str(raised.value).split("\n")[0]


def made(forward: Any = lambda ctx, x: x * 2, backward: Any = lambda ctx, g: g) -> Any:
    """A Function of these two."""
    return type(
        "Made", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    )


class Scaled(Function):
    @staticmethod
    def forward(ctx: Any, x: Any, w: Any, k: float = 2.0) -> Any:
        ctx.save_for_backward(x, w)
        ctx.k = k
        ctx.seen = ctx.needs_input_grad, edugrad.is_grad_enabled()
        return x * w * k

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        x, w = ctx.saved_tensors
        return gradient * w * ctx.k, gradient * x * ctx.k, None


class Cube(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        (x,) = ctx.saved_tensors
        return gradient * 3 * x**2


class Sigmoid(Function):
    """With setup_context, saving its output."""

    @staticmethod
    def forward(x: Any) -> Any:
        return 1 / (1 + (-x).exp())

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        assert len(inputs) == 1
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        (y,) = ctx.saved_tensors
        return gradient * y * (1 - y)


class TestApply:
    def test_forward_backward_and_the_node(self) -> None:
        x, w = leaf(1.0, 2.0), tensor([3.0, 4.0])
        y = Scaled.apply(x, w)
        assert repr(y) == "tensor([ 6., 16.], grad_fn=<ScaledBackward>)"
        assert y.grad_fn.name() == "ScaledBackward"
        assert y.grad_fn.next_functions[1] == (None, 0)
        assert y.grad_fn.seen == ((True, False), False)
        y.sum().backward()
        assert x.grad.tolist() == [6.0, 8.0]

    def test_arguments_that_are_no_tensors(self) -> None:
        x, w = leaf(1.0, 2.0), tensor([3.0, 4.0])
        for y in (Scaled.apply(x, w, 3.0), Scaled.apply(x, w, k=3.0), Scaled.apply(x, w=w, k=3.0)):
            assert y.grad_fn.needs_input_grad == (True, False, False)
            assert grad(y.sum(), x)[0].tolist() == [9.0, 12.0]

    def test_setup_context(self) -> None:
        x = leaf(0.0)
        y = Sigmoid.apply(x)
        assert y.tolist() == [0.5]
        y.backward(edugrad.ones(1))
        assert x.grad.tolist() == [0.25]

    def test_without_gradient_there_is_no_node(self) -> None:
        assert Cube.apply(edugrad.ones(2)).grad_fn is None
        with edugrad.no_grad():
            assert not Cube.apply(leaf(1.0)).requires_grad

    def test_derivatives_of_derivatives(self) -> None:
        x = tensor(2.0, requires_grad=True)
        (first,) = grad(Cube.apply(x), x, create_graph=True)
        (second,) = grad(first, x, create_graph=True)
        (third,) = grad(second, x)
        assert (first.item(), second.item(), third.item()) == (12.0, 12.0, 6.0)

    @pytest.mark.parametrize("function", [Cube, Sigmoid])
    def test_gradcheck(self, function: Any) -> None:
        x = tensor([0.5, -1.0, 2.0], dtype=edugrad.float64, requires_grad=True)
        assert gradcheck(function.apply, x)
        assert gradgradcheck(function.apply, x)

    def test_the_mode_inside(self) -> None:
        seen: list[bool] = []

        def backward(ctx: Any, gradient: Any) -> Any:
            seen.append(edugrad.is_grad_enabled())
            return gradient

        function = made(backward=backward)
        function.apply(leaf(1.0)).sum().backward()
        function.apply(leaf(1.0)).sum().backward(create_graph=True)
        assert seen == [False, True]

    def test_tensors_inside_lists_are_constants(self) -> None:
        function = made(lambda ctx, xs, y: xs[0] * y, lambda ctx, g: (None, g))
        a, b = leaf(2.0), leaf(3.0)
        function.apply([a], b).sum().backward()
        assert a.grad is None
        assert b.grad.tolist() == [1.0]


class TestOutputs:
    def test_several(self) -> None:
        two = made(lambda ctx, x: (x * 2, x * 3), lambda ctx, a, b: 2 * a + 3 * b)
        x = leaf(1.0)
        first, second = two.apply(x)
        assert first.grad_fn is second.grad_fn
        assert (first.output_nr, second.output_nr) == (0, 1)
        (first * 5 + second).sum().backward()
        assert x.grad.tolist() == [13.0]
        first, second = two.apply(x)
        first.sum().backward()
        assert x.grad.tolist() == [15.0], "the unused output sends zeros"

    def test_unused_outputs_can_send_none(self) -> None:
        seen: list[Any] = []

        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        def backward(ctx: Any, a: Any, b: Any) -> Any:
            seen.append(b)
            return a * 2

        first, _ = made(forward, backward).apply(leaf(1.0))
        first.sum().backward()
        assert seen == [None]

    def test_outputs_without_derivative(self) -> None:
        def forward(ctx: Any, x: Any) -> Any:
            mask, rounded = x > 1, x * 2
            ctx.mark_non_differentiable(rounded)
            return x * 3, rounded, mask

        x = leaf(1.0, 2.0)
        y, rounded, mask = made(forward, lambda ctx, a, b, c: a * 3).apply(x)
        assert [each.requires_grad for each in (y, rounded, mask)] == [True, False, False]
        y.sum().backward()
        assert x.grad.tolist() == [3.0, 3.0]

    def test_what_is_no_tensor_passes(self) -> None:
        y, text, nothing = made(lambda ctx, x: (x * 2, "text", None)).apply(leaf(1.0))
        assert y.requires_grad
        assert (text, nothing) == ("text", None)
        assert made(lambda ctx, x: 5).apply(leaf(1.0)) == 5

    @pytest.mark.parametrize("forward", [lambda ctx, x: x, lambda ctx, x: x.view(2)])
    def test_an_input_returned_as_it_is(self, forward: Any) -> None:
        x = leaf(1.0, 2.0)
        y0 = x * 1
        y = made(forward, lambda ctx, g: g * 3).apply(y0)
        assert y is not y0
        assert y._is_view()
        with pytest.raises(RuntimeError) as raised:
            y.add_(1)
        assert first_line(raised).startswith(
            "Output 0 of Made is a view and is being modified inplace. This view was "
            "created inside a custom Function (or because an input was returned as-is)"
        )
        y.sum().backward()
        assert x.grad.tolist() == [3.0, 3.0]


class TestInPlace:
    def dirty(self) -> Any:
        def forward(ctx: Any, x: Any) -> Any:
            ctx.mark_dirty(x)
            return x.mul_(2)

        return made(forward, lambda ctx, g: g * 2)

    def test_mark_dirty(self) -> None:
        x = leaf(1.0, 2.0)
        y = x * 1
        z = self.dirty().apply(y)
        assert z is y
        assert y.grad_fn.name() == "MadeBackward"
        y.sum().backward()
        assert x.grad.tolist() == [2.0, 2.0]

    def test_through_a_view(self) -> None:
        x = leaf(1.0, 2.0)
        y = x * 1
        self.dirty().apply(y[:1])
        assert y.grad_fn.name() == "torch::autograd::CopySlices"
        y.sum().backward()
        assert x.grad.tolist() == [2.0, 1.0]

    def test_of_a_leaf(self) -> None:
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used"):
            self.dirty().apply(leaf(1.0))

    def test_a_dirty_input_is_returned(self) -> None:
        def forward(ctx: Any, x: Any) -> Any:
            ctx.mark_dirty(x)
            return x.mul_(2) * 1

        with pytest.raises(RuntimeError) as raised:
            made(forward).apply(leaf(1.0) * 1)
        assert first_line(raised) == (
            "Some elements marked as dirty during the forward method were not returned as output. "
            "The inputs that are modified inplace must all be outputs of the Function."
        )

    def test_a_change_of_what_was_saved(self) -> None:
        y = leaf(1.0, 2.0) * 1
        z = Cube.apply(y)
        y.mul_(2)
        with pytest.raises(RuntimeError) as raised:
            z.sum().backward()
        assert "got:  CubeBackward, made at line " in str(raised.value)
        assert "saved a tensor of shape (2,)" in str(raised.value)
        assert "it was changed by mul_ at line " in str(raised.value)

    def test_a_second_backward(self) -> None:
        z = Cube.apply(leaf(1.0)).sum()
        z.backward()
        with pytest.raises(RuntimeError) as raised:
            z.backward()
        assert "CubeBackward has nothing saved any more" in str(raised.value)


class TestGradients:
    @pytest.mark.parametrize(
        ("returned", "expected"),
        [
            (lambda g: None, None),
            (lambda g: (g, None, None), [1.0, 1.0]),
            (lambda g: edugrad.ones(5, 2), [5.0, 5.0]),
            (lambda g: g.double(), [1.0, 1.0]),
        ],
    )
    def test_are_brought_to_the_form_of_the_argument(self, returned: Any, expected: Any) -> None:
        x = leaf(1.0, 2.0)
        made(backward=lambda ctx, g: returned(g)).apply(x).sum().backward()
        if expected is None:
            assert x.grad is None
        else:
            assert x.grad.tolist() == expected
            assert x.grad.dtype is edugrad.float32

    @pytest.mark.parametrize(
        ("returned", "rule"),
        [
            (
                (edugrad.ones(2), edugrad.ones(2)),
                "function MadeBackward returned an incorrect number of gradients "
                "(expected 1, got 2)",
            ),
            (
                (),
                "function MadeBackward returned an incorrect number of gradients "
                "(expected 1, got 0)",
            ),
            (5, "expected Variable or None (got int)"),
            (
                edugrad.ones(3),
                "Function MadeBackward returned an invalid gradient at index 0 - got [3] but "
                "expected shape compatible with [2]",
            ),
            (
                tensor(2.0),
                "Function MadeBackward returned an invalid gradient at index 0 - got [] but "
                "expected shape compatible with [2]",
            ),
        ],
    )
    def test_that_do_not_fit(self, returned: Any, rule: str) -> None:
        x = leaf(1.0, 2.0)
        with pytest.raises(RuntimeError) as raised:
            made(backward=lambda ctx, g: returned).apply(x).sum().backward()
        assert first_line(raised) == rule
        assert "\n  mend: return" in str(raised.value) or "a gradient has" in str(raised.value)
        assert x.grad is None


class TestMissingPieces:
    def test_backward(self) -> None:
        class Half(Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x / 2

        with pytest.raises(NotImplementedError) as raised:
            Half.apply(leaf(1.0)).sum().backward()
        assert str(raised.value) == (
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD.\n"
            "  got:  HalfBackward without backward\n"
            "  mend: define `backward(ctx, *grad_outputs)` as a static method"
        )

    def test_forward(self) -> None:
        class Empty(Function):
            pass

        with pytest.raises(NotImplementedError, match="You must implement the forward function"):
            Empty.apply(leaf(1.0))

    def test_an_object_of_a_function(self) -> None:
        with pytest.raises(RuntimeError) as raised:
            Cube()
        assert first_line(raised).startswith("Legacy autograd function with non-static forward")
        assert str(raised.value).endswith("mend: call Cube.apply(…) on the class")

    def test_saving_what_is_no_tensor(self) -> None:
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x, 5)
            return x * 2

        with pytest.raises(TypeError) as raised:
            made(forward).apply(leaf(1.0))
        assert str(raised.value) == (
            "save_for_backward can only save variables, but argument 1 is of type int\n"
            "  got:  5\n"
            "  mend: keep what is no tensor as an attribute: ctx.factor = factor"
        )
