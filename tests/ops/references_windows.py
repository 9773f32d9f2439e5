"""What convolutions, pools, padding and interpolation must compute, one place at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Reference = Callable[..., Any]


def several(value: Any, dims: int) -> tuple[int, ...]:
    """A number for each dimension."""
    given = (value,) if isinstance(value, int) else tuple(value)
    return given * dims if len(given) == 1 else given


def batched(dims: int) -> Callable[[Reference], Reference]:
    """Let a function of batches take one example, too."""

    def decorated(function: Reference) -> Reference:
        def applied(a: np.ndarray, *args: Any, **params: Any) -> Any:
            if a.ndim == dims + 2:
                return function(a, *args, **params)
            found = function(a[None], *args, **params)
            return [each[0] for each in found] if isinstance(found, list) else found[0]

        return applied

    return decorated


def inside(place: Sequence[int], size: Sequence[int]) -> bool:
    return all(0 <= p < n for p, n in zip(place, size, strict=True))


def pairs(
    kernel: Sequence[int], places: Sequence[int], stride: Any, padding: Any, dilation: Any
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
    """Each place of a window, each element of it, and where in the image the two meet."""
    for place in np.ndindex(*places):
        for offset in np.ndindex(*kernel):
            at = zip(place, offset, stride, padding, dilation, strict=True)
            yield place, offset, tuple(p * s - m + o * d for p, o, s, m, d in at)


def convolution(dims: int) -> Reference:
    @batched(dims)
    def conv(
        x: np.ndarray,
        w: np.ndarray,
        b: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: Any = None,
    ) -> np.ndarray:
        b = bias if b is None else b
        kernel, size = w.shape[2:], x.shape[2:]
        steps, spread = several(stride, dims), several(dilation, dims)
        reach = [d * (k - 1) for k, d in zip(kernel, spread, strict=True)]
        if padding == "same":
            margin, places = tuple(r // 2 for r in reach), size
        else:
            margin = several(0 if padding == "valid" else padding, dims)
            both = zip(size, margin, reach, steps, strict=True)
            places = tuple((n + 2 * p - r - 1) // s + 1 for n, p, r, s in both)
        result = np.zeros((len(x), len(w), *places))
        each = len(w) // groups
        for place, offset, at in pairs(kernel, places, steps, margin, spread):
            for out in range(len(w)) if inside(at, size) else ():
                first = out // each * w.shape[1]
                for c in range(w.shape[1]):
                    result[(slice(None), out, *place)] += (
                        x[(slice(None), first + c, *at)] * w[(out, c, *offset)]
                    )
        return result if b is None else result + b.reshape(-1, *[1] * dims)

    return conv


def transposed(dims: int) -> Reference:
    @batched(dims)
    def conv(
        x: np.ndarray,
        w: np.ndarray,
        b: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
        bias: Any = None,
    ) -> np.ndarray:
        b = bias if b is None else b
        kernel, places = w.shape[2:], x.shape[2:]
        steps, margin = several(stride, dims), several(padding, dims)
        spread, extra = several(dilation, dims), several(output_padding, dims)
        both = zip(places, kernel, steps, margin, spread, extra, strict=True)
        size = tuple((n - 1) * s - 2 * p + d * (k - 1) + e + 1 for n, k, s, p, d, e in both)
        result = np.zeros((len(x), w.shape[1] * groups, *size))
        each = len(w) // groups
        for place, offset, at in pairs(kernel, places, steps, margin, spread):
            for c in range(len(w)) if inside(at, size) else ():
                first = c // each * w.shape[1]
                for out in range(w.shape[1]):
                    result[(slice(None), first + out, *at)] += (
                        x[(slice(None), c, *place)] * w[(c, out, *offset)]
                    )
        return result if b is None else result + b.reshape(-1, *[1] * dims)

    return conv


def window_places(
    size: Sequence[int], kernel: Any, dilation: Any, padding: Any, stride: Any
) -> Any:
    both = zip(size, kernel, dilation, padding, stride, strict=True)
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, d, p, s in both)


@batched(2)
def unfold(
    x: np.ndarray, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> np.ndarray:
    kernel, *rest = (several(each, 2) for each in (kernel_size, dilation, padding, stride))
    spread, margin, steps = rest
    places = window_places(x.shape[2:], kernel, *rest)
    result = np.zeros((*x.shape[:2], *kernel, *places))
    for place, offset, at in pairs(kernel, places, steps, margin, spread):
        if inside(at, x.shape[2:]):
            result[(slice(None), slice(None), *offset, *place)] = x[:, :, at[0], at[1]]
    return result.reshape(len(x), -1, math.prod(places))


@batched(1)
def fold(
    x: np.ndarray,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> np.ndarray:
    size = several(output_size, 2)
    kernel, *rest = (several(each, 2) for each in (kernel_size, dilation, padding, stride))
    spread, margin, steps = rest
    places = window_places(size, kernel, *rest)
    columns = x.reshape(len(x), -1, *kernel, *places)
    result = np.zeros((*columns.shape[:2], *size))
    for place, offset, at in pairs(kernel, places, steps, margin, spread):
        if inside(at, size):
            result[:, :, at[0], at[1]] += columns[(slice(None), slice(None), *offset, *place)]
    return result


Ranges = list[list[list[int]]]


def regular(
    size: Sequence[int], kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Ranges:
    """For each dimension and each window, the places that it covers, also outside."""
    found = []
    for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True):
        starts = [o * s - p for o in range(n + 2 * p)]
        last = n + p - d * (k - 1) - 1
        fits = [start for start in starts if start <= last]
        if ceil_mode and fits[-1] < last and fits[-1] + s < n:
            fits.append(fits[-1] + s)
        found.append([[start + j * d for j in range(k)] for start in fits])
    return found


def adaptive(size: Sequence[int], output_size: Any) -> Ranges:
    counts = [output_size] * len(size) if isinstance(output_size, int) else output_size
    return [
        [list(range(o * n // m, -(-(o + 1) * n // m))) for o in range(m)]
        for n, m in zip(
            size, [n if c is None else c for n, c in zip(size, counts, strict=True)], strict=True
        )
    ]


def windows(ranges: Ranges, size: Sequence[int]) -> Iterator[tuple[Any, list[Any], list[Any]]]:
    """Each window's place in the result, and the places that it covers inside and at all."""
    for place in np.ndindex(*map(len, ranges)):
        covered = list(itertools.product(*(each[p] for each, p in zip(ranges, place, strict=True))))
        yield place, [at for at in covered if inside(at, size)], covered


