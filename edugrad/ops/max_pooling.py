"""Max pooling: the largest element of each window, and where it was; putting it back there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from ..layouts import as_images
from .checks import need_floating
from .registry import Sample, T, register
from .sliding import Shape, numbers
from .spans import Span, adaptive_spans, check_rank, regular_spans

FUNCTIONAL = "edugrad.nn.functional"
Spans = tuple[Span, ...]


class MaxPool(Op):
    """The largest element of each window, the first of equals."""

    op_name = "max_pool2d"
    joined = (0,)
    node_name = "MaxPool2DWithIndicesBackward0"
    formula = "max a over each window"
    derivatives = ("grad at the largest",)

    @staticmethod
    def forward(ctx: Any, a: Any, spans: Spans, indices: bool) -> Any:
        ctx.size = a.shape[-len(spans) :]
        if not indices and not ctx.needs_input_grad[0]:
            return as_images(_largest(ctx.xp, a, spans), a)
        values, places = _largest_and_places(ctx.xp, a, spans)
        ctx.save_for_backward(places)
        values = as_images(values, a)
        return (values, as_images(places.copy(), a)) if indices else values

    @staticmethod
    def backward(ctx: Any, grad: Any, _: Any = None) -> Any:
        (places,) = ctx.saved_tensors
        adds = any(span.overlapping for span in ctx.params["spans"])
        return Unpool.apply(grad, places, size=ctx.size, adds=adds)


class AdaptiveMaxPool(MaxPool):
    """The largest element of each of as many windows as asked for."""

    op_name = "adaptive_max_pool2d"
    node_name = "AdaptiveMaxPool2DBackward0"


class Unpool(Op):
    """Zeros with elements put at places of their plane, or added there."""

    op_name = "max_unpool2d"
    node_name = "MaxUnpool2DBackward0"
    formula = "a at places, 0 elsewhere"
    derivatives = ("grad at places", "")
    symbols = ("a", "places")
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, places: Any, size: Shape, adds: bool) -> Any:
        ctx.save_for_backward(places)
        lead = a.shape[: -len(size)]
        result = ctx.xp.zeros((*lead, *size), a.dtype)
        flat, where = result.reshape(-1), _flat_places(ctx.xp, places, size)
        if adds:
            ctx.xp.add.at(flat, where, a.reshape(-1))
        else:
            flat[where] = a.reshape(-1)
        return as_images(result, a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (places,) = ctx.saved_tensors
        return PickPlaces.apply(grad, places, **ctx.params), None


class PickPlaces(Op):
    """The elements at places of their plane: the reverse of unpooling."""

    op_name = "max_unpool2d_backward"
    formula = "a at places"
    derivatives = ("grad at places, 0 elsewhere", "")
    symbols = ("a", "places")
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, places: Any, size: Shape, adds: bool) -> Any:
        ctx.save_for_backward(places)
        return a.reshape(-1)[_flat_places(ctx.xp, places, size)].reshape(places.shape)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (places,) = ctx.saved_tensors
        return Unpool.apply(grad, places, **ctx.params), None


def _flat_places(xp: Any, places: Any, size: Shape) -> Any:
    """Places within each plane as places in all planes one after the other."""
    planes = math.prod(places.shape[: -len(size)])
    start = xp.arange(planes).reshape(-1, 1) * math.prod(size)
    return (places.reshape(planes, math.prod(places.shape[-len(size) :])) + start).reshape(-1)


def _lowest(a: Any) -> Any:
    return -math.inf if a.dtype.kind == "f" else np.iinfo(np.dtype(a.dtype)).min


def _largest(xp: Any, a: Any, spans: Spans) -> Any:
    for span in reversed(spans):
        parts = span.parts(xp, span.padded(xp, a, _lowest(a)))
        a = next(parts).copy()
        for part in parts:
            a = xp.maximum(a, part)
    return a


def _largest_and_places(xp: Any, a: Any, spans: Spans) -> tuple[Any, Any]:
    """One dimension after the other, the last first, carrying each element's place along."""
    size = a.shape[-len(spans) :]
    places = xp.arange(math.prod(size)).reshape((1,) * (a.ndim - len(size)) + size)
    for span in reversed(spans):
        values = span.parts(xp, span.padded(xp, a, _lowest(a)))
        numbered = span.parts(xp, span.padded(xp, places, -1))
        a, places = next(values), next(numbered)
        for value, place in zip(values, numbered, strict=True):
            better = (value > a) | (value != value)
            if span.before or span.after:
                better |= places < 0
            a, places = xp.where(better, value, a), xp.where(better, place, places)
    return a.copy(), xp.maximum(xp.broadcast_to(places, a.shape), 0)


