"""Steps and bounds, element by element: the sign, rounding, clamping."""

from __future__ import annotations

from typing import Any

from ..autograd.promotion import NUMBERS
from ..errors import teach
from .checks import need_kernel
from .elementwise import AWAY_FROM_ZERO, Unary
from .registry import Sample, T, register, unary
from .selection import where


class Step(Unary):
    """An element-wise function that is flat almost everywhere: its gradient is zero."""

    derivatives = ("0",)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


class Sign(Step):
    """The sign of each element: -1, 0 or 1; 0 for NaN."""

    op_name = "sign"
    formula = "sign(a)"

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        if a.dtype.kind == "b":
            return a.copy()
        return (a > 0).astype(a.dtype) - (a < 0).astype(a.dtype)


class Floor(Step):
    """Each element rounded down."""

    op_name = "floor"
    formula = "⌊a⌋"

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        need_kernel("floor_vml_cpu", "fiu", a)
        return ctx.xp.floor(a) if a.dtype.kind == "f" else a.copy()


class Ceil(Step):
    """Each element rounded up."""

    op_name = "ceil"
    formula = "⌈a⌉"

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        need_kernel("ceil_vml_cpu", "fiu", a)
        return ctx.xp.ceil(a) if a.dtype.kind == "f" else a.copy()


class Trunc(Step):
    """Each element without its fraction."""

    op_name = "trunc"
    formula = "trunc(a)"

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        need_kernel("trunc_vml_cpu", "fiu", a)
        return ctx.xp.trunc(a) if a.dtype.kind == "f" else a.copy()


class Round(Step):
    """Each element rounded to the nearest number of so many decimals; halves go to the even one."""

    op_name = "round"
    formula = "round(a)"

    @staticmethod
    def forward(ctx: Any, a: Any, decimals: int) -> Any:
        need_kernel("round_cpu", "f" if decimals else "fiu", a)
        return ctx.xp.round(a, decimals) if a.dtype.kind == "f" else a.copy()


class Clamp(Unary):
    """Each element brought between a lower and an upper bound; None is no bound."""

    op_name = "clamp"
    out_dtype = "same"
    node_name = "ClampBackward1"
    formula = "min(max(a, low), high)"
    derivatives = (
        "grad where low ≤ a ≤ high",
        "grad where a < low < high",
        "grad where a > high or low > high",
    )
    symbols = ("a", "low", "high")
    broadcasts = True

    @staticmethod
    def forward(ctx: Any, a: Any, low: Any, high: Any) -> Any:
        ctx.save_for_backward(a, low, high)
        if a.dtype.kind == "f" and type(low) in NUMBERS and type(high) in NUMBERS:
            return ctx.xp.clip(a, low, high)  # once through the memory
        result = a
        if low is not None:
            result = ctx.xp.maximum(result, low)
        if high is not None:
            result = ctx.xp.minimum(result, high)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, low, high = ctx.saved_tensors
        need_a, need_low, need_high = ctx.needs_input_grad
        return (
            where(_inside(a, low, high), grad, 0.0) if need_a else None,
            where(_below(a, low, high), grad, 0.0) if need_low else None,
            where(_above(a, low, high), grad, 0.0) if need_high else None,
        )


def _inside(a: Any, low: Any, high: Any) -> Any:
    if low is None:
        return a <= high
    return a >= low if high is None else (a >= low).logical_and(a <= high)


def _below(a: Any, low: Any, high: Any) -> Any:
    return a < low if high is None else (a < low).logical_and(low < high)


def _above(a: Any, low: Any, high: Any) -> Any:
    return a > high if low is None else (a > high).logical_or(high < low)


STEPS = (Sample(T(7, low=-1.9, high=1.8, distinct=True)),)


sign = unary(Sign, *AWAY_FROM_ZERO)


floor = unary(Floor, *STEPS)


ceil = unary(Ceil, *STEPS)


trunc = unary(Trunc, *STEPS, aliases=["fix"])


def _round_(input: Any, *, decimals: int = 0) -> Any:
    """In-place version of :func:`round`."""
    return Round.apply_(input, decimals=decimals)


@register(Round, samples=[*STEPS, Sample(T(7, distinct=True), decimals=1)], inplace=_round_)
def round(input: Any, *, decimals: int = 0, out: Any = None) -> Any:
    """Round each element to ``decimals`` places; halves go to the even neighbour.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.round(edugrad.tensor([0.5, 1.5, 2.4]))
    tensor([0., 2., 2.])

    Notes
    -----
    PyTorch: ``torch.round``.
    """
    return Round.apply(input, decimals=decimals, out=out)


def _clamp_(input: Any, min: Any = None, max: Any = None) -> Any:
    """In-place version of :func:`clamp`."""
    _need_bound(min, max)
    return Clamp.apply_(input, min, max)


def _need_bound(low: Any, high: Any) -> None:
    if low is None and high is None:
        raise RuntimeError(
            teach(
                "clamp: At least one of 'min' or 'max' must not be None",
                got="clamp() without a bound",
                mend="say where to cut, e.g. x.clamp(min=0)",
            )
        )


@register(
    Clamp,
    samples=[
        Sample(T(2, 3, distinct=True), min=-0.9, max=1.1),
        Sample(T(5, distinct=True), min=0.1),
        Sample(T(5, distinct=True), max=0.1),
        Sample(T(2, 3, distinct=True), T(3, low=-1.5, high=-0.5), T(2, 1, low=0.5, high=1.5)),
    ],
    inplace=_clamp_,
    aliases=["clip"],
)
def clamp(input: Any, min: Any = None, max: Any = None, *, out: Any = None) -> Any:
    """Bring each element between ``min`` and ``max`` (numbers, tensors, or None for no bound).

    Examples
    --------
    >>> import edugrad
    >>> edugrad.clamp(edugrad.tensor([-2.0, 0.5, 3.0]), min=0, max=1)
    tensor([0.0000, 0.5000, 1.0000])

    Notes
    -----
    PyTorch: ``torch.clamp``.
    """
    _need_bound(min, max)
    return Clamp.apply(input, min, max, out=out)
