"""Reading and writing by index: ``x[…]``, ``x[…] = v``, ``gather`` and their like.

Numbers, slices, None and Ellipsis give a view; integer and boolean tensors give a copy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.function import Op
from ..dtypes import bool_
from ..errors import teach
from ..tensor import Tensor, check_dim
from .conversion import copy_, fill_, to
from .reduction import axes
from .registry import Sample, T, register

Index = tuple[Any, ...]
_INTEGERS = np.dtype("int64")


class Slice(Op):
    """Elements at numbers and slices: a view."""

    op_name = "slice"
    formula = "a[index]"
    derivatives = ("grad at index, 0 elsewhere",)
    view = True

    @staticmethod
    def forward(ctx: Any, a: Any, index: Index) -> Any:
        ctx.shape = a.shape
        return a[index if Ellipsis in index else (*index, ...)]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Place.apply(grad, index=ctx.params["index"], shape=ctx.shape)


class Select(Slice):
    """Elements at one number of a dimension: a view."""

    op_name = "select"


class Place(Op):
    """Zeros with a tensor put at an index: the reverse of slicing."""

    op_name = "slice_backward"
    formula = "a at index, 0 elsewhere"
    derivatives = ("grad[index]",)

    @staticmethod
    def forward(ctx: Any, a: Any, index: Index, shape: tuple[int, ...]) -> Any:
        result = ctx.xp.zeros(shape, a.dtype)
        result[index] = a
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Slice.apply(grad, index=ctx.params["index"])


class Take(Op):
    """Elements at integer or boolean tensors: a copy."""

    op_name = "index"
    formula = "a[index]"
    derivatives = ("grad added at index",)

    @staticmethod
    def forward(ctx: Any, a: Any, index: Index) -> Any:
        ctx.shape = a.shape
        return a[index]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return AddAt.apply(grad, index=ctx.params["index"], shape=ctx.shape)


class AddAt(Op):
    """Zeros with a tensor added at an index, once for each time it is named."""

    op_name = "index_put_backward"
    formula = "a added at index"
    derivatives = ("grad[index]",)

    @staticmethod
    def forward(ctx: Any, a: Any, index: Index, shape: tuple[int, ...]) -> Any:
        result = ctx.xp.zeros(shape, a.dtype)
        ctx.xp.add.at(result, index, a)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Take.apply(grad, index=ctx.params["index"])


class Put(Op):
    """A tensor with values written at an index (in place)."""

    op_name = "index_put"
    formula = "a with values at index"
    derivatives = ("grad, 0 at index", "grad[index]")

    @classmethod
    def write(cls, ctx: Any, target: Any, values: Any, index: Index) -> None:
        ctx.shape = values.shape
        target[index] = values

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        index = ctx.params["index"]
        outside = None
        if ctx.needs_input_grad[0]:
            outside = grad.clone()
            Put.apply_(outside, grad.new_zeros(()), index=index)
        values = Take.apply(grad, index=index) if ctx.needs_input_grad[1] else None
        return outside, None if values is None else values.sum_to_size(ctx.shape)


class Gather(Op):
    """Elements picked along one dimension by an index tensor."""

    op_name = "gather"
    formula = "a at index along dim"
    derivatives = ("grad added at index",)
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, index: Any, dim: int) -> Any:
        ctx.save_for_backward(index)
        ctx.shape = a.shape
        return a[along(ctx.xp, index, dim)] if a.ndim else a.reshape(-1)[index]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (index,) = ctx.saved_tensors
        return ScatterZeros.apply(grad, index, dim=ctx.params["dim"], shape=ctx.shape), None


class ScatterZeros(Op):
    """Zeros with a tensor added along one dimension at an index tensor: the reverse of gather."""

    op_name = "gather_backward"
    formula = "a added at index along dim"
    derivatives = ("grad gathered",)
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, index: Any, dim: int, shape: tuple[int, ...]) -> Any:
        ctx.save_for_backward(index)
        result = ctx.xp.zeros(shape, a.dtype)
        if not shape:
            return result + a.sum()
        part = tuple(slice(length) for length in index.shape)
        ctx.xp.add.at(result, along(ctx.xp, index, dim), a[part])
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (index,) = ctx.saved_tensors
        return Gather.apply(grad, index, dim=ctx.params["dim"]), None


def along(xp: Any, index: Any, dim: int) -> Index:
    """The full index that picks along ``dim`` by ``index`` and keeps all other places."""
    grid = list(xp.ogrid[tuple(slice(length) for length in index.shape)]) if index.ndim else []
    if index.ndim == 1:
        return (index,)
    grid[dim] = index
    return tuple(grid)


def _parts(index: Any) -> tuple[Any, ...]:
    if isinstance(index, tuple):
        return index
    if isinstance(index, list) and any(isinstance(x, (slice, type(None), Tensor)) for x in index):
        return tuple(index)
    return (index,)


def read_index(index: Any, tensor: Tensor) -> tuple[Index, bool]:
    """The index for the array, and whether it gives a view.

    Raises
    ------
    IndexError
        If a part is neither a number, a slice, None, Ellipsis nor an integer or boolean tensor.
    """
    parts = tuple(_part(part, tensor) for part in _parts(index))
    basic = all(
        part is None or part is Ellipsis or isinstance(part, (int, slice))
        for part in parts
        if not isinstance(part, bool)
    ) and not any(isinstance(part, bool) for part in parts)
    if not basic and tensor.is_cuda:
        _check_bounds(parts, tensor._array.shape)
    return parts, basic


def _check_bounds(parts: Index, shape: tuple[int, ...]) -> None:
    """Refuse indices that are out of bounds: CuPy would wrap them around without a word."""
    named = sum(_dimensions(part) for part in parts)
    place = 0
    for part in parts:
        if part is Ellipsis:
            place += len(shape) - named
        elif _dimensions(part) == 1 and place < len(shape) and getattr(part, "size", 0):
            length = shape[place]
            for found in (int(part.min()), int(part.max())) if part.dtype.kind != "b" else ():
                if not -length <= found < length:
                    raise IndexError(
                        f"index {found} is out of bounds for dimension {place} with size {length}"
                    )
        place += _dimensions(part)


def _dimensions(part: Any) -> int:
    """How many dimensions of a tensor a part of its index names."""
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    return part.ndim if getattr(part, "dtype", _INTEGERS).kind == "b" else 1


def _part(part: Any, tensor: Tensor) -> Any:
    if part is None or part is Ellipsis or isinstance(part, (bool, int)):
        return part
    if isinstance(part, slice):
        return slice(*(None if x is None else int(x) for x in (part.start, part.stop, part.step)))
    if isinstance(part, np.integer):
        return int(part)
    if isinstance(part, Tensor):
        return _index_tensor(part, tensor)
    if isinstance(part, (list, tuple, range, np.ndarray)):
        array = np.array(part)
        if array.size == 0:
            array = array.astype(np.int64)
        if array.dtype.kind in "iub":
            return tensor._device.xp.asarray(array)
    raise IndexError(
        teach(
            "only integers, slices (`:`), ellipsis (`...`), None and long or bool tensors are "
            "valid indices",
            got=f"{part!r} of type {type(part).__name__}",
            mend="index with whole numbers, e.g. x[0], x[1:3], x[:, None], x[x > 0]",
        )
    )


def _index_tensor(index: Tensor, tensor: Tensor) -> Any:
    if index._array.dtype.kind == "f":
        raise IndexError(
            teach(
                "tensors used as indices must be long, int, byte or bool tensors",
                got=f"a tensor of {index.dtype}",
                mend="convert it with .long(), or compare it to get a mask: x[x > 0]",
            )
        )
    if not index.ndim and index._array.dtype != bool:
        return int(index.item())
    if index._device is not tensor._device:
        index = index.to(tensor._device)
    return index._array.copy()


def _read(index: Any, tensor: Tensor) -> tuple[Index, bool]:
    try:
        return read_index(index, tensor)
    except IndexError as error:
        if "mend:" in str(error):
            raise
        explained = _explain_index(error, tensor, index)
    raise explained


def _explain_index(error: Exception, tensor: Tensor, index: Any) -> IndexError:
    rule = str(error).replace("axis", "dimension")
    if "too many indices" in rule:
        rule = f"too many indices for tensor of dimension {tensor.ndim}"
    if "boolean index did not match" in rule:
        masks = [part for part in _parts(index) if getattr(part, "dtype", None) is bool_]
        shapes = " and ".join(str(list(mask.shape)) for mask in masks)
        rule = (
            f"The shape of the mask {shapes} does not match the shape of the indexed tensor "
            f"{list(tensor.shape)}"
        )
    return IndexError(
        teach(
            rule,
            got=f"index {index!r} into a tensor of shape {tuple(tensor.shape)}",
            mend="indices of a dimension of length n run from -n to n - 1; a boolean mask has "
            "the shape of what it masks",
        )
    )


def getitem(tensor: Any, index: Any) -> Any:
    """``tensor[index]``: a view for numbers and slices, a copy for index tensors and masks."""
    found, basic = _read(index, tensor)
    if any(isinstance(part, slice) and part.step is not None and part.step <= 0 for part in found):
        raise ValueError(
            teach(
                "step must be greater than zero",
                got=f"index {index!r}",
                mend="use x.flip(dim) to reverse a dimension",
            )
        )
    op: type[Op] = Take
    if basic:
        op = Select if len(found) == 1 and type(found[0]) is int else _view_op(found)
    try:
        return op.apply(tensor, index=found)
    except IndexError as error:
        explained = _explain_index(error, tensor, index)
    raise explained from None


def _view_op(parts: Index) -> type[Op]:
    """PyTorch takes the parts one by one; the last that leaves something out names the node."""
    named = [part for part in parts if part is not Ellipsis and part != slice(None)]
    return Select if named and type(named[-1]) is int else Slice


def setitem(tensor: Any, index: Any, value: Any) -> None:
    """``tensor[index] = value``, in place and part of the graph."""
    found, basic = _read(index, tensor)
    if basic:
        view = getitem(tensor, index)
        if isinstance(value, Tensor):
            copy_(view, _fitting(value, view._array.shape))
        else:
            fill_or_copy(view, value)
        return
    if not isinstance(value, Tensor):
        value = tensor.new_tensor(value)
    try:
        Put.apply_(tensor, to(value, tensor._device, tensor.dtype), index=found)
    except (IndexError, ValueError) as error:
        explained = _explain_index(error, tensor, index)
    else:
        return
    raise explained from None


def fill_or_copy(view: Tensor, value: Any) -> None:
    """Write a number, a list or an array into a view."""
    if isinstance(value, (bool, int, float)):
        fill_(view, value)
    else:
        copy_(view, _fitting(view.new_tensor(value), view._array.shape))


def _fitting(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Leave out leading dimensions of length 1 that the target lacks, as NumPy and PyTorch do."""
    while value.ndim > len(shape) and value._array.shape[0] == 1:
        value = value.squeeze(0)
    return value


