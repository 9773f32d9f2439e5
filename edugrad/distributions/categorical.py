"""The categorical distribution: one of several classes."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from .. import ops
from ..autograd.grad_mode import no_grad
from ..limits import finfo
from ..ranges import arange
from ..sampling import multinomial
from ..size import Size
from . import constraints
from .constraints import Constraint
from .distribution import Distribution, one_of, within_open_unit


class Categorical(Distribution):
    """A class from 0 to K - 1, with a probability each.

    Parameters
    ----------
    probs : Tensor of shape (…, K)
        Probabilities up to a common factor.
    logits : Tensor of shape (…, K)
        Their logarithms up to a common addend, in place of ``probs``.

    Raises
    ------
    ValueError
        If not exactly one of them is given, it has no dimension, or a probability is negative.

    Examples
    --------
    >>> import edugrad
    >>> fair = Categorical(edugrad.ones(4))
    >>> fair.log_prob(edugrad.tensor(2)).exp(), fair.entropy()
    (tensor(0.2500), tensor(1.3863))

    Notes
    -----
    PyTorch: ``torch.distributions.Categorical``.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {
        "probs": constraints.simplex,
        "logits": constraints.real_vector,
    }

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        one_of(probs, logits)
        given = logits if probs is None else probs
        if given.ndim < 1:
            name = "logits" if probs is None else "probs"
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if probs is None:
            self.__dict__["logits"] = logits - logits.logsumexp(dim=-1, keepdim=True)
        else:
            self.__dict__["probs"] = probs / probs.sum(-1, keepdim=True)
        self._num_events = given.shape[-1]
        super().__init__(given.shape[:-1], validate_args=validate_args)

    @cached_property
    def probs(self) -> Any:
        return self.logits.softmax(-1)

    @cached_property
    def logits(self) -> Any:
        return within_open_unit(self.probs).log()

    @property
    def param_shape(self) -> Size:
        return Size((*self._batch_shape, self._num_events))

    @property
    def support(self) -> Constraint:
        return constraints.IntegerInterval(0, self._num_events - 1)

    @property
    def mean(self) -> Any:
        """Not a number: classes have no mean."""
        return self.probs.new_full(self._batch_shape, float("nan"))

    @property
    def variance(self) -> Any:
        """Not a number: classes have no variance."""
        return self.mean

    @property
    def mode(self) -> Any:
        return self.probs.argmax(dim=-1)

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = Size(sample_shape)
        with no_grad():
            rows = self.probs.reshape(-1, self._num_events)
            return multinomial(rows, shape.numel(), True).T.reshape(self._extended_shape(shape))

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        value, logits = ops.OPS["broadcast_tensors"].function(
            value.long().unsqueeze(-1), self.logits
        )
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        """All classes, in a new first dimension."""
        values = arange(self._num_events, device=self.probs.device)
        values = values.view(-1, *(1 for _ in self._batch_shape))
        return values.expand(-1, *self._batch_shape) if expand else values
