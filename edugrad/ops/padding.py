"""Padding: more elements at the ends of dimensions, or fewer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from .registry import Sample, T, register
from .resampling import Resample, Table

Sides = tuple[tuple[int, int], ...]


class ConstantPad(Op):
    """A value put around a tensor; negative numbers of elements take some away."""

    op_name = "constant_pad_nd"
    formula = "a, surrounded by value"
    derivatives = ("grad without the padding",)

    @staticmethod
    def forward(ctx: Any, a: Any, sides: Sides, value: float) -> Any:
        shape = tuple(n + sum(pair) for n, pair in zip(a.shape, sides, strict=True))
        result = ctx.xp.full(shape, value, a.dtype)
        inner = tuple(
            slice(max(before, 0), n - max(after, 0))
            for n, (before, after) in zip(shape, sides, strict=True)
        )
        source = tuple(
            slice(max(-before, 0), n - max(-after, 0))
            for n, (before, after) in zip(a.shape, sides, strict=True)
        )
        result[inner] = a[source]
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        back = tuple((-before, -after) for before, after in ctx.params["sides"])
        return ConstantPad.apply(grad, sides=back, value=0)


class ReflectionPad(Resample):
    """A tensor continued by its mirror image."""

    op_name = "reflection_pad"
    joined = (0,)
    node_name = "ReflectionPad2DBackward0"


class ReplicationPad(Resample):
    """A tensor continued by its outermost elements."""

    op_name = "replication_pad"
    joined = (0,)
    node_name = "ReplicationPad2DBackward0"


class CircularPad(Resample):
    """A tensor continued by itself from the other end."""

    op_name = "circular_pad"
    node_name = "CircularPadBackward0"


MODES: dict[str, tuple[type[Op], Callable[[np.ndarray, int], np.ndarray]]] = {
    "reflect": (ReflectionPad, lambda at, n: n - 1 - np.abs(n - 1 - np.abs(at))),
    "replicate": (ReplicationPad, lambda at, n: at.clip(0, n - 1)),
    "circular": (CircularPad, lambda at, n: at % n),
}


def _sides(pad: Sequence[int], ndim: int) -> Sides:
    """Pairs for all dimensions from a flat list that begins with the last one."""
    if len(pad) % 2 or len(pad) // 2 > ndim:
        rule = "must be divisible by 2" if len(pad) % 2 else "is too large"
        raise RuntimeError(
            teach(
                f"Padding length {rule}",
                got=f"pad={list(pad)} for a tensor of {ndim} dimensions",
                mend="pad lists (before, after) for the last dimension, then for the one before it",
            )
        )
    pairs = [(int(pad[k]), int(pad[k + 1])) for k in range(0, len(pad), 2)]
    return ((0, 0),) * (ndim - len(pairs)) + tuple(reversed(pairs))


def constant_pad(input: Any, pad: Sequence[int], value: float = 0) -> Any:
    """:func:`pad` in mode "constant"."""
    sides = _sides(pad, input.ndim)
    for axis, (pair, length) in enumerate(zip(sides, input._array.shape, strict=True)):
        if length + sum(pair) < 0:
            raise RuntimeError(
                teach(
                    f"The input size {length}, plus negative padding {pair[0]} and {pair[1]}, "
                    f"resulted in a negative output size, which is invalid. Check dimension {axis} "
                    "of your input.",
                    got=f"pad={list(pad)} for shape {tuple(input.shape)}",
                    mend="take away no more elements than there are",
                )
            )
    return ConstantPad.apply(input, sides=sides, value=value)


def _check_other(input: Any, pad: Sequence[int], mode: str, value: Any) -> None:
    """Refuse what the modes that continue a tensor by itself cannot do."""
    if mode not in MODES:
        raise NotImplementedError(
            teach(
                f"Unrecognised padding mode {mode}",
                got=f"mode={mode!r}",
                mend='use "constant", "reflect", "replicate" or "circular"',
            )
        )
    if value is not None and value != 0:
        raise RuntimeError(
            teach(
                f'Padding mode "{mode}" doesn\'t take in value argument',
                got=f"value={value}",
                mend='only mode="constant" fills with a value',
            )
        )
    dims = len(pad) // 2
    if len(pad) % 2 or dims not in (1, 2, 3) or input.ndim not in (dims + 1, dims + 2):
        raise NotImplementedError(
            teach(
                "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now",
                got=f"pad={list(pad)} for a tensor of {input.ndim} dimensions",
                mend="give two numbers for each spatial dimension of (batch, channels, …), where "
                "the batch may be left out",
            )
        )


def _check_reach(input: Any, sides: Sides, mode: str) -> None:
    """Refuse to continue a tensor further than it reaches, or to leave nothing of it."""
    for axis, (pair, length) in enumerate(zip(sides, input._array.shape, strict=True)):
        if mode == "reflect" and axis and max(pair) >= length:
            rule = (
                "Padding size should be less than the corresponding input dimension, but got: "
                f"padding {pair} at dimension {axis} of input {list(input.shape)}"
            )
        elif mode == "circular" and max(pair) > length + min(*pair, 0):
            rule = "Padding value causes wrapping around more than once."
        elif length + sum(pair) < 0:
            rule = "Negative padding value is resulting in an empty dimension."
        else:
            continue
        raise RuntimeError(
            teach(
                rule,
                got=f"padding {pair} of a dimension of length {length}",
                mend="pad by fewer elements than there are",
            )
        )


@register(
    ConstantPad,
    samples=[
        Sample(T(2, 3), (1, 2)),
        Sample(T(2, 3, 4), [1, 0, 2, 1], "constant", 2.5),
        Sample(T(3, 4), (-1, 2, 0, -1), value=1.0),
        Sample(T(3), (0, 0)),
        Sample(T(2, 5), (2, 1), mode="reflect"),
        Sample(T(2, 2, 4, 5), (2, 1, 0, 3), mode="reflect"),
        Sample(T(2, 4, 5), (2, -1, 3, 3), mode="replicate"),
        Sample(T(1, 2, 4, 5), (5, 1, 0, 4), mode="circular"),
        Sample(T(2, 3, 4), (2, -1), mode="circular"),
        Sample(T(2, 3, 5), (-2, 1), mode="reflect"),
        Sample(T(1, 2, 3, 2, 3), (1, 1, 0, 1, 2, 0), mode="replicate"),
    ],
    method=False,
    namespace="edugrad.nn.functional",
)
def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """Add elements before and after dimensions, or take some away.

    Parameters
    ----------
    input : Tensor
    pad : sequence of int
        (before, after) of the last dimension, then of the one before it, and so on. Negative
        numbers take elements away.
    mode : "constant", "reflect", "replicate" or "circular"
        Fill with ``value``, or continue the tensor by its mirror image, its outermost elements, or
        itself from the other end. The last three take (batch, channels, …) tensors and pad all
        dimensions after the channels.
    value : float, optional
        What to fill with, 0 unless given.

    Raises
    ------
    RuntimeError
        If the numbers do not fit the tensor.
    NotImplementedError
        If there is no such mode, or the mode does not take such a tensor.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.functional.pad(edugrad.tensor([[1, 2, 3]]), (1, 2))
    tensor([[0, 1, 2, 3, 0, 0]])

    Notes
    -----
    PyTorch: ``torch.nn.functional.pad``.
    """
    if mode == "constant":
        return constant_pad(input, pad, 0 if value is None else value)
    _check_other(input, pad, mode, value)
    sides = _sides(pad, input.ndim)
    _check_reach(input, sides, mode)
    tables = []
    for axis, (pair, length) in enumerate(zip(sides, input._array.shape, strict=True)):
        if any(pair):
            tables.append(_table(axis, length, pair, mode))
    return MODES[mode][0].apply(input, tables=tuple(tables)) if tables else input.clone()


def _table(axis: int, length: int, pair: tuple[int, int], mode: str) -> Table:
    """Which element each place reads; what goes round does so after elements were taken away."""
    before, after = pair
    start, stop = 0, length
    if mode == "circular":
        start, stop = max(-before, 0), length - max(-after, 0)
        before, after = max(before, 0), max(after, 0)
    kept = stop - start
    places = MODES[mode][1](np.arange(-before, kept + after), kept)
    return Table(axis, length, start + places[None])
