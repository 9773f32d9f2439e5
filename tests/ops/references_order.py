"""What running results, order statistics, counts and sets must be, from rows as Python lists."""

from __future__ import annotations

import bisect
import builtins
import itertools
import math
import statistics
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

Reference = Callable[..., Any]
Row = list[Any]


def by_row(function: Callable[..., Any], results: int = 1) -> Reference:
    """Replace every row along ``dim`` by a row, or by several rows."""

    def applied(a: np.ndarray, dim: int = -1, **params: Any) -> Any:
        if not a.size:
            return a
        rows = np.moveaxis(np.atleast_1d(a), dim if a.ndim else 0, -1)
        flat = rows.reshape(-1, rows.shape[-1])
        found = [function(row.tolist(), **params) for row in flat]
        answers = []
        for number in range(results):
            each = np.array([row if results == 1 else row[number] for row in found])
            made = np.moveaxis(each.reshape(*rows.shape[:-1], -1), -1, dim if a.ndim else 0)
            answers.append(made if a.ndim else made.reshape(()))
        return answers[0] if results == 1 else answers

    return applied


def picked(index: Callable[..., int]) -> Reference:
    """One element of every row along ``dim``, and its index there."""

    def applied(a: np.ndarray, dim: int = -1, keepdim: bool = False, **params: Any) -> Any:
        def of(row: Row) -> tuple[Row, Row]:
            place = index(row, **params)
            return [row[place]], [place]

        found = by_row(of, 2)(a, dim)
        return found if keepdim or not a.ndim else [np.squeeze(each, dim) for each in found]

    return applied


def in_order(row: Row, descending: bool = False) -> list[int]:
    return sorted(range(len(row)), key=lambda place: -row[place] if descending else row[place])


def sorted_row(row: Row, descending: bool = False) -> tuple[Row, Row]:
    places = in_order(row, descending)
    return [row[place] for place in places], places


def sort(
    a: np.ndarray, dim: int = -1, descending: bool = False, stable: bool = False
) -> list[np.ndarray]:
    if not a.size:
        return [a, np.zeros(a.shape, np.int64)]
    return by_row(sorted_row, 2)(a, dim, descending=descending)


