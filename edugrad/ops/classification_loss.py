"""Losses of classification: how unlikely the right classes are."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor
from .activation import log_softmax
from .checks import need_kernel, scalar_type
from .loss import FUNCTIONAL, averaged, read_reduction, refuse_gradient
from .registry import Sample, T, register
from .summation import largest, total

CLASSES = T(5, kind="int", low=0, high=3)
PLACES = T(2, 4, 2, kind="int", low=0, high=3)
BY_CLASS = [
    Sample(T(5, 3), CLASSES),
    Sample(T(5, 3), CLASSES, reduction="sum"),
    Sample(T(5, 3), CLASSES, weight=T(3, low=0.5, constant=True), ignore_index=1),
    Sample(T(5, 3), CLASSES, T(3, low=0.5, constant=True), reduction="none"),
    Sample(T(3), T(kind="int", low=0, high=3)),
    Sample(T(2, 3, 4), T(2, 4, kind="int", low=0, high=3), reduction="none"),
    Sample(T(2, 3, 4, 2), PLACES, weight=T(3, low=0.5, constant=True)),
    Sample(T(2, 3, 4, 2), PLACES, ignore_index=0, reduction="sum"),
]


class NllLoss(Op):
    """The negative of the numbers at the right classes."""

    op_name = "nll_loss"
    joined = (0,)
    formula = "-a[target] · weight[target]"
    derivatives: ClassVar = ("-grad · weight[target] at target, 0 elsewhere",)
    symbols: ClassVar = ("a", "target", "weight")
    promotes = False
    quiet = True

    @staticmethod
    def forward(
        ctx: Any, a: Any, target: Any, weight: Any, ignore_index: int | None, reduction: str
    ) -> Any:
        xp = ctx.xp
        ctx.shape = a.shape
        index = target.astype("int64", copy=False)
        if ignore_index is not None:
            index = xp.where(index == ignore_index, 0, index)
        losses = -a[_places(xp, index, a.ndim)]
        factors, count = 1.0, float(index.size)
        if weight is not None or ignore_index is not None:
            factors = _factors(xp, a.dtype, target, index, weight, ignore_index)
            losses, count = xp.where(factors != 0, losses * factors, factors), _whole(factors)
        if reduction == "mean" and count:
            factors = factors / count
        ctx.save_for_backward(None if index is target else target, index, 0 - factors)
        if reduction == "none":
            return losses
        return _whole(losses) / count if reduction == "mean" else _whole(losses)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        _, index, factors = ctx.saved_tensors
        return AtClasses.apply(grad, index, factors, shape=ctx.shape), None, None


def _whole(a: Any) -> Any:
    return total(a, tuple(range(a.ndim)))


def _factors(
    xp: Any, dtype: Any, target: Any, index: Any, weight: Any, ignore_index: int | None
) -> Any:
    """The factor of each loss."""
    factors = xp.ones(index.shape, dtype) if weight is None else weight[index]
    if ignore_index is not None:
        factors = factors * (target != ignore_index)
    return factors


def _places(xp: Any, index: Any, ndim: int) -> Any:
    """Where the classes are in an array that has them along dimension 1, a vector along 0."""
    if ndim == 1:
        return (index,)
    if ndim == 2:
        return xp.arange(len(index)), index
    sizes = enumerate(index.shape)
    batch, *rest = [xp.arange(n).reshape(-1, *[1] * (index.ndim - 1 - k)) for k, n in sizes]
    return batch, index, *rest


class NllLoss2d(NllLoss):
    """:class:`NllLoss` of one class for each place of an image."""

    op_name = "nll_loss2d"
    node_name = "NllLoss2DBackward0"


class AtClasses(Op):
    """Zeros with a multiple of a gradient put at classes: the reverse of picking them."""

    op_name = "nll_loss_backward"
    formula = "a · w at index, 0 elsewhere"
    derivatives = ("grad[index] · w", "", "")
    symbols = ("a", "index", "w")
    promotes = False
    quiet = True

    @staticmethod
    def forward(ctx: Any, a: Any, index: Any, factors: Any, shape: tuple[int, ...]) -> Any:
        ctx.save_for_backward(index, factors)
        ctx.single = a.ndim == 0
        result = ctx.xp.zeros(shape, a.dtype)
        result[_places(ctx.xp, index, len(shape))] = a * factors
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        index, factors = ctx.saved_tensors
        axis = min(grad.ndim - 1, 1)
        found = grad.gather(axis, index.unsqueeze(axis)).squeeze(axis) * factors
        return found.sum() if ctx.single else found, None, None


@register(NllLoss, samples=BY_CLASS, method=False, namespace=FUNCTIONAL)
def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: int = -100,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""The negative log-likelihood of the right classes.

    .. math:: \ell_n = -w_{y_n} \, \text{input}_{n, y_n}

    Parameters
    ----------
    input : Tensor of shape (C,), (N, C) or (N, C, …)
        Logarithms of probabilities.
    target : Tensor of int64 of shape (), (N,) or (N, …)
        The number of the right class for each.
    weight : Tensor of shape (C,), optional
        A factor for each class; a mean is divided by the sum of the targets' factors.
    ignore_index : int
        A target that does not count.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    IndexError
        If a target is none of the classes.
    ValueError
        If there are not as many targets as predictions.
    RuntimeError
        If the targets are of another type or shape.

    Examples
    --------
    >>> import edugrad
    >>> guesses = edugrad.tensor([[0.1, 0.9], [0.5, 0.5]]).log()
    >>> edugrad.nn.functional.nll_loss(guesses, edugrad.tensor([1, 0]))
    tensor(0.3993)

    Notes
    -----
    PyTorch: ``torch.nn.functional.nll_loss``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    need_kernel("nll_loss_out_frame", "f", input._array)
    _check_classes(input, target)
    _check_weight(input, weight)
    ignores = _check_range(input, target, ignore_index)
    single = input.ndim == 1 and target.ndim == 1
    op = NllLoss if input.ndim < 3 else NllLoss2d
    return op.apply(
        input,
        target.squeeze(0) if single else target,
        weight,
        ignore_index=ignore_index if ignores else None,
        reduction=reduction,
    )


def _check_classes(input: Tensor, target: Tensor) -> None:
    """Refuse targets that are not one class for each prediction."""
    have, given = input._array.shape, target._array.shape
    kind: Any = RuntimeError
    if target.dtype.name not in ("int64", "uint8"):
        rule = f"expected target dtype to be Long or Byte, but got {scalar_type(target)}"
        mend = "number the classes: target.long(); or give probabilities in the input's shape"
    elif not have:
        kind, rule = ValueError, "Expected 1 or more dimensions (got 0)"
        mend = "give one number for each class"
    elif len(have) > 1 and (not given or given[0] != have[0]):
        kind = ValueError
        count = given[0] if given else 1
        rule = f"Expected input batch_size ({have[0]}) to match target batch_size ({count})."
        mend = "give one target for each row of the input"
    elif len(have) < 3 and len(given) > 1:
        rule = "0D or 1D target tensor expected, multi-target not supported"
        mend = "drop the dimension of length 1: target.squeeze(1)"
    elif len(have) == 1 and given not in ((), (1,)):
        rule = f"size mismatch (got input: {list(have)}, target: {list(given)})"
        mend = "give one target, or a batch of inputs: one row for each target"
    elif len(have) > 2 and given != (have[0], *have[2:]):
        wanted = [have[0], *have[2:]]
        rule = f"Expected target size {wanted}, got {list(given)}"
        mend = "the classes lie along dimension 1 of the input: input.transpose(1, -1)"
    else:
        return
    got = f"targets of shape {given} and {target.dtype} for an input of shape {have}"
    raise kind(teach(rule, got=got, mend=mend))


def _check_weight(input: Tensor, weight: Tensor | None) -> None:
    """Refuse weights that are not one constant for each class."""
    if weight is None:
        return
    refuse_gradient("nll_loss_forward", "weight", weight)
    classes = input._array.shape[min(input.ndim - 1, 1)]
    if weight._array.shape != (classes,):
        raise RuntimeError(
            teach(
                f"weight tensor should be defined either for all {classes} classes or no classes "
                f"but got weight tensor of shape: {list(weight.shape)}",
                got=f"weights of shape {tuple(weight.shape)} for {classes} classes",
                mend="give one factor for each class",
            )
        )
    if weight.dtype is not input.dtype:
        raise RuntimeError(
            teach(
                f"expected scalar type {scalar_type(input)} but found {scalar_type(weight)}",
                got=f"weights of {weight.dtype} for an input of {input.dtype}",
                mend="convert them: weight.to(input.dtype)",
            )
        )


def _check_range(input: Tensor, target: Tensor, ignore_index: int) -> bool:
    """Refuse a target that names no class; tell whether any may have to be ignored."""
    numbers = target._array
    classes = input._array.shape[min(input.ndim - 1, 1)]
    if not numbers.size:
        return False
    signed = numbers.dtype.kind == "i"  # as unsigned, a negative number is the largest of all
    high = largest(numbers.view("uint64") if signed else numbers, None).item()
    if high < classes:
        return 0 <= ignore_index <= high
    wrong = numbers[((numbers < 0) | (numbers >= classes)) & (numbers != ignore_index)]
    if wrong.size:
        first = int(wrong.reshape(-1)[0])
        raise IndexError(
            teach(
                f"Target {first} is out of bounds.",
                got=f"target {first} where the input has {classes} classes: 0 to {classes - 1}",
                mend="number the classes from 0 on; ignore_index leaves a number out",
            )
        )
    return True


@register(
    None,
    samples=[
        *BY_CLASS,
        Sample(T(5, 3), CLASSES, label_smoothing=0.1),
        Sample(T(5, 3), CLASSES, label_smoothing=0.3, ignore_index=1, reduction="sum"),
        Sample(T(2, 3, 4), T(2, 4, kind="int", low=0, high=3), None, label_smoothing=0.2),
        Sample(T(5, 3), CLASSES, T(3, low=0.5, constant=True), label_smoothing=0.2, ignore_index=0),
        Sample(T(5, 3), T(5, 3, low=0.0, high=1.0)),
        Sample(T(2, 3, 4), T(2, 3, 4, low=0.0), T(3), reduction="sum"),
        Sample(T(3), T(3, low=0.0), label_smoothing=0.5, reduction="none"),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: int = -100,
    reduce: Any = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    r"""The cross-entropy between the softmax of ``input`` and the right classes.

    .. math:: \ell_n = -w_{y_n} \ln \frac{e^{x_{n, y_n}}}{\sum_c e^{x_{n, c}}}

    It is :func:`log_softmax` followed by :func:`nll_loss`, and exact for logits of any size.

    Parameters
    ----------
    input : Tensor of shape (C,), (N, C) or (N, C, …)
        Logits: any real numbers.
    target : Tensor
        The number of the right class for each (int64), or probabilities in the input's shape.
    weight : Tensor of shape (C,), optional
        A factor for each class.
    ignore_index : int
        A target that does not count.
    reduction : "mean", "sum" or "none"
    label_smoothing : float from 0 to 1
        The share of the probability that is spread evenly over all classes.

    Raises
    ------
    IndexError
        If a target is none of the classes.
    ValueError
        If there are not as many targets as predictions.
    RuntimeError
        If the targets are of another type or shape.

    Examples
    --------
    >>> import edugrad
    >>> logits = edugrad.tensor([[0.0, 0.0], [1000.0, 0.0]])
    >>> edugrad.nn.functional.cross_entropy(logits, edugrad.tensor([1, 1]), reduction="none")
    tensor([6.9315e-01, 1.0000e+03])

    Notes
    -----
    PyTorch: ``torch.nn.functional.cross_entropy``.
    """
    reduction = read_reduction(reduction, size_average, reduce)
    axis = min(input.ndim - 1, 1)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(
            teach(
                f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}",
                got=f"label_smoothing={label_smoothing}",
                mend="it is the share of the probability that all classes divide evenly, e.g. 0.1",
            )
        )
    if input._array.shape == target._array.shape:
        _check_probabilities(input, target, ignore_index)
        return _of_probabilities(input, target, weight, reduction, label_smoothing)
    logarithms = log_softmax(input, axis)
    loss = nll_loss(logarithms, target, weight, None, ignore_index, None, reduction)
    if label_smoothing == 0:
        return loss
    even = _of_all_classes(logarithms, target, weight, ignore_index, reduction)
    share = label_smoothing / input._array.shape[axis]
    return (1 - label_smoothing) * loss + share * even


def _check_probabilities(input: Tensor, target: Tensor, ignore_index: int) -> None:
    if not target.is_floating_point():
        raise RuntimeError(
            teach(
                "Expected floating point type for target with class probabilities, got "
                f"{scalar_type(target)}",
                got=f"targets of {target.dtype} in the input's own shape {tuple(input.shape)}",
                mend="give numbers of classes without that dimension, or target.float()",
            )
        )
    if ignore_index >= 0:
        raise RuntimeError(
            teach(
                "ignore_index is not supported for floating point target",
                got=f"ignore_index={ignore_index} with probabilities as targets",
                mend="leave ignore_index away and set the rows' weights to zero instead",
            )
        )


def _of_probabilities(
    input: Tensor, target: Tensor, weight: Any, reduction: str, smoothing: float
) -> Any:
    """Cross-entropy against a probability for each class."""
    axis = min(input.ndim - 1, 1)
    logarithms = log_softmax(input, axis)
    classes = input._array.shape[axis]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    products = logarithms * target
    if weight is not None:
        products = products * _along_classes(weight, input.ndim)
    if reduction == "none":
        return -products.sum(axis)
    if reduction == "sum":
        return -products.sum()
    count = int(np.prod(input._array.shape)) // max(classes, 1)
    return -products.sum() / (count if count else float("nan"))


def _of_all_classes(
    logarithms: Tensor, target: Tensor, weight: Any, ignore_index: int, reduction: str
) -> Any:
    """The losses of all classes together, wherever the target is not to be ignored."""
    axis = min(logarithms.ndim - 1, 1)
    ignored = (target == ignore_index).reshape(logarithms.sum(axis).shape)
    products: Any = logarithms
    if weight is not None:
        products = logarithms * _along_classes(weight, logarithms.ndim)
    losses = (-products.sum(axis)).masked_fill(ignored, 0.0)
    if reduction != "mean":
        return averaged(losses, reduction)
    if weight is None:
        return losses.sum() / (~ignored).sum().to(losses.dtype)
    counted = target.masked_fill(target == ignore_index, 0).long()
    factors = weight[counted].reshape(losses.shape).masked_fill(ignored, 0.0)
    return losses.sum() / factors.sum()


def _along_classes(weight: Tensor, ndim: int) -> Tensor:
    """One factor for each class, in a shape that is broadcast over everything else."""
    return weight.reshape([-1] + [1] * max(ndim - 2, 0))
