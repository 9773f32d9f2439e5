"""Max pooling as modules, and putting what it chose back where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from . import functional as F
from .module import Module
from .sizes import for_each


class _MaxPoolNd(Module):
    """The largest element of each window, in any number of dimensions."""

    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Any) -> Any:
        return self.function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The largest element of each window of a sequence.

    The input has shape (batch, channels, length) or (channels, length). The parameters are those
    of :class:`MaxPool2d`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.MaxPool1d(2)(edugrad.tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[3., 2.]])

    Notes
    -----
    PyTorch: ``torch.nn.MaxPool1d``.
    """

    function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPoolNd):
    r"""The largest element of each window of an image.

    .. math:: y_{n,c,i,j} = \max_{k,l} x_{n,c,\,s i + k,\,s j + l}

    The input has shape (batch, channels, height, width), or no batch; the result has
    (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1 places in each direction, rounded
    down, or up with ``ceil_mode``.

    Parameters
    ----------
    kernel_size : int or pair
    stride : int or pair, optional
        The kernel's size unless given: windows side by side.
    padding : int or pair
        Added on each side; it never wins.
    dilation : int or pair
        The distance between the window's elements.
    return_indices : bool
        Return the places of the winners too, as ``MaxUnpool2d`` takes them.
    ceil_mode : bool
        Keep windows that reach beyond the end.

    Raises
    ------
    RuntimeError
        When called: if the window or its padding does not fit the image.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.MaxPool2d(2)(edugrad.arange(16.0).reshape(1, 4, 4))
    tensor([[[ 5.,  7.],
             [13., 15.]]])

    Notes
    -----
    PyTorch: ``torch.nn.MaxPool2d``.
    """

    function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPoolNd):
    """The largest element of each window of a volume: :class:`MaxPool2d` with one more dimension.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.MaxPool3d(2)(edugrad.arange(8.0).reshape(1, 2, 2, 2))
    tensor([[[[7.]]]])

    Notes
    -----
    PyTorch: ``torch.nn.MaxPool3d``.
    """

    function = staticmethod(F.max_pool3d)


class _AdaptiveMaxPoolNd(Module):
    """The largest elements of as many windows as asked for."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Any) -> Any:
        return self.function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """Max pooling of a sequence to a given length.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AdaptiveMaxPool1d(2)(edugrad.tensor([[1.0, 3.0, 2.0, 0.0, 5.0]]))
    tensor([[3., 5.]])

    Notes
    -----
    PyTorch: ``torch.nn.AdaptiveMaxPool1d``.
    """

    function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """Max pooling of images to a given size, whatever theirs is.

    The input has shape (batch, channels, height, width), or no batch.

    Parameters
    ----------
    output_size : int or pair
        Height and width of the result; None keeps a length.
    return_indices : bool
        Return the places of the winners too.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AdaptiveMaxPool2d((1, None))(edugrad.arange(6.0).reshape(1, 2, 3))
    tensor([[[3., 4., 5.]]])

    Notes
    -----
    PyTorch: ``torch.nn.AdaptiveMaxPool2d``.
    """

    function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """Max pooling of volumes to a given size.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AdaptiveMaxPool3d(1)(edugrad.arange(8.0).reshape(1, 2, 2, 2))
    tensor([[[[7.]]]])

    Notes
    -----
    PyTorch: ``torch.nn.AdaptiveMaxPool3d``.
    """

    function = staticmethod(F.adaptive_max_pool3d)


class _MaxUnpoolNd(Module):
    """The reverse of max pooling, in any number of dimensions."""

    dims: ClassVar[int]
    function: ClassVar[Callable[..., Any]]

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size = for_each(kernel_size, self.dims)
        self.stride = self.kernel_size if stride is None else for_each(stride, self.dims)
        self.padding = for_each(padding, self.dims)

    def forward(self, input: Any, indices: Any, output_size: Sequence[int] | None = None) -> Any:
        return self.function(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Put what :class:`MaxPool1d` chose back where it was, zeros elsewhere.

    Examples
    --------
    >>> import edugrad
    >>> pool = edugrad.nn.MaxPool1d(2, return_indices=True)
    >>> largest, places = pool(edugrad.tensor([[1.0, 3.0, 2.0, 0.0]]))
    >>> edugrad.nn.MaxUnpool1d(2)(largest, places)
    tensor([[0., 3., 2., 0.]])

    Notes
    -----
    PyTorch: ``torch.nn.MaxUnpool1d``.
    """

    dims = 1
    function = staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpoolNd):
    """Put what :class:`MaxPool2d` chose back where it was, zeros elsewhere.

    It is called with the pooled tensor, the indices that the pooling returned and, where several
    sizes give the same result, the ``output_size``.

    Parameters
    ----------
    kernel_size, stride, padding : int or pair
        Those of the pooling.

    Raises
    ------
    RuntimeError
        If an index lies outside of the image.
    ValueError
        If no pooling takes ``output_size`` to the input's size.

    Examples
    --------
    >>> import edugrad
    >>> pool = edugrad.nn.MaxPool2d(2, return_indices=True)
    >>> largest, places = pool(edugrad.tensor([[[1.0, 2.0], [4.0, 3.0]]]))
    >>> edugrad.nn.MaxUnpool2d(2)(largest, places)
    tensor([[[0., 0.],
             [4., 0.]]])

    Notes
    -----
    PyTorch: ``torch.nn.MaxUnpool2d``.
    """

    dims = 2
    function = staticmethod(F.max_unpool2d)
