"""Training: the Trainer, what it can be given to watch, and metrics.

``import edugrad`` does not load this package; its first use does.
"""

from . import callbacks, metrics
from .callbacks import (
    Callback,
    CSVLog,
    EarlyStopping,
    GradientAccumulation,
    GradientClipping,
    GradientStatistics,
    LearningRateFinder,
    LearningRateMonitor,
    ModelCheckpoint,
    ProgressBar,
    StopOnNonFinite,
    Timer,
)
from .history import History
from .module import LightningModule, TrainingModule
from .randomness import seed_everything
from .trainer import Trainer

__all__ = [
    "CSVLog",
    "Callback",
    "EarlyStopping",
    "GradientAccumulation",
    "GradientClipping",
    "GradientStatistics",
    "History",
    "LearningRateFinder",
    "LearningRateMonitor",
    "LightningModule",
    "ModelCheckpoint",
    "ProgressBar",
    "StopOnNonFinite",
    "Timer",
    "Trainer",
    "TrainingModule",
    "callbacks",
    "metrics",
    "seed_everything",
]
