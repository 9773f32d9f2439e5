"""Convolutions and their transposes as modules."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..creation import empty
from ..errors import teach
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter
from .sizes import for_each

PADDING_NAMES = {"same", "valid"}
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def _check_channels(in_channels: int, out_channels: int, groups: int) -> None:
    if groups <= 0:
        rule = "groups must be a positive integer"
    elif in_channels % groups:
        rule = "in_channels must be divisible by groups"
    elif out_channels % groups:
        rule = "out_channels must be divisible by groups"
    else:
        return
    raise ValueError(
        teach(
            rule,
            got=f"in_channels={in_channels}, out_channels={out_channels}, groups={groups}",
            mend="each group takes an equal share of both; groups=1 connects all channels",
        )
    )


def _check_padding(padding: Any, stride: tuple[int, ...], padding_mode: str) -> None:
    if isinstance(padding, str) and padding not in PADDING_NAMES:
        rule = f"Invalid padding string {padding!r}, should be one of {PADDING_NAMES}"
    elif padding == "same" and any(each != 1 for each in stride):
        rule = "padding='same' is not supported for strided convolutions"
    elif padding_mode not in PADDING_MODES:
        rule = f"padding_mode must be one of {PADDING_MODES}, but got padding_mode='{padding_mode}'"
    else:
        return
    raise ValueError(
        teach(
            rule,
            got=f"padding={padding!r}, stride={stride}, padding_mode={padding_mode!r}",
            mend='give the padding in numbers, e.g. half the kernel\'s size; padding_mode="zeros" '
            "fills with zeros",
        )
    )


class _ConvNd(Module):
    """What all convolutions share: settings, weights and how they start."""

    dims: ClassVar[int]
    transposed: ClassVar[bool]
    function: ClassVar[Callable[..., Any]]
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        output_padding: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = for_each(kernel_size, self.dims)
        self.stride = for_each(stride, self.dims)
        self.padding = padding if isinstance(padding, str) else for_each(padding, self.dims)
        self.dilation = for_each(dilation, self.dims)
        self.output_padding = for_each(output_padding, self.dims)
        self.groups = groups
        self.padding_mode = padding_mode
        _check_channels(in_channels, out_channels, groups)
        _check_padding(self.padding, self.stride, padding_mode)
        first, second = out_channels, in_channels // groups
        if self.transposed:
            first, second = in_channels, out_channels // groups
        form = {"device": device, "dtype": dtype}
        self.weight = Parameter(empty(first, second, *self.kernel_size, **form))
        if bias:
            self.bias = Parameter(empty(out_channels, **form))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias from between -1 and 1 over the root of what a sum adds up."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = math.prod(self.weight.shape[1:])
            if fan_in:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def extra_repr(self) -> str:
        parts = [
            f"{self.in_channels}, {self.out_channels}",
            f"kernel_size={self.kernel_size}, stride={self.stride}",
        ]
        usual = (0,) * len(self.stride), (1,) * len(self.stride)
        if self.padding != usual[0]:
            parts.append(f"padding={self.padding}")
        if self.dilation != usual[1]:
            parts.append(f"dilation={self.dilation}")
        if self.output_padding != usual[0]:
            parts.append(f"output_padding={self.output_padding}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


class _Convolution(_ConvNd):
    """A convolution of any number of dimensions."""

    transposed = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Any) -> Any:
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._sides(), mode=self.padding_mode)
            padding = 0
        return self.function(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def _sides(self) -> list[int]:
        """The padding before and after each dimension, the last one first, for ``F.pad``."""
        if self.padding == "valid":
            return [0] * (2 * self.dims)
        if self.padding == "same":
            reach = zip(self.dilation, self.kernel_size, strict=True)
            pairs = [(d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2) for d, k in reach]
        else:
            pairs = [(each, each) for each in self.padding]
        return [side for pair in reversed(pairs) for side in pair]


class Conv1d(_Convolution):
    r"""Slide learnt kernels over sequences: at each place the sum of products, plus a bias.

    .. math:: y_{n,o} = b_o + \sum_c w_{o,c} \star x_{n,c}

    The input has shape (batch, in_channels, length) or (in_channels, length); the result
    (batch, out_channels, places). The parameters are those of :class:`Conv2d`.

    Attributes
    ----------
    weight : Parameter of shape (out_channels, in_channels / groups, kernel_size)
    bias : Parameter of shape (out_channels,), or None

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.Conv1d(16, 33, 3, stride=2)
    >>> layer(edugrad.randn(20, 16, 50)).shape
    edugrad.Size([20, 33, 24])

    Notes
    -----
    PyTorch: ``torch.nn.Conv1d``.
    """

    dims = 1
    function = staticmethod(F.conv1d)


class Conv2d(_Convolution):
    r"""Slide learnt kernels over images: at each place the sum of products, plus a bias.

    .. math:: y_{n,o} = b_o + \sum_c w_{o,c} \star x_{n,c}

    The input has shape (batch, in_channels, height, width), or that of one image without the
    batch; the result (batch, out_channels, …) with (size + 2 padding - dilation (kernel - 1) - 1)
    / stride + 1 places in each direction, rounded down.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int or pair
    stride : int or pair
        How far the kernel moves from one place to the next.
    padding : int, pair, "same" or "valid"
        What is added on each side; "same" keeps the size, "valid" adds nothing.
    dilation : int or pair
        The distance between the kernel's elements.
    groups : int
        Split the channels into so many groups that do not see each other.
    bias : bool
        Whether to add a learnt number to each channel.
    padding_mode : "zeros", "reflect", "replicate" or "circular"
        What the padding is filled with.

    Attributes
    ----------
    weight : Parameter of shape (out_channels, in_channels / groups, *kernel_size)
        Drawn, like the bias, from between -1 and 1 over the root of the number of products in a
        sum.
    bias : Parameter of shape (out_channels,), or None

    Raises
    ------
    ValueError
        If the groups do not divide the channels, or there is no such padding.
    RuntimeError
        When called: if the input has other channels, or is smaller than the kernel.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.Conv2d(3, 8, kernel_size=3, padding=1)
    >>> layer
    Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    >>> layer(edugrad.randn(2, 3, 10, 12)).shape
    edugrad.Size([2, 8, 10, 12])

    Notes
    -----
    PyTorch: ``torch.nn.Conv2d``. Source: LeCun et al., "Gradient-Based Learning Applied to
    Document Recognition", 1998.
    """

    dims = 2
    function = staticmethod(F.conv2d)


class Conv3d(_Convolution):
    """Slide learnt kernels over volumes: :class:`Conv2d` with one more dimension.

    The input has shape (batch, in_channels, depth, height, width), or no batch.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Conv3d(1, 2, 3)(edugrad.randn(1, 1, 4, 5, 6)).shape
    edugrad.Size([1, 2, 2, 3, 4])

    Notes
    -----
    PyTorch: ``torch.nn.Conv3d``.
    """

    dims = 3
    function = staticmethod(F.conv3d)


class _ConvTransposeNd(_ConvNd):
    """A transposed convolution of any number of dimensions."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(
                teach(
                    f'Only "zeros" padding mode is supported for {type(self).__name__}',
                    got=f"padding_mode={padding_mode!r}",
                    mend="leave padding_mode out: here padding takes away from the result",
                )
            )
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            output_padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Any, output_size: Sequence[int] | None = None) -> Any:
        extra = self.output_padding
        if output_size is not None:
            extra = self._extra(tuple(input.shape), list(output_size))
        return self.function(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            extra,
            self.groups,
            self.dilation,
        )

    def _extra(self, shape: tuple[int, ...], wanted: list[int]) -> tuple[int, ...]:
        """The output padding with which the result has the size that is asked for."""
        lead = len(shape) - self.dims
        if len(wanted) == len(shape):
            wanted = wanted[lead:]
        if len(wanted) != self.dims:
            raise ValueError(
                teach(
                    f"ConvTranspose{self.dims}D: for {len(shape)}D input, output_size must have "
                    f"{self.dims} or {len(shape)} elements (got {len(wanted)})",
                    got=f"output_size={wanted}",
                    mend="give the sizes of the spatial dimensions",
                )
            )
        least = [
            (shape[lead + k] - 1) * self.stride[k]
            - 2 * self.padding[k]
            + self.dilation[k] * (self.kernel_size[k] - 1)
            + 1
            for k in range(self.dims)
        ]
        most = [low + step - 1 for low, step in zip(least, self.stride, strict=True)]
        if any(not low <= n <= high for low, n, high in zip(least, wanted, most, strict=True)):
            raise ValueError(
                teach(
                    f"requested an output size of {wanted}, but valid sizes range from {least} to "
                    f"{most} (for an input of {list(shape[lead:])})",
                    got=f"output_size={wanted} with stride={self.stride}",
                    mend="choose among the sizes that a convolution would round to this input",
                )
            )
        return tuple(n - low for n, low in zip(wanted, least, strict=True))


