"""Views: the same elements under another shape, order or selection of indices; no copying.

``reshape``, ``flatten`` and ``contiguous`` copy only where a view is impossible.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.short_path import OfOne
from ..dtypes import DType, float64, int32
from ..errors import teach
from ..layouts import MemoryFormat, contiguous_format, follows
from ..tensor import check_dim
from .conversion import clone
from .registry import Sample, T, register


class ViewOp(OfOne):
    """An op whose result looks at the memory of its input."""

    view = True
    quiet = True


class View(ViewOp):
    """The same elements in the same order under another shape."""

    op_name = "view"
    formula = "a in another shape"
    derivatives = ("grad in the shape of a",)

    @staticmethod
    def forward(ctx: Any, a: Any, shape: tuple[int, ...]) -> Any:
        ctx.shape = a.shape
        return a.reshape(shape)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad.reshape(ctx.shape)


class UnsafeView(View):
    """The same of a copy that was made for it, as PyTorch names it."""

    node_name = "UnsafeViewBackward0"


class ViewDtype(ViewOp):
    """The same memory read as another dtype."""

    op_name = "view_dtype"
    formula = "the bytes of a as another dtype"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, dtype: Any) -> Any:
        return a.view(dtype)


class Permute(ViewOp):
    """The dimensions in another order."""

    op_name = "permute"
    formula = "a with its dimensions reordered"
    derivatives = ("grad with its dimensions put back",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...]) -> Any:
        return a.transpose(dims)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        dims = ctx.params["dims"]
        back = dims if len(dims) == 2 else tuple(sorted(range(len(dims)), key=dims.__getitem__))
        return Permute.apply(grad, dims=back)


class Transpose(ViewOp):
    """Two dimensions exchanged."""

    op_name = "transpose"
    formula = "aᵀ"
    derivatives = ("gradᵀ",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim0: int, dim1: int) -> Any:
        return a.swapaxes(dim0, dim1) if a.ndim else a[...]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Transpose.apply(grad, **ctx.params)


class TransposeMatrix(Transpose):
    """The transpose of a matrix."""

    op_name = "t"
    node_name = "TBackward0"


class Expand(ViewOp):
    """Dimensions of length 1 repeated without copying."""

    op_name = "expand"
    formula = "a repeated"
    derivatives = ("grad summed over the repetitions",)

    @staticmethod
    def forward(ctx: Any, a: Any, shape: tuple[int, ...]) -> Any:
        ctx.shape = a.shape
        if a.size == math.prod(shape):
            return a.reshape(shape)
        lead = len(shape) - a.ndim
        steps = [
            step if have == length else 0
            for have, length, step in zip(a.shape, shape[lead:], a.strides, strict=True)
        ]
        strides = (0,) * lead + tuple(steps)
        if type(a) is np.ndarray and a.flags.c_contiguous:
            return np.ndarray(shape, a.dtype, a, 0, strides)  # as_strided costs ten times as much
        return ctx.xp.lib.stride_tricks.as_strided(a, shape, strides)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return sum_to_size(grad, ctx.shape)


class Squeeze(ViewOp):
    """Dimensions of length 1 left out."""

    op_name = "squeeze"
    formula = "a without dimensions of length 1"
    derivatives = ("grad in the shape of a",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...]) -> Any:
        ctx.shape = a.shape
        return a.squeeze(dims) if dims else a[...]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad.reshape(ctx.shape)


class SqueezeOne(Squeeze):
    """One dimension left out if its length is 1."""

    node_name = "SqueezeBackward1"


class Unsqueeze(ViewOp):
    """A dimension of length 1 put in."""

    op_name = "unsqueeze"
    formula = "a with one more dimension"
    derivatives = ("grad without it",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        return a.reshape(*a.shape[:dim], 1, *a.shape[dim:])

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad.squeeze(ctx.params["dim"])


def view_shape(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """``shape`` with -1 replaced by what makes ``count`` elements.

    Raises
    ------
    RuntimeError
        If the shape cannot hold so many elements.
    """
    known = math.prod(length for length in shape if length != -1)
    unknown = shape.count(-1)
    if unknown > 1:
        raise RuntimeError(
            teach(
                "only one dimension can be inferred",
                got=f"shape {list(shape)}",
                mend="write -1 for one length at most",
            )
        )
    if unknown == 1 and known and count % known == 0:
        return tuple(count // known if length == -1 else length for length in shape)
    if unknown == 0 and known == count:
        return shape
    raise RuntimeError(
        teach(
            f"shape '{list(shape)}' is invalid for input of size {count}",
            got=f"a tensor of {count} elements",
            mend="the lengths must multiply to that number; one may be -1 to be worked out",
        )
    )


def viewable(array: Any, shape: tuple[int, ...]) -> bool:
    """Whether ``array`` can be seen under ``shape`` without copying."""
    if array.flags.c_contiguous or array.size == 0:
        return True
    old = [(n, s) for n, s in zip(array.shape, array.strides, strict=True) if n != 1]
    new = [n for n in shape if n != 1]
    i = j = 0
    while i < len(old) and j < len(new):
        have, want, first = old[i][0], new[j], i
        i, j = i + 1, j + 1
        while have != want:
            if have < want:
                have *= old[i][0]
                i += 1
            else:
                want *= new[j]
                j += 1
        for k in range(first, i - 1):
            if old[k][1] != old[k + 1][0] * old[k + 1][1]:
                return False
    return True


def lengths(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """A shape given as separate numbers or as one sequence."""
    if not shape:
        raise TypeError(
            teach(
                "missing 1 required positional arguments: a shape, or a list of dimensions",
                got="no arguments",
                mend="give whole numbers, or one tuple or list of them; () is that of one number",
            )
        )
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = tuple(shape[0])
    try:
        return tuple([operator.index(length) for length in shape])
    except TypeError:
        pass
    raise TypeError(
        teach(
            "a shape, or a list of dimensions, must be tuple of ints",
            got=", ".join(type(each).__name__ for each in shape),
            mend="give whole numbers, or one tuple or list of them; // divides without a remainder",
        )
    )


def _view_dtype(input: Any, dtype: DType) -> Any:
    """The memory read as another dtype; the last dimension grows or shrinks with the width."""
    here, wanted = input.dtype, dtype.itemsize
    rule = None
    if here.itemsize != wanted:
        names = f"to view {here} as {dtype} (different element sizes)"
        ratio = wanted // here.itemsize
        if not input.ndim:
            rule = f"self.dim() cannot be 0 {names}"
        elif input.stride(-1) != 1:
            rule = f"self.stride(-1) must be 1 {names}, but got {input.stride(-1)}"
        elif ratio > 1 and input._array.shape[-1] % ratio:
            rule = f"self.size(-1) must be divisible by {ratio} {names}, but got {input.size(-1)}"
    if rule is not None:
        raise RuntimeError(
            teach(
                rule,
                got=f"shape {tuple(input.shape)} with strides {input.stride()}",
                mend=f"convert the numbers instead of reinterpreting their bytes: x.to({dtype!r})",
            )
        )
    return ViewDtype.apply(input, dtype=dtype.numpy)


@register(
    View,
    samples=[
        Sample(T(2, 3), 3, 2),
        Sample(T(2, 3), (-1,)),
        Sample(T(), 1, 1),
        Sample(T(2, 4), int32),
        Sample(T(3, kind="int"), dtype=float64),
    ],
)
def view(input: Any, *shape: Any, size: Any = None, dtype: Any = None) -> Any:
    """The same memory under another shape, or read as another dtype.

    Parameters
    ----------
    input : Tensor
    *shape : int
        The new lengths; one may be -1 to be worked out. Also as one sequence, or ``size=``.
    dtype : DType
        In place of a shape: read the bytes as this type; not differentiable.

    Raises
    ------
    RuntimeError
        If the shape does not fit, or the memory's layout does not allow it without a copy.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.arange(6).view(2, 3)
    tensor([[0, 1, 2],
            [3, 4, 5]])

    Notes
    -----
    PyTorch: ``torch.Tensor.view``.
    """
    if dtype is not None or (shape and isinstance(shape[0], DType)):
        return _view_dtype(input, dtypes.check(shape[0] if dtype is None else dtype))
    wanted = view_shape(lengths(shape if size is None else (size,)), input._array.size)
    if not viewable(input._array, wanted):
        raise RuntimeError(
            teach(
                "view size is not compatible with input tensor's size and stride",
                got=f"shape {tuple(input.shape)} with strides {input.stride()}, to be seen as "
                f"{wanted}",
                mend="use reshape(…), which copies where it must",
            )
        )
    return View.apply(input, shape=wanted)


@register(None, samples=[Sample(T(2, 3), (3, 2)), Sample(T(2, 3), -1), Sample(T(4), shape=(2, 2))])
def reshape(input: Any, *sizes: Any, shape: Any = None) -> Any:
    """Another shape: a view if possible, a copy otherwise. PyTorch: ``torch.reshape``."""
    wanted = view_shape(lengths(sizes if shape is None else (shape,)), input._array.size)
    if not viewable(input._array, wanted):
        return UnsafeView.apply(clone(input, memory_format=contiguous_format), shape=wanted)
    return View.apply(input, shape=wanted)


@register(
    Permute,
    samples=[
        Sample(T(2, 3, 4), (2, 0, 1)),
        Sample(T(2, 3), (-1, 0)),
        Sample(T(2, 3), dims=(1, 0)),
    ],
)
def permute(input: Any, *order: Any, dims: Any = None) -> Any:
    """The dimensions in the order ``dims``. PyTorch: ``torch.permute``."""
    named = lengths(order if dims is None else (dims,))
    places = tuple(check_dim(dim, input.ndim) for dim in named)
    if sorted(places) != list(range(input.ndim)):
        raise RuntimeError(
            teach(
                "permute(): number of dimensions in the tensor input does not match the length of "
                "the desired ordering of dimensions"
                if len(places) != input.ndim
                else "permute(): duplicate dims are not allowed",
                got=f"dims {named} for a tensor of {input.ndim} dimensions",
                mend="name each dimension exactly once",
            )
        )
    return Permute.apply(input, dims=places)


@register(
    Transpose,
    samples=[Sample(T(2, 3, 4), 0, 2), Sample(T(2, 3), -1, -2)],
    aliases=["swapdims"],
)
def transpose(input: Any, dim0: int, dim1: int) -> Any:
    """Exchange two dimensions. PyTorch: ``torch.transpose``."""
    return Transpose.apply(
        input, dim0=check_dim(dim0, input.ndim), dim1=check_dim(dim1, input.ndim)
    )


@register(None, samples=[Sample(T(2, 3, 4), 0, 2), Sample(T(2, 3), axis0=-1, axis1=0)])
def swapaxes(input: Any, axis0: int, axis1: int) -> Any:
    """The same as ``transpose``, under NumPy's name. PyTorch: ``torch.swapaxes``."""
    return transpose(input, axis0, axis1)