def mean_pool(dims: int) -> Reference:
    @batched(dims)
    def pool(
        x: np.ndarray,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Any = None,
    ) -> np.ndarray:
        size, kernel, margin = x.shape[2:], several(kernel_size, dims), several(padding, dims)
        steps = kernel if stride is None else several(stride, dims)
        ranges = regular(size, kernel, steps, margin, (1,) * dims, ceil_mode)
        result = np.zeros((*x.shape[:2], *map(len, ranges)))
        for place, covered, everything in windows(ranges, size):
            reached = [
                at
                for at in everything
                if all(p < n + m for p, n, m in zip(at, size, margin, strict=True))
            ]
            count = divisor_override or len(reached if count_include_pad else covered)
            total = sum(x[(slice(None), slice(None), *at)] for at in covered)
            result[(slice(None), slice(None), *place)] = total / count
        return result

    return pool


def mean_adaptive(dims: int) -> Reference:
    @batched(dims)
    def pool(x: np.ndarray, output_size: Any) -> np.ndarray:
        ranges = adaptive(x.shape[2:], output_size)
        result = np.zeros((*x.shape[:2], *map(len, ranges)))
        for place, covered, _ in windows(ranges, x.shape[2:]):
            total = sum(x[(slice(None), slice(None), *at)] for at in covered)
            result[(slice(None), slice(None), *place)] = total / len(covered)
        return result

    return pool


def power_pool(dims: int) -> Reference:
    def pool(
        x: np.ndarray,
        norm_type: float,
        kernel_size: Any,
        stride: Any = None,
        ceil_mode: bool = False,
    ) -> np.ndarray:
        count = math.prod(several(kernel_size, dims))
        means = mean_pool(dims)(x**norm_type, kernel_size, stride, 0, ceil_mode)
        return (means * count) ** (1 / norm_type)

    return pool


def largest(x: np.ndarray, ranges: Ranges, indices: bool) -> Any:
    size = x.shape[2:]
    values = np.zeros((*x.shape[:2], *map(len, ranges)), x.dtype)
    found = np.zeros(values.shape, np.int64)
    for place, covered, _ in windows(ranges, size):
        flat = [int(np.ravel_multi_index(at, size)) for at in covered]
        for n, c in np.ndindex(*x.shape[:2]):
            best = max(flat, key=lambda at: (x[n, c].reshape(-1)[at], -at))
            values[(n, c, *place)] = x[n, c].reshape(-1)[best]
            found[(n, c, *place)] = best
    return [values, found] if indices else values


