"""Metrics of scores: whether the true class ranks high, and whether positives rank above others.

Source: the definitions and the treatment of ties are scikit-learn's (``sklearn.metrics``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import teach
from .metric import Metric, numbers, once


class TopKAccuracy(Metric):
    """The share of samples whose true class is among the ``k`` highest scores.

    Of equal scores those of later classes count as higher.

    Examples
    --------
    >>> top2 = TopKAccuracy(2)
    >>> top2.update([[0.5, 0.3, 0.2], [0.6, 0.3, 0.1]], [1, 2])
    >>> top2.compute()
    0.5
    """

    name = "top_k_accuracy"

    def __init__(self, k: int = 5) -> None:
        self.k = k
        super().__init__()

    def start(self) -> dict[str, Any]:
        """The sums before the first batch."""
        return {"right": 0, "count": 0}

    def update(self, input: Any, target: Any) -> None:
        """Add a batch: scores of shape (N, C) and labels of shape (N,)."""
        scores, true = _scores(input, target)
        highest = np.argsort(scores, axis=1, kind="stable")[:, ::-1][:, : self.k]
        self._add(right=(highest == true[:, None]).any(1).sum(), count=len(true))

    def _value(self) -> float:
        return float(self._sums["right"] / self._sums["count"])


class AUROC(Metric):
    """The probability that a positive sample scores higher than a negative one.

    For more than two classes the mean over classes, each against the rest. All scores are kept.

    Examples
    --------
    >>> auroc = AUROC()
    >>> auroc.update([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    >>> auroc.compute()
    0.75
    """

    name = "auroc"

    def start(self) -> dict[str, Any]:
        """No scores, no labels."""
        return {}

    def update(self, input: Any, target: Any) -> None:
        """Add a batch: scores of shape (N,), (N, 1) or (N, C), and labels of shape (N,)."""
        scores = numbers(input)
        if scores.ndim < 2 or scores.shape[1] == 1:
            scores = np.stack([-scores.ravel(), scores.ravel()], axis=1)
        scores, true = _scores(scores, numbers(target).ravel())
        if self._updated:
            scores = np.concatenate([self._sums["scores"], scores])
            true = np.concatenate([self._sums["true"], true])
        self._sums = {"scores": scores, "true": true}
        self._updated = True

    def _value(self) -> float:
        scores, true = self._sums["scores"], self._sums["true"]
        if scores.shape[1] == 2:
            return _area(scores[:, 1], true == 1)
        areas = [_area(scores[:, label], true == label) for label in range(scores.shape[1])]
        return float(np.mean(areas))


def top_k_accuracy(input: Any, target: Any, k: int = 5) -> float:
    """:class:`TopKAccuracy` of one batch."""
    return once(TopKAccuracy(k), input, target)


def auroc(input: Any, target: Any) -> float:
    """:class:`AUROC` of one batch."""
    return once(AUROC(), input, target)


def _scores(input: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    scores, true = numbers(input), numbers(target)
    if scores.ndim != 2 or true.shape != scores.shape[:1]:
        raise ValueError(
            teach(
                "scores must be of shape (N, C) and labels of shape (N,)",
                got=f"{scores.shape} and {true.shape}",
                mend="give a score for each class, and one label for each sample",
            )
        )
    if true.size and not 0 <= true.min() <= true.max() < scores.shape[1]:
        raise ValueError(
            teach(
                "labels count from 0 to C - 1, as many as there are scores",
                got=f"labels from {true.min()} to {true.max()} for {scores.shape[1]} scores",
                mend="number the classes from 0 on",
            )
        )
    return scores, true


def _area(scores: np.ndarray, positive: np.ndarray) -> float:
    """The area under the ROC curve from the ranks of the scores, equal scores sharing theirs."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    positives = np.count_nonzero(positive)
    negatives = positive.size - positives
    if not positives or not negatives:
        return float("nan")
    above = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))