@register(
    Gather,
    samples=[
        Sample(T(3, 4), 1, T(3, 2, kind="int", low=0, high=4)),
        Sample(T(3, 4), 0, T(2, 4, kind="int", low=0, high=3)),
        Sample(T(4), -1, T(3, kind="int", low=0, high=4)),
    ],
)
def gather(input: Any, dim: int, index: Any) -> Any:
    """Pick along ``dim``: ``out[i][j] = input[index[i][j]][j]`` for dim 0.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64
        Of as many dimensions as ``input``, nowhere longer except along ``dim``.

    Raises
    ------
    RuntimeError
        If an index is out of bounds or the index is not int64.

    Notes
    -----
    PyTorch: ``torch.gather``.
    """
    axis = check_dim(dim, input.ndim)
    if index.dtype.name != "int64":
        raise RuntimeError(
            teach(
                "gather(): Expected dtype int64 for index",
                got=repr(index.dtype),
                mend="convert it: index.long()",
            )
        )
    _check_gather(input, index, axis)
    length = input._array.shape[axis] if input.ndim else 1
    low, high = (int(index._array.min()), int(index._array.max())) if index.numel() else (0, -1)
    if low < 0 or high >= length:
        raise RuntimeError(
            teach(
                f"index {low if low < 0 else high} is out of bounds for dimension {axis} with "
                f"size {length}",
                got=f"gather() with indices from {low} to {high}",
                mend=f"indices run from 0 to {length - 1}",
            )
        )
    return Gather.apply(input, index, dim=axis)


