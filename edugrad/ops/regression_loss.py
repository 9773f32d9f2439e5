"""Losses of regression: distances between predicted and true numbers."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.function import Op
from ..autograd.grad_mode import no_grad
from ..errors import teach
from ..tensor import Tensor
from .checks import need_floating, need_tensors
from .loss import FUNCTIONAL, averaged, check_weight, pair, read_reduction, reduce_array, weighted
from .registry import Sample, T, register

PAIRS = [
    Sample(T(2, 3, distinct=True), T(2, 3, low=3.0, high=6.0)),
    Sample(T(3, distinct=True), T(3, low=-1.9, distinct=True), reduction="sum"),
    Sample(T(2, 3, distinct=True), T(2, 3, low=-1.9, distinct=True), reduction="none"),
]


class SmoothL1(Op):
    """The square of a small difference, the size of a large one."""

    op_name = "smooth_l1_loss"
    node_name = "SmoothL1LossBackward0"
    formula = "(a - b)² / 2β where |a - b| < β, else |a - b| - β / 2"
    derivatives = ("grad · clamp((a - b) / β, -1, 1)", "-grad · clamp((a - b) / β, -1, 1)")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, reduction: str, beta: float) -> Any:
        ctx.save_for_backward(a, b)
        size = ctx.xp.abs(a - b)
        near = (0.5 / beta) * size * size
        return reduce_array(ctx, ctx.xp.where(size < beta, near, size - 0.5 * beta), reduction)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        share = (grad / ctx.count) * ((a - b) / ctx.params["beta"]).clamp(-1, 1)
        need_a, need_b = ctx.needs_input_grad
        return share if need_a else None, -share if need_b else None


class Huber(Op):
    """Half the square of a small difference; from δ on it grows in a straight line."""

    op_name = "huber_loss"
    formula = "(a - b)² / 2 where |a - b| ≤ δ, else δ (|a - b| - δ / 2)"
    derivatives = ("grad · clamp(a - b, -δ, δ)", "-grad · clamp(a - b, -δ, δ)")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, reduction: str, delta: float) -> Any:
        ctx.save_for_backward(a, b)
        size = ctx.xp.abs(a - b)
        far = delta * (size - 0.5 * delta)
        return reduce_array(ctx, ctx.xp.where(size <= delta, 0.5 * size * size, far), reduction)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        delta = ctx.params["delta"]
        share = (grad / ctx.count) * (a - b).clamp(-delta, delta)
        need_a, need_b = ctx.needs_input_grad
        return share if need_a else None, -share if need_b else None


@register(
    None,
    samples=[*PAIRS, Sample(PAIRS[0].args[0], PAIRS[0].args[1], weight=T(2, 3, low=0.5))],
    method=False,
    namespace=FUNCTIONAL,
)
def l1_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Any:
    r"""The mean of the absolute differences, weighted where a ``weight`` is given.

    .. math:: \ell = |\text{input} - \text{target}|

    Raises
    ------
    ValueError
        If the shapes differ in a way that would make pairs of everything with everything.

    Examples
    --------
    >>> import edugrad
    >>> x, y = edugrad.tensor([1.0, 5.0]), edugrad.tensor([2.0, 2.0])
    >>> edugrad.nn.functional.l1_loss(x, y)
    tensor(2.)

    Notes
    -----
    PyTorch: ``torch.nn.functional.l1_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    input, target = pair("l1_loss", input, target)
    losses = (input - target).abs()
    return averaged(losses, reduction) if weight is None else weighted(losses, weight, reduction)


