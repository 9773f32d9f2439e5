"""Bitwise operators of integers, which are the logical ones for booleans: ``& | ^ ~``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.function import Op
from ..autograd.short_path import Binary
from ..errors import teach
from .checks import need_kernel
from .registry import Sample, T, register

INTEGERS = [
    Sample(T(2, 3, kind="int", low=0, high=8), T(3, kind="int", low=0, high=8)),
    Sample(T(2, 3, kind="bool"), T(2, 3, kind="bool")),
]


class BitwiseAnd(Binary):
    """Bits that both elements have."""

    op_name = "bitwise_and"
    formula = "a & b"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        _need_bits("&", NotImplementedError, a, b)
        return a & b


class BitwiseOr(Binary):
    """Bits that one of two elements has."""

    op_name = "bitwise_or"
    formula = "a | b"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        _need_bits("|", NotImplementedError, a, b)
        return a | b


class BitwiseXor(Binary):
    """Bits that just one of two elements has."""

    op_name = "bitwise_xor"
    formula = "a ^ b"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        _need_bits("^", NotImplementedError, a, b)
        return a ^ b


class BitwiseNot(Op):
    """All bits turned round."""

    op_name = "bitwise_not"
    formula = "~a"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        _need_bits("~", TypeError, a)
        return ~a


def _need_bits(operator: str, error: type[Exception], *values: Any) -> None:
    """Refuse floating-point numbers, with PyTorch's type of error."""
    for value in values:
        if isinstance(value, float) or getattr(value, "dtype", np.dtype(bool)).kind == "f":
            raise error(
                teach(
                    f"{operator} is only implemented on integer and Boolean-type tensors",
                    got="floating-point numbers",
                    mend="compare first, e.g. (x > 0) & (y > 0), or use * for masks of 0 and 1",
                )
            )


class Shift(Binary):
    """Bits moved along; a shift by a negative number, or by all bits, leaves none."""

    differentiable = False
    kernel = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any, b: Any) -> Any:
        xp = ctx.xp
        dtype = (a if hasattr(a, "dtype") else b).dtype
        a, b = xp.asarray(a, dtype), xp.asarray(b, dtype)
        need_kernel(cls.kernel, "iu", a)
        bits = 8 * dtype.itemsize
        return cls.shifted(xp, a, b, (b < 0) | (b >= bits), bits)

    @staticmethod
    def shifted(xp: Any, a: Any, b: Any, beyond: Any, bits: int) -> Any:
        """The bits of ``a`` moved by ``b``, which lies outside 0 … bits where ``beyond`` holds."""
        raise TypeError("a Shift defines shifted(xp, a, b, beyond, bits)")


class LeftShift(Shift):
    """Bits moved to the left: times a power of 2."""

    op_name = "bitwise_left_shift"
    formula = "a · 2^b"
    kernel = "lshift_cpu"

    @staticmethod
    def shifted(xp: Any, a: Any, b: Any, beyond: Any, bits: int) -> Any:
        return xp.where(beyond, 0, xp.left_shift(a, xp.where(beyond, 0, b)))


class RightShift(Shift):
    """Bits moved to the right, the sign kept: divided by a power of 2 and rounded down."""

    op_name = "bitwise_right_shift"
    formula = "⌊a / 2^b⌋"
    kernel = "rshift_cpu"

    @staticmethod
    def shifted(xp: Any, a: Any, b: Any, beyond: Any, bits: int) -> Any:
        if a.dtype.kind == "u":
            return xp.where(beyond, 0, xp.right_shift(a, xp.where(beyond, 0, b)))
        return xp.right_shift(a, xp.where(beyond, bits - 1, b))


@register(BitwiseAnd, samples=INTEGERS, inplace=True)
def bitwise_and(input: Any, other: Any, *, out: Any = None) -> Any:
    """Bits that both have; "and" for booleans. PyTorch: ``torch.bitwise_and``."""
    return BitwiseAnd.apply(input, other, out=out)


@register(BitwiseOr, samples=INTEGERS, inplace=True)
def bitwise_or(input: Any, other: Any, *, out: Any = None) -> Any:
    """Bits that one of the two has; "or" for booleans. PyTorch: ``torch.bitwise_or``."""
    return BitwiseOr.apply(input, other, out=out)


@register(BitwiseXor, samples=INTEGERS, inplace=True)
def bitwise_xor(input: Any, other: Any, *, out: Any = None) -> Any:
    """Bits that just one has; "one but not the other" for booleans.

    PyTorch: ``torch.bitwise_xor``.
    """
    return BitwiseXor.apply(input, other, out=out)


@register(
    BitwiseNot,
    samples=[Sample(T(3, kind="int", low=0, high=8)), Sample(T(3, kind="bool"))],
    inplace=True,
)
def bitwise_not(input: Any, *, out: Any = None) -> Any:
    """All bits turned round; "not" for booleans. PyTorch: ``torch.bitwise_not``."""
    return BitwiseNot.apply(input, out=out)


SHIFTS = [
    Sample(T(2, 3, kind="int", low=-9, high=9), T(3, kind="int", low=0, high=5)),
    Sample(T(3, kind="int", low=-9, high=9), 2),
]


@register(LeftShift, samples=SHIFTS, inplace=True)
def bitwise_left_shift(input: Any, other: Any, *, out: Any = None) -> Any:
    """Bits moved ``other`` places to the left: ``input << other``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.bitwise_left_shift(edugrad.tensor([1, 3]), 2)
    tensor([ 4, 12])

    Notes
    -----
    PyTorch: ``torch.bitwise_left_shift``.
    """
    return LeftShift.apply(input, other, out=out)


@register(RightShift, samples=SHIFTS, inplace=True)
def bitwise_right_shift(input: Any, other: Any, *, out: Any = None) -> Any:
    """Bits moved ``other`` places to the right: ``input >> other``.

    PyTorch: ``torch.bitwise_right_shift``.
    """
    return RightShift.apply(input, other, out=out)
