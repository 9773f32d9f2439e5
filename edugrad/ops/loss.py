"""Losses: how far a prediction is from its target."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

from ..autograd.function import Op
from ..autograd.grad_mode import is_grad_enabled
from ..autograd.short_path import OfTwo
from ..errors import teach
from .checks import need_float, need_floating
from .registry import Sample, T, register
from .reshaping import broadcast_tensors
from .summation import total

FUNCTIONAL = "edugrad.nn.functional"


class SigmoidCrossEntropy(Op):
    """Cross-entropy between a logit and a probability, computed without overflow."""

    op_name = "binary_cross_entropy_with_logits"
    formula = "max(z, 0) - z · y + ln(1 + exp(-|z|))"
    derivatives = ("grad · (σ(z) - y)", "-grad · z")
    symbols = ("z", "y")

    @staticmethod
    def forward(ctx: Any, z: Any, y: Any, reduction: str) -> Any:
        need_z, need_y = ctx.needs_input_grad
        ctx.save_for_backward(z if need_z or need_y else None, y if need_z else None)
        xp = ctx.xp
        losses = xp.maximum(z, 0) - z * y + xp.log1p(xp.exp(-xp.abs(z)))
        return reduce_array(ctx, losses, reduction)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        z, y = ctx.saved_tensors
        need_z, need_y = ctx.needs_input_grad
        share = grad / ctx.count
        return share * (z.sigmoid() - y) if need_z else None, -share * z if need_y else None


class SquaredError(OfTwo):
    """The square of the difference."""

    op_name = "mse_loss"
    formula = "(a - b)²"
    derivatives = ("grad · 2 (a - b)", "-grad · 2 (a - b)")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, reduction: str) -> Any:
        ctx.save_for_backward(a, b)
        away = a - b
        return reduce_array(ctx, away * away, reduction)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        share = (a - b) * (grad * (2 / (ctx.count or 1)))
        need_a, need_b = ctx.needs_input_grad
        return share if need_a else None, -share if need_b else None


def reduce_array(ctx: Any, losses: Any, reduction: str) -> Any:
    """The losses' mean, their sum, or themselves; ``ctx.count`` is what a mean divides by."""
    ctx.count = losses.size if reduction == "mean" else 1
    if reduction == "none":
        return losses
    summed = total(losses, tuple(range(losses.ndim)))
    return summed / ctx.count if reduction == "mean" else summed


def averaged(losses: Any, reduction: str) -> Any:
    """The mean of a tensor of losses, their sum, or themselves."""
    return losses if reduction == "none" else getattr(losses, reduction)()


def read_reduction(
    reduction: str, size_average: bool | None = None, reduce: bool | None = None
) -> str:
    """The reduction that is meant, also by the older ``size_average`` and ``reduce``.

    Raises
    ------
    ValueError
        If it is none of "mean", "sum" and "none".
    """
    if size_average is not None or reduce is not None:
        reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        warnings.warn(
            "size_average and reduce args will be deprecated, please use "
            f"reduction='{reduction}' instead.",
            stacklevel=3,
        )
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(
            teach(
                f"{reduction} is not a valid value for reduction",
                got=f"reduction={reduction!r}",
                mend='use "mean", "sum" or "none"',
            )
        )
    return reduction


def refuse_gradient(function: str, argument: str, value: Any) -> None:
    """Refuse an argument that asks for a gradient where the loss has none for it."""
    if value is not None and value.requires_grad and is_grad_enabled():
        raise RuntimeError(
            teach(
                f"The function '{function}' is not differentiable with respect to argument "
                f"'{argument}'. This input cannot have requires_grad True.",
                got=f"{argument} of shape {tuple(value.shape)} with requires_grad=True",
                mend=f"pass {argument}.detach()",
            )
        )


def check_shapes(name: str, input: Any, target: Any) -> None:
    """Refuse to broadcast a prediction against a target: (N, 1) against (N,) would give (N, N)."""
    if input.shape != target.shape:
        raise ValueError(
            teach(
                f"Target size ({target.shape}) must be the same as input size ({input.shape})",
                got=f"{name}() of a prediction of shape {tuple(input.shape)} and a target of "
                f"shape {tuple(target.shape)}, which would be broadcast against each other",
                mend="bring them to one shape, e.g. prediction.squeeze(1) or target.unsqueeze(1)",
            )
        )


