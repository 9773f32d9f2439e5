"""Powers, element by element: ``**`` and squares."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor
from .arithmetic import Binary, kind
from .checks import need_kernel
from .registry import Sample, T, register
from .selection import where


class Power(Binary):
    """The first to the power of the second."""

    op_name = "pow"
    formula = "a ^ b"

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        result = _power(ctx.xp, a, b)
        ctx.save_for_backward(a, b, result if ctx.needs_input_grad[1] else None)
        return result


class PowerOfTensor(Power):
    """A tensor to the power of a number."""

    node_name = "PowBackward0"
    derivatives = ("grad · b · a^(b-1)", "")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        if _whole(a, b) and b < 0:
            raise RuntimeError(
                teach(
                    "Integers to negative integer powers are not allowed",
                    got="an integer tensor and a negative exponent",
                    mend="convert to floating point first: x.float() ** -1",
                )
            )
        return Power.forward(ctx, a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b, _ = ctx.saved_tensors
        if b == 0:
            return grad.new_zeros(grad._array.shape), None
        return grad * (b * (a if b == 2 else a ** (b - 1))), None


class PowerOfTensors(Power):
    """A tensor to the power of another."""

    node_name = "PowBackward1"
    derivatives = ("grad · b · a^(b-1)", "grad · a^b · ln a")

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b, result = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        return (
            where(b == 0, 0.0, grad * (b * a ** (b - 1))) if need_a else None,
            where((a == 0).logical_and(b >= 0), 0.0, grad * (result * a.log())) if need_b else None,
        )


class PowerOfNumber(Power):
    """A number to the power of a tensor."""

    node_name = "PowBackward2"
    derivatives = ("", "grad · a^b · ln a")

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b, result = ctx.saved_tensors
        if a == 0:
            return None, where(b >= 0, 0.0, grad * (result * -math.inf))
        return None, grad * (result * (math.log(a) if a > 0 else math.nan))


def _power(xp: Any, a: Any, b: Any) -> Any:
    if type(b) in (int, float) and b == 2:
        return a * a
    if type(b) is float and b == -0.5 and kind(a) == "f":
        return 1 / xp.sqrt(a)
    need_kernel("pow", "fiu", a if hasattr(a, "dtype") else b)
    if _whole(a, b) and (b < 0 if type(b) is int else (b < 0).any()):
        return _integer_power(xp, a, b)
    return xp.power(a, b)


def _whole(a: Any, b: Any) -> bool:
    return kind(a) in "iu" and kind(b) in "iu"


def _integer_power(xp: Any, a: Any, b: Any) -> Any:
    """Integer powers of which some are negative: 1 / a**n, rounded towards zero."""
    powers = xp.power(a, xp.where(b < 0, -b, b))
    inverses = xp.where((a == 1) | (a == -1), powers, 0)
    return xp.where(b < 0, inverses, powers).astype(powers.dtype)


def _pow(base: Any, exponent: Any) -> type[Op]:
    if not isinstance(base, (Tensor, np.ndarray)):
        return PowerOfNumber
    return PowerOfTensors if isinstance(exponent, (Tensor, np.ndarray)) else PowerOfTensor


def _pow_(input: Any, exponent: Any) -> Any:
    """In-place version of :func:`pow`."""
    return _pow(input, exponent).apply_(input, exponent)


@register(
    PowerOfTensors,
    samples=[
        Sample(T(2, 3, low=0.5), T(2, 3)),
        Sample(T(2, 3), 2),
        Sample(T(2, 3), 3),
        Sample(T(2, 3, low=0.5), -1.5),
        Sample(T(2, 3), 0),
        Sample(2.0, T(2, 3)),
    ],
    inplace=_pow_,
)
def pow(input: Any, exponent: Any, *, out: Any = None) -> Any:
    """Raise ``input`` to ``exponent``, element by element. PyTorch: ``torch.pow``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensor([1.0, 2.0, 3.0]) ** 2
    tensor([1., 4., 9.])
    """
    return _pow(input, exponent).apply(input, exponent, out=out)


def _square_(input: Any) -> Any:
    """In-place version of :func:`square`."""
    return PowerOfTensor.apply_(input, 2)


@register(PowerOfTensor, samples=[Sample(T(2, 3)), Sample(T()), Sample(T(0, 2))], inplace=_square_)
def square(input: Any, *, out: Any = None) -> Any:
    """The square of each element. PyTorch: ``torch.square``."""
    return PowerOfTensor.apply(input, 2, out=out)


def _doubled(value: Any) -> Any:
    return value.double() if isinstance(value, Tensor) else float(value)


def _float_power_(input: Any, exponent: Any) -> Any:
    """In-place version of :func:`float_power`."""
    if input.dtype.name != "float64":
        raise RuntimeError(
            teach(
                f"the base given to float_power_ has dtype {input.dtype.name} but the operation's "
                "result requires dtype float64",
                got=f"a tensor of {input.dtype}",
                mend="use float_power, which makes a new tensor, or x.double() first",
            )
        )
    return _pow_(input, _doubled(exponent))


@register(
    None,
    samples=[
        Sample(T(2, 3, low=0.5), T(3)),
        Sample(T(2, 3, low=0.5), 1.5),
        Sample(2, T(2, 3)),
        Sample(T(3, kind="int", low=1, high=5), -2),
    ],
    inplace=_float_power_,
)
def float_power(input: Any, exponent: Any, *, out: Any = None) -> Any:
    """Raise to a power in float64, whatever the inputs' dtypes. PyTorch: ``torch.float_power``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.float_power(edugrad.tensor([2, 4]), -1)
    tensor([0.5000, 0.2500], dtype=edugrad.float64)
    """
    return pow(_doubled(input), _doubled(exponent), out=out)
