"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..autograd.grad_mode import no_grad
from ..creation import ones, zeros
from ..sampling import normal
from .distribution import LOG_TWO_PI
from .location_scale import LocationScale


class Normal(LocationScale):
    r"""The normal distribution of a mean and a standard deviation.

    .. math:: \ln p(x) = -\frac{(x - \mu)^2}{2 \sigma^2} - \ln \sigma - \tfrac12 \ln 2 \pi

    Parameters
    ----------
    loc, scale : float or Tensor
        Mean and standard deviation.

    Raises
    ------
    ValueError
        If ``scale`` is not positive.

    Examples
    --------
    >>> import edugrad
    >>> Normal(0.0, 1.0).log_prob(edugrad.tensor(0.0))
    tensor(-0.9189)

    Notes
    -----
    PyTorch: ``torch.distributions.Normal``.
    """

    @property
    def stddev(self) -> Any:
        return self.scale

    @property
    def variance(self) -> Any:
        return self.scale.pow(2)

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.loc + standard_normal(self._extended_shape(sample_shape), self.loc) * self.scale

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        squares = (value - self.loc) ** 2
        return -squares / (2 * self.scale**2) - self.scale.log() - LOG_TWO_PI / 2

    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        self._validate_sample(value)
        erf = ops.OPS["erf"].function
        return 0.5 * (1 + erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value: Any) -> Any:
        """The value up to which there is this probability."""
        erfinv = ops.OPS["erfinv"].function
        return self.loc + self.scale * erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Any:
        return 0.5 + 0.5 * LOG_TWO_PI + self.scale.log()


def standard_normal(shape: Any, like: Any) -> Any:
    """Draws of mean 0 and deviation 1, of the dtype and on the device of a tensor."""
    options = {"dtype": like.dtype, "device": like.device}
    return normal(zeros(shape, **options), ones(shape, **options))
