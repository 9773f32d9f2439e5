"""Initial values of parameters, under PyTorch's names: ``torch.nn.init``.

They are drawn from PyTorch's random stream: one seed gives the same numbers in both libraries.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..autograd.grad_mode import no_grad
from ..errors import teach
from ..random import Generator
from ..tensor import Tensor

_ONE = frozenset(
    "linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d sigmoid".split()
)


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    r"""The factor that keeps the variance of activations behind a nonlinearity.

    1 for linear layers and sigmoid, 5/3 for tanh, :math:`\sqrt 2` for relu,
    :math:`\sqrt{2 / (1 + a^2)}` for leaky_relu of slope :math:`a` (``param``, 0.01), 3/4 for selu.

    Raises
    ------
    ValueError
        If there is no such nonlinearity, or ``param`` is no number.

    Examples
    --------
    >>> calculate_gain("tanh")
    1.6666666666666667

    Notes
    -----
    He et al., "Delving Deep into Rectifiers", 2015. PyTorch: ``torch.nn.init.calculate_gain``.
    """
    if nonlinearity in _ONE:
        return 1
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(
                teach(
                    f"negative_slope {param} not a valid number",
                    got=repr(param),
                    mend="give the slope that the layer has, e.g. 0.01",
                )
            )
        return math.sqrt(2.0 / (1 + slope**2))
    gains = {"tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
    if nonlinearity not in gains:
        raise ValueError(
            teach(
                f"Unsupported nonlinearity {nonlinearity}",
                got=repr(nonlinearity),
                mend=f"one of {', '.join(sorted({*_ONE, *gains, 'leaky_relu'}))}",
            )
        )
    return gains[nonlinearity]


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many numbers enter, and leave, a layer of this weight."""
    if tensor.ndim < 2:
        raise ValueError(
            teach(
                "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
                got=f"shape {tuple(tensor.shape)}",
                mend="use uniform_, normal_, zeros_ or ones_ for a bias",
            )
        )
    receptive = math.prod(tensor.shape[2:])
    return tensor.shape[1] * receptive, tensor.shape[0] * receptive


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    modes = ("fan_in", "fan_out")
    if mode.lower() not in modes:
        raise ValueError(
            teach(
                f"Mode {mode} not supported, please use one of {list(modes)}",
                got=repr(mode),
                mend="fan_in keeps the variance forwards, fan_out that of gradients backwards",
            )
        )
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode.lower())]


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers from ``a`` up to ``b``. PyTorch: ``torch.nn.init.uniform_``."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number. PyTorch: ``torch.nn.init.constant_``."""
    with no_grad():
        return tensor.fill_(val)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    r"""He's initialisation with a uniform distribution.

    .. math:: U(-b, b), \quad b = \text{gain} \sqrt{3 / \text{fan}}

    Parameters
    ----------
    tensor : Tensor
        A weight of at least two dimensions: outputs, inputs, and what a kernel spans.
    a : float
        The slope of the leaky_relu that follows.
    mode : {"fan_in", "fan_out"}
        Whether to keep the variance of activations, or that of gradients.
    nonlinearity : str
        What follows, for :func:`calculate_gain`.

    Notes
    -----
    He et al., "Delving Deep into Rectifiers", 2015. PyTorch: ``torch.nn.init.kaiming_uniform_``.
    """
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    std = calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)
