"""What losses, distances and dropout must compute, one number at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .references_functions import each, sigmoid

Reference = Callable[..., Any]


def reduced(losses: Any, reduction: str) -> Any:
    numbers = np.ravel(losses).tolist()
    total = math.fsum(numbers)
    return {"none": losses, "sum": total, "mean": total / max(len(numbers), 1)}[reduction]


def loss(function: Callable[..., float]) -> Reference:
    """A loss of numbers, element by element; a weight is a factor of each."""

    def applied(a: Any, b: Any, *args: Any, reduction: str = "mean", **params: Any) -> Any:
        return reduced(each(function)(a, b, *args, **params), reduction)

    return applied


def l1(a: Any, b: Any, reduction: str = "mean", weight: Any = None) -> Any:
    weights = np.ones(np.shape(a)) if weight is None else weight
    losses = each(lambda a, b, w: abs(a - b) * w)(a, b, weights)
    return (
        reduced(losses, "sum") / weights.sum()
        if reduction == "mean"
        else reduced(losses, reduction)
    )


def smooth_l1(a: float, b: float, beta: float = 1.0) -> float:
    away = abs(a - b)
    return away * away / (2 * beta) if away < beta else away - beta / 2


def huber(a: float, b: float, delta: float = 1.0, weight: float = 1.0) -> float:
    return weight * delta * smooth_l1(a, b, delta)


def poisson(
    a: float, y: float, log_input: bool = True, full: bool = False, eps: float = 1e-8
) -> float:
    base = math.exp(a) - y * a if log_input else a - y * math.log(a + eps)
    stirling = y * math.log(y) - y + math.log(2 * math.pi * y) / 2
    return base + (stirling if full and y > 1 else 0)


def gaussian(
    a: Any, y: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    variances = np.asarray(var)
    if 0 < variances.ndim < a.ndim:
        variances = variances[..., None]
    constant = math.log(2 * math.pi) / 2 if full else 0.0

    @np.vectorize
    def one(a: float, y: float, v: float) -> float:
        v = max(v, eps)
        return math.log(v) / 2 + (a - y) ** 2 / (2 * v) + constant

    return reduced(one(a, y, variances), reduction)


def rows(a: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """One row of numbers for each place, the target's places and their shape."""
    if a.ndim == 1:
        return a[None], np.reshape(target, -1), ()
    kept = np.moveaxis(a, 1, -1)
    return kept.reshape(-1, a.shape[1]), np.reshape(target, -1), kept.shape[:-1]


