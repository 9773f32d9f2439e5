"""Losses of distances and angles: what is alike shall lie closer than what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .arithmetic import minimum
from .distance import pairwise_distance
from .loss import FUNCTIONAL, averaged, read_reduction
from .registry import Sample, T, register
from .selection import where

SIGNS = T(2, kind="int", low=1, high=2)
THREE = (T(2, 3), T(2, 3), T(2, 3))


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 3), SIGNS),
        Sample(T(2, 3), T(2, 3), T(2, kind="int", low=-1, high=0), -0.9, reduction="sum"),
        Sample(T(3, 2), T(3, 2), T(3, kind="int", low=-1, high=2), margin=0.2, reduction="none"),
        Sample(T(3), T(3), T(kind="int", low=1, high=2)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""Pairs that are alike (1) shall point one way, others (-1) shall differ in direction.

    .. math:: \ell = \begin{cases} 1 - \cos(x_1, x_2) & y = 1 \\
              \max(0, \cos(x_1, x_2) - \text{margin}) & y = -1 \end{cases}

    Parameters
    ----------
    input1, input2 : Tensor of shape (D,) or (N, D)
    target : Tensor of shape () or (N,)
    margin : float
        The cosine from which on others are too much alike.

    Raises
    ------
    RuntimeError
        If the numbers of dimensions do not fit.

    Notes
    -----
    PyTorch: ``torch.nn.functional.cosine_embedding_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    _check_dimensions(input1, input2, target)
    product = (input1 * input2).sum(-1)
    squares = ((input1 * input1).sum(-1) + 1e-12) * ((input2 * input2).sum(-1) + 1e-12)
    cosine = product / squares.sqrt()
    alike = where(target == 1, 1 - cosine, 0)
    return averaged(alike + where(target == -1, (cosine - margin).clamp_min(0), 0), reduction)


def _check_dimensions(input1: Tensor, input2: Tensor, target: Tensor) -> None:
    """One target for each pair of vectors."""
    if target.ndim > 1:
        rule = "0D or 1D target tensor expected, multi-target not supported"
    elif input1.ndim != target.ndim + 1 or input2.ndim != target.ndim + 1:
        rule = (
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found "
            f"inputs with sizes {list(input1.shape)} and {list(input2.shape)}."
        )
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"a target of shape {tuple(target.shape)}",
            mend="give (N, D), (N, D) and (N,), e.g. target.squeeze(1)",
        )
    )


@register(
    None,
    samples=[
        Sample(*THREE),
        Sample(*THREE, 0.77, 1.0, reduction="sum"),
        Sample(*THREE, margin=3.3, p=3, eps=1e-3, swap=True, reduction="none"),
        Sample(T(3), T(3), T(3)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""An anchor shall lie closer to a positive example than to a negative one, by a margin.

    .. math:: \ell = \max(0, d(a, p) - d(a, n) + \text{margin})

    Parameters
    ----------
    anchor, positive, negative : Tensor
        Vectors along the last dimension.
    margin : float
    p, eps : float
        See :func:`pairwise_distance`.
    swap : bool
        Take the distance of positive and negative example where it is the smaller one.

    Raises
    ------
    RuntimeError
        If the numbers of dimensions differ.
    ValueError
        If the margin is not positive.

    Notes
    -----
    PyTorch: ``torch.nn.functional.triplet_margin_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)

    def distance(x1: Any, x2: Any) -> Any:
        return pairwise_distance(x1, x2, p, eps)

    return _triplet(anchor, positive, negative, distance, margin, swap, reduction)


@register(
    None,
    samples=[Sample(*THREE), Sample(*THREE, margin=0.77, swap=True, reduction="sum")],
    method=False,
    namespace=FUNCTIONAL,
)
def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """:func:`triplet_margin_loss` with a distance of one's own.

    Notes
    -----
    PyTorch: ``torch.nn.functional.triplet_margin_with_distance_loss``.
    """
    reduction = read_reduction(reduction)
    distance = distance_function or pairwise_distance
    return _triplet(anchor, positive, negative, distance, margin, swap, reduction)


def _triplet(
    anchor: Any,
    positive: Any,
    negative: Any,
    distance: Callable[[Any, Any], Any],
    margin: float,
    swap: bool,
    reduction: str,
) -> Any:
    if margin <= 0:
        raise ValueError(
            teach(
                f"margin must be greater than 0, got {margin}",
                got=f"margin={margin}",
                mend="without a margin all vectors may become the same; try 1.0",
            )
        )
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            teach(
                "The anchor, positive, and negative tensors are expected to have the same number "
                f"of dimensions, but got: anchor {anchor.ndim}D, positive {positive.ndim}D, and "
                f"negative {negative.ndim}D inputs",
                got=f"shapes {tuple(anchor.shape)}, {tuple(positive.shape)} and "
                f"{tuple(negative.shape)}",
                mend="bring them to one shape, e.g. negative.unsqueeze(0)",
            )
        )
    close, apart = distance(anchor, positive), distance(anchor, negative)
    if swap:
        apart = minimum(apart, distance(positive, negative))
    return averaged((margin + close - apart).clamp_min(0), reduction)
