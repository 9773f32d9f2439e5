"""Normalisation of each example by itself, as modules: over a layer, groups, or neighbours.

Those that look at a whole batch are in :mod:`edugrad.nn.batch_norm`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..creation import empty
from ..errors import teach
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter
from .sizes import for_each


class LayerNorm(Module):
    r"""Normalise each example over its last dimensions.

    .. math:: y = \frac{x - \text{mean}}{\sqrt{\text{var} + \epsilon}} \cdot w + b

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The last dimensions of the input, over which mean and variance are taken.
    eps : float
        Added to the variance.
    elementwise_affine : bool
        Whether there are a weight and a bias to learn.
    bias : bool
        If False, there is only a weight.

    Attributes
    ----------
    weight, bias : Parameter of shape ``normalized_shape``, or None
        Ones and zeros at the start.

    Raises
    ------
    RuntimeError
        When called: if the input ends in other dimensions.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.LayerNorm(2, elementwise_affine=False)(edugrad.tensor([[1.0, 3.0]]))
    tensor([[-1.0000,  1.0000]])

    Notes
    -----
    PyTorch: ``torch.nn.LayerNorm``. Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = for_each(normalized_shape, 1)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        for name, wanted in (("weight", True), ("bias", bias)):
            values = empty(*self.normalized_shape, device=device, dtype=dtype)
            self.register_parameter(
                name, Parameter(values) if wanted and elementwise_affine else None
            )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start anew: weight 1, bias 0."""
        if self.weight is not None:
            init.constant_(self.weight, 1.0)
        if self.bias is not None:
            init.constant_(self.bias, 0.0)

    def forward(self, input: Any) -> Any:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class GroupNorm(Module):
    r"""Normalise each example over groups of its channels.

    .. math:: y = \frac{x - \text{mean}}{\sqrt{\text{var} + \epsilon}} \cdot w + b

    The input has shape (batch, channels, …).

    Parameters
    ----------
    num_groups : int
        A divisor of the number of channels; 1 normalises over all of them.
    num_channels : int
    eps : float
        Added to the variance.
    affine : bool
        Whether there are a weight and a bias to learn, a number for each channel.
    bias : bool
        If False, there is only a weight.

    Raises
    ------
    ValueError
        If the groups do not divide the channels.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.GroupNorm(2, 4)(edugrad.randn(3, 4, 5)).shape
    edugrad.Size([3, 4, 5])

    Notes
    -----
    PyTorch: ``torch.nn.GroupNorm``. Source: Wu and He, "Group Normalization", 2018.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(
                teach(
                    f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})",
                    got=f"{num_channels} channels in {num_groups} groups",
                    mend="choose a divisor of the number of channels",
                )
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        for name, wanted in (("weight", True), ("bias", bias)):
            values = empty(num_channels, device=device, dtype=dtype)
            self.register_parameter(name, Parameter(values) if wanted and affine else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start anew: weight 1, bias 0."""
        if self.weight is not None:
            init.constant_(self.weight, 1.0)
        if self.bias is not None:
            init.constant_(self.bias, 0.0)

    def forward(self, input: Any) -> Any:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    r"""Divide each example by the root of the mean of its squares.

    .. math:: y = \frac{x}{\sqrt{\text{mean}(x^2) + \epsilon}} \cdot w

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The last dimensions of the input, over which the mean is taken.
    eps : float, optional
        The smallest step of the input's dtype at 1 unless given.
    elementwise_affine : bool
        Whether there is a weight to learn.

    Raises
    ------
    RuntimeError
        When called: if the input ends in other dimensions.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.RMSNorm(2, elementwise_affine=False)(edugrad.tensor([[1.0, 7.0]]))
    tensor([[0.2000, 1.4000]])

    Notes
    -----
    PyTorch: ``torch.nn.RMSNorm``. Source: Zhang and Sennrich, "Root Mean Square Layer
    Normalization", 2019.
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = for_each(normalized_shape, 1)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        values = empty(*self.normalized_shape, device=device, dtype=dtype)
        self.register_parameter("weight", Parameter(values) if elementwise_affine else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start anew: weight 1."""
        if self.weight is not None:
            init.constant_(self.weight, 1.0)

    def forward(self, x: Any) -> Any:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class LocalResponseNorm(Module):
    r"""Divide each element by a power of the mean square of neighbouring channels.

    .. math:: y = x \, / \, (k + \alpha \cdot \text{mean}(x^2))^\beta

    The input has shape (batch, channels, length, …).

    Parameters
    ----------
    size : int
        How many channels are neighbours.
    alpha, beta, k : float

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.LocalResponseNorm(2, alpha=1.0)(edugrad.ones(1, 3, 1)).flatten()
    tensor([0.7378, 0.5946, 0.5946])

    Notes
    -----
    PyTorch: ``torch.nn.LocalResponseNorm``. Source: Krizhevsky, Sutskever and Hinton, "ImageNet
    Classification with Deep Convolutional Neural Networks", 2012.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Any) -> Any:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
