"""Solving linear equations: inverses, pseudoinverses and ranks of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor
from .arithmetic import mul
from .checks import KINDS, need_tensors
from .lapack import by_columns, compute, need_matrix, singular
from .linalg import _summed, matmul
from .registry import Sample, T, register


class Inverse(Op):
    """The inverse of a matrix."""

    op_name = "linalg_inv"
    node_name = "LinalgInvExBackward0"
    formula = "a⁻¹"
    derivatives = ("-a⁻ᵀ @ grad @ a⁻ᵀ",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        try:
            result = by_columns(ctx.xp, compute(ctx.xp, "inv", a))
        except np.linalg.LinAlgError:
            raise singular("linalg.inv", ctx.xp, a) from None
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (inverse,) = ctx.saved_tensors
        return -matmul(matmul(inverse.mT, grad), inverse.mT)


class Solve(Op):
    """The solution x of a @ x = b, for each column of b."""

    op_name = "linalg_solve"
    node_name = "LinalgSolveExBackward0"
    formula = "a⁻¹ @ b"
    derivatives = ("-(a⁻ᵀ @ grad) @ xᵀ", "a⁻ᵀ @ grad")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        xp = ctx.xp
        ctx.shapes = a.shape, b.shape
        stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        wide_a = xp.broadcast_to(a, (*stack, *a.shape[-2:]))
        wide_b = xp.broadcast_to(b, (*stack, *b.shape[-2:]))
        try:
            result = by_columns(xp, compute(xp, "solve", wide_a, wide_b))
        except np.linalg.LinAlgError:
            raise singular("torch.linalg.solve", xp, a) from None
        ctx.save_for_backward(a, result if ctx.needs_input_grad[0] else None)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        share = Solve.apply(a.mT, grad)
        return (
            _summed(-matmul(share, result.mT), ctx.shapes[0]) if need_a else None,
            _summed(share, ctx.shapes[1]) if need_b else None,
        )


class PseudoInverse(Op):
    """The pseudoinverse: the inverse of what a matrix does to the vectors that it does not lose."""

    op_name = "linalg_pinv"
    formula = "a⁺"
    derivatives = ("-a⁺ᵀ gradᵀᵀ a⁺ᵀ + (1 - a a⁺) gradᵀ a⁺ a⁺ᵀ + a⁺ᵀ a⁺ gradᵀ (1 - a⁺ a)",)

    @staticmethod
    def forward(ctx: Any, a: Any, atol: Any, rtol: Any, hermitian: bool) -> Any:
        xp = ctx.xp
        matrix = _mirrored(xp, a) if hermitian else a
        u, s, vh = compute(xp, "svd", matrix, full_matrices=False)
        kept = s > cutoff(xp, a, s, atol, rtol)[..., None]
        inverse = xp.where(kept, 1 / xp.where(kept, s, 1), 0).astype(a.dtype)
        result = xp.matmul(xp.swapaxes(vh, -1, -2) * inverse[..., None, :], xp.swapaxes(u, -1, -2))
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, inverse = ctx.saved_tensors
        turned, across = inverse.mT, grad.mT
        left = matmul(matmul(across, inverse), turned)
        right = matmul(matmul(turned, inverse), across)
        return (
            -matmul(matmul(turned, grad), turned)
            + (left - matmul(a, matmul(inverse, left)))
            + (right - matmul(matmul(right, inverse), a))
        )


class MatrixRank(Op):
    """The number of singular values that are not negligible."""

    op_name = "linalg_matrix_rank"
    formula = "rank a"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, atol: Any, rtol: Any, hermitian: bool) -> Any:
        matrix = _mirrored(ctx.xp, a) if hermitian else a
        values = compute(ctx.xp, "svd", matrix, compute_uv=False)
        limit = cutoff(ctx.xp, a, values, atol, rtol)
        return (values > limit[..., None]).sum(-1)


def _mirrored(xp: Any, a: Any) -> Any:
    """The symmetric matrices with the lower triangles of ``a``."""
    return xp.tril(a) + xp.swapaxes(xp.tril(a, -1), -1, -2)


def cutoff(xp: Any, a: Any, values: Any, atol: Any, rtol: Any) -> Any:
    """What a singular value must exceed: ``atol`` or ``rtol`` times the largest.

    Unless one is given, ``rtol`` is the rounding error of the larger side's sums.
    """
    absolute = xp.asarray(0.0 if atol is None else atol, a.dtype)
    if rtol is None:
        rounding = max(a.shape[-2:]) * float(np.finfo(a.dtype).eps)
        relative = xp.where(absolute > 0, 0.0, rounding).astype(a.dtype)
    else:
        relative = xp.asarray(rtol, a.dtype)
    largest = values.max(-1) if values.shape[-1] else values.sum(-1)
    return xp.maximum(largest * relative, absolute)


def _number(tolerance: Any) -> Any:
    """A tolerance as an operation takes it: a number, None or an array of one for each matrix."""
    return tolerance._array if isinstance(tolerance, Tensor) else tolerance


@register(
    Inverse,
    samples=[Sample(T(3, 3)), Sample(T(2, 2, 2)), Sample(T(0, 0))],
    method=False,
    namespace="edugrad.linalg",
)
def inv(A: Any, *, out: Any = None) -> Any:
    """Inverse of a square matrix, or of each of a stack.

    Parameters
    ----------
    A : Tensor of shape (…, n, n)

    Raises
    ------
    RuntimeError
        If the matrix is not square.
    edugrad.linalg.LinAlgError
        If it has no inverse.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linalg.inv(edugrad.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])

    Notes
    -----
    To solve equations, :func:`solve` is faster and more precise. PyTorch: ``torch.linalg.inv``.
    """
    need_matrix("linalg.inv", A)
    return Inverse.apply(A, out=out)


@register(
    Solve,
    samples=[
        Sample(T(3, 3), T(3)),
        Sample(T(3, 3), T(3, 2)),
        Sample(T(2, 3, 3), T(2, 3)),
        Sample(T(2, 3, 3), T(3, 4)),
        Sample(T(3, 3), T(2, 3), left=False),
    ],
    method=False,
    namespace="edugrad.linalg",
)
def solve(A: Any, B: Any, *, left: bool = True, out: Any = None) -> Any:
    """Solution X of ``A @ X = B``, or of ``X @ A = B`` unless ``left``.

    Parameters
    ----------
    A : Tensor of shape (…, n, n)
    B : Tensor of shape (…, n, k), (…, n) or (n,)

    Raises
    ------
    RuntimeError
        If the shapes do not fit.
    edugrad.linalg.LinAlgError
        If ``A`` has no inverse.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linalg.solve(edugrad.tensor([[2.0, 0.0], [0.0, 4.0]]), edugrad.tensor([2.0, 2.0]))
    tensor([1.0000, 0.5000])

    Notes
    -----
    PyTorch: ``torch.linalg.solve``.
    """
    need_tensors("linalg_solve", A=A, B=B)
    need_matrix("linalg.solve", A)
    vector = B.ndim == 1 or (A.ndim - 1 == B.ndim and A.shape[:-1] == B.shape)
    _check_sides(A, B, vector, left)
    if vector:
        result = Solve.apply(A, B.unsqueeze(-1)).squeeze(-1)
    elif left:
        return Solve.apply(A, B, out=out)
    else:
        result = Solve.apply(A.mT, B.mT).mT
    return result if out is None else mul(result, 1, out=out)


def _check_sides(A: Any, B: Any, vector: bool, left: bool) -> None:
    a, b = tuple(A.shape), tuple(B.shape)
    if A.dtype is not B.dtype:
        raise RuntimeError(
            teach(
                f"linalg.solve: Expected A and B to have the same dtype, but found A of type "
                f"{KINDS[A.dtype.name]} and B of type {KINDS[B.dtype.name]} instead",
                got=f"{A.dtype} and {B.dtype}",
                mend=f"convert one of them, e.g. with .to({A.dtype!r})",
            )
        )
    if not left and vector:
        raise RuntimeError(
            teach(
                "linalg.solve: Vector broadcasting of the left hand side is not supported for "
                "left=False",
                got=f"shapes {a} and {b}",
                mend="give B a dimension more with unsqueeze",
            )
        )
    if (not vector and b[-2 if left else -1] != a[-1]) or (vector and b[-1] != a[-1]):
        shape = f"{b[-2]}x{b[-1]}" if len(b) > 1 else f"{b[0]}x1"
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            teach(
                f"linalg.solve: Incompatible shapes of A and B for the equation {equation} "
                f"({a[-2]}x{a[-1]} and {shape})",
                got=f"shapes {a} and {b}",
                mend="B has as many rows as A" if left else "B has as many columns as A",
            )
        )


@register(
    PseudoInverse,
    samples=[
        Sample(T(3, 2)),
        Sample(T(2, 3)),
        Sample(T(2, 3, 2)),
        Sample(T(3, 3), atol=0.1),
        Sample(T(3, 3), rtol=1e-3),
    ],
    method=False,
    namespace="edugrad.linalg",
)
def pinv(
    input: Any,
    rcond: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Any:
    """Pseudoinverse of a matrix, or of each of a stack.

    Parameters
    ----------
    input : Tensor of shape (…, m, n)
    atol, rtol : float or Tensor, optional
        Singular values up to ``atol``, or ``rtol`` times the largest, count as 0. A tensor has
        one for each matrix.
    rcond : float or Tensor, optional
        An older word for ``rtol``.
    hermitian : bool
        Whether ``input`` is symmetric: only its lower triangle is read.

    Notes
    -----
    PyTorch: ``torch.linalg.pinv``.
    """
    need_matrix("linalg.pinv", input, square=hermitian)
    rtol = rtol if rcond is None else rcond
    params = {"atol": _number(atol), "rtol": _number(rtol), "hermitian": hermitian}
    return PseudoInverse.apply(input, **params, out=out)


@register(
    MatrixRank,
    samples=[Sample(T(3, 2)), Sample(T(2, 3, 3)), Sample(T(3, 3), atol=1.0, rtol=0.1)],
    method=False,
    namespace="edugrad.linalg",
)
def matrix_rank(
    input: Any,
    tol: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Any:
    """Number of singular values above ``atol`` and ``rtol`` times the largest.

    ``tol`` alone is an older word for ``atol``. PyTorch: ``torch.linalg.matrix_rank``.
    """
    need_matrix("linalg.matrix_rank", input, square=hermitian)
    if tol is not None:
        atol, rtol = tol, 0.0
    params = {"atol": _number(atol), "rtol": _number(rtol), "hermitian": hermitian}
    return MatrixRank.apply(input, **params, out=out)
