"""Training: the Trainer, its callbacks, metrics and loggers, and scikit-learn's estimators.

``import edugrad`` does not load this package; its first use does. The first use of
``EdugradClassifier`` or ``EdugradRegressor`` loads scikit-learn.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from . import callbacks, loggers, metrics
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

if _TYPE_CHECKING:
    from .estimators import EdugradClassifier as EdugradClassifier
    from .estimators import EdugradRegressor as EdugradRegressor

_ESTIMATORS = ("EdugradClassifier", "EdugradRegressor")

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
    "loggers",
    "metrics",
    "seed_everything",
]


def __getattr__(name: str) -> _Any:
    if name in _ESTIMATORS:
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ESTIMATORS})
