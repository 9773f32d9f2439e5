"""Powers of two, logarithms to other bases, and logarithms of sums and odds."""

from __future__ import annotations

import math
from typing import Any

from .arithmetic import Binary
from .checks import need_kernel, need_tensors
from .elementwise import POSITIVE, REAL, Float
from .registry import Sample, T, register, unary
from .selection import where
from .trigonometry import TENSORS, ArrayFunction


class Exp2(Float):
    """Two to the power of each element."""

    op_name = "exp2"
    formula = "2 ^ a"
    derivatives = ("grad · 2^a · ln 2",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = ctx.xp.exp2(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad * result * math.log(2)


class Log2(ArrayFunction):
    """The logarithm to base 2 of each element."""

    op_name = "log2"
    formula = "log₂ a"
    derivatives = ("grad / (a · ln 2)",)
    ufunc = "log2"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad / (a * math.log(2))


class Log10(ArrayFunction):
    """The logarithm to base 10 of each element."""

    op_name = "log10"
    formula = "log₁₀ a"
    derivatives = ("grad / (a · ln 10)",)
    ufunc = "log10"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad / (a * math.log(10))


class Logit(Float):
    """The logarithm of the odds of each element: the inverse of the logistic function."""

    op_name = "logit"
    formula = "ln(a / (1 - a))"
    derivatives = ("grad / (a (1 - a)), 0 where a was clamped",)

    @staticmethod
    def forward(ctx: Any, a: Any, eps: float | None) -> Any:
        xp = ctx.xp
        ctx.save_for_backward(a)
        if eps is not None and eps >= 0:
            a = xp.minimum(xp.maximum(a, a.dtype.type(eps)), a.dtype.type(1 - eps))
        return xp.log(a / (1 - a))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        eps = ctx.params["eps"]
        if eps is None or eps < 0:
            return where((a < 0).logical_or(a > 1), math.nan, grad / (a * (1 - a)))
        kept = a.clamp(eps, 1 - eps)
        return where((a < eps).logical_or(a > 1 - eps), 0.0, grad / (kept * (1 - kept)))


class Logaddexp(Binary):
    """The logarithm of the sum of two exponentials, without overflow."""

    op_name = "logaddexp"
    formula = "ln(exp(a) + exp(b))"
    derivatives = ("grad · σ(a - b)", "grad · σ(b - a)")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_kernel("logaddexp_cpu", "f", a)
        ctx.save_for_backward(a, b)
        return ctx.xp.logaddexp(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        return (
            grad * (a - b).sigmoid() if need_a else None,
            grad * (b - a).sigmoid() if need_b else None,
        )


class Logaddexp2(Binary):
    """The logarithm to base 2 of the sum of two powers of 2, without overflow."""

    op_name = "logaddexp2"
    formula = "log₂(2^a + 2^b)"
    derivatives = ("grad · σ((a - b) ln 2)", "grad · σ((b - a) ln 2)")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_kernel("logaddexp2_cpu", "f", a)
        ctx.save_for_backward(a, b)
        return ctx.xp.logaddexp2(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        return (
            grad * ((a - b) * math.log(2)).sigmoid() if need_a else None,
            grad * ((b - a) * math.log(2)).sigmoid() if need_b else None,
        )


class Xlogy(Binary):
    """The first times the logarithm of the second; 0 where the first is 0."""

    op_name = "xlogy"
    formula = "a · ln b, 0 where a is 0"
    derivatives = ("grad · ln b, 0 where a is 0 and b ≤ 0", "grad · a / b")
    to_float = True

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        xp = ctx.xp
        dtype = (a if hasattr(a, "dtype") else b).dtype
        a, b = xp.asarray(a, dtype), xp.asarray(b, dtype)
        ctx.save_for_backward(a, b)
        return xp.where(xp.isnan(b), b, xp.where(a == 0, 0, a * xp.log(b)))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        return (
            grad * where((a == 0).logical_and(b <= 0), 0.0, b.log()) if need_a else None,
            grad * (a / b) if need_b else None,
        )


OFF_ONE = T(6, low=-1.9, distinct=True)
PROBABILITIES = Sample(T(2, 3, low=0.1, high=0.9))
AMOUNTS = [
    Sample(T(2, 3), T(2, 3, low=0.2)),
    Sample(T(2, 1), T(3, low=0.2)),
    Sample(T(2, 3), 2.5),
    Sample(1.5, T(2, 3, low=0.2)),
    Sample(T(0, 3), T(3, low=0.2)),
]

exp2 = unary(Exp2, *REAL)
log2 = unary(Log2, *POSITIVE)
log10 = unary(Log10, *POSITIVE)


def _logit_(input: Any, eps: float | None = None) -> Any:
    """In-place version of :func:`logit`."""
    return Logit.apply_(input, eps=eps)


@register(
    Logit,
    samples=[PROBABILITIES, Sample(OFF_ONE, 0.1), Sample(OFF_ONE, eps=0.2)],
    inplace=_logit_,
)
def logit(input: Any, eps: float | None = None, *, out: Any = None) -> Any:
    """The logarithm of the odds; ``eps`` keeps the elements in [eps, 1 - eps] first.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.logit(edugrad.tensor([0.5, 0.75]))
    tensor([0.0000, 1.0986])

    Notes
    -----
    PyTorch: ``torch.logit``.
    """
    return Logit.apply(input, eps=eps, out=out)


@register(Logaddexp, samples=TENSORS)
def logaddexp(input: Any, other: Any, *, out: Any = None) -> Any:
    """The logarithm of the sum of two exponentials. PyTorch: ``torch.logaddexp``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.logaddexp(edugrad.tensor([1000.0]), edugrad.tensor([1000.0]))
    tensor([1000.6932])
    """
    need_tensors("logaddexp", input=input, other=other)
    return Logaddexp.apply(input, other, out=out)


@register(Logaddexp2, samples=TENSORS)
def logaddexp2(input: Any, other: Any, *, out: Any = None) -> Any:
    """The logarithm to base 2 of the sum of two powers of 2. PyTorch: ``torch.logaddexp2``."""
    need_tensors("logaddexp2", input=input, other=other)
    return Logaddexp2.apply(input, other, out=out)


@register(Xlogy, samples=AMOUNTS, inplace=True)
def xlogy(input: Any, other: Any, *, out: Any = None) -> Any:
    """``input · ln(other)``, which is 0 where ``input`` is 0. PyTorch: ``torch.xlogy``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.xlogy(edugrad.tensor([0.0, 2.0]), edugrad.tensor([0.0, 1.0]))
    tensor([0., 0.])
    """
    return Xlogy.apply(input, other, out=out)
