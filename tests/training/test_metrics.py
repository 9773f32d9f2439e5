"""Metrics against scikit-learn's, over batches of unequal size and with absent classes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as reference

import edugrad
from edugrad.training import metrics

AVERAGES = ["micro", "macro", "weighted", None]
CLASSES = {"precision": metrics.Precision, "recall": metrics.Recall, "f1": metrics.F1}
THEIRS = {
    "precision": reference.precision_score,
    "recall": reference.recall_score,
    "f1": reference.f1_score,
}


def draw(seed: int, classes: int = 5, count: int = 37) -> tuple[np.ndarray, np.ndarray]:
    """Labels in which some classes are never true, some never predicted, some neither."""
    random = np.random.default_rng(seed)
    true_classes = random.choice(classes, random.integers(2, classes), replace=False)
    predicted_classes = random.choice(classes, random.integers(2, classes), replace=False)
    return random.choice(predicted_classes, count), random.choice(true_classes, count)


def in_batches(metric: metrics.Metric, input: Any, target: Any, size: int = 10) -> Any:
    for start in range(0, len(target), size):
        metric.update(input[start : start + size], target[start : start + size])
    return metric.compute()


def plain(value: Any) -> Any:
    return value.numpy() if isinstance(value, edugrad.Tensor) else value


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("name", CLASSES)
def test_precision_recall_f1(name: str, average: str | None, seed: int):
    predicted, true = draw(seed)
    for zero_division in (0.0, 1.0, math.nan):
        for num_classes in (None, 6):
            ours = in_batches(
                CLASSES[name](average, num_classes=num_classes, zero_division=zero_division),
                predicted,
                true,
            )
            theirs = THEIRS[name](
                true,
                predicted,
                average=average,
                labels=None if num_classes is None else range(num_classes),
                zero_division=zero_division,
            )
            np.testing.assert_allclose(plain(ours), theirs, rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", CLASSES)
def test_binary(name: str, seed: int):
    random = np.random.default_rng(seed)
    scores, true = random.random(23), random.integers(0, 2, 23)
    ours = in_batches(CLASSES[name]("binary"), scores, true)
    assert ours == pytest.approx(THEIRS[name](true, scores > 0.5), rel=1e-12)
    logits = np.log(scores / (1 - scores))
    assert in_batches(CLASSES[name]("binary", threshold=0), logits, true) == ours
    none = CLASSES[name]("binary", zero_division=1.0)
    assert in_batches(none, np.zeros(3, int), np.zeros(3, int)) == 1.0


@pytest.mark.parametrize("seed", range(4))
def test_accuracy_and_confusion_matrix(seed: int):
    predicted, true = draw(seed)
    ours = in_batches(metrics.Accuracy(), predicted, true)
    assert ours == pytest.approx(reference.accuracy_score(true, predicted), rel=1e-12)
    matrix = in_batches(metrics.ConfusionMatrix(7), predicted, true)
    theirs = reference.confusion_matrix(true, predicted, labels=range(7))
    np.testing.assert_array_equal(matrix.numpy(), theirs)
    size = max(predicted.max(), true.max()) + 1
    grown = in_batches(metrics.ConfusionMatrix(), predicted, true, size=1)
    np.testing.assert_array_equal(grown.numpy(), theirs[:size, :size])


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_top_k_with_ties(k: int):
    random = np.random.default_rng(k)
    scores, true = random.integers(0, 4, (41, 6)).astype(float), random.integers(0, 6, 41)
    theirs = reference.top_k_accuracy_score(true, scores, k=k, labels=range(6))
    assert in_batches(metrics.TopKAccuracy(k), scores, true) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_auroc(seed: int):
    random = np.random.default_rng(seed)
    scores, true = random.integers(0, 9, 50) / 9, random.integers(0, 2, 50)
    theirs = reference.roc_auc_score(true, scores)
    assert in_batches(metrics.AUROC(), scores, true) == pytest.approx(theirs, rel=1e-12)
    table = random.random((60, 4))
    table /= table.sum(1, keepdims=True)
    true = random.integers(0, 4, 60)
    theirs = reference.roc_auc_score(true, table, multi_class="ovr")
    assert in_batches(metrics.AUROC(), table, true) == pytest.approx(theirs, rel=1e-12)
    assert math.isnan(metrics.auroc([0.1, 0.7], [1, 1]))


@pytest.mark.parametrize("shape", [(29,), (29, 1), (29, 3)])
def test_regression(shape: tuple[int, ...]):
    random = np.random.default_rng(len(shape))
    true = random.standard_normal(shape) + 1e4
    predicted = true + 0.3 * random.standard_normal(shape)
    pairs = {
        metrics.MeanSquaredError: reference.mean_squared_error,
        metrics.MeanAbsoluteError: reference.mean_absolute_error,
        metrics.R2: reference.r2_score,
    }
    for ours, theirs in pairs.items():
        value = in_batches(ours(), predicted, true)
        assert value == pytest.approx(theirs(true, predicted), rel=1e-9)


def test_r2_of_targets_that_do_not_vary():
    for predicted in ([2.0, 2.0], [2.0, 3.0]):
        theirs = reference.r2_score([2.0, 2.0], predicted)
        assert metrics.r2_score(predicted, [2.0, 2.0]) == theirs
    assert math.isnan(metrics.r2_score([1.0], [1.0]))


def test_a_smaller_last_batch_weighs_less():
    loss = metrics.Mean()
    loss.update(edugrad.tensor(1.0), count=64)
    loss.update(edugrad.tensor(4.0), count=32)
    assert loss.compute() == 2.0
    mean = metrics.MeanLoss(edugrad.nn.functional.mse_loss)
    in_batches(mean, edugrad.zeros(11), edugrad.arange(11.0), size=4)
    assert mean.compute() == pytest.approx(np.mean(np.arange(11.0) ** 2))


def test_scores_of_images_and_one_hot_targets():
    random = np.random.default_rng(0)
    scores, true = random.random((6, 3, 4, 4)), random.integers(0, 3, (6, 4, 4))
    expected = reference.accuracy_score(true.ravel(), scores.argmax(1).ravel())
    assert metrics.accuracy(edugrad.tensor(scores), edugrad.tensor(true)) == expected
    rows = np.eye(3)[true[:, 0, 0]]
    flat = scores[:, :, 0, 0]
    assert metrics.accuracy(flat, rows) == metrics.accuracy(flat, true[:, 0, 0])


def test_functions_are_the_metrics_of_one_batch():
    predicted, true = draw(1)
    assert metrics.f1_score(predicted, true) == in_batches(metrics.F1(), predicted, true)
    assert metrics.recall(predicted, true, "micro") == np.mean(predicted == true)
    assert metrics.precision(predicted, true, num_classes=9) == in_batches(
        metrics.Precision(num_classes=9), predicted, true
    )
    assert metrics.confusion_matrix(predicted, true).sum() == len(true)
    assert metrics.top_k_accuracy([[0.1, 0.9]], [0], k=1) == 0
    assert metrics.mean_squared_error([1.0], [3.0]) == 4
    assert metrics.mean_absolute_error([1.0], [3.0]) == 2


def test_a_call_returns_the_batch_and_adds_it():
    accuracy = metrics.Accuracy()
    assert accuracy([1, 1], [1, 1]) == 1.0
    assert accuracy([0, 1], [1, 1]) == 0.5
    assert accuracy.compute() == 0.75
    assert accuracy.reset()([0], [1]) == 0.0


@pytest.mark.parametrize(
    "metric",
    [metrics.F1(), metrics.AUROC(), metrics.ConfusionMatrix(), metrics.Accuracy(), metrics.R2()],
)
def test_state_goes_on_where_it_was(metric: metrics.Metric):
    random = np.random.default_rng(3)
    input, target = random.integers(0, 2, 20), random.integers(0, 2, 20)
    whole = plain(in_batches(metric, input, target, 20))
    metric.reset().update(input[:9], target[:9])
    other = type(metric)()
    other.load_state_dict(metric.state_dict())
    other.update(input[9:], target[9:])
    np.testing.assert_allclose(plain(other.compute()), whole, rtol=1e-12)


def test_repr():
    accuracy = metrics.Accuracy()
    assert repr(accuracy) == "Accuracy(no batches yet)"
    accuracy.update([1, 0], [1, 1])
    assert repr(accuracy) == "Accuracy(0.5)"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: metrics.accuracy(np.zeros((4, 3)), np.zeros((4, 3))), "one-hot rows"),
        (lambda: metrics.accuracy(np.zeros(4), np.zeros(5)), r"\(4,\) and \(5,\)"),
        (lambda: metrics.accuracy(np.zeros(4), np.full(4, 2)), "two classes only"),
        (lambda: metrics.accuracy([0, 1], [0.5, 1]), r"whole numbers that count from 0\n.*0\.5"),
        (lambda: metrics.accuracy([0, 1], [-1, 1]), r"got: +-1"),
        (lambda: metrics.f1_score([0, 2], [1, 2], "binary"), "labels up to 2"),
        (lambda: metrics.f1_score([0, 1], [1, 2], "mean"), '"macro", "micro"'),
        (lambda: metrics.recall([0, 3], [1, 2], num_classes=3), "the label 3 with num_classes=3"),
        (lambda: metrics.mean_squared_error([[1.0]], [1.0]), r"\(1, 1\) and \(1,\)"),
        (lambda: metrics.top_k_accuracy([0.1], [0]), r"shape \(N, C\)"),
        (lambda: metrics.top_k_accuracy([[0.1, 0.9]], [2]), "labels from 2 to 2 for 2 scores"),
    ],
)
def test_errors_teach(call: Any, text: str):
    with pytest.raises(ValueError, match=text):
        call()


def test_compute_before_update():
    with pytest.raises(RuntimeError, match=r"F1.compute\(\) needs at least one batch"):
        metrics.F1().compute()
