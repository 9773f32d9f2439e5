"""Reading predictions: scores, probabilities or labels in, labels out."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import teach
from .metric import numbers


def labels(input: Any, target: Any, threshold: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """The predicted and the true class of each sample, as flat arrays of whole numbers.

    Parameters
    ----------
    input : Tensor or array
        Labels of the target's shape, scores of shape (N, C, …), or for two classes one score for
        each sample: (N,) or (N, 1), class 1 where it is above the threshold.
    target : Tensor or array of shape (N, …)
        Labels, or one-hot rows of shape (N, C).
    threshold : float
        0.5 for probabilities, 0 for logits.

    Raises
    ------
    ValueError
        If the shapes do not fit or a label is not a whole number from 0 on.
    """
    predicted, true = numbers(input), numbers(target)
    if predicted.dtype.kind == "f":
        if predicted.ndim == true.ndim and predicted.ndim > 1 and predicted.shape[1] > 1:
            true = _from_one_hot(predicted, true)
        if predicted.ndim == true.ndim + 1 and predicted.shape[1:2] != (1,):
            predicted = predicted.argmax(1) if predicted.size else predicted[:, 0]
        else:
            predicted = _two_classes(predicted, true, threshold)
    if predicted.size != true.size or _squeezed(predicted) != _squeezed(true):
        raise ValueError(
            teach(
                "predictions and targets must be of one shape, or predictions (N, C, …) and "
                "targets (N, …)",
                got=f"{numbers(input).shape} and {numbers(target).shape}",
                mend="one label for each sample: target.squeeze(1) for (N, 1), say",
            )
        )
    return _whole(predicted), _whole(true)


def _squeezed(array: np.ndarray) -> tuple[int, ...]:
    return tuple(length for length in array.shape if length != 1)


def _from_one_hot(scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
    is_one_hot = rows.shape == scores.shape and np.all((rows == 0) | (rows == 1))
    if not (is_one_hot and np.all(rows.sum(1) == 1)):
        raise ValueError(
            teach(
                "targets of more than one dimension must be one-hot rows as wide as the scores",
                got=f"scores {scores.shape} and targets {rows.shape}",
                mend="give one label for each sample, e.g. target.squeeze(1) or target.argmax(1)",
            )
        )
    return rows.argmax(1)


def _two_classes(scores: np.ndarray, true: np.ndarray, threshold: float) -> np.ndarray:
    if true.size and true.max() > 1:
        raise ValueError(
            teach(
                "one score for each sample can tell two classes only",
                got=f"scores of shape {scores.shape} and labels up to {true.max()}",
                mend="give a score for each class, (N, C), or whole labels",
            )
        )
    return scores > threshold


def _whole(values: np.ndarray) -> np.ndarray:
    flat = values.ravel()
    as_whole = flat.astype(np.int64)
    if np.any(as_whole != flat) or np.any(as_whole < 0):
        wrong = flat[(as_whole != flat) | (as_whole < 0)][0]
        raise ValueError(
            teach(
                "labels are whole numbers that count from 0",
                got=repr(wrong.item()),
                mend="number the classes, e.g. by numpy.unique(names, return_inverse=True)[1]",
            )
        )
    return as_whole
