"""What all metrics share: numbers that are added up batch by batch, and read at the end."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from ...creation import tensor
from ...errors import teach
from ...tensor import Tensor


class Metric:
    """A number about many batches: ``update`` adds a batch, ``compute`` reads, ``reset`` forgets.

    What is kept are sums and counts, never a mean of batch means, so that a smaller last batch
    weighs as much as it should. A subclass names its sums in ``start`` and writes ``update`` and
    ``_value``.

    Examples
    --------
    >>> from edugrad.training.metrics import Accuracy
    >>> accuracy = Accuracy()
    >>> accuracy.update([0, 1, 2, 2], [0, 1, 1, 2])
    >>> accuracy.update([0], [1])
    >>> accuracy.compute()
    0.6
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.reset()

    def start(self) -> dict[str, Any]:
        """The sums before the first batch."""
        raise NotImplementedError

    def update(self, input: Any, target: Any) -> None:
        """Add a batch of predictions and of what they should have been."""
        raise NotImplementedError

    def _value(self) -> Any:
        raise NotImplementedError

    def reset(self) -> Self:
        """Forget all batches."""
        self._sums = {name: np.asarray(value) for name, value in self.start().items()}
        self._updated = False
        return self

    def compute(self) -> Any:
        """The metric over all batches since the last ``reset``.

        Raises
        ------
        RuntimeError
            If there was none.
        """
        if not self._updated:
            raise RuntimeError(
                teach(
                    f"{type(self).__name__}.compute() needs at least one batch",
                    got="no update() since the metric was made or reset",
                    mend="call update(input, target) for each batch first",
                )
            )
        return self._value()

    def __call__(self, input: Any, target: Any) -> Any:
        """Add a batch and return the metric of this batch alone."""
        before = self._sums
        self.reset().update(input, target)
        value = self.compute()
        self._sums = before
        self.update(input, target)
        return value

    def _add(self, **amounts: Any) -> None:
        """Add to the sums; arrays of counts grow to the larger of the two shapes."""
        for name, amount in amounts.items():
            self._sums[name] = _grown_sum(self._sums[name], np.asarray(amount))
        self._updated = True

    def state_dict(self) -> dict[str, Tensor]:
        """The sums as tensors, for a checkpoint."""
        if not self._updated:
            return {}
        return {name: tensor(value.copy()) for name, value in self._sums.items()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Go on from the sums of a checkpoint."""
        self.reset()
        self._sums.update({name: value.numpy().copy() for name, value in state.items()})
        self._updated = bool(state)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value() if self._updated else 'no batches yet'})"


class Mean(Metric):
    """The mean of values that each stand for a number of samples, such as the losses of batches.

    Examples
    --------
    >>> loss = Mean()
    >>> loss.update(1.0, count=64)
    >>> loss.update(4.0, count=32)
    >>> loss.compute()
    2.0
    """

    name = "mean"

    def start(self) -> dict[str, Any]:
        """The sums before the first batch."""
        return {"total": 0.0, "count": 0}

    def update(self, input: Any, target: Any = None, *, count: int = 1) -> None:
        """Add the mean ``input`` of ``count`` samples."""
        self._add(total=float(input) * count, count=count)

    def _value(self) -> float:
        return float(self._sums["total"] / self._sums["count"])


class MeanLoss(Mean):
    """The mean of a loss over samples.

    Parameters
    ----------
    function : callable
        ``function(input, target)`` gives the mean loss of a batch.

    Examples
    --------
    >>> import edugrad
    >>> loss = MeanLoss(edugrad.nn.functional.mse_loss)
    >>> loss.update(edugrad.zeros(3), edugrad.ones(3))
    >>> loss.update(edugrad.zeros(1), edugrad.full((1,), 3.0))
    >>> loss.compute()
    3.0
    """

    name = "loss"

    def __init__(self, function: Any) -> None:
        self.function = function
        super().__init__()

    def update(self, input: Any, target: Any) -> None:  # type: ignore[override]
        """Add a batch."""
        super().update(self.function(input, target), count=len(target))


def numbers(values: Any) -> np.ndarray:
    """A tensor on whatever device, an array or a list as a NumPy array."""
    if isinstance(values, Tensor):
        return values.detach().numpy(force=True)
    return np.asarray(values)


def once(metric: Metric, input: Any, target: Any) -> Any:
    """The metric of one batch."""
    metric.update(input, target)
    return metric.compute()


def _grown_sum(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    if one.shape == other.shape:
        return one + other
    shape = tuple(np.maximum(one.shape, other.shape))
    total = np.zeros(shape, np.result_type(one, other))
    for part in (one, other):
        total[tuple(slice(length) for length in part.shape)] += part
    return total
