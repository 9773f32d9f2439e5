"""Sliding windows: their geometry, and the ways from an image to columns and back.

``columns`` copies what lies under each place of a kernel into a column, so that a convolution is
one matrix product; ``image`` adds columns back to where they came from. Each is the other's
transpose.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import teach

Shape = tuple[int, ...]


class Window(NamedTuple):
    """How a kernel slides: a number for each spatial dimension."""

    kernel: Shape
    stride: Shape
    padding: Shape
    dilation: Shape

    def reach(self, axis: int) -> int:
        """The length that the kernel covers."""
        return self.dilation[axis] * (self.kernel[axis] - 1) + 1

    def places(self, size: Shape) -> Shape:
        """How many places the kernel takes on an image of ``size``."""
        return tuple(
            (size[k] + 2 * self.padding[k] - self.reach(k)) // self.stride[k] + 1
            for k in range(len(size))
        )

    def offsets(self, places: Shape) -> Iterator[tuple[Shape, tuple[slice, ...]]]:
        """For each element of the kernel, the part of the padded image that it meets."""
        for offset in itertools.product(*map(range, self.kernel)):
            yield (
                offset,
                tuple(
                    slice(
                        offset[k] * self.dilation[k],
                        offset[k] * self.dilation[k] + (places[k] - 1) * self.stride[k] + 1,
                        self.stride[k],
                    )
                    for k in range(len(places))
                ),
            )

    @property
    def trivial(self) -> bool:
        """Whether the kernel is one element that visits every place: nothing to slide."""
        return all(each == 1 for each in (*self.kernel, *self.stride)) and not any(self.padding)


def padded(xp: Any, image: Any, padding: Shape, fill: float = 0) -> Any:
    """The image with ``padding`` elements of ``fill`` on both sides of its last dimensions."""
    if not any(padding):
        return image
    lead = image.ndim - len(padding)
    size = image.shape[lead:]
    shape = (*image.shape[:lead], *(n + 2 * p for n, p in zip(size, padding, strict=True)))
    result = xp.full(shape, fill, image.dtype) if fill else xp.zeros(shape, image.dtype)
    result[(..., *inside(size, padding))] = image
    return result


def inside(size: Shape, padding: Shape) -> tuple[slice, ...]:
    """Where an image of ``size`` lies in its padded form."""
    return tuple(slice(p, p + n) for n, p in zip(size, padding, strict=True))


def columns(xp: Any, image: Any, window: Window, places: Shape, out: Any = None) -> Any:
    """An image (N, C, *size) as columns (N, C, kernel elements, places)."""
    count, channels = image.shape[:2]
    if window.trivial and image.shape[2:] == places:
        return image.reshape(count, channels, 1, math.prod(places))
    shape = (count, channels, *window.kernel, *places)
    if out is None:
        out = xp.empty(shape, image.dtype)
    source = padded(xp, image, window.padding)
    target = out.reshape(shape)
    for offset, part in window.offsets(places):
        target[(slice(None), slice(None), *offset)] = source[(..., *part)]
    return out.reshape(count, channels, math.prod(window.kernel), math.prod(places))


def image(xp: Any, columns: Any, window: Window, places: Shape, size: Shape) -> Any:
    """Columns (N, C, kernel elements, places) added up to an image (N, C, *size)."""
    count, channels = columns.shape[:2]
    if window.trivial and size == places:
        return columns.reshape(count, channels, *size)
    columns = columns.reshape(count, channels, *window.kernel, *places)
    grown = tuple(n + 2 * p for n, p in zip(size, window.padding, strict=True))
    result = xp.zeros((count, channels, *grown), columns.dtype)
    for offset, part in window.offsets(places):
        result[(..., *part)] += columns[(slice(None), slice(None), *offset)]
    return result[(..., *inside(size, window.padding))]


def numbers(name: str, what: str, value: Any, dims: int) -> Shape:
    """One number for each dimension, given as a number, a sequence of one or of ``dims``.

    Raises
    ------
    RuntimeError
        If there are other than 1 or ``dims`` numbers.
    """
    given = (value,) if isinstance(value, int) else tuple(int(each) for each in value)
    if len(given) == 1:
        given *= dims
    if len(given) != dims:
        raise RuntimeError(
            teach(
                f"{name}: expected {what} to be a single integer value or a list of {dims} values "
                f"to match the dimensions, but got {what}={list(given)}",
                got=f"{len(given)} numbers",
                mend="give one number for all spatial dimensions, or one for each",
            )
        )
    return given


def window_of(name: str, kernel: Shape, dims: int, **values: Any) -> Window:
    """The geometry, refused where it is impossible."""
    found = {each: numbers(name, each, value, dims) for each, value in values.items()}
    for each, least in (("stride", 1), ("dilation", 1), ("padding", 0)):
        if min(found[each]) < least:
            kind = "negative" if least == 0 else "non-positive"
            raise RuntimeError(
                teach(
                    f"{kind} {each} is not supported",
                    got=f"{each}={values[each]}",
                    mend=f"the {each} is at least {least}",
                )
            )
    return Window(kernel, found["stride"], found["padding"], found["dilation"])


def check_images(name: str, input: Any, dims: int) -> bool:
    """Whether the input is a batch of images rather than one."""
    if input.ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            teach(
                f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}, but "
                f"got input of size: {list(input.shape)}",
                got=f"{input.ndim} dimensions",
                mend="the dimensions are (batch, channels, " + ", ".join(["length"] * dims) + "); "
                "unsqueeze(0) adds a batch of one",
            )
        )
    return bool(input.ndim == dims + 2)