@register(
    SmoothL1,
    samples=[
        *PAIRS,
        Sample(T(2, 3, distinct=True), T(2, 3, low=-1.9, distinct=True), beta=0.53),
        Sample(T(2, 3, distinct=True), T(2, 3, low=3.0, high=4.0), beta=0.0),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def smooth_l1_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Any:
    r"""The absolute difference, rounded off to a parabola below ``beta``.

    .. math:: \ell = \begin{cases} d^2 / 2\beta & d < \beta \\ d - \beta / 2 & \text{else}
              \end{cases} \qquad d = |\text{input} - \text{target}|

    Parameters
    ----------
    input, target : Tensor
        Of the same shape.
    reduction : "mean", "sum" or "none"
    beta : float
        Where the parabola ends; 0 gives :func:`l1_loss`.

    Raises
    ------
    RuntimeError
        If ``beta`` is negative.

    Notes
    -----
    PyTorch: ``torch.nn.functional.smooth_l1_loss``.
    """
    if beta == 0:
        return l1_loss(input, target, size_average, reduce, reduction)
    if beta < 0:
        raise RuntimeError(
            teach(
                "smooth_l1_loss does not support negative values for beta.",
                got=f"beta={beta}",
                mend="beta is the difference up to which the loss is a parabola, e.g. 1.0",
            )
        )
    reduction = read_reduction(reduction, size_average, reduce)
    input, target = pair("smooth_l1_loss", input, target)
    need_floating("smooth_l1_cpu", target if target.is_floating_point() else input)
    return SmoothL1.apply(input, target, reduction=reduction, beta=beta)


@register(
    Huber,
    samples=[
        *PAIRS,
        Sample(T(2, 3, distinct=True), T(2, 3, low=-1.9, distinct=True), delta=0.53),
        Sample(T(2, 3, distinct=True), T(2, 3, low=3.0, high=4.0), weight=T(2, 3)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def huber_loss(
    input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None
) -> Any:
    """Half the squared difference up to ``delta``, a straight line beyond.

    Outliers pull with a force of ``delta`` at most. The mean of weighted losses is over their
    number, not over the sum of the weights.

    Raises
    ------
    RuntimeError
        If ``delta`` is not positive.

    Notes
    -----
    PyTorch: ``torch.nn.functional.huber_loss``.
    """
    reduction = read_reduction(reduction)
    input, target = pair("huber_loss", input, target)
    need_floating("huber_cpu", target if target.is_floating_point() else input)
    if delta <= 0:
        raise RuntimeError(
            teach(
                "huber_loss does not support non-positive values for delta.",
                got=f"delta={delta}",
                mend="delta is the difference up to which the loss is a parabola, e.g. 1.0",
            )
        )
    if weight is None:
        return Huber.apply(input, target, reduction=reduction, delta=delta)
    check_weight(weight, input)
    losses = Huber.apply(input, target, reduction="none", delta=delta)
    return averaged(losses * weight, reduction)


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 3, low=0.2, high=3.0)),
        Sample(T(2, 3), T(2, 3, low=1.2, high=3.0), full=True, reduction="sum"),
        Sample(T(3, low=0.5), T(3, low=0.2), log_input=False, eps=1e-3, reduction="none"),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    size_average: Any = None,
    eps: float = 1e-8,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""How unlikely the counts ``target`` are under Poisson distributions of given rates.

    .. math:: \ell = e^{\text{input}} - \text{target} \cdot \text{input}

    Parameters
    ----------
    input : Tensor
        Logarithms of the rates, or the rates where ``log_input`` is False.
    target : Tensor
    full : bool
        Add Stirling's approximation of the logarithm of target's factorial.
    eps : float
        Added to a rate before its logarithm is taken.

    Notes
    -----
    PyTorch: ``torch.nn.functional.poisson_nll_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    _no_cross("poisson_nll_loss", input, target)
    if log_input:
        losses = input.exp() - target * input
    else:
        losses = input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        losses = losses + stirling.masked_fill(target <= 1, 0)
    return averaged(losses, reduction)


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 3), T(2, 3, low=0.5)),
        Sample(T(2, 3), T(2, 3), T(2, 1, low=0.5), full=True, reduction="sum"),
        Sample(T(2, 3), T(3), T(2, low=0.5), reduction="none"),
        Sample(T(2, 3), T(2, 3), 0.5, eps=0.6),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def gaussian_nll_loss(
    input: Any,
    target: Any,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Any:
    r"""How unlikely ``target`` is under normal distributions of given means and variances.

    .. math:: \ell = \tfrac12 (\ln \text{var} + (\text{input} - \text{target})^2 / \text{var})

    Parameters
    ----------
    input : Tensor
        Means.
    target : Tensor
    var : Tensor or float
        Variances: of the input's shape, or of one length 1, or without its last dimension.
    full : bool
        Add the constant ½ ln 2π.
    eps : float
        Smaller variances count as this one; their gradient does not notice.

    Raises
    ------
    ValueError
        If a variance is negative or ``var`` of another shape.

    Notes
    -----
    PyTorch: ``torch.nn.functional.gaussian_nll_loss``.
    """
    if isinstance(var, float):
        _check_variance(var, var < 0)
        var = var * input.new_ones(input.shape)
    else:
        need_tensors("gaussian_nll_loss", input=input, target=target, var=var)
        _check_variance(var, bool((var < 0).any()))
    var = _variances(input, var)
    reduction = read_reduction(reduction)
    _no_cross("gaussian_nll_loss", input, target)
    var = var.clone()
    with no_grad():
        var.clamp_(min=eps)
    losses = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return averaged(losses, reduction)


def _check_variance(var: Any, negative: bool) -> None:
    if negative:
        raise ValueError(
            teach(
                "var has negative entry/entries",
                got=f"{float(var if isinstance(var, float) else var.min()):.4g} among them",
                mend="let the network predict a logarithm: var = x.exp()",
            )
        )


def _variances(input: Tensor, var: Tensor) -> Tensor:
    """The variances with as many dimensions as the input."""
    have, given = tuple(input.shape), tuple(var.shape)
    if have == given:
        return var
    if have[:-1] == given:
        return var.unsqueeze(-1)
    differing = [n for m, n in zip(have, given, strict=False) if m != n]
    if len(have) == len(given) and differing == [1]:
        return var
    raise ValueError(
        teach(
            "var is of incorrect size",
            got=f"variances of shape {given} for means of shape {have}",
            mend="give one variance for each mean, or one for each row: var.unsqueeze(-1)",
        )
    )


def _no_cross(name: str, input: Tensor, target: Tensor) -> None:
    if input.shape != target.shape:
        pair(name, input, target, warn=False)
