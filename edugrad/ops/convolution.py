"""Convolution, its transpose, and the gradient of its kernel: three sides of one product.

With an image x, a kernel w and a result y, all three are what is left of
``Σ y · (x convolved with w)`` when one of the three is taken out, so each is the derivative of the
others, to any order. Each is a matrix product of the kernel with the image's columns (im2col and
GEMM), some images at a time so that the columns stay in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ..autograd.function import Op
from .sliding import Shape, Window, columns, image

BLOCK_BYTES = {"numpy": 4 << 20}
BLOCK_BYTES_ON_GPU = 256 << 20


def _blocks(xp: Any, count: int, each: int) -> Iterator[slice]:
    """Parts of a batch whose columns, of ``each`` bytes an image, fit in the cache together."""
    room = BLOCK_BYTES.get(xp.__name__, BLOCK_BYTES_ON_GPU)
    step = max(1, room // max(each, 1))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def _column_blocks(
    xp: Any, x: Any, window: Window, places: Shape, groups: int
) -> Iterator[tuple[slice, Any]]:
    """The columns of parts of a batch, as (n, groups, kernel elements, places) in one buffer."""
    count, channels = x.shape[:2]
    rows, length = channels * math.prod(window.kernel), math.prod(places)
    buffer = None
    for part in _blocks(xp, count, rows * length * x.itemsize):
        if buffer is None and not window.trivial:
            buffer = xp.empty((part.stop - part.start, rows, length), x.dtype)
        out = None if buffer is None else buffer[: part.stop - part.start]
        found = columns(xp, x[part], window, places, out)
        yield part, found.reshape(-1, groups, rows // groups, length)


def _grouped(weight: Any, groups: int) -> Any:
    """A kernel (out, in / groups, *kernel) as (groups, out / groups, kernel elements)."""
    return weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))


def _with_bias(result: Any, bias: Any, dims: int) -> Any:
    if bias is not None:
        result += bias.reshape(-1, *[1] * dims)
    return result


def _bias_gradient(ctx: Any, grad: Any) -> Any:
    return grad.sum((0, *range(2, grad.ndim))) if ctx.needs_input_grad[2] else None


class Convolution(Op):
    """A kernel slid over an image: the sum of products at each place."""

    op_name = "convolution"
    joined = (0, 1)
    formula = "y = x ∗ w + b"
    derivatives = ("grad ∗ᵀ w", "x ∗ grad", "Σ grad")
    symbols = ("x", "w", "b")

    @staticmethod
    def forward(
        ctx: Any, x: Any, weight: Any, bias: Any, window: Window, groups: int, places: Shape
    ) -> Any:
        need_x, need_weight, _ = ctx.needs_input_grad
        ctx.save_for_backward(x if need_weight else None, weight if need_x else None)
        ctx.size = x.shape[2:]
        xp, kernel = ctx.xp, _grouped(weight, groups)
        result = xp.empty((x.shape[0], *kernel.shape[:2], math.prod(places)), x.dtype)
        for part, found in _column_blocks(xp, x, window, places, groups):
            xp.matmul(kernel, found, out=result[part])
        result = result.reshape(x.shape[0], weight.shape[0], *places)
        return _with_bias(result, bias, len(places))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        x, weight = ctx.saved_tensors
        need_x, need_weight, _ = ctx.needs_input_grad
        params = ctx.params
        return (
            TransposedConvolution.apply(grad, weight, None, size=ctx.size, **_shared(params))
            if need_x
            else None,
            KernelGradient.apply(x, grad, **_shared(params)) if need_weight else None,
            _bias_gradient(ctx, grad),
        )


class TransposedConvolution(Op):
    """A convolution's columns put back: each element spread over where its kernel lay."""

    op_name = "conv_transpose"
    joined = (0, 1)
    node_name = "ConvolutionBackward0"
    formula = "x = y ∗ᵀ w + b"
    derivatives = ("grad ∗ w", "grad ∗ y", "Σ grad")
    symbols = ("y", "w", "b")

    @staticmethod
    def forward(
        ctx: Any, y: Any, weight: Any, bias: Any, window: Window, groups: int, size: Shape
    ) -> Any:
        need_y, need_weight, _ = ctx.needs_input_grad
        ctx.save_for_backward(y if need_weight else None, weight if need_y else None)
        ctx.places = places = y.shape[2:]
        xp, count, length = ctx.xp, y.shape[0], math.prod(places)
        kernel = _grouped(weight, groups).swapaxes(1, 2)
        channels, rows = groups * weight.shape[1], math.prod(window.kernel)
        result = xp.empty((count, channels, *size), y.dtype)
        split = y.reshape(count, groups, weight.shape[0] // groups, length)
        for part in _blocks(xp, count, channels * rows * length * y.itemsize):
            spread = xp.matmul(kernel, split[part]).reshape(-1, channels, rows, length)
            result[part] = image(xp, spread, window, places, size)
        return _with_bias(result, bias, len(size))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        y, weight = ctx.saved_tensors
        need_y, need_weight, _ = ctx.needs_input_grad
        params = ctx.params
        return (
            Convolution.apply(grad, weight, None, places=ctx.places, **_shared(params))
            if need_y
            else None,
            KernelGradient.apply(grad, y, **_shared(params)) if need_weight else None,
            _bias_gradient(ctx, grad),
        )


class KernelGradient(Op):
    """The products of an image's columns with a convolution's result, summed over the places."""

    op_name = "convolution_weight"
    node_name = "ConvolutionBackwardBackward0"
    formula = "w = x ∗ y"
    derivatives = ("y ∗ᵀ grad", "x ∗ grad")
    symbols = ("x", "y")

    @staticmethod
    def forward(ctx: Any, x: Any, y: Any, window: Window, groups: int) -> Any:
        need_x, need_y = ctx.needs_input_grad
        ctx.save_for_backward(x if need_y else None, y if need_x else None)
        ctx.size, ctx.places = x.shape[2:], y.shape[2:]
        xp, outs = ctx.xp, y.shape[1]
        split = y.reshape(y.shape[0], groups, outs // groups, math.prod(ctx.places))
        rows = x.shape[1] // groups * math.prod(window.kernel)
        total = xp.zeros((groups, outs // groups, rows), x.dtype)
        for part, found in _column_blocks(xp, x, window, ctx.places, groups):
            total += xp.matmul(split[part], found.swapaxes(-1, -2)).sum(0)
        return total.reshape(outs, x.shape[1] // groups, *window.kernel)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        x, y = ctx.saved_tensors
        need_x, need_y = ctx.needs_input_grad
        params = ctx.params
        return (
            TransposedConvolution.apply(y, grad, None, size=ctx.size, **params) if need_x else None,
            Convolution.apply(x, grad, None, places=ctx.places, **params) if need_y else None,
        )


def _shared(params: dict[str, Any]) -> dict[str, Any]:
    return {"window": params["window"], "groups": params["groups"]}


class Unfold(Op):
    """What lies under each place of a window, as columns."""

    op_name = "im2col"
    node_name = "Im2ColBackward0"
    formula = "columns of a"
    derivatives = ("grad added back",)

    @staticmethod
    def forward(ctx: Any, a: Any, window: Window, places: Shape) -> Any:
        ctx.size = a.shape[2:]
        found = columns(ctx.xp, a, window, places)
        result = found.reshape(a.shape[0], found.shape[1] * found.shape[2], found.shape[3])
        return result.copy() if window.trivial else result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Fold.apply(grad, size=ctx.size, **ctx.params)


class Fold(Op):
    """Columns added up where they came from: the reverse of unfolding."""

    op_name = "col2im"
    node_name = "Col2ImBackward0"
    formula = "Σ of columns at their places"
    derivatives = ("columns of grad",)

    @staticmethod
    def forward(ctx: Any, a: Any, window: Window, places: Shape, size: Shape) -> Any:
        kernel = math.prod(window.kernel)
        split = a.reshape(a.shape[0], a.shape[1] // kernel, kernel, a.shape[2])
        return image(ctx.xp, split, window, places, size).copy()

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        params = ctx.params
        return Unfold.apply(grad, window=params["window"], places=params["places"])
