"""Triangular systems, and the decomposition of a matrix into triangular ones."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..return_types import result_type
from .lapack import need_matrix
from .naming import takes_out
from .registry import Sample, T, register
from .solving import inv, solve

LINALG = "edugrad.linalg"
OTHER_TRIANGLE = "the triangle that is not looked at has no gradient; PyTorch gives it one"
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
    return solve(triangle, B) if left else solve(triangle.mT, B.mT).mT


class Lu(Op):
    """Lower and upper triangular factors of square matrices, with the rows' order beforehand."""

    op_name = "lu"
    node_name = "LinalgLuBackward0"
    formula = "Pᵀ a = L U"
    derivatives = ("P L⁻ᵀ (tril(Lᵀ gradL, -1) + triu(gradU Uᵀ)) U⁻ᵀ",)

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
        inner = (lower.mT @ grad_lower).tril(-1) + (grad_upper @ upper.mT).triu()
        return order.detach() @ solve(lower.mT, inner) @ inv(upper).mT


def _eliminated(xp: Any, a: Any) -> tuple[Any, Any, Any]:
    """Gauss's elimination of a stack of matrices, the largest pivot of each column first."""
    rows, columns = a.shape[-2:]
    work = a.reshape(-1, rows, columns).copy()
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
    samples=[Sample(T(3, 3)), Sample(T(2, 3, 3)), Sample(T(1, 1))],
    method=False,
    namespace=LINALG,
    torch="the first derivative is that of square matrices",
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
    NotImplementedError
        For ``pivot=False``, and in ``backward`` of matrices that are not square.

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
    if not pivot or (A.requires_grad and A.shape[-1] != A.shape[-2]):
        raise NotImplementedError(
            teach(
                "edugrad.linalg.lu exchanges rows, and has a derivative for square matrices",
                got=f"pivot={pivot}, shape {tuple(A.shape)}",
                mend="leave pivot away; detach() the matrix",
            )
        )
    return LuResult(*Lu.apply(A))


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
    return LuFactorResult(packed, _exchanges(order, size))


def _packed(lower: Any, upper: Any) -> Any:
    made = lower.new_zeros(*lower.shape[:-1], upper.shape[-1])
    made[..., : lower.shape[-1]] += lower
    made[..., : upper.shape[-2], :] += upper
    return made


def _exchanges(permutation: Any, size: int) -> Any:
    """The exchanges, one a column, that give the order of rows in a permutation matrix."""
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


@register(
    None,
    samples=[
        Sample(T(3, 2), T(3, 3, low=0.5)),
        Sample(T(3, 2), T(3, 3, low=0.5), True),
    ],
    torch=OTHER_TRIANGLE,
    out=True,
)
def cholesky_solve(input: Any, input2: Any, upper: bool = False) -> Any:
    """X with A X = ``input``, of A's triangular root. PyTorch: ``torch.cholesky_solve``."""
    lower = input2.triu().mT if upper else input2.tril()
    return solve(lower.mT, solve(lower, input))


@register(
    None,
    samples=[Sample(T(3, 3, low=0.5)), Sample(T(2, 2, low=0.5), True)],
    torch=OTHER_TRIANGLE,
    out=True,
)
def cholesky_inverse(input: Any, upper: bool = False) -> Any:
    """The inverse of A, of its Cholesky factor. PyTorch: ``torch.cholesky_inverse``."""
    lower = input.triu().mT if upper else input.tril()
    inverse = inv(lower)
    return inverse.mT @ inverse
