"""Triangles and diagonals of matrices."""

from __future__ import annotations

from typing import Any

from .. import devices, dtypes
from ..autograd.function import Op
from ..autograd.writing import deliver
from ..errors import teach
from ..options import makes_tensors
from ..tensor import Tensor
from .conversion import clone
from .registry import Sample, T, register
from .strided import PlaceDiagonal, diagonal_dims
from .strided import diagonal as diagonal_of


class Triangle(Op):
    """One triangle of a matrix, zeros in the other."""

    method = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any, diagonal: int) -> Any:
        return getattr(ctx.xp, cls.method)(a, diagonal)

    @classmethod
    def backward(cls, ctx: Any, grad: Any) -> Any:
        return cls.apply(grad, **ctx.params)


class Tril(Triangle):
    """The lower triangle of a matrix, zeros above it."""

    op_name = "tril"
    formula = "lower triangle of a"
    derivatives = ("lower triangle of grad",)
    method = "tril"


class Triu(Triangle):
    """The upper triangle of a matrix, zeros below it."""

    op_name = "triu"
    formula = "upper triangle of a"
    derivatives = ("upper triangle of grad",)
    method = "triu"


def _need_matrix(name: str, input: Tensor) -> None:
    if input.ndim < 2:
        raise RuntimeError(
            teach(
                f"{name}: input tensor must have at least 2 dimensions",
                got=f"shape {tuple(input.shape)}",
                mend="make a matrix of it first, e.g. x.unsqueeze(0)",
            )
        )


def _tril_(input: Any, diagonal: int = 0) -> Any:
    """In-place version of :func:`tril`."""
    _need_matrix("tril", input)
    return Tril.apply_(input, diagonal=diagonal)


def _triu_(input: Any, diagonal: int = 0) -> Any:
    """In-place version of :func:`triu`."""
    _need_matrix("triu", input)
    return Triu.apply_(input, diagonal=diagonal)


@register(Tril, samples=[Sample(T(3, 3)), Sample(T(2, 3, 4), 1)], inplace=_tril_)
def tril(input: Any, diagonal: int = 0, *, out: Any = None) -> Any:
    """The lower triangle, up to ``diagonal`` above the main one. PyTorch: ``torch.tril``."""
    _need_matrix("tril", input)
    return Tril.apply(input, diagonal=diagonal, out=out)


@register(Triu, samples=[Sample(T(3, 3)), Sample(T(2, 3, 4), diagonal=-1)], inplace=_triu_)
def triu(input: Any, diagonal: int = 0, *, out: Any = None) -> Any:
    """The upper triangle, from ``diagonal`` above the main one on. PyTorch: ``torch.triu``."""
    _need_matrix("triu", input)
    return Triu.apply(input, diagonal=diagonal, out=out)


def _triangle_indices(
    method: str, row: int, col: int, offset: int, dtype: Any, device: Any
) -> Tensor:
    for name, length in (("row", row), ("col", col)):
        if length < 0:
            raise RuntimeError(
                teach(
                    f"{name} must be non-negative, got {length}",
                    got=f"a matrix of {row} rows and {col} columns",
                    mend="give the numbers of rows and columns",
                )
            )
    target = devices.resolve(device)
    mask = getattr(target.xp, method)(target.xp.ones((row, col), bool), offset)
    kind = dtypes.int64 if dtype is None else dtypes.check(dtype)
    return Tensor._wrap(target.xp.stack(mask.nonzero()).astype(kind.numpy), target)


@makes_tensors
def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None
) -> Any:
    """The places of the lower triangle of a matrix: row indices, then column indices.

    Examples
    --------
    >>> tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])

    Notes
    -----
    PyTorch: ``torch.tril_indices``.
    """
    return _triangle_indices("tril", row, col, offset, dtype, device)


@makes_tensors
def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None
) -> Any:
    """The places of the upper triangle of a matrix: row indices, then column indices.

    PyTorch: ``torch.triu_indices``.
    """
    return _triangle_indices("triu", row, col, offset, dtype, device)


class DiagEmbed(PlaceDiagonal):
    """The last dimension as the diagonal of matrices."""

    op_name = "diag_embed"


@register(
    DiagEmbed,
    samples=[
        Sample(T(3)),
        Sample(T(2, 3), 1),
        Sample(T(2, 3), offset=-1, dim1=0, dim2=2),
    ],
)
def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """The last dimension as the diagonal of matrices in ``dim1`` and ``dim2``, zeros elsewhere.

    PyTorch: ``torch.diag_embed``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.diag_embed(edugrad.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    dims = diagonal_dims(input.ndim + 1, dim1, dim2)
    if not input.ndim:
        raise IndexError(
            teach(
                "diag_embed() needs a tensor of at least one dimension",
                got="a 0-d tensor",
                mend="give it a dimension first: x.reshape(1)",
            )
        )
    side = input._array.shape[-1] + abs(offset)
    others = iter(input._array.shape[:-1])
    shape = tuple(side if k in dims.values() else next(others) for k in range(input.ndim + 1))
    return DiagEmbed.apply(input, shape=shape, offset=offset, **dims)


@register(
    None, samples=[Sample(T(3)), Sample(T(3), -1), Sample(T(3, 4)), Sample(T(3, 4), diagonal=2)]
)
def diag(input: Any, diagonal: int = 0, *, out: Any = None) -> Any:
    """Of a vector, the matrix with it on the diagonal; of a matrix, its diagonal (a copy).

    Raises
    ------
    RuntimeError
        For any other number of dimensions.

    Notes
    -----
    PyTorch: ``torch.diag``.
    """
    if input.ndim not in (1, 2):
        raise RuntimeError(
            teach(
                f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="use diag_embed(x) or x.diagonal(dim1=-2, dim2=-1) for a stack",
            )
        )
    made = diag_embed(input, diagonal) if input.ndim == 1 else clone(diagonal_of(input, diagonal))
    return deliver("diag", made, out, input)


@register(None, samples=[Sample(T(2, 2)), Sample(T(3), offset=1), Sample(T())])
def diagflat(input: Any, offset: int = 0) -> Any:
    """All elements on the diagonal of a matrix. PyTorch: ``torch.diagflat``."""
    return diag_embed(input.flatten(), offset)
