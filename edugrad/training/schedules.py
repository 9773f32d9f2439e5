"""Reading what ``configure_optimizers`` returns, and stepping learning-rate schedulers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .. import optim
from ..errors import teach
from ..optim import lr_scheduler


@dataclass
class Schedule:
    """A scheduler, and when it steps.

    ``interval`` is "epoch" or "step" and ``frequency`` how many of them lie between two steps;
    ``monitor`` is the metric that :class:`~edugrad.optim.lr_scheduler.ReduceLROnPlateau` watches.
    """

    scheduler: Any
    interval: str = "epoch"
    frequency: int = 1
    monitor: str | None = None
    strict: bool = True
    name: str | None = None
    reduce_on_plateau: bool = False

    def __post_init__(self) -> None:
        self.reduce_on_plateau |= isinstance(self.scheduler, lr_scheduler.ReduceLROnPlateau)
        if self.reduce_on_plateau and self.monitor is None:
            raise ValueError(
                teach(
                    "ReduceLROnPlateau watches a metric, whose name has to be given",
                    got="a scheduler without a monitor",
                    mend='{"scheduler": ReduceLROnPlateau(optimizer), "monitor": "val_loss"}',
                )
            )
        if self.interval not in ("epoch", "step"):
            raise ValueError(
                teach(
                    'the interval of a scheduler is "epoch" or "step"',
                    got=repr(self.interval),
                    mend='{"scheduler": scheduler, "interval": "step"}',
                )
            )

    def step(self, count: int, metric: Any) -> None:
        """Step after ``count`` epochs or steps; ``metric(name)`` reads the monitored value."""
        if count % self.frequency:
            return
        if self.reduce_on_plateau:
            self.scheduler.step(metric(self.monitor, "ReduceLROnPlateau"))
        else:
            self.scheduler.step()


def read_optimizers(returned: Any) -> tuple[list[Any], list[Schedule]]:
    """The optimizers and the schedules among what ``configure_optimizers`` returned.

    Raises
    ------
    TypeError
        If it is of none of the forms that LightningModule.configure_optimizers lists.
    """
    if returned is None:
        return [], []
    if isinstance(returned, optim.Optimizer):
        return [returned], []
    if isinstance(returned, dict) and "optimizer" in returned:
        return [_optimizer(returned["optimizer"])], _schedules(returned.get("lr_scheduler"))
    if isinstance(returned, (tuple, list)):
        if len(returned) == 2 and isinstance(returned[0], (tuple, list)):
            return list(map(_optimizer, returned[0])), _schedules(returned[1])
        read = [read_optimizers(each) for each in returned]
        return [o for found, _ in read for o in found], [s for _, found in read for s in found]
    raise TypeError(_unknown(returned))


def _optimizer(value: Any) -> Any:
    if not isinstance(value, optim.Optimizer):
        raise TypeError(_unknown(value))
    return value


def _schedules(value: Any) -> list[Schedule]:
    if value is None:
        return []
    if isinstance(value, (tuple, list)):
        return [schedule for each in value for schedule in _schedules(each)]
    if not isinstance(value, dict):
        return [Schedule(value)]
    unknown = set(value) - {field.name for field in fields(Schedule)}
    if unknown or "scheduler" not in value:
        raise ValueError(
            teach(
                "a scheduler is given by itself, or in a dict under the key 'scheduler'",
                got=f"a dict with the keys {', '.join(map(str, value))}",
                mend="the keys are " + ", ".join(field.name for field in fields(Schedule)),
            )
        )
    return [Schedule(**value)]


def _unknown(value: Any) -> str:
    return teach(
        "configure_optimizers returns an optimizer, a list of them, a pair of lists, or a dict",
        got=f"a {type(value).__name__}",
        mend='return optimizer, or {"optimizer": optimizer, "lr_scheduler": scheduler}',
    )
