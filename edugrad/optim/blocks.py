"""Walking through large arrays in pieces that fit a processor's cache.

An update rule is a dozen element-wise steps. Done array by array, each step would fetch the
parameters from main memory anew; done block by block, they are fetched once, and all steps but the
first find them in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..errors import teach

BLOCK = 32_768
"""Elements a block: a parameter, its gradient and two averages in float32 take 512 KB."""


def blocks(xp: Any, read: tuple[Any, ...], written: tuple[Any, ...], scratch: int) -> Iterator[Any]:
    """Yield pieces of arrays of one shape that belong together, and scratch arrays as long.

    Parameters
    ----------
    xp : module
        The arrays' own: NumPy or CuPy.
    read, written : tuple of arrays
        Those that are only read, and those that are changed. When the loop has ended, the arrays
        are what was written to their pieces.
    scratch : int
        How many arrays to compute in there are; their memory serves every block again.

    Yields
    ------
    tuple of arrays
        Pieces of ``read``, of ``written``, scratch. Short arrays and those of a GPU come whole.
        Numbers of float16 are computed with in float32, and rounded once, when they are stored.

    Examples
    --------
    >>> total = np.zeros(100_000)
    >>> for x, sums, square in blocks(np, (np.full(100_000, 3.0),), (total,), scratch=1):
    ...     _ = np.multiply(x, x, out=square)
    ...     _ = np.add(sums, square, out=sums)
    >>> total.min(), total.max()
    (np.float64(9.0), np.float64(9.0))
    """
    check_shapes(read + written)
    arrays = [_computable(xp, array) for array in read + written]
    first = arrays[len(read)]
    if xp is not np or first.size <= BLOCK:
        spare = [xp.empty(first.shape, first.dtype) for _ in range(scratch)]
        yield *arrays, *spare
    else:
        arrays = [array.reshape(-1) for array in arrays]
        spare = [np.empty(BLOCK, first.dtype) for _ in range(scratch)]
        for start in range(0, first.size, BLOCK):
            stop = min(start + BLOCK, first.size)
            yield *(each[start:stop] for each in arrays), *(each[: stop - start] for each in spare)
    for array, values in zip(written, arrays[len(read) :], strict=True):
        if not _shares(array, values):
            array[...] = values.reshape(array.shape)


def _computable(xp: Any, array: Any) -> Any:
    """The array, or a float32 copy of half-precision numbers, as nothing computes with these."""
    return array.astype(xp.float32) if array.dtype == xp.float16 else array


def _shares(array: Any, values: Any) -> bool:
    """Whether the pieces of ``values`` were pieces of ``array``, not of a copy."""
    same = values.dtype == array.dtype
    return same and (values.shape == array.shape or bool(array.flags.c_contiguous))


def check_shapes(arrays: tuple[Any, ...]) -> None:
    """Refuse arrays of several shapes: one of them does not belong to the parameter."""
    shapes = {tuple(array.shape) for array in arrays}
    if len(shapes) > 1:
        raise RuntimeError(
            teach(
                "a parameter, its gradient and its state in the optimizer must have one shape",
                got=" and ".join(map(str, sorted(shapes))),
                mend="load the state_dict of an optimizer of the same model, or make a new "
                "optimizer when the parameters change shape",
            )
        )
