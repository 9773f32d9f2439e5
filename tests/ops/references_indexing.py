"""What reading and writing at indices must compute, one element at a time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

Reference = Callable[..., Any]


def rows(a: np.ndarray, dim: int, write: Callable[[list[Any]], None]) -> np.ndarray:
    """A copy whose parts along ``dim``, as a list of arrays, have gone through ``write``."""
    parts = [part.copy() for part in np.moveaxis(a, dim, 0)]
    write(parts)
    return np.moveaxis(np.array(parts), 0, dim)


def index_add(a: Any, dim: int, index: Any, source: Any, alpha: float = 1) -> np.ndarray:
    def write(parts: list[Any]) -> None:
        for place, part in zip(index, np.moveaxis(source, dim, 0), strict=True):
            parts[place] = parts[place] + alpha * part

    return rows(a, dim, write)


def index_copy(a: Any, dim: int, index: Any, source: Any) -> np.ndarray:
    def write(parts: list[Any]) -> None:
        for place, part in zip(index, np.moveaxis(source, dim, 0), strict=True):
            parts[place] = part

    return rows(a, dim, write)


def index_fill(a: Any, dim: int, index: Any, value: Any) -> np.ndarray:
    def write(parts: list[Any]) -> None:
        for place in index:
            parts[place] = np.full_like(parts[place], value)

    return rows(a, dim, write)


def index_select(a: Any, dim: int, index: Any) -> np.ndarray:
    parts = np.moveaxis(a, dim, 0)
    return np.moveaxis(np.array([parts[place] for place in np.atleast_1d(index)]), 0, dim)


def masked_select(a: Any, mask: Any) -> np.ndarray:
    pairs = np.broadcast(a, mask)
    return np.array([number for number, kept in pairs if kept])


def masked_scatter(a: Any, mask: Any, source: Any) -> np.ndarray:
    numbers = iter(source.ravel())
    found = [next(numbers) if put else old for old, put in np.broadcast(a, mask)]
    return np.reshape(found, np.broadcast_shapes(a.shape, mask.shape))


def put(a: Any, index: Any, source: Any, accumulate: bool = False) -> np.ndarray:
    flat = a.ravel().tolist()
    for place, number in zip(index.ravel(), source.ravel(), strict=True):
        flat[place] = flat[place] + number if accumulate else number
    return np.reshape(flat, a.shape)


def take_along_dim(a: Any, indices: Any, dim: int | None = None) -> np.ndarray:
    if dim is None:
        return np.array([a.ravel()[place] for place in indices.ravel()])
    shape = list(np.broadcast_shapes(np.take(a, [0], dim).shape, np.take(indices, [0], dim).shape))
    shape[dim] = indices.shape[dim]
    found = np.empty(shape)
    for place in np.ndindex(*shape):
        at = [k if n > 1 else 0 for k, n in zip(place, indices.shape, strict=True)]
        source = list(place)
        source[dim] = indices[tuple(at)]
        found[place] = a[tuple(source)]
    return found


def scattered(join: Callable[[list[float], bool], float]) -> Reference:
    """Collect for each element what is sent to it, and join that to one number."""

    def applied(
        a: Any,
        dim: int,
        index: Any,
        src: Any = None,
        *,
        value: Any = None,
        include_self: bool = True,
    ) -> np.ndarray:
        source = np.broadcast_to(src if value is None else value, index.shape)
        found = np.array(a)
        sent: dict[tuple[int, ...], list[float]] = {}
        for place in np.ndindex(*index.shape):
            to = list(place)
            to[dim : dim + 1 or None] = [index[place]] if place else []
            sent.setdefault(tuple(to), []).append(float(source[place]))
        for target, numbers in sent.items():
            found[target] = join(([found[target]] if include_self else []) + numbers, include_self)
        return found

    return applied


def scatter_reduce(a: Any, dim: int, index: Any, src: Any, reduce: str, **params: Any) -> Any:
    joins: dict[str, Callable[[list[float]], float]] = {
        "sum": sum,
        "prod": lambda numbers: functools.reduce(lambda x, y: x * y, numbers),
        "mean": lambda numbers: sum(numbers) / len(numbers),
        "amax": max,
        "amin": min,
    }
    return scattered(lambda numbers, _: joins[reduce](numbers))(a, dim, index, src, **params)


INDEXING: dict[str, Reference] = {
    "index_select": index_select,
    "index_add": index_add,
    "index_copy": index_copy,
    "index_fill": index_fill,
    "masked_select": masked_select,
    "masked_scatter": masked_scatter,
    "take": lambda a, index: np.vectorize(lambda place: a.ravel()[place])(index),
    "put": put,
    "take_along_dim": take_along_dim,
    "scatter": scattered(lambda numbers, _: numbers[-1]),
    "scatter_add": scattered(lambda numbers, _: sum(numbers)),
    "scatter_reduce": scatter_reduce,
    "one_hot": lambda a, count=-1, num_classes=-1: np.eye(
        max(count, num_classes, a.max() + 1), dtype=int
    )[a],
}
