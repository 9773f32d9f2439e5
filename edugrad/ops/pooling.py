"""Average pooling: the mean of each window."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from .checks import need_floating
from .registry import Sample, T, register
from .sliding import numbers
from .spans import Span, adaptive_spans, regular_spans

FUNCTIONAL = "edugrad.nn.functional"
Spans = tuple[Span, ...]


class AvgPool(Op):
    """The mean of each window."""

    op_name = "avg_pool2d"
    joined = (0,)
    node_name = "AvgPool2DBackward0"
    formula = "Σ a / n over each window"
    derivatives = ("grad / n, spread over its window",)

    @staticmethod
    def forward(ctx: Any, a: Any, spans: Spans, divisor: int | None) -> Any:
        for span in reversed(spans):
            a = span.total(ctx.xp, a)
        if a.dtype.kind == "f":
            return a / _divisor(ctx.xp, a, spans, divisor)
        quotient = a / _divisor(ctx.xp, a.astype("float64"), spans, divisor)
        return ctx.xp.trunc(quotient).astype(a.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return AvgPoolBack.apply(grad, **ctx.params)


class AdaptiveAvgPool(AvgPool):
    """The mean of each of as many windows as asked for."""

    op_name = "adaptive_avg_pool2d"
    node_name = "AdaptiveAvgPool2DBackward0"


class AvgPoolBack(Op):
    """Each element spread over its window, in equal parts: the transpose of average pooling."""

    op_name = "avg_pool2d_backward"
    formula = "a / n, spread over its window"
    derivatives = ("Σ grad / n over each window",)

    @staticmethod
    def forward(ctx: Any, a: Any, spans: Spans, divisor: int | None) -> Any:
        a = a / _divisor(ctx.xp, a, spans, divisor)
        for span in spans:
            a = span.spread(ctx.xp, a)
        return a

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return AvgPool.apply(grad, **ctx.params)


def _divisor(xp: Any, a: Any, spans: Spans, divisor: int | None) -> Any:
    """How many elements the windows hold: a number if all hold as many, else an array."""
    if divisor is not None:
        return divisor
    if all((span.lengths == span.lengths[:1]).all() for span in spans):
        return math.prod(int(span.lengths[0]) if span.count else 1 for span in spans)
    grid = reduce(np.multiply, np.ix_(*[span.lengths for span in spans]))
    return xp.asarray(grid.astype(a.dtype))


def _average(
    dims: int,
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None = None,
) -> Any:
    if divisor_override == 0:
        raise RuntimeError(
            teach(
                "divisor must be not zero",
                got="divisor_override=0",
                mend="leave it away to divide by the number of elements",
            )
        )
    spans = regular_spans(
        f"avg_pool{dims}d",
        input,
        dims,
        kernel_size,
        stride,
        padding,
        ceil_mode=ceil_mode,
        include_padding=count_include_pad,
    )
    return AvgPool.apply(input, spans=spans, divisor=divisor_override)


@register(
    AvgPool,
    samples=[
        Sample(T(2, 3, 6), 2),
        Sample(T(2, 3, 6), 3, 2, 1, True, False),
        Sample(T(3, 7), kernel_size=(3,), stride=2, padding=1, ceil_mode=True),
    ],
    method=False,
)
def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """:func:`avg_pool2d` along one dimension. PyTorch: ``torch.nn.functional.avg_pool1d``."""
    return _average(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


@register(
    AvgPool,
    samples=[
        Sample(T(2, 3, 4, 6), 2),
        Sample(T(1, 2, 5, 7), (3, 2), stride=(2, 3), padding=1),
        Sample(T(1, 2, 5, 7), 3, 2, 1, ceil_mode=True, count_include_pad=False),
        Sample(T(2, 6, 5), 3, stride=2, ceil_mode=True, divisor_override=5),
    ],
    method=False,
    namespace=FUNCTIONAL,
    out=True,
)
def avg_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The mean of each window.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, height, width)
        Or of one image, without the batch.
    kernel_size : int or pair
        The window's size.
    stride : int or pair, optional
        How far it moves; its size unless given, so that windows do not overlap.
    padding : int or pair
        Zeros added on each side.
    ceil_mode : bool
        Also take the last window, which is not full.
    count_include_pad : bool
        Whether the mean counts the zeros of the padding.
    divisor_override : int, optional
        Divide by this instead of the number of elements.

    Raises
    ------
    RuntimeError
        If no window fits, or the padding is more than half of it.

    Notes
    -----
    PyTorch: ``torch.nn.functional.avg_pool2d``.
    """
    return _average(
        2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


@register(
    AvgPool,
    samples=[Sample(T(1, 2, 4, 3, 4), (2, 1, 2)), Sample(T(2, 3, 3, 4), 2, 1, 1, False, False)],
    method=False,
    namespace=FUNCTIONAL,
    out=True,
)
def avg_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """:func:`avg_pool2d` along three dimensions. PyTorch: ``torch.nn.functional.avg_pool3d``."""
    return _average(
        3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def _adaptive(dims: int, input: Any, output_size: Any) -> Any:
    name = f"adaptive_avg_pool{dims}d"
    spans = adaptive_spans(name, input, dims, output_size)
    need_floating(name, input)
    if all(span.count == 1 for span in spans):
        return input.mean(tuple(range(-dims, 0)), keepdim=True)
    return AdaptiveAvgPool.apply(input, spans=spans, divisor=None)


@register(
    AdaptiveAvgPool,
    samples=[Sample(T(2, 3, 7), 3), Sample(T(3, 4), output_size=1), Sample(T(1, 2, 3), 5)],
    method=False,
)
def adaptive_avg_pool1d(input: Any, output_size: Any) -> Any:
    """The means of ``output_size`` windows that cover everything.

    Notes
    -----
    PyTorch: ``torch.nn.functional.adaptive_avg_pool1d``.
    """
    return _adaptive(1, input, output_size)


@register(
    AdaptiveAvgPool,
    samples=[
        Sample(T(2, 3, 5, 7), (2, 3)),
        Sample(T(1, 2, 5, 4), (None, 3)),
        Sample(T(2, 3, 4), 1),
        Sample(T(1, 2, 4, 4), output_size=2),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """The means of as many windows as asked for, which cover the image as evenly as possible.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, height, width)
    output_size : int or pair
        The result's height and width; None keeps a length.

    Notes
    -----
    PyTorch: ``torch.nn.functional.adaptive_avg_pool2d``.
    """
    return _adaptive(2, input, output_size)


@register(
    AdaptiveAvgPool,
    samples=[Sample(T(1, 2, 4, 3, 5), (2, 3, 2))],
    method=False,
    namespace=FUNCTIONAL,
)
def adaptive_avg_pool3d(input: Any, output_size: Any) -> Any:
    """:func:`adaptive_avg_pool2d` along three dimensions.

    Notes
    -----
    PyTorch: ``torch.nn.functional.adaptive_avg_pool3d``.
    """
    return _adaptive(3, input, output_size)


def _power(dims: int, input: Any, norm: float, kernel: Any, stride: Any, ceil_mode: bool) -> Any:
    means = _average(dims, input.pow(norm), kernel, stride, 0, ceil_mode, True)
    count = math.prod(numbers(f"lp_pool{dims}d", "kernel_size", kernel, dims))
    return (means.sign() * means.abs().relu()).mul(count).pow(1.0 / norm)


@register(
    None,
    samples=[Sample(T(2, 3, 6, low=0.2), 2, 3), Sample(T(2, 3, 7, low=0.2), 3.0, 2, 3, True)],
    method=False,
    namespace=FUNCTIONAL,
)
def lp_pool1d(
    input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """The root of the sum of powers in each window. PyTorch: ``torch.nn.functional.lp_pool1d``."""
    return _power(1, input, norm_type, kernel_size, stride, ceil_mode)


@register(
    None,
    samples=[Sample(T(1, 2, 4, 6, low=0.2), 2, 2), Sample(T(2, 5, 4, low=0.2), 3, (2, 1), 2)],
    method=False,
    namespace=FUNCTIONAL,
)
def lp_pool2d(
    input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """The root of the sum of powers in each window. PyTorch: ``torch.nn.functional.lp_pool2d``."""
    return _power(2, input, norm_type, kernel_size, stride, ceil_mode)
