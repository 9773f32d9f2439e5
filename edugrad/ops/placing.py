"""Reading and writing where a mask holds, or at places of the flattened tensor."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor, check_dim
from .indexing import Index, Put, Take, gather
from .picking import of_vector, refuse
from .registry import Sample, T, register
from .reshaping import broadcast_shapes, broadcast_tensors


class MaskedSelect(Take):
    """Elements where a mask holds."""

    op_name = "masked_select"
    formula = "a where mask"


class MaskedScatter(Put):
    """A tensor with the elements of another put, in order, where a mask holds."""

    op_name = "masked_scatter"
    formula = "a, b in order where mask"


class TakeFlat(Take):
    """Elements by their place in the flattened tensor."""

    op_name = "take"
    formula = "flat a[index]"


class PutFlat(Put):
    """A tensor with values written by their place in the flattened tensor."""

    op_name = "put"
    formula = "flat a with values at index"


def _check_mask(rule: str, mask: Tensor) -> None:
    if mask._array.dtype.kind != "b":
        refuse(rule, f"a mask of {mask.dtype}", "compare first, e.g. x > 0, or use .bool()")


@register(
    MaskedSelect,
    samples=[
        Sample(T(2, 3), T(2, 3, kind="bool")),
        Sample(T(3), T(2, 1, kind="bool")),
        Sample(T(), mask=T(kind="bool")),
    ],
)
def masked_select(input: Any, mask: Any, *, out: Any = None) -> Any:
    """The elements where ``mask`` holds, in one dimension; both are broadcast.

    PyTorch: ``torch.masked_select``.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([1.0, -2.0, 3.0])
    >>> x.masked_select(x > 0)
    tensor([1., 3.])
    """
    _check_mask("masked_select: expected BoolTensor for mask", mask)
    spread, where = broadcast_tensors(input, mask)
    if not spread.ndim:
        spread, where = spread.reshape(1), where.reshape(1)
    return MaskedSelect.apply(spread, index=where._array.nonzero(), out=out)


def _masked_scatter(apply: Any, input: Any, mask: Any, source: Any) -> Any:
    _check_mask(
        f"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.dtype}", mask
    )
    if input.dtype is not source.dtype:
        refuse(
            "masked_scatter: expected self and source to have same dtypes but got "
            f"{input.dtype} and {source.dtype}",
            f"{input.dtype} and {source.dtype}",
            f"convert the source: source.to({input.dtype!r})",
        )
    places = mask.expand(input.shape)._array.reshape(-1).nonzero()[0]
    if places.size > source.numel():
        refuse(
            "masked_scatter: Number of elements of source < number of ones in mask",
            f"{source.numel()} elements for {places.size} places",
            "give at least as many elements as the mask holds",
        )
    index = _unravelled(input, places)
    return of_vector(apply, input, source.flatten()[: places.size], index=index)


def _unravelled(input: Tensor, places: Any) -> Index:
    """Places in the flattened tensor as one array of indices for each dimension."""
    return tuple(input._device.xp.unravel_index(places, input._array.shape or (1,)))


def _masked_scatter_(input: Any, mask: Any, source: Any) -> Any:
    """In-place version of :func:`masked_scatter`."""
    return _masked_scatter(MaskedScatter.apply_, input, mask, source)


@register(
    MaskedScatter,
    samples=[
        Sample(T(2, 3), T(2, 3, kind="bool"), T(6)),
        Sample(T(3), mask=T(2, 1, kind="bool"), source=T(2, 3)),
    ],
    inplace=_masked_scatter_,
)
def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """A copy with the elements of ``source``, in order, where ``mask`` holds; both are broadcast.

    PyTorch: ``torch.masked_scatter``.
    """
    spread, where = broadcast_tensors(input, mask)
    return _masked_scatter(MaskedScatter.apply, spread, where, source)


def _flat_places(name: str, input: Tensor, index: Tensor) -> Any:
    if index._array.dtype != "int64":
        refuse(
            f"{name}(): Expected a long tensor for index, but got {index.dtype}",
            f"an index of {index.dtype}",
            "convert it: index.long()",
        )
    count = input.numel()
    if not count and index.numel():
        refuse(
            f"{name}(): tried to take from an empty tensor",
            f"a tensor of shape {tuple(input.shape)}",
            "check for an empty tensor first: x.numel() > 0",
            IndexError,
        )
    array = index._array
    for found in (int(array.min()), int(array.max())) if array.size else ():
        if not -count <= found < count:
            refuse(
                f"out of range: tried to access index {found} on a tensor of {count} elements.",
                f"{name} with index {found}",
                f"indices run from {-count} to {count - 1}",
                IndexError,
            )
    return array % max(count, 1)


@register(
    TakeFlat,
    samples=[
        Sample(T(2, 3), T(2, 2, kind="int", low=-6, high=6)),
        Sample(T(3), index=T(kind="int", low=0, high=3)),
    ],
)
def take(input: Any, index: Any, *, out: Any = None) -> Any:
    """The elements at places of the flattened tensor, in the shape of ``index``.

    PyTorch: ``torch.take``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensor([[1, 2], [3, 4]]).take(edugrad.tensor([0, 3]))
    tensor([1, 4])
    """
    places = _unravelled(input, _flat_places("take", input, index))
    source = input if input.ndim else input.reshape(1)
    return TakeFlat.apply(source, index=places, out=out)


def _put(apply: Any, input: Any, index: Any, source: Any, accumulate: bool) -> Any:
    if input.dtype is not source.dtype:
        refuse(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{input.dtype} and source.dtype = {source.dtype}",
            f"{input.dtype} and {source.dtype}",
            f"convert the source: source.to({input.dtype!r})",
        )
    if source.numel() != index.numel():
        refuse(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.numel()}, index.numel() = {index.numel()}",
            f"shapes {tuple(source.shape)} and {tuple(index.shape)}",
            "give one value for each index",
            IndexError,
        )
    places = _flat_places("put_", input, index).reshape(-1)
    params = {"index": _unravelled(input, places), "accumulate": accumulate}
    return of_vector(apply, input, source.reshape(-1), **params)


def _put_(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """In-place version of :func:`put`."""
    return _put(PutFlat.apply_, input, index, source, accumulate)


@register(
    PutFlat,
    samples=[
        Sample(T(2, 3), T(2, 2, kind="int", low=0, high=6, distinct=True), T(2, 2)),
        Sample(T(2, 3), index=T(4, kind="int", low=-6, high=6), source=T(4), accumulate=True),
    ],
    inplace=_put_,
)
def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """A copy with values written (or added) at places of the flattened tensor.

    PyTorch: ``torch.Tensor.put``.
    """
    return _put(PutFlat.apply, input, index, source, accumulate)


@register(
    None,
    samples=[
        Sample(T(3, 4), T(3, 2, kind="int", low=0, high=4), 1),
        Sample(T(3, 4), T(1, 4, kind="int", low=-3, high=3), dim=0),
        Sample(T(2, 3), T(4, kind="int", low=0, high=6)),
    ],
)
def take_along_dim(input: Any, indices: Any, dim: int | None = None, *, out: Any = None) -> Any:
    """Like :func:`gather` with the other dimensions broadcast; without ``dim``, of all elements.

    PyTorch: ``torch.take_along_dim``.
    """
    if indices._array.dtype != "int64":
        refuse(
            f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype}",
            f"indices of {indices.dtype}",
            "convert them: indices.long()",
        )
    if dim is None:
        return gather(input.flatten(), 0, indices.flatten(), out=out)
    if input.ndim != indices.ndim:
        refuse(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.ndim} dimensions for input, and {indices.ndim} dimensions for indices",
            f"shapes {tuple(input.shape)} and {tuple(indices.shape)}",
            "give the indices dimensions of length 1 where they should be broadcast",
        )
    axis = check_dim(dim, input.ndim)
    length, count = input.size(axis), indices.size(axis)
    kept = [[n for k, n in enumerate(each.shape) if k != axis] for each in (input, indices)]
    shape = list(broadcast_shapes(*kept))
    shape.insert(axis, 1)
    picked = indices.expand([*shape[:axis], count, *shape[axis + 1 :]]) % length
    return gather(input.expand([*shape[:axis], length, *shape[axis + 1 :]]), axis, picked, out=out)
