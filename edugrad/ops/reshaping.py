"""Other forms of a tensor, by the views of :mod:`edugrad.ops.shape`."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.writing import broadcast_error
from ..errors import teach
from ..size import Size
from ..tensor import Tensor, check_dim
from .registry import Sample, T, register
from .shape import expand, lengths, permute, reshape, transpose, unsqueeze, view


@register(None, samples=[Sample(T(2, 6), T(3, 4))], namespace="edugrad.Tensor")
def view_as(input: Any, other: Any) -> Any:
    """The same memory under the shape of ``other``. PyTorch: ``torch.Tensor.view_as``."""
    return view(input, other.shape)


@register(None, samples=[Sample(T(2, 6), T(3, 4))], namespace="edugrad.Tensor")
def reshape_as(input: Any, other: Any) -> Any:
    """The elements in the shape of ``other``. PyTorch: ``torch.Tensor.reshape_as``."""
    return reshape(input, other.shape)


@register(None, samples=[Sample(T(3), T(2, 3))], namespace="edugrad.Tensor")
def expand_as(input: Any, other: Any) -> Any:
    """Repeated without copying to the shape of ``other``. PyTorch: ``torch.Tensor.expand_as``."""
    return expand(input, other.shape)


@register(None, samples=[Sample(T(2, 3)), Sample(T())])
def ravel(input: Any) -> Any:
    """All elements in one dimension: a view if possible. PyTorch: ``torch.ravel``."""
    return reshape(input.contiguous(), -1)


@register(
    None,
    samples=[
        Sample(T(2, 3, 4), 0, -1),
        Sample(T(2, 3, 4), (0, 1), (2, 0)),
        Sample(T(2, 3), source=1, destination=0),
    ],
    aliases=["moveaxis"],
)
def movedim(input: Any, source: Any, destination: Any) -> Any:
    """Put dimensions elsewhere; the others keep their order.

    Parameters
    ----------
    input : Tensor
    source, destination : int or sequence of int
        Where each dimension is and where it goes.

    Raises
    ------
    RuntimeError
        If they name different numbers of dimensions, or one of them twice.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.zeros(2, 3, 4).movedim(0, -1).shape
    edugrad.Size([3, 4, 2])

    Notes
    -----
    PyTorch: ``torch.movedim``.
    """
    named = [(each,) if isinstance(each, int) else tuple(each) for each in (source, destination)]
    if len(named[0]) != len(named[1]):
        raise RuntimeError(
            teach(
                f"movedim: Invalid source or destination dims: source ({list(named[0])} dims) "
                f"should contain the same number of dims as destination ({list(named[1])} dims)",
                got=f"movedim({source}, {destination})",
                mend="say for each dimension where it goes",
            )
        )
    before, after = ([check_dim(dim, input.ndim) for dim in dims] for dims in named)
    for what, dims in (("source", before), ("destination", after)):
        if len(set(dims)) != len(dims):
            raise RuntimeError(
                teach(
                    f"movedim: repeated dim in `{what}` ({dims})",
                    got=f"movedim({source}, {destination})",
                    mend="name each dimension once",
                )
            )
    others = iter([dim for dim in range(input.ndim) if dim not in before])
    moved = dict(zip(after, before, strict=True))
    return permute(input, [moved[k] if k in moved else next(others) for k in range(input.ndim)])


@register(
    None,
    samples=[
        Sample(T(2, 6), 1, (2, 3)),
        Sample(T(6, 2), -2, (-1, 2)),
        Sample(T(4), dim=0, sizes=[2, 2]),
    ],
)
def unflatten(input: Any, dim: int, sizes: Any) -> Any:
    """Split one dimension into several; one of ``sizes`` may be -1. PyTorch: ``torch.unflatten``.

    Raises
    ------
    RuntimeError
        If the sizes do not multiply to the dimension's length.
    """
    axis, new = check_dim(dim, input.ndim), lengths((sizes,))
    shape = tuple(input._array.shape)
    known = math.prod(length for length in new if length != -1)
    if not new:
        rule = "unflatten: sizes must be non-empty"
    elif known != shape[axis] if -1 not in new else not known or shape[axis] % known:
        rule = (
            f"unflatten: Provided sizes {list(new)} don't multiply up to the size of dim {axis} "
            f"({shape[axis]}) in the input tensor"
        )
    else:
        inferred = [shape[axis] // known if length == -1 else length for length in new]
        return view(input, (*shape[:axis], *inferred, *shape[axis + 1 :]))
    raise RuntimeError(
        teach(
            rule,
            got=f"unflatten({dim}, {new}) of a tensor of shape {shape}",
            mend="the sizes must multiply to the length of the dimension; one may be -1",
        )
    )


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape that tensors of these shapes are broadcast to.

    Examples
    --------
    >>> broadcast_shapes((2, 1), (3,))
    edugrad.Size([2, 3])

    Notes
    -----
    PyTorch: ``torch.broadcast_shapes``.
    """
    given = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    error = broadcast_error("broadcast_shapes", given)
    if error is not None:
        raise error
    ndim = max(map(len, given), default=0)
    full = [(1,) * (ndim - len(shape)) + shape for shape in given]
    return Size(next((n for n in column if n != 1), 1) for column in zip(*full, strict=True))


