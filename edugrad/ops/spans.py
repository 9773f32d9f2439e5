"""The windows of pooling along one dimension: regular ones, and adaptive ones of varying length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import teach
from .sliding import Shape, numbers


class Span:
    """Windows along one dimension.

    Attributes
    ----------
    axis : int
        The dimension, counted from the back.
    size, count : int
        Its length in the input and in the output.
    before, after : int
        How many elements are put around it so that no window leaves it.
    picks : list of slice or array
        For each element of a window, where it lies in the padded dimension, for all windows.
    lengths : array (count,)
        What a mean over each window divides by.
    overlapping : bool
        Whether an element may lie in several windows.
    repeats : bool
        Whether a pick may name an element more than once.
    """

    axis: int
    size: int
    count: int
    before: int
    after: int
    picks: list[Any]
    lengths: np.ndarray
    overlapping: bool
    repeats: bool

    def __repr__(self) -> str:
        return f"dim {self.axis}: {self.size} → {self.count}"

    def padded(self, xp: Any, a: Any, fill: Any) -> Any:
        """The array with ``fill`` put around this dimension."""
        if not self.before and not self.after:
            return a
        shape = list(a.shape)
        shape[self.axis] += self.before + self.after
        result = xp.full(tuple(shape), fill, a.dtype)
        result[self._at(slice(self.before, self.before + self.size))] = a
        return result

    def parts(self, xp: Any, a: Any) -> Any:
        """For each element of the windows, its values in all windows (of a padded array)."""
        for pick in self.picks:
            yield a[self._at(pick if isinstance(pick, slice) else xp.asarray(pick))]

    def total(self, xp: Any, a: Any) -> Any:
        """The sum over each window."""
        result = None
        for part in self.parts(xp, self.padded(xp, a, 0)):
            if result is None:
                result = part.copy()
            else:
                result += part
        return result

    def spread(self, xp: Any, a: Any) -> Any:
        """The transpose of :meth:`total`: each element added to all places of its window."""
        shape = list(a.shape)
        shape[self.axis] = self.before + self.size + self.after
        result = xp.zeros(tuple(shape), a.dtype)
        for pick in self.picks:
            place = self._at(pick if isinstance(pick, slice) else xp.asarray(pick))
            if self.repeats:
                xp.add.at(result, place, a)
            else:
                result[place] += a
        return result[self._at(slice(self.before, self.before + self.size))]

    def _at(self, place: Any) -> tuple[Any, ...]:
        return (..., place, *[slice(None)] * (-1 - self.axis))


def regular(
    axis: int,
    size: int,
    kernel: int,
    stride: int,
    padding: int,
    dilation: int,
    ceil_mode: bool,
    include_padding: bool,
) -> Span:
    """Windows of one length at regular distances."""
    span = Span()
    reach = dilation * (kernel - 1) + 1
    room = size + 2 * padding - reach
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    span.axis, span.size, span.count, span.before = axis, size, count, padding
    last = (count - 1) * stride
    span.after = max(last + reach - size - padding, 0)
    span.picks = [slice(j * dilation, j * dilation + last + 1, stride) for j in range(kernel)]
    start = np.arange(count) * stride - padding
    stop = np.minimum(start + kernel, size + padding)
    span.lengths = stop - start
    if not include_padding:
        span.lengths = np.minimum(stop, size) - np.maximum(start, 0)
    span.overlapping, span.repeats = stride < reach, False
    return span


def adaptive(axis: int, size: int, count: int) -> Span:
    """As many windows as asked for, which cover everything as evenly as possible."""
    span = Span()
    places = np.arange(count)
    start = places * size // max(count, 1)
    stop = -(-(places + 1) * size // max(count, 1))
    span.axis, span.size, span.count = axis, size, count
    span.before, span.after = 0, 1
    longest = int((stop - start).max(initial=0))
    span.picks = [np.where(start + j < stop, start + j, size) for j in range(longest)]
    span.lengths = stop - start
    span.overlapping, span.repeats = bool((start[1:] < stop[:-1]).any()), count > size
    return span


def regular_spans(
    name: str,
    input: Any,
    dims: int,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any = 1,
    ceil_mode: bool = False,
    include_padding: bool = True,
) -> tuple[Span, ...]:
    """The windows along the last ``dims`` dimensions, refused where they are impossible."""
    check_rank(name, input, dims)
    kernel = numbers(name, "kernel_size", kernel_size, dims)
    steps = kernel if stride is None or stride == () else numbers(name, "stride", stride, dims)
    margin = numbers(name, "padding", padding, dims)
    spacing = numbers(name, "dilation", dilation, dims)
    size = input._array.shape[-dims:]
    _check_numbers(kernel, steps, margin, spacing)
    found = tuple(
        regular(
            k - dims,
            size[k],
            kernel[k],
            steps[k],
            margin[k],
            spacing[k],
            ceil_mode,
            include_padding,
        )
        for k in range(dims)
    )
    if any(span.count < 1 for span in found):
        lead = input._array.shape[-dims - 1]
        given = "x".join(map(str, (lead, *size)))
        asked = "x".join(map(str, (lead, *(max(span.count, 0) for span in found))))
        raise RuntimeError(
            teach(
                f"Given input size: ({given}). Calculated output size: ({asked}). Output size is "
                "too small",
                got=f"kernel_size={kernel} on an input of shape {tuple(input.shape)}",
                mend="use a smaller window, or ceil_mode=True",
            )
        )
    return found


def _check_numbers(kernel: Shape, stride: Shape, padding: Shape, dilation: Shape) -> None:
    if min(kernel) < 1:
        rule = f"kernel size should be greater than zero, but got {kernel}"
    elif min(stride) < 1:
        rule = "stride should not be zero" if 0 in stride else "stride should be greater than zero"
    elif min(dilation) < 1:
        rule = f"dilation should be greater than zero, but got dilation: {dilation}"
    elif min(padding) < 0:
        rule = f"pad must be non-negative, but got pad: {min(padding)}"
    else:
        reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        if all(p <= r // 2 for p, r in zip(padding, reach, strict=True)):
            return
        rule = (
            "pad should be at most half of effective kernel size, but got "
            f"pad={max(padding)}, kernel_size={kernel[0]} and dilation={dilation[0]}"
        )
    raise RuntimeError(
        teach(
            rule,
            got=f"kernel_size={kernel}, stride={stride}, padding={padding}, dilation={dilation}",
            mend="a window has at least one element, moves by at least one, and its padding is at "
            "most half of it, so that each window holds an element of the input",
        )
    )


def adaptive_spans(name: str, input: Any, dims: int, output_size: Any) -> tuple[Span, ...]:
    """Windows for a result of a given size; None keeps a dimension's length."""
    several = isinstance(output_size, (tuple, list)) and dims > 1
    if several and len(output_size) >= input.ndim:
        raise ValueError(
            teach(
                f"Input dimension should be at least {len(output_size) + 1}",
                got=f"output_size={output_size} for a tensor of shape {tuple(input.shape)}",
                mend="the dimensions are (batch, channels, …), where the batch may be left out",
            )
        )
    check_rank(name, input, dims)
    size = input._array.shape[-dims:]
    given: Sequence[Any] = (
        [output_size] * dims if isinstance(output_size, int) else list(output_size)
    )
    if len(given) == 1:
        given = [given[0]] * dims
    if len(given) != dims:
        raise RuntimeError(
            teach(
                f"{name}: output_size must be {dims} numbers",
                got=f"output_size={output_size}",
                mend="give one number for all spatial dimensions, or one for each",
            )
        )
    counts = [n if count is None else count for n, count in zip(size, given, strict=True)]
    if min(counts) < 0:
        raise RuntimeError(
            teach(
                f"{name}: elements of output_size must be greater than or equal to 0 but received "
                f"{counts}",
                got=f"output_size={output_size}",
                mend="ask for at least one element",
            )
        )
    return tuple(adaptive(k - dims, size[k], counts[k]) for k in range(dims))


def check_rank(name: str, input: Any, dims: int) -> None:
    """Refuse what is neither (channels, …) nor (batch, channels, …), or has empty dimensions."""
    shape = input._array.shape
    if len(shape) in (dims + 1, dims + 2) and math.prod(shape[1 if len(shape) > dims + 1 else 0 :]):
        return
    raise RuntimeError(
        teach(
            f"{name}(): Expected {dims + 1}D or {dims + 2}D (batch mode) tensor with non-empty "
            f"dimensions, but got {list(shape)}",
            got=f"a tensor of shape {tuple(shape)}",
            mend="the dimensions are (batch, channels, " + ", ".join(["length"] * dims) + "), "
            "where the batch may be left out",
        )
    )
