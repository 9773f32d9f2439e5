"""Reading and writing at indices: what ``x[…]``, ``gather`` and their like are made of.

Numbers, slices, None and Ellipsis give a view; integer tensors give a copy.
"""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..autograd.short_path import OfOne
from ..errors import teach
from ..tensor import Tensor, check_dim
from .registry import Sample, T, register

Index = tuple[Any, ...]


class Slice(OfOne):
    """Elements at numbers and slices: a view."""

    op_name = "slice"
    formula = "a[index]"
    derivatives = ("grad at index, 0 elsewhere",)
    view = True
    quiet = True

    @staticmethod
    def forward(ctx: Any, a: Any, index: Index) -> Any:
        ctx.shape = a.shape
        view = a[index if Ellipsis in index else (*index, ...)]
        if None not in index:
            return view
        # NumPy gives the new dimensions stride 0, PyTorch (and reshape) the stride of a row.
        kept = tuple(each for each in index if each is not None)
        return a[kept if Ellipsis in kept else (*kept, ...)].reshape(view.shape)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Place.apply(grad, index=ctx.params["index"], shape=ctx.shape)


class Select(Slice):
    """Elements at one number of a dimension: a view."""

    op_name = "select"


class Place(OfOne):
    """Zeros with a tensor put at an index: the reverse of slicing."""

    op_name = "slice_backward"
    quiet = True
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
    quiet = True
    formula = "a[index]"
    derivatives = ("grad added at index",)

    @staticmethod
    def forward(ctx: Any, a: Any, index: Index) -> Any:
        ctx.shape = a.shape
        picked = a[index]
        return picked if picked.flags.c_contiguous else picked.copy()

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return AddAt.apply(grad, index=ctx.params["index"], shape=ctx.shape)


def add_at(xp: Any, target: Any, index: Any, values: Any) -> None:
    """Add values at an index in place, once for each time an element is named.

    CuPy's ``add.at`` knows neither int64 nor the short types: the first is added as uint64, whose
    bits are the same, the others in int32.
    """
    if target.dtype.kind == "f":
        xp.add.at(target, index, values)
    elif target.dtype == "int64":
        bits = xp.asarray(values, "int64").view("uint64")
        xp.add.at(target.view("uint64"), index, bits)
    else:
        wide = target.astype("int32")
        xp.add.at(wide, index, xp.asarray(values, "int32"))
        target[...] = wide.astype(target.dtype)


class AddAt(Op):
    """Zeros with a tensor added at an index, once for each time it is named."""

    op_name = "index_put_backward"
    quiet = True
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
    """A tensor with values written (or added) at an index."""

    op_name = "index_put"
    reads_apart = True
    formula = "a with values at index"
    derivatives = ("grad, 0 at index", "grad[index]")
    symbols = ("a", "values")
    promotes = False

    @classmethod
    def write(
        cls, ctx: Any, target: Any, values: Any, index: Index, accumulate: bool = False
    ) -> None:
        ctx.shape = getattr(values, "shape", ())
        if accumulate:
            add_at(ctx.xp, target, index, values)
        else:
            target[index] = values

    @classmethod
    def forward(cls, ctx: Any, a: Any, values: Any, **params: Any) -> Any:
        result = a.copy()
        cls.write(ctx, result, values, **params)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        index, (need_target, need_values) = ctx.params["index"], ctx.needs_input_grad
        outside = None
        if need_target:
            outside = grad if ctx.params.get("accumulate") else Put.apply(grad, 0.0, index=index)
        values = Take.apply(grad, index=index).sum_to_size(ctx.shape) if need_values else None
        return outside, values


class Gather(Op):
    """Elements picked along one dimension by an index tensor."""

    op_name = "gather"
    quiet = True
    formula = "a at index along dim"
    derivatives = ("grad added at index",)
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, index: Any, dim: int) -> Any:
        ctx.save_for_backward(index)
        ctx.shape = a.shape
        if not index.size:
            return ctx.xp.empty(index.shape, a.dtype)
        return a[along(ctx.xp, index, dim)] if a.ndim else a.reshape(-1)[index]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (index,) = ctx.saved_tensors
        return ScatterZeros.apply(grad, index, dim=ctx.params["dim"], shape=ctx.shape), None


