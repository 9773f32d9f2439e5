"""Linear algebra under PyTorch's names: ``torch.linalg``."""

from .errors import LinAlgError
from .ops.decomposition import cholesky, eigh, eigvalsh, qr, svd, svdvals
from .ops.norms import matrix_norm, norm, vector_norm
from .ops.products import multi_dot
from .ops.solving import det, inv, matrix_rank, pinv, slogdet, solve

__all__ = [
    "LinAlgError",
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "inv",
    "matrix_norm",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "vector_norm",
]
