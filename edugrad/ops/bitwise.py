"""Bitwise operators of integers, which are the logical ones for booleans: ``& | ^ ~``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from .registry import Sample, T, register

INTEGERS = [
    Sample(T(2, 3, kind="int", low=0, high=8), T(3, kind="int", low=0, high=8)),
    Sample(T(2, 3, kind="bool"), T(2, 3, kind="bool")),
]


class BitwiseAnd(Op):
    """Bits that both elements have."""

    op_name = "bitwise_and"
    formula = "a & b"
    differentiable = False
    broadcasts = True

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        _need_bits("&", RuntimeError, a, b)
        return a & b


class BitwiseOr(Op):
    """Bits that one of two elements has."""

    op_name = "bitwise_or"
    formula = "a | b"
    differentiable = False
    broadcasts = True

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        _need_bits("|", RuntimeError, a, b)
        return a | b


class BitwiseXor(Op):
    """Bits that just one of two elements has."""

    op_name = "bitwise_xor"
    formula = "a ^ b"
    differentiable = False
    broadcasts = True

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        _need_bits("^", RuntimeError, a, b)
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
