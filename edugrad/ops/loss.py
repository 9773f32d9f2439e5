"""Losses: how far a prediction is from its target."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..errors import teach
from .registry import Sample, T, register

FUNCTIONAL = "edugrad.nn.functional"


class SigmoidCrossEntropy(Op):
    """Cross-entropy between a logit and a probability, computed without overflow."""

    op_name = "binary_cross_entropy_with_logits"
    formula = "max(z, 0) - z · y + ln(1 + exp(-|z|))"
    derivatives = ("grad · (σ(z) - y)", "-grad · z")
    symbols = ("z", "y")

    @staticmethod
    def forward(ctx: Any, z: Any, y: Any) -> Any:
        ctx.save_for_backward(z, y if ctx.needs_input_grad[0] else None)
        xp = ctx.xp
        return xp.maximum(z, 0) - z * y + xp.log1p(xp.exp(-xp.abs(z)))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        z, y = ctx.saved_tensors
        need_z, need_y = ctx.needs_input_grad
        return grad * (z.sigmoid() - y) if need_z else None, -grad * z if need_y else None


class SquaredError(Op):
    """The square of the difference."""

    op_name = "mse_loss"
    formula = "(a - b)²"
    derivatives = ("grad · 2 (a - b)", "-grad · 2 (a - b)")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        away = a - b
        return away * away

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        share = grad * (2 * (a - b))
        need_a, need_b = ctx.needs_input_grad
        return share if need_a else None, -share if need_b else None


def reduced(loss: Any, reduction: str) -> Any:
    """The mean, the sum, or the losses themselves.

    Raises
    ------
    ValueError
        If ``reduction`` is none of "mean", "sum" and "none".
    """
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(
        teach(
            f"{reduction} is not a valid value for reduction",
            got=f"reduction={reduction!r}",
            mend='use "mean", "sum" or "none"',
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


@register(
    SigmoidCrossEntropy,
    samples=[
        Sample(T(3), T(3, low=0.0, high=1.0)),
        Sample(T(2, 3), T(2, 3, low=0.0, high=1.0), reduction="sum"),
        Sample(T(2, 3), T(2, 3, low=0.0, high=1.0), reduction="none"),
        Sample(T(2, 3), T(2, 3, low=0.0, high=1.0), weight=T(3, low=0.5)),
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

    Examples
    --------
    >>> import edugrad
    >>> z, y = edugrad.tensor([0.0, 100.0]), edugrad.tensor([1.0, 1.0])
    >>> edugrad.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none")
    tensor([0.6931, 0.0000])

    Notes
    -----
    PyTorch: ``torch.nn.functional.binary_cross_entropy_with_logits``.
    """
    check_shapes("binary_cross_entropy_with_logits", input, target)
    if pos_weight is None:
        loss = SigmoidCrossEntropy.apply(input, target)
    else:
        positive = SigmoidCrossEntropy.apply(input, target * 0 + 1)
        loss = (1 - target) * (positive + input) + target * pos_weight * positive
    return reduced(loss if weight is None else loss * weight, reduction)


@register(
    SquaredError,
    samples=[Sample(T(2, 3), T(2, 3)), Sample(T(3), T(3), reduction="sum")],
    method=False,
    namespace=FUNCTIONAL,
)
def mse_loss(
    input: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
) -> Any:
    """The mean of the squared differences.

    Raises
    ------
    ValueError
        If the shapes differ: PyTorch warns and broadcasts, which is nearly always a mistake.

    Notes
    -----
    PyTorch: ``torch.nn.functional.mse_loss``.
    """
    check_shapes("mse_loss", input, target)
    return reduced(SquaredError.apply(input, target), reduction)
