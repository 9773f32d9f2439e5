"""Triangular systems, and the decomposition of a matrix into triangular ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from ..layouts import contiguous_format
from ..return_types import result_type
from .joining import cat
from .lapack import by_columns, compute, need_matrix, singular
from .linalg import _summed
from .naming import takes_out
from .registry import Sample, T, register
from .solving import solve

LINALG = "edugrad.linalg"
LuResult = result_type("linalg_lu", "P", "L", "U")
LuFactorResult = result_type("linalg_lu_factor", "LU", "pivots")


@register(
    None,
    samples=[
        Sample(T(3, 3, low=0.5), T(3, 2), upper=True),
        Sample(T(2, 3, 3, low=0.5), T(2, 3, 2), upper=False),
        Sample(T(3, 3, low=0.5), T(2, 3), upper=True, left=False),
        Sample(T(3, 3), T(3, 2), upper=False, unitriangular=True),
    ],
    method=False,
    namespace=LINALG,
    out=True,
)
def solve_triangular(
    input: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Any:
    """X with A X = B, or X A = B, where of A (``input``) one triangle alone is looked at.

    Parameters
    ----------
    input : Tensor
        Square matrices.
    B : Tensor
        Right-hand sides.
    upper : bool
        Which triangle it is.
    left : bool
        Whether A stands to the left of X.
    unitriangular : bool
        Take ones for the diagonal of A.

    Examples
    --------
    >>> import edugrad
    >>> A = edugrad.tensor([[2.0, 1.0], [7.0, 4.0]])
    >>> edugrad.linalg.solve_triangular(A, edugrad.tensor([[4.0], [8.0]]), upper=True)
    tensor([[1.],
            [2.]])

    Notes
    -----
    PyTorch: ``torch.linalg.solve_triangular``.
    """
    need_matrix("linalg.solve_triangular", input)
    step = int(unitriangular)
    triangle = input.triu(step) if upper else input.tril(-step)
    if unitriangular:
        triangle = triangle + input.new_ones(input.shape[-1]).diag_embed()
    return (
        solve(triangle, B)
        if left
        else solve(triangle.mT, B.mT).clone(memory_format=contiguous_format).mT
    )


class Lu(Op):
    """Lower and upper triangular factors of matrices, with the rows' order beforehand."""

    op_name = "lu"
    node_name = "LinalgLuBackward0"
    formula = "Pᵀ a = L U"
    derivatives = ("P L⁻ᵀ (tril(Lᵀ gradL, -1) + triu(gradU Uᵀ)) U⁻ᵀ, where a is square",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        xp = ctx.xp
        order, lower, upper = _eliminated(xp, a)
        permutation = xp.moveaxis(xp.eye(a.shape[-2], dtype=a.dtype)[order], -1, -2)
        permutation = xp.ascontiguousarray(permutation)
        ctx.save_for_backward(permutation, lower, upper)
        return permutation, lower, upper

    @staticmethod
    def backward(ctx: Any, grad_order: Any, grad_lower: Any, grad_upper: Any) -> Any:
        order, lower, upper = ctx.saved_tensors
        size = upper.shape[-2]
        lower, below = _cut(lower, size, -2)
        upper, beside = _cut(upper, size, -1)
        grad_lower, grad_below = _cut(grad_lower, size, -2)
        grad_upper, grad_beside = _cut(grad_upper, size, -1)
        inner = (lower.mT @ grad_lower - grad_beside @ beside.mT).tril(-1)
        inner = inner + (grad_upper @ upper.mT - below.mT @ grad_below).triu()
        grad = solve(upper.mT, solve(lower.mT, inner), left=False)
        if beside.shape[-1]:
            grad = cat([grad, solve(lower.mT, grad_beside)], -1)
        if below.shape[-2]:
            grad = cat([grad, solve(upper.mT, grad_below, left=False)], -2)
        return order @ grad


def _cut(matrix: Any, size: int, dim: int) -> tuple[Any, Any]:
    """The square at the beginning of a matrix, and the rows or columns after it."""
    return matrix.narrow(dim, 0, size), matrix.narrow(dim, size, matrix.shape[dim] - size)


def _eliminated(xp: Any, a: Any) -> tuple[Any, Any, Any]:
    """Gauss's elimination of a stack of matrices, the largest pivot of each column first."""
    *stacked, rows, columns = a.shape
    work = a.reshape(math.prod(stacked), rows, columns).copy()
    order = xp.broadcast_to(xp.arange(rows), work.shape[:2]).copy()
    stack = xp.arange(len(work))
    for k in range(min(rows, columns)):
        pivot = k + xp.abs(work[:, k:, k]).argmax(1)
        for each in (work, order):
            kept = each[stack, pivot].copy()
            each[stack, pivot] = each[:, k]
            each[:, k] = kept
        head = work[:, k, k, None]
        factor = xp.where(head == 0, 0, work[:, k + 1 :, k] / xp.where(head == 0, 1, head))
        work[:, k + 1 :, k] = factor
        work[:, k + 1 :, k + 1 :] -= factor[..., None] * work[:, k, None, k + 1 :]
    size = min(rows, columns)
    lower = xp.tril(work[..., :size], -1) + xp.eye(rows, size, dtype=a.dtype)
    upper = xp.triu(work[:, :size])
    lead = a.shape[:-2]
    return (
        order.reshape(*lead, rows),
        lower.reshape(*lead, rows, size),
        upper.reshape(*lead, size, columns),
    )


@register(
    Lu,
    samples=[Sample(T(3, 3)), Sample(T(2, 3, 3)), Sample(T(2, 4)), Sample(T(2, 4, 2))],
    method=False,
    namespace=LINALG,
    out=True,
)
def lu(A: Any, *, pivot: bool = True) -> Any:
    """A permutation P and triangular L and U with A = P L U.

    Returns
    -------
    named tuple
        ``P``, ``L`` (ones on its diagonal) and ``U``.

    Raises
    ------
    RuntimeError
        For ``pivot=False``, which PyTorch has on GPUs alone.

    Examples
    --------
    >>> import edugrad
    >>> P, L, U = edugrad.linalg.lu(edugrad.tensor([[1.0, 2.0], [2.0, 2.0]]))
    >>> L
    tensor([[1.0000, 0.0000],
            [0.5000, 1.0000]])

    Notes
    -----
    PyTorch: ``torch.linalg.lu``.
    """
    need_matrix("linalg.lu", A, square=False)
    if not pivot:
        raise RuntimeError(
            teach(
                "linalg.lu_factor: LU without pivoting is not implemented on the CPU",
                got=f"pivot={pivot}",
                mend="leave pivot away: rows are exchanged, the largest pivot comes first",
            )
        )
    order, lower, upper = Lu.apply(A)
    return LuResult(order.detach(), lower, upper)


@takes_out
def lu_factor(A: Any, *, pivot: bool = True) -> Any:
    """The factors of :func:`lu` in one matrix, and the rows that were exchanged, counted from 1.

    Notes
    -----
    PyTorch: ``torch.linalg.lu_factor``.
    """
    order, lower, upper = lu(A, pivot=pivot)
    rows, size = lower.shape[-2:]
    packed = lower.tril(-1)
    packed = packed + upper if rows == size == upper.shape[-1] else _packed(packed, upper)
    return LuFactorResult(
        packed.mT.clone(memory_format=contiguous_format).mT, _exchanges(order, size)
    )


def _packed(lower: Any, upper: Any) -> Any:
    made = lower.new_zeros(*lower.shape[:-1], upper.shape[-1])
    made[..., : lower.shape[-1]] += lower
    made[..., : upper.shape[-2], :] += upper
    return made


def _exchanges(permutation: Any, size: int) -> Any:
    """The exchanges, one a column, that give the order of rows in a permutation matrix."""
    if not permutation.numel():
        return permutation.new_zeros(*permutation.shape[:-2], size).int()
    orders = permutation.argmax(-2).reshape(-1, permutation.shape[-1]).tolist()
    pivots = []
    for wanted in orders:
        rows, found = list(range(len(wanted))), []
        for k in range(size):
            place = rows.index(wanted[k])
            rows[k], rows[place] = rows[place], rows[k]
            found.append(place + 1)
        pivots.append(found)
    made = permutation.new_tensor(pivots).int()
    return made.reshape(*permutation.shape[:-2], size)


def permutation(LU: Any, pivots: Any) -> Any:
    """The matrices that exchange the rows as ``pivots`` say."""
    rows = LU.shape[-2]
    order = LU.new_ones(rows).diag_embed().expand(*LU.shape[:-2], rows, rows).clone()
    for place in range(pivots.shape[-1]):
        for index in _places(pivots.shape[:-1]):
            other = int(pivots[(*index, place)]) - 1
            order[index][[place, other]] = order[index][[other, place]].clone()
    return order


@takes_out
def lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Any:
    """X with A X = B, of a square A (or its transpose) that :func:`lu_factor` has taken apart.

    Notes
    -----
    PyTorch: ``torch.linalg.lu_solve``.
    """
    lower = LU.tril(-1) + LU.new_ones(LU.shape[-1]).diag_embed()
    A = permutation(LU, pivots).mT @ lower @ LU.triu()
    A = A.mT if adjoint else A
    return solve(A, B) if left else solve(A.mT, B.mT).mT


def _places(shape: Any) -> list[tuple[int, ...]]:
    places: list[tuple[int, ...]] = [()]
    for length in shape:
        places = [(*place, k) for place in places for k in range(length)]
    return places


class CholeskySolve(Op):
    """The solution of equations, from the triangular root of their matrix."""

    op_name = "cholesky_solve"
    formula = "(L Lᵀ)⁻¹ b"
    derivatives = ("(L Lᵀ)⁻¹ grad", "-(g xᵀ + x gᵀ) L, with the first gradient g")
    symbols = ("b", "L")

    @staticmethod
    def forward(ctx: Any, b: Any, root: Any, upper: bool) -> Any:
        xp = ctx.xp
        lower = xp.tril(xp.swapaxes(root, -1, -2) if upper else root)
        stack = np.broadcast_shapes(b.shape[:-2], root.shape[:-2])
        result = xp.broadcast_to(b, (*stack, *b.shape[-2:]))
        try:
            for side in (lower, xp.swapaxes(lower, -1, -2)):
                result = compute(xp, "solve", side, result)
        except np.linalg.LinAlgError:
            raise singular("cholesky_solve", xp, lower) from None
        result = by_columns(xp, result)
        ctx.shapes = b.shape, root.shape
        ctx.save_for_backward(root, result if ctx.needs_input_grad[1] else None)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        root, result = ctx.saved_tensors
        need_b, need_root = ctx.needs_input_grad
        upper = ctx.params["upper"]
        share = cholesky_solve(grad, root, upper)
        of_root = None
        if need_root:
            both = share @ result.mT
            both = -(both + both.mT)
            of_root = _summed(root @ both if upper else both @ root, ctx.shapes[1])
        return _summed(share, ctx.shapes[0]) if need_b else None, of_root


@register(
    CholeskySolve,
    samples=[
        Sample(T(3, 2), T(3, 3, low=0.5, constant=True)),
        Sample(T(3, 2), T(2, 3, 3, low=0.5, constant=True), True),
    ],
)
def cholesky_solve(input: Any, input2: Any, upper: bool = False, *, out: Any = None) -> Any:
    """X with A X = ``input``, where ``input2`` is the triangular root of A.

    The root's gradient is a whole matrix, as PyTorch's: what lies in the other triangle belongs
    to numbers that are not looked at. PyTorch: ``torch.cholesky_solve``.
    """
    need_matrix("cholesky_solve", input2)
    return CholeskySolve.apply(input, input2, upper=upper, out=out)


class CholeskyInverse(Op):
    """The inverse of a matrix, from its triangular root."""

    op_name = "cholesky_inverse"
    formula = "(L Lᵀ)⁻¹"
    derivatives = ("-c (grad + gradᵀ) c L, with the result c",)
    symbols = ("L",)

    @staticmethod
    def forward(ctx: Any, root: Any, upper: bool) -> Any:
        xp = ctx.xp
        lower = xp.tril(xp.swapaxes(root, -1, -2) if upper else root)
        try:
            inverse = compute(xp, "inv", lower)
        except np.linalg.LinAlgError:
            raise singular("cholesky_inverse", xp, lower) from None
        result = by_columns(xp, xp.matmul(xp.swapaxes(inverse, -1, -2), inverse))
        ctx.save_for_backward(root, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        root, result = ctx.saved_tensors
        both = -(result @ (grad + grad.mT) @ result)
        return root @ both if ctx.params["upper"] else both @ root


@register(
    CholeskyInverse,
    samples=[
        Sample(T(1, 1, low=0.5)),
        Sample(T(2, 1, 1, low=0.5), True),
    ],
)
def cholesky_inverse(input: Any, upper: bool = False, *, out: Any = None) -> Any:
    """The inverse of A, where ``input`` is the triangular root of A.

    The root's gradient is a whole matrix, as PyTorch's: what lies in the other triangle belongs
    to numbers that are not looked at. PyTorch: ``torch.cholesky_inverse``.
    """
    need_matrix("cholesky_inverse", input)
    return CholeskyInverse.apply(input, upper=upper, out=out)