class ScatterZeros(Op):
    """Zeros with a tensor added along one dimension at an index tensor: the reverse of gather."""

    op_name = "gather_backward"
    quiet = True
    formula = "a added at index along dim"
    derivatives = ("grad gathered",)
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, index: Any, dim: int, shape: tuple[int, ...]) -> Any:
        ctx.save_for_backward(index)
        result = ctx.xp.zeros(shape, a.dtype)
        if not index.size:
            return result
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
    if index.ndim <= 1:
        return (index,)
    grid = list(xp.ogrid[tuple(slice(length) for length in index.shape)])
    grid[dim] = index
    return tuple(grid)


@register(
    Gather,
    samples=[
        Sample(T(3, 4), 1, T(3, 2, kind="int", low=0, high=4)),
        Sample(T(3, 4), 0, T(2, 4, kind="int", low=0, high=3)),
        Sample(T(4), -1, T(3, kind="int", low=0, high=4)),
        Sample(T(4), dim=0, index=T(kind="int", low=0, high=4)),
    ],
)
def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False, out: Any = None) -> Any:
    """Pick along ``dim``: ``out[i][j] = input[index[i][j]][j]`` for dim 0.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64 or int32
        Of as many dimensions as ``input``, nowhere longer except along ``dim``.

    Raises
    ------
    RuntimeError
        If an index is out of bounds, or the index does not hold whole numbers.

    Notes
    -----
    PyTorch: ``torch.gather``.
    """
    axis = check_dim(dim, input.ndim)
    if not index.numel():
        return Gather.apply(input, index.long(), dim=axis, out=out)
    check_index("gather", index)
    _check_gather(input, index, axis)
    check_bounds(index, axis, input._array.shape[axis] if input.ndim else 1)
    return Gather.apply(input, index, dim=axis, out=out)


def check_index(name: str, index: Tensor) -> None:
    """Refuse an index tensor that does not hold whole numbers."""
    if index._array.dtype not in ("int64", "int32"):
        raise RuntimeError(
            teach(
                f"{name}(): Expected dtype int32/int64 for index",
                got=repr(index.dtype),
                mend="convert it: index.long()",
            )
        )


def check_bounds(
    index: Tensor,
    axis: int,
    length: int,
    error: type[Exception] = RuntimeError,
    low: int = 0,
    words: str = "",
) -> None:
    """Refuse an index tensor that reaches out of a dimension of this length."""
    array = index._array
    if not array.size:
        return
    smallest, largest = int(array.min()), int(array.max())
    if smallest < low or largest >= length:
        raise error(
            teach(
                f"{words}index {smallest if smallest < low else largest} is out of bounds for "
                f"dimension {axis} with size {length}",
                got=f"indices from {smallest} to {largest}",
                mend=f"indices run from {low} to {length - 1}",
            )
        )


def _check_gather(input: Tensor, index: Tensor, axis: int) -> None:
    have, asked = input._array.shape, index._array.shape
    if max(len(have), 1) != max(len(asked), 1):
        rule = "Index tensor must have the same number of dimensions as input tensor"
    elif any(a > h for k, (a, h) in enumerate(zip(asked, have, strict=False)) if k != axis):
        rule = (
            f"Size does not match: expected index {list(asked)} to be no larger than self "
            f"{list(have)} apart from dimension {axis}"
        )
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"an index of shape {asked} into a tensor of shape {have}",
            mend=f"the index may be longer than the tensor along dimension {axis} only",
        )
    )


@register(None, samples=[Sample(T(2, 3)), Sample(T(2, 3, kind="bool"))], out=True)
def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not zero. PyTorch: ``torch.nonzero``."""
    found = input._array.nonzero() if input.ndim else input._array.reshape(1).nonzero()
    columns = [Tensor._wrap(each.copy(), input._device) for each in found]
    if as_tuple:
        return tuple(columns)
    xp = input._device.xp
    table = xp.stack(found).T if input.ndim else xp.zeros((len(found[0]), 0), "int64")
    return Tensor._wrap(table, input._device)


@register(None, samples=[Sample(T(2, 3)), Sample(T(2, 3, kind="bool"))])
def argwhere(input: Any) -> Any:
    """The indices of the elements that are not zero, as rows. PyTorch: ``torch.argwhere``."""
    return nonzero(input)
