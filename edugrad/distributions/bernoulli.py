"""The Bernoulli distribution: yes or no."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, ClassVar

from .. import ops
from ..autograd.grad_mode import no_grad
from ..sampling import bernoulli
from . import constraints
from .constraints import Constraint
from .distribution import Distribution, one_of, together, within_open_unit


class Bernoulli(Distribution):
    r"""1 with a probability, else 0.

    .. math:: \ln p(x) = x \ln p + (1 - x) \ln (1 - p)

    Parameters
    ----------
    probs : float or Tensor
        The probability of 1.
    logits : float or Tensor
        Its log-odds, in place of ``probs``.

    Raises
    ------
    ValueError
        If not exactly one of them is given, or a probability is outside of [0, 1].

    Examples
    --------
    >>> import edugrad
    >>> Bernoulli(edugrad.tensor(0.25)).log_prob(edugrad.tensor(1.0)).exp()
    tensor(0.2500)

    Notes
    -----
    PyTorch: ``torch.distributions.Bernoulli``.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        one_of(probs, logits)
        (given,) = together(logits if probs is None else probs)
        self.__dict__["logits" if probs is None else "probs"] = given
        super().__init__(given.shape, validate_args=validate_args)

    @cached_property
    def probs(self) -> Any:
        return self.logits.sigmoid()

    @cached_property
    def logits(self) -> Any:
        probs = within_open_unit(self.probs)
        return probs.log() - (-probs).log1p()

    @property
    def support(self) -> Constraint:
        return constraints.boolean

    @property
    def mean(self) -> Any:
        return self.probs

    @property
    def mode(self) -> Any:
        """1 or 0, whichever is more likely; nan where both are equally so."""
        likely = (self.probs >= 0.5).to(self.probs)
        return likely.masked_fill(self.probs == 0.5, math.nan)

    @property
    def variance(self) -> Any:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            return bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        return -_cross_entropy(*together(self.logits, value))

    def entropy(self) -> Any:
        return _cross_entropy(self.logits, self.probs)


def _cross_entropy(logits: Any, probs: Any) -> Any:
    return ops.OPS["binary_cross_entropy_with_logits"].function(logits, probs, reduction="none")