def _check_gather(input: Tensor, index: Tensor, axis: int) -> None:
    have, asked = input._array.shape, index._array.shape
    if max(len(have), 1) != max(len(asked), 1):
        rule = "Index tensor must have the same number of dimensions as input tensor"
    elif any(a > h for k, (a, h) in enumerate(zip(asked, have, strict=False)) if k != axis):
        rule = f"Size does not match at a dimension apart from dimension {axis}"
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"an index of shape {asked} into a tensor of shape {have}",
            mend=f"the index may be longer than the tensor along dimension {axis} only",
        )
    )


@register(None, samples=[Sample(T(2, 3)), Sample(T(2, 3, kind="bool"))])
def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not zero. PyTorch: ``torch.nonzero``."""
    found = input._array.nonzero() if input.ndim else input._array.reshape(1).nonzero()
    columns = [Tensor._wrap(each, input._device) for each in found]
    if as_tuple:
        return tuple(columns)
    xp = input._device.xp
    table = xp.stack(found, 1) if input.ndim else xp.zeros((len(found[0]), 0), "int64")
    return Tensor._wrap(table, input._device)


class Flip(Op):
    """The order of the elements reversed along dimensions."""

    op_name = "flip"
    formula = "a reversed"
    derivatives = ("grad reversed",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...]) -> Any:
        return ctx.xp.flip(a, dims).copy()

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Flip.apply(grad, dims=ctx.params["dims"])


@register(Flip, samples=[Sample(T(2, 3), 0), Sample(T(2, 3), (0, 1))])
def flip(input: Any, *dims: Any) -> Any:
    """The order of the elements reversed along ``dims`` (a copy). PyTorch: ``torch.flip``."""
    named = dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims
    found = axes(tuple(named), input.ndim) if named else ()
    return Flip.apply(input, dims=found)


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


@register(Tril, samples=[Sample(T(3, 3)), Sample(T(2, 3, 4), 1)], inplace=False)
def tril(input: Any, diagonal: int = 0) -> Any:
    """The lower triangle, up to ``diagonal`` above the main one. PyTorch: ``torch.tril``."""
    _need_matrix("tril", input)
    return Tril.apply(input, diagonal=diagonal)


@register(Triu, samples=[Sample(T(3, 3)), Sample(T(2, 3, 4), -1)], inplace=False)
def triu(input: Any, diagonal: int = 0) -> Any:
    """The upper triangle, from ``diagonal`` above the main one on. PyTorch: ``torch.triu``."""
    _need_matrix("triu", input)
    return Triu.apply(input, diagonal=diagonal)
