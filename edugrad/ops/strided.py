"""Views made by strides: windows, diagonals and any other walk through a tensor's memory."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor, check_dim
from .indexing import AddAt, Take
from .registry import Sample, T, register
from .shape import ViewOp, lengths


def stride_view(xp: Any, a: Any, shape: Any, strides: Any) -> Any:
    """An array of this shape and these strides (in bytes) that starts where ``a`` does."""
    return xp.lib.stride_tricks.as_strided(a, tuple(shape), tuple(strides))


class AsStrided(ViewOp):
    """The memory read in steps of given sizes; ``shift`` counts from the input's first element."""

    op_name = "as_strided"
    formula = "a read with other strides"
    derivatives = ("grad added where each element was read",)

    @staticmethod
    def forward(
        ctx: Any, a: Any, size: tuple[int, ...], stride: tuple[int, ...], shift: int
    ) -> Any:
        ctx.shape = a.shape
        ctx.stride = tuple(step // a.itemsize for step in a.strides)
        way = a.itemsize if shift >= 0 else -a.itemsize
        line = stride_view(ctx.xp, a, (abs(shift) + 1,), (way,))
        return stride_view(ctx.xp, line[abs(shift) :], size, [step * a.itemsize for step in stride])

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        xp, params = ctx.xp, ctx.params
        read = _places(xp, params["size"], params["stride"], params["shift"])
        own = _places(xp, ctx.shape, ctx.stride, 0)
        if not own.size:
            return grad.new_zeros(ctx.shape)
        ends = [int(f(x)) for x in (read, own) if x.size for f in (xp.min, xp.max)]
        first, memory = min(ends), (max(ends) - min(ends) + 1,)
        gathered = AddAt.apply(grad, index=(read - first,), shape=memory)
        taken = Take.apply(gathered, index=(own - first,))
        if 0 not in ctx.stride:
            return taken
        counts = xp.zeros(memory, grad._array.dtype)
        xp.add.at(counts, own - first, 1)
        return taken / Tensor._wrap(counts[own - first], grad._device)


def _places(xp: Any, size: tuple[int, ...], stride: tuple[int, ...], start: int) -> Any:
    """Where in memory each element lies, counted in elements."""
    places = xp.full((1,) * len(size), start, "int64")
    for axis, (length, step) in enumerate(zip(size, stride, strict=True)):
        shape = [-1 if k == axis else 1 for k in range(len(size))]
        places = places + (xp.arange(length) * step).reshape(shape)
    return places


class Unfold(ViewOp):
    """Windows along a dimension; the places inside a window become the last dimension."""

    op_name = "unfold"
    formula = "windows of a"
    derivatives = ("the windows of grad added up where they lay",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int, size: int, step: int) -> Any:
        ctx.shape = a.shape
        if not a.ndim:
            return stride_view(ctx.xp, a, (size,), (a.itemsize,))
        shape, strides = list(a.shape), list(a.strides)
        shape[dim] = (shape[dim] - size) // step + 1
        strides[dim] *= step
        return stride_view(ctx.xp, a, [*shape, size], [*strides, a.strides[dim]])

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        if not ctx.shape:
            return grad.sum(0)
        return Overlay.apply(grad, shape=ctx.shape, **ctx.params)


class Overlay(Op):
    """Windows added up where they lie: the reverse of unfold."""

    op_name = "unfold_backward"
    formula = "Σ of windows"
    derivatives = ("the windows of grad",)

    @staticmethod
    def forward(ctx: Any, a: Any, shape: tuple[int, ...], dim: int, size: int, step: int) -> Any:
        result = ctx.xp.zeros(shape, a.dtype)
        lead, count = (slice(None),) * dim, a.shape[dim]
        for place in range(size):
            span = slice(place, place + (count - 1) * step + 1, step) if count else slice(0)
            result[(*lead, span)] += a[..., place]
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        params = {name: ctx.params[name] for name in ("dim", "size", "step")}
        return Unfold.apply(grad, **params)


class Diagonal(ViewOp):
    """The diagonal of the matrices in two dimensions, as the last dimension."""

    op_name = "diagonal"
    formula = "diagonal of a"
    derivatives = ("grad on the diagonal, 0 elsewhere",)

    @staticmethod
    def forward(ctx: Any, a: Any, offset: int, dim1: int, dim2: int) -> Any:
        ctx.shape = a.shape
        return diagonal_view(ctx.xp, a, offset, dim1, dim2)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return PlaceDiagonal.apply(grad, shape=ctx.shape, **ctx.params)


class PlaceDiagonal(Op):
    """Zeros with a tensor put on a diagonal: the reverse of diagonal."""

    op_name = "diagonal_backward"
    formula = "a on the diagonal, 0 elsewhere"
    derivatives = ("diagonal of grad",)

    @staticmethod
    def forward(ctx: Any, a: Any, shape: tuple[int, ...], offset: int, dim1: int, dim2: int) -> Any:
        result = ctx.xp.zeros(shape, a.dtype)
        diagonal_view(ctx.xp, result, offset, dim1, dim2)[...] = a
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        params = {name: ctx.params[name] for name in ("offset", "dim1", "dim2")}
        return Diagonal.apply(grad, **params)


def diagonal_view(xp: Any, a: Any, offset: int, dim1: int, dim2: int) -> Any:
    """The diagonal of an array as a view that can be written to."""
    rows, columns = a.shape[dim1], a.shape[dim2]
    if offset >= 0:
        length, dim, start = max(min(rows, columns - offset), 0), dim2, offset
    else:
        length, dim, start = max(min(rows + offset, columns), 0), dim1, -offset
    corner = a[(slice(None),) * dim + (slice(start if length else 0, None),)]
    kept = [k for k in range(a.ndim) if k not in (dim1, dim2)]
    return stride_view(
        xp,
        corner,
        [*(a.shape[k] for k in kept), length],
        [*(a.strides[k] for k in kept), a.strides[dim1] + a.strides[dim2]],
    )


@register(
    AsStrided,
    samples=[
        Sample(T(3, 4), (2, 2), (4, 1)),
        Sample(T(9), (3, 3), (2, 1), 1),
        Sample(T(2, 3), size=(2,), stride=(3,), storage_offset=2),
    ],
)
def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """The tensor's memory seen with another shape, strides and start: a view.

    Parameters
    ----------
    input : Tensor
    size, stride : sequence of int
        Of one length; strides count elements and are not negative.
    storage_offset : int, optional
        Where in the storage to start; where ``input`` starts unless given.

    Raises
    ------
    RuntimeError
        If sizes and strides do not match, or reach out of the tensor's memory.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.arange(5).as_strided((3, 3), (1, 1))
    tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]])

    Notes
    -----
    PyTorch: ``torch.as_strided``.
    """
    sizes, steps = lengths((size,)), lengths((stride,))
    here = input.storage_offset()
    start = here if storage_offset is None else int(storage_offset)
    _check_strides(input, sizes, steps, start)
    return AsStrided.apply(input, size=sizes, stride=steps, shift=start - here)


def _check_strides(
    input: Tensor, size: tuple[int, ...], stride: tuple[int, ...], start: int
) -> None:
    room = input._storage.array.size
    last = start + sum((n - 1) * step for n, step in zip(size, stride, strict=False))
    if len(size) != len(stride):
        rule = "mismatch in length of strides and shape"
    elif min((*stride, 0)) < 0:
        rule = (
            f"as_strided: Negative strides are not supported at the moment, got strides: {stride}"
        )
    elif min((*size, start, 0)) < 0:
        rule = "as_strided: sizes and the storage offset cannot be negative"
    elif math.prod(size) and last >= room:
        rule = (
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {start} "
            f"requiring a storage of {last + 1} elements are out of bounds for storage of {room}"
        )
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"size={size}, stride={stride} and storage_offset={start} for a tensor of shape "
            f"{tuple(input.shape)}",
            mend="give one stride for each size, and stay inside the tensor's memory",
        )
    )


