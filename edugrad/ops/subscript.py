"""Square brackets: ``x[…]``, ``x[…] = v`` and ``index_put``.

An index is taken apart as PyTorch does it. Numbers, slices, None and Ellipsis make a view first;
then the tensors of integers or booleans pick elements of it, a copy. Neighbouring tensors keep
their place among the dimensions; with others between them, what they pick comes first.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

import numpy as np

from ..autograd.function import Op
from ..autograd.grad_mode import mode
from ..autograd.views import check_overlap
from ..errors import teach
from ..tensor import Tensor
from .conversion import copy_, fill_
from .indexing import Index, Put, Select, Slice, Take
from .registry import Sample, T, register

ALL = slice(None)
TUPLE_LIMIT = 32


class Unsqueeze(Slice):
    """A new dimension of length 1 by ``x[None]``: a view."""

    op_name = "unsqueeze"


class Alias(Slice):
    """Everything, by ``x[...]``: a view."""

    op_name = "alias"


class Plan(NamedTuple):
    """An index taken apart: ``basic`` makes a view, ``picks`` (if any) take elements of it."""

    basic: Index
    picks: Index


def plan(index: Any, tensor: Tensor, kept: bool = True) -> Plan:
    """Take an index of ``tensor`` apart; of index tensors that are ``kept`` it takes copies.

    Raises
    ------
    IndexError
        If a part is neither a number, a slice, None, Ellipsis nor an integer or boolean tensor,
        if there are too many, or if a mask has another shape than what it masks.
    """
    parts = [_part(part, tensor, kept) for part in _parts(index)]
    shape = tensor._array.shape
    rest = len(shape) - sum([_dimensions(part) for part in parts])
    if rest < 0:
        raise _too_many(tensor, index, parts)
    basic: list[Any] = []
    picks: list[Any] = []
    picking, dim = False, 0
    for part in parts:
        if part is None:
            basic.append(None)
            picks.append(ALL)
        elif part is Ellipsis:
            basic += [ALL] * rest
            picks += [ALL] * rest
            dim, rest = dim + rest, 0
        elif type(part) is int:
            basic.append(part)
            dim += 1
        elif type(part) is slice:
            basic.append(part)
            picks.append(ALL)
            dim += 1
        else:
            picking = True
            found = _places(part, tensor, dim, kept)
            basic += [ALL] * len(found) if part.ndim or part.dtype.kind != "b" else [None]
            picks += found
            dim += len(found) if part.ndim else 0
    return Plan(tuple(basic), tuple(picks) if picking else ())


def _places(part: Any, tensor: Tensor, dim: int, kept: bool) -> list[Any]:
    """The arrays of integers that pick what an index tensor or a mask names.

    NumPy reads a mask of one dimension faster than its places, which a graph would need.
    """
    if part.dtype.kind != "b":
        return [part]
    if not part.ndim:
        return [part.reshape(1).nonzero()[0]]
    shape = tensor._array.shape
    for k, length in enumerate(part.shape):
        if length != shape[dim + k]:
            raise _index_error(
                f"The shape of the mask {list(part.shape)} at index {k} does not match the shape "
                f"of the indexed tensor {list(shape)} at index {dim + k}",
                tensor,
            )
    if part.ndim == 1 and not kept and type(part) is np.ndarray:
        return [part]
    return list(part.nonzero())


def _parts(index: Any) -> tuple[Any, ...]:
    if type(index) is tuple:
        return index
    if isinstance(index, list) and len(index) < TUPLE_LIMIT:
        for part in index:
            if isinstance(part, (Tensor, list, tuple, slice)) or part is None or part is Ellipsis:
                return tuple(index)
    return (index,)


def _dimensions(part: Any) -> int:
    """How many dimensions of a tensor a part of its index names."""
    if part is None or part is Ellipsis:
        return 0
    dtype = getattr(part, "dtype", None)
    return part.ndim if dtype is not None and dtype.kind == "b" else 1


def _part(part: Any, tensor: Tensor, kept: bool) -> Any:
    """A part of an index in one of few forms; index tensors become arrays of int64 or bool."""
    if type(part) is int or part is None or part is Ellipsis:
        return part
    if isinstance(part, slice):
        return _slice(part)
    if isinstance(part, Tensor):
        return _index_tensor(part, tensor, kept)
    if isinstance(part, bool):
        return tensor._device.xp.asarray(part)
    if isinstance(part, (int, np.integer)):
        return int(part)
    if isinstance(part, (list, tuple, range, np.ndarray)):
        array = np.array(part)
        array = array.astype(np.int64) if array.size == 0 else array
        if array.dtype.kind in "iub":
            return _index_tensor(Tensor._wrap(array), tensor, kept)
    if isinstance(part, str):
        raise TypeError(
            teach(
                "new(): invalid data type 'str'",
                got=repr(part),
                mend="index with whole numbers; keep names in a dict beside the tensor",
            )
        )
    raise IndexError(
        teach(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {type(part).__name__})",
            got=f"{part!r} of type {type(part).__name__}",
            mend="index with whole numbers, e.g. x[0], x[1:3], x[:, None], x[x > 0]",
        )
    )


def _slice(part: slice) -> slice:
    bounds = [None if x is None else operator.index(x) for x in (part.start, part.stop, part.step)]
    if bounds[2] is not None and bounds[2] <= 0:
        raise ValueError(
            teach(
                "step must be greater than zero" if bounds[2] else "slice step cannot be zero",
                got=f"a step of {bounds[2]}",
                mend="use x.flip(dim) to reverse a dimension",
            )
        )
    return slice(*bounds)


def _index_tensor(index: Tensor, tensor: Tensor, kept: bool) -> Any:
    kind = index._array.dtype.kind
    if kind == "f" or index._array.dtype in ("int8", "int16"):
        raise IndexError(
            teach(
                "tensors used as indices must be long, int, byte or bool tensors",
                got=f"a tensor of {index.dtype}",
                mend="convert it with .long(), or compare it to get a mask: x[x > 0]",
            )
        )
    if index._device is not tensor._device:
        index = index.to(tensor._device)
    array = index._array
    if kind == "u":
        return array.astype(bool)
    if kind == "i":
        return array.astype("int64", copy=kept) if array.ndim else int(array)
    return array


def _index_error(rule: str, tensor: Tensor) -> IndexError:
    return IndexError(
        teach(
            rule,
            got=f"an index into a tensor of shape {tuple(tensor.shape)}",
            mend="indices of a dimension of length n run from -n to n - 1; a boolean mask has "
            "the shape of what it masks",
        )
    )


def _too_many(tensor: Tensor, index: Any, parts: list[Any]) -> IndexError:
    rule = f"too many indices for tensor of dimension {tensor.ndim}"
    if not tensor.ndim and not isinstance(index, tuple) and type(parts[0]) is int:
        rule = (
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python to convert a 0-dim "
            "tensor to a number"
        )
    elif not tensor.ndim and type(parts[0]) is slice:
        rule = "slice() cannot be applied to a 0-dim tensor."
    return _index_error(rule, tensor)


def _explained(error: IndexError, tensor: Tensor, picks: Index) -> IndexError:
    rule = str(error).replace("axis", "dimension")
    if "shape mismatch" in rule:
        shapes = ", ".join(str(list(pick.shape)) for pick in picks if pick is not ALL)
        rule = (
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        )
    return _index_error(rule, tensor)


def check_picks(tensor: Tensor, picks: Index) -> None:
    """Refuse indices that are out of bounds, where the array library would not (CuPy wraps)."""
    if tensor._device.type == "cpu":
        return
    for dim, (pick, length) in enumerate(zip(picks, tensor._array.shape, strict=False)):
        if pick is ALL or not pick.size:
            continue
        for found in (int(pick.min()), int(pick.max())):
            if not -length <= found < length:
                raise _index_error(
                    f"index {found} is out of bounds for dimension {dim} with size {length}", tensor
                )


def _view(tensor: Tensor, basic: Index) -> Any:
    try:
        return _view_op(basic).apply(tensor, index=basic)
    except IndexError as error:
        explained = _explained(error, tensor, ())
    raise explained


def _view_op(basic: Index) -> type[Op]:
    """PyTorch takes the parts one by one; the last that changes something names the node."""
    for part in reversed(basic):
        if type(part) is int:
            return Select
        if part is None:
            return Unsqueeze
        if part is not ALL:
            return Slice
    return Alias


def _picked(tensor: Tensor, found: Plan) -> Any:
    """The view that the tensors of an index pick from: the tensor itself if there is no other."""
    for part in found.basic:
        if part is not ALL:
            return _view(tensor, found.basic)
    return tensor


def getitem(tensor: Any, index: Any) -> Any:
    """``tensor[index]``: a view for numbers and slices, a copy for index tensors and masks."""
    if type(index) is int and tensor._array.ndim:
        return _view(tensor, (index,))
    found = plan(index, tensor, kept=tensor.requires_grad or mode.watched)
    if not found.picks:
        return _view(tensor, found.basic)
    source = _picked(tensor, found)
    check_picks(source, found.picks)
    try:
        return Take.apply(source, index=found.picks)
    except IndexError as error:
        explained = _explained(error, source, found.picks)
    raise explained


def setitem(tensor: Any, index: Any, value: Any) -> None:
    """``tensor[index] = value``, in place and part of the graph."""
    if not isinstance(value, (Tensor, bool, int, float, np.generic)):
        raise TypeError(
            teach(
                f"can't assign a {type(value).__name__} to a tensor",
                got=f"{value!r}",
                mend="assign a number or a tensor: x[i] = edugrad.tensor(…)",
            )
        )
    found = plan(index, tensor)
    if found.picks:
        put_at(_picked(tensor, found), found.picks, value)
        return
    view = _view(tensor, found.basic)
    if isinstance(value, Tensor):
        copy_(view, _fitting(value, view.ndim))
    else:
        check_overlap(view, "x[…] = number")
        fill_(view, value)


def _fitting(value: Tensor, ndim: int) -> Tensor:
    """Leave out leading dimensions of length 1 that the target lacks, as NumPy and PyTorch do."""
    while value.ndim > ndim and value._array.shape[0] == 1:
        value = value.squeeze(0)
    return value


def put_at(target: Tensor, picks: Index, value: Any, accumulate: bool = False) -> Tensor:
    """Write ``value`` where index arrays say, in place."""
    return _put(Put.apply_, target, picks, value, accumulate)


def _put(apply: Any, target: Tensor, picks: Index, value: Any, accumulate: bool) -> Any:
    check_picks(target, picks)
    if isinstance(value, Tensor):
        value = _checked_value(target, value)
        if value.ndim and value._array.shape[0] == 1:
            value = _fitting(value, 0 if value.numel() == 1 else target._array[picks].ndim)
    try:
        return apply(target, value, index=picks, accumulate=accumulate)
    except IndexError as error:
        explained: Exception = _explained(error, target, picks)
    except ValueError:
        explained = _misfit(target, picks, value)
    raise explained


def _checked_value(target: Tensor, value: Tensor) -> Tensor:
    if value._array.dtype != target._array.dtype:
        raise RuntimeError(
            teach(
                "Index put requires the source and destination dtypes match, got "
                f"{target.dtype!r} for the destination and {value.dtype!r} for the source.",
                got=f"values of {value.dtype} for a tensor of {target.dtype}",
                mend=f"convert the values: values.to({target.dtype!r})",
            )
        )
    return value if value.ndim else value.to(target._device)


def _misfit(target: Tensor, picks: Index, value: Any) -> RuntimeError:
    shape = list(target._array[picks].shape)
    return RuntimeError(
        teach(
            f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to "
            f"indexing result of shape {shape}",
            got=f"values of shape {tuple(value.shape)} for {math.prod(shape)} elements",
            mend="give as many values as elements are named, or one for all",
        )
    )


def _put_plan(input: Tensor, indices: Any) -> Index:
    if isinstance(indices, Tensor) or not all(isinstance(each, Tensor) for each in indices):
        raise TypeError(
            teach(
                "index_put(): argument 'indices' must be tuple of Tensors",
                got=type(indices).__name__,
                mend="write index_put((rows, columns), values)",
            )
        )
    parts = tuple(each.reshape(1) if not each.ndim else each for each in indices)
    return plan(parts, input).picks


def _index_put_(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """In-place version of :func:`index_put`."""
    return put_at(input, _put_plan(input, indices), values, accumulate)


@register(
    Put,
    samples=[
        Sample(T(5), (T(3, kind="int", low=0, high=5, distinct=True),), T(3)),
        Sample(T(4, 3), (T(6, kind="int", low=0, high=4),), T(3), accumulate=True),
        Sample(
            T(3, 4),
            indices=(T(3, kind="int", low=0, high=3, distinct=True), T(3, kind="int", high=4)),
            values=T(1),
        ),
        Sample(T(2, 3), (T(2, 3, kind="bool"),), T()),
    ],
    inplace=_index_put_,
)
def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """A copy with ``values`` written (or added) where index tensors say.

    Parameters
    ----------
    input : Tensor
    indices : tuple of Tensor
        One for each of the first dimensions, of integers or booleans; broadcast together.
    values : Tensor
        Of the input's dtype, broadcast to what the indices name.
    accumulate : bool
        Add the values, once for each time an element is named, instead of writing them.

    Raises
    ------
    RuntimeError
        If the values have another dtype, or cannot be broadcast.
    IndexError
        If an index is out of bounds.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.zeros(3)
    >>> edugrad.index_put(x, (edugrad.tensor([0, 0]),), edugrad.ones(2), accumulate=True)
    tensor([2., 0., 0.])

    Notes
    -----
    PyTorch: ``torch.index_put``.
    """
    return _put(Put.apply, input, _put_plan(input, indices), values, accumulate)
