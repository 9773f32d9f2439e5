"""Images made larger, as modules."""

from __future__ import annotations

from typing import Any

from . import functional as F
from .module import Module


class Upsample(Module):
    """Make sequences, images or volumes larger (or smaller).

    The input has shape (batch, channels, …) with one, two or three dimensions after the channels.

    Parameters
    ----------
    size : int or tuple of int, optional
        The new size; this or ``scale_factor`` is given.
    scale_factor : float or tuple of float, optional
        By which the size is multiplied, rounded down.
    mode : "nearest", "linear", "bilinear", "bicubic" or "trilinear"
        "linear" is for sequences, "bilinear" and "bicubic" for images, "trilinear" for volumes.
    align_corners : bool, optional
        Whether the outermost elements stay where they are; not for "nearest".
    recompute_scale_factor : bool, optional
        Interpolate by the factor that the rounded size has.

    Raises
    ------
    ValueError
        When called: if neither size nor factor is given, or both.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Upsample(scale_factor=2)(edugrad.tensor([[[1.0, 2.0]]]))
    tensor([[[1., 1., 2., 2.]]])

    Notes
    -----
    PyTorch: ``torch.nn.Upsample``.
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, tuple):
            self.scale_factor: Any = tuple(float(each) for each in scale_factor)
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Any) -> Any:
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        by_factor = self.scale_factor is not None
        first = f"scale_factor={self.scale_factor!r}" if by_factor else f"size={self.size!r}"
        return f"{first}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Make images larger by repeating the nearest element.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.UpsamplingNearest2d(scale_factor=2)(edugrad.tensor([[[[1.0, 2.0]]]]))
    tensor([[[[1., 1., 2., 2.],
              [1., 1., 2., 2.]]]])

    Notes
    -----
    PyTorch: ``torch.nn.UpsamplingNearest2d``.
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Make images larger by straight lines between elements; the corners stay where they are.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.UpsamplingBilinear2d(size=(1, 3))(edugrad.tensor([[[[1.0, 2.0]]]]))
    tensor([[[[1.0000, 1.5000, 2.0000]]]])

    Notes
    -----
    PyTorch: ``torch.nn.UpsamplingBilinear2d``.
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
