"""Linear algebra that reports what it could not do instead of raising, such as ``inv_ex``.

``info`` is 0 for each matrix that was fit, else where it was not: the first pivot that is 0, or the
first leading block that is not positive definite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import dtypes
from ..errors import LinAlgError
from ..return_types import result_type
from ..tensor import Tensor
from .decomposition import cholesky
from .naming import takes_out
from .solving import inv, solve
from .triangular import lu_factor

InverseResult = result_type("linalg_inv_ex", "inverse", "info")
CholeskyResult = result_type("linalg_cholesky_ex", "L", "info")
SolveResult = result_type("linalg_solve_ex", "result", "info")
LuFactorResult = result_type("linalg_lu_factor_ex", "LU", "pivots", "info")


def _info(A: Tensor, fault: Callable[[Tensor], int]) -> Tensor:
    """The fault of each matrix."""
    *stack, rows, columns = A.shape
    matrices = A.detach().reshape(math.prod(stack), rows, columns)
    found = [fault(each) for each in matrices.unbind()]
    made: Tensor = A.new_tensor(found, dtype=dtypes.int32).reshape(A.shape[:-2])
    return made


def _zero_pivot(matrix: Tensor) -> int:
    """The number of the first pivot that is 0, counted from 1; 0 if there is none."""
    pivots = lu_factor(matrix)[0].diagonal().tolist()
    return next((k for k, value in enumerate(pivots, 1) if value == 0), 0)


def _not_positive(matrix: Tensor) -> int:
    """The size of the smallest leading block that is not positive definite; 0 if all are."""
    for k in range(1, matrix.shape[-1] + 1):
        try:
            cholesky(matrix[:k, :k])
        except LinAlgError:
            return k
    return 0


def _tried(function: Callable[[Tensor], Tensor], A: Tensor, info: Tensor) -> Tensor:
    """The function of the matrices that are fit; of the others NaN."""
    if not bool(info.any()):
        return function(A)
    good = A.new_ones(A.shape[-1]).diag_embed()
    fit = (info == 0).reshape(*info.shape, 1, 1)
    return function(A.where(fit, good)).masked_fill(~fit, float("nan"))


@takes_out
def inv_ex(A: Tensor, *, check_errors: bool = False) -> Any:
    """Inverse of a matrix, and where it has none. PyTorch: ``torch.linalg.inv_ex``."""
    if check_errors:
        return InverseResult(inv(A), _info(A, lambda matrix: 0))
    info = _info(A, _zero_pivot)
    return InverseResult(_tried(inv, A, info), info)


@takes_out
def cholesky_ex(input: Tensor, *, upper: bool = False, check_errors: bool = False) -> Any:
    """Triangular root of a matrix, and where it has none. PyTorch: ``torch.linalg.cholesky_ex``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linalg.cholesky_ex(-edugrad.eye(2)).info
    tensor(1, dtype=edugrad.int32)
    """

    def root(A: Tensor) -> Any:
        return cholesky(A, upper=upper)

    if check_errors:
        return CholeskyResult(root(input), _info(input, lambda matrix: 0))
    info = _info(input, _not_positive)
    return CholeskyResult(_tried(root, input, info), info)


@takes_out
def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> Any:
    """Solution of equations, and where there is none. PyTorch: ``torch.linalg.solve_ex``."""
    info = _info(A, (lambda matrix: 0) if check_errors else _zero_pivot)
    if not bool(info.any()):
        return SolveResult(solve(A, B, left=left), info)
    return SolveResult(_tried(lambda each: solve(each, B, left=left), A, info), info)


@takes_out
def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """:func:`lu_factor`, and its first pivot that is 0. PyTorch: ``torch.linalg.lu_factor_ex``."""
    packed, pivots = lu_factor(A, pivot=pivot)
    return LuFactorResult(packed, pivots, _info(A, _zero_pivot))
