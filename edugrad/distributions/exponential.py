"""The exponential distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from ..creation import empty, zeros_like
from . import constraints
from .constraints import Constraint
from .distribution import Distribution, together


class Exponential(Distribution):
    r"""How long one waits for what happens ``rate`` times in a unit of time.

    .. math:: \ln p(x) = \ln \lambda - \lambda x

    Parameters
    ----------
    rate : float or Tensor

    Raises
    ------
    ValueError
        If ``rate`` is not positive.

    Examples
    --------
    >>> import edugrad
    >>> Exponential(2.0).log_prob(edugrad.tensor(1.0))
    tensor(-1.3069)

    Notes
    -----
    PyTorch: ``torch.distributions.Exponential``.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {"rate": constraints.positive}
    has_rsample = True

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = together(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        return constraints.nonnegative

    @property
    def mean(self) -> Any:
        return self.rate.reciprocal()

    @property
    def stddev(self) -> Any:
        return self.rate.reciprocal()

    @property
    def mode(self) -> Any:
        return zeros_like(self.rate)

    @property
    def variance(self) -> Any:
        return self.rate.pow(-2)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        drawn = empty(shape, dtype=self.rate.dtype, device=self.rate.device).exponential_()
        return drawn / self.rate

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        self._validate_sample(value)
        return 1 - (-self.rate * value).exp()

    def entropy(self) -> Any:
        return 1 - self.rate.log()
