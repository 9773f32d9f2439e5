"""Initial values of parameters, under PyTorch's names: ``torch.nn.init``.

They are drawn from PyTorch's random stream: one seed gives the same numbers in both libraries.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

from .. import creation, linalg, random
from ..autograd.grad_mode import no_grad
from ..errors import teach
from ..ops.selection import where
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


def _check_dimensions(tensor: Tensor, allowed: tuple[int, ...], words: str) -> None:
    if tensor.ndim not in allowed:
        raise ValueError(
            teach(
                f"Only tensors with {words} dimensions are supported",
                got=f"shape {tuple(tensor.shape)}",
                mend="this is for weights; use zeros_ or uniform_ for a bias",
            )
        )


@no_grad()
def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers from ``a`` up to ``b``. PyTorch: ``torch.nn.init.uniform_``."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill from a normal distribution. PyTorch: ``torch.nn.init.normal_``."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill from a normal distribution of which only what lies between ``a`` and ``b`` is used.

    What falls outside is drawn again. Where less than 0.3 would fall inside, numbers are drawn
    uniformly instead, and kept with a chance that grows with the density.

    Parameters
    ----------
    tensor : Tensor
    mean, std : float
        Of the normal distribution before it is cut.
    a, b : float
        The bounds themselves, not multiples of ``std``.
    generator : Generator, optional

    Notes
    -----
    Rejection sampling: von Neumann, "Various techniques used in connection with random digits",
    1951. PyTorch: ``torch.nn.init.trunc_normal_``.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of "
            "values may be incorrect.",
            stacklevel=2,
        )
    if _mass_below((b - mean) / std) - _mass_below((a - mean) / std) <= 0.3:
        return _cut_density(tensor, mean, std, a, b, generator)
    kind = tensor.dtype.numpy.type
    low, high = float(kind(a)), float(kind(b))
    tensor.normal_(mean, std, generator=generator)
    outside = (tensor < low) | (tensor > high)
    while outside.any():
        drawn = creation.empty_like(tensor).normal_(mean, std, generator=generator)
        tensor.copy_(where(outside, drawn, tensor))
        outside = (tensor < low) | (tensor > high)
    return tensor


def _mass_below(x: float) -> float:
    """The standard normal distribution function."""
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def _cut_density(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Generator | None
) -> Tensor:
    """Uniform candidates, each accepted if the log of a uniform number is below its density's."""
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    pending = None
    while pending is None or pending.any():
        drawn = creation.empty_like(tensor).uniform_(a, b, generator=generator)
        chance = creation.empty_like(tensor).uniform_(generator=generator).log_()
        rejected = chance > ((drawn - mean) / std) ** 2 * -0.5 - peak
        tensor.copy_(drawn if pending is None else where(pending, drawn, tensor))
        pending = rejected if pending is None else pending & rejected
    return tensor


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number. PyTorch: ``torch.nn.init.constant_``."""
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones. PyTorch: ``torch.nn.init.ones_``."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros. PyTorch: ``torch.nn.init.zeros_``."""
    return constant_(tensor, 0.0)


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """Make a matrix the identity, so that a linear layer passes on as many inputs as it can.

    PyTorch: ``torch.nn.init.eye_``.
    """
    _check_dimensions(tensor, (2,), "2")
    return tensor.copy_(creation.eye(*tensor.shape, dtype=tensor.dtype, device=tensor.device))


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Make a convolution's weight pass on its channels unchanged, as many as it can.

    Parameters
    ----------
    tensor : Tensor of 3, 4 or 5 dimensions
    groups : int
        The convolution's groups; each passes on its own channels.

    Notes
    -----
    PyTorch: ``torch.nn.init.dirac_``.
    """
    _check_dimensions(tensor, (3, 4, 5), "3, 4, or 5")
    outputs, inputs, *kernel = tensor.shape
    if outputs % groups:
        raise ValueError(
            teach(
                "dim 0 must be divisible by groups",
                got=f"{outputs} output channels in {groups} groups",
                mend="give the number of groups that the convolution has",
            )
        )
    tensor.zero_()
    middle = [length // 2 for length in kernel]
    for group in range(groups):
        first = group * (outputs // groups)
        for channel in range(min(outputs // groups, inputs)):
            tensor[(first + channel, channel, *middle)] = 1
    return tensor


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    r"""Glorot's initialisation with a uniform distribution.

    .. math:: U(-b, b), \quad b = \text{gain} \sqrt{6 / (\text{fan_in} + \text{fan_out})}

    Parameters
    ----------
    tensor : Tensor
        A weight of at least two dimensions.
    gain : float
        From :func:`calculate_gain`.

    Notes
    -----
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    2010. PyTorch: ``torch.nn.init.xavier_uniform_``.
    """
    bound = math.sqrt(3.0) * _glorot(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    r"""Glorot's initialisation with a normal distribution.

    .. math:: N(0, \sigma^2), \quad
        \sigma = \text{gain} \sqrt{2 / (\text{fan_in} + \text{fan_out})}

    PyTorch: ``torch.nn.init.xavier_normal_``.
    """
    return normal_(tensor, 0.0, _glorot(tensor, gain), generator)


def _glorot(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor))))


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
    generator : Generator, optional

    Examples
    --------
    >>> import edugrad
    >>> weight = kaiming_uniform_(edugrad.empty(512, 784), nonlinearity="relu")
    >>> round(weight.var().item() * 784, 1)
    2.0

    Notes
    -----
    He et al., "Delving Deep into Rectifiers", 2015. PyTorch: ``torch.nn.init.kaiming_uniform_``.
    """
    std = _he(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    r"""He's initialisation with a normal distribution; see :func:`kaiming_uniform_`.

    .. math:: N(0, \sigma^2), \quad \sigma = \text{gain} / \sqrt{\text{fan}}

    PyTorch: ``torch.nn.init.kaiming_normal_``.
    """
    std = _he(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0.0, std, generator)


def _he(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    """He's standard deviation; None, with a warning, where there is nothing to fill."""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return None
    return calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Fill with a (semi-)orthogonal matrix; further dimensions are counted to the second.

    The Q of a QR decomposition of normal numbers, with the signs that make it uniform among all
    orthogonal matrices.

    Examples
    --------
    >>> import edugrad
    >>> q = orthogonal_(edugrad.empty(3, 5))
    >>> edugrad.allclose(q @ q.T, edugrad.eye(3), atol=1e-6)
    True

    Notes
    -----
    Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2013; Mezzadri, "How to generate random matrices from the classical compact groups",
    2006. PyTorch: ``torch.nn.init.orthogonal_``.
    """
    if tensor.ndim < 2:
        _check_dimensions(tensor, (), "2 or more")
    if not tensor.numel():
        return tensor
    rows = tensor.shape[0]
    drawn = tensor.new_empty((rows, tensor.numel() // rows))
    drawn.normal_(0, 1, generator=generator)
    wide = rows < drawn.shape[1]
    q, r = linalg.qr(drawn.t() if wide else drawn)
    q = q * r.diagonal().sign()
    tensor.copy_((q.t() if wide else q).reshape(tensor.shape))
    return tensor.mul_(gain)


@no_grad()
def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None
) -> Tensor:
    """Fill a matrix with normal numbers, of which a part of every column is zero.

    Parameters
    ----------
    tensor : Tensor of 2 dimensions
    sparsity : float
        The part that is zero.
    std : float
    generator : Generator, optional
        For the numbers; which ones are zero comes from the default one, as in PyTorch.

    Notes
    -----
    Martens, "Deep learning via Hessian-free optimization", 2010.
    PyTorch: ``torch.nn.init.sparse_``.
    """
    _check_dimensions(tensor, (2,), "2")
    rows, columns = tensor.shape
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        tensor[random.randperm(rows)[: math.ceil(sparsity * rows)], column] = 0
    return tensor


def _older(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function under its old name, without the underscore; it warns."""
    name = function.__name__

    def older(*args: Any, **kwargs: Any) -> Tensor:
        warnings.warn(
            f"`nn.init.{name[:-1]}` is now deprecated in favor of `nn.init.{name}`.",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    older = functools.wraps(function)(older)
    older.__name__ = name[:-1]
    older.__doc__ = f"The old name of :func:`{name}`."
    return older


uniform = _older(uniform_)
normal = _older(normal_)
constant = _older(constant_)
eye = _older(eye_)
dirac = _older(dirac_)
xavier_uniform = _older(xavier_uniform_)
xavier_normal = _older(xavier_normal_)
kaiming_uniform = _older(kaiming_uniform_)
kaiming_normal = _older(kaiming_normal_)
orthogonal = _older(orthogonal_)
sparse = _older(sparse_)