class ConvTranspose1d(_ConvTransposeNd):
    """The transpose of :class:`Conv1d`: sequences become longer by the stride.

    The input has shape (batch, in_channels, length) or (in_channels, length). The parameters are
    those of :class:`ConvTranspose2d`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ConvTranspose1d(3, 2, 4, stride=2, padding=1)(edugrad.randn(1, 3, 5)).shape
    edugrad.Size([1, 2, 10])

    Notes
    -----
    PyTorch: ``torch.nn.ConvTranspose1d``.
    """

    dims = 1
    function = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTransposeNd):
    """The transpose of :class:`Conv2d`: each element is spread over where its kernel lies.

    It has the shapes of a convolution run backwards. The input has shape (batch, in_channels,
    height, width), or no batch; the result has (size - 1) stride - 2 padding + dilation
    (kernel - 1) + output_padding + 1 elements in each direction.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding : int or pair
        Those of the convolution that it transposes: padding makes the result smaller.
    output_padding : int or pair
        Added to the result on one side, where several sizes belong to one of the input.
    groups : int
    bias : bool
    dilation : int or pair

    Attributes
    ----------
    weight : Parameter of shape (in_channels, out_channels / groups, *kernel_size)
    bias : Parameter of shape (out_channels,), or None

    Raises
    ------
    ValueError
        If the groups do not divide the channels; when called with an ``output_size`` that cannot
        be reached.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1)
    >>> layer(edugrad.randn(1, 3, 5, 5)).shape
    edugrad.Size([1, 2, 9, 9])
    >>> layer(edugrad.randn(1, 3, 5, 5), output_size=(10, 10)).shape
    edugrad.Size([1, 2, 10, 10])

    Notes
    -----
    PyTorch: ``torch.nn.ConvTranspose2d``. Source: Zeiler et al., "Deconvolutional Networks", 2010.
    """

    dims = 2
    function = staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTransposeNd):
    """:class:`ConvTranspose2d` with one more dimension.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ConvTranspose3d(1, 2, 2, stride=2)(edugrad.randn(1, 1, 2, 3, 4)).shape
    edugrad.Size([1, 2, 4, 6, 8])

    Notes
    -----
    PyTorch: ``torch.nn.ConvTranspose3d``.
    """

    dims = 3
    function = staticmethod(F.conv_transpose3d)
