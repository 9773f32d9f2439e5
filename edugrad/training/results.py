"""What is logged: means over an epoch, weighted by the number of samples, and the latest values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .metrics import Mean, Metric

OPTIONS = "on_step", "on_epoch", "prog_bar", "logger"


@dataclass
class Entry:
    """A logged quantity."""

    metric: Metric
    on_step: bool
    on_epoch: bool
    prog_bar: bool
    logger: bool
    latest: float | None = None


class Results:
    """The quantities logged in one pass over the data."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def log(self, name: str, value: Any, count: int, **options: Any) -> None:
        """Add a value that stands for ``count`` samples, or a metric that is read at the end."""
        entry = self.entries.get(name)
        if isinstance(value, Metric):
            self.entries[name] = Entry(value, **options)
            return
        number = scalar(name, value)
        if entry is None:
            entry = self.entries[name] = Entry(Mean(), **options)
        entry.latest = number
        entry.metric.update(number, count=count)  # type: ignore[call-arg]

    def epoch(self, where: str | None = None) -> dict[str, float]:
        """The values over the epoch so far; of those with an option such as "on_epoch" if given."""
        return {
            name: value
            for name, entry in self.entries.items()
            if entry.metric._updated and (where is None or getattr(entry, where))
            if isinstance(value := entry.metric.compute(), float)
        }

    def step(self, where: str) -> dict[str, float]:
        """The latest values of those with an option such as "on_step"."""
        return {
            name: entry.latest
            for name, entry in self.entries.items()
            if getattr(entry, where) and entry.latest is not None
        }

    def state_dict(self, owned: dict[str, Metric]) -> dict[str, Any]:
        """The sums, for a checkpoint; ``owned`` metrics are saved by who owns them."""
        return {
            key: {
                "owned": next((own for own, each in owned.items() if each is entry.metric), None),
                "sums": entry.metric.state_dict() if type(entry.metric) is Mean else {},
                "options": {name: getattr(entry, name) for name in OPTIONS},
                "latest": entry.latest,
            }
            for key, entry in self.entries.items()
        }

    def load_state_dict(self, state: dict[str, Any], owned: dict[str, Metric]) -> None:
        """Go on from the sums of a checkpoint."""
        for name, saved in state.items():
            metric = owned.get(saved["owned"], Mean())
            if saved["owned"] is None:
                metric.load_state_dict(saved["sums"])
            self.entries[name] = Entry(metric, **saved["options"], latest=saved["latest"])


def scalar(name: str, value: Any) -> float:
    """A logged value as a number.

    Raises
    ------
    ValueError
        If it is no single number.
    """
    if isinstance(value, Tensor) and value.numel() == 1:
        return float(value.detach().item())
    if not isinstance(value, Tensor):
        try:
            return float(value)
        except (TypeError, ValueError):
            pass
    shape = f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)
    raise ValueError(
        teach(
            "log takes single numbers and metrics",
            got=f"{name} = {shape}",
            mend=f'reduce it first, e.g. log("{name}", value.mean())',
        )
    )


def is_better(mode: str, value: float, best: float | None, least: float = 0.0) -> bool:
    """Whether a metric has improved by more than ``least``; nan never has."""
    if math.isnan(value):
        return False
    if best is None:
        return True
    return value < best - least if mode == "min" else value > best + least
