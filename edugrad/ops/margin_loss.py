"""Losses with a margin: a right answer shall be ahead by at least so much."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor
from .checks import need_float, need_floating, scalar_type
from .loss import FUNCTIONAL, averaged, pair, read_reduction, reduce_array, refuse_gradient
from .registry import Sample, T, register
from .selection import where
from .smooth_activation import logsigmoid

APART = T(2, 3, low=-1.9, distinct=True)
SCORES = T(2, 4, low=-1.9, distinct=True)
LABELS = T(2, 3, kind="int", low=0, high=2)
CLASSES = T(4, kind="int", low=0, high=3)


class SoftMargin(Op):
    """The logarithm of one plus the exponential of a wrong answer's size."""

    op_name = "soft_margin_loss"
    formula = "ln(1 + exp(-y · a))"
    derivatives = ("-grad · y σ(-y · a)", "")
    symbols = ("a", "y")

    @staticmethod
    def forward(ctx: Any, a: Any, y: Any, reduction: str) -> Any:
        ctx.save_for_backward(a, y)
        return reduce_array(ctx, ctx.xp.logaddexp(a.dtype.type(0), -y * a), reduction)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, y = ctx.saved_tensors
        return -(grad / ctx.count) * y * (-y * a).sigmoid(), None


@register(
    SoftMargin,
    samples=[
        Sample(T(2, 3), T(2, 3, constant=True)),
        Sample(T(2, 3), LABELS, reduction="sum"),
        Sample(T(3), T(3, constant=True), reduction="none"),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def soft_margin_loss(
    input: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
) -> Any:
    r"""The logistic loss of answers ``target`` that are 1 or -1.

    .. math:: \ell = \ln(1 + e^{-y a})

    It is computed without overflow; PyTorch's is infinite in float32 where -y a is above 88.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    PyTorch: ``torch.nn.functional.soft_margin_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    need_float("soft_margin_loss() takes a floating-point prediction", input)
    refuse_gradient("soft_margin_loss", "target", target)
    input, target = pair("soft_margin_loss", input, target, warn=False)
    return SoftMargin.apply(input, target, reduction=reduction)


@register(
    None,
    samples=[
        Sample(APART, LABELS),
        Sample(APART, LABELS, 0.77, reduction="sum"),
        Sample(APART, LABELS, margin=0.1, reduction="none"),
        Sample(APART, T(2, 3)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def hinge_embedding_loss(
    input: Any,
    target: Any,
    margin: float = 1.0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""Distances of pairs that are alike (1), and what lacks to the margin for others (-1).

    .. math:: \ell = \begin{cases} x & y = 1 \\ \max(0, \text{margin} - x) & y = -1 \end{cases}

    A target that is neither 1 nor -1 counts as both, as in PyTorch.

    Notes
    -----
    PyTorch: ``torch.nn.functional.hinge_embedding_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    pair("hinge_embedding_loss", input, target, warn=False)
    apart = where(target != 1, (margin - input).clamp_min(0), 0)
    return averaged(apart + where(target != -1, input, 0), reduction)


@register(
    None,
    samples=[
        Sample(T(3, distinct=True), T(3, low=-1.8, distinct=True), T(3)),
        Sample(T(3, distinct=True), T(3, low=-1.8, distinct=True), T(3), 0.5, reduction="sum"),
        Sample(APART, T(2, 3, low=-1.8, distinct=True), T(2, 3), margin=0.1, reduction="none"),
        Sample(T(2, 1, distinct=True), T(1, 3, low=-1.9, distinct=True), T(2, 3)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""What lacks to the margin by which one input shall be larger than the other.

    .. math:: \ell = \max(0, -y (x_1 - x_2) + \text{margin})

    Parameters
    ----------
    input1, input2, target : Tensor
        Of as many dimensions; a target of 1 asks for the first to be larger, -1 for the second.

    Raises
    ------
    RuntimeError
        If the numbers of dimensions differ.

    Notes
    -----
    PyTorch: ``torch.nn.functional.margin_ranking_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            teach(
                "margin_ranking_loss : All input tensors should have same dimension but got "
                f"sizes: input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} ",
                got=f"{input1.ndim}, {input2.ndim} and {target.ndim} dimensions",
                mend="bring them to one shape, e.g. input.squeeze(1)",
            )
        )
    return averaged((-target * (input1 - input2) + margin).clamp_min(0), reduction)


@register(
    None,
    samples=[
        Sample(T(2, 3), LABELS),
        Sample(T(2, 3), T(2, 3, low=0.0, high=1.0), reduction="sum"),
        Sample(T(2, 3), LABELS, weight=T(3, low=0.5), reduction="none"),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def multilabel_soft_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""The mean over the classes of binary cross-entropies of logits.

    .. math:: \ell = -\tfrac1C \sum_c y_c \ln σ(x_c) + (1 - y_c) \ln σ(-x_c)

    Notes
    -----
    PyTorch: ``torch.nn.functional.multilabel_soft_margin_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    pair("multilabel_soft_margin_loss", input, target, warn=False)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        losses = losses * weight
    return averaged(losses.sum(-1) / input._array.shape[-1], reduction)


@register(
    None,
    samples=[
        Sample(T(4, 3, distinct=True), CLASSES),
        Sample(T(4, 3, distinct=True), CLASSES, 2, 0.53, reduction="sum"),
        Sample(T(4, 3, distinct=True), CLASSES, weight=T(3, low=0.5, constant=True)),
        Sample(T(3, distinct=True), T(kind="int", low=0, high=3), margin=0.8, reduction="none"),
    ],
    method=False,
    namespace=FUNCTIONAL,
    torch="it has a second derivative here",
)
def multi_margin_loss(
    input: Any,
    target: Any,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""How far the other classes reach into the margin before the right one.

    .. math:: \ell = \tfrac{w_y}C \sum_{c \ne y} \max(0, \text{margin} - x_y + x_c)^p

    Parameters
    ----------
    input : Tensor of shape (C,) or (N, C)
    target : Tensor of int64 of shape () or (N,)
        The number of the right class for each.
    p : 1 or 2
    margin : float
    weight : Tensor of shape (C,), optional
        A factor for each class.

    Raises
    ------
    ValueError
        If ``p`` is neither 1 nor 2.
    RuntimeError
        If a target is none of the classes, or the shapes do not fit.

    Notes
    -----
    PyTorch: ``torch.nn.functional.multi_margin_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError(teach("only p == 1 and p == 2 supported", got=f"p={p}", mend="use p=1"))
    if weight is not None and weight.ndim != 1:
        raise ValueError(
            teach(
                "weight must be one-dimensional",
                got=f"a weight of shape {tuple(weight.shape)}",
                mend="give one factor for each class",
            )
        )
    need_floating("multi_margin_loss_cpu_kernel", input)
    _check_classes(input, target, weight)
    rows = input.reshape(-1, input._array.shape[-1] if input.ndim else 1)
    index = target.reshape(-1, 1)
    right = rows.gather(1, index)
    short = (margin - right + rows).clamp_min(0) ** p
    losses = short.scatter(1, index, 0.0).sum(1) / rows._array.shape[1]
    if weight is not None:
        losses = losses * weight[index.squeeze(1)]
    return averaged(losses.reshape(target.shape), reduction)


@register(
    None,
    samples=[
        Sample(T(2, 4, low=-1.9, distinct=True), T(2, 4, kind="int", low=-1, high=4)),
        Sample(
            T(2, 4, low=-1.9, distinct=True), T(2, 4, kind="int", low=0, high=4), reduction="none"
        ),
        Sample(T(3, distinct=True), T(3, kind="int", low=-1, high=3), reduction="sum"),
    ],
    method=False,
    namespace=FUNCTIONAL,
    torch="it has a second derivative here",
)
def multilabel_margin_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""What each right class lacks to being ahead by 1 of each wrong one.

    .. math:: \ell = \tfrac1C \sum_{y \in Y} \sum_{c \notin Y} \max(0, 1 - x_y + x_c)

    Parameters
    ----------
    input : Tensor of shape (C,) or (N, C)
    target : Tensor of int64 of the same shape
        The numbers of the right classes in each row, up to the first -1.

    Raises
    ------
    RuntimeError
        If the shapes differ, or a target is none of the classes.

    Notes
    -----
    PyTorch: ``torch.nn.functional.multilabel_margin_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    need_floating("multilabel_margin_loss_forward_out_frame", input)
    classes = input._array.shape[-1] if input.ndim else 1
    _check_labels(input, target, classes)
    rows, chosen = input.reshape(-1, classes), target.reshape(-1, classes)
    named = (chosen >= 0).long().cumprod(1)
    chosen = chosen.clamp_min(0)
    wrong = named.new_zeros(named.shape).scatter_add(1, chosen, named) == 0
    short = (1 - rows.gather(1, chosen).unsqueeze(2) + rows.unsqueeze(1)).clamp_min(0)
    losses = (short * (named.unsqueeze(2) * wrong.unsqueeze(1))).sum((1, 2)) / classes
    return averaged(losses.reshape(input.shape[:-1]), reduction)


def _check_labels(input: Tensor, target: Tensor, classes: int) -> None:
    if input._array.shape != target._array.shape:
        rule = (
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}"
        )
        mend = "fill each row of the target up with -1"
    elif target.dtype.name != "int64":
        rule = f"expected scalar type Long but found {scalar_type(target)}"
        mend = "number the classes: target.long()"
    elif bool(((target < -1) | (target >= classes)).any()):
        rule = "argument #2 'target' is out of range"
        mend = f"number the classes from 0 to {classes - 1}; -1 ends a row"
    else:
        return
    got = f"targets of {target.dtype} and shape {tuple(target.shape)}"
    raise RuntimeError(teach(rule, got=got, mend=mend))


def _check_classes(input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    refuse_gradient("multi_margin_loss", "weight", weight)
    have, given = tuple(input.shape), tuple(target.shape)
    classes = have[-1] if have else 1
    if len(have) > 2 or classes == 0:
        rule = (
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: "
            f"{list(have)}"
        )
        mend = "give one row of numbers for each example"
    elif target.dtype.name != "int64":
        rule = f"expected scalar type Long but found {scalar_type(target)}"
        mend = "number the classes: target.long()"
    elif (given != have[:1]) if len(have) == 2 else given not in ((), (1,)):
        rule = (
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of "
            f"input samples (batch size). Expected target size {list(have[:-1])}, but got "
            f"{list(given)}."
        )
        mend = "give one target for each row of the input"
    elif weight is not None and tuple(weight.shape) != (classes,):
        rule = f"inconsistent weight size, expected {classes} but got {list(weight.shape)}"
        mend = "give one factor for each class"
    elif bool(((target < 0) | (target >= classes)).any()):
        rule, mend = "target out of range", f"number the classes from 0 to {classes - 1}"
    else:
        return
    got = f"targets of shape {given} and {target.dtype} for an input of shape {have}"
    raise RuntimeError(teach(rule, got=got, mend=mend))
