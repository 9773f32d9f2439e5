"""Arithmetic of two tensors, element by element: ``+ - * / **`` and what belongs to it."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..autograd.promotion import bool_error
from ..autograd.short_path import Binary
from ..errors import teach
from ..tensor import Tensor
from .checks import need_kernel, need_tensors
from .registry import Sample, T, register
from .selection import where

PAIRS = [
    Sample(T(2, 3), T(2, 3)),
    Sample(T(2, 3), T(3)),
    Sample(T(2, 1), T(1, 3)),
    Sample(T(), T(3)),
    Sample(T(2, 3), 2.5),
    Sample(T(0, 3), T(3)),
]
APART = [
    Sample(T(2, 3, distinct=True), T(2, 3, low=-1.9, distinct=True)),
    Sample(T(4, distinct=True), T(3, 1, low=-1.9, distinct=True)),
]
POSITIVE = [
    Sample(T(2, 3), T(2, 3, low=0.5)),
    Sample(T(3), T(2, 1, low=0.5)),
    Sample(T(2, 3), 2.0),
]


class Add(Binary):
    """Sum of two tensors."""

    op_name = "add"
    ufunc = "add"
    formula = "a + b"
    derivatives = ("grad", "grad")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        return a + b

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad, grad


class Sub(Binary):
    """Difference of two tensors."""

    op_name = "sub"
    ufunc = "subtract"
    formula = "a - b"
    derivatives = ("grad", "-grad")
    takes_bool = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        if type(a) is type(b) and a.dtype.kind == "b":
            raise bool_error(ctx)
        return a - b

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad, -grad if ctx.needs_input_grad[1] else None


class AddScaled(Binary):
    """Sum of two tensors, the second times a number."""

    op_name = "add"
    formula = "a + alpha · b"
    derivatives = ("grad", "alpha · grad")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, alpha: Any) -> Any:
        check_factor(alpha, a, b)
        return a + alpha * b

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad, grad * ctx.params["alpha"] if ctx.needs_input_grad[1] else None


class SubScaled(AddScaled):
    """Difference of two tensors, the second times a number."""

    op_name = "sub"
    formula = "a - alpha · b"
    derivatives = ("grad", "-alpha · grad")
    takes_bool = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, alpha: Any) -> Any:
        check_factor(alpha, a, b)
        return a - alpha * b

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad, grad * -ctx.params["alpha"] if ctx.needs_input_grad[1] else None


def check_factor(alpha: Any, *values: Any) -> None:
    """Refuse a broken factor of whole numbers.

    Raises
    ------
    RuntimeError
        As in PyTorch.
    """
    if isinstance(alpha, float) and not any(kind(value) == "f" for value in values):
        raise RuntimeError(
            teach(
                "For integral input tensors, argument alpha must not be a floating point number.",
                got=f"alpha={alpha}",
                mend="pass a whole number, or convert the tensors with .float()",
            )
        )


class Mul(Binary):
    """Product of two tensors, element by element."""

    op_name = "mul"
    ufunc = "multiply"
    formula = "a · b"
    derivatives = ("grad · b", "grad · a")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_a, need_b = ctx.needs_input_grad
        ctx.save_for_backward(a if need_b else None, b if need_a else None)
        return a * b

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        return grad * b if need_a else None, grad * a if need_b else None


class Div(Binary):
    """Quotient of two tensors; integers are divided as floating-point numbers."""

    op_name = "div"
    ufunc = "true_divide"
    formula = "a / b"
    derivatives = ("grad / b", "-grad · a / b²")
    to_float = True

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a if ctx.needs_input_grad[1] else None, b)
        return ctx.xp.true_divide(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        share = grad / b
        return share if need_a else None, -share * (a / b) if need_b else None


def kind(value: Any) -> str:
    """The letter of an array's or a number's type: "f", "i", "u" or "b"."""
    return {bool: "b", int: "i", float: "f"}.get(type(value)) or value.dtype.kind


class Maximum(Binary):
    """The larger of two elements; NaN wins."""

    op_name = "maximum"
    ufunc = "maximum"
    formula = "max(a, b)"
    derivatives = ("grad where a > b, half where equal", "grad where b > a, half where equal")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        return ctx.xp.maximum(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        return _share(grad, a, b)


class Minimum(Binary):
    """The smaller of two elements; NaN wins."""

    op_name = "minimum"
    ufunc = "minimum"
    formula = "min(a, b)"
    derivatives = ("grad where a < b, half where equal", "grad where b < a, half where equal")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        return ctx.xp.minimum(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        return _share(grad, b, a)


def _share(grad: Any, winner: Any, loser: Any) -> Any:
    """Send ``grad`` to the larger, half each to equal ones, and to both where one is NaN."""
    half = grad / 2
    tie = winner == loser
    return (
        where(tie, half, where(winner < loser, 0.0, grad)),
        where(tie, half, where(winner > loser, 0.0, grad)),
    )


class Remainder(Binary):
    """Remainder of the division, with the sign of the divisor (Python's ``%``)."""

    op_name = "remainder"
    formula = "a - b · floor(a / b)"
    derivatives = ("grad", "-grad · floor(a / b)")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        check_divisor(a, b)
        ctx.save_for_backward(a, b)
        return ctx.xp.remainder(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        return grad, -grad * (a / b).floor() if ctx.needs_input_grad[1] else None


class FloorDivide(Binary):
    """Quotient rounded down (Python's ``//``)."""

    op_name = "floor_divide"
    formula = "floor(a / b)"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        check_divisor(a, b)
        return ctx.xp.floor_divide(a, b)


def check_divisor(a: Any, b: Any) -> None:
    """Refuse to divide integers by zero: there is no infinity among them; nor any booleans."""
    if kind(a) == "f" or kind(b) == "f":
        return
    need_kernel("div_floor_cpu", "iu", a if hasattr(a, "dtype") else b)
    if b == 0 if type(b) in (int, bool) else (b == 0).any():
        raise RuntimeError(
            teach(
                "ZeroDivisionError: integers cannot be divided by zero",
                got="a divisor that is 0",
                mend="convert to floating point first, where x / 0 is inf: x.float()",
            )
        )


class TruncDivide(Binary):
    """Quotient without its fraction."""

    op_name = "trunc_divide"
    node_name = "DivBackward3"
    formula = "trunc(a / b)"
    derivatives = ("0", "0")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        check_divisor(a, b)
        quotient = ctx.xp.floor_divide(a, b)
        if quotient.dtype.kind == "f":
            return ctx.xp.trunc(ctx.xp.true_divide(a, b))
        return quotient + ((quotient < 0) & (quotient * b != a))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        zeros = grad.new_zeros(grad._array.shape)
        return zeros, zeros


class FloorQuotient(TruncDivide):
    """Quotient rounded down, flat almost everywhere."""

    op_name = "floor_quotient"
    node_name = "DivBackward3"
    formula = "floor(a / b)"

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        return FloorDivide.forward(ctx, a, b)


def _plus(input: Any, other: Any, alpha: Any, out: Any = None, *, in_place: bool = False) -> Any:
    return _sum(Add, AddScaled, input, other, alpha, out, in_place)


def _minus(input: Any, other: Any, alpha: Any, out: Any = None, *, in_place: bool = False) -> Any:
    return _sum(Sub, SubScaled, input, other, alpha, out, in_place)


def _sum(
    op: type[Op], scaled: type[Op], input: Any, other: Any, alpha: Any, out: Any, in_place: bool
) -> Any:
    """``input ± alpha · other`` by the plain op where ``alpha`` is 1."""
    if alpha == 1:
        return op.apply_(input, other) if in_place else op.apply(input, other, out=out)
    factor = alpha.item() if isinstance(alpha, Tensor) else alpha
    if in_place:
        return scaled.apply_(input, other, alpha=factor)
    return scaled.apply(input, other, out=out, alpha=factor)


def _add_(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """In-place version of :func:`add`."""
    return _plus(input, other, alpha, in_place=True)


def _sub_(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """In-place version of :func:`sub`."""
    return _minus(input, other, alpha, in_place=True)


@register(Add, samples=[*PAIRS, Sample(T(2, 3), T(3), alpha=2)], inplace=_add_)
def add(input: Any, other: Any, *, alpha: Any = 1, out: Any = None) -> Any:
    r"""Add ``other``, times ``alpha``, to ``input``.

    .. math:: \text{out} = \text{input} + \alpha \cdot \text{other}

    Parameters
    ----------
    input, other : Tensor or number
        Broadcast against each other.
    alpha : number
        Factor of ``other``.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        Of the broadcast shape and the promoted dtype.

    Raises
    ------
    RuntimeError
        If the shapes cannot be broadcast.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.add(edugrad.tensor([1, 2]), 10)
    tensor([11, 12])

    Notes
    -----
    PyTorch: ``torch.add``.
    """
    return _plus(input, other, alpha, out)


@register(
    Sub, samples=[*PAIRS, Sample(T(2, 3), T(3), alpha=2)], inplace=_sub_, aliases=["subtract"]
)
def sub(input: Any, other: Any, *, alpha: Any = 1, out: Any = None) -> Any:
    """Subtract ``other``, times ``alpha``, from ``input``. PyTorch: ``torch.sub``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.sub(edugrad.tensor([5.0, 7.0]), edugrad.tensor([1.0, 2.0]))
    tensor([4., 5.])
    """
    return _minus(input, other, alpha, out)


@register(Mul, samples=PAIRS, inplace=True, aliases=["multiply"])
def mul(input: Any, other: Any, *, out: Any = None) -> Any:
    """Multiply element by element. PyTorch: ``torch.mul``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.mul(edugrad.tensor([1.0, 2.0]), 3)
    tensor([3., 6.])
    """
    return Mul.apply(input, other, out=out)


def _div_(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """In-place version of :func:`div`."""
    if rounding_mode is None:
        return Div.apply_(input, other)
    return input.copy_(div(input, other, rounding_mode=rounding_mode))


@register(
    Div,
    samples=[*POSITIVE, Sample(T(3, low=0.2), T(3, low=0.5))],
    inplace=_div_,
    aliases=["divide", "true_divide"],
)
def div(input: Any, other: Any, *, rounding_mode: str | None = None, out: Any = None) -> Any:
    """Divide element by element; ``rounding_mode`` "floor" or "trunc" rounds the quotient.

    Integers give floating-point results, as in PyTorch. PyTorch: ``torch.div``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensor([1, 2]) / 2
    tensor([0.5000, 1.0000])
    """
    if rounding_mode is None:
        return Div.apply(input, other, out=out)
    if rounding_mode == "floor":
        return FloorQuotient.apply(input, other, out=out)
    if rounding_mode != "trunc":
        raise RuntimeError(
            teach(
                "div expected rounding_mode to be one of None, 'trunc', or 'floor'",
                got=repr(rounding_mode),
                mend="leave it away for an exact quotient",
            )
        )
    return TruncDivide.apply(input, other, out=out)


@register(
    FloorDivide,
    samples=[Sample(T(2, 3), T(3, low=0.5)), Sample(T(3), 2)],
    inplace=True,
    torch="the result never requires a gradient; in PyTorch it may, and backward() then fails",
)
def floor_divide(input: Any, other: Any, *, out: Any = None) -> Any:
    """The quotient rounded down. PyTorch: ``torch.floor_divide``."""
    return FloorDivide.apply(input, other, out=out)


@register(
    Remainder,
    samples=[Sample(T(2, 3, distinct=True), T(3, low=0.7, high=0.9)), Sample(T(3), 0.8)],
    inplace=True,
)
def remainder(input: Any, other: Any, *, out: Any = None) -> Any:
    """The remainder, with the sign of ``other``. PyTorch: ``torch.remainder``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.remainder(edugrad.tensor([-3.0, 5.0]), 2)
    tensor([1., 1.])
    """
    return Remainder.apply(input, other, out=out)


@register(Maximum, samples=APART)
def maximum(input: Any, other: Any, *, out: Any = None) -> Any:
    """The larger of two elements; a tie shares the gradient. PyTorch: ``torch.maximum``."""
    need_tensors("maximum", input=input, other=other)
    return Maximum.apply(input, other, out=out)


@register(Minimum, samples=APART)
def minimum(input: Any, other: Any, *, out: Any = None) -> Any:
    """The smaller of two elements; a tie shares the gradient. PyTorch: ``torch.minimum``."""
    need_tensors("minimum", input=input, other=other)
    return Minimum.apply(input, other, out=out)
