"""Dropout: elements or whole channels set to zero at random while a network trains."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .. import devices
from .. import random as random_numbers
from ..errors import teach
from ..tensor import Tensor
from .registry import Sample, T, register

FUNCTIONAL = "edugrad.nn.functional"
STREAM = "the stream of random numbers may differ"
SELU_FLOOR = -1.7580993408473766


def _check_probability(p: float) -> None:
    if not 0.0 <= p <= 1.0:
        raise ValueError(
            teach(
                f"dropout probability has to be between 0 and 1, but got {p}",
                got=f"p={p}",
                mend="p is the share of elements that are set to zero, e.g. 0.5",
            )
        )


def _kept(input: Any, shape: tuple[int, ...], p: float) -> Any:
    """A tensor like ``input`` of ones, and zeros with probability ``p``."""
    draw = random_numbers.default_generator
    drawn = draw.uniform(math.prod(shape), np.dtype(np.float32)).reshape(shape)
    mask = (drawn >= p).astype(input._array.dtype)
    return Tensor._wrap(devices.move(mask, devices.CPU, input._device), input._device)


def _dropped(input: Any, shape: tuple[int, ...], p: float, training: bool, inplace: bool) -> Any:
    """Multiply by a mask of that shape, scaled so that the expectation stays as it is."""
    _check_probability(p)
    if not training or p == 0 or not input.numel():
        return input
    mask = _kept(input, shape, p)
    factors = mask / (1 - p) if p < 1 else mask
    return input.mul_(factors) if inplace else input * factors


def _channels(input: Any) -> tuple[int, ...]:
    """The shape of a mask with one number for each channel of each example."""
    if input.ndim < 2:
        raise RuntimeError(
            teach(
                "Feature dropout requires at least 2 dimensions in the input",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="use dropout() to drop single elements",
            )
        )
    return (*input._array.shape[:2], *[1] * (input.ndim - 2))


@register(
    None,
    samples=[
        Sample(T(2, 3), p=0.0),
        Sample(T(2, 3), 0.3, training=False),
        Sample(T(2, 3), p=1.0),
    ],
    method=False,
    namespace=FUNCTIONAL,
    torch=STREAM,
)
def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set elements to zero with probability ``p`` and divide the others by ``1 - p``.

    Parameters
    ----------
    input : Tensor
    p : float
        The share of elements that are set to zero.
    training : bool
        False returns the input as it is.
    inplace : bool
        Write into the input itself.

    Raises
    ------
    ValueError
        If ``p`` is no probability.

    Examples
    --------
    >>> import edugrad
    >>> _ = edugrad.manual_seed(0)
    >>> edugrad.nn.functional.dropout(edugrad.ones(8), p=0.5)
    tensor([0., 2., 0., 0., 0., 2., 0., 2.])

    Notes
    -----
    PyTorch: ``torch.nn.functional.dropout``; the stream of random numbers may differ.
    """
    return _dropped(input, input._array.shape, p, training, inplace)


@register(
    None,
    samples=[Sample(T(2, 3, 4), p=0.0), Sample(T(3, 4), 0.3, training=False)],
    method=False,
    namespace=FUNCTIONAL,
    torch=STREAM,
)
def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set whole channels of (batch, channels, length) to zero; the batch may be left out.

    Notes
    -----
    PyTorch: ``torch.nn.functional.dropout1d``; the stream of random numbers may differ.
    """
    _check_probability(p)
    if input.ndim not in (2, 3):
        raise RuntimeError(
            teach(
                f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input. Note "
                "that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial "
                "dimension, a channel dimension, and an optional batch dimension",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="use dropout() to drop single elements, or dropout2d() for images",
            )
        )
    return _unbatched(input, 2, p, training, inplace)


def _unbatched(input: Any, ndim: int, p: float, training: bool, inplace: bool) -> Any:
    """Drop channels, of an input without a batch where it has ``ndim`` dimensions."""
    shape = _channels(input)
    if input.ndim == ndim:
        shape = (input._array.shape[0], *[1] * (ndim - 1))
    return _dropped(input, shape, p, training, inplace)


def _warn(name: str, input: Any, ranks: tuple[int, ...]) -> None:
    if input.ndim not in ranks:
        warnings.warn(
            f"{name}: Received a {input.ndim}-D input to {name}, which is deprecated and will "
            "result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead.",
            stacklevel=3,
        )


@register(
    None,
    samples=[Sample(T(2, 3, 4, 2), p=0.0), Sample(T(2, 3, 4, 2), 0.3, training=False)],
    method=False,
    namespace=FUNCTIONAL,
    torch=STREAM,
)
def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set whole channels of (batch, channels, height, width) to zero.

    Of three dimensions the first counts as the batch, as in PyTorch.

    Notes
    -----
    PyTorch: ``torch.nn.functional.dropout2d``; the stream of random numbers may differ.
    """
    _check_probability(p)
    _warn("dropout2d", input, (3, 4))
    return _dropped(input, _channels(input), p, training, inplace)


@register(
    None,
    samples=[Sample(T(2, 3, 2, 2, 2), p=0.0), Sample(T(3, 2, 2, 2), 0.3, training=False)],
    method=False,
    namespace=FUNCTIONAL,
    torch=STREAM,
)
def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set whole channels of (batch, channels, depth, height, width) to zero.

    Notes
    -----
    PyTorch: ``torch.nn.functional.dropout3d``; the stream of random numbers may differ.
    """
    _check_probability(p)
    _warn("dropout3d", input, (4, 5))
    return _unbatched(input, 4, p, training, inplace)


def _alpha(input: Any, shape: tuple[int, ...], p: float, training: bool, inplace: bool) -> Any:
    """Replace elements by SELU's lowest value; scale and shift to keep mean and variance."""
    _check_probability(p)
    if not training or p == 0 or not input.numel():
        return input
    if p == 1:
        return input.mul_(0.0) if inplace else input * 0.0
    mask = _kept(input, shape, p)
    scale = 1 / math.sqrt((SELU_FLOOR**2 * p + 1) * (1 - p))
    shift = (mask - 1) * (-SELU_FLOOR * scale) - SELU_FLOOR * scale * p
    factors = mask * scale
    return input.mul_(factors).add_(shift) if inplace else input * factors + shift


@register(
    None,
    samples=[Sample(T(2, 3), p=0.0, training=True), Sample(T(2, 3), 0.3)],
    method=False,
    namespace=FUNCTIONAL,
    torch=STREAM,
)
def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
    """Dropout that keeps mean 0 and variance 1, for networks of SELU.

    Notes
    -----
    PyTorch: ``torch.nn.functional.alpha_dropout``; the stream of random numbers may differ.
    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """
    return _alpha(input, input._array.shape, p, training, inplace)


@register(
    None,
    samples=[Sample(T(2, 3, 4), p=0.0, training=True), Sample(T(2, 3, 4), 0.3)],
    method=False,
    namespace=FUNCTIONAL,
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
    return _alpha(input, _channels(input), p, training, inplace)
