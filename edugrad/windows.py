"""Windows for signals: weights that fade to both ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import dtypes
from .creation import ones
from .ranges import arange
from .tensor import Tensor


def _cosines(
    window_length: int, periodic: bool, weights: Sequence[float], options: dict[str, Any]
) -> Tensor:
    """A sum of cosines of multiples of the angle, over one turn."""
    if window_length < 2:
        return ones(window_length, **options)
    turn = window_length if periodic else window_length - 1
    dtype = options.pop("dtype", None) or dtypes.get_default_dtype()
    angle = arange(window_length, dtype=dtypes.float64) * (2 * math.pi / turn)
    total: Any = sum((-1) ** k * weight * (angle * k).cos() for k, weight in enumerate(weights))
    requires_grad = options.pop("requires_grad", False)
    made: Tensor = total.to(dtype).to(options.get("device"))
    return made.requires_grad_(requires_grad)


def hann_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """``(1 - cos)/2`` over one turn. PyTorch: ``torch.hann_window``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return _cosines(window_length, periodic, (0.5, 0.5), options)


def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    **options: Any,
) -> Tensor:
    """``alpha - beta · cos`` over one turn. PyTorch: ``torch.hamming_window``."""
    return _cosines(window_length, periodic, (alpha, beta), options)


def blackman_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """Three cosines over one turn. PyTorch: ``torch.blackman_window``."""
    return _cosines(window_length, periodic, (0.42, 0.5, 0.08), options)


def bartlett_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """A triangle. PyTorch: ``torch.bartlett_window``."""
    if window_length < 2:
        return ones(window_length, **options)
    turn = window_length if periodic else window_length - 1
    dtype = options.get("dtype") or dtypes.get_default_dtype()
    places = arange(window_length, dtype=dtypes.float64) * (2 / turn)
    made: Tensor = (1 - (places - 1).abs()).to(dtype)
    return made


def kaiser_window(
    window_length: int, periodic: bool = True, beta: float = 12.0, **options: Any
) -> Tensor:
    """The window that keeps most of its energy near zero frequency. PyTorch: ``kaiser_window``."""
    if window_length < 2:
        return ones(window_length, **options)
    turn = window_length if periodic else window_length - 1
    dtype = options.get("dtype") or dtypes.get_default_dtype()
    places = arange(window_length, dtype=dtypes.float64) * (2 / turn) - 1
    heights = (beta * (1 - places * places).clamp(min=0).sqrt()).i0()
    made: Tensor = (heights / heights.new_tensor(beta).i0()).to(dtype)
    return made
