"""Signs and what is not finite, element by element."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..errors import teach
from .arithmetic import PAIRS, Binary
from .checks import need_tensors
from .comparison import ONE, Comparison
from .elementwise import AWAY_FROM_ZERO, Unary
from .registry import Sample, T, register, unary
from .rounding import Sign
from .selection import where


class Sgn(Sign):
    """The sign of each element: -1, 0 or 1; 0 for NaN."""

    op_name = "sgn"


class Signbit(Comparison):
    """Whether the sign of each element is a minus, -0 included."""

    op_name = "signbit"
    formula = "a < 0 or a is -0"

    @classmethod
    def forward(cls, ctx: Any, a: Any) -> Any:
        return ctx.xp.signbit(a) if a.dtype.kind == "f" else a < 0


class Isposinf(Comparison):
    """Whether each element is positive infinity."""

    op_name = "isposinf"
    formula = "a = ∞"

    @classmethod
    def forward(cls, ctx: Any, a: Any) -> Any:
        return a == ctx.xp.inf


class Isneginf(Comparison):
    """Whether each element is negative infinity."""

    op_name = "isneginf"
    formula = "a = -∞"

    @classmethod
    def forward(cls, ctx: Any, a: Any) -> Any:
        return a == -ctx.xp.inf


class Copysign(Binary):
    """The magnitude of the first with the sign of the second."""

    op_name = "copysign"
    formula = "|a| with the sign of b"
    derivatives = ("grad · out / a, 0 where a is 0", "0")
    to_float = True

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        result = ctx.xp.copysign(a, b)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        ratio = result / a if need_a else None
        return (
            where(a == 0, 0.0, grad * ratio) if need_a else None,
            grad.new_zeros(grad.shape) if need_b else None,
        )


class Heaviside(Op):
    """The step function: 0 for negative elements, 1 for positive ones, a given value at 0."""

    op_name = "heaviside"
    formula = "0 if a < 0, b if a = 0, 1 if a > 0"
    broadcasts = True
    elementwise = True
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        xp = ctx.xp
        return xp.where(a == 0, b, (a > 0).astype(a.dtype))


class NanToNum(Unary):
    """Each element, or a number in the place of NaN and the infinities."""

    op_name = "nan_to_num"
    formula = "a, or a number where a is NaN or ±∞"
    derivatives = ("grad where a is finite",)

    @staticmethod
    def forward(
        ctx: Any, a: Any, nan: float | None, posinf: float | None, neginf: float | None
    ) -> Any:
        xp = ctx.xp
        ctx.save_for_backward(a)
        if a.dtype.kind != "f":
            return a.copy()
        limits = xp.finfo(a.dtype)
        for found, value in (
            (xp.isnan(a), 0.0 if nan is None else nan),
            (a == xp.inf, limits.max if posinf is None else posinf),
            (a == -xp.inf, limits.min if neginf is None else neginf),
        ):
            a = xp.where(found, a.dtype.type(value), a)
        return a

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return where(a.isfinite(), grad, 0.0)


TWO_ALIKE = [
    Sample(T(2, 3), T(2, 3)),
    Sample(T(2, 1), T(3)),
    Sample(T(4, kind="int"), T(4, kind="int")),
]

sgn = unary(Sgn, *AWAY_FROM_ZERO)
signbit = unary(Signbit, *ONE, inplace=False)
isposinf = unary(Isposinf, *ONE, inplace=False)
isneginf = unary(Isneginf, *ONE, inplace=False)


@register(None, samples=[Sample(T(2, 3)), Sample(T(3, kind="int"))])
def positive(input: Any) -> Any:
    """The tensor itself, ``+input``.

    Raises
    ------
    RuntimeError
        For booleans, which have no sign.

    Notes
    -----
    PyTorch: ``torch.positive``.
    """
    if input._array.dtype.kind == "b":
        raise RuntimeError(
            teach(
                "The `+` operator, on a bool tensor is not supported.",
                got="+ of a tensor of bool",
                mend="convert it first, with x.int()",
            )
        )
    return input


@register(Copysign, samples=PAIRS, inplace=True)
def copysign(input: Any, other: Any, *, out: Any = None) -> Any:
    """The magnitude of ``input`` with the sign of ``other``. PyTorch: ``torch.copysign``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.copysign(edugrad.tensor([1.0, -2.0]), -1)
    tensor([-1., -2.])
    """
    need_tensors("copysign", input=input)
    return Copysign.apply(input, other, out=out)


def _heaviside_(input: Any, values: Any) -> Any:
    """In-place version of :func:`heaviside`."""
    _need_alike(input, values)
    return Heaviside.apply_(input, values)


def _need_alike(input: Any, values: Any) -> None:
    need_tensors("heaviside", input=input, values=values)
    if input.dtype is not values.dtype:
        raise RuntimeError(
            teach(
                "heaviside is not yet implemented for tensors with different dtypes.",
                got=f"{input.dtype} and {values.dtype}",
                mend="convert one of them: values.to(input.dtype)",
            )
        )


@register(
    Heaviside,
    samples=TWO_ALIKE,
    inplace=_heaviside_,
    torch="the result never requires a gradient; in PyTorch it may, and backward() then fails",
)
def heaviside(input: Any, values: Any, *, out: Any = None) -> Any:
    """The step function of ``input``, with ``values`` where it is 0. PyTorch: ``torch.heaviside``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.heaviside(edugrad.tensor([-2.0, 0.0, 3.0]), edugrad.tensor(0.5))
    tensor([0.0000, 0.5000, 1.0000])
    """
    _need_alike(input, values)
    return Heaviside.apply(input, values, out=out)


def _nan_to_num_(
    input: Any, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """In-place version of :func:`nan_to_num`."""
    return NanToNum.apply_(input, nan=nan, posinf=posinf, neginf=neginf)


@register(
    NanToNum,
    samples=[
        Sample(T(2, 3)),
        Sample(T(3), 1.0, 2.0, -2.0),
        Sample(T(3), nan=0.5, posinf=9.0, neginf=-9.0),
        Sample(T(3, kind="int")),
    ],
    inplace=_nan_to_num_,
)
def nan_to_num(
    input: Any,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: Any = None,
) -> Any:
    """Replace NaN by ``nan`` (0) and the infinities by ``posinf`` and ``neginf``.

    Parameters
    ----------
    input : Tensor
    nan, posinf, neginf : float, optional
        None for 0, the largest and the smallest number of the dtype.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nan_to_num(edugrad.tensor([float("nan"), float("inf"), 1.0]), posinf=5.0)
    tensor([0., 5., 1.])

    Notes
    -----
    PyTorch: ``torch.nan_to_num``.
    """
    return NanToNum.apply(input, nan=nan, posinf=posinf, neginf=neginf, out=out)
