"""Dropout: in training, some elements or channels are left out at random.

The numbers come from the default stream of :mod:`edugrad.random`, one for each element or channel.
PyTorch draws them through MKL where it has it, so its stream may differ.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .. import devices
from ..errors import teach
from ..random import default_generator
from ..tensor import Tensor
from .checks import scalar_type
from .registry import Sample, T, register

FUNCTIONAL = "edugrad.nn.functional"
FLOAT64 = np.dtype(np.float64)
STREAM = "the same distribution from another stream of random numbers"

# The scale and the shift of the SELU activation, to whose lower end alpha dropout sets elements.
ALPHA = 1.7580993408473766


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(
            teach(
                f"dropout probability has to be between 0 and 1, but got {p}",
                got=f"p={p}",
                mend="p is the share that is left out, e.g. 0.5",
            )
        )


def _kept(input: Tensor, p: float, by_channel: bool) -> Tensor:
    """Ones for what is kept and zeros for what is left out, in the input's dtype."""
    shape = tuple(input.shape)
    if by_channel:
        shape = shape[:2] + (1,) * (len(shape) - 2)
    kept = default_generator.uniform(math.prod(shape), FLOAT64) < 1 - p
    numbers = kept.reshape(shape).astype(input._array.dtype)
    return Tensor._wrap(devices.move(numbers, devices.CPU, input._device), input._device)


def _multiply(input: Tensor, noise: Tensor, inplace: bool) -> Tensor:
    return input.mul_(noise) if inplace else input * noise


def _drop(input: Tensor, p: float, training: bool, inplace: bool, by_channel: bool) -> Tensor:
    """Multiply by 0 with probability ``p`` and by 1 / (1 - p) otherwise."""
    _check_probability(p)
    if not training or p == 0 or input.numel() == 0:
        return input
    if p == 1:
        return _multiply(input, input.new_zeros(()), inplace)
    _check_float(input)
    noise = _kept(input, p, by_channel)
    noise._array /= 1 - p
    return _multiply(input, noise, inplace)


def _drop_alpha(input: Tensor, p: float, training: bool, inplace: bool, by_channel: bool) -> Any:
    """Set to SELU's lower end with probability ``p``; mean 0 and variance 1 stay as they are."""
    _check_probability(p)
    if not training or p == 0 or input.numel() == 0:
        return input
    if p == 1:
        return _multiply(input, input.new_zeros(()), inplace)
    _check_float(input)
    kept = _kept(input, p, by_channel)
    scale = 1 / math.sqrt((ALPHA**2 * p + 1) * (1 - p))
    shift = (kept - 1) * (ALPHA * scale) + ALPHA * scale * p
    noise = kept * scale
    return input.mul_(noise).add_(shift) if inplace else input * noise + shift


def _check_float(input: Tensor) -> None:
    if not input.is_floating_point():
        raise RuntimeError(
            teach(
                f"result type Float can't be cast to the desired output type {scalar_type(input)}",
                got=f"dropout of a tensor of {input.dtype}, whose elements cannot be scaled",
                mend="convert it first, with x.float()",
            )
        )


@register(
    None,
    samples=[
        Sample(T(2, 3), 0.0),
        Sample(T(2, 3), p=1.0),
        Sample(T(2, 3), 0.5, training=False),
        Sample(T(2, 3), 0.0, True, inplace=False),
    ],
    namespace=FUNCTIONAL,
    method=False,
    torch=STREAM,
)
def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    r"""Leave out each element with probability ``p``; what is kept is divided by 1 - p.

    .. math:: \text{out}_i = \frac{m_i}{1 - p} \, a_i \qquad m_i \sim \text{Bernoulli}(1 - p)

    Parameters
    ----------
    input : Tensor
    p : float
        The probability of an element to become 0.
    training : bool
        If False, the input itself is returned.
    inplace : bool
        Replace the values of ``input``.

    Raises
    ------
    ValueError
        If ``p`` is no probability.
    RuntimeError
        If the input holds no floating-point numbers.

    Examples
    --------
    >>> import edugrad
    >>> _ = edugrad.manual_seed(0)
    >>> edugrad.nn.functional.dropout(edugrad.ones(6), 0.5)
    tensor([0., 0., 2., 0., 0., 0.])

    Notes
    -----
    PyTorch: ``torch.nn.functional.dropout``; the stream of random numbers may differ.
    Source: Srivastava et al., "Dropout", 2014.
    """
    return _drop(input, p, training, inplace, False)


