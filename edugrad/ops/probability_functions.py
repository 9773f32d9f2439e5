"""Functions of probability theory and physics: ``edugrad.special`` beyond erf and gamma."""

from __future__ import annotations

import math
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .elementwise import REAL, Float
from .registry import Sample, T, register
from .selection import where
from .special import compute

SPECIAL = "edugrad.special"


class Erfcx(Float):
    """The scaled complement of the error function."""

    op_name = "erfcx"
    node_name = "SpecialErfcxBackward0"
    formula = "exp(a²) · erfc(a)"
    derivatives = ("grad · (2 a · erfcx(a) - 2/√π)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = compute(ctx.xp, "erfcx", a)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        return grad * (2 * a * result - 2 / math.sqrt(math.pi))


class I0(Float):
    """The modified Bessel function of order 0."""

    op_name = "i0"
    formula = "I₀(a)"
    derivatives = ("grad · I₁(a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return compute(ctx.xp, "i0", a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * i1(a)


class I1(Float):
    """The modified Bessel function of order 1."""

    op_name = "i1"
    node_name = "SpecialI1Backward0"
    formula = "I₁(a)"
    derivatives = ("grad · (I₀(a) - I₁(a) / a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return compute(ctx.xp, "i1", a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        zero = a == 0
        divisor = a.masked_fill(zero, 1.0)
        return grad * where(zero, 0.5 + a * 0, i0(a) - i1(a) / divisor)


@register(Erfcx, samples=REAL, method=False, namespace=SPECIAL)
def erfcx(input: Any, *, out: Any = None) -> Any:
    """``exp(x²) · erfc(x)``, which does not vanish for large x. PyTorch: ``special.erfcx``."""
    return Erfcx.apply(input, out=out)


@register(I0, samples=REAL, inplace=True)
def i0(input: Any, *, out: Any = None) -> Any:
    """The modified Bessel function of the first kind of order 0. PyTorch: ``torch.i0``."""
    return I0.apply(input, out=out)


@register(I1, samples=REAL, method=False, namespace=SPECIAL)
def i1(input: Any, *, out: Any = None) -> Any:
    """The modified Bessel function of the first kind of order 1. PyTorch: ``special.i1``."""
    return I1.apply(input, out=out)


@register(None, samples=REAL, method=False, namespace=SPECIAL, out=True)
def i0e(input: Any) -> Any:
    """:func:`i0` times ``exp(-|x|)``. PyTorch: ``torch.special.i0e``."""
    value = i0(input)
    return value * (-input.to(value.dtype).abs()).exp()


@register(None, samples=REAL, method=False, namespace=SPECIAL, out=True)
def i1e(input: Any) -> Any:
    """:func:`i1` times ``exp(-|x|)``. PyTorch: ``torch.special.i1e``."""
    value = i1(input)
    return value * (-input.to(value.dtype).abs()).exp()


@register(
    None,
    samples=[Sample(T(2, 3, low=0.2, high=3)), Sample(T(low=0.5))],
    method=False,
    namespace=SPECIAL,
    out=True,
)
def entr(input: Any) -> Any:
    """The entropy ``-x · ln x`` of each element; 0 at 0, -inf below. PyTorch: ``special.entr``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.special.entr(edugrad.tensor([0.0, 0.5, -1.0]))
    tensor([0.0000, 0.3466,   -inf])
    """
    positive = input > 0
    safe = where(positive, input, input * 0 + 1.0)
    return where(positive, -safe * safe.log(), where(input == 0, 0.0, -math.inf).to(safe.dtype))


@register(None, samples=REAL, method=False, namespace=SPECIAL, out=True)
def ndtr(input: Any) -> Any:
    """The area under the standard normal density up to x. PyTorch: ``torch.special.ndtr``."""
    return (input * -math.sqrt(0.5)).erfc() / 2


@register(
    None, samples=[Sample(T(2, 3, low=0.05, high=0.95))], method=False, namespace=SPECIAL, out=True
)
def ndtri(input: Any) -> Any:
    """The number up to which there is this area: the inverse of :func:`ndtr`.

    PyTorch: ``torch.special.ndtri``.
    """
    return (input * 2 - 1).erfinv() * math.sqrt(2)


@register(None, samples=REAL, method=False, namespace=SPECIAL, out=True)
def log_ndtr(input: Any) -> Any:
    """The logarithm of :func:`ndtr`, exact far out too. PyTorch: ``torch.special.log_ndtr``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.special.log_ndtr(edugrad.tensor([-100.0, 0.0]))
    tensor([-5.0055e+03, -6.9315e-01])
    """
    low = input < -1
    t = input * -math.sqrt(0.5)
    far, near = where(low, t, t * 0), where(low, t * 0, t)
    return where(low, (erfcx(far) / 2).log() - far * far, (near.erfc() / 2).log())


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 3, low=-0.8)),
        Sample(T(3), T(low=0.5)),
        Sample(2.0, T(3, low=0)),
    ],
    method=False,
    namespace=SPECIAL,
    out=True,
)
def xlog1py(input: Any, other: Any) -> Any:
    """``x · ln(1 + y)``, and 0 wherever x is 0. PyTorch: ``torch.special.xlog1py``."""
    if not isinstance(input, Tensor):
        input = other.new_tensor(input)
    if not isinstance(other, Tensor):
        other = input.new_tensor(other)
    zero = (input == 0).logical_and(other.isnan().logical_not())
    return where(zero, 0.0, input * other.log1p())


@register(
    None,
    samples=[Sample(T(2, 3, low=1.2, high=4), 2), Sample(T(low=2, high=4), p=3)],
    aliases=["multigammaln"],
    inplace=True,
    out=True,
)
def mvlgamma(input: Any, p: int) -> Any:
    """The logarithm of the multivariate gamma function. PyTorch: ``torch.mvlgamma``."""
    if bool((input.detach() <= (p - 1) / 2).any()):
        raise RuntimeError(
            teach(
                "All elements must be greater than (p-1)/2",
                got=f"an element that is not above {(p - 1) / 2}",
                mend="the function is defined for larger numbers only",
            )
        )
    total = (input * 0) + p * (p - 1) / 4 * math.log(math.pi)
    for k in range(p):
        total = total + (input - k / 2).lgamma()
    return total