def pair(name: str, input: Any, target: Any, warn: bool = True) -> Any:
    """Prediction and target in one shape, where one of them has that shape already.

    Raises
    ------
    ValueError
        If both would have to be broadcast: (N, 1) against (N,) gives (N, N) losses.
    """
    if input.shape == target.shape:
        return input, target
    lengths = itertools.zip_longest(reversed(input.shape), reversed(target.shape), fillvalue=1)
    common = tuple(n if m == 1 else m for m, n in lengths)[::-1]
    if common not in (tuple(input.shape), tuple(target.shape)):
        check_shapes(name, input, target)
    if warn:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )
    return broadcast_tensors(input, target)


@register(
    SigmoidCrossEntropy,
    samples=[
        Sample(T(3), T(3, low=0.0, high=1.0)),
        Sample(T(2, 3), T(2, 3, low=0.0, high=1.0), reduction="sum"),
        Sample(T(2, 3), T(2, 3, low=0.0, high=1.0), reduction="none"),
        Sample(T(2, 3), T(2, 3, low=0.0, high=1.0), weight=T(3, low=0.5, constant=True)),
        Sample(
            T(2, 3),
            T(2, 3, low=0.0, high=1.0),
            pos_weight=T(3, low=0.5, constant=True),
            reduction="sum",
        ),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    pos_weight: Any = None,
) -> Any:
    r"""Cross-entropy between the sigmoid of ``input`` and the probabilities ``target``.

    .. math:: \ell = \max(z, 0) - z y + \ln(1 + e^{-|z|})

    Parameters
    ----------
    input : Tensor
        Logits: any real numbers.
    target : Tensor
        Probabilities, of the same shape.
    weight : Tensor, optional
        Factor of each element's loss.
    reduction : "mean", "sum" or "none"
    pos_weight : Tensor, optional
        Factor of the positive part of each loss.

    Raises
    ------
    ValueError
        If the shapes differ.
    RuntimeError
        If one of them holds no floating-point numbers.

    Examples
    --------
    >>> import edugrad
    >>> z, y = edugrad.tensor([0.0, 100.0]), edugrad.tensor([1.0, 1.0])
    >>> edugrad.nn.functional.binary_cross_entropy_with_logits(z, y)
    tensor(0.3466)

    Notes
    -----
    PyTorch: ``torch.nn.functional.binary_cross_entropy_with_logits``.
    """
    check_shapes("binary_cross_entropy_with_logits", input, target)
    reduction = read_reduction(reduction, size_average, reduce)
    need_floating("log_sigmoid_cpu", input)
    need_float("binary_cross_entropy_with_logits() takes floating-point targets", target)
    refuse_gradient("binary_cross_entropy_with_logits", "weight", weight)
    refuse_gradient("binary_cross_entropy_with_logits", "pos_weight", pos_weight)
    if weight is None and pos_weight is None:
        return SigmoidCrossEntropy.apply(input, target, reduction=reduction)
    losses = SigmoidCrossEntropy.apply(input, target, reduction="none")
    if pos_weight is not None:
        positive = SigmoidCrossEntropy.apply(input, target.new_ones(target.shape), reduction="none")
        losses = losses + (pos_weight - 1) * target * positive
    return averaged(losses if weight is None else losses * weight, reduction)


@register(
    SquaredError,
    samples=[
        Sample(T(2, 3), T(2, 3)),
        Sample(T(3), T(3), reduction="sum"),
        Sample(T(2, 3), T(2, 3), reduction="none"),
        Sample(T(2, 3), T(2, 3), weight=T(2, 3, low=0.5)),
        Sample(T(2, 3), T()),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def mse_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Any:
    r"""The mean of the squared differences, weighted where a ``weight`` is given.

    .. math:: \ell = (\text{input} - \text{target})^2

    Raises
    ------
    ValueError
        If both would be broadcast, as (N, 1) and (N,) are: PyTorch warns and gives (N, N) losses.

    Notes
    -----
    PyTorch: ``torch.nn.functional.mse_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    input, target = pair("mse_loss", input, target)
    need_floating("mse_cpu", target if target.is_floating_point() else input)
    if weight is None:
        return SquaredError.apply(input, target, reduction=reduction)
    return weighted((input - target) ** 2, weight, reduction)


def weighted(losses: Any, weight: Any, reduction: str) -> Any:
    """Losses times weights; their mean is divided by the sum of the weights."""
    check_weight(weight, losses)
    if reduction == "mean":
        return (losses * weight).sum() / weight.sum()
    return averaged(losses * weight, reduction)


def check_weight(weight: Any, losses: Any) -> None:
    """Refuse weights that are not one for each loss."""
    if weight.shape != losses.shape:
        raise ValueError(
            teach(
                "Weights and input must have the same size.",
                got=f"weights of shape {tuple(weight.shape)} for losses of shape "
                f"{tuple(losses.shape)}",
                mend="give one weight for each element, e.g. weight.expand_as(input)",
            )
        )
