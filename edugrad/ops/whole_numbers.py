"""Functions of whole numbers, and what takes a floating-point number apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..return_types import result_type
from .arithmetic import Binary
from .checks import need_kernel, need_tensors
from .registry import Sample, T, register

INTEGERS = [
    Sample(T(2, 3, kind="int", low=-20, high=20), T(2, 3, kind="int", low=-20, high=20)),
    Sample(T(3, kind="int", low=1, high=9), T(2, 1, kind="int", low=0, high=9)),
]
FrexpResult = result_type("frexp", "mantissa", "exponent")


class Gcd(Binary):
    """The greatest common divisor."""

    op_name = "gcd"
    formula = "gcd(a, b)"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_kernel("gcd_cpu", "iu", a)
        return ctx.xp.gcd(a, b)


class Lcm(Binary):
    """The least common multiple."""

    op_name = "lcm"
    formula = "lcm(a, b)"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_kernel("lcm_cpu", "iu", a)
        return ctx.xp.lcm(a, b)


@register(Gcd, samples=INTEGERS, inplace=True)
def gcd(input: Any, other: Any, *, out: Any = None) -> Any:
    """The greatest common divisor. PyTorch: ``torch.gcd``."""
    need_tensors("gcd", input=input, other=other)
    return Gcd.apply(input, other, out=out)


@register(Lcm, samples=INTEGERS, inplace=True)
def lcm(input: Any, other: Any, *, out: Any = None) -> Any:
    """The least common multiple. PyTorch: ``torch.lcm``."""
    need_tensors("lcm", input=input, other=other)
    return Lcm.apply(input, other, out=out)


@register(
    None,
    samples=[Sample(T(2, 3), T(2, 3, kind="int", low=0, high=4)), Sample(T(3), T(3))],
    inplace=True,
    out=True,
)
def ldexp(input: Any, other: Any) -> Any:
    """``input · 2^other``. PyTorch: ``torch.ldexp``."""
    if not other.is_floating_point():
        other = other.to(input.dtype) if input.is_floating_point() else other * 1.0
    return input * other.exp2()


class Nextafter(Binary):
    """The number that follows each element, in the direction of another."""

    op_name = "nextafter"
    formula = "the number next to a, on the way to b"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_kernel("nextafter_cpu", "f", a)
        return ctx.xp.nextafter(a, b)


@register(
    Nextafter,
    samples=[Sample(T(2, 3), T(2, 3)), Sample(T(2, 1), T(3))],
    inplace=True,
    torch="the result never requires a gradient; in PyTorch it may, and backward() then fails",
)
def nextafter(input: Any, other: Any, *, out: Any = None) -> Any:
    """The floating-point number that comes after ``input`` on the way to ``other``.

    Examples
    --------
    >>> import edugrad
    >>> one = edugrad.tensor([1.0])
    >>> bool(edugrad.nextafter(one, one + 1) - 1 == edugrad.finfo(edugrad.float32).eps)
    True

    Notes
    -----
    PyTorch: ``torch.nextafter``.
    """
    return Nextafter.apply(input, other, out=out)


class Frexp(Op):
    """Mantissa and exponent of floating-point numbers."""

    op_name = "frexp"
    formula = "m, e with a = m · 2ᵉ, 1/2 ≤ |m| < 1"
    derivatives = ("grad · 2⁻ᵉ",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        need_kernel("frexp", "f", a)
        mantissa, exponent = ctx.xp.frexp(a)
        ctx.save_for_backward(exponent)
        return mantissa, exponent.astype("int32")

    @staticmethod
    def backward(ctx: Any, grad: Any, _: Any) -> Any:
        (exponent,) = ctx.saved_tensors
        return grad / exponent.to(grad.dtype).exp2()


@register(Frexp, samples=[Sample(T(2, 3)), Sample(T(low=3, high=9))], out=True)
def frexp(input: Any) -> Any:
    """Mantissa and exponent: ``input = mantissa · 2^exponent``. PyTorch: ``torch.frexp``."""
    return FrexpResult(*Frexp.apply(input))


@register(
    None,
    samples=[
        Sample(T(6, kind="int", low=0, high=24), (2, 3, 4)),
        Sample(T(2, 2, kind="int", low=0, high=5), 5),
    ],
    method=False,
)
def unravel_index(indices: Any, shape: Any) -> Any:
    """Where the elements of a flattened tensor are in its shape: an index a dimension.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.unravel_index(edugrad.tensor([4, 1]), (3, 2))
    (tensor([2, 0]), tensor([0, 1]))

    Notes
    -----
    PyTorch: ``torch.unravel_index``.
    """
    lengths: Sequence[int] = (shape,) if isinstance(shape, int) else tuple(shape)
    if indices.is_floating_point():
        raise ValueError(
            teach(
                "expected 'indices' to be integer dtype",
                got=repr(indices.dtype),
                mend="convert it with .long()",
            )
        )
    if indices.numel() and int(indices.max()) >= math.prod(lengths):
        raise ValueError(
            teach(
                "indices out of bounds",
                got=f"{int(indices.max())} for the shape {tuple(lengths)}",
                mend=f"the shape has {math.prod(lengths)} elements",
            )
        )
    found = []
    for length in reversed(lengths):
        found.append(indices % length)
        indices = indices // length
    return tuple(reversed(found))
