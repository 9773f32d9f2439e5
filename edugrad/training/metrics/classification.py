"""Metrics of labels: accuracy, precision, recall, F1 and the confusion matrix.

Source: the definitions and the treatment of absent classes are scikit-learn's
(``sklearn.metrics``), with which the tests compare.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...creation import tensor
from ...errors import teach
from ...tensor import Tensor
from .labels import labels
from .metric import Metric, once

AVERAGES = ("binary", "micro", "macro", "weighted", None)


class Accuracy(Metric):
    """The share of samples whose label is predicted right.

    Parameters
    ----------
    threshold : float
        For two classes told by one score: 0.5 for probabilities, 0 for logits.

    Examples
    --------
    >>> accuracy = Accuracy()
    >>> accuracy.update([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]], [0, 1, 0])
    >>> round(accuracy.compute(), 4)
    0.6667
    """

    name = "accuracy"

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        super().__init__()

    def start(self) -> dict[str, Any]:
        """The sums before the first batch."""
        return {"right": 0, "count": 0}

    def update(self, input: Any, target: Any) -> None:
        """Add a batch: labels or scores, and the true labels."""
        predicted, true = labels(input, target, self.threshold)
        self._add(right=np.count_nonzero(predicted == true), count=true.size)

    def _value(self) -> float:
        return _ratio(self._sums["right"], self._sums["count"], np.nan).item()


class ConfusionMatrix(Metric):
    """How often each true class (row) was predicted as each class (column).

    Parameters
    ----------
    num_classes : int, optional
        The size of the matrix; by default as many classes as the labels count.
    threshold : float
        For two classes told by one score: 0.5 for probabilities, 0 for logits.

    Examples
    --------
    >>> matrix = ConfusionMatrix()
    >>> matrix.update([0, 1, 1, 2], [0, 0, 1, 2])
    >>> matrix.compute()
    tensor([[1, 1, 0],
            [0, 1, 0],
            [0, 0, 1]])
    """

    name = "confusion_matrix"

    def __init__(self, num_classes: int | None = None, threshold: float = 0.5) -> None:
        self.num_classes, self.threshold = num_classes, threshold
        super().__init__()

    def start(self) -> dict[str, Any]:
        """The sums before the first batch."""
        size = self.num_classes or 0
        return {"matrix": np.zeros((size, size), np.int64)}

    def update(self, input: Any, target: Any) -> None:
        """Add a batch: labels or scores, and the true labels."""
        predicted, true = labels(input, target, self.threshold)
        size = _count_classes(predicted, true, self.num_classes)
        pairs = np.bincount(true * size + predicted, minlength=size * size)
        self._add(matrix=pairs.reshape(size, size))

    def _value(self) -> Tensor:
        return tensor(self._sums["matrix"].copy())


class ByClass(Metric):
    """Counts for each class, from which precision, recall and F1 follow.

    Parameters
    ----------
    average : {"macro", "micro", "weighted", "binary", None}
        The mean over classes; over samples; over classes by their number of samples; class 1
        alone; or one value for each class.
    num_classes : int, optional
        Average over this many classes. By default over those that occur, as scikit-learn does.
    zero_division : float
        The value where there is nothing to divide by; with nan the class is left out of the mean.
    threshold : float
        For two classes told by one score: 0.5 for probabilities, 0 for logits.
    """

    def __init__(
        self,
        average: str | None = "macro",
        *,
        num_classes: int | None = None,
        zero_division: float = 0.0,
        threshold: float = 0.5,
    ) -> None:
        if average not in AVERAGES:
            raise ValueError(
                teach(
                    'average is "macro", "micro", "weighted", "binary" or None',
                    got=repr(average),
                    mend='"macro" weighs all classes alike, "weighted" by their samples',
                )
            )
        self.average, self.num_classes = average, num_classes
        self.zero_division, self.threshold = zero_division, threshold
        super().__init__()

    def start(self) -> dict[str, Any]:
        """The sums before the first batch."""
        none = np.zeros(self.num_classes or 0, np.int64)
        return {"right": none, "predicted": none, "true": none}

    def update(self, input: Any, target: Any) -> None:
        """Add a batch: labels or scores, and the true labels."""
        predicted, true = labels(input, target, self.threshold)
        size = _count_classes(predicted, true, self.num_classes)
        if self.average == "binary" and size > 2:
            raise ValueError(
                teach(
                    'average="binary" is for the classes 0 and 1',
                    got=f"labels up to {size - 1}",
                    mend='choose average="macro", "micro" or "weighted"',
                )
            )
        self._add(
            right=np.bincount(true[true == predicted], minlength=size),
            predicted=np.bincount(predicted, minlength=size),
            true=np.bincount(true, minlength=size),
        )

    def _parts(self, right: Any, predicted: Any, true: Any) -> tuple[Any, Any]:
        """Numerator and denominator."""
        raise NotImplementedError

    def _value(self) -> Any:
        counts = np.stack([self._sums[name] for name in ("right", "predicted", "true")])
        if self.average == "binary":
            counts = counts[:, 1:2].sum(1)
        elif self.average == "micro":
            counts = counts.sum(1)
        elif self.num_classes is None:
            counts = counts[:, counts.any(0)]
        values = _ratio(*self._parts(*counts), self.zero_division)
        if self.average in ("binary", "micro"):
            return float(values)
        if self.average is None:
            return tensor(values)
        return _mean(values, counts[2] if self.average == "weighted" else None)


class Precision(ByClass):
    r"""Of the samples predicted as a class, the share that are of it.

    .. math:: \text{precision} = \frac{\text{right}}{\text{predicted}}

    The parameters are those of :class:`ByClass`.

    Examples
    --------
    >>> precision = Precision("binary")
    >>> precision.update([1, 1, 0, 1], [1, 0, 0, 1])
    >>> round(precision.compute(), 4)
    0.6667
    """

    name = "precision"

    def _parts(self, right: Any, predicted: Any, true: Any) -> tuple[Any, Any]:
        return right, predicted


class Recall(ByClass):
    r"""Of the samples of a class, the share that are predicted as it.

    .. math:: \text{recall} = \frac{\text{right}}{\text{true}}

    The parameters are those of :class:`ByClass`.

    Examples
    --------
    >>> recall = Recall("binary")
    >>> recall.update([1, 0, 0, 1], [1, 1, 0, 1])
    >>> round(recall.compute(), 4)
    0.6667
    """

    name = "recall"

    def _parts(self, right: Any, predicted: Any, true: Any) -> tuple[Any, Any]:
        return right, true


class F1(ByClass):
    r"""The harmonic mean of precision and recall.

    .. math:: F_1 = \frac{2 \cdot \text{right}}{\text{predicted} + \text{true}}

    The parameters are those of :class:`ByClass`.

    Examples
    --------
    >>> f1 = F1("binary")
    >>> f1.update([1, 1, 0, 1], [1, 0, 0, 1])
    >>> f1.compute()
    0.8
    """

    name = "f1"

    def _parts(self, right: Any, predicted: Any, true: Any) -> tuple[Any, Any]:
        return 2 * right, predicted + true


def accuracy(input: Any, target: Any, threshold: float = 0.5) -> float:
    """:class:`Accuracy` of one batch."""
    return once(Accuracy(threshold), input, target)


def confusion_matrix(
    input: Any, target: Any, num_classes: int | None = None, threshold: float = 0.5
) -> Tensor:
    """:class:`ConfusionMatrix` of one batch."""
    return once(ConfusionMatrix(num_classes, threshold), input, target)


def precision(input: Any, target: Any, average: str | None = "macro", **options: Any) -> Any:
    """:class:`Precision` of one batch; the options are those of the class."""
    return once(Precision(average, **options), input, target)


def recall(input: Any, target: Any, average: str | None = "macro", **options: Any) -> Any:
    """:class:`Recall` of one batch; the options are those of the class."""
    return once(Recall(average, **options), input, target)


def f1_score(input: Any, target: Any, average: str | None = "macro", **options: Any) -> Any:
    """:class:`F1` of one batch; the options are those of the class."""
    return once(F1(average, **options), input, target)


def _count_classes(predicted: np.ndarray, true: np.ndarray, num_classes: int | None) -> int:
    size = max(predicted.max(initial=-1), true.max(initial=-1)) + 1
    if num_classes is None:
        return int(size)
    if size > num_classes:
        raise ValueError(
            teach(
                "labels count from 0 to num_classes - 1",
                got=f"the label {size - 1} with num_classes={num_classes}",
                mend=f"num_classes={size}, or None to take it from the labels",
            )
        )
    return num_classes


def _ratio(numerator: Any, denominator: Any, zero_division: float) -> np.ndarray:
    values = np.full(np.shape(denominator), zero_division, np.float64)
    return np.divide(numerator, denominator, out=values, where=np.asarray(denominator) > 0)


def _mean(values: np.ndarray, weights: np.ndarray | None) -> float:
    known = ~np.isnan(values)
    if not known.any():
        return float("nan")
    if weights is None or not weights[known].any():
        return float(values[known].mean())
    return float(np.average(values[known], weights=weights[known]))
