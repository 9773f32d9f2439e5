"""The way to LAPACK: what its functions are given, and what their failures are called."""

from __future__ import annotations

from contextlib import nullcontext
from importlib import import_module
from typing import Any

import numpy as np

from ..errors import LinAlgError, teach
from .checks import KINDS, need_tensors


def compute(xp: Any, name: str, *arrays: Any, **params: Any) -> Any:
    """``linalg.name`` of the array module; on a GPU it raises, too, where it cannot succeed."""
    strict = import_module("cupyx").errstate(linalg="raise") if xp.__name__ == "cupy" else None
    with strict or nullcontext():
        return getattr(xp.linalg, name)(*arrays, **params)


def by_columns(xp: Any, matrices: Any) -> Any:
    """A copy with one column after the other in memory, as LAPACK leaves them, and PyTorch."""
    return xp.swapaxes(xp.swapaxes(matrices, -1, -2).copy(), -1, -2)


def need_matrix(name: str, A: Any, square: bool = True, floating: bool = True) -> None:
    """Refuse what is no matrix, or no stack of them; without ``floating`` of any dtype.

    Raises
    ------
    RuntimeError
        Also for a matrix that is not square, where it has to be.
    """
    need_tensors(name, A=A)
    if A.ndim < 2:
        raise RuntimeError(
            teach(
                f"{name}: The input tensor A must have at least 2 dimensions.",
                got=f"a tensor of shape {tuple(A.shape)}",
                mend="make a vector a matrix with unsqueeze(0) or unsqueeze(1)",
            )
        )
    if square and A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            teach(
                f"{name}: A must be batches of square matrices, but they are {A.shape[-2]} by "
                f"{A.shape[-1]} matrices",
                got=f"a tensor of shape {tuple(A.shape)}",
                mend="linalg.pinv, lstsq, qr and svd take matrices of any shape",
            )
        )
    if floating:
        need_precision(name, A)


def need_precision(name: str, A: Any) -> None:
    """Refuse integers, and float16, for which there are no such computations."""
    if not A.is_floating_point():
        raise RuntimeError(
            teach(
                f"{name}: Expected a floating point or complex tensor as input. Got "
                f"{KINDS[A.dtype.name]}",
                got=f"a tensor of {A.dtype}",
                mend="convert it first, with x.float()",
            )
        )
    if A._array.itemsize == 2:
        raise RuntimeError(
            teach(
                f"{name}: Low precision dtypes not supported. Got Half",
                got=f"a tensor of {A.dtype}",
                mend="convert it first, with x.float()",
            )
        )


def singular(name: str, xp: Any, a: Any) -> LinAlgError:
    """The error for a matrix without inverse."""
    place, matrix = _first(xp, a, lambda m: xp.linalg.slogdet(m)[0] == 0)
    return LinAlgError(
        teach(
            f"{name}: {place}The solver failed because the input matrix is singular."
            if "solve" in name
            else f"{name}: {place}The diagonal element {_pivot(xp, matrix)} is zero, the inversion "
            "could not be completed because the input matrix is singular.",
            got=f"a matrix of determinant 0, shape {tuple(a.shape[-2:])}",
            mend="linalg.pinv gives the pseudoinverse of any matrix, linalg.lstsq the solution "
            "with the smallest error",
        )
    )


def not_positive(name: str, xp: Any, a: Any) -> LinAlgError:
    """The error for a matrix that is not positive definite."""
    place, matrix = _first(xp, a, lambda m: not _has_root(xp, m))
    orders = range(1, len(matrix) + 1)
    order = next((k for k in orders if not _has_root(xp, matrix[:k, :k])), len(matrix))
    return LinAlgError(
        teach(
            f"{name}: {place}The factorization could not be completed because the input is not "
            f"positive-definite (the leading minor of order {order} is not positive-definite).",
            got=f"a matrix of shape {tuple(a.shape[-2:])} with an eigenvalue that is not above 0",
            mend="A @ A.mT is positive definite for every invertible A; adding a little to the "
            "diagonal helps against rounding",
        )
    )


def not_finite(name: str) -> LinAlgError:
    """The error for a decomposition of infinities and NaN."""
    return LinAlgError(
        teach(
            f"{name}: The algorithm failed to converge because the input matrix contained "
            "non-finite values.",
            got="a matrix with inf or nan",
            mend="find where they come from: edugrad.autograd.detect_anomaly() says which op",
        )
    )


def _first(xp: Any, a: Any, fails: Any) -> tuple[str, Any]:
    """The first matrix of a stack that fails, and words for its place."""
    if a.ndim == 2:
        return "", a
    matrices = a.reshape(-1, *a.shape[-2:])
    number = next((k for k, matrix in enumerate(matrices) if fails(matrix)), 0)
    return f"(Batch element {number}): ", matrices[number]


def _pivot(xp: Any, matrix: Any) -> int:
    """The first column that depends on those before it, counted from 1."""
    columns = range(1, len(matrix) + 1)
    ranks = xp.linalg.matrix_rank
    return next((k for k in columns if int(ranks(matrix[:, :k])) < k), len(matrix))


def _has_root(xp: Any, matrix: Any) -> bool:
    try:
        compute(xp, "cholesky", matrix)
    except np.linalg.LinAlgError:
        return False
    return True