@register(TransposeMatrix, samples=[Sample(T(2, 3)), Sample(T(3))])
def t(input: Any) -> Any:
    """The transpose of a matrix; a vector or a 0-d tensor stays as it is. PyTorch: ``torch.t``."""
    if input.ndim > 2:
        raise RuntimeError(
            teach(
                f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D",
                got=f"shape {tuple(input.shape)}",
                mend="use x.mT for a stack of matrices, or x.transpose(dim0, dim1)",
            )
        )
    if input.ndim < 2:
        return TransposeMatrix.apply(input, dim0=0, dim1=0)
    return TransposeMatrix.apply(input, dim0=0, dim1=1)


@register(
    Squeeze,
    samples=[
        Sample(T(1, 3, 1)),
        Sample(T(1, 3, 1), 0),
        Sample(T(2, 3), 0),
        Sample(T(1, 3, 1, 1), dim=(0, -1, 1)),
    ],
)
def squeeze(input: Any, dim: Any = None, *more: int) -> Any:
    """Leave out dimensions of length 1: all of them, or those in ``dim`` (one or several).

    PyTorch: ``torch.squeeze``.
    """
    shape = input._array.shape
    if more:
        dim = (dim, *more)
    named = range(len(shape)) if dim is None else [dim] if isinstance(dim, int) else dim
    dims = [check_dim(each, len(shape)) for each in named]
    if len(set(dims)) < len(dims):
        raise RuntimeError(
            teach(
                f"dim {max(dims, key=dims.count)} appears multiple times in the list of dims",
                got=f"squeeze() of dimensions {dim}",
                mend="name each dimension once",
            )
        )
    op = SqueezeOne if isinstance(dim, int) else Squeeze
    return op.apply(input, dims=tuple(each for each in dims if shape and shape[each] == 1))


