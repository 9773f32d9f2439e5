"""Losses between probabilities: binary cross-entropy and the Kullback–Leibler divergence."""

from __future__ import annotations

import warnings
from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor
from .checks import need_floating, scalar_type
from .logarithms import xlogy
from .loss import FUNCTIONAL, averaged, check_shapes, pair, reduce_array, refuse_gradient
from .loss import read_reduction as read
from .registry import Sample, T, register

INSIDE = T(2, 3, low=0.05, high=0.95)
LEAST = -100.0  # what the logarithm of a probability of 0 counts as


class BinaryCrossEntropy(Op):
    """Cross-entropy between two probabilities of the same event."""

    op_name = "binary_cross_entropy"
    formula = "-(y ln p + (1 - y) ln(1 - p)) · w"
    derivatives = ("grad · w (p - y) / (p (1 - p))", "grad · w (ln(1 - p) - ln p)", "")
    symbols = ("p", "y", "w")

    @staticmethod
    def forward(ctx: Any, p: Any, y: Any, weight: Any, reduction: str) -> Any:
        ctx.save_for_backward(p, y, weight)
        xp = ctx.xp
        right, wrong = xp.maximum(xp.log(p), LEAST), xp.maximum(xp.log1p(-p), LEAST)
        losses = (y - 1) * wrong - y * right
        return reduce_array(ctx, losses if weight is None else losses * weight, reduction)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        p, y, weight = ctx.saved_tensors
        need_p, need_y, _ = ctx.needs_input_grad
        share = grad / ctx.count
        if weight is not None:
            share = share * weight
        return (
            share * (p - y) / ((1 - p) * p).clamp(min=1e-12) if need_p else None,
            share * ((-p).log1p() - p.log()) if need_y else None,
            None,
        )


@register(
    BinaryCrossEntropy,
    samples=[
        Sample(INSIDE, T(2, 3, low=0.0, high=1.0)),
        Sample(INSIDE, T(2, 3, low=0.0, high=1.0), reduction="sum"),
        Sample(INSIDE, T(2, 3, low=0.0, high=1.0), reduction="none"),
        Sample(INSIDE, T(2, 3, low=0.0, high=1.0), weight=T(3, low=0.5, constant=True)),
        Sample(T(low=0.1, high=0.9), T(low=0.0, high=1.0)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""Cross-entropy between the probabilities ``input`` and ``target``.

    .. math:: \ell = -(y \ln p + (1 - y) \ln(1 - p))

    A logarithm counts as -100 at least, so the loss stays finite. For a network's raw outputs,
    :func:`binary_cross_entropy_with_logits` is more exact.

    Parameters
    ----------
    input, target : Tensor
        Probabilities, of the same shape and dtype.
    weight : Tensor, optional
        Factor of each element's loss; broadcast to the input's shape.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        If the shapes differ.
    RuntimeError
        If an element is no probability, or the dtypes differ.

    Examples
    --------
    >>> import edugrad
    >>> p, y = edugrad.tensor([0.5, 0.0]), edugrad.tensor([1.0, 1.0])
    >>> edugrad.nn.functional.binary_cross_entropy(p, y, reduction="none")
    tensor([  0.6931, 100.0000])

    Notes
    -----
    PyTorch: ``torch.nn.functional.binary_cross_entropy``.
    """
    reduction = read(reduction, size_average, reduce)
    check_shapes("binary_cross_entropy", input, target)
    need_floating("binary_cross_entropy", input)
    if input.dtype is not target.dtype:
        raise RuntimeError(
            teach(
                f"Found dtype {scalar_type(target)} but expected {scalar_type(input)}",
                got=f"probabilities of {input.dtype} and targets of {target.dtype}",
                mend="convert them: target.to(input.dtype)",
            )
        )
    refuse_gradient("binary_cross_entropy", "weight", weight)
    _check_probabilities("input", input)
    _check_probabilities("target", target)
    if weight is not None:
        weight = weight.expand(input.shape)
    return BinaryCrossEntropy.apply(input, target, weight, reduction=reduction)


def _check_probabilities(what: str, tensor: Tensor) -> None:
    array = tensor._array
    if not bool(((array >= 0) & (array <= 1)).all()):
        raise RuntimeError(
            teach(
                f"all elements of {what} should be between 0 and 1",
                got=f"numbers from {float(array.min()):.4g} to {float(array.max()):.4g}",
                mend="use sigmoid(…) to turn any numbers into probabilities, or "
                "binary_cross_entropy_with_logits(), which does it inside",
            )
        )


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 3, low=0.1, high=1.0)),
        Sample(T(2, 3), T(2, 3, low=0.1, high=1.0), reduction="batchmean"),
        Sample(T(2, 3), T(2, 3), reduction="sum", log_target=True),
        Sample(T(3), T(3, low=0.1), reduction="none"),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def kl_div(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Any:
    r"""The Kullback–Leibler divergence of a predicted distribution from a true one.

    .. math:: \ell = y (\ln y - \text{input})

    Parameters
    ----------
    input : Tensor
        Logarithms of predicted probabilities.
    target : Tensor
        True probabilities; their logarithms where ``log_target`` is True.
    reduction : "batchmean", "mean", "sum" or "none"
        "batchmean" divides the sum by the first dimension's length, as the definition asks.

    Raises
    ------
    RuntimeError
        If an argument holds whole numbers.

    Notes
    -----
    PyTorch: ``torch.nn.functional.kl_div``.
    """
    if size_average is None and reduce is None and reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.'mean' will be changed to behave the same as 'batchmean' in the next "
            "major release.",
            stacklevel=2,
        )
    by_batch = reduction == "batchmean" and size_average is None and reduce is None
    reduction = "sum" if by_batch else read(reduction, size_average, reduce)
    if not (input.is_floating_point() and target.is_floating_point()):
        raise RuntimeError(
            teach(
                "kl_div: Integral inputs not supported.",
                got=f"tensors of {input.dtype} and {target.dtype}",
                mend="give logarithms of probabilities and probabilities, as from log_softmax()",
            )
        )
    pair("kl_div", input, target, warn=False)
    if log_target:
        losses = target.exp() * (target - input)
    else:
        losses = xlogy(target, target) - target * input
    reduced = averaged(losses, reduction)
    return reduced / input._array.shape[0] if by_batch and input.ndim else reduced
