"""CSVLog: the metrics of each epoch as a table of comma-separated values."""

from __future__ import annotations

from typing import Any, ClassVar

from ..loggers import CSVLogger
from .callback import Callback


class CSVLog(Callback):
    """Adds a row to ``metrics.csv`` for each epoch; it is on the disk when the epoch ends.

    Parameters
    ----------
    folder : path
        Where the file is; a run that finds one there adds to it.

    Notes
    -----
    Keras: ``CSVLogger``. The values of single steps as well:
    ``Trainer(logger=edugrad.training.loggers.CSVLogger(folder))``.
    """

    order: ClassVar[int] = 80

    def __init__(self, folder: Any) -> None:
        self.folder = folder

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """Open the table."""
        self.logger = CSVLogger(self.folder)

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Add a row."""
        row = {"epoch": trainer.current_epoch, **trainer.epoch_metrics()}
        self.logger.log_metrics(row, step=trainer.global_step)

    def teardown(self, trainer: Any, module: Any) -> None:
        """Close the table."""
        if hasattr(self, "logger"):
            self.logger.close()
