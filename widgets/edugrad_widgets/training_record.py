"""What a training run has measured so far, how fast it goes and how long it will take."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from edugrad import Tensor
from edugrad.errors import teach

from .look import LineChart, Series, plural, quantity

WINDOW = 50
WAITING = "No values yet: log some, e.g. monitor.log(loss=loss.item())."


class TrainingRecord:
    """The metrics of a run by batch and by epoch, and its clock.

    Parameters
    ----------
    epochs, batches : int, optional
        How many epochs there will be, and how many batches in each, as far as it is known.
    clock : callable
        Seconds that only grow.
    """

    def __init__(
        self,
        epochs: int | None = None,
        batches: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        for name, value in (("epochs", epochs), ("batches", batches)):
            if value is not None and value < 1:
                raise ValueError(
                    teach(
                        f"{name} is at least 1, or None where it is not known",
                        got=f"{name}={value}",
                        mend=f"leave {name} out",
                    )
                )
        self.epochs, self.batches = epochs, batches
        self.step = self.epoch = 0
        self.metrics: dict[str, tuple[list[int], list[float]]] = {}
        self.first_bad: dict[str, int] = {}
        self._clock = clock
        self._ticks: deque[float] = deque([clock()], maxlen=WINDOW + 1)

    def add_batch(self, metrics: Mapping[str, Any]) -> None:
        """A batch is done."""
        values = _numbers(metrics)
        self.step += 1
        self._ticks.append(self._clock())
        self._add(values)

    def add_epoch(self, metrics: Mapping[str, Any]) -> None:
        """An epoch is done; its metrics stand at the batch that was the last."""
        values = _numbers(metrics)
        self.epoch += 1
        self._add(values)

    def _add(self, values: dict[str, float]) -> None:
        for name, value in values.items():
            steps, numbers = self.metrics.setdefault(name, ([], []))
            steps.append(self.step)
            numbers.append(value)
            if not math.isfinite(value):
                self.first_bad.setdefault(name, self.step)

    @property
    def total(self) -> int | None:
        """All batches of the run; None where that is not known."""
        if self.batches is None:
            return None
        return self.batches * (self.epochs or 1)

    def rate(self) -> float | None:
        """Batches a second, over the last ones."""
        spent = self._ticks[-1] - self._ticks[0]
        return (len(self._ticks) - 1) / spent if spent > 0 else None

    def remaining(self) -> float | None:
        """Seconds until the last batch, at the present rate."""
        total, rate = self.total, self.rate()
        if total is None or rate is None:
            return None
        return max(total - self.step, 0) / rate

    def headline(self) -> str:
        """How far the run is, without times: the same on every run."""
        parts = []
        if self.epochs is not None:
            parts.append(f"epoch {min(self.epoch + 1, self.epochs)} of {self.epochs}")
        elif self.epoch:
            parts.append(plural(self.epoch, "epoch"))
        total = self.total
        parts.append(f"batch {self.step:,}" + (f" of {total:,}" if total is not None else ""))
        return ", ".join(parts)

    def pace(self) -> str:
        """How fast the run is and how long it will take; empty before the first batch."""
        rate, remaining = self.rate(), self.remaining()
        if rate is None:
            return ""
        pace = quantity(rate, digits=3) + " batches/s"
        return pace if remaining is None else f"{pace}, {duration(remaining)} left"

    def warning(self) -> str:
        """Which metric is no longer a number, and what to do about it."""
        return "\n".join(
            f"{name} is NaN or infinite since batch {step:,}: a smaller learning rate often helps; "
            "edugrad.autograd.detect_anomaly() names the op that made it."
            for name, step in self.first_bad.items()
        )

    def charts(self, log: bool = False) -> list[LineChart]:
        """A chart of the losses and, if there are any, one of the other metrics."""
        losses = [name for name in self.metrics if "loss" in name]
        others = [name for name in self.metrics if "loss" not in name]
        groups = [("loss", losses)] if losses or not others else []
        groups += [("metrics", others)] if others else []
        return [
            LineChart(
                title,
                [Series(name, *self.metrics[name]) for name in names],
                x_label="batch",
                log=log and title == "loss",
                empty=WAITING,
                height=220,
            )
            for title, names in groups
        ]


def duration(seconds: float) -> str:
    """Seconds as a person says them.

    Examples
    --------
    >>> duration(0.4), duration(42), duration(184), duration(7320)
    ('under 1 s', '42 s', '3 min 4 s', '2 h 2 min')
    """
    if seconds < 1:
        return "under 1 s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    found = {}
    for name, value in metrics.items():
        if isinstance(value, Tensor):
            value = value.item() if value.numel() == 1 else value.tolist()
        if isinstance(value, list | tuple | dict | str) or not hasattr(value, "__float__"):
            raise TypeError(
                teach(
                    "a metric is a single number",
                    got=f"{name} = {value!r}"[:80],
                    mend=f"reduce it first, e.g. {name}=value.mean()",
                )
            )
        found[name] = float(value)
    return found
