"""What all distributions share: shapes, drawing, checks of parameters and values, the text."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from .. import creation, dtypes, ops
from ..autograd.grad_mode import no_grad
from ..errors import teach
from ..size import Size
from ..tensor import Tensor
from .constraints import Constraint

LOG_TWO_PI = math.log(2 * math.pi)


class Distribution:
    """A distribution, or a batch of independent ones.

    Attributes
    ----------
    batch_shape : Size
        How many distributions there are, and how they are arranged.
    event_shape : Size
        The shape of one sample of one of them.
    arg_constraints : dict
        What the parameters have to satisfy.
    has_rsample : bool
        Whether gradients flow through ``rsample``.

    Notes
    -----
    PyTorch: ``torch.distributions.Distribution``.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {}
    has_rsample = False
    _validate_args = True

    def __init__(
        self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None
    ) -> None:
        self._batch_shape = Size(batch_shape)
        self._event_shape = Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, constraint in self.arg_constraints.items():
                if name in self.__dict__:
                    self._check_parameter(name, constraint)

    @property
    def batch_shape(self) -> Size:
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        return self._event_shape

    @property
    def support(self) -> Constraint:
        """The values that can occur."""
        raise NotImplementedError

    @property
    def mean(self) -> Any:
        raise NotImplementedError

    @property
    def mode(self) -> Any:
        """The most likely value."""
        raise NotImplementedError(f"{type(self).__name__} does not implement mode")

    @property
    def variance(self) -> Any:
        raise NotImplementedError

    @property
    def stddev(self) -> Any:
        return self.variance.sqrt()

    def sample(self, sample_shape: Any = ()) -> Any:
        """Samples, of shape sample_shape + batch_shape + event_shape, without a gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Samples that the parameters' gradients flow through."""
        raise NotImplementedError(
            teach(
                f"{type(self).__name__} draws without a gradient",
                got="rsample()",
                mend="use sample(), and log_prob() for the score-function gradient",
            )
        )

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density, or of the probability, of a value."""
        raise NotImplementedError

    def entropy(self) -> Any:
        """The entropy, in nats."""
        raise NotImplementedError

    def perplexity(self) -> Any:
        """The exponential of the entropy."""
        return self.entropy().exp()

    def _extended_shape(self, sample_shape: Any = ()) -> Size:
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _check_parameter(self, name: str, constraint: Constraint) -> None:
        value = getattr(self, name)
        if not bool(constraint.check(value.detach()).all()):
            raise ValueError(
                teach(
                    f"Expected parameter {name} ({_kind(value)} of shape {_shape(value)}) of "
                    f"distribution {self!r} to satisfy the constraint {constraint!r}, but found "
                    "invalid values",
                    got=str(value.detach()),
                    mend=f"choose {name} within {constraint!r}",
                )
            )

    def _validate_sample(self, value: Any) -> None:
        """Raise if a value cannot occur."""
        if not self._validate_args:
            return
        if not isinstance(value, Tensor):
            raise ValueError(
                teach(
                    "The value argument to log_prob must be a Tensor",
                    got=f"{value!r}",
                    mend=f"write tensor({value!r})",
                )
            )
        if not bool(self.support.check(value.detach()).all()):
            raise ValueError(
                teach(
                    f"Expected value argument ({_kind(value)} of shape {_shape(value)}) to be "
                    f"within the support ({self.support!r}) of the distribution {self!r}, but "
                    "found invalid values",
                    got=str(value.detach()),
                    mend="pass what sample() can return",
                )
            )

    def __repr__(self) -> str:
        given = [name for name in self.arg_constraints if name in self.__dict__]
        shown = ", ".join(f"{name}: {_short(getattr(self, name))}" for name in given)
        return f"{type(self).__name__}({shown})"


def together(*values: Any) -> tuple[Any, ...]:
    """Tensors of the values, broadcast against each other; numbers take the tensors' dtype."""
    tensors = [each for each in values if isinstance(each, Tensor)]
    dtype = tensors[0].dtype if tensors else dtypes.get_default_dtype()
    device = tensors[0].device if tensors else None
    made = [
        each if isinstance(each, Tensor) else creation.tensor(each, dtype=dtype, device=device)
        for each in values
    ]
    return tuple(ops.OPS["broadcast_tensors"].function(*made))


def one_of(probs: Any, logits: Any) -> None:
    """Raise unless exactly one of the two is given."""
    if (probs is None) == (logits is None):
        raise ValueError(
            teach(
                "Either `probs` or `logits` must be specified, but not both.",
                got="neither" if probs is None else "both",
                mend="pass the one that there is; the other is computed",
            )
        )


def within_open_unit(probs: Any) -> Any:
    """Probabilities moved off 0 and 1 by the dtype's smallest step, so that they have logits."""
    from ..limits import finfo

    smallest = finfo(probs.dtype).eps
    return probs.clamp(min=smallest, max=1 - smallest)


def _short(value: Any) -> Any:
    return value.detach() if value.numel() == 1 else value.size()


def _kind(value: Any) -> str:
    return type(value).__name__


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(value.shape)
