"""What ``edugrad.linalg`` makes of decompositions, inverses and products that are there."""

from __future__ import annotations

import math
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .decomposition import svdvals
from .joining import cat
from .lapack import need_matrix
from .norms import matrix_norm
from .registry import Sample, T, register
from .solving import inv, solve

LINALG = "edugrad.linalg"
TAYLOR_TERMS = 18


@register(
    None,
    samples=[Sample(T(3, 3)), Sample(T(2, 3, 3), 1), Sample(T(3, 2)), Sample(T(3, 3), "fro")],
    method=False,
    namespace=LINALG,
    torch="PyTorch's derivative raises for norms other than 2",
    out=True,
)
def cond(input: Any, p: Any = None) -> Any:
    """The condition number: how much errors in A can grow in a solution of A x = b.

    Parameters
    ----------
    input : Tensor
        A matrix A, or a stack; square unless ``p`` is None, 2 or -2.
    p : optional
        Which norm: that of the matrix times that of its inverse; None is 2.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linalg.cond(edugrad.tensor([[2.0, 0.0], [0.0, 1.0]]))
    tensor(2.)

    Notes
    -----
    PyTorch: ``torch.linalg.cond``.
    """
    if p in (None, 2, -2):
        values = svdvals(input)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    return matrix_norm(input, p) * matrix_norm(inv(input), p)


@register(
    None,
    samples=[Sample(T(3, 3)), Sample(T(2, 2, 2, low=-5, high=5)), Sample(T(1, 1))],
    namespace=LINALG,
    out=True,
)
def matrix_exp(input: Any) -> Any:
    r"""The exponential of a square matrix, :math:`\sum_k A^k / k!`.

    The matrix is halved until the sum converges at once, and the sum squared as often.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linalg.matrix_exp(edugrad.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])

    Notes
    -----
    PyTorch: ``torch.linalg.matrix_exp``. Source: Higham, "The scaling and squaring method for the
    matrix exponential revisited", 2005.
    """
    need_matrix("linalg.matrix_exp", input)
    largest = float(input.detach().abs().sum(-2).max()) if input.numel() else 0.0
    halvings = max(0, math.ceil(math.log2(largest)) + 2) if 0 < largest < math.inf else 0
    scaled = input / 2**halvings
    identity = input.new_ones(input.shape[-1]).diag_embed()
    total = identity + scaled * 0
    for k in range(TAYLOR_TERMS, 0, -1):
        total = identity + scaled @ total / k
    for _ in range(halvings):
        total = total @ total
    return total


@register(
    None,
    samples=[Sample(T(3)), Sample(T(2, 3), N=2), Sample(T(3, kind="int", low=0, high=3))],
    method=False,
    namespace=LINALG,
)
def vander(x: Any, *, N: int | None = None) -> Any:
    """The powers 0 to ``N - 1`` of numbers, side by side. PyTorch: ``torch.linalg.vander``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linalg.vander(edugrad.tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])
    """
    column = (x if x.ndim else x.reshape(1)).unsqueeze(-1)
    powers = [column * 0 + 1]
    for _ in range((column.shape[-2] if N is None else N) - 1):
        powers.append(powers[-1] * column)
    return cat(powers, -1)


@register(
    None,
    samples=[Sample(T(2, 3), T(2, 3)), Sample(T(2, 3), T(3)), Sample(T(2, 3), T(2, 1), dim=0)],
    method=False,
    namespace=LINALG,
    out=True,
)
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Any:
    """Dot products of the vectors along ``dim``. PyTorch: ``torch.linalg.vecdot``."""
    return (x * y).sum(dim)


@register(
    None,
    samples=[Sample(T(2, 3, 6), 2), Sample(T(4, 2, 2), ind=1)],
    method=False,
    namespace=LINALG,
    out=True,
)
def tensorinv(input: Any, ind: int = 2) -> Any:
    """The inverse of what ``tensordot(input, ·, ind)`` does. PyTorch: ``torch.linalg.tensorinv``.

    Raises
    ------
    RuntimeError
        If the sizes before and after ``ind`` have different products.
    """
    if ind <= 0:
        raise RuntimeError(
            teach(
                "Expected a strictly positive integer for 'ind'",
                got=f"ind={ind}",
                mend="ind says how many dimensions are rows",
            )
        )
    first, rest = input.shape[:ind], input.shape[ind:]
    rows, columns = math.prod(first), math.prod(rest)
    if rows != columns:
        raise RuntimeError(
            teach(
                "Expected self to satisfy the requirement prod(self.shape[ind:]) == "
                f"prod(self.shape[:ind]), but got {columns} != {rows}",
                got=f"a tensor of shape {tuple(input.shape)} with ind={ind}",
                mend="seen as a matrix, the tensor has to be square",
            )
        )
    return inv(input.reshape(rows, columns)).reshape(*rest, *first)


@register(
    None,
    samples=[Sample(T(2, 3, 6), T(2, 3)), Sample(T(3, 3), T(3))],
    method=False,
    namespace=LINALG,
    out=True,
)
def tensorsolve(input: Any, other: Any, dims: tuple[int, ...] | None = None) -> Any:
    """X with ``tensordot(input, X, X.ndim) == other``. PyTorch: ``torch.linalg.tensorsolve``."""
    if dims is not None:
        input = input.movedim(dims, tuple(range(input.ndim - len(dims), input.ndim)))
    shape = input.shape[other.ndim :]
    matrix = input.reshape(math.prod(input.shape[: other.ndim]), math.prod(shape))
    return solve(matrix, other.reshape(-1)).reshape(shape)


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonal of matrices, as a view. PyTorch: ``torch.linalg.diagonal``."""
    return A.diagonal(offset, dim1, dim2)


def eig(input: Any, *, out: Any = None) -> Any:
    """Not there: eigenvalues of a matrix that is not symmetric are complex numbers.

    Raises
    ------
    NotImplementedError
        Always; it names what there is.
    """
    raise NotImplementedError(
        teach(
            "linalg.eig gives complex numbers, which edugrad has not",
            got=f"a matrix of shape {tuple(input.shape)}",
            mend="linalg.eigh takes symmetric matrices; numpy.linalg.eig(A.numpy()) takes all",
        )
    )


eigvals = eig
