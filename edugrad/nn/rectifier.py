"""Activations made of straight pieces, as modules."""

from __future__ import annotations

import warnings
from typing import Any

from ..creation import empty
from ..errors import teach
from . import functional as F
from . import init
from .activation import Activation, InPlaceActivation
from .module import Module
from .parameter import Parameter


class ReLU(InPlaceActivation):
    r"""Set what is negative to zero.

    .. math:: \max(0, x)

    Parameters
    ----------
    inplace : bool
        Replace the values of the input instead of making a new tensor.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ReLU()(edugrad.tensor([-1.0, 0.0, 2.0]))
    tensor([0., 0., 2.])

    Notes
    -----
    PyTorch: ``torch.nn.ReLU``.
    """

    function = staticmethod(F.relu)


class LeakyReLU(Activation):
    r"""A ReLU that lets a little through below zero.

    .. math:: x \text{ if } x > 0, \text{ else } \text{slope} \cdot x

    Parameters
    ----------
    negative_slope : float
    inplace : bool

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.LeakyReLU(0.1)(edugrad.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.1000,  0.0000,  2.0000])

    Notes
    -----
    PyTorch: ``torch.nn.LeakyReLU``.
    """

    function = staticmethod(F.leaky_relu)
    settings = ("negative_slope", "inplace")

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace


class PReLU(Module):
    r"""A leaky ReLU whose slope below zero is learnt.

    .. math:: x \text{ if } x > 0, \text{ else } w \cdot x

    Parameters
    ----------
    num_parameters : int
        1 for one slope, or the number of channels (dimension 1 of the input).
    init : float
        The slope at the start.

    Attributes
    ----------
    weight : Parameter of shape (num_parameters,)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.PReLU()(edugrad.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.2500,  0.0000,  2.0000], grad_fn=<PreluKernelBackward0>)

    Notes
    -----
    PyTorch: ``torch.nn.PReLU``. Source: He et al., "Delving Deep into Rectifiers", 2015.
    """

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set every slope to where it starts."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Any) -> Any:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class RReLU(Activation):
    """A leaky ReLU whose slope is drawn for each element in training, and the mean afterwards.

    Parameters
    ----------
    lower, upper : float
        Between which the slopes are drawn.
    inplace : bool

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.RReLU(0.1, 0.3).eval()(edugrad.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.2000,  0.0000,  2.0000])

    Notes
    -----
    PyTorch: ``torch.nn.RReLU``; the stream of random numbers may differ. Source: Xu et al.,
    "Empirical Evaluation of Rectified Activations in Convolutional Network", 2015.
    """

    settings = ("lower", "upper", "inplace")

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class Hardtanh(Activation):
    r"""Cut off what lies outside an interval.

    .. math:: \min(\max(x, \text{min\_val}), \text{max\_val})

    Parameters
    ----------
    min_val, max_val : float
        The ends of the interval.
    inplace : bool
    min_value, max_value : float, optional
        Older names of the same, which PyTorch still takes.

    Raises
    ------
    AssertionError
        If the interval is empty.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Hardtanh()(edugrad.tensor([-2.0, 0.5, 3.0]))
    tensor([-1.0000,  0.5000,  1.0000])

    Notes
    -----
    PyTorch: ``torch.nn.Hardtanh``.
    """

    function = staticmethod(F.hardtanh)
    settings = ("min_val", "max_val", "inplace")

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        for old, value in (("min", min_value), ("max", max_value)):
            if value is not None:
                warnings.warn(
                    f"keyword argument `{old}_value` is deprecated and renamed to `{old}_val`",
                    FutureWarning,
                    stacklevel=2,
                )
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(
                teach(
                    f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})",
                    got=f"the interval from {self.min_val} to {self.max_val}",
                    mend="the lower end comes first: Hardtanh(-1, 1)",
                )
            )


class ReLU6(Hardtanh):
    r"""A ReLU that ends at 6, which suits arithmetic of few bits.

    .. math:: \min(\max(0, x), 6)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ReLU6()(edugrad.tensor([-1.0, 3.0, 8.0]))
    tensor([0., 3., 6.])

    Notes
    -----
    PyTorch: ``torch.nn.ReLU6``. Source: Krizhevsky, "Convolutional Deep Belief Networks on
    CIFAR-10", 2010.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Hardsigmoid(InPlaceActivation):
    r"""A sigmoid of straight lines.

    .. math:: \min(\max(0, x / 6 + 1 / 2), 1)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Hardsigmoid()(edugrad.tensor([-4.0, 0.0, 1.5, 4.0]))
    tensor([0.0000, 0.5000, 0.7500, 1.0000])

    Notes
    -----
    PyTorch: ``torch.nn.Hardsigmoid``.
    """

    function = staticmethod(F.hardsigmoid)

    def extra_repr(self) -> str:
        return ""


class Hardswish(InPlaceActivation):
    r"""Each element times its hard sigmoid.

    .. math:: x \cdot \min(\max(0, x / 6 + 1 / 2), 1)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Hardswish()(edugrad.tensor([-4.0, 0.0, 1.5, 4.0]))
    tensor([-0.0000, 0.0000, 1.1250, 4.0000])

    Notes
    -----
    PyTorch: ``torch.nn.Hardswish``. Source: Howard et al., "Searching for MobileNetV3", 2019.
    """

    function = staticmethod(F.hardswish)

    def extra_repr(self) -> str:
        return ""


class Threshold(Activation):
    r"""Replace what does not exceed a threshold by a number.

    .. math:: x \text{ if } x > \text{threshold}, \text{ else value}

    Parameters
    ----------
    threshold, value : float
    inplace : bool

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Threshold(1.0, -5.0)(edugrad.tensor([0.5, 1.0, 2.0]))
    tensor([-5., -5.,  2.])

    Notes
    -----
    PyTorch: ``torch.nn.Threshold``.
    """

    function = staticmethod(F.threshold)
    settings = ("threshold", "value", "inplace")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace


class Hardshrink(Activation):
    r"""Set to zero what is no further than lambda from it.

    .. math:: x \text{ if } |x| > \lambda, \text{ else } 0

    Parameters
    ----------
    lambd : float

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Hardshrink()(edugrad.tensor([-1.0, 0.4, 2.0]))
    tensor([-1.,  0.,  2.])

    Notes
    -----
    PyTorch: ``torch.nn.Hardshrink``.
    """

    function = staticmethod(F.hardshrink)
    settings = ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(Hardshrink):
    r"""Move each element towards zero by lambda, and no further than to zero.

    .. math:: \operatorname{sign}(x) \max(0, |x| - \lambda)

    Parameters
    ----------
    lambd : float

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Softshrink()(edugrad.tensor([-1.0, 0.4, 2.0]))
    tensor([-0.5000,  0.0000,  1.5000])

    Notes
    -----
    PyTorch: ``torch.nn.Softshrink``.
    """

    function = staticmethod(F.softshrink)
