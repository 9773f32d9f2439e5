"""A logger that keeps everything in lists, for notebooks and tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...tensor import Tensor
from .logger import Logger, image_array, numbers, setting


class MemoryLogger(Logger):
    """Keeps what is logged.

    Attributes
    ----------
    rows : list of (int, dict)
        Steps and their numbers, in the order of the calls.
    hyperparameters : dict
    histograms, images : list of (str, int, numpy.ndarray)
        Name, step, and a copy of the values.
    graphs : list of tuple
        Models and their inputs.

    Examples
    --------
    >>> logger = MemoryLogger()
    >>> for step in range(3):
    ...     logger.log_metrics({"loss": 1 / (step + 1)}, step)
    >>> logger.series("loss")
    ([0, 1, 2], [1.0, 0.5, 0.3333333333333333])
    """

    def __init__(self) -> None:
        self.rows: list[tuple[int, dict[str, float | int]]] = []
        self.hyperparameters: dict[str, Any] = {}
        self.histograms: list[tuple[str, int, np.ndarray]] = []
        self.images: list[tuple[str, int, np.ndarray]] = []
        self.graphs: list[tuple[Any, ...]] = []

    def log_metrics(self, metrics: Mapping[str, Any], step: int) -> None:
        self.rows.append((step, numbers(metrics)))

    def log_hyperparameters(self, parameters: Mapping[str, Any]) -> None:
        self.hyperparameters.update({name: setting(value) for name, value in parameters.items()})

    def log_histogram(self, name: str, values: Any, step: int) -> None:
        array = values.numpy(force=True) if isinstance(values, Tensor) else values
        self.histograms.append((name, step, np.array(array)))

    def log_image(self, name: str, image: Any, step: int) -> None:
        self.images.append((name, step, image_array(name, image).copy()))

    def log_graph(self, model: Any, *inputs: Any) -> None:
        self.graphs.append((model, *inputs))

    def series(self, name: str) -> tuple[list[int], list[float | int]]:
        """The steps at which a metric was logged, and its values."""
        found = [(step, row[name]) for step, row in self.rows if name in row]
        return [step for step, _ in found], [value for _, value in found]
