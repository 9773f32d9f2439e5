"""gradcheck accepts right derivatives and catches wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import tensor
from edugrad.autograd import Function, gradcheck, gradgradcheck
from edugrad.autograd.gradcheck import GradcheckError


def leaf(*values: float) -> Any:
    return tensor(list(values), dtype=edugrad.float64, requires_grad=True)


def wrong(factor: float = 2.0, second: float = 2.0) -> Any:
    """x², with a first derivative of ``factor`` · x and a second of ``second``."""

    class Slope(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * factor

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return gradient * second

    class Square(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            (x,) = ctx.saved_tensors
            return gradient * Slope.apply(x)

    return Square.apply


class TestRight:
    @pytest.mark.parametrize(
        "function",
        [
            lambda x: x**3,
            lambda x: x.exp().sum(),
            lambda x: (x * 2, x.sin()),
            lambda x: x[1:] * x[:1],
            lambda x: x.view(3, 1) @ x.view(1, 3),
            wrong(),
        ],
    )
    def test_of_both_orders(self, function: Any) -> None:
        assert gradcheck(function, leaf(0.5, -1.0, 2.0)) is True
        assert gradgradcheck(function, leaf(0.5, -1.0, 2.0)) is True

    def test_several_inputs_of_which_some_are_constants(self) -> None:
        a, b, c = leaf(1.0, 2.0), leaf(3.0, 4.0), tensor([5.0, 6.0], dtype=edugrad.float64)
        assert gradcheck(lambda a, b, c, k: a * b * c * k, (a, b, c, 2))
        assert gradgradcheck(lambda a, b, c, k: a * b * c * k, (a, b, c, 2))

    def test_nothing_is_left_behind(self) -> None:
        x = leaf(1.0, 2.0)
        gradcheck(lambda x: x**3, x)
        assert x.grad is None
        assert x.tolist() == [1.0, 2.0]

    def test_outputs_without_gradient_are_left_out(self) -> None:
        assert gradcheck(lambda x: (x * 2, x > 0, 5), leaf(1.0, -2.0))


class TestWrong:
    def test_a_wrong_first_derivative(self) -> None:
        with pytest.raises(GradcheckError) as raised:
            gradcheck(wrong(factor=3.0), leaf(1.0, 2.0))
        rule, got, mend = str(raised.value).split("\n")
        assert rule == "Jacobian mismatch for output 0 with respect to input 0"
        assert got == "  got:  ∂output[1]/∂input[1] is 6 by backward and 4 by finite differences"
        assert mend.startswith("  mend: look at the term of the derivative for that input")

    def test_a_wrong_second_derivative(self) -> None:
        function = wrong(second=3.0)
        assert gradcheck(function, leaf(1.0, 2.0))
        with pytest.raises(GradcheckError, match="Jacobian mismatch"):
            gradgradcheck(function, leaf(1.0, 2.0))

    def test_the_input_and_output_that_disagree(self) -> None:
        square = wrong(factor=1.0)
        with pytest.raises(GradcheckError) as raised:
            gradcheck(lambda a, b: (a * b, a * square(b)), (leaf(1.0), leaf(3.0)))
        assert str(raised.value).startswith(
            "Jacobian mismatch for output 1 with respect to input 1\n"
            "  got:  ∂output[0]/∂input[0] is 3 by backward and 6 by finite differences"
        )

    def test_a_missing_derivative(self) -> None:
        with pytest.raises(GradcheckError, match="is 1 by backward and 2 by finite differences"):
            gradcheck(lambda x: x + x.detach(), leaf(1.0))

    def test_a_transposed_derivative(self) -> None:
        class Transposed(Function):
            @staticmethod
            def forward(ctx: Any, x: Any, w: Any) -> Any:
                ctx.save_for_backward(w)
                return x @ w

            @staticmethod
            def backward(ctx: Any, gradient: Any) -> Any:
                (w,) = ctx.saved_tensors
                return gradient @ w, None

        x = edugrad.from_numpy(np.ones((1, 2))).requires_grad_()
        w = edugrad.from_numpy(np.array([[1.0, 2.0], [3.0, 4.0]]))
        with pytest.raises(GradcheckError):
            gradcheck(Transposed.apply, (x, w))

    def test_false_instead_of_an_error(self) -> None:
        assert gradcheck(wrong(factor=3.0), leaf(1.0), raise_exception=False) is False
        assert gradgradcheck(wrong(second=3.0), leaf(1.0), raise_exception=False) is False

    def test_a_tolerance_decides(self) -> None:
        slightly = wrong(factor=2.01)
        assert gradcheck(slightly, leaf(1.0), raise_exception=False) is False
        assert gradcheck(slightly, leaf(1.0), atol=0.1)


class TestRefused:
    def test_inputs_without_gradient(self) -> None:
        with pytest.raises(ValueError) as raised:
            gradcheck(lambda x: x, edugrad.ones(2, dtype=edugrad.float64))
        assert str(raised.value) == (
            "gradcheck expects at least one input tensor that requires gradient\n"
            "  got:  1 inputs, none with requires_grad=True\n"
            "  mend: make it with requires_grad=True and dtype=edugrad.float64"
        )

    def test_single_precision(self) -> None:
        with pytest.raises(ValueError) as raised:
            gradcheck(lambda x: x, edugrad.ones(2, requires_grad=True))
        assert str(raised.value) == (
            "gradcheck needs double precision: finite differences in float32 have no digits\n"
            "  got:  an input of edugrad.float32\n"
            "  mend: make it with dtype=edugrad.float64"
        )


def test_inputs_may_lie_in_memory_in_any_order_but_not_overlap() -> None:
    across = edugrad.rand(3, 2, dtype=edugrad.float64).t().requires_grad_()
    assert gradcheck(lambda a: (a @ a.t()).sum(), (across,))
    with pytest.raises(GradcheckError):
        gradcheck(lambda a: a * a.detach(), (across,))
    spread = edugrad.rand(1, dtype=edugrad.float64).expand(3).requires_grad_()
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        gradcheck(lambda a: a * a, (spread,))
