"""Losses with a margin as modules: a right answer shall be ahead by at least so much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import teach
from . import functional as F
from .distance import PairwiseDistance
from .loss import _Loss, _WeightedLoss


class _MarginLoss(_Loss):
    """A loss with a margin."""

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin


class MarginRankingLoss(_MarginLoss):
    r"""What the one that shall be larger lacks to being ahead by the margin.

    .. math:: \ell = \max(0, -y (x_1 - x_2) + \text{margin})

    It is called with two predictions and a target: 1 where the first shall be larger, else -1.

    Parameters
    ----------
    margin : float
    reduction : "mean", "sum" or "none"

    Examples
    --------
    >>> import edugrad
    >>> first, second = edugrad.tensor([3.0, 1.0]), edugrad.tensor([1.0, 2.0])
    >>> edugrad.nn.MarginRankingLoss(0.5)(first, second, edugrad.tensor([1.0, 1.0]))
    tensor(0.7500)

    Notes
    -----
    PyTorch: ``torch.nn.MarginRankingLoss``.
    """

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        return F.margin_ranking_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class HingeEmbeddingLoss(_MarginLoss):
    r"""Distances of pairs that are alike (1), and what lacks to the margin for others (-1).

    .. math:: \ell = x \text{ if } y = 1, \text{ else } \max(0, \text{margin} - x)

    Parameters
    ----------
    margin : float
    reduction : "mean", "sum" or "none"

    Examples
    --------
    >>> import edugrad
    >>> distances, alike = edugrad.tensor([0.2, 0.4]), edugrad.tensor([1.0, -1.0])
    >>> edugrad.nn.HingeEmbeddingLoss(reduction="none")(distances, alike)
    tensor([0.2000, 0.6000])

    Notes
    -----
    PyTorch: ``torch.nn.HingeEmbeddingLoss``.
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(margin, size_average, reduce, reduction)

    def forward(self, input: Any, target: Any) -> Any:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_MarginLoss):
    r"""Vectors that are alike (1) shall point the same way, others (-1) shall not.

    .. math:: \ell = 1 - \cos(x_1, x_2) \text{ if } y = 1, \text{ else }
        \max(0, \cos(x_1, x_2) - \text{margin})

    It is called with two tensors of shape (batch, size) and a target of shape (batch,).

    Parameters
    ----------
    margin : float
        From -1 to 1.
    reduction : "mean", "sum" or "none"

    Examples
    --------
    >>> import edugrad
    >>> first, second = edugrad.tensor([[1.0, 0.0]]), edugrad.tensor([[1.0, 1.0]])
    >>> edugrad.nn.CosineEmbeddingLoss()(first, second, edugrad.tensor([1]))
    tensor(0.2929)

    Notes
    -----
    PyTorch: ``torch.nn.CosineEmbeddingLoss``.
    """

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        return F.cosine_embedding_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class SoftMarginLoss(_Loss):
    r"""The logistic loss of answers that are 1 or -1.

    .. math:: \ell = \ln(1 + e^{-y x})

    Parameters
    ----------
    reduction : "mean", "sum" or "none"

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.SoftMarginLoss()(edugrad.tensor([0.0, 2.0]), edugrad.tensor([1.0, 1.0]))
    tensor(0.4100)

    Notes
    -----
    PyTorch: ``torch.nn.SoftMarginLoss``.
    """

    def forward(self, input: Any, target: Any) -> Any:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    r"""Sigmoid cross-entropy where several classes may be right, averaged over the classes.

    .. math:: \ell = -\frac{1}{C} \sum_c w_c \, (y_c \ln \sigma(x_c) +
        (1 - y_c) \ln(1 - \sigma(x_c)))

    Parameters
    ----------
    weight : Tensor of shape (classes,), optional
    reduction : "mean", "sum" or "none"

    Examples
    --------
    >>> import edugrad
    >>> scores, right = edugrad.tensor([[0.0, 2.0]]), edugrad.tensor([[1.0, 1.0]])
    >>> edugrad.nn.MultiLabelSoftMarginLoss()(scores, right)
    tensor(0.4100)

    Notes
    -----
    PyTorch: ``torch.nn.MultiLabelSoftMarginLoss``.
    """

    def forward(self, input: Any, target: Any) -> Any:
        return F.multilabel_soft_margin_loss(
            input, target, weight=self.weight, reduction=self.reduction
        )


