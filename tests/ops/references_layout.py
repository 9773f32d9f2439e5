"""What the ops on a tensor's form must compute: views, joining, splitting, repeating."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from .references_indexing import INDEXING

Reference = Callable[..., Any]


def strided(a: np.ndarray, size: Any, stride: Any, storage_offset: int = 0) -> np.ndarray:
    memory, found = a.ravel(), np.empty(size, a.dtype)
    for place in np.ndindex(*size):
        found[place] = memory[storage_offset + int(np.dot(place, stride))]
    return found


def windows(a: np.ndarray, dimension: int, size: int, step: int) -> np.ndarray:
    starts = range(0, a.shape[dimension] - size + 1, step)
    parts = [np.take(a, range(start, start + size), dimension) for start in starts]
    return np.stack([np.moveaxis(part, dimension, -1) for part in parts], dimension % a.ndim)


def diagonal(a: np.ndarray, offset: int = 0, dim1: int = 0, dim2: int = 1) -> np.ndarray:
    matrices = np.moveaxis(a, (dim1, dim2), (-2, -1))
    rows, columns = matrices.shape[-2:]
    places = [(k, k + offset) for k in range(rows) if 0 <= k + offset < columns]
    if not places:
        return np.empty((*matrices.shape[:-2], 0))
    return np.stack([matrices[..., row, column] for row, column in places], -1)


def unflattened(a: np.ndarray, dim: int, sizes: Any) -> np.ndarray:
    axis = dim % a.ndim
    return a.reshape(*a.shape[:axis], *sizes, *a.shape[axis + 1 :])


def at_least(count: int) -> Reference:
    def grown(*arrays: Any) -> Any:
        single = len(arrays) == 1 and isinstance(arrays[0], np.ndarray)
        given = arrays[0] if len(arrays) == 1 and not single else arrays
        return grow(given[0]) if single else [grow(each) for each in given]

    def grow(a: np.ndarray) -> np.ndarray:
        shape = a.shape
        while len(shape) < count:
            shape = (*shape, 1) if len(shape) == 2 else (1, *shape)
        return a.reshape(shape)

    return grown


def cut(a: np.ndarray, where: Any = None, dim: int = 0, **named: Any) -> tuple[np.ndarray, ...]:
    wanted = where if where is not None else next(iter(named.values()))
    return tuple(np.array_split(a, wanted, dim))


def tiled(a: np.ndarray, *repeats: Any, **named: Any) -> np.ndarray:
    given = next(iter(named.values())) if named else repeats
    times = given if isinstance(given[0], int) else given[0]
    for axis, count in enumerate(reversed(times), 1):
        if axis > a.ndim:
            a = a[None]
        a = np.concatenate([a] * count, -axis) if count else np.take(a, [], -axis)
    return a


def interleaved(
    a: np.ndarray, repeats: Any = None, dim: int | None = None, output_size: Any = None
) -> np.ndarray:
    if repeats is None:
        return np.array([k for k, count in enumerate(a) for _ in range(count)], np.int64)
    rows = np.moveaxis(a.ravel() if dim is None else a, 0 if dim is None else dim, 0)
    counts = np.broadcast_to(repeats, len(rows))
    chosen = [row for row, count in zip(rows, counts, strict=True) for _ in range(count)]
    found = np.array(chosen).reshape(-1, *rows.shape[1:])
    return np.moveaxis(found, 0, 0 if dim is None else dim)


def rolled(a: np.ndarray, shifts: Any, dims: Any = None) -> np.ndarray:
    if dims is None:
        flat = a.ravel().tolist()
        return np.reshape(flat[-shifts:] + flat[:-shifts], a.shape)
    for shift, dim in zip(np.atleast_1d(shifts), np.atleast_1d(dims), strict=True):
        a = np.take(a, [(k - shift) % a.shape[dim] for k in range(a.shape[dim])], dim)
    return a


def turned(a: np.ndarray, k: int = 1, dims: Any = (0, 1)) -> np.ndarray:
    for _ in range(k % 4):
        a = np.swapaxes(a, *dims)
        a = np.take(a, range(a.shape[dims[0]])[::-1], dims[0])
    return a


def grid(*arrays: Any, indexing: str = "ij") -> tuple[np.ndarray, ...]:
    given = arrays if isinstance(arrays[0], np.ndarray) else arrays[0]
    shape = [each.size for each in given]
    found = [np.empty(shape) for _ in given]
    for place in np.ndindex(*shape):
        for axis, each in enumerate(given):
            found[axis][place] = each.ravel()[place[axis]]
    return tuple(each.swapaxes(0, 1) for each in found) if indexing == "xy" else tuple(found)


def chosen(a: np.ndarray, r: int = 2, with_replacement: bool = False) -> np.ndarray:
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    return np.array(list(choose(a.tolist(), r))) if r else np.empty(0)


def blocks(*arrays: np.ndarray) -> np.ndarray:
    given = [np.atleast_2d(a) for a in arrays]
    return np.block(
        [[a if a is b else np.zeros((a.shape[0], b.shape[1])) for b in given] for a in given]
    )


def embedded(a: np.ndarray, offset: int = 0, dim1: int = -2, dim2: int = -1) -> np.ndarray:
    side = a.shape[-1] + abs(offset)
    found = np.zeros((*a.shape[:-1], side, side))
    for k in range(a.shape[-1]):
        found[..., k + max(-offset, 0), k + max(offset, 0)] = a[..., k]
    return np.moveaxis(found, (-2, -1), (dim1, dim2))


def put(a: np.ndarray, indices: Any, values: Any, accumulate: bool = False) -> np.ndarray:
    found = a.copy()
    if not accumulate:
        found[tuple(indices)] = values
        return found
    for k, row in enumerate(indices[0]):
        found[row] += np.broadcast_to(values, (len(indices[0]), *a.shape[1:]))[k]
    return found


LAYOUT: dict[str, Reference] = {
    "as_strided": strided,
    "Tensor.unfold": windows,
    "diagonal": diagonal,
    "Tensor.view_as": lambda a, b: a.reshape(b.shape),
    "Tensor.reshape_as": lambda a, b: a.reshape(b.shape),
    "Tensor.expand_as": lambda a, b: a + 0 * b,
    "ravel": lambda a: np.array(a.flat),
    "movedim": lambda a, source, destination: np.moveaxis(a, source, destination),
    "swapaxes": lambda a, axis0, axis1: np.moveaxis(a, (axis0, axis1), (axis1, axis0)),
    "split_with_sizes": lambda a, sizes, dim=0: np.split(a, np.cumsum(sizes)[:-1], dim),
    "unflatten": unflattened,
    "broadcast_tensors": lambda *arrays: [a + 0 * sum(arrays) for a in arrays],
    "atleast_1d": at_least(1),
    "atleast_2d": at_least(2),
    "atleast_3d": at_least(3),
    "adjoint": lambda a: np.einsum("...ij->...ji", a),
    "hstack": lambda arrays: np.hstack(arrays),
    "vstack": lambda arrays: np.vstack(arrays),
    "dstack": lambda arrays: np.dstack(arrays),
    "column_stack": lambda arrays: np.column_stack(arrays),
    "tensor_split": cut,
    "hsplit": lambda a, where: np.hsplit(a, where),
    "vsplit": lambda a, where: np.vsplit(a, where),
    "dsplit": lambda a, where: np.dsplit(a, where),
    "Tensor.repeat": tiled,
    "tile": tiled,
    "repeat_interleave": interleaved,
    "argwhere": np.argwhere,
    "index_put": put,
    "diag_embed": embedded,
    "diagflat": lambda a, offset=0: embedded(a.ravel(), offset),
    "diag": lambda a, diagonal=0: np.diag(a, diagonal),
    "roll": rolled,
    "fliplr": lambda a: a[:, ::-1],
    "flipud": lambda a: a[::-1],
    "rot90": turned,
    "meshgrid": grid,
    "cartesian_prod": lambda *arrays: (
        np.array(list(itertools.product(*arrays))) if len(arrays) > 1 else arrays[0]
    ),
    "combinations": chosen,
    "block_diag": blocks,
    **INDEXING,
}
