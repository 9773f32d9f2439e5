"""Linear algebra under the names that PyTorch had before ``linalg``: functions and methods."""

from __future__ import annotations

from typing import Any

from ..return_types import result_type
from . import decomposition, determinant, matrix_functions, norms, solving
from .reduction import Dims
from .registry import Sample, T, register

SlogdetResult = result_type("slogdet", "sign", "logabsdet")
SvdResult = result_type("svd", "U", "S", "V")
QrResult = result_type("qr", "Q", "R")


@register(None, samples=[Sample(T(3, 3)), Sample(T(2, 2, 2))])
def det(input: Any) -> Any:
    """Determinant of a square matrix. PyTorch: ``torch.det``."""
    return determinant.det(input)


@register(None, samples=[Sample(T(3, 3)), Sample(T(2, 2, 2))], out=True)
def slogdet(input: Any) -> Any:
    """Sign and logarithm of the size of a determinant. PyTorch: ``torch.slogdet``."""
    return SlogdetResult(*determinant.slogdet(input))


@register(None, samples=[Sample(T(3, 3, kind="positive"))])
def logdet(input: Any) -> Any:
    """Logarithm of a determinant: NaN if that is below 0, -inf if it is 0.

    PyTorch: ``torch.logdet``.
    """
    sign, logarithm = determinant.slogdet(input)
    return logarithm.masked_fill(sign < 0, float("nan"))


@register(None, samples=[Sample(T(3, 3)), Sample(T(2, 2, 2))])
def inverse(input: Any, *, out: Any = None) -> Any:
    """Inverse of a square matrix. PyTorch: ``torch.inverse``."""
    return solving.inv(input, out=out)


@register(None, samples=[Sample(T(3, 2)), Sample(T(2, 3), rcond=0.1)])
def pinverse(input: Any, rcond: float = 1e-15) -> Any:
    """Pseudoinverse of a matrix. PyTorch: ``torch.pinverse``."""
    return solving.pinv(input, rtol=rcond)


@register(None, samples=[Sample(T(3, 3), 3), Sample(T(2, 3, 3), n=-1)])
def matrix_power(input: Any, n: int, *, out: Any = None) -> Any:
    """Product of ``n`` copies of a square matrix. PyTorch: ``torch.matrix_power``."""
    return matrix_functions.matrix_power(input, n, out=out)


@register(
    None, samples=[Sample(T(3, 3, kind="positive")), Sample(T(3, 3, kind="positive"), upper=True)]
)
def cholesky(input: Any, upper: bool = False, *, out: Any = None) -> Any:
    """Triangular root of a positive definite matrix. PyTorch: ``torch.cholesky``."""
    return decomposition.cholesky(input, upper=upper, out=out)


@register(None, samples=[Sample(T(4, 2)), Sample(T(2, 3), some=False)])
def qr(input: Any, some: bool = True, *, out: Any = None) -> Any:
    """Orthonormal times upper triangular matrix. PyTorch: ``torch.qr``."""
    mode = "reduced" if some else "complete"
    return QrResult(*decomposition.qr(input, mode, out=out))


@register(
    None,
    samples=[Sample(T(3, 2)), Sample(T(3, 3), some=False)],
    torch="the signs of each pair of singular vectors are the library's",
    out=True,
)
def svd(input: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """Singular values: ``input = U @ diag(S) @ V.mT``; note that V is not turned.

    PyTorch: ``torch.svd``.
    """
    u, s, vh = decomposition.svd(input, full_matrices=not some)
    if not compute_uv:
        *stack, height, width = input.shape
        zeros = input.new_zeros
        return SvdResult(zeros(*stack, height, height), s, zeros(*stack, width, width))
    return SvdResult(u, s, vh.mT)


@register(
    None,
    samples=[
        Sample(T(2, 3)),
        Sample(T(2, 3), 2),
        Sample(T(2, 3), 1, 0),
        Sample(T(2, 3), p=3, dim=(0, 1), keepdim=True),
        Sample(T(2, 3, 4), p="fro", dim=(0, 2)),
        Sample(T(3, 2), "nuc"),
        Sample(T(3, 2, 4), "nuc", dim=(0, 2)),
        Sample(T(2, 3, low=0.5, distinct=True), p=float("inf")),
    ],
)
def norm(
    input: Any,
    p: float | str | None = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    out: Any = None,
    dtype: Any = None,
) -> Any:
    """Length of a vector, by default the root of the sum of all squares. PyTorch: ``torch.norm``.

    ``p`` is the exponent, or "nuc" for the sum of a matrix's singular values.
    """
    if p == "nuc" or (isinstance(p, str) and p != "fro"):
        dims: Any = tuple(range(input.ndim)) if dim is None else dim
        return norms.matrix_norm(input, p, dims, keepdim, dtype=dtype, out=out)
    power: Any = 2 if p is None or p == "fro" else p
    return norms.vector_norm(input, power, dim, keepdim, dtype=dtype, out=out)


@register(None, samples=[Sample(T(2, 3), T(2, 3)), Sample(T(2, 3), T(3), p=1)])
def dist(input: Any, other: Any, p: float = 2) -> Any:
    """Length of the difference of two tensors. PyTorch: ``torch.dist``."""
    return norms.vector_norm(input - other, p)