@register(Unsqueeze, samples=[Sample(T(2, 3), 0), Sample(T(2, 3), -1), Sample(T(), 0)])
def unsqueeze(input: Any, dim: int) -> Any:
    """Put in a dimension of length 1 at ``dim``. PyTorch: ``torch.unsqueeze``."""
    return Unsqueeze.apply(input, dim=check_dim(dim, input.ndim + 1))


@register(None, samples=[Sample(T(2, 3, 4)), Sample(T(2, 3, 4), 1), Sample(T())])
def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Merge the dimensions from ``start_dim`` to ``end_dim`` into one.

    PyTorch: ``torch.flatten``.
    """
    shape = input._array.shape
    start, end = check_dim(start_dim, len(shape)), check_dim(end_dim, len(shape))
    if start > end:
        raise RuntimeError(
            teach(
                "flatten() has invalid args: start_dim cannot come after end_dim",
                got=f"start_dim={start_dim} and end_dim={end_dim} for {len(shape)} dimensions",
                mend="name the first dimension to merge, then the last",
            )
        )
    return reshape(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


@register(
    Expand,
    samples=[
        Sample(T(1, 3), 2, 3),
        Sample(T(3), (2, -1)),
        Sample(T(), 2),
        Sample(T(3), size=(2, 3)),
    ],
)
def expand(input: Any, *shape: Any, size: Any = None) -> Any:
    """Repeat dimensions of length 1 without copying; -1 leaves a length as it is.

    Raises
    ------
    RuntimeError
        If a dimension that is not 1 would have to grow.

    Notes
    -----
    PyTorch: ``torch.Tensor.expand``.
    """
    wanted, have = lengths(shape if size is None else (size,)), input._array.shape
    lead = len(wanted) - len(have)
    full = tuple(
        have[k - lead] if length == -1 and k >= lead else length for k, length in enumerate(wanted)
    )
    if lead < 0:
        rule = (
            f"expand: the number of sizes provided ({len(wanted)}) must be greater or equal to the "
            f"number of dimensions in the tensor ({len(have)})"
        )
    elif -1 in full:
        rule = (
            "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing "
            f"dimension {full.index(-1)}"
        )
    elif min(full, default=0) < 0:
        rule = f"expand: the lengths cannot be negative, but got {list(wanted)}"
    else:
        clash = next((k for k, h in enumerate(have, lead) if h not in (1, full[k])), None)
        if clash is None:
            return Expand.apply(input, shape=full)
        rule = (
            f"The expanded size of the tensor ({full[clash]}) must match the existing size "
            f"({have[clash - lead]}) at non-singleton dimension {clash}"
        )
    raise RuntimeError(
        teach(
            rule,
            got=f"expand{wanted} of a tensor of shape {tuple(have)}",
            mend="only dimensions of length 1 can be expanded",
        )
    )


@register(None, samples=[Sample(T(3), (2, 3)), Sample(T(2, 1), size=(2, 3))])
def broadcast_to(input: Any, size: Any) -> Any:
    """The same as ``input.expand(size)``. PyTorch: ``torch.broadcast_to``."""
    return expand(input, size)


@register(None, samples=[Sample(T(2, 3, 4), (3, 1)), Sample(T(2, 3), ())])
def sum_to_size(input: Any, *shape: Any, size: Any = None) -> Any:
    """Sum over broadcast dimensions until the shape is ``shape``: the reverse of :func:`expand`.

    Notes
    -----
    PyTorch: ``torch.Tensor.sum_to_size``.
    """
    wanted, have = lengths(shape if size is None else (size,)), input._array.shape
    if not wanted:
        return input.sum()
    lead = len(have) - len(wanted)
    dims = tuple(range(lead)) + tuple(
        k + lead for k, length in enumerate(wanted) if length == 1 and have[k + lead] != 1
    )
    summed = input.sum(dims, keepdim=True) if dims else input
    return summed.reshape(wanted)


@register(None, samples=[Sample(T(2, 3))])
def contiguous(input: Any, memory_format: MemoryFormat = contiguous_format) -> Any:
    """The tensor itself if its memory is in the order of the indices, a copy otherwise.

    With ``memory_format=edugrad.channels_last``, the order is that of images whose channels lie
    side by side.

    Notes
    -----
    PyTorch: ``torch.Tensor.contiguous``.
    """
    if follows(input._array, memory_format):
        return input
    return clone(input, memory_format=memory_format)
