"""The uniform distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..random import rand
from . import constraints
from .constraints import Constraint
from .distribution import Distribution, together


class Uniform(Distribution):
    r"""All numbers from ``low`` up to ``high`` alike.

    .. math:: p(x) = \frac{1}{h - l}

    Parameters
    ----------
    low, high : float or Tensor

    Raises
    ------
    ValueError
        If ``low`` is not below ``high``.

    Examples
    --------
    >>> Uniform(0.0, 4.0).entropy()
    tensor(1.3863)

    Notes
    -----
    PyTorch: ``torch.distributions.Uniform``.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {
        "low": constraints.real,
        "high": constraints.real,
    }
    has_rsample = True

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = together(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)
        if self._validate_args:
            self._check_parameter("low", constraints.LessThan(self.high.detach()))

    @property
    def support(self) -> Constraint:
        return constraints.Interval(self.low.detach(), self.high.detach())

    @property
    def mean(self) -> Any:
        return (self.high + self.low) / 2

    @property
    def stddev(self) -> Any:
        return (self.high - self.low) / 12**0.5

    @property
    def mode(self) -> Any:
        """No value is more likely than the others: nan."""
        return math.nan * self.high

    @property
    def variance(self) -> Any:
        return (self.high - self.low).pow(2) / 12

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        drawn = rand(shape, dtype=self.low.dtype, device=self.low.device)
        return self.low + drawn * (self.high - self.low)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        inside = (self.low <= value) & (value < self.high)
        return inside.type_as(self.low).log() - (self.high - self.low).log()

    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        self._validate_sample(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Any) -> Any:
        """The value up to which there is this probability."""
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Any:
        return (self.high - self.low).log()
