"""Linear algebra under PyTorch's names: ``torch.linalg``."""

from .errors import LinAlgError
from .ops.checked_linalg import cholesky_ex, inv_ex, lu_factor_ex, solve_ex
from .ops.decomposition import cholesky, eigh, eigvalsh, qr, svd, svdvals
from .ops.determinant import det, slogdet
from .ops.matrix_forms import (
    cond,
    diagonal,
    eig,
    eigvals,
    matrix_exp,
    tensorinv,
    tensorsolve,
    vander,
    vecdot,
)
from .ops.matrix_functions import cross, lstsq, matrix_power
from .ops.norms import matrix_norm, norm, vector_norm
from .ops.products import multi_dot
from .ops.registry import OPS
from .ops.solving import inv, matrix_rank, pinv, solve
from .ops.triangular import lu, lu_factor, lu_solve, solve_triangular

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "inv_ex",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_factor_ex",
    "lu_solve",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "vander",
    "vecdot",
    "vector_norm",
]

matmul = OPS["matmul"].function
globals().update(
    {info.function.__name__: info.function for info in OPS.values() if info.namespace == __name__}
)
