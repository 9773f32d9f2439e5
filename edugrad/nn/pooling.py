"""Average and power pooling as modules; max pooling is in :mod:`edugrad.nn.max_pooling`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from . import functional as F
from .module import Module
from .sizes import for_each


class _AvgPoolNd(Module):
    """The means of windows, in any number of dimensions."""

    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Any:
        return self.function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """The mean of each window of a sequence.

    The input has shape (batch, channels, length) or (channels, length). The parameters are those
    of :class:`AvgPool2d`, without ``divisor_override``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AvgPool1d(2)(edugrad.tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[2., 1.]])

    Notes
    -----
    PyTorch: ``torch.nn.AvgPool1d``.
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        kernel = for_each(kernel_size, 1)
        steps = None if stride is None else for_each(stride, 1)
        super().__init__(kernel, steps, for_each(padding, 1), ceil_mode, count_include_pad)

    def forward(self, input: Any) -> Any:
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )


class AvgPool2d(_AvgPoolNd):
    r"""The mean of each window of an image.

    .. math:: y_{n,c,i,j} = \frac{1}{|K|} \sum_{k,l} x_{n,c,\,s i + k,\,s j + l}

    The input has shape (batch, channels, height, width), or no batch.

    Parameters
    ----------
    kernel_size : int or pair
    stride : int or pair, optional
        The kernel's size unless given: windows side by side.
    padding : int or pair
        Zeros added on each side.
    ceil_mode : bool
        Keep windows that reach beyond the end.
    count_include_pad : bool
        Whether padding counts in the mean.
    divisor_override : int, optional
        What the sum is divided by, instead of the number of elements.

    Raises
    ------
    RuntimeError
        When called: if the window or its padding does not fit the image.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AvgPool2d(2)(edugrad.arange(16.0).reshape(1, 4, 4))
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])

    Notes
    -----
    PyTorch: ``torch.nn.AvgPool2d``.
    """

    function = staticmethod(F.avg_pool2d)


class AvgPool3d(_AvgPoolNd):
    """The mean of each window of a volume: :class:`AvgPool2d` with one more dimension.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AvgPool3d(2)(edugrad.arange(8.0).reshape(1, 2, 2, 2))
    tensor([[[[3.5000]]]])

    Notes
    -----
    PyTorch: ``torch.nn.AvgPool3d``.
    """

    function = staticmethod(F.avg_pool3d)


class _AdaptiveAvgPoolNd(Module):
    """The means of as many windows as asked for."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Any) -> Any:
        return self.function(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """Average pooling of a sequence to a given length.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AdaptiveAvgPool1d(2)(edugrad.tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[2., 1.]])

    Notes
    -----
    PyTorch: ``torch.nn.AdaptiveAvgPool1d``.
    """

    function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """Average pooling of images to a given size, whatever theirs is.

    ``AdaptiveAvgPool2d(1)`` is the mean of each channel. The input has shape (batch, channels,
    height, width), or no batch.

    Parameters
    ----------
    output_size : int or pair
        Height and width of the result; None keeps a length.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AdaptiveAvgPool2d((1, None))(edugrad.arange(6.0).reshape(1, 2, 3))
    tensor([[[1.5000, 2.5000, 3.5000]]])

    Notes
    -----
    PyTorch: ``torch.nn.AdaptiveAvgPool2d``.
    """

    function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """Average pooling of volumes to a given size.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AdaptiveAvgPool3d(1)(edugrad.arange(8.0).reshape(1, 2, 2, 2))
    tensor([[[[3.5000]]]])

    Notes
    -----
    PyTorch: ``torch.nn.AdaptiveAvgPool3d``.
    """

    function = staticmethod(F.adaptive_avg_pool3d)


class _LPPoolNd(Module):
    """The roots of sums of powers of windows."""

    function: ClassVar[Callable[..., Any]]

    def __init__(
        self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Any) -> Any:
        return self.function(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """The root of the sum of powers of each window of a sequence.

    The parameters are those of :class:`LPPool2d`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.LPPool1d(2, 2)(edugrad.tensor([[3.0, 4.0, 0.0, 1.0]]))
    tensor([[5., 1.]])

    Notes
    -----
    PyTorch: ``torch.nn.LPPool1d``.
    """

    function = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPoolNd):
    r"""The root of the sum of powers of each window of an image.

    .. math:: \sqrt[p]{\sum_{x \in \text{window}} x^p}

    Parameters
    ----------
    norm_type : float
        The power p: 1 gives sums, a large one nearly the largest element.
    kernel_size : int or pair
    stride : int or pair, optional
        The kernel's size unless given.
    ceil_mode : bool
        Keep windows that reach beyond the end.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.LPPool2d(2, 2)(edugrad.tensor([[[3.0, 4.0], [0.0, 0.0]]]))
    tensor([[[5.]]])

    Notes
    -----
    PyTorch: ``torch.nn.LPPool2d``.
    """

    function = staticmethod(F.lp_pool2d)
