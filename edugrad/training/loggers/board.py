"""A logger for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tensorboardX.summary import hparams

from ...utils.tensorboard.writer import SummaryWriter, setting
from .logger import Logger, image_array, numbers


class TensorBoardLogger(Logger):
    """Writes event files; look at them with ``tensorboard --logdir runs``.

    Parameters
    ----------
    folder : path, optional
        The folder of the run; ``runs/<date>_<host>`` unless given. Taken up again, it gets a
        second file, and TensorBoard shows both as one run.

    Attributes
    ----------
    writer : SummaryWriter
        For what the interface of loggers does not have: texts, figures, embeddings …

    Raises
    ------
    ModuleNotFoundError
        If tensorboardX is not installed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, TensorBoardLogger(folder) as logger:
    ...     logger.log_hyperparameters({"lr": 0.1})
    ...     logger.log_metrics({"loss": 0.5}, step=0)
    """

    def __init__(self, folder: Any = None) -> None:
        self.writer = SummaryWriter(folder)

    def log_metrics(self, metrics: Mapping[str, Any], step: int) -> None:
        for name, value in numbers(metrics).items():
            self.writer.add_scalar(name, value, step)

    def log_hyperparameters(self, parameters: Mapping[str, Any]) -> None:
        """Log a row for the table HPARAMS, which shows all metrics of the run beside it."""
        settings = {name: setting(value) for name, value in parameters.items()}
        # Without the first summary, a list of metrics, TensorBoard finds all by itself.
        for summary in hparams(settings, {})[1:]:
            self.writer._get_file_writer().add_summary(summary)

    def log_histogram(self, name: str, values: Any, step: int) -> None:
        self.writer.add_histogram(name, values, step)

    def log_image(self, name: str, image: Any, step: int) -> None:
        self.writer.add_image(name, image_array(name, image), step)

    def log_graph(self, model: Any, *inputs: Any) -> None:
        self.writer.add_graph(model, inputs)

    def flush(self) -> None:
        self.writer.flush()

    def close(self) -> None:
        self.writer.close()
