"""Images in other sizes: nearest neighbour, linear, cubic, and the mean of areas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from .checks import need_floating
from .pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from .registry import Sample, T, register
from .resampling import Resample, Table

FUNCTIONAL = "edugrad.nn.functional"
AREAS = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)


class Upsample(Resample):
    """An image read at other places."""

    formula = "Σ weight · a[place]"


class UpsampleNearest(Upsample):
    """Each new element is a copy of the nearest old one."""

    op_name = "upsample_nearest2d"
    node_name = "UpsampleNearest2DBackward0"


class UpsampleNearestExact(Upsample):
    """Each new element is a copy of the old one that its centre lies in."""

    op_name = "upsample_nearest_exact2d"
    node_name = "UpsampleNearestExact2DBackward0"


class UpsampleLinear(Upsample):
    """Each new element is a mean of two old ones along each dimension, weighted by nearness."""

    op_name = "upsample_bilinear2d"
    node_name = "UpsampleBilinear2DBackward0"


class UpsampleCubic(Upsample):
    """Each new element lies on a cubic curve through four old ones along each dimension."""

    op_name = "upsample_bicubic2d"
    node_name = "UpsampleBicubic2DBackward0"


class Axis(NamedTuple):
    """One dimension to be resized; ``scale`` is given where a factor was, not a size."""

    size: int
    length: int
    factor: float | None
    align_corners: bool
    dtype: np.dtype

    @property
    def step(self) -> float:
        """How far apart in the input two neighbouring output elements are."""
        if self.align_corners:
            return (self.size - 1) / (self.length - 1) if self.length > 1 else 0.0
        return 1 / self.factor if self.factor else self.size / self.length

    def places(self) -> np.ndarray:
        """Where in the input each output element lies."""
        step, at = self.dtype.type(self.step), np.arange(self.length, dtype=self.dtype)
        half = self.dtype.type(0.5)
        return at * step if self.align_corners else (at + half) * step - half


Weights = tuple[np.ndarray, np.ndarray | None]


def _nearest(axis: Axis) -> Weights:
    at = np.arange(axis.length, dtype=axis.dtype) * axis.dtype.type(axis.step)
    return np.minimum(np.floor(at), axis.size - 1)[None], None


def _nearest_exact(axis: Axis) -> Weights:
    at = np.floor(axis.places() + axis.dtype.type(0.5))
    return np.clip(at, 0, axis.size - 1)[None], None


def _linear(axis: Axis) -> Weights:
    at = np.maximum(axis.places(), 0)
    low = np.minimum(np.floor(at), axis.size - 1)
    share = np.clip(at - low, 0, 1)
    return np.stack([low, np.minimum(low + 1, axis.size - 1)]), np.stack([1 - share, share])


def _cubic(axis: Axis) -> Weights:
    at = axis.places()
    low = np.floor(at)
    taps = np.arange(-1, 3)[:, None]
    weights = _cubic_kernel(np.abs(at - low - taps), -0.75)
    return np.clip(low + taps, 0, axis.size - 1), weights


def _cubic_kernel(away: np.ndarray, a: float) -> np.ndarray:
    """The cubic convolution kernel (Keys, 1981) at distances ``away``."""
    near = ((a + 2) * away - (a + 3)) * away * away + 1
    far = ((a * away - 5 * a) * away + 8 * a) * away - 4 * a
    return np.where(away <= 1, near, np.where(away < 2, far, 0))


def _triangle_kernel(away: np.ndarray, _: float) -> np.ndarray:
    return np.maximum(1 - away, 0)


def _smooth(kernel: Callable[[np.ndarray, float], np.ndarray], reach: int) -> Any:
    """Weights of a kernel that is widened where the image shrinks, so that nothing is skipped."""

    def weights(axis: Axis) -> Weights:
        wide = max(axis.step, 1.0)
        centre = axis.step * (np.arange(axis.length) + 0.5)
        first = np.maximum((centre - reach * wide + 0.5).astype(int), 0)
        stop = np.minimum((centre + reach * wide + 0.5).astype(int), axis.size)
        taps = first + np.arange(max(int((stop - first).max()), 1))[:, None]
        found = kernel(np.abs((taps - centre + 0.5) / wide), -0.5) * (taps < stop)
        return np.minimum(taps, axis.size - 1), found / found.sum(0)

    return weights


class Mode(NamedTuple):
    op: type[Op]
    weights: Callable[[Axis], Weights]
    dims: tuple[int, ...]


MODES = {
    "nearest": Mode(UpsampleNearest, _nearest, (1, 2, 3)),
    "nearest-exact": Mode(UpsampleNearestExact, _nearest_exact, (1, 2, 3)),
    "linear": Mode(UpsampleLinear, _linear, (1,)),
    "bilinear": Mode(UpsampleLinear, _linear, (2,)),
    "trilinear": Mode(UpsampleLinear, _linear, (3,)),
    "bicubic": Mode(UpsampleCubic, _cubic, (2,)),
}
SMOOTH = {"bilinear": _smooth(_triangle_kernel, 1), "bicubic": _smooth(_cubic_kernel, 2)}


def _check(input: Any, mode: str, align_corners: bool | None, antialias: bool) -> None:
    dims = input.ndim - 2
    curved = mode in ("linear", "bilinear", "bicubic", "trilinear")
    error: type[Exception] = ValueError
    if align_corners is not None and not curved:
        rule = (
            "align_corners option can only be set with the interpolating modes: linear | bilinear "
            "| bicubic | trilinear"
        )
    elif antialias and (mode not in SMOOTH or dims != 2):
        rule = (
            "Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D "
            "tensor as input"
        )
    elif dims in (1, 2, 3) and mode in MODES and dims not in MODES[mode].dims:
        error, needed = NotImplementedError, MODES[mode].dims[0] + 2
        rule = f"Got {input.ndim}D input, but {mode} mode needs {needed}D input"
    elif dims not in (1, 2, 3) or (mode not in MODES and mode != "area"):
        error = NotImplementedError
        rule = (
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {input.ndim}D) for the "
            f"modes: {' | '.join([*MODES, 'area'])} (got {mode})"
        )
    else:
        return
    raise error(
        teach(
            rule,
            got=f"mode={mode!r} for a tensor of shape {tuple(input.shape)}",
            mend='use "linear" for (batch, channels, length), "bilinear" or "bicubic" for (batch, '
            'channels, height, width), "nearest" or "area" for any',
        )
    )


def _sizes(
    input: Any, size: Any, scale_factor: Any, recompute: bool | None
) -> tuple[tuple[int, ...], tuple[float | None, ...]]:
    """The new lengths, and the factors where they are to be used as given."""
    old = input._array.shape[2:]
    dims = len(old)
    if (size is None) == (scale_factor is None):
        rule = "either size or scale_factor should be defined"
        if size is not None:
            rule = "only one of size or scale_factor should be defined"
    elif recompute and size is not None:
        rule = "recompute_scale_factor is not meaningful with an explicit size."
    else:
        what = "output size" if scale_factor is None else "scale_factor"
        given = size if scale_factor is None else scale_factor
        several = given if isinstance(given, (list, tuple)) else [given] * dims
        if len(several) == dims:
            if scale_factor is None:
                return tuple(int(each) for each in several), (None,) * dims
            new = tuple(math.floor(n * f) for n, f in zip(old, several, strict=True))
            return new, (None,) * dims if recompute else tuple(float(f) for f in several)
        rule = (
            f"Input and {what} must have the same number of spatial dimensions, but got input with "
            f"spatial dimensions of {list(old)} and {what} of {given}."
        )
    raise ValueError(
        teach(
            rule,
            got=f"size={size} and scale_factor={scale_factor} for a tensor of shape "
            f"{tuple(input.shape)}",
            mend="give the new size, or the factor by which it grows: one number, or one for each "
            "dimension after the channels",
        )
    )


@register(
    UpsampleNearest,
    samples=[
        Sample(T(2, 2, 5), 8),
        Sample(T(1, 2, 3, 4), scale_factor=2),
        Sample(T(1, 2, 5, 4), (3, 7), mode="nearest-exact"),
        Sample(T(1, 1, 2, 3, 2), scale_factor=(2, 1, 1.5)),
        Sample(T(2, 2, 5), 8, mode="linear"),
        Sample(T(1, 2, 5, 4), (3, 7), mode="bilinear", align_corners=True),
        Sample(T(1, 2, 3, 4), scale_factor=1.7, mode="bilinear"),
        Sample(T(1, 2, 3, 4), None, 1.7, "bilinear", False, True),
        Sample(T(1, 2, 5, 4), (3, 7), mode="bicubic", align_corners=False),
        Sample(T(1, 1, 4, 3), scale_factor=2, mode="bicubic", align_corners=True),
        Sample(T(1, 1, 7, 8), (3, 4), mode="bilinear", antialias=True),
        Sample(T(1, 1, 7, 8), (3, 9), mode="bicubic", antialias=True),
        Sample(T(1, 1, 2, 3, 2), size=3, mode="trilinear"),
        Sample(T(1, 2, 5, 4), (3, 2), mode="area"),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def interpolate(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """Make an image larger or smaller.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, …)
        With one to three dimensions after the channels.
    size : int or sequence of int, optional
        Their new lengths.
    scale_factor : float or sequence of float, optional
        The factor by which they grow, instead of ``size``.
    mode : str
        "nearest" or "nearest-exact" (copies), "linear", "bilinear", "trilinear" or "bicubic"
        (weighted means of neighbours), "area" (the mean of what falls together).
    align_corners : bool, optional
        Whether the corners' centres stay where they are, rather than the corners themselves.
    recompute_scale_factor : bool, optional
        Use the factor that the rounded size amounts to.
    antialias : bool
        When an image shrinks, let each element be a mean of all that fall to it.

    Raises
    ------
    ValueError
        If not just one of ``size`` and ``scale_factor`` is given, or an option does not fit.
    NotImplementedError
        If the mode does not take such a tensor.

    Examples
    --------
    >>> import edugrad
    >>> line = edugrad.tensor([[[0.0, 1.0]]])
    >>> edugrad.nn.functional.interpolate(line, size=4, mode="linear", align_corners=True)
    tensor([[[0.0000, 0.3333, 0.6667, 1.0000]]])

    Notes
    -----
    PyTorch: ``torch.nn.functional.interpolate``.
    """
    counts, factors = _sizes(input, size, scale_factor, recompute_scale_factor)
    _check(input, mode, align_corners, antialias)
    if mode == "area":
        return AREAS[input.ndim - 3](input, counts)
    old = input._array.shape[2:]
    if min((*counts, *old)) < 1:
        raise RuntimeError(
            teach(
                f"Input and output sizes should be greater than 0, but got input {old} and output "
                f"{counts}",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="ask for at least one element in each dimension",
            )
        )
    if input.dtype.name != "uint8" or mode not in ("nearest", "nearest-exact"):
        need_floating("compute_indices_weights_" + mode.removeprefix("bi"), input)
    chosen = MODES[mode]
    weights = SMOOTH[mode] if antialias else chosen.weights
    compute = np.dtype(np.float64 if input.dtype.name == "float64" else np.float32)
    tables = []
    for k, (length, count, factor) in enumerate(zip(old, counts, factors, strict=True)):
        if length != count or "nearest" in mode:
            axis = Axis(length, count, factor, bool(align_corners), compute)
            tables.append(Table(k + 2, length, *weights(axis)))
    return chosen.op.apply(input, tables=tuple(tables)) if tables else input.clone()


def upsample(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Any:
    """The old name of :func:`interpolate`. PyTorch: ``torch.nn.functional.upsample``."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """:func:`interpolate` in mode "nearest". PyTorch: ``torch.nn.functional.upsample_nearest``."""
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """:func:`interpolate` in mode "bilinear", corners kept.

    PyTorch: ``torch.nn.functional.upsample_bilinear``.
    """
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)
