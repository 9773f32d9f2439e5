"""Special functions: the error function, the gamma function's logarithm and their derivatives.

SciPy computes them for NumPy's arrays and ``cupyx.scipy`` for CuPy's; both are loaded on first use.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

from ..errors import teach
from .elementwise import POSITIVE, REAL, Float
from .registry import METHODS, Sample, T, register, unary
from .trigonometry import BELOW_ONE


def compute(xp: Any, name: str, a: Any, *before: Any) -> Any:
    """SciPy's function of that name, of ``a``, in the array's own dtype."""
    door = "cupyx.scipy.special" if xp.__name__ == "cupy" else "scipy.special"
    result = getattr(import_module(door), name)(*before, a)
    return xp.asarray(result, a.dtype)


class Erf(Float):
    """The error function of each element."""

    op_name = "erf"
    formula = "erf(a) = 2/√π · ∫₀ᵃ exp(-t²) dt"
    derivatives = ("grad · 2/√π · exp(-a²)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return compute(ctx.xp, "erf", a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * ((-a * a).exp() * (2 / math.sqrt(math.pi)))


class Erfc(Float):
    """One minus the error function of each element, exact where that is near 1."""

    op_name = "erfc"
    formula = "1 - erf(a)"
    derivatives = ("-grad · 2/√π · exp(-a²)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return compute(ctx.xp, "erfc", a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * ((-a * a).exp() * (-2 / math.sqrt(math.pi)))


class Erfinv(Float):
    """The number whose error function each element is."""

    op_name = "erfinv"
    formula = "erf⁻¹(a)"
    derivatives = ("grad · √π/2 · exp(erf⁻¹(a)²)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = compute(ctx.xp, "erfinv", a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad * ((result * result).exp() * (math.sqrt(math.pi) / 2))


class Lgamma(Float):
    """The logarithm of the absolute value of the gamma function of each element."""

    op_name = "lgamma"
    formula = "ln |Γ(a)|"
    derivatives = ("grad · digamma(a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        result = compute(ctx.xp, "gammaln", a)
        return ctx.xp.where(ctx.xp.isinf(a), ctx.xp.abs(a), result)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * a.digamma()


class Digamma(Float):
    """The derivative of the gamma function's logarithm at each element."""

    op_name = "digamma"
    formula = "Γ'(a) / Γ(a)"
    derivatives = ("grad · polygamma(1, a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        xp = ctx.xp
        return xp.where(xp.isneginf(a), a.dtype.type(math.nan), compute(xp, "digamma", a))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * a.polygamma(1)


class Polygamma(Float):
    """A derivative of the digamma function at each element."""

    op_name = "polygamma"
    formula = "(d/da)ⁿ digamma(a)"
    derivatives = ("grad · polygamma(n + 1, a)",)

    @staticmethod
    def forward(ctx: Any, a: Any, n: int) -> Any:
        ctx.save_for_backward(a)
        if n == 1:
            return _trigamma(ctx.xp, a)
        sign = -1.0 if n % 2 == 0 else 1.0
        return sign * math.factorial(n) * compute(ctx.xp, "zeta", a, float(n + 1))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * a.polygamma(ctx.params["n"] + 1)


def _trigamma(xp: Any, a: Any) -> Any:
    """The first derivative of digamma, reflected at 1/2 so that negative numbers are as exact."""
    low = a < 0.5
    value = compute(xp, "zeta", xp.where(low, 1 - a, a), 2.0)
    sine = xp.sin(math.pi * xp.where(low, a, 0.5))
    return xp.where(low, (math.pi / sine) ** 2 - value, value)


erf = unary(Erf, *REAL)
erfc = unary(Erfc, *REAL)
erfinv = unary(Erfinv, *BELOW_ONE)
lgamma = unary(Lgamma, *POSITIVE, Sample(T(3, low=-0.9, high=-0.1)))
digamma = unary(Digamma, *POSITIVE, Sample(T(3, low=-0.9, high=-0.1)))


def _order(n: int) -> int:
    if n < 0:
        raise RuntimeError(
            teach(
                "polygamma(n, x) does not support negative n.",
                got=f"n={n}",
                mend="n counts derivatives of digamma: 0, 1, 2, …",
            )
        )
    return n


def _polygamma_method(input: Any, n: int) -> Any:
    """The ``n``-th derivative of :func:`digamma`. PyTorch: ``Tensor.polygamma``."""
    return polygamma(n, input)


def _polygamma_(input: Any, n: int) -> Any:
    """In-place version of :func:`polygamma`."""
    if _order(n) == 0:
        return Digamma.apply_(input)
    return Polygamma.apply_(input, n=n)


@register(
    Polygamma,
    samples=[
        Sample(0, T(2, 3, low=0.5)),
        Sample(1, T(2, 3, low=0.5)),
        Sample(1, T(3, low=-0.8, high=-0.2)),
        Sample(2, T(low=0.5)),
        Sample(3, T(0, 2)),
    ],
    method=False,
)
def polygamma(n: int, input: Any, *, out: Any = None) -> Any:
    """The ``n``-th derivative of :func:`digamma`.

    Parameters
    ----------
    n : int
        0 is digamma itself.
    input : Tensor
    out : Tensor, optional
        Where to write the result.

    Raises
    ------
    RuntimeError
        If ``n`` is negative.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.polygamma(1, edugrad.tensor([1.0, 0.5]))
    tensor([1.6449, 4.9348])

    Notes
    -----
    PyTorch: ``torch.polygamma``.
    """
    if _order(n) == 0:
        return Digamma.apply(input, out=out)
    return Polygamma.apply(input, n=n, out=out)


METHODS.update(polygamma=_polygamma_method, polygamma_=_polygamma_)