def max_pool(dims: int) -> Reference:
    @batched(dims)
    def pool(
        x: np.ndarray,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        kernel = several(kernel_size, dims)
        steps = kernel if stride is None else several(stride, dims)
        rest = several(padding, dims), several(dilation, dims), ceil_mode
        return largest(x, regular(x.shape[2:], kernel, steps, *rest), return_indices)

    return pool


def max_adaptive(dims: int) -> Reference:
    @batched(dims)
    def pool(x: np.ndarray, output_size: Any, return_indices: bool = False) -> Any:
        return largest(x, adaptive(x.shape[2:], output_size), return_indices)

    return pool


def unpool(dims: int) -> Reference:
    @batched(dims)
    def put(
        x: np.ndarray,
        indices: np.ndarray,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        output_size: Any = None,
    ) -> np.ndarray:
        kernel, margin = several(kernel_size, dims), several(padding, dims)
        steps = kernel if stride is None else several(stride, dims)
        both = zip(x.shape[2:], kernel, steps, margin, strict=True)
        size = output_size or tuple((n - 1) * s - 2 * p + k for n, k, s, p in both)
        result = np.zeros((*x.shape[:2], math.prod(size)))
        for place in np.ndindex(*x.shape):
            result[(*place[:2], indices.reshape(x.shape)[place])] = x[place]
        return result.reshape(*x.shape[:2], *size)

    return put


def source(at: int, length: int, mode: str) -> int:
    """Which element of a dimension is read at a place that may lie outside of it."""
    if mode == "replicate":
        return min(max(at, 0), length - 1)
    if mode == "circular":
        return at % length
    at = -at if at < 0 else at
    return 2 * (length - 1) - at if at >= length else at


def pad(x: np.ndarray, pad: Sequence[int], mode: str = "constant", value: Any = None) -> np.ndarray:
    sides = [(0, 0)] * (x.ndim - len(pad) // 2)
    sides += [(pad[k], pad[k + 1]) for k in range(len(pad) - 2, -1, -2)]
    if mode == "circular":
        both = zip(x.shape, sides, strict=True)
        x = x[tuple(slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in both)]
        sides = [(max(a, 0), max(b, 0)) for a, b in sides]
    shape = [n + a + b for n, (a, b) in zip(x.shape, sides, strict=True)]
    result = np.full(shape, 0.0 if value is None else value)
    for place in np.ndindex(*shape):
        at = [p - a for p, (a, _) in zip(place, sides, strict=True)]
        if mode != "constant":
            at = [source(p, n, mode) for p, n in zip(at, x.shape, strict=True)]
        if inside(at, x.shape):
            result[place] = x[tuple(at)]
    return result


def taps(
    place: int, old: int, new: int, step: float, mode: str, corners: bool, smooth: bool
) -> Any:
    """Which elements of a dimension make up one of the new ones, and their weights."""
    if mode.startswith("nearest"):
        at = place * step if mode == "nearest" else (place + 0.5) * step
        return [(min(int(at), old - 1), 1.0)]
    kernel, reach = (cubic, 2) if mode == "bicubic" else (lambda d, _: max(1 - d, 0), 1)
    if smooth:
        wide, centre = max(step, 1.0), step * (place + 0.5)
        span = range(
            max(int(centre - reach * wide + 0.5), 0), min(int(centre + reach * wide + 0.5), old)
        )
        weights = [kernel(abs((k - centre + 0.5) / wide), -0.5) for k in span]
        return [(k, w / sum(weights)) for k, w in zip(span, weights, strict=True)]
    at = place * step if corners else (place + 0.5) * step - 0.5
    at = at if mode == "bicubic" else max(at, 0)
    low = math.floor(at)
    span = range(low - reach + 1, low + reach + 1)
    return [(min(max(k, 0), old - 1), kernel(abs(at - k), -0.75)) for k in span]


def cubic(away: float, a: float) -> float:
    if away <= 1:
        return (a + 2) * away**3 - (a + 3) * away**2 + 1
    return a * (away**3 - 5 * away**2 + 8 * away - 4) if away < 2 else 0.0


def interpolate(
    x: np.ndarray,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> np.ndarray:
    dims = x.ndim - 2
    if mode == "area":
        return mean_adaptive(dims)(x, size)
    factors: Any = [None] * dims
    if size is None:
        factors = scale_factor if isinstance(scale_factor, (list, tuple)) else [scale_factor] * dims
        size = [math.floor(n * f) for n, f in zip(x.shape[2:], factors, strict=True)]
        factors = [None] * dims if recompute_scale_factor else factors
    for axis, new in enumerate(several(size, dims), 2):
        old, factor = x.shape[axis], factors[axis - 2]
        step = 1 / factor if factor else old / new
        if align_corners:
            step = (old - 1) / (new - 1) if new > 1 else 0.0
        parts = [taps(p, old, new, step, mode, bool(align_corners), antialias) for p in range(new)]
        rows = [sum(x.take(k, axis) * w for k, w in each) for each in parts]
        x = np.stack(rows, axis)
    return x


WINDOWS: dict[str, Reference] = {
    **{f"conv{d}d": convolution(d) for d in (1, 2, 3)},
    **{f"conv_transpose{d}d": transposed(d) for d in (1, 2, 3)},
    **{f"avg_pool{d}d": mean_pool(d) for d in (1, 2, 3)},
    **{f"adaptive_avg_pool{d}d": mean_adaptive(d) for d in (1, 2, 3)},
    **{f"max_pool{d}d": max_pool(d) for d in (1, 2, 3)},
    **{f"adaptive_max_pool{d}d": max_adaptive(d) for d in (1, 2, 3)},
    **{f"lp_pool{d}d": power_pool(d) for d in (1, 2)},
    **{f"max_unpool{d}d": unpool(d) for d in (1, 2)},
    "unfold": unfold,
    "fold": fold,
    "pad": pad,
    "interpolate": interpolate,
}
