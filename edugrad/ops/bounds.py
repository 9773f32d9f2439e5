"""Choosing the larger or smaller without NaN, one-sided bounds, and remainders towards zero."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from .arithmetic import APART, Binary, check_divisor
from .checks import need_kernel, need_tensors
from .elementwise import Unary
from .registry import Sample, T, register, unary
from .rounding import STEPS
from .selection import where


class Fmax(Binary):
    """The larger of two elements; a number wins over NaN."""

    op_name = "fmax"
    formula = "max(a, b)"
    derivatives = ("grad where a ≥ b or b is NaN", "grad elsewhere")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        return ctx.xp.fmax(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        return _divide(grad, (a >= b).logical_or(b.isnan()))


class Fmin(Binary):
    """The smaller of two elements; a number wins over NaN."""

    op_name = "fmin"
    formula = "min(a, b)"
    derivatives = ("grad where a ≤ b or b is NaN", "grad elsewhere")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        return ctx.xp.fmin(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        return _divide(grad, (a <= b).logical_or(b.isnan()))


def _divide(grad: Any, first: Any) -> Any:
    """``grad`` to the first input where ``first`` holds, to the second elsewhere."""
    return where(first, grad, 0.0), where(first, 0.0, grad)


class ClampMin(Binary):
    """Each element, or a lower bound where it is below."""

    op_name = "clamp_min"
    node_name = "ClampMinBackward0"
    formula = "max(a, low)"
    symbols = ("a", "low")
    derivatives = ("grad where a ≥ low", "grad where a < low")

    @staticmethod
    def forward(ctx: Any, a: Any, low: Any) -> Any:
        ctx.save_for_backward(a, low)
        return ctx.xp.maximum(a, low)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, low = ctx.saved_tensors
        need_a, need_low = ctx.needs_input_grad
        return (
            where(a >= low, grad, 0.0) if need_a else None,
            where(a < low, grad, 0.0) if need_low else None,
        )


class ClampMax(Binary):
    """Each element, or an upper bound where it is above."""

    op_name = "clamp_max"
    node_name = "ClampMaxBackward0"
    formula = "min(a, high)"
    symbols = ("a", "high")
    derivatives = ("grad where a ≤ high", "grad where a > high")

    @staticmethod
    def forward(ctx: Any, a: Any, high: Any) -> Any:
        ctx.save_for_backward(a, high)
        return ctx.xp.minimum(a, high)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, high = ctx.saved_tensors
        need_a, need_high = ctx.needs_input_grad
        return (
            where(a <= high, grad, 0.0) if need_a else None,
            where(a > high, grad, 0.0) if need_high else None,
        )


class Fmod(Binary):
    """Remainder of the division, with the sign of the dividend (C's ``fmod``)."""

    op_name = "fmod"
    formula = "a - b · trunc(a / b)"
    derivatives = ("grad", "-grad · trunc(a / b)")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_kernel("fmod_cpu", "fiu", a)
        check_divisor(a, b)
        ctx.save_for_backward(a if ctx.needs_input_grad[1] else None, b)
        return ctx.xp.fmod(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        return grad, -grad * (a / b).trunc() if ctx.needs_input_grad[1] else None


class Frac(Unary):
    """The fraction of each element, with its sign."""

    op_name = "frac"
    formula = "a - trunc(a)"
    derivatives = ("grad",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        need_kernel("frac_cpu", "f", a)
        return a - ctx.xp.trunc(a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad


frac = unary(Frac, *STEPS)


@register(Fmax, samples=APART)
def fmax(input: Any, other: Any, *, out: Any = None) -> Any:
    """The larger of two elements, ignoring NaN. PyTorch: ``torch.fmax``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.fmax(edugrad.tensor([1.0, float("nan")]), edugrad.tensor([2.0, 3.0]))
    tensor([2., 3.])
    """
    need_tensors("fmax", input=input, other=other)
    return Fmax.apply(input, other, out=out)


@register(Fmin, samples=APART)
def fmin(input: Any, other: Any, *, out: Any = None) -> Any:
    """The smaller of two elements, ignoring NaN. PyTorch: ``torch.fmin``."""
    need_tensors("fmin", input=input, other=other)
    return Fmin.apply(input, other, out=out)


def _bound(name: str, value: Any) -> Any:
    if value is None:
        raise TypeError(
            teach(
                f"clamp_{name}() takes a tensor or a number as `{name}`",
                got="None",
                mend="use x.clamp(min=…, max=…), where None means no bound",
            )
        )
    return value


def _clamp_min_(input: Any, min: Any) -> Any:
    """In-place version of :func:`clamp_min`."""
    return ClampMin.apply_(input, _bound("min", min))


@register(
    ClampMin,
    samples=[
        Sample(T(2, 3, distinct=True), 0.1),
        Sample(T(2, 3, distinct=True), min=T(3, distinct=True)),
    ],
    inplace=_clamp_min_,
)
def clamp_min(input: Any, min: Any, *, out: Any = None) -> Any:
    """Bring each element up to ``min`` (a number or a tensor). PyTorch: ``torch.clamp_min``."""
    need_tensors("clamp_min", input=input)
    return ClampMin.apply(input, _bound("min", min), out=out)


def _clamp_max_(input: Any, max: Any) -> Any:
    """In-place version of :func:`clamp_max`."""
    return ClampMax.apply_(input, _bound("max", max))


@register(
    ClampMax,
    samples=[
        Sample(T(2, 3, distinct=True), 0.1),
        Sample(T(2, 3, distinct=True), max=T(3, distinct=True)),
    ],
    inplace=_clamp_max_,
)
def clamp_max(input: Any, max: Any, *, out: Any = None) -> Any:
    """Bring each element down to ``max`` (a number or a tensor). PyTorch: ``torch.clamp_max``."""
    need_tensors("clamp_max", input=input)
    return ClampMax.apply(input, _bound("max", max), out=out)


@register(
    Fmod,
    samples=[
        Sample(T(2, 3, distinct=True), T(3, low=0.7, high=0.9)),
        Sample(T(3), 0.8),
        Sample(T(3, kind="int", low=-9, high=9), 4),
    ],
    inplace=True,
)
def fmod(input: Any, other: Any, *, out: Any = None) -> Any:
    """The remainder, with the sign of ``input``. PyTorch: ``torch.fmod``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.fmod(edugrad.tensor([-3.0, 5.0]), 2)
    tensor([-1.,  1.])
    """
    need_tensors("fmod", input=input)
    return Fmod.apply(input, other, out=out)
