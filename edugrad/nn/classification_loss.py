"""Losses of classification as modules, and losses between distributions."""

from __future__ import annotations

from typing import Any

from . import functional as F
from .loss import _Loss, _WeightedLoss


class CrossEntropyLoss(_WeightedLoss):
    r"""How unlikely the right classes are, by the softmax of the scores.

    .. math:: \ell = -w_y \ln \frac{e^{x_y}}{\sum_c e^{x_c}}

    It is called with raw scores (logits, not probabilities) of shape (classes,), (batch, classes)
    or (batch, classes, …), and with the numbers of the right classes, of that shape without the
    classes, or with their probabilities, of the scores' shape.

    Parameters
    ----------
    weight : Tensor of shape (classes,), optional
        How much each class counts; a mean is divided by the sum of the weights that counted.
    ignore_index : int
        A class number whose examples do not count.
    reduction : "mean", "sum" or "none"
    label_smoothing : float
        The share of the target that is spread over all classes, from 0 to 1.

    Raises
    ------
    IndexError
        When called: if a target is not a class number.
    ValueError, RuntimeError
        If shapes or dtypes do not fit.

    Examples
    --------
    >>> import edugrad
    >>> scores = edugrad.tensor([[2.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    >>> edugrad.nn.CrossEntropyLoss()(scores, edugrad.tensor([0, 2]))
    tensor(0.3955)

    Notes
    -----
    PyTorch: ``torch.nn.CrossEntropyLoss``. Source of the smoothing: Szegedy et al., "Rethinking
    the Inception Architecture for Computer Vision", 2015.
    """

    def __init__(
        self,
        weight: Any = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Any, target: Any) -> Any:
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(_WeightedLoss):
    r"""The negative of the right classes' log-probabilities, as a ``LogSoftmax`` gives them.

    .. math:: \ell = -w_y x_y

    Parameters
    ----------
    weight : Tensor of shape (classes,), optional
        How much each class counts; a mean is divided by the sum of the weights that counted.
    ignore_index : int
        A class number whose examples do not count.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    IndexError
        When called: if a target is not a class number.

    Examples
    --------
    >>> import edugrad
    >>> logarithms = edugrad.tensor([[0.5, 0.5], [0.9, 0.1]]).log()
    >>> edugrad.nn.NLLLoss()(logarithms, edugrad.tensor([1, 0]))
    tensor(0.3993)

    Notes
    -----
    PyTorch: ``torch.nn.NLLLoss``.
    """

    def __init__(
        self,
        weight: Any = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Any, target: Any) -> Any:
        return F.nll_loss(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class BCELoss(_WeightedLoss):
    r"""Cross-entropy between probabilities and targets that are 0, 1 or between.

    .. math:: \ell = -w \, (y \ln x + (1 - y) \ln(1 - x))

    Logarithms end at -100, so that the loss stays finite.

    Parameters
    ----------
    weight : Tensor, optional
        A factor of each element's loss.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        When called: if the shapes differ.
    RuntimeError
        If a prediction is not between 0 and 1.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.BCELoss()(edugrad.tensor([0.9, 0.2]), edugrad.tensor([1.0, 0.0]))
    tensor(0.1643)

    Notes
    -----
    PyTorch: ``torch.nn.BCELoss``. With scores instead of probabilities use
    :class:`BCEWithLogitsLoss`, which is more exact.
    """

    def forward(self, input: Any, target: Any) -> Any:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    r"""Cross-entropy between the sigmoid of scores and targets that are 0, 1 or between.

    .. math:: \ell = -w \, (p \, y \ln \sigma(x) + (1 - y) \ln(1 - \sigma(x)))

    Parameters
    ----------
    weight : Tensor, optional
        A factor of each element's loss.
    reduction : "mean", "sum" or "none"
    pos_weight : Tensor, optional
        A factor p of the positive part, for each class.

    Raises
    ------
    ValueError
        When called: if the shapes differ.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.BCEWithLogitsLoss()(edugrad.tensor([0.0, 2.0]), edugrad.tensor([1.0, 1.0]))
    tensor(0.4100)

    Notes
    -----
    PyTorch: ``torch.nn.BCEWithLogitsLoss``.
    """

    pos_weight: Any

    def __init__(
        self,
        weight: Any = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Any = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Any, target: Any) -> Any:
        return F.binary_cross_entropy_with_logits(
            input,
            target,
            weight=self.weight,
            reduction=self.reduction,
            pos_weight=self.pos_weight,
        )


class KLDivLoss(_Loss):
    r"""The Kullback-Leibler divergence of a prediction from a target distribution.

    .. math:: \ell = y \, (\ln y - x)

    The prediction holds logarithms of probabilities, the target probabilities.

    Parameters
    ----------
    reduction : "mean", "sum", "none" or "batchmean"
        "batchmean" divides the sum by the batch size, which is the divergence itself; "mean"
        divides by the number of elements.
    log_target : bool
        The target holds logarithms too.

    Examples
    --------
    >>> import edugrad
    >>> prediction = edugrad.tensor([[0.5, 0.5]]).log()
    >>> edugrad.nn.KLDivLoss(reduction="batchmean")(prediction, edugrad.tensor([[0.9, 0.1]]))
    tensor(0.3681)

    Notes
    -----
    PyTorch: ``torch.nn.KLDivLoss``. Source: Kullback and Leibler, "On Information and
    Sufficiency", 1951.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Any:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class CTCLoss(_Loss):
    r"""How unlikely labels are when nobody says at which step each one lies.

    .. math:: \ell = -\ln \sum_{\pi \to y} \prod_t p_t(\pi_t)

    summed over all alignments: ways to name a label or the blank at each step that give the labels
    when repetitions and then blanks are left out. It is called with log-probabilities of shape
    (steps, batch, classes), labels of shape (batch, labels), and the lengths of both.

    Parameters
    ----------
    blank : int
        The class that stands for no label.
    reduction : "mean", "sum" or "none"
        A mean is taken of losses that are divided by the number of labels.
    zero_infinity : bool
        Count examples with too few steps for their labels as 0 instead of infinity.

    Raises
    ------
    RuntimeError
        When called: if the lengths or the blank do not fit.

    Examples
    --------
    >>> import edugrad
    >>> even = edugrad.full((3, 1, 2), 0.5).log()
    >>> edugrad.nn.CTCLoss()(even, edugrad.tensor([[1]]), [3], [1])
    tensor(0.2877)

    Notes
    -----
    PyTorch: ``torch.nn.CTCLoss``. Source: Graves et al., "Connectionist Temporal Classification",
    2006.
    """

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any) -> Any:
        return F.ctc_loss(
            log_probs,
            targets,
            input_lengths,
            target_lengths,
            self.blank,
            self.reduction,
            self.zero_infinity,
        )