def nll(
    a: np.ndarray,
    target: np.ndarray,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:
    table, classes, shape = rows(a, target)
    weights = np.ones(table.shape[1]) if weight is None else weight
    factors = [0.0 if c == ignore_index else weights[c] for c in classes]
    losses = [-row[c] * w for row, c, w in zip(table, classes, factors, strict=True)]
    if reduction == "mean":
        return math.fsum(losses) / math.fsum(factors)
    return reduced(np.reshape(losses, shape), reduction)


def log_softmax(a: np.ndarray) -> np.ndarray:
    axis = 0 if a.ndim == 1 else 1
    return np.apply_along_axis(
        lambda row: row - math.log(math.fsum(math.exp(x) for x in row)), axis, a
    )


def cross_entropy(
    a: np.ndarray,
    target: np.ndarray,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    logarithms = log_softmax(a)
    count = a.shape[0 if a.ndim == 1 else 1]
    weights = np.ones(count) if weight is None else weight
    if target.shape == a.shape:
        table, _, shape = rows(logarithms, target)
        chances, _, _ = rows(target, target)
        losses = [
            -math.fsum(
                x * w * (p * (1 - label_smoothing) + label_smoothing / count)
                for x, p, w in zip(row, chance, weights, strict=True)
            )
            for row, chance in zip(table, chances, strict=True)
        ]
        return reduced(np.reshape(losses, shape), reduction)
    plain = nll(logarithms, target, weight, ignore_index, reduction)
    table, classes, shape = rows(logarithms, target)
    kept = [c != ignore_index for c in classes]
    even = [
        -math.fsum(row * weights) / count if keep else 0.0
        for row, keep in zip(table, kept, strict=True)
    ]
    if reduction == "mean":
        total = math.fsum(weights[c] for c, keep in zip(classes, kept, strict=True) if keep)
        spread = math.fsum(even) / total
    else:
        spread = reduced(np.reshape(even, shape), reduction)
    return (1 - label_smoothing) * plain + label_smoothing * spread


def binary(p: float, y: float, weight: float = 1.0) -> float:
    return -weight * (y * math.log(p) + (1 - y) * math.log(1 - p))


def divergence(
    a: np.ndarray, y: np.ndarray, reduction: str = "mean", log_target: bool = False
) -> Any:
    @np.vectorize
    def one(a: float, y: float) -> float:
        return math.exp(y) * (y - a) if log_target else y * (math.log(y) - a)

    losses = one(a, y)
    if reduction == "batchmean":
        return math.fsum(np.ravel(losses)) / len(losses)
    return reduced(losses, reduction)


def hinge(a: float, y: float, margin: float = 1.0) -> float:
    return (max(0.0, margin - a) if y != 1 else 0.0) + (a if y != -1 else 0.0)


def ranking(a: Any, b: Any, y: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    return reduced(each(lambda a, b, y: max(0.0, -y * (a - b) + margin))(a, b, y), reduction)


def several_labels(a: Any, y: Any, weight: Any = 1.0, reduction: str = "mean") -> Any:
    losses = each(lambda a, y, w: binary(sigmoid(a), y, w))(a, y, weight)
    return reduced(np.array([math.fsum(row) / len(row) for row in losses]), reduction)


def multi_margin(
    a: np.ndarray,
    target: np.ndarray,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    reduction: str = "mean",
) -> Any:
    table, classes, shape = rows(a, target)
    weights = np.ones(table.shape[1]) if weight is None else weight
    losses = [
        weights[y]
        * math.fsum(max(0.0, margin - row[y] + x) ** p for c, x in enumerate(row) if c != y)
        / len(row)
        for row, y in zip(table, classes, strict=True)
    ]
    return reduced(np.reshape(losses, shape), reduction)


def multilabel_margin(a: np.ndarray, target: np.ndarray, reduction: str = "mean") -> Any:
    losses = []
    for row, named in zip(np.atleast_2d(a), np.atleast_2d(target), strict=True):
        right = list(itertools.takewhile(lambda y: y >= 0, named.tolist()))
        wrong = [x for c, x in enumerate(row) if c not in right]
        pairs = itertools.product(right, wrong)
        losses.append(math.fsum(max(0.0, 1 - row[y] + x) for y, x in pairs) / len(row))
    return reduced(np.reshape(losses, a.shape[:-1]), reduction)


def alignments(
    logarithms: np.ndarray,
    targets: np.ndarray,
    steps: Sequence[int],
    labels: Sequence[int],
    blank: int = 0,
    reduction: str = "mean",
) -> Any:
    """CTC by trying every way to name a class at each step."""
    tables = logarithms if logarithms.ndim == 3 else logarithms[:, None]
    ends = np.cumsum(labels)
    losses = []
    for n, (length, count) in enumerate(zip(steps, labels, strict=True)):
        row = targets[n] if targets.ndim == 2 else targets[ends[n] - count :]
        wanted, total = row[:count].tolist(), 0.0
        for path in itertools.product(range(tables.shape[2]), repeat=length):
            heard = [label for label, _ in itertools.groupby(path) if label != blank]
            if heard == wanted:
                total += math.exp(math.fsum(tables[t, n, label] for t, label in enumerate(path)))
        losses.append(-math.log(total) / (max(count, 1) if reduction == "mean" else 1))
    alone = logarithms.ndim == 2
    return reduced(np.array(losses[0] if alone else losses), reduction)


def length(v: Any, p: float = 2.0) -> float:
    sizes = [abs(x) for x in np.ravel(v)]
    return max(sizes) if math.isinf(p) else math.fsum(x**p for x in sizes) ** (1 / p)


def along_last(function: Callable[..., float], *arrays: np.ndarray) -> np.ndarray:
    """A number for each group of vectors along the last dimension."""
    broadcast = np.broadcast_arrays(*arrays)
    found = np.empty(broadcast[0].shape[:-1])
    for place in np.ndindex(found.shape):
        found[place] = function(*(each[place] for each in broadcast))
    return found


def cosine(x: np.ndarray, y: np.ndarray, dim: int = 1, eps: float = 1e-8) -> np.ndarray:
    def one(v: np.ndarray, w: np.ndarray) -> float:
        return math.fsum(v * w) / (max(length(v), eps) * max(length(w), eps))

    x, y = np.broadcast_arrays(x, y)
    return along_last(one, np.moveaxis(x, dim, -1), np.moveaxis(y, dim, -1))


def distance(
    x: np.ndarray, y: np.ndarray, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> np.ndarray:
    found = along_last(lambda v, w: length(v - w + eps, p), x, y)
    return found[..., None] if keepdim else found


def normalized(a: np.ndarray, p: float = 2.0, dim: Any = 1, eps: float = 1e-12) -> np.ndarray:
    axes = (dim,) if isinstance(dim, int) else tuple(dim)
    moved = np.moveaxis(a, axes, range(-len(axes), 0))
    flat = moved.reshape(*moved.shape[: a.ndim - len(axes)], -1)
    units = np.apply_along_axis(lambda v: v / max(length(v, p), eps), -1, flat)
    return np.moveaxis(units.reshape(moved.shape), range(-len(axes), 0), axes)


def angle_loss(x: Any, y: Any, target: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    def one(cosine: float, target: float) -> float:
        return {1: 1 - cosine, -1: max(0.0, cosine - margin)}.get(int(target), 0.0)

    return reduced(each(one)(cosine(x, y, -1), target), reduction)


def triplet(
    a: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    close, apart = distance(a, positive, p, eps), distance(a, negative, p, eps)
    if swap:
        apart = np.minimum(apart, distance(positive, negative, p, eps))
    return reduced(each(lambda c, d: max(0.0, margin + c - d))(close, apart), reduction)


def certain(a: np.ndarray, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Dropout where nothing is left to chance."""
    return np.zeros(a.shape) if training and p == 1 else a


def certain_alpha(
    a: np.ndarray, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Any:
    return certain(a, p, training)


LOSSES: dict[str, Reference] = {
    "l1_loss": l1,
    "smooth_l1_loss": lambda a, b, reduction="mean", beta=1.0: (
        loss(smooth_l1)(a, b, beta, reduction=reduction) if beta else l1(a, b, reduction)
    ),
    "huber_loss": loss(huber),
    "poisson_nll_loss": loss(poisson),
    "gaussian_nll_loss": gaussian,
    "nll_loss": nll,
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": loss(binary),
    "kl_div": divergence,
    "hinge_embedding_loss": loss(hinge),
    "margin_ranking_loss": ranking,
    "soft_margin_loss": loss(lambda a, y: math.log(1 + math.exp(-y * a))),
    "multilabel_soft_margin_loss": several_labels,
    "multi_margin_loss": multi_margin,
    "multilabel_margin_loss": multilabel_margin,
    "ctc_loss": alignments,
    "cosine_similarity": cosine,
    "pairwise_distance": distance,
    "normalize": normalized,
    "cosine_embedding_loss": angle_loss,
    "triplet_margin_loss": triplet,
    "triplet_margin_with_distance_loss": triplet,
    "dropout": certain,
    "dropout1d": certain,
    "dropout2d": certain,
    "dropout3d": certain,
    "alpha_dropout": certain_alpha,
    "feature_alpha_dropout": certain_alpha,
}
