"""The interface of all loggers, and how what is logged becomes plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from ...errors import teach
from ...tensor import Tensor


class Logger:
    """Where a run writes what it measures. Derive from it, and write :meth:`log_metrics` at least.

    What a logger has no place for it leaves out: a table has no room for images. When a call
    returns, what it logged outlasts the process, as far as the logger writes to files at all.

    Examples
    --------
    >>> class Printer(Logger):
    ...     def log_metrics(self, metrics, step):
    ...         print(step, dict(metrics))
    >>> with Printer() as logger:
    ...     logger.log_metrics({"loss": 0.5}, step=1)
    ...     logger.log_image("digit", [[0.0, 1.0]], step=1)
    1 {'loss': 0.5}
    """

    def log_metrics(self, metrics: Mapping[str, Any], step: int) -> None:
        """Log numbers, by name, of a step."""
        raise NotImplementedError(
            teach(
                "Subclasses of Logger should implement log_metrics.",
                got=f"{type(self).__name__}, which does not",
                mend="write def log_metrics(self, metrics, step): …",
            )
        )

    def log_hyperparameters(self, parameters: Mapping[str, Any]) -> None:
        """Log what the run was started with: numbers, bools and texts, by name."""

    def log_histogram(self, name: str, values: Any, step: int) -> None:
        """Log how the numbers of a tensor are distributed."""

    def log_image(self, name: str, image: Any, step: int) -> None:
        """Log an image of shape (height, width) or (channels, height, width).

        Floats run from 0 to 1, uint8 from 0 to 255.
        """

    def log_graph(self, model: Any, *inputs: Any) -> None:
        """Log what a model computes of some inputs, as a graph."""

    def flush(self) -> None:
        """Wait until everything is written."""

    def finalize(self, status: str) -> None:
        """A run has ended: "success", "failed" or "interrupted". Another one may follow."""
        self.flush()

    def close(self) -> None:
        """Write what is left, and no more after it. A second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def number(name: str, value: Any) -> float | int:
    """One number: of a tensor or an array of one element, or as it is.

    Raises
    ------
    ValueError
        If it is no single number.
    """
    array = value.numpy(force=True) if isinstance(value, Tensor) else np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        shape = f"{type(value).__name__} of shape {array.shape}" if array.ndim else repr(value)
        raise ValueError(
            teach(
                "a metric is a single number",
                got=f"{name} = {shape}",
                mend=f'reduce it first, e.g. {{"{name}": value.mean()}}, or use log_histogram',
            )
        )
    found: float | int = array.item()
    return found


def numbers(metrics: Mapping[str, Any]) -> dict[str, float | int]:
    """Metrics as plain numbers."""
    return {name: number(name, value) for name, value in metrics.items()}


def setting(value: Any) -> Any:
    """A hyperparameter as a number, a bool, a text or None."""
    if isinstance(value, Tensor):
        value = value.numpy(force=True)
    if isinstance(value, np.generic | np.ndarray) and value.size == 1:
        value = value.item()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def image_array(name: str, image: Any) -> np.ndarray:
    """An image as an array of shape (channels, height, width).

    Raises
    ------
    ValueError
        If it has another number of dimensions or of channels.
    """
    array = image.numpy(force=True) if isinstance(image, Tensor) else np.asarray(image)
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[0] not in (1, 3, 4):
        raise ValueError(
            teach(
                "an image has shape (height, width), or (channels, height, width) with 1, 3 or 4 "
                "channels",
                got=f"{name} of shape {array.shape}",
                mend="log one image of a batch, x[0]; move channels that come last to the front "
                "with permute(2, 0, 1)",
            )
        )
    return np.clip(array, 0, 1) if array.dtype.kind == "f" else array
