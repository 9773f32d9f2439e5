"""The Laplace distribution."""

from __future__ import annotations

from typing import Any

from ..creation import empty
from ..limits import finfo
from .location_scale import LocationScale


class Laplace(LocationScale):
    r"""Two exponential distributions back to back.

    .. math:: \ln p(x) = -\ln 2 s - \frac{|x - \mu|}{s}

    Parameters
    ----------
    loc, scale : float or Tensor

    Raises
    ------
    ValueError
        If ``scale`` is not positive.

    Examples
    --------
    >>> Laplace(0.0, 1.0).entropy()
    tensor(1.6931)

    Notes
    -----
    PyTorch: ``torch.distributions.Laplace``.
    """

    @property
    def variance(self) -> Any:
        return 2 * self.scale.pow(2)

    @property
    def stddev(self) -> Any:
        return 2**0.5 * self.scale

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        drawn = empty(shape, dtype=self.loc.dtype, device=self.loc.device)
        drawn.uniform_(finfo(self.loc.dtype).eps - 1, 1)
        return self.loc - self.scale * drawn.sign() * (-drawn.abs()).log1p()

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        return -(2 * self.scale).log() - (value - self.loc).abs() / self.scale

    def entropy(self) -> Any:
        return 1 + (2 * self.scale).log()
