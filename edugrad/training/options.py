"""The options of a Trainer that the loop reads, checked once."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from ..errors import teach

WHOLE = "log_every_n_steps", "accumulate_grad_batches", "check_val_every_n_epoch"
ENDS = "max_epochs", "max_steps"
LIMITS = "limit_train_batches", "limit_val_batches", "limit_test_batches", "limit_predict_batches"


@dataclass
class Options:
    """How long and how often; the words are explained by :class:`edugrad.training.Trainer`."""

    max_epochs: Any = None
    max_steps: int = -1
    max_time: Any = None
    limit_train_batches: float = 1.0
    limit_val_batches: float = 1.0
    limit_test_batches: float = 1.0
    limit_predict_batches: float = 1.0
    overfit_batches: float = 0
    val_check_interval: float = 1.0
    check_val_every_n_epoch: int = 1
    accumulate_grad_batches: int = 1
    log_every_n_steps: int = 50

    def __post_init__(self) -> None:
        self.max_seconds = seconds(self.max_time)
        for name in ENDS:
            value = getattr(self, name)
            self._check(name, value in (None, math.inf) or isinstance(value, int))
        if self.max_epochs is None:
            has_end = self.max_steps >= 0 or self.max_time is not None
            self.max_epochs = math.inf if has_end else 1
        self.max_epochs = math.inf if self.max_epochs < 0 else self.max_epochs
        for name in WHOLE:
            self._check(name, isinstance(getattr(self, name), int) and getattr(self, name) >= 1)
        for name in (*LIMITS, "overfit_batches"):
            self._check(name, is_number_or_share(getattr(self, name)))
        interval = self.val_check_interval
        self._check("val_check_interval", is_number_or_share(interval) and interval > 0)

    def _check(self, name: str, is_right: bool) -> None:
        if is_right:
            return
        rule = "is a whole number from 1 on"
        if name in ENDS:
            rule = "is a whole number; -1 is without end"
        elif name not in WHOLE:
            rule = "is a number of batches (an int) or a share of them (a float up to 1.0)"
        raise ValueError(
            teach(f"{name} {rule}", got=repr(getattr(self, name)), mend=f"e.g. Trainer({name}=2)")
        )


def is_number_or_share(value: Any) -> bool:
    """Whether this is a count, or a float from 0 to 1."""
    if isinstance(value, bool):
        return False
    return (isinstance(value, int) and value >= 0) or (
        isinstance(value, float) and 0.0 <= value <= 1.0
    )


def seconds(time: Any) -> float:
    """A duration in seconds: a number of them, "DD:HH:MM:SS", a timedelta or its arguments.

    Raises
    ------
    ValueError
        If it is none of these.

    Examples
    --------
    >>> seconds("00:00:01:30")
    90.0
    """
    if time is None:
        return math.inf
    if isinstance(time, (int, float)) and not isinstance(time, bool):
        return float(time)
    if isinstance(time, dict):
        time = datetime.timedelta(**time)
    if isinstance(time, datetime.timedelta):
        return time.total_seconds()
    parts = time.split(":") if isinstance(time, str) else []
    if len(parts) == 4 and all(part.isdigit() for part in parts):
        days, hours, minutes, rest = map(int, parts)
        return float(((days * 24 + hours) * 60 + minutes) * 60 + rest)
    raise ValueError(
        teach(
            'max_time is in seconds, or "DD:HH:MM:SS"',
            got=repr(time),
            mend='e.g. max_time=90 or max_time="00:00:01:30"',
        )
    )
