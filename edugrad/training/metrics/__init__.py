"""Metrics that are added up batch by batch, and the same as functions of one batch."""

from .classification import (
    F1,
    Accuracy,
    ConfusionMatrix,
    Precision,
    Recall,
    accuracy,
    confusion_matrix,
    f1_score,
    precision,
    recall,
)
from .metric import Mean, MeanLoss, Metric
from .ranking import AUROC, TopKAccuracy, auroc, top_k_accuracy
from .regression import (
    R2,
    MeanAbsoluteError,
    MeanSquaredError,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
)

__all__ = [
    "AUROC",
    "Accuracy",
    "ConfusionMatrix",
    "F1",
    "Mean",
    "MeanAbsoluteError",
    "MeanLoss",
    "MeanSquaredError",
    "Metric",
    "Precision",
    "R2",
    "Recall",
    "TopKAccuracy",
    "accuracy",
    "auroc",
    "confusion_matrix",
    "f1_score",
    "mean_absolute_error",
    "mean_squared_error",
    "precision",
    "r2_score",
    "recall",
    "top_k_accuracy",
]
