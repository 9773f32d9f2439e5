"""Losses as modules: what all of them share, and the losses of regression.

Those of classification are in :mod:`edugrad.nn.classification_loss`, those with a margin in
:mod:`edugrad.nn.margin_loss`. A loss is called with a prediction and a target. The ``reduction``
makes one number of many: their "mean", their "sum", or "none" of both. The older arguments
``size_average`` and ``reduce`` say the same, with a warning.
"""

from __future__ import annotations

from typing import Any

from ..ops.loss import read_reduction
from . import functional as F
from .module import Module


class _Loss(Module):
    """A loss and how it is reduced."""

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        if size_average is not None or reduce is not None:
            reduction = read_reduction(reduction, size_average, reduce)
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """A loss with a weight for each class or element, which is a buffer and moves with it."""

    weight: Any

    def __init__(
        self,
        weight: Any = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class L1Loss(_Loss):
    r"""The absolute difference.

    .. math:: \ell = |x - y|

    Parameters
    ----------
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        When called: if both would have to be broadcast, as (N, 1) against (N,).

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.L1Loss()(edugrad.tensor([1.0, 2.0]), edugrad.tensor([1.0, 5.0]))
    tensor(1.5000)

    Notes
    -----
    PyTorch: ``torch.nn.L1Loss``.
    """

    def forward(self, input: Any, target: Any) -> Any:
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    r"""The square of the difference.

    .. math:: \ell = (x - y)^2

    Parameters
    ----------
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        When called: if both would have to be broadcast. PyTorch would make (N, N) losses of
        (N, 1) against (N,), with a warning.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.MSELoss()(edugrad.tensor([1.0, 2.0]), edugrad.tensor([1.0, 5.0]))
    tensor(4.5000)

    Notes
    -----
    PyTorch: ``torch.nn.MSELoss``.
    """

    def forward(self, input: Any, target: Any) -> Any:
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    r"""Square for small differences, absolute for large ones.

    .. math:: \ell = \frac{(x - y)^2}{2 \beta} \text{ if } |x - y| < \beta, \text{ else }
        |x - y| - \frac{\beta}{2}

    Parameters
    ----------
    reduction : "mean", "sum" or "none"
    beta : float
        Where it changes from one to the other.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.SmoothL1Loss(reduction="none")(edugrad.tensor([0.5, 3.0]), edugrad.zeros(2))
    tensor([0.1250, 2.5000])

    Notes
    -----
    PyTorch: ``torch.nn.SmoothL1Loss``. Source: Girshick, "Fast R-CNN", 2015.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Any:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    r"""Square for small differences, absolute for large ones; delta times the smooth L1 loss.

    .. math:: \ell = \frac{(x - y)^2}{2} \text{ if } |x - y| < \delta, \text{ else }
        \delta \left(|x - y| - \frac{\delta}{2}\right)

    Parameters
    ----------
    reduction : "mean", "sum" or "none"
    delta : float
        Where it changes from one to the other.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.HuberLoss("none", delta=2.0)(edugrad.tensor([1.0, 3.0]), edugrad.zeros(2))
    tensor([0.5000, 4.0000])

    Notes
    -----
    PyTorch: ``torch.nn.HuberLoss``. Source: Huber, "Robust Estimation of a Location Parameter",
    1964.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class PoissonNLLLoss(_Loss):
    r"""How unlikely counts are under a Poisson distribution with the predicted mean.

    .. math:: \ell = e^x - y x \quad\text{or, without } \text{log\_input}, \quad x - y \ln x

    Parameters
    ----------
    log_input : bool
        The prediction is the logarithm of the mean.
    full : bool
        Add Stirling's approximation of the term that does not depend on the prediction.
    eps : float
        Added to the mean before its logarithm is taken.
    reduction : "mean", "sum" or "none"

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.PoissonNLLLoss()(edugrad.tensor([0.0, 1.0]), edugrad.tensor([1.0, 2.0]))
    tensor(0.8591)

    Notes
    -----
    PyTorch: ``torch.nn.PoissonNLLLoss``.
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Any, target: Any) -> Any:
        return F.poisson_nll_loss(
            log_input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(_Loss):
    r"""How unlikely targets are under normal distributions with predicted means and variances.

    .. math:: \ell = \frac{1}{2} \left(\ln v + \frac{(x - y)^2}{v}\right),
        \quad v = \max(\text{var}, \epsilon)

    It is called with the prediction, the target and the variance, of the prediction's shape or
    one for each example.

    Parameters
    ----------
    full : bool
        Add the constant ln(2π) / 2.
    eps : float
        The smallest variance that counts.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        When called: if the variance is negative, or its shape does not fit.

    Examples
    --------
    >>> import edugrad
    >>> mean, variance = edugrad.tensor([1.0, 2.0]), edugrad.tensor([1.0, 4.0])
    >>> edugrad.nn.GaussianNLLLoss()(mean, edugrad.tensor([1.0, 4.0]), variance)
    tensor(0.5966)

    Notes
    -----
    PyTorch: ``torch.nn.GaussianNLLLoss``. Source: Nix and Weigend, "Estimating the Mean and
    Variance of the Target Probability Distribution", 1994.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Any, target: Any, var: Any) -> Any:
        return F.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )
