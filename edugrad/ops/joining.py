"""Joining tensors and taking them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor, check_dim
from .indexing import Select, Slice
from .registry import Sample, T, register
from .shape import ViewOp


class Cat(Op):
    """Tensors one after the other along a dimension."""

    op_name = "cat"
    quiet = True
    out_dtype = "castable"
    formula = "[a, b, …]"
    derivatives = ("the part of grad that came from each",)

    @staticmethod
    def forward(ctx: Any, *arrays: Any, dim: int) -> Any:
        ctx.lengths = [array.shape[dim] for array in arrays]
        return ctx.xp.concatenate(arrays, dim)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        dim, start, parts = ctx.params["dim"], 0, []
        for length, need in zip(ctx.lengths, ctx.needs_input_grad, strict=True):
            part = (slice(None),) * dim + (slice(start, start + length),)
            parts.append(Slice.apply(grad, index=part) if need else None)
            start += length
        return tuple(parts)


class Stack(Op):
    """Tensors side by side along a new dimension."""

    op_name = "stack"
    quiet = True
    out_dtype = "castable"
    formula = "[a, b, …]"
    derivatives = ("the part of grad that came from each",)

    @staticmethod
    def forward(ctx: Any, *arrays: Any, dim: int) -> Any:
        shape = arrays[0].shape
        shape = (*shape[:dim], 1, *shape[dim:])
        return ctx.xp.concatenate([array.reshape(shape) for array in arrays], dim)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        lead = (slice(None),) * ctx.params["dim"]
        return tuple(
            [
                Select.apply(grad, index=(*lead, k)) if need else None
                for k, need in enumerate(ctx.needs_input_grad)
            ]
        )


class Unbind(ViewOp):
    """The parts along a dimension, without it."""

    op_name = "unbind"
    formula = "a[0], a[1], …"
    derivatives = ("the parts of grad, stacked",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        lead = (slice(None),) * dim
        return tuple(a[(*lead, k, ...)] for k in range(a.shape[dim]))

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return stack(gradients, ctx.params["dim"])


class Split(ViewOp):
    """Neighbouring parts of one size along a dimension."""

    op_name = "split"
    formula = "a in parts"
    derivatives = ("the parts of grad, joined",)

    @staticmethod
    def forward(ctx: Any, a: Any, sizes: tuple[int, ...], dim: int) -> Any:
        lead, start, parts = (slice(None),) * dim, 0, []
        for size in sizes:
            parts.append(a[(*lead, slice(start, start + size))])
            start += size
        return tuple(parts)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return cat(gradients, ctx.params["dim"])


class SplitSizes(Split):
    """Neighbouring parts of given sizes along a dimension."""

    op_name = "split_with_sizes"


def tensor_list(name: str, tensors: Any) -> tuple[Tensor, ...]:
    if isinstance(tensors, Tensor) or not isinstance(tensors, Sequence):
        raise TypeError(
            teach(
                f"{name}() takes a list or tuple of tensors",
                got=type(tensors).__name__,
                mend=f"write {name}([a, b])",
            )
        )
    if not tensors:
        words = "expected a non-empty list of Tensors"
        error, rule = (
            (ValueError, f"torch.cat(): {words}")
            if name == "cat"
            else (RuntimeError, f"{name} expects a non-empty TensorList")
        )
        raise error(teach(rule, got="an empty list", mend="fill the list before joining it"))
    for number, each in enumerate(tensors):
        if not isinstance(each, Tensor):
            raise TypeError(
                teach(
                    f"{name}(): expected Tensor as element {number}",
                    got=type(each).__name__,
                    mend="wrap it first: edugrad.tensor(…)",
                )
            )
    return tuple(tensors)


@register(
    Cat,
    samples=[
        Sample([T(2, 3), T(1, 3)]),
        Sample([T(2, 3), T(2, 1)], dim=-1),
        Sample((T(2), T(0), T(1, kind="int"))),
    ],
    method=False,
    aliases=["concat", "concatenate"],
)
def cat(tensors: Any, dim: int = 0, *, out: Any = None) -> Any:
    """Join tensors along a dimension that they have.

    Parameters
    ----------
    tensors : sequence of Tensor
        Of equal shape except along ``dim``; empty 1-d ones are left out, as in PyTorch.
    dim : int

    Raises
    ------
    RuntimeError
        If other dimensions differ.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.cat([edugrad.ones(1, 2), edugrad.zeros(1, 2)], dim=0)
    tensor([[1., 1.],
            [0., 0.]])

    Notes
    -----
    PyTorch: ``torch.cat``.
    """
    parts = tensor_list("cat", tensors)
    shape = parts[0]._array.shape
    if shape and all(part._array.shape == shape for part in parts):
        return Cat.apply(*parts, dim=check_dim(dim, len(shape)), out=out)
    first = next((part for part in parts if part._array.shape != (0,)), parts[0])
    axis = check_dim(dim, first.ndim)
    nothing = (*first.shape[:axis], 0, *first.shape[axis + 1 :])
    kept = [part.reshape(nothing) if part._array.shape == (0,) else part for part in parts]
    for number, part in enumerate(kept):
        _check_alike(first, part, number, axis)
    return Cat.apply(*kept, dim=axis, out=out)


def _check_alike(first: Tensor, part: Tensor, number: int, axis: int) -> None:
    a, b = first._array.shape, part._array.shape
    if not a or not b:
        position = number if not b else 0
        rule = f"zero-dimensional tensor (at position {position}) cannot be concatenated"
    elif len(a) != len(b):
        rule = f"Tensors must have same number of dimensions: got {len(a)} and {len(b)}"
    elif any(x != y for k, (x, y) in enumerate(zip(a, b, strict=True)) if k != axis):
        rule = f"Sizes of tensors must match except in dimension {axis}"
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"shape {a} first and shape {b} for tensor number {number} in the list",
            mend="reshape it, or use stack(…) to join along a new dimension",
        )
    )


@register(Stack, samples=[Sample([T(2, 3), T(2, 3)]), Sample([T(3), T(3)], dim=1)], method=False)
def stack(tensors: Any, dim: int = 0, *, out: Any = None) -> Any:
    """Join tensors of one shape along a new dimension. PyTorch: ``torch.stack``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.stack([edugrad.ones(2), edugrad.zeros(2)])
    tensor([[1., 1.],
            [0., 0.]])
    """
    parts = tensor_list("stack", tensors)
    shape = parts[0]._array.shape
    for number, part in enumerate(parts):
        if part._array.shape != shape:
            raise RuntimeError(
                teach(
                    f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 "
                    f"and {list(part._array.shape)} at entry {number}",
                    got=f"a list of {len(parts)} tensors of different shapes",
                    mend="bring them to one shape, or join with cat(…)",
                )
            )
    return Stack.apply(*parts, dim=check_dim(dim, len(shape) + 1), out=out)


@register(Unbind, samples=[Sample(T(2, 3)), Sample(T(2, 3), 1)])
def unbind(input: Any, dim: int = 0) -> Any:
    """The parts along ``dim``, without that dimension. PyTorch: ``torch.unbind``."""
    if not input.ndim:
        raise IndexError(
            teach(
                f"Dimension specified as {dim} but tensor has no dimensions",
                got="unbind() of a 0-d tensor",
                mend="use item() for its number",
            )
        )
    axis = check_dim(dim, input.ndim)
    parts: tuple[Tensor, ...] = Unbind.apply(input, dim=axis) if len(input) else ()
    return parts


@register(Split, samples=[Sample(T(5, 2), 2), Sample(T(2, 5), (1, 4), dim=1)])
def split(
    tensor: Any, split_size_or_sections: Any = None, dim: int = 0, *, split_size: Any = None
) -> Any:
    """Neighbouring parts of one size, or of the sizes given, as views.

    PyTorch: ``torch.split``; as a method it calls the sizes ``split_size``.
    """
    wanted = split_size_or_sections if split_size is None else split_size
    if not isinstance(wanted, int):
        return split_with_sizes(tensor, wanted, dim)
    axis = check_dim(dim, tensor.ndim)
    if not tensor.ndim:
        raise RuntimeError(
            teach(
                "split expects at least a 1-dimensional tensor",
                got="a 0-d tensor",
                mend="give it a dimension first: x.reshape(1)",
            )
        )
    return Split.apply(tensor, sizes=_equal_sizes(wanted, tensor.size(axis)), dim=axis)


@register(SplitSizes, samples=[Sample(T(5, 2), [2, 3]), Sample(T(2, 5), (1, 0, 4), dim=-1)])
def split_with_sizes(input: Any, split_sizes: Any, dim: int = 0) -> Any:
    """Neighbouring parts of the given sizes, as views. PyTorch: ``torch.split_with_sizes``."""
    axis = check_dim(dim, input.ndim)
    length, sizes = input._array.shape[axis], tuple(split_sizes)
    rule = None
    if min(sizes, default=0) < 0:
        rule = "split_with_sizes expects split_sizes have only non-negative entries"
    elif sum(sizes) != length:
        rule = f"split_with_sizes expects split_sizes to sum exactly to {length}"
    if rule is not None:
        raise RuntimeError(
            teach(
                f"{rule}, but got split_sizes={list(sizes)}",
                got=f"sizes {list(sizes)}",
                mend=f"their sum is {sum(sizes)}; the dimension has {length}",
            )
        )
    return SplitSizes.apply(input, sizes=sizes, dim=axis)


def _equal_sizes(size: int, length: int) -> tuple[int, ...]:
    if size < 0 or (size == 0 and length):
        raise RuntimeError(
            teach(
                "split expects split_size be non-negative, and 0 only if the dimension size is 0",
                got=f"split_size={size} for a dimension of length {length}",
                mend="give the length of a part, or use chunk(…) to give their number",
            )
        )
    return tuple(min(size, length - start) for start in range(0, length, size or 1)) or (length,)


@register(None, samples=[Sample(T(5, 2), 2), Sample(T(2, 6), 4, dim=1)])
def chunk(input: Any, chunks: int, dim: int = 0) -> Any:
    """At most ``chunks`` neighbouring parts of equal size. PyTorch: ``torch.chunk``."""
    if chunks < 1:
        raise RuntimeError(
            teach(
                "chunk expects `chunks` to be greater than 0",
                got=f"chunks={chunks}",
                mend="give the number of parts",
            )
        )
    if not input.ndim:
        raise RuntimeError(
            teach(
                "chunk expects at least a 1-dimensional tensor",
                got="a 0-d tensor",
                mend="give it a dimension first: x.reshape(1)",
            )
        )
    length = input.size(dim)
    if not length:
        return split_with_sizes(input, [0] * chunks, dim)
    return split(input, -(-length // chunks), dim)


@register(Slice, samples=[Sample(T(4, 3), 0, 1, 2), Sample(T(4, 3), -1, 0, 3)])
def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """``length`` indices from ``start`` on along ``dim``. PyTorch: ``torch.narrow``."""
    if isinstance(start, Tensor):
        start = _start(start)
    axis = check_dim(dim, input.ndim)
    size = input._array.shape[axis] if input.ndim else 0
    first = start + size if start < 0 else start
    error: type[Exception] = RuntimeError
    if not input.ndim:
        rule = "narrow() cannot be applied to a 0-dim tensor."
    elif length < 0:
        rule = "narrow(): length must be non-negative."
    elif not -size <= start <= size:
        error, rule = (
            IndexError,
            f"start out of range (expected to be in range of [{-size}, {size}]",
        )
        rule += f", but got {start})"
    elif first + length > size:
        rule = f"start ({first}) + length ({length}) exceeds dimension size ({size})."
    else:
        return _span(input, axis, first, length)
    raise error(
        teach(
            rule,
            got=f"narrow({dim}, {start}, {length}) of a tensor of shape {tuple(input.shape)}",
            mend="start and length must stay within the dimension",
        )
    )


def _start(tensor: Tensor) -> int:
    if tensor.ndim or tensor.dtype.category != 1:
        raise RuntimeError(
            teach(
                "start must be an 0-dim integral Tensor.",
                got=f"a tensor of {tensor.dtype} and shape {tuple(tensor.shape)}",
                mend="give a whole number, or a tensor of one without dimensions",
            )
        )
    return tensor.item()


def _span(input: Any, axis: int, first: int, length: int) -> Any:
    return Slice.apply(input, index=(slice(None),) * axis + (slice(first, first + length),))


@register(Select, samples=[Sample(T(4, 3), 0, 1), Sample(T(4, 3), 1, -1)])
def select(input: Any, dim: int, index: int) -> Any:
    """The part at ``index`` along ``dim``, without that dimension. PyTorch: ``torch.select``."""
    axis = check_dim(dim, input.ndim)
    size = input._array.shape[axis] if input.ndim else 0
    if input.ndim and -size <= index < size:
        return Select.apply(input, index=(slice(None),) * axis + (int(index),))
    raise IndexError(
        teach(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at "
            f"dimension {axis}"
            if input.ndim
            else "select() cannot be applied to a 0-dim tensor.",
            got=f"select({dim}, {index}) of a tensor of shape {tuple(input.shape)}",
            mend=f"indices of this dimension run from {-size} to {size - 1}",
        )
    )
