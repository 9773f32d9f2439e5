"""Reading images and volumes at places that a grid names, as spatial transformers do."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from ..creation import ones
from ..errors import teach
from ..ranges import linspace
from .registry import Sample, T, register
from .stacking import meshgrid

FUNCTIONAL = "edugrad.nn.functional"
MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")


@register(
    None,
    samples=[
        Sample(T(2, 2, 3), (2, 1, 3, 4), False),
        Sample(T(1, 2, 3), size=[1, 2, 2, 2], align_corners=True),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Any:
    """For each pixel of an image to be made, the place to read it from.

    Parameters
    ----------
    theta : Tensor
        Affine maps, of shape (N, 2, 3).
    size : sequence of int
        N, C, H and W of the image to be made.
    align_corners : bool
        Whether -1 and 1 are the centres of the outermost pixels (or their outer edges).

    Returns
    -------
    Tensor
        Of shape (N, H, W, 2): x and y from -1 to 1.

    Notes
    -----
    PyTorch: ``torch.nn.functional.affine_grid``. Source: Jaderberg and others, "Spatial
    transformer networks", 2015.
    """
    if theta.ndim != 3 or len(size) != 4:
        raise NotImplementedError(
            teach(
                "edugrad's affine_grid makes grids of two dimensions",
                got=f"theta of shape {tuple(theta.shape)}, size {tuple(size)}",
                mend="theta has shape (N, 2, 3) and size four numbers: N, C, H, W",
            )
        )
    count, _, height, width = size
    options = {"dtype": theta.dtype, "device": theta.device}
    rows, columns = (_centres(length, bool(align_corners), options) for length in (height, width))
    y, x = meshgrid(rows, columns, indexing="ij")
    points = x.new_ones(height * width, 3)
    points[:, 0], points[:, 1] = x.reshape(-1), y.reshape(-1)
    return (points @ theta.mT).reshape(count, height, width, 2)


def _centres(length: int, align_corners: bool, options: dict[str, Any]) -> Any:
    """The middles of pixels, in numbers from -1 to 1."""
    if length == 1:
        return ones(1, **options) * 0
    places = linspace(-1, 1, length, **options)
    return places if align_corners else places * ((length - 1) / length)


@register(
    None,
    samples=[
        Sample(T(2, 3, 4, 5), T(2, 3, 2, 2, low=-1.3, high=1.3), align_corners=False),
        Sample(T(1, 2, 4, 5), T(1, 3, 3, 2, low=-0.9, high=0.9), align_corners=True),
        Sample(T(1, 1, 3, 3), T(1, 2, 2, 2, low=-1.4, high=1.4), "bilinear", "border"),
        Sample(T(1, 1, 3, 4), T(1, 2, 2, 2, low=-1.9, high=1.9), "bilinear", "reflection", True),
        Sample(T(1, 2, 4, 4), T(1, 2, 2, 2, constant=True, low=-0.9, high=0.9), "nearest"),
        Sample(T(1, 2, 5, 4), T(1, 2, 2, 2, low=-1.2, high=1.2), "bicubic"),
        Sample(T(1, 1, 4, 5), T(1, 1, 3, 2, low=-1.2, high=1.2), "bicubic", "border", True),
        Sample(T(1, 1, 4, 5), T(1, 1, 3, 2, low=-1.4, high=1.4), "bicubic", "reflection"),
        Sample(T(1, 2, 2, 3, 4), T(1, 1, 2, 2, 3, low=-1.2, high=1.2)),
        Sample(T(1, 1, 3, 3, 2), T(1, 1, 1, 3, 3, low=-1.4, high=1.4), "bilinear", "border", True),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def grid_sample(
    input: Any,
    grid: Any,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Any:
    """Read images or volumes at the places of a grid, between pixels by interpolation.

    Parameters
    ----------
    input : Tensor
        Images, of shape (N, C, H, W), or volumes, of shape (N, C, D, H, W).
    grid : Tensor
        x and y (and z) from -1 to 1, of shape (N, H', W', 2) or (N, D', H', W', 3).
    mode : "bilinear", "nearest" or "bicubic"
        Of volumes, "bilinear" goes between eight neighbours; "bicubic" is for images alone.
    padding_mode : "zeros", "border" or "reflection"
        What there is outside.
    align_corners : bool
        Whether -1 and 1 are the centres of the outermost pixels (or their outer edges).

    Returns
    -------
    Tensor
        Of shape (N, C, H', W') or (N, C, D', H', W').

    Raises
    ------
    ValueError
        For another mode.
    RuntimeError
        If the shapes do not fit, or volumes are to be read bicubically.

    Notes
    -----
    PyTorch: ``torch.nn.functional.grid_sample``.
    """
    _check(input, grid, mode, padding_mode)
    corners, lengths = bool(align_corners), tuple(input.shape[:1:-1])
    axes = []
    for k, length in enumerate(lengths):
        pixels = _pixels(grid[..., k], length, corners)
        if mode == "bicubic":
            axes.append(_four(pixels, length, padding_mode, corners))
            continue
        pixels = _inside(pixels, length, padding_mode, corners)
        axes.append([(pixels.round(), None)] if mode == "nearest" else _two(pixels))
    found = None
    for taps in itertools.product(*axes):
        part = _read(input, [place for place, _ in taps])
        weights = [weight for _, weight in taps if weight is not None]
        if weights:
            part = part * math.prod(weights[1:], start=weights[0]).unsqueeze(1)
        found = part if found is None else found + part
    return found


def _check(input: Any, grid: Any, mode: str, padding_mode: str) -> None:
    error: type[Exception] = ValueError
    if mode not in MODES:
        rule = (
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', "
            f"but got: '{mode}'"
        )
    elif padding_mode not in PADDINGS:
        rule = (
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
            f"'reflection', but got: '{padding_mode}'"
        )
    elif input.ndim not in (4, 5) or input.ndim != grid.ndim:
        error = RuntimeError
        rule = (
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but "
            f"got input with sizes {list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    elif grid.shape[-1] != input.ndim - 2:
        error = RuntimeError
        rule = (
            f"grid_sampler(): expected grid to have size {input.ndim - 2} in last dimension, but "
            f"got grid with sizes {list(grid.shape)}"
        )
    elif mode == "bicubic" and input.ndim == 5:
        error = RuntimeError
        rule = "grid_sampler(): bicubic interpolation only supports 4D input"
    else:
        return
    raise error(
        teach(
            rule,
            got=f"mode={mode!r}, padding_mode={padding_mode!r}, {input.ndim} dimensions",
            mend="images have the shape (N, C, H, W) and a grid of x and y: (N, H', W', 2)",
        )
    )


def _pixels(place: Any, length: int, align_corners: bool) -> Any:
    """Places from -1 to 1 as numbers of pixels."""
    if align_corners:
        return (place + 1) / 2 * (length - 1)
    return ((place + 1) * length - 1) / 2


def _inside(pixels: Any, length: int, padding_mode: str, align_corners: bool) -> Any:
    """Numbers of pixels, brought inside as the padding asks."""
    if padding_mode == "zeros":
        return pixels
    if padding_mode == "reflection":
        low, high = (0.0, length - 1.0) if align_corners else (-0.5, length - 0.5)
        span = high - low
        if span:
            away = (pixels - low).abs()
            turns = (away.detach() / span).floor()
            rest = away - turns * span
            odd = turns.remainder(2) == 1
            pixels = rest.where(~odd, span - rest) + low
        else:
            pixels = pixels * 0
    return pixels.clamp(0, length - 1)


def _two(pixels: Any) -> list[tuple[Any, Any]]:
    """The neighbours on one axis and their shares, for linear interpolation."""
    first = pixels.detach().floor()
    return [(first, first + 1 - pixels), (first + 1, pixels - first)]


def _four(pixels: Any, length: int, padding_mode: str, align_corners: bool) -> list[Any]:
    """The four neighbours on one axis and their shares, for cubic interpolation (a = -3/4)."""
    first = pixels.detach().floor()
    t = pixels - first
    taps = []
    for k in (-1, 0, 1, 2):
        x = (t - k).abs()
        near = ((1.25 * x) - 2.25) * x * x + 1
        far = ((-0.75 * x + 3.75) * x - 6) * x + 3
        place = _inside(first + k, length, padding_mode, align_corners)
        taps.append((place, near if k in (0, 1) else far))
    return taps


def _read(input: Any, places: list[Any]) -> Any:
    """The pixels at whole numbers, x first; zero outside."""
    inside: Any = True
    index: Any = 0
    for place, length in reversed(list(zip(places, input.shape[:1:-1], strict=True))):
        inside = (place >= 0) & (place < length) & inside
        index = index * length + place.detach().clamp(0, length - 1)
    flat = index.long().reshape(len(input), 1, -1)
    picked = input.flatten(2).gather(2, flat.expand(-1, input.shape[1], -1))
    return picked.reshape(*input.shape[:2], *places[0].shape[1:]) * inside.unsqueeze(1)
