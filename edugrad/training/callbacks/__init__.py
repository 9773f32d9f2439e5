"""Callbacks: what watches a training run, or adds to it."""

from .callback import Callback
from .checkpoint import ModelCheckpoint
from .csv_log import CSVLog
from .early_stopping import EarlyStopping
from .gradient_accumulation import GradientAccumulation
from .gradient_clipping import GradientClipping
from .gradient_statistics import GradientStatistics
from .learning_rate_finder import LearningRateFinder
from .learning_rate_monitor import LearningRateMonitor
from .nonfinite import StopOnNonFinite
from .progress import ProgressBar
from .timer import Timer

__all__ = [
    "CSVLog",
    "Callback",
    "EarlyStopping",
    "GradientAccumulation",
    "GradientClipping",
    "GradientStatistics",
    "LearningRateFinder",
    "LearningRateMonitor",
    "ModelCheckpoint",
    "ProgressBar",
    "StopOnNonFinite",
    "Timer",
]