@register(
    None,
    samples=[
        Sample(T(2, 3, 4), 0.0),
        Sample(T(3, 4), p=1.0),
        Sample(T(3, 4), 0.5, training=False, inplace=False),
    ],
    namespace=FUNCTIONAL,
    method=False,
    torch=STREAM,
)
def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Leave out each channel of (batch, channels, length) with probability ``p``.

    Raises
    ------
    RuntimeError
        If the input has neither 2 nor 3 dimensions.

    Notes
    -----
    PyTorch: ``torch.nn.functional.dropout1d``; the stream of random numbers may differ.
    """
    _check_probability(p)
    if input.ndim not in (2, 3):
        raise RuntimeError(
            teach(
                f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input.",
                got=f"shape {tuple(input.shape)}",
                mend="give (batch, channels, length) or (channels, length)",
            )
        )
    return _by_channel(input, p, training, inplace, input.ndim == 2)


def _by_channel(input: Tensor, p: float, training: bool, inplace: bool, alone: bool) -> Any:
    """Drop channels; an input without a batch gets one for the time being."""
    if not alone:
        return _drop(input, p, training, inplace, True)
    if inplace:
        return _drop(input.unsqueeze_(0), p, training, True, True).squeeze_(0)
    return _drop(input.unsqueeze(0), p, training, False, True).squeeze(0)


@register(
    None,
    samples=[
        Sample(T(2, 3, 4, 2), 0.0),
        Sample(T(2, 3, 4, 2), p=1.0),
        Sample(T(2, 3, 4), 0.5, training=False, inplace=False),
    ],
    namespace=FUNCTIONAL,
    method=False,
    torch=STREAM,
)
def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Leave out each channel of (batch, channels, height, width) with probability ``p``.

    An input of three dimensions is taken as (batch, channels, length), as in PyTorch.

    Notes
    -----
    PyTorch: ``torch.nn.functional.dropout2d``; the stream of random numbers may differ.
    """
    _check_probability(p)
    if input.ndim not in (3, 4):
        warnings.warn(
            f"dropout2d: Received a {input.ndim}-D input to dropout2d, which is deprecated and "
            "will result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead. Note that dropout2d exists to provide "
            "channel-wise dropout on inputs with 2 spatial dimensions, a channel dimension, and an "
            "optional batch dimension (i.e. 3D or 4D inputs).",
            stacklevel=2,
        )
    if input.ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D "
            "dropout behavior is desired - input is interpreted as shape (N, C, L), where C is "
            "the channel dim. This behavior will change in a future release to interpret the "
            "input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D "
            "channel-wise dropout behavior, please switch to using dropout1d instead.",
            stacklevel=2,
        )
    _check_channels(input, training and p > 0)
    return _drop(input, p, training, inplace, True)


@register(
    None,
    samples=[
        Sample(T(2, 3, 2, 2, 2), 0.0),
        Sample(T(2, 3, 2, 2, 2), p=1.0),
        Sample(T(2, 3, 2, 2), 0.5, training=False, inplace=False),
    ],
    namespace=FUNCTIONAL,
    method=False,
    torch=STREAM,
)
def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Leave out each channel of (batch, channels, depth, height, width) with probability ``p``.

    Notes
    -----
    PyTorch: ``torch.nn.functional.dropout3d``; the stream of random numbers may differ.
    """
    _check_probability(p)
    if input.ndim not in (4, 5):
        warnings.warn(
            f"dropout3d: Received a {input.ndim}-D input to dropout3d, which is deprecated and "
            "will result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead. Note that dropout3d exists to provide "
            "channel-wise dropout on inputs with 3 spatial dimensions, a channel dimension, and an "
            "optional batch dimension (i.e. 4D or 5D inputs).",
            stacklevel=2,
        )
    _check_channels(input, training and p > 0)
    return _by_channel(input, p, training, inplace, input.ndim == 4)


def _check_channels(input: Tensor, drops: bool) -> None:
    if drops and input.ndim < 2:
        raise RuntimeError(
            teach(
                "Feature dropout requires at least 2 dimensions in the input",
                got=f"shape {tuple(input.shape)}",
                mend="channels are dimension 1, after the batch: x.unsqueeze(0); or use dropout()",
            )
        )


@register(
    None,
    samples=[
        Sample(T(2, 3), 0.0, True),
        Sample(T(2, 3), p=1.0, training=True),
        Sample(T(2, 3), inplace=False),
    ],
    namespace=FUNCTIONAL,
    method=False,
    torch=STREAM,
)
def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
    """Dropout for SELU: elements are set to its lower end, and mean and variance are kept.

    Notes
    -----
    PyTorch: ``torch.nn.functional.alpha_dropout``; the stream of random numbers may differ.
    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """
    return _drop_alpha(input, p, training, inplace, False)


@register(
    None,
    samples=[
        Sample(T(2, 3, 2), 0.0, True),
        Sample(T(2, 3, 2), p=1.0, training=True),
        Sample(T(2, 3, 2), inplace=False),
    ],
    namespace=FUNCTIONAL,
    method=False,
    torch=STREAM,
)
def feature_alpha_dropout(
    input: Any, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Any:
    """:func:`alpha_dropout` of whole channels.

    Notes
    -----
    PyTorch: ``torch.nn.functional.feature_alpha_dropout``; the stream of random numbers may differ.
    """
    _check_probability(p)
    _check_channels(input, training and p > 0)
    return _drop_alpha(input, p, training, inplace, True)
