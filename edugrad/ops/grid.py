"""Reading an image at places that a grid names, as spatial transformers do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..creation import ones
from ..errors import teach
from ..ranges import linspace
from .registry import Sample, T, register
from .stacking import meshgrid

FUNCTIONAL = "edugrad.nn.functional"
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
    """Read images at the places of a grid, between pixels by interpolation.

    Parameters
    ----------
    input : Tensor
        Images, of shape (N, C, H, W).
    grid : Tensor
        x and y from -1 to 1, of shape (N, H', W', 2).
    mode : "bilinear" or "nearest"
    padding_mode : "zeros", "border" or "reflection"
        What there is outside.
    align_corners : bool
        Whether -1 and 1 are the centres of the outermost pixels (or their outer edges).

    Returns
    -------
    Tensor
        Of shape (N, C, H', W').

    Notes
    -----
    PyTorch: ``torch.nn.functional.grid_sample``, which has volumes and "bicubic" as well.
    """
    if mode not in ("bilinear", "nearest") or padding_mode not in PADDINGS or input.ndim != 4:
        raise NotImplementedError(
            teach(
                "edugrad's grid_sample reads images, bilinear or nearest",
                got=f"mode={mode!r}, padding_mode={padding_mode!r}, {input.ndim} dimensions",
                mend=f"padding_mode is one of {', '.join(PADDINGS)}; input has shape (N, C, H, W)",
            )
        )
    height, width = input.shape[-2:]
    x = _pixels(grid[..., 0], width, padding_mode, bool(align_corners))
    y = _pixels(grid[..., 1], height, padding_mode, bool(align_corners))
    if mode == "nearest":
        return _read(input, x.round(), y.round())
    left, top = x.detach().floor(), y.detach().floor()
    found = None
    for column, across in ((left, left + 1 - x), (left + 1, x - left)):
        for row, down in ((top, top + 1 - y), (top + 1, y - top)):
            part = _read(input, column, row) * (across * down).unsqueeze(1)
            found = part if found is None else found + part
    return found


def _pixels(place: Any, length: int, padding_mode: str, align_corners: bool) -> Any:
    """Places from -1 to 1 as numbers of pixels, brought inside as the padding asks."""
    if align_corners:
        pixels = (place + 1) / 2 * (length - 1)
    else:
        pixels = ((place + 1) * length - 1) / 2
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
    return pixels if padding_mode == "zeros" else pixels.clamp(0, length - 1)


def _read(input: Any, x: Any, y: Any) -> Any:
    """The pixels at whole numbers; zero outside."""
    height, width = input.shape[-2:]
    inside = ((x >= 0) & (x < width) & (y >= 0) & (y < height)).unsqueeze(1)
    column, row = x.detach().clamp(0, width - 1), y.detach().clamp(0, height - 1)
    index = (row * width + column).long().reshape(len(input), 1, -1)
    picked = input.flatten(2).gather(2, index.expand(-1, input.shape[1], -1))
    return picked.reshape(*input.shape[:2], *x.shape[1:]) * inside