@register(
    Unfold,
    samples=[Sample(T(7), 0, 3, 2), Sample(T(2, 5), 1, 2, 1), Sample(T(6, 2), -2, size=2, step=3)],
    namespace="edugrad.Tensor",
)
def unfold(input: Any, dimension: int, size: int, step: int) -> Any:
    """Windows of ``size`` elements every ``step`` elements along a dimension: a view.

    The places inside a window become a new last dimension.

    Raises
    ------
    RuntimeError
        If the windows are longer than the dimension, or the step is not positive.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.arange(5).unfold(0, 3, 1)
    tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]])

    Notes
    -----
    PyTorch: ``torch.Tensor.unfold``.
    """
    dim = check_dim(dimension, input.ndim)
    length = input._array.shape[dim] if input.ndim else 1
    if size < 0:
        rule = f"size is {size} but must be >= 0"
    elif size > length:
        rule = f"maximum size for tensor at dimension {dim} is {length} but size is {size}"
    elif step < 1:
        rule = f"step is {step} but must be > 0"
    else:
        return Unfold.apply(input, dim=dim, size=size, step=step)
    raise RuntimeError(
        teach(
            rule,
            got=f"unfold({dimension}, {size}, {step}) of a tensor of shape {tuple(input.shape)}",
            mend="windows must fit into the dimension and move forward",
        )
    )


@register(
    Diagonal,
    samples=[
        Sample(T(3, 3)),
        Sample(T(3, 4), 1),
        Sample(T(2, 3, 4), offset=-1, dim1=0, dim2=2),
        Sample(T(2, 3), 5),
    ],
)
def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """The diagonal of the matrices in ``dim1`` and ``dim2``, as the last dimension: a view.

    Parameters
    ----------
    input : Tensor
        Of at least two dimensions.
    offset : int
        0 is the main diagonal, positive ones lie above it.
    dim1, dim2 : int

    Raises
    ------
    RuntimeError
        If both dimensions are the same.

    Notes
    -----
    PyTorch: ``torch.diagonal``.
    """
    return Diagonal.apply(input, offset=offset, **diagonal_dims(input.ndim, dim1, dim2))


def diagonal_dims(ndim: int, dim1: int, dim2: int) -> dict[str, int]:
    """Both dimensions of a diagonal, counted from the front."""
    first, second = check_dim(dim1, ndim), check_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(
            teach(
                f"diagonal dimensions cannot be identical {dim1}, {dim2}",
                got=f"a tensor of {ndim} dimensions",
                mend="name two different dimensions",
            )
        )
    return {"dim1": first, "dim2": second}


def empty_strided(input: Any, size: Any, stride: Any, **options: Any) -> Any:
    """A new tensor like ``input`` of this shape whose memory has these strides; not initialised.

    Notes
    -----
    PyTorch: ``torch.Tensor.new_empty_strided``.
    """
    sizes, steps = lengths((size,)), lengths((stride,))
    room = 1 + sum((n - 1) * step for n, step in zip(sizes, steps, strict=True))
    needs_grad = options.pop("requires_grad", False)
    memory = input.new_empty(room if math.prod(sizes) else 0, **options)
    xp, itemsize = memory._device.xp, memory._array.dtype.itemsize
    array = stride_view(xp, memory._array, sizes, [step * itemsize for step in steps])
    return Tensor._wrap(array, memory._device).requires_grad_(needs_grad)
