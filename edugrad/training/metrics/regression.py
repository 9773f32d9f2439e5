"""Metrics of numbers: mean squared and absolute error, and R²."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import teach
from .metric import Metric, numbers, once


class _Error(Metric):
    """A mean over all elements of a function of prediction minus target."""

    def start(self) -> dict[str, Any]:
        """The sums before the first batch."""
        return {"total": 0.0, "count": 0}

    def update(self, input: Any, target: Any) -> None:
        """Add a batch of predictions and targets of one shape."""
        predicted, true = pairs(input, target)
        self._add(total=self._of(predicted - true).sum(), count=true.size)

    def _of(self, difference: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _value(self) -> float:
        return float(self._sums["total"] / self._sums["count"])


class MeanSquaredError(_Error):
    r"""The mean of the squared differences.

    .. math:: \frac{1}{n} \sum_i (\hat y_i - y_i)^2

    Examples
    --------
    >>> error = MeanSquaredError()
    >>> error.update([1.0, 2.0], [1.0, 4.0])
    >>> error.compute()
    2.0
    """

    name = "mean_squared_error"

    def _of(self, difference: np.ndarray) -> np.ndarray:
        return difference * difference


class MeanAbsoluteError(_Error):
    r"""The mean of the absolute differences.

    .. math:: \frac{1}{n} \sum_i |\hat y_i - y_i|

    Examples
    --------
    >>> error = MeanAbsoluteError()
    >>> error.update([1.0, 2.0], [1.0, 4.0])
    >>> error.compute()
    1.0
    """

    name = "mean_absolute_error"

    def _of(self, difference: np.ndarray) -> np.ndarray:
        return np.abs(difference)


class R2(Metric):
    r"""The share of the targets' variance that the predictions explain; the mean over outputs.

    .. math:: R^2 = 1 - \frac{\sum_i (\hat y_i - y_i)^2}{\sum_i (y_i - \bar y)^2}

    Where the targets do not vary it is 1 for perfect predictions and 0 for others, and nan for
    fewer than two samples, as in scikit-learn. The variance is merged batch by batch (Chan, Golub
    and LeVeque, 1979), so that large targets lose no digits.

    Examples
    --------
    >>> r2 = R2()
    >>> r2.update([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    >>> round(r2.compute(), 4)
    0.7857
    """

    name = "r2"

    def start(self) -> dict[str, Any]:
        """The sums before the first batch."""
        return {"residual": 0.0, "spread": 0.0, "mean": 0.0, "count": 0}

    def update(self, input: Any, target: Any) -> None:
        """Add a batch of predictions and targets, (N,) or (N, outputs)."""
        predicted, true = pairs(input, target)
        if not len(true):
            return
        before, count = self._sums["count"], len(true)
        total = before + count
        mean = true.mean(0)
        shift = mean - self._sums["mean"]
        self._sums = {
            "residual": self._sums["residual"] + ((predicted - true) ** 2).sum(0),
            "spread": self._sums["spread"]
            + ((true - mean) ** 2).sum(0)
            + shift**2 * (before * count / total),
            "mean": self._sums["mean"] + shift * (count / total),
            "count": np.asarray(total),
        }
        self._updated = True

    def _value(self) -> float:
        if self._sums["count"] < 2:
            return float("nan")
        residual, spread = np.atleast_1d(self._sums["residual"], self._sums["spread"])
        constant = np.where(residual == 0, 1.0, 0.0)
        explained = 1 - np.divide(residual, spread, out=np.zeros_like(spread), where=spread > 0)
        return float(np.where(spread > 0, explained, constant).mean())


def mean_squared_error(input: Any, target: Any) -> float:
    """:class:`MeanSquaredError` of one batch."""
    return once(MeanSquaredError(), input, target)


def mean_absolute_error(input: Any, target: Any) -> float:
    """:class:`MeanAbsoluteError` of one batch."""
    return once(MeanAbsoluteError(), input, target)


def r2_score(input: Any, target: Any) -> float:
    """:class:`R2` of one batch."""
    return once(R2(), input, target)


def pairs(input: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets in float64.

    Raises
    ------
    ValueError
        If their shapes differ: (N, 1) minus (N,) would be a table of N × N differences.
    """
    predicted = numbers(input).astype(np.float64)
    true = numbers(target).astype(np.float64)
    if predicted.shape != true.shape:
        raise ValueError(
            teach(
                "predictions and targets must be of one shape",
                got=f"{predicted.shape} and {true.shape}",
                mend="input.squeeze(1) or target.unsqueeze(1) where one has a dimension too many",
            )
        )
    return predicted, true
