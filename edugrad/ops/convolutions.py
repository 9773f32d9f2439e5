"""The public convolutions: checks, padding by name, inputs without a batch."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from .convolution import Convolution, TransposedConvolution
from .padding import constant_pad
from .registry import Sample, T, register
from .sliding import Shape, check_images, numbers, window_of


def _check_weight(
    name: str, input: Any, weight: Any, bias: Any, groups: int, transposed: bool
) -> None:
    """Refuse kernels, biases and numbers of groups that do not fit the input."""
    if groups <= 0:
        raise RuntimeError(
            teach(
                "non-positive groups is not supported",
                got=f"groups={groups}",
                mend="groups=1 connects all channels with each other",
            )
        )
    shape, channels = weight._array.shape, input._array.shape[1]
    if len(shape) != input.ndim:
        raise RuntimeError(
            teach(
                f"{name}: expected a weight of {input.ndim} dimensions",
                got=f"a weight of shape {shape}",
                mend="a kernel has shape "
                + ("(in, out / groups, …)" if transposed else "(out, in / groups, …)"),
            )
        )
    wanted = shape[0] if transposed else shape[1] * groups
    first = shape[0]
    if first % groups or first < groups:
        rule = (
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0 and "
            f"divisible by it, but got weight of size {list(shape)} instead"
        )
    elif channels != wanted:
        rule = (
            f"Given {'transposed=1' if transposed else f'groups={groups}'}, weight of size "
            f"{list(shape)}, expected input{list(input.shape)} to have {wanted} channels, but got "
            f"{channels} channels instead"
        )
    else:
        _check_bias(input, weight, bias, shape[1] * groups if transposed else first)
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"an input of {channels} channels and a weight of shape {shape}",
            mend="a kernel has shape "
            + ("(in, out / groups, …)" if transposed else "(out, in / groups, …)"),
        )
    )


def _check_bias(input: Any, weight: Any, bias: Any, outs: int) -> None:
    if bias is not None and bias._array.shape != (outs,):
        raise RuntimeError(
            teach(
                f"Given weight of size {list(weight.shape)}, expected bias to be 1-dimensional "
                f"with {outs} elements, but got bias of size {list(bias.shape)} instead",
                got=f"a bias of shape {tuple(bias.shape)}",
                mend="the bias has one number for each output channel",
            )
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and each._array.dtype != input._array.dtype:
            raise RuntimeError(
                teach(
                    f"Input type ({input.dtype.name}) and {name} type ({each.dtype.name}) should "
                    "be the same",
                    got=f"an input of {input.dtype} and a {name} of {each.dtype}",
                    mend=f"convert one of them, e.g. with .to({each.dtype!r})",
                )
            )


def _same(name: str, input: Any, kernel: Shape, stride: Any, dilation: Any) -> tuple[Any, Shape]:
    """The input and the padding with which the result has the input's size."""
    dims = len(kernel)
    if any(each != 1 for each in numbers(name, "stride", stride, dims)):
        raise RuntimeError(
            teach(
                "padding='same' is not supported for strided convolutions",
                got=f"stride={stride}",
                mend="give the padding in numbers, e.g. half the kernel's size",
            )
        )
    steps = numbers(name, "dilation", dilation, dims)
    totals = [d * (k - 1) for d, k in zip(steps, kernel, strict=True)]
    if any(total % 2 for total in totals):
        uneven = [side for total in reversed(totals) for side in (0, total % 2)]
        input = constant_pad(input, uneven)
    return input, tuple(total // 2 for total in totals)


def _convolve(
    dims: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Any:
    name = f"conv{dims}d"
    if not check_images(name, input, dims):
        one = _convolve(dims, input.unsqueeze(0), weight, bias, stride, padding, dilation, groups)
        return one.squeeze(0)
    _check_weight(name, input, weight, bias, groups, transposed=False)
    kernel = weight._array.shape[2:]
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise RuntimeError(
                teach(
                    f"Invalid padding string: '{padding}'",
                    got=f"padding={padding!r}",
                    mend='padding is "same", "valid", or numbers',
                )
            )
        input, padding = (
            _same(name, input, kernel, stride, dilation) if padding == "same" else (input, 0)
        )
    window = window_of(name, kernel, dims, stride=stride, padding=padding, dilation=dilation)
    size = input._array.shape[2:]
    grown = [n + 2 * p for n, p in zip(size, window.padding, strict=True)]
    if any(window.reach(k) > grown[k] for k in range(dims)):
        raise RuntimeError(
            teach(
                f"Calculated padded input size per channel: ({' x '.join(map(str, grown))}). "
                f"Kernel size: ({' x '.join(map(str, kernel))}). Kernel size can't be greater "
                "than actual input size",
                got=f"an input of shape {tuple(input.shape)}, dilation={window.dilation}",
                mend="use a smaller kernel, or more padding",
            )
        )
    places = window.places(size)
    return Convolution.apply(input, weight, bias, window=window, groups=groups, places=places)


def _convolve_transposed(
    dims: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Any:
    name = f"conv_transpose{dims}d"
    if not check_images(name, input, dims):
        one = _convolve_transposed(
            dims,
            input.unsqueeze(0),
            weight,
            bias,
            stride,
            padding,
            output_padding,
            groups,
            dilation,
        )
        return one.squeeze(0)
    _check_weight(name, input, weight, bias, groups, transposed=True)
    kernel = weight._array.shape[2:]
    window = window_of(name, kernel, dims, stride=stride, padding=padding, dilation=dilation)
    extra = numbers(name, "output_padding", output_padding, dims)
    if any(e >= max(s, d) for e, s, d in zip(extra, window.stride, window.dilation, strict=True)):
        raise RuntimeError(
            teach(
                "output padding must be smaller than either stride or dilation",
                got=f"output_padding={extra}, stride={window.stride}, dilation={window.dilation}",
                mend="it chooses among the sizes that a convolution would round to this one",
            )
        )
    places = input._array.shape[2:]
    size = tuple(
        (places[k] - 1) * window.stride[k] - 2 * window.padding[k] + window.reach(k) + extra[k]
        for k in range(dims)
    )
    if min(size) <= 0:
        raise RuntimeError(
            teach(
                f"Given input size per channel: ({' x '.join(map(str, places))}). Calculated "
                f"output size per channel: ({' x '.join(map(str, size))}). Output size is too "
                "small",
                got=f"padding={window.padding}",
                mend="use less padding, or a larger kernel",
            )
        )
    return TransposedConvolution.apply(input, weight, bias, window=window, groups=groups, size=size)


@register(
    Convolution,
    samples=[
        Sample(T(2, 3, 6), T(4, 3, 3)),
        Sample(T(2, 4, 7), T(6, 2, 3), T(6), stride=2, padding=1, dilation=2, groups=2),
        Sample(T(2, 3, 6), T(4, 3, 4), T(4), padding="same"),
        Sample(T(3, 6), T(4, 3, 3), T(4), padding="valid"),
    ],
    method=False,
)
def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Slide kernels over sequences. PyTorch: ``torch.nn.functional.conv1d``.

    Like :func:`conv2d` with one spatial dimension: the input has shape (batch, channels, length),
    the weight (out channels, channels / groups, kernel length).
    """
    return _convolve(1, input, weight, bias, stride, padding, dilation, groups)


@register(
    Convolution,
    samples=[
        Sample(T(2, 3, 5, 4), T(4, 3, 3, 2)),
        Sample(T(2, 3, 5, 5), T(2, 3, 3, 3), T(2), padding=1),
        Sample(T(1, 4, 7, 6), T(4, 2, 3, 2), T(4), stride=(2, 1), padding=(1, 0), groups=2),
        Sample(T(1, 2, 7, 7), T(2, 1, 3, 3), dilation=(2, 3), padding=2, groups=2),
        Sample(T(1, 2, 4, 5), T(3, 2, 2, 3), T(3), padding="same", dilation=(1, 2)),
        Sample(T(2, 5, 4), T(3, 2, 3, 3), T(3), padding="valid"),
        Sample(T(2, 3, 4, 4), T(5, 3, 1, 1), bias=T(5)),
    ],
    method=False,
)
def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    r"""Slide kernels over images: at each place the sum of products, plus a bias.

    .. math:: y_{n,o} = b_o + \sum_c w_{o,c} \star x_{n,c}

    Parameters
    ----------
    input : Tensor of shape (batch, channels, height, width)
        Or of one image, without the batch.
    weight : Tensor of shape (out channels, channels / groups, kernel height, kernel width)
    bias : Tensor of shape (out channels,), optional
    stride : int or pair
        How far the kernel moves from one place to the next.
    padding : int, pair, "same" or "valid"
        Zeros added on each side; "same" keeps the size, "valid" adds none.
    dilation : int or pair
        The distance between the kernel's elements.
    groups : int
        Split the channels into so many groups that do not see each other.

    Returns
    -------
    Tensor of shape (batch, out channels, height, width)
        With (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1 places, rounded down.

    Raises
    ------
    RuntimeError
        If channels, groups, bias or dtypes do not fit, or the kernel is larger than the image.

    Examples
    --------
    >>> import edugrad
    >>> image = edugrad.arange(9.0).reshape(1, 1, 3, 3)
    >>> edugrad.nn.functional.conv2d(image, edugrad.ones(1, 1, 2, 2))
    tensor([[[[ 8., 12.],
              [20., 24.]]]])

    Notes
    -----
    PyTorch: ``torch.nn.functional.conv2d``.
    """
    return _convolve(2, input, weight, bias, stride, padding, dilation, groups)


@register(
    Convolution,
    samples=[
        Sample(T(1, 2, 3, 4, 3), T(2, 2, 2, 3, 2), T(2), padding=(0, 1, 1), stride=(1, 2, 1)),
    ],
    method=False,
)
def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """:func:`conv2d` with three spatial dimensions. PyTorch: ``torch.nn.functional.conv3d``."""
    return _convolve(3, input, weight, bias, stride, padding, dilation, groups)


@register(
    TransposedConvolution,
    samples=[
        Sample(T(2, 3, 4), T(3, 2, 3)),
        Sample(T(2, 4, 4), T(4, 3, 3), T(6), 2, 1, 1, 2, 2),
        Sample(T(3, 4), T(3, 2, 3), T(2), stride=3, output_padding=2),
        Sample(T(3, 4), T(3, 2, 1), output_padding=1, dilation=2),
    ],
    method=False,
)
def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """:func:`conv_transpose2d` for sequences. PyTorch: ``torch.nn.functional.conv_transpose1d``."""
    return _convolve_transposed(
        1, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


@register(
    TransposedConvolution,
    samples=[
        Sample(T(2, 3, 3, 4), T(3, 2, 2, 3)),
        Sample(T(1, 4, 3, 3), T(4, 1, 3, 2), T(2), stride=(2, 1), padding=(1, 0), groups=2),
        Sample(
            T(1, 2, 3, 3), T(2, 3, 3, 3), T(3), stride=2, padding=1, output_padding=1, dilation=2
        ),
        Sample(T(1, 1, 3, 3), T(1, 1, 2, 2), stride=1, output_padding=1, dilation=2),
        Sample(T(2, 3, 3), T(2, 3, 1, 1), bias=T(3)),
    ],
    method=False,
)
def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """The transpose of :func:`conv2d`: each element is spread over where its kernel lies.

    It has the shapes of a convolution run backwards, and is what takes a gradient back through one.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, height, width)
    weight : Tensor of shape (channels, out channels / groups, kernel height, kernel width)
    bias : Tensor of shape (out channels,), optional
    stride, padding, dilation, groups
        Those of the convolution that it transposes.
    output_padding : int or pair
        Added to the result's size on one side, where several sizes belong to one of the input.

    Returns
    -------
    Tensor of shape (batch, out channels, height, width)
        Of size (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.

    Raises
    ------
    RuntimeError
        If channels, groups, bias, dtypes or the output padding do not fit.

    Notes
    -----
    PyTorch: ``torch.nn.functional.conv_transpose2d``.
    """
    return _convolve_transposed(
        2, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


@register(
    TransposedConvolution,
    samples=[Sample(T(1, 2, 2, 3, 2), T(2, 1, 2, 2, 3), T(1), stride=(1, 2, 1))],
    method=False,
)
def conv_transpose3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """:func:`conv_transpose2d` with three spatial dimensions.

    Notes
    -----
    PyTorch: ``torch.nn.functional.conv_transpose3d``.
    """
    return _convolve_transposed(
        3, input, weight, bias, stride, padding, output_padding, groups, dilation
    )