class MultiLabelMarginLoss(_Loss):
    r"""What each right class lacks to being ahead by 1 of each wrong one.

    .. math:: \ell = \frac{1}{C} \sum_{y \in Y} \sum_{c \notin Y} \max(0, 1 - x_y + x_c)

    The target has the prediction's shape, (batch, classes) or (classes,), and in each row the
    numbers of the right classes up to the first -1.

    Parameters
    ----------
    reduction : "mean", "sum" or "none"

    Raises
    ------
    RuntimeError
        When called: if the shapes differ, or a target is none of the classes.

    Examples
    --------
    >>> import edugrad
    >>> scores, right = edugrad.tensor([[0.1, 0.2, 0.4, 0.8]]), edugrad.tensor([[3, 0, -1, 1]])
    >>> edugrad.nn.MultiLabelMarginLoss()(scores, right)
    tensor(0.8500)

    Notes
    -----
    PyTorch: ``torch.nn.MultiLabelMarginLoss``.
    """

    def forward(self, input: Any, target: Any) -> Any:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    r"""What the right class lacks to being ahead of each other class by the margin.

    .. math:: \ell = \frac{1}{C} \sum_{c \ne y} w_y \max(0, \text{margin} - x_y + x_c)^p

    Parameters
    ----------
    p : int
        The power, 1 or 2.
    margin : float
    weight : Tensor of shape (classes,), optional
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        If p is neither 1 nor 2, or the weight is not a vector.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.MultiMarginLoss()(edugrad.tensor([[0.1, 0.2, 0.8]]), edugrad.tensor([2]))
    tensor(0.2333)

    Notes
    -----
    PyTorch: ``torch.nn.MultiMarginLoss``.
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Any = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError(
                teach("only p == 1 and p == 2 supported", got=f"p={p}", mend="use p=1 or p=2")
            )
        if weight is not None and weight.ndim != 1:
            raise ValueError(
                teach(
                    f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.ndim}D "
                    "instead",
                    got=f"a weight of shape {tuple(weight.shape)}",
                    mend="give one number for each class",
                )
            )
        self.p = p
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        return F.multi_margin_loss(
            input,
            target,
            p=self.p,
            margin=self.margin,
            weight=self.weight,
            reduction=self.reduction,
        )


def _check_margin(name: str, margin: float) -> None:
    if margin <= 0:
        raise ValueError(
            teach(
                f"{name}: expected margin to be greater than 0, got {margin} instead",
                got=f"margin={margin}",
                mend="the negative shall be further away than the positive by a positive margin",
            )
        )


class TripletMarginLoss(_Loss):
    r"""An anchor shall be nearer to its like than to another by the margin.

    .. math:: \ell = \max(0, d(a, p) - d(a, n) + \text{margin}),
        \quad d(x, y) = \lVert x - y + \epsilon \rVert_p

    It is called with anchor, positive and negative, each of shape (batch, size) or (size,).

    Parameters
    ----------
    margin : float
    p : float
        Which norm measures the distance.
    eps : float
        Keeps the distance from 0, where it has no derivative.
    swap : bool
        Take the distance between positive and negative where it is the smaller one.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        If the margin is not positive.

    Examples
    --------
    >>> import edugrad
    >>> anchor, near, far = edugrad.tensor([[0.0], [1.0], [1.5]]).unsqueeze(1)
    >>> edugrad.nn.TripletMarginLoss()(anchor, near, far)
    tensor(0.5000)

    Notes
    -----
    PyTorch: ``torch.nn.TripletMarginLoss``. Source: Balntas et al., "Learning Local Feature
    Descriptors with Triplets", 2016.
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        _check_margin(type(self).__name__, margin)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(_Loss):
    """A triplet loss with a distance of one's own.

    Parameters
    ----------
    distance_function : callable, optional
        Of two tensors; the Euclidean distance unless given.
    margin : float
    swap : bool
        Take the distance between positive and negative where it is the smaller one.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        If the margin is not positive.

    Examples
    --------
    >>> import edugrad
    >>> def city_block(x, y):
    ...     return (x - y).abs().sum(-1)
    >>> loss = edugrad.nn.TripletMarginWithDistanceLoss(distance_function=city_block)
    >>> loss(edugrad.zeros(1, 2), edugrad.ones(1, 2), edugrad.full((1, 2), 1.25))
    tensor(0.5000)

    Notes
    -----
    PyTorch: ``torch.nn.TripletMarginWithDistanceLoss``.
    """

    distance_function: Callable[[Any, Any], Any]

    def __init__(
        self,
        *,
        distance_function: Callable[[Any, Any], Any] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        _check_margin(type(self).__name__, margin)
        self.distance_function = (
            PairwiseDistance() if distance_function is None else distance_function
        )
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
