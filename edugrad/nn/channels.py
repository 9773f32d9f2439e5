"""Elements moved between channels and places, as modules: PixelShuffle, ChannelShuffle, Fold."""

from __future__ import annotations

from typing import Any

from . import functional as F
from .module import Module


class PixelShuffle(Module):
    """Turn groups of r² channels into an image that is r times as high and wide.

    (…, C · r², H, W) becomes (…, C, H · r, W · r).

    Parameters
    ----------
    upscale_factor : int
        r.

    Raises
    ------
    RuntimeError
        When called: if r² does not divide the channels.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.PixelShuffle(2)(edugrad.arange(4.0).reshape(4, 1, 1))
    tensor([[[0., 1.],
             [2., 3.]]])

    Notes
    -----
    PyTorch: ``torch.nn.PixelShuffle``. Source: Shi et al., "Real-Time Single Image and Video
    Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", 2016.
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Any) -> Any:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """The reverse of :class:`PixelShuffle`: (…, C, H · r, W · r) becomes (…, C · r², H, W).

    Parameters
    ----------
    downscale_factor : int
        r.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.PixelUnshuffle(2)(edugrad.ones(1, 4, 6)).shape
    edugrad.Size([4, 2, 3])

    Notes
    -----
    PyTorch: ``torch.nn.PixelUnshuffle``.
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Any) -> Any:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Deal the channels of groups out like cards, so that the next groups see all of them.

    Parameters
    ----------
    groups : int
        A divisor of the number of channels.

    Examples
    --------
    >>> import edugrad
    >>> channels = edugrad.arange(4.0).reshape(1, 4, 1, 1)
    >>> edugrad.nn.ChannelShuffle(2)(channels).flatten()
    tensor([0., 2., 1., 3.])

    Notes
    -----
    PyTorch: ``torch.nn.ChannelShuffle``. Source: Zhang et al., "ShuffleNet", 2017.
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Any) -> Any:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Unfold(Module):
    """What lies under each place of a window, as columns (im2col).

    (batch, channels, height, width) becomes (batch, channels · window elements, places).

    Parameters
    ----------
    kernel_size, dilation, padding, stride : int or pair
        As for :class:`Conv2d`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Unfold(2)(edugrad.arange(9.0).reshape(1, 1, 3, 3))
    tensor([[[0., 1., 3., 4.],
             [1., 2., 4., 5.],
             [3., 4., 6., 7.],
             [4., 5., 7., 8.]]])

    Notes
    -----
    PyTorch: ``torch.nn.Unfold``.
    """

    def __init__(
        self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Any) -> Any:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )


class Fold(Module):
    """Columns added up where :class:`Unfold` took them from.

    Parameters
    ----------
    output_size : int or pair
        Height and width of the image.
    kernel_size, dilation, padding, stride : int or pair
        Those of the unfolding.

    Examples
    --------
    >>> import edugrad
    >>> columns = edugrad.nn.Unfold(2)(edugrad.ones(1, 1, 3, 3))
    >>> edugrad.nn.Fold((3, 3), 2)(columns)
    tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])

    Notes
    -----
    PyTorch: ``torch.nn.Fold``.
    """

    def __init__(
        self,
        output_size: Any,
        kernel_size: Any,
        dilation: Any = 1,
        padding: Any = 0,
        stride: Any = 1,
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Any) -> Any:
        return F.fold(
            input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride
        )

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, "
            f"dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
        )
