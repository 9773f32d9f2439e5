"""Activations made of straight pieces: the relatives of ReLU, and shrinking."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..autograd.short_path import OfTwo
from ..errors import teach
from ..tensor import Tensor
from .checks import need_floating, need_tensors
from .elementwise import Unary
from .registry import Sample, T, register
from .selection import where

FUNCTIONAL = "edugrad.nn.functional"
POINTS = T(13, low=-7.1, high=7.3, distinct=True)


class Relu(Unary):
    """The positive part of each element."""

    op_name = "relu"
    joined = (0,)
    formula = "max(a, 0)"
    derivatives = ("grad where a > 0",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = ctx.xp.maximum(a, 0)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return WhereAbove.apply(grad, result.detach())


class WhereAbove(OfTwo):
    """A gradient where a result is not 0 or below, 0 elsewhere; NaN lets it pass."""

    op_name = "threshold_backward"
    formula = "a where b > 0"
    derivatives = ("grad where b > 0", "")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(b)
        return ctx.xp.where(b <= 0, 0, a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (b,) = ctx.saved_tensors
        return WhereAbove.apply(grad, b), None


class Hardtanh(Unary):
    """Each element brought between two bounds."""

    op_name = "hardtanh"
    joined = (0,)
    formula = "min(max(a, low), high)"
    derivatives = ("grad where low < a < high",)

    @staticmethod
    def forward(ctx: Any, a: Any, low: float, high: float) -> Any:
        ctx.save_for_backward(a)
        xp = ctx.xp
        return xp.minimum(xp.maximum(a, a.dtype.type(low)), a.dtype.type(high))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        outside = (a <= ctx.params["low"]).logical_or(a >= ctx.params["high"])
        return grad.masked_fill(outside, 0.0)


class LeakyRelu(Unary):
    """Positive elements as they are, negative ones times a small slope."""

    op_name = "leaky_relu"
    joined = (0,)
    formula = "a where a > 0, else slope · a"
    derivatives = ("grad where a > 0, else slope · grad",)

    @staticmethod
    def forward(ctx: Any, a: Any, slope: float) -> Any:
        ctx.save_for_backward(a)
        return ctx.xp.where(a > 0, a, a * slope)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return where(a > 0, grad, grad * ctx.params["slope"])


class Prelu(Op):
    """Positive elements as they are, negative ones times a slope that is learnt."""

    op_name = "prelu"
    node_name = "PreluKernelBackward0"
    formula = "a where a > 0, else w · a"
    derivatives = ("grad where a > 0, else w · grad", "a · grad where a ≤ 0")
    symbols = ("a", "w")
    broadcasts = True
    elementwise = True

    @staticmethod
    def forward(ctx: Any, a: Any, weight: Any) -> Any:
        ctx.save_for_backward(a, weight)
        return ctx.xp.where(a > 0, a, a * weight)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, weight = ctx.saved_tensors
        need_a, need_weight = ctx.needs_input_grad
        positive = a > 0
        return (
            where(positive, grad, grad * weight) if need_a else None,
            where(positive, 0.0, grad * a) if need_weight else None,
        )


class Hardsigmoid(Unary):
    """A logistic function made of three straight pieces."""

    op_name = "hardsigmoid"
    joined = (0,)
    formula = "min(max(a + 3, 0), 6) / 6"
    derivatives = ("grad / 6 where -3 < a < 3",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return ctx.xp.minimum(ctx.xp.maximum(a + 3, 0), 6) / 6

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return where((a > -3).logical_and(a < 3), grad / 6, 0.0)


class Hardswish(Unary):
    """Each element times its hard sigmoid."""

    op_name = "hardswish"
    formula = "a · min(max(a + 3, 0), 6) / 6"
    derivatives = ("0 where a ≤ -3, grad · (a / 3 + 1/2) where a < 3, else grad",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return a * ctx.xp.minimum(ctx.xp.maximum(a + 3, 0), 6) / 6

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        sloped = where(a < 3, grad * (a / 3 + 0.5), grad)
        return sloped.masked_fill(a <= -3, 0.0)


class Threshold(Unary):
    """Elements above a threshold as they are, a fixed value instead of the others."""

    op_name = "threshold"
    joined = (0,)
    formula = "a where a > threshold, else value"
    derivatives = ("grad where a > threshold",)

    @staticmethod
    def forward(ctx: Any, a: Any, threshold: float, value: float) -> Any:
        ctx.save_for_backward(a)
        return ctx.xp.where(a <= threshold, a.dtype.type(value), a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad.masked_fill(a <= ctx.params["threshold"], 0.0)


class Softshrink(Unary):
    """Each element moved towards zero by a fixed amount, the small ones to zero."""

    op_name = "softshrink"
    joined = (0,)
    formula = "a - λ where a > λ, a + λ where a < -λ, else 0"
    derivatives = ("grad where |a| > λ",)

    @staticmethod
    def forward(ctx: Any, a: Any, lambd: float) -> Any:
        ctx.save_for_backward(a)
        return a - ctx.xp.clip(a, -lambd, lambd)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad.masked_fill(_small(a, ctx.params["lambd"]), 0.0)


class Hardshrink(Unary):
    """Small elements set to zero, the others as they are."""

    op_name = "hardshrink"
    joined = (0,)
    formula = "a where |a| > λ, else 0"
    derivatives = ("grad where |a| > λ",)

    @staticmethod
    def forward(ctx: Any, a: Any, lambd: float) -> Any:
        ctx.save_for_backward(a)
        return ctx.xp.where((a >= -lambd) & (a <= lambd), a.dtype.type(0), a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad.masked_fill(_small(a, ctx.params["lambd"]), 0.0)


def _small(a: Any, lambd: float) -> Any:
    return (a >= -lambd).logical_and(a <= lambd)


def _run(op: type[Op], input: Any, inplace: bool, **params: Any) -> Any:
    return (op.apply_ if inplace else op.apply)(input, **params)


def _refuse_bool(name: str, input: Any) -> None:
    if input._array.dtype == bool:
        raise RuntimeError(
            teach(
                f"Bool inputs not supported for {name}",
                got="a tensor of bool",
                mend="convert it first, with x.float()",
            )
        )


def relu_(input: Any) -> Any:
    """In-place version of :func:`relu`."""
    return relu(input, inplace=True)


@register(Relu, samples=[Sample(POINTS), Sample(T(2, 3, low=0.5)), Sample(T(0, 2))], inplace=relu_)
def relu(input: Any, inplace: bool = False) -> Any:
    r"""The positive part of each element.

    .. math:: \max(a, 0)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.relu(edugrad.tensor([-1.0, 2.0]))
    tensor([0., 2.])

    Notes
    -----
    PyTorch: ``torch.nn.functional.relu``; ``torch.relu`` has no ``inplace``.
    """
    if not isinstance(input, Tensor):
        need_tensors("relu", input=input)
    if input._array.dtype == bool:
        raise RuntimeError(
            teach(
                "Boolean inputs not supported for relu",
                got="a tensor of bool",
                mend="convert it first, with x.float()",
            )
        )
    return _run(Relu, input, inplace)


@register(
    Hardtanh,
    samples=[Sample(POINTS), Sample(POINTS, min_val=-2.5, max_val=0.3), Sample(POINTS, -4, 4)],
    method=False,
    namespace=FUNCTIONAL,
)
def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """Bring each element between ``min_val`` and ``max_val``.

    Raises
    ------
    ValueError
        If ``min_val`` is larger than ``max_val``.

    Notes
    -----
    PyTorch: ``torch.nn.functional.hardtanh``.
    """
    if min_val > max_val:
        raise ValueError(
            teach(
                "min_val cannot be greater than max_val",
                got=f"min_val={min_val} and max_val={max_val}",
                mend="give the smaller bound first",
            )
        )
    _refuse_bool("hardtanh", input)
    return _run(Hardtanh, input, inplace, low=min_val, high=max_val)


@register(Hardtanh, samples=[Sample(POINTS)], method=False, namespace=FUNCTIONAL)
def relu6(input: Any, inplace: bool = False) -> Any:
    """Bring each element between 0 and 6. PyTorch: ``torch.nn.functional.relu6``."""
    _refuse_bool("hardtanh", input)
    return _run(Hardtanh, input, inplace, low=0.0, high=6.0)


@register(
    LeakyRelu,
    samples=[Sample(POINTS), Sample(POINTS, negative_slope=0.2)],
    method=False,
    namespace=FUNCTIONAL,
)
def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """Leave positive elements as they are and multiply negative ones by ``negative_slope``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.functional.leaky_relu(edugrad.tensor([-2.0, 3.0]), 0.1)
    tensor([-0.2000,  3.0000])

    Notes
    -----
    PyTorch: ``torch.nn.functional.leaky_relu``.
    """
    need_floating("leaky_relu_cpu", input)
    return _run(LeakyRelu, input, inplace, slope=negative_slope)


@register(
    Prelu,
    samples=[
        Sample(T(2, 3, 2, distinct=True), T(3, low=0.1, high=0.5)),
        Sample(T(2, 3, distinct=True), T(1, low=0.1, high=0.5)),
        Sample(T(6, distinct=True), weight=T(low=0.1, high=0.5)),
    ],
)
def prelu(input: Any, weight: Any) -> Any:
    """Like :func:`leaky_relu` with a learnt slope: one for all, or one for each channel (dim 1).

    Raises
    ------
    RuntimeError
        If there are neither one slope nor as many as channels.

    Notes
    -----
    PyTorch: ``torch.nn.functional.prelu``.
    """
    need_floating("prelu_cpu", input)
    channels = input._array.shape[1] if input.ndim > 1 else 1
    if weight.ndim > 1 or weight.numel() not in (1, channels):
        raise RuntimeError(
            teach(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{weight.numel()} and channel size = {channels}.",
                got=f"slopes of shape {tuple(weight.shape)} and an input of shape "
                f"{tuple(input.shape)}",
                mend="give one slope, or a vector with one for each channel (dimension 1)",
            )
        )
    if input.ndim > 1:
        weight = weight.reshape(-1, *[1] * (input.ndim - 2))
    else:
        weight = weight.reshape(input._array.shape and (1,))
    return Prelu.apply(input, weight)


@register(
    Hardsigmoid,
    samples=[Sample(POINTS)],
    method=False,
    namespace=FUNCTIONAL,
    torch="PyTorch rounds the slope 1/6 to float32, also for float64",
)
def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """A logistic function made of three straight pieces.

    Notes
    -----
    PyTorch: ``torch.nn.functional.hardsigmoid``.
    """
    need_floating("hardsigmoid_cpu", input)
    return _run(Hardsigmoid, input, inplace)


@register(Hardswish, samples=[Sample(POINTS)], method=False, namespace=FUNCTIONAL)
def hardswish(input: Any, inplace: bool = False) -> Any:
    """Each element times its :func:`hardsigmoid`. PyTorch: ``torch.nn.functional.hardswish``."""
    need_floating("hardswish_cpu", input)
    return _run(Hardswish, input, inplace)


@register(
    Threshold,
    samples=[Sample(POINTS, 0.5, 20.0), Sample(POINTS, threshold=-1.0, value=-3)],
    method=False,
    namespace=FUNCTIONAL,
)
def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """Put ``value`` in place of the elements that are not above ``threshold``.

    Notes
    -----
    PyTorch: ``torch.nn.functional.threshold``.
    """
    return _run(Threshold, input, inplace, threshold=threshold, value=value)


@register(
    Softshrink,
    samples=[Sample(POINTS), Sample(POINTS, lambd=2.0)],
    method=False,
    namespace=FUNCTIONAL,
    out=True,
)
def softshrink(input: Any, lambd: float = 0.5) -> Any:
    """Move each element towards zero by ``lambd``, those nearer than that to zero.

    Notes
    -----
    PyTorch: ``torch.nn.functional.softshrink``.
    """
    need_floating("softshrink_cpu", input)
    if lambd < 0:
        raise RuntimeError(
            teach(
                f"lambda must be greater or equal to 0, but found to be {lambd}.",
                got=f"lambd={lambd}",
                mend="the amount to shrink by is not negative",
            )
        )
    return Softshrink.apply(input, lambd=lambd)


@register(Hardshrink, samples=[Sample(POINTS), Sample(POINTS, lambd=2.0)], out=True)
def hardshrink(input: Any, lambd: float = 0.5) -> Any:
    """Set elements to zero that are not further from it than ``lambd``.

    Notes
    -----
    PyTorch: ``torch.nn.functional.hardshrink``.
    """
    need_floating("hardshrink_cpu", input)
    return Hardshrink.apply(input, lambd=lambd)


@register(
    None,
    samples=[Sample(POINTS), Sample(POINTS, lower=0.1, upper=0.2)],
    method=False,
    namespace=FUNCTIONAL,
)
def rrelu(
    input: Any,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Any:
    """Like :func:`leaky_relu` with a random slope for each element while ``training``.

    Outside of training the slope is the mean of ``lower`` and ``upper``.

    Notes
    -----
    PyTorch: ``torch.nn.functional.rrelu``.
    """
    if not lower <= upper:
        raise RuntimeError(
            teach(
                "Lower bound should be less than or equal to the upper bound",
                got=f"lower={lower}, upper={upper}",
                mend="exchange the two bounds",
            )
        )
    need_floating("leaky_relu_cpu", input)
    if not training:
        return _run(LeakyRelu, input, inplace, slope=(lower + upper) / 2)
    drawn: Tensor = input.detach().new_empty(input.shape).uniform_(lower, upper)
    slopes = drawn.masked_fill(input > 0, 1.0)
    return input.mul_(slopes) if inplace else input * slopes


def leaky_relu_(input: Any, negative_slope: float = 0.01) -> Any:
    """In-place version of :func:`leaky_relu`."""
    return leaky_relu(input, negative_slope, inplace=True)


def hardtanh_(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """In-place version of :func:`hardtanh`."""
    return hardtanh(input, min_val, max_val, inplace=True)


def threshold_(input: Any, threshold: float, value: float) -> Any:
    """In-place version of :func:`threshold`."""
    return Threshold.apply_(input, threshold=threshold, value=value)


def rrelu_(
    input: Any, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False
) -> Any:
    """In-place version of :func:`rrelu`."""
    return rrelu(input, lower, upper, training, inplace=True)