def _regular(
    dims: int,
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    spans = regular_spans(
        f"max_pool{dims}d", input, dims, kernel_size, stride, padding, dilation, ceil_mode
    )
    return MaxPool.apply(input, spans=spans, indices=return_indices)


@register(
    MaxPool,
    samples=[
        Sample(T(2, 3, 6, distinct=True), 2),
        Sample(T(2, 2, 9, distinct=True), 3, 2, 1, 2, True, True),
        Sample(T(3, 7, distinct=True), kernel_size=3, stride=1, return_indices=True),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """:func:`max_pool2d` along one dimension. PyTorch: ``torch.nn.functional.max_pool1d``."""
    need_floating("max_pool1d_impl", input)
    (kernel,), (margin,) = (numbers("max_pool1d", "", each, 1) for each in (kernel_size, padding))
    if not return_indices and margin > kernel // 2:
        raise RuntimeError(
            teach(
                "max_pool1d() padding should be at most half of kernel size, but got "
                f"padding={margin} and kernel_size={kernel}",
                got=f"padding={padding} and kernel_size={kernel_size}",
                mend="use less padding, so that each window holds an element of the input",
            )
        )
    return _regular(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@register(
    MaxPool,
    samples=[
        Sample(T(2, 3, 4, 6, distinct=True), 2),
        Sample(T(1, 2, 7, 6, distinct=True), (3, 2), stride=(2, 1), padding=1),
        Sample(T(1, 2, 7, 8, distinct=True), 3, 2, 1, 2, True),
        Sample(T(1, 2, 6, 5, distinct=True), 3, 2, ceil_mode=True, return_indices=True),
        Sample(T(2, 6, 5, distinct=True), 3, 1),
        Sample(T(1, 1, 5, 5, kind="int"), 2, 1),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, height, width)
        Or of one image, without the batch.
    kernel_size : int or pair
        The window's size.
    stride : int or pair, optional
        How far it moves; its size unless given, so that windows do not overlap.
    padding : int or pair
        Added on each side, never chosen.
    dilation : int or pair
        The distance between a window's elements.
    ceil_mode : bool
        Also take the last window, which is not full.
    return_indices : bool
        Also return where in its plane each element was, as :func:`max_unpool2d` takes it.

    Raises
    ------
    RuntimeError
        If no window fits, or the padding is more than half of it.

    Examples
    --------
    >>> import edugrad
    >>> image = edugrad.arange(16.0).reshape(1, 1, 4, 4)
    >>> edugrad.nn.functional.max_pool2d(image, 2)
    tensor([[[[ 5.,  7.],
              [13., 15.]]]])

    Notes
    -----
    PyTorch: ``torch.nn.functional.max_pool2d``.
    """
    return _regular(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@register(
    MaxPool,
    samples=[Sample(T(1, 2, 4, 3, 4, distinct=True), (2, 1, 2), 1, return_indices=True)],
    method=False,
    namespace=FUNCTIONAL,
)
def max_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """:func:`max_pool2d` along three dimensions. PyTorch: ``torch.nn.functional.max_pool3d``."""
    return _regular(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _adaptive(dims: int, input: Any, output_size: Any, return_indices: bool) -> Any:
    name = f"adaptive_max_pool{dims}d"
    spans = adaptive_spans(name, input, dims, output_size)
    need_floating(name, input)
    return AdaptiveMaxPool.apply(input, spans=spans, indices=return_indices)


@register(
    AdaptiveMaxPool,
    samples=[
        Sample(T(2, 3, 7, distinct=True), 3),
        Sample(T(3, 5, distinct=True), output_size=2, return_indices=True),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest elements of ``output_size`` windows that cover everything.

    Notes
    -----
    PyTorch: ``torch.nn.functional.adaptive_max_pool1d``.
    """
    return _adaptive(1, input, output_size, return_indices)


@register(
    AdaptiveMaxPool,
    samples=[
        Sample(T(2, 3, 5, 7, distinct=True), (2, 3)),
        Sample(T(1, 2, 5, 4, distinct=True), (None, 3), return_indices=True),
        Sample(T(2, 4, 4, distinct=True), 2),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest elements of as many windows as asked for, which cover the image evenly.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, height, width)
    output_size : int or pair
        The result's height and width; None keeps a length.
    return_indices : bool
        Also return where in its plane each element was.

    Notes
    -----
    PyTorch: ``torch.nn.functional.adaptive_max_pool2d``.
    """
    return _adaptive(2, input, output_size, return_indices)


@register(
    AdaptiveMaxPool,
    samples=[Sample(T(1, 2, 4, 3, 5, distinct=True), (2, 3, 2), return_indices=True)],
    method=False,
    namespace=FUNCTIONAL,
)
def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """:func:`adaptive_max_pool2d` along three dimensions.

    Notes
    -----
    PyTorch: ``torch.nn.functional.adaptive_max_pool3d``.
    """
    return _adaptive(3, input, output_size, return_indices)


def _unpool(
    dims: int,
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    output_size: Any,
) -> Any:
    name = f"max_unpool{dims}d"
    check_rank(name, input, dims)
    kernel = numbers(name, "kernel_size", kernel_size, dims)
    steps = kernel if stride is None else numbers(name, "stride", stride, dims)
    margin = numbers(name, "padding", padding, dims)
    least = [
        (n - 1) * s - 2 * p + k
        for n, s, p, k in zip(input._array.shape[-dims:], steps, margin, kernel, strict=True)
    ]
    size = tuple(least) if output_size is None else tuple(output_size)[-dims:]
    if any(abs(n - m) >= s for n, m, s in zip(size, least, steps, strict=True)):
        raise ValueError(
            teach(
                f"invalid output_size {list(size)} (each length must be within a stride of "
                f"{least})",
                got=f"output_size={tuple(output_size)}",
                mend="give the size of what was pooled",
            )
        )
    _check_indices(input, indices, size)
    return Unpool.apply(input, indices, size=size, adds=False)


def _check_indices(input: Any, indices: Any, size: Shape) -> None:
    low, high = (int(indices.min()), int(indices.max())) if indices.numel() else (0, 0)
    if indices._array.dtype != np.int64:
        rule = f"elements in indices should be type int64 but got: {indices.dtype.name}"
    elif indices._array.shape != input._array.shape:
        rule = (
            f"Expected shape of indices to be same as that of the input tensor "
            f"({list(input.shape)}) but got indices tensor with shape: {list(indices.shape)}"
        )
    elif low < 0 or high >= math.prod(size):
        rule = (
            f"Found an invalid max index: {low if low < 0 else high} (output volumes are of size "
            f"{'x'.join(map(str, size))})"
        )
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"indices of shape {tuple(indices.shape)} from {low} to {high}",
            mend="pass the indices that max pooling with return_indices=True gave",
        )
    )


@register(
    Unpool,
    samples=[Sample(T(3, 1, 1), T(3, 1, 1, kind="int", low=0, high=2), 2)],
    method=False,
    namespace=FUNCTIONAL,
)
def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Any:
    """:func:`max_unpool2d` along one dimension. PyTorch: ``torch.nn.functional.max_unpool1d``."""
    return _unpool(1, input, indices, kernel_size, stride, padding, output_size)


@register(
    Unpool,
    samples=[
        Sample(T(2, 1, 1, 1), T(2, 1, 1, 1, kind="int", low=0, high=4), 2),
        Sample(
            T(1, 2, 1, 1),
            T(1, 2, 1, 1, kind="int", low=0, high=4),
            kernel_size=3,
            stride=2,
            padding=1,
            output_size=(2, 2),
        ),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Any:
    """Put the elements that :func:`max_pool2d` chose back to where they were, zeros elsewhere.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, height, width)
    indices : Tensor of int64
        Of the same shape: what ``max_pool2d(…, return_indices=True)`` returned.
    kernel_size, stride, padding
        Those of the pooling.
    output_size : sequence of int, optional
        The size of what was pooled, where several give the same result.

    Raises
    ------
    RuntimeError
        If an index lies outside of the plane.
    ValueError
        If no pooling takes ``output_size`` to the input's size.

    Notes
    -----
    PyTorch: ``torch.nn.functional.max_unpool2d``.
    """
    return _unpool(2, input, indices, kernel_size, stride, padding, output_size)