@register(None, samples=[Sample(T(2, 1), T(3)), Sample(T(), T(2), T(1, 1))], method=False)
def broadcast_tensors(*tensors: Any) -> Any:
    """The tensors repeated without copying to one shape; one that has it is returned itself.

    PyTorch: ``torch.broadcast_tensors``.
    """
    given = _unpacked(tensors)
    shape = broadcast_shapes(*(each.shape for each in given))
    return tuple(each if each.shape == shape else expand(each, shape) for each in given)


def _unpacked(tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(tensors) == 1 and not isinstance(tensors[0], Tensor):
        return tuple(tensors[0])
    return tensors


def _each(form: Any, tensors: tuple[Any, ...]) -> Any:
    for number, each in enumerate(_unpacked(tensors)):
        if not isinstance(each, Tensor):
            raise TypeError(
                teach(
                    f"expected Tensor as element {number}",
                    got=type(each).__name__,
                    mend="wrap it first: edugrad.tensor(…)",
                )
            )
    if len(tensors) == 1 and isinstance(tensors[0], Tensor):
        return form(tensors[0])
    return tuple(form(each) for each in _unpacked(tensors))


@register(None, samples=[Sample(T()), Sample(T(2), T())], method=False)
def atleast_1d(*tensors: Any) -> Any:
    """A tensor (or each of several) with at least one dimension. PyTorch: ``torch.atleast_1d``."""
    return _each(lambda each: each if each.ndim else reshape(each, 1), tensors)


@register(None, samples=[Sample(T()), Sample(T(2)), Sample([T(2), T(2, 2)])], method=False)
def atleast_2d(*tensors: Any) -> Any:
    """A tensor (or each of several) with at least two dimensions, new ones in front.

    PyTorch: ``torch.atleast_2d``.
    """

    def form(each: Any) -> Any:
        return each if each.ndim > 1 else unsqueeze(atleast_1d(each), 0)

    return _each(form, tensors)


@register(None, samples=[Sample(T()), Sample(T(2)), Sample(T(2, 3))], method=False)
def atleast_3d(*tensors: Any) -> Any:
    """A tensor (or each of several) with at least three dimensions; the third is put last.

    PyTorch: ``torch.atleast_3d``.
    """

    def form(each: Any) -> Any:
        return each if each.ndim > 2 else unsqueeze(atleast_2d(each), -1)

    return _each(form, tensors)


def _transposed(name: str, input: Any) -> Any:
    if input.ndim < 2:
        raise RuntimeError(
            teach(
                f"tensor.{name} is only supported on matrices or batches of matrices. Got "
                f"{input.ndim}-D tensor.",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="make it a matrix first: x.unsqueeze(-1) is a column, x.unsqueeze(0) a row",
            )
        )
    return transpose(input, -2, -1)


@register(None, samples=[Sample(T(2, 3)), Sample(T(2, 3, 4))])
def adjoint(input: Any) -> Any:
    """The matrices transposed (and conjugated, if complex). PyTorch: ``torch.adjoint``."""
    return _transposed("adjoint()", input)


def mT(input: Any) -> Any:
    """The matrices transposed. PyTorch: ``torch.Tensor.mT``."""
    return _transposed("mT", input)


def mH(input: Any) -> Any:
    """The matrices transposed (and conjugated, if complex). PyTorch: ``torch.Tensor.mH``."""
    return _transposed("mH", input)


def H(input: Any) -> Any:
    """A matrix transposed (and conjugated, if complex). PyTorch: ``torch.Tensor.H``."""
    if input.ndim in (0, 2):
        return transpose(input, 0, 1) if input.ndim else input
    batches = ". For batches of matrices, consider using tensor.mH" if input.ndim > 2 else "."
    raise RuntimeError(
        teach(
            f"tensor.H is only supported on matrices (2-D tensors). Got {input.ndim}-D tensor"
            f"{batches}",
            got=f"a tensor of shape {tuple(input.shape)}",
            mend="use x.mH for a stack of matrices",
        )
    )
