"""The incomplete gamma functions, and the zeta function of Hurwitz."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from ..autograd.short_path import Binary
from ..errors import teach
from ..tensor import Tensor
from .checks import need_kernel
from .registry import Sample, T, register

PAIRS = [
    Sample(T(2, 3, low=0.3, high=3.0, constant=True), T(2, 3, low=0.2, high=4.0)),
    Sample(T(2, 1, low=0.5, high=2.0, constant=True), T(3, low=0.5, high=2.0)),
    Sample(T(0, 3, constant=True), T(3, low=0.5)),
]


def _scipy(xp: Any, name: str, a: Any, b: Any) -> Any:
    door = "cupyx.scipy.special" if xp.__name__ == "cupy" else "scipy.special"
    return getattr(import_module(door), name)(a, b)


class OfSecond(Binary):
    """A function of two numbers with a derivative by the second alone, as in PyTorch."""

    scipy_name: ClassVar[str] = ""
    sign: ClassVar[int] = 1

    @classmethod
    def forward(cls, ctx: Any, a: Any, b: Any) -> Any:
        need_kernel(f"{cls.op_name}_cpu", "f", a if hasattr(a, "dtype") else b)
        ctx.save_for_backward(a, b)
        dtype = getattr(a, "dtype", None) or b.dtype
        return ctx.xp.asarray(_scipy(ctx.xp, cls.scipy_name, a, b), dtype)

    @classmethod
    def backward(cls, ctx: Any, grad: Any) -> Any:
        if ctx.needs_input_grad[0]:
            raise NotImplementedError(
                teach(
                    f"the derivative for '{cls.op_name}: input' is not implemented.",
                    got="a first argument that requires grad",
                    mend="detach() it: the derivative by the second argument is there",
                )
            )
        a, b = ctx.saved_tensors
        return None, grad * cls.slope(a, b)

    @classmethod
    def slope(cls, a: Any, b: Any) -> Any:
        """The derivative by b."""
        exponent = (a - 1) * b.log() - b - a.lgamma()
        return exponent.exp() * cls.sign


class Igamma(OfSecond):
    """The lower incomplete gamma function, as a share of the whole."""

    op_name = "igamma"
    formula = "1/Γ(a) · ∫₀ᵇ tᵃ⁻¹ exp(-t) dt"
    derivatives = ("not there, as in PyTorch", "grad · bᵃ⁻¹ exp(-b) / Γ(a)")
    scipy_name = "gammainc"


class Igammac(OfSecond):
    """The upper incomplete gamma function, as a share of the whole."""

    op_name = "igammac"
    formula = "1/Γ(a) · ∫ from b to ∞ of tᵃ⁻¹ exp(-t) dt"
    derivatives = ("not there, as in PyTorch", "-grad · bᵃ⁻¹ exp(-b) / Γ(a)")
    scipy_name = "gammaincc"
    sign = -1


class Zeta(OfSecond):
    """The zeta function of Hurwitz."""

    op_name = "zeta"
    node_name = "SpecialZetaBackward0"
    formula = "Σ from k = 0 of (b + k)⁻ᵃ"
    derivatives = ("not there, as in PyTorch", "-grad · a · ζ(a + 1, b)")
    scipy_name = "zeta"
    to_float = True

    @classmethod
    def slope(cls, a: Any, b: Any) -> Any:
        return -a * zeta(a + 1, b)


@register(Igamma, samples=PAIRS, inplace=True)
def igamma(input: Any, other: Any, *, out: Any = None) -> Any:
    """The lower incomplete gamma function of ``other``, with the exponent ``input``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.igamma(edugrad.tensor([1.0, 2.0]), edugrad.tensor([1.0, 1.0]))
    tensor([0.6321, 0.2642])

    Notes
    -----
    PyTorch: ``torch.igamma``, also ``torch.special.gammainc``.
    """
    return Igamma.apply(input, other, out=out)


@register(Igammac, samples=PAIRS, inplace=True)
def igammac(input: Any, other: Any, *, out: Any = None) -> Any:
    """One minus :func:`igamma`. PyTorch: ``torch.igammac``, also ``torch.special.gammaincc``."""
    return Igammac.apply(input, other, out=out)


@register(
    Zeta,
    samples=[
        Sample(T(2, 3, low=1.5, high=5.0, constant=True), T(2, 3, low=0.5, high=4.0)),
        Sample(2.5, T(3, low=0.5, high=4.0)),
    ],
    method=False,
    namespace="edugrad.special",
)
def zeta(input: Any, other: Any, *, out: Any = None) -> Any:
    """The zeta function of Hurwitz: the sum of ``(other + k)^-input`` for k = 0, 1, 2, ….

    Examples
    --------
    >>> import edugrad
    >>> edugrad.special.zeta(edugrad.tensor([2.0, 4.0]), 1.0)
    tensor([1.6449, 1.0823])

    Notes
    -----
    PyTorch: ``torch.special.zeta``.
    """
    like = input if isinstance(input, Tensor) else other
    first, second = (
        each if isinstance(each, Tensor) or not isinstance(like, Tensor) else like.new_tensor(each)
        for each in (input, other)
    )
    return Zeta.apply(first, second, out=out)