def topk(
    a: np.ndarray, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> list[np.ndarray]:
    if not a.ndim:
        return [a, np.zeros((), np.int64)]
    return [np.take(each, range(k), dim) for each in sort(a, dim, largest)]


def whole_or_row(whole: Callable[[Row], float], index: Callable[[Row], int]) -> Reference:
    def applied(a: np.ndarray, dim: int | None = None, keepdim: bool = False) -> Any:
        return whole(a.ravel().tolist()) if dim is None else picked(index)(a, dim, keepdim)

    return applied


def middle(row: Row) -> int:
    return in_order(row)[(len(row) - 1) // 2]


def most_frequent(row: Row) -> int:
    counts = Counter(row)
    best = min(value for value in counts if counts[value] == max(counts.values()))
    return max(place for place, value in enumerate(row) if value == best)


def kthvalue(a: np.ndarray, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    return picked(lambda row: in_order(row)[k - 1])(a, dim, keepdim)


def between(row: Row, q: float, interpolation: str) -> float:
    rank = q * (len(row) - 1)
    low, high = sorted(row)[math.floor(rank)], sorted(row)[math.ceil(rank)]
    return {
        "linear": low + (rank % 1) * (high - low),
        "lower": low,
        "higher": high,
        "midpoint": (low + high) / 2,
        "nearest": sorted(row)[round(rank)],
    }[interpolation]


def quantile(
    a: np.ndarray,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    interpolation: str = "linear",
) -> np.ndarray:
    rows = a.ravel() if dim is None else a
    axis = -1 if dim is None else dim
    found = [
        np.apply_along_axis(lambda row, q=q: between(row.tolist(), q, interpolation), axis, rows)
        for q in np.ravel(q)
    ]
    kept = [np.expand_dims(each, axis) if keepdim else each for each in found]
    return np.array(kept) if np.ndim(q) else kept[0]


def running(step: Callable[[Any, Any], Any]) -> Callable[[Row], Row]:
    return lambda row: list(itertools.accumulate(row, step))


def best_so_far(better: Callable[[Any, Any], bool]) -> Callable[[Row], tuple[Row, Row]]:
    def found(row: Row) -> tuple[Row, Row]:
        places = [0]
        for place in range(1, len(row)):
            places.append(place if better(row[place], row[places[-1]]) else places[-1])
        return [row[place] for place in places], places

    return found


def log_add(a: float, b: float) -> float:
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def diff(
    a: np.ndarray, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None
) -> np.ndarray:
    parts = [part for part in (prepend, a, append) if part is not None]
    rows = np.moveaxis(np.concatenate(parts, dim), dim, 0)
    for _ in range(n):
        rows = rows[1:] ^ rows[:-1] if a.dtype == bool else rows[1:] - rows[:-1]
    return np.moveaxis(rows, 0, dim)


def axes(a: np.ndarray, dim: Any) -> tuple[int, ...]:
    return tuple(range(a.ndim)) if dim is None else tuple(np.ravel(dim))


def total(
    a: np.ndarray, dim: Any = None, keepdim: bool = False, mean: bool = False, **_: Any
) -> np.ndarray:
    found = np.sum(a, axes(a, dim), keepdims=keepdim)
    return found / np.sum(np.ones_like(a), axes(a, dim), keepdims=keepdim) if mean else found


def prod(a: np.ndarray, dim: int | None = None, keepdim: bool = False) -> Any:
    if dim is None or not a.ndim:
        return math.prod(a.ravel().tolist())
    return np.asarray(np.apply_along_axis(lambda row: math.prod(row.tolist()), dim, a)).reshape(
        np.sum(a, dim, keepdims=keepdim).shape
    )


def bincount(a: np.ndarray, weights: Any = None, minlength: int = 0) -> list[float]:
    length = max([minlength, *(int(each) + 1 for each in a)])
    shares = [1] * len(a) if weights is None else weights
    return [
        math.fsum(share for each, share in zip(a, shares, strict=True) if each == k)
        for k in range(length)
    ]


def histc(a: np.ndarray, bins: int = 100, min: float = 0, max: float = 0) -> list[float]:
    if min == max and a.size:
        min, max = a.min(), a.max()
    if not a.size:
        return [0.0] * bins
    edges = [min + (max - min) * k / bins for k in range(1, bins)]
    places = Counter(bisect.bisect_right(edges, each) for each in a.ravel() if min <= each <= max)
    return [float(places[k]) for k in range(bins)]


def lines(a: np.ndarray, dim: int | None) -> list[tuple[Any, ...]]:
    """The elements, or the slices along ``dim``, as tuples."""
    rows = a.reshape(-1, 1) if dim is None else np.moveaxis(a, dim, 0).reshape(a.shape[dim], -1)
    return [tuple(row) for row in rows.tolist()]


def grouped(a: np.ndarray, found: list[Any], dim: int | None) -> np.ndarray:
    """The reverse of :func:`lines`."""
    values = np.array(found, a.dtype)
    if dim is None:
        return values.reshape(-1)
    rest = [n for axis, n in enumerate(a.shape) if axis != dim % a.ndim]
    return np.moveaxis(values.reshape(-1, *rest), 0, dim)


def asked(values: Any, inverse: Any, counts: Any, wanted: tuple[bool, bool]) -> Any:
    if not any(wanted):
        return values
    return [values, *[inverse] * wanted[0], *[counts] * wanted[1]]


def unique(
    a: np.ndarray,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    rows = lines(a, dim)
    counts = Counter(rows)
    found = list(dict(builtins.sorted(counts.items())))
    inverse = np.array([found.index(row) for row in rows], np.int64)
    inverse = inverse.reshape(a.shape) if dim is None else inverse
    wanted = (return_inverse, return_counts)
    return asked(grouped(a, found, dim), inverse, [counts[row] for row in found], wanted)


def unique_consecutive(
    a: np.ndarray,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    runs = [(row, len(list(run))) for row, run in itertools.groupby(lines(a, dim))]
    lengths = [length for _, length in runs]
    inverse = np.repeat(np.arange(len(runs)), lengths).astype(np.int64)
    inverse = inverse.reshape(a.shape) if dim is None else inverse
    values = grouped(a, [row for row, _ in runs], dim)
    return asked(values, inverse, lengths, (return_inverse, return_counts))


def isin(
    elements: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False
) -> np.ndarray:
    others = set(np.ravel(test_elements).tolist())
    return np.vectorize(lambda each: (each in others) != invert, otypes=[bool])(elements)


def searchsorted(
    sequence: np.ndarray,
    values: Any,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
    **_: Any,
) -> np.ndarray:
    if sorter is not None:
        sequence = np.take_along_axis(sequence, sorter, -1)
    search = bisect.bisect_right if right or side == "right" else bisect.bisect_left
    if sequence.ndim == 1:
        return np.vectorize(lambda each: search(sequence.tolist(), each), otypes=[int])(values)
    found = np.zeros(values.shape, np.int64)
    for place in np.ndindex(values.shape):
        found[place] = search(sequence[place[:-1]].tolist(), values[place])
    return found


ORDER: dict[str, Reference] = {
    "cumprod": by_row(running(lambda a, b: a * b)),
    "logcumsumexp": by_row(running(log_add)),
    "cummax": by_row(best_so_far(lambda new, old: new >= old), 2),
    "cummin": by_row(best_so_far(lambda new, old: new <= old), 2),
    "diff": diff,
    "prod": prod,
    "nansum": total,
    "nanmean": lambda a, *args, **params: total(a, *args, **params, mean=True),
    "aminmax": lambda a, dim=None, keepdim=False: [
        np.min(a, dim, keepdims=keepdim),
        np.max(a, dim, keepdims=keepdim),
    ],
    "sort": sort,
    "argsort": lambda *args, **params: sort(*args, **params)[1],
    "msort": lambda a: sort(a, 0)[0],
    "topk": topk,
    "median": whole_or_row(statistics.median_low, middle),
    "nanmedian": whole_or_row(statistics.median_low, middle),
    "mode": picked(most_frequent),
    "kthvalue": kthvalue,
    "quantile": quantile,
    "nanquantile": quantile,
    "count_nonzero": lambda a, dim=None: np.sum(a != 0, axes(a, dim)),
    "bincount": bincount,
    "histc": histc,
    "unique": unique,
    "unique_consecutive": unique_consecutive,
    "isin": isin,
    "searchsorted": searchsorted,
    "bucketize": lambda values, sequence, **params: searchsorted(sequence, values, **params),
}
