"""Sums of arrays whose rounding error hardly grows with the number of elements.

NumPy adds in pairs along the axis that is contiguous in memory, and one after the other along all
others: the sum of a million float32 rows of 0.1 is then wrong in the third digit. PyTorch adds in
blocks in every direction, and so does :func:`total`, at the cost of NumPy's own sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

BLOCK = 32
_reduce: Any = np.add.reduce
_maximum: Any = np.maximum.reduce


def total(a: Any, dims: tuple[int, ...], keepdims: bool = False) -> Any:
    """The sum over ``dims``: in blocks for floating-point numbers, in int64 for integers."""
    dtype = a.dtype
    if dtype.kind != "f":
        return _sum(a, dims, "int64", keepdims)
    if dtype.itemsize == 2:
        return total(a.astype("float32"), dims, keepdims).astype(dtype)
    if a.size > BLOCK and not _adjacent(a, dims):
        for axis in sorted(dims, key=lambda axis: abs(a.strides[axis])):
            a = _few(a, axis)
    return _sum(a, dims, None, keepdims)


def largest(a: Any, dims: Any) -> Any:
    """The largest elements along ``dims``, which are kept; warnings as of :func:`_sum`."""
    if type(a) is np.ndarray:
        return _maximum(a, dims, None, None, True)
    return a.max(dims, keepdims=True)


def _sum(a: Any, dims: Any, dtype: Any = None, keepdims: bool = False) -> Any:
    """The array library's own sum; of NumPy the ufunc, whose warnings name this module."""
    if type(a) is np.ndarray:
        return _reduce(a, dims, dtype, None, keepdims)
    return a.sum(dims, dtype, keepdims=keepdims)


def _adjacent(a: Any, dims: tuple[int, ...]) -> bool:
    """Whether what is summed lies together in memory, where NumPy adds in pairs by itself."""
    if len(dims) == a.ndim and a.flags.f_contiguous:
        return True
    return a.flags.c_contiguous and min(dims, default=0) >= a.ndim - len(dims)


def _few(a: Any, axis: int) -> Any:
    """Partial sums along ``axis``, at most a block of them."""
    steps = [abs(step) for step, length in zip(a.strides, a.shape, strict=True) if length > 1]
    if a.shape[axis] > BLOCK and abs(a.strides[axis]) == min(steps):
        return _sum(a, axis, None, True)
    before = (slice(None),) * axis
    while (length := a.shape[axis]) > BLOCK:
        whole = length - length % BLOCK
        shape = (*a.shape[:axis], whole // BLOCK, BLOCK, *a.shape[axis + 1 :])
        sums = _sum(a[(*before, slice(whole))].reshape(shape), axis + 1)
        sums[(*before, slice(1))] += _sum(a[(*before, slice(whole, None))], axis, None, True)
        a = sums
    return a
