"""Repeating elements, and turning them round: ``repeat``, ``roll``, ``rot90`` and their like."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..layouts import contiguous_format
from ..tensor import Tensor, check_dim
from .indexing import Take
from .reduction import axes
from .registry import Sample, T, register
from .shape import lengths


class Repeat(Op):
    """A whole tensor repeated along its dimensions."""

    op_name = "repeat"
    formula = "a repeated"
    derivatives = ("grad summed over the repetitions",)

    @staticmethod
    def forward(ctx: Any, a: Any, repeats: tuple[int, ...]) -> Any:
        ctx.shape = a.shape
        return ctx.xp.tile(a, repeats)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        repeats = ctx.params["repeats"]
        full = (1,) * (len(repeats) - len(ctx.shape)) + ctx.shape
        parts = [length for pair in zip(repeats, full, strict=True) for length in pair]
        if not grad.numel():
            return grad.new_zeros(ctx.shape)
        return grad.reshape(parts).sum(tuple(range(0, len(parts), 2))).reshape(ctx.shape)


class Roll(Op):
    """Elements shifted along dimensions; those that leave at one end come back at the other."""

    op_name = "roll"
    formula = "a shifted"
    derivatives = ("grad shifted back",)

    @staticmethod
    def forward(ctx: Any, a: Any, shifts: tuple[int, ...], dims: tuple[int, ...]) -> Any:
        return ctx.xp.roll(a, shifts, dims) if dims else ctx.xp.roll(a, shifts[0])

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        shifts, dims = ctx.params["shifts"], ctx.params["dims"]
        return Roll.apply(grad, shifts=tuple(-shift for shift in shifts), dims=dims)


class Rot90(Op):
    """Quarter turns in the plane of two dimensions."""

    op_name = "rot90"
    formula = "a turned by k · 90°"
    derivatives = ("grad turned back",)

    @staticmethod
    def forward(ctx: Any, a: Any, k: int, dims: tuple[int, int]) -> Any:
        return ctx.xp.rot90(a, k, dims).copy(order="K" if k else "C")

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Rot90.apply(grad, k=-ctx.params["k"] % 4, dims=ctx.params["dims"])


@register(
    Repeat,
    samples=[Sample(T(2, 3), 2, 1), Sample(T(2), (2, 3)), Sample(T(2, 2), repeats=[1, 0, 2])],
    namespace="edugrad.Tensor",
)
def repeat(input: Any, *times: Any, repeats: Any = None) -> Any:
    """The tensor repeated so often along each dimension: a copy.

    Parameters
    ----------
    input : Tensor
    *times : int
        One number a dimension; more numbers than dimensions add dimensions in front.

    Raises
    ------
    RuntimeError
        If there are fewer numbers than dimensions, or one is negative.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])

    Notes
    -----
    PyTorch: ``torch.Tensor.repeat``.
    """
    counts = lengths(times if repeats is None else (repeats,))
    if len(counts) < input.ndim:
        rule = (
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            "tensor"
        )
    elif any(each < 0 for each in counts):
        rule = "Trying to create tensor with negative dimension"
    else:
        return Repeat.apply(input, repeats=counts)
    raise RuntimeError(
        teach(
            rule,
            got=f"repeat{counts} of a tensor of shape {tuple(input.shape)}",
            mend="give one number of repetitions a dimension, 1 to leave it as it is",
        )
    )


@register(None, samples=[Sample(T(2, 3), (2,)), Sample(T(2), (2, 2)), Sample(T(), dims=(3,))])
def tile(input: Any, *times: Any, dims: Any = None) -> Any:
    """Like ``repeat``; missing numbers in front are 1. PyTorch: ``torch.tile``."""
    counts = lengths(times if dims is None else (dims,))
    return repeat(input, (1,) * (input.ndim - len(counts)) + counts)


def _no_repeats(rule: str, repeats: Any, error: type[Exception] = RuntimeError) -> Exception:
    shown = repeats.tolist() if isinstance(repeats, Tensor) else repeats
    return error(
        teach(
            rule,
            got=f"repeats={shown!r}",
            mend="give a whole number, or a tensor of whole numbers, one for each element",
        )
    )


@register(
    None,
    samples=[
        Sample(T(2, 3), 2),
        Sample(T(2, 3), 2, dim=1),
        Sample(T(3), T(3, kind="int", low=0, high=3)),
        Sample(T(2, 3), T(3, kind="int", low=1, high=3), dim=-1),
        Sample(T(2, 3), T(1, kind="int", low=2, high=3), dim=0, output_size=4),
        Sample(T(3, kind="int", low=0, high=3)),
    ],
)
def repeat_interleave(
    input: Any = None,
    repeats: Any = None,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Any:
    """Each element repeated in place: [a, b] twice is [a, a, b, b].

    Parameters
    ----------
    input : Tensor
        If it is the only argument: the repeats themselves, and the result the indices to take.
    repeats : int or Tensor of int
        For all, or for each index along ``dim``.
    dim : int, optional
        None flattens the tensor first.
    output_size : int, optional
        The length of the result, if known.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.repeat_interleave(edugrad.tensor([1, 2]), 2)
    tensor([1, 1, 2, 2])

    Notes
    -----
    PyTorch: ``torch.repeat_interleave``.
    """
    if input is None or repeats is None:
        counts = repeats if input is None else input
        return Tensor._wrap(_interleaved(counts, len(counts)), counts._device)
    if dim is None:
        input, dim = input.flatten(), 0
    axis = check_dim(dim, input.ndim)
    if not input.ndim:
        input = input.reshape(1)
    length = input._array.shape[axis]
    if isinstance(repeats, int):
        if repeats < 0:
            raise _no_repeats("Repeats must be non-negative", repeats)
        spread = input.unsqueeze(axis + 1)
        shape = list(spread.shape)
        shape[axis + 1] = repeats
        repeated = spread.expand(shape).clone(memory_format=contiguous_format)
        return repeated.flatten(axis, axis + 1)
    if not isinstance(repeats, Tensor):
        raise _no_repeats("repeat_interleave() takes repeats as int or Tensor", repeats, TypeError)
    index = _interleaved(repeats, length)
    if output_size is not None and output_size != len(index):
        raise _no_repeats("allocated size does not match required size", repeats)
    return Take.apply(input, index=(slice(None),) * axis + (index,))


def _interleaved(repeats: Tensor, length: int) -> Any:
    """For each element of the result, which one it comes from."""
    xp, counts = repeats._device.xp, repeats._array
    if counts.dtype.kind not in "iu":
        raise _no_repeats(
            f"\"repeat_interleave_cpu\" not implemented for '{repeats.dtype}'",
            repeats,
            NotImplementedError,
        )
    if counts.ndim > 1:
        raise _no_repeats("repeat_interleave only accept 1D vector as repeat", repeats)
    if counts.size != length and counts.size != 1:
        raise _no_repeats(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{counts.size} and input.size(0) = {length}",
            repeats,
        )
    if counts.size and int(counts.min()) < 0:
        raise _no_repeats("repeats can not be negative", repeats)
    ends = xp.broadcast_to(counts, (length,)).cumsum()
    total = int(ends[-1]) if length else 0
    return xp.searchsorted(ends, xp.arange(total), side="right")


def _numbers(value: Any) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)


@register(
    Roll,
    samples=[
        Sample(T(2, 3), 1),
        Sample(T(2, 3), 1, 1),
        Sample(T(2, 3), shifts=(1, -2), dims=(0, -1)),
        Sample(T(), 1),
    ],
)
def roll(input: Any, shifts: Any, dims: Any = None) -> Any:
    """Shift elements along dimensions; those that leave at one end come back at the other.

    Without ``dims`` the tensor is rolled as if it were flat.

    Raises
    ------
    RuntimeError
        If there is not one shift for each dimension.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.arange(4).roll(1)
    tensor([3, 0, 1, 2])

    Notes
    -----
    PyTorch: ``torch.roll``.
    """
    steps = _numbers(shifts)
    axes = () if dims is None else _numbers(dims)
    if not steps:
        rule = "`shifts` required"
    elif len(axes) != len(steps) and (axes or len(steps) > 1):
        rule = f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(axes)}"
    else:
        places = tuple(check_dim(axis, input.ndim) for axis in axes)
        if places and not input.ndim:
            raise _no_dim(axes)
        return Roll.apply(input, shifts=steps, dims=places)
    raise RuntimeError(
        teach(rule, got=f"shifts={shifts}, dims={dims}", mend="give one shift for each dimension")
    )


def _no_dim(axes: tuple[int, ...]) -> IndexError:
    return IndexError(
        teach(
            f"Dimension specified as {axes[0]} but tensor has no dimensions",
            got="a 0-d tensor",
            mend="leave dims out",
        )
    )


class Flip(Op):
    """The order of the elements reversed along dimensions."""

    op_name = "flip"
    quiet = True
    formula = "a reversed"
    derivatives = ("grad reversed",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...]) -> Any:
        return ctx.xp.flip(a, dims).copy(order="K")

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Flip.apply(grad, dims=ctx.params["dims"])


@register(Flip, samples=[Sample(T(2, 3), 0), Sample(T(2, 3), (0, 1)), Sample(T(3), dims=(0,))])
def flip(input: Any, *order: Any, dims: Any = None) -> Any:
    """The order of the elements reversed along ``dims`` (a copy). PyTorch: ``torch.flip``."""
    named = lengths(order if dims is None else (dims,))
    found = axes(named, input.ndim) if named else ()
    return Flip.apply(input, dims=found)


def _demand_dims(input: Any, least: int) -> None:
    if input.ndim < least:
        raise RuntimeError(
            teach(
                f"Input must be >= {least}-d.",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="use flip(x, dims) to name the dimensions",
            )
        )


@register(None, samples=[Sample(T(2, 3)), Sample(T(2, 3, 2))])
def fliplr(input: Any) -> Any:
    """The columns in reverse order (a copy). PyTorch: ``torch.fliplr``."""
    _demand_dims(input, 2)
    return flip(input, 1)


@register(None, samples=[Sample(T(2, 3)), Sample(T(3))])
def flipud(input: Any) -> Any:
    """The rows in reverse order (a copy). PyTorch: ``torch.flipud``."""
    _demand_dims(input, 1)
    return flip(input, 0)


@register(
    None,
    samples=[
        Sample(T(2, 3)),
        Sample(T(2, 3), 2),
        Sample(T(2, 3, 2), k=-1, dims=[1, 2]),
        Sample(T(2, 3), 4, (0, 1)),
    ],
)
def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Turned by ``k`` quarters, from the first of ``dims`` towards the second (a copy).

    PyTorch: ``torch.rot90``.
    """
    plane = tuple(dims)
    if len(plane) != 2:
        rule = f"expected total rotation dims == 2, but got dims = {len(plane)}"
    elif input.ndim < 2:
        rule = f"expected total dims >= 2, but got total dims = {input.ndim}"
    else:
        first, second = (check_dim(dim, input.ndim) for dim in plane)
        if first != second:
            return Rot90.apply(input, k=k % 4, dims=(first, second))
        rule = (
            f"expected rotation dims to be different, but got dim0 = {plane[0]} and dim1 = "
            f"{plane[1]}"
        )
    raise RuntimeError(
        teach(
            rule,
            got=f"dims={plane} for a tensor of shape {tuple(input.shape)}",
            mend="name the two dimensions of the plane to turn in",
        )
    )
