"""Batches of distributions as one distribution of several numbers."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from .constraints import Constraint
from .distribution import Distribution


class Independent(Distribution):
    """Dimensions of a batch made dimensions of the event: their log-probabilities are summed.

    Parameters
    ----------
    base_distribution : Distribution
    reinterpreted_batch_ndims : int
        How many of the last batch dimensions.

    Raises
    ------
    ValueError
        If the batch has not as many dimensions.

    Examples
    --------
    >>> import edugrad
    >>> from edugrad.distributions import Normal
    >>> vector = Independent(Normal(edugrad.zeros(3), edugrad.ones(3)), 1)
    >>> vector.event_shape, vector.log_prob(edugrad.zeros(3))
    (edugrad.Size([3]), tensor(-2.7568))

    Notes
    -----
    PyTorch: ``torch.distributions.Independent``.
    """

    def __init__(
        self,
        base_distribution: Distribution,
        reinterpreted_batch_ndims: int,
        validate_args: bool | None = None,
    ) -> None:
        batch = base_distribution.batch_shape
        if reinterpreted_batch_ndims > len(batch):
            raise ValueError(
                teach(
                    "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), "
                    f"actual {reinterpreted_batch_ndims} vs {len(batch)}",
                    got=f"a batch of shape {tuple(batch)}",
                    mend="take no more dimensions than the batch has",
                )
            )
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        self.has_rsample = base_distribution.has_rsample
        kept = len(batch) - reinterpreted_batch_ndims
        event = (*batch[kept:], *base_distribution.event_shape)
        super().__init__(batch[:kept], event, validate_args)

    @property
    def support(self) -> Constraint:
        return self.base_dist.support

    @property
    def mean(self) -> Any:
        return self.base_dist.mean

    @property
    def mode(self) -> Any:
        return self.base_dist.mode

    @property
    def variance(self) -> Any:
        return self.base_dist.variance

    def sample(self, sample_shape: Any = ()) -> Any:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        return self.summed(self.base_dist.log_prob(value))

    def entropy(self) -> Any:
        return self.summed(self.base_dist.entropy())

    def summed(self, values: Any) -> Any:
        """Values of a batch, summed over the dimensions that belong to the event."""
        count = self.reinterpreted_batch_ndims
        return values.sum(tuple(range(-count, 0))) if count else values

    def __repr__(self) -> str:
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"
