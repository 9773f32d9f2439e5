"""Schedules that are made of schedules: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ...errors import teach
from ..optimizer import Optimizer
from .base import LRScheduler, set_value, values
from .plateau import ReduceLROnPlateau


class _Combined(LRScheduler):
    """A schedule that is made of others, and saves their states with its own."""

    _schedulers: Sequence[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on, of every schedule."""
        state = super().state_dict()
        del state["_schedulers"]
        state["_schedulers"] = [each.state_dict() for each in self._schedulers]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state that ``state_dict`` gave."""
        rest = {key: value for key, value in state_dict.items() if key != "_schedulers"}
        super().load_state_dict(rest)
        for schedule, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            schedule.load_state_dict(state)


def _check(name: str, optimizer: Any, schedulers: Sequence[Any]) -> None:
    for index, each in enumerate(schedulers):
        kind = type(each).__name__
        if not hasattr(each, "optimizer"):
            raise TypeError(
                teach(
                    f"{name} at index {index} should have `optimizer` as its attribute.",
                    got=kind,
                    mend="pass a list of schedules: [LinearLR(optimizer), StepLR(optimizer, 10)]",
                )
            )
        if isinstance(each, ReduceLROnPlateau):
            raise ValueError(
                teach(
                    f"{name} does not support `ReduceLROnPlateau` scheduler as it requires "
                    "additional kwargs to be specified when calling `step`, but got one at index "
                    f"{index} in the given schedulers sequence.",
                    got=kind,
                    mend="call its step(loss) yourself, beside that of the others",
                )
            )
        if each.optimizer is not optimizer:
            raise ValueError(
                teach(
                    f"{name} expects all schedulers to belong to the same optimizer, but got "
                    f"scheduler {kind} at index {index} has {each.optimizer}, which is different "
                    f"from {type(optimizer).__name__}.",
                    got="schedules of two optimizers",
                    mend="make all of them with the same optimizer",
                )
            )


class SequentialLR(_Combined):
    """One schedule after the other.

    Parameters
    ----------
    optimizer : Optimizer
    schedulers : list of LRScheduler
    milestones : list of int
        The epochs at which the next schedule takes over, one fewer than schedules.
    last_epoch : int

    Raises
    ------
    ValueError
        If the numbers do not fit, or the schedules are of different optimizers.

    Examples
    --------
    >>> import edugrad
    >>> from edugrad.optim.lr_scheduler import ExponentialLR, LinearLR
    >>> optimizer = edugrad.optim.SGD([edugrad.ones(1, requires_grad=True)], lr=1.0)
    >>> warm_up = LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> schedule = SequentialLR(optimizer, [warm_up, ExponentialLR(optimizer, 0.9)], [2])
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     optimizer.step()
    ...     schedule.step()
    >>> [round(rate, 3) for rate in rates]
    [0.5, 0.75, 1.0, 0.9, 0.81]

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.SequentialLR``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        if not schedulers:
            raise ValueError(
                teach(
                    "SequentialLR expects at least one scheduler, but got no scheduler.",
                    got="an empty list",
                    mend="SequentialLR(optimizer, [first, second], milestones=[10])",
                )
            )
        _check("SequentialLR", optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                teach(
                    "Sequential Schedulers expects number of schedulers provided to be one more "
                    "than the number of milestone points, but got number of schedulers "
                    f"{len(schedulers)} and the number of milestones to be equal to "
                    f"{len(milestones)}",
                    got=f"milestones={milestones}",
                    mend="give the epochs at which the next schedule takes over",
                )
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            set_value(group, "lr", group["initial_lr"])
        _take_back_first_step(self)
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Let the schedule whose turn it is set the learning rates of the next epoch."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        schedule = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            schedule._update_lr(0)
        else:
            schedule.step()
        self._last_lr = schedule.get_last_lr()


def _take_back_first_step(schedule: LRScheduler) -> None:
    """Undo the step that every schedule made when it was made itself."""
    parts = getattr(schedule, "_schedulers", None)
    if parts is None:
        schedule.last_epoch -= 1
        return
    for each in parts:
        _take_back_first_step(each)


class ChainedScheduler(_Combined):
    """Several schedules at once: each changes what the one before has set.

    Parameters
    ----------
    schedulers : sequence of LRScheduler
    optimizer : Optimizer, optional
        The first schedule's, unless given.

    Raises
    ------
    ValueError
        If there is no schedule, or they are of different optimizers.

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.ChainedScheduler``.
    """

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        if not schedulers:
            raise ValueError(
                teach(
                    "ChainedScheduler expects at least one scheduler to be chained, but got no "
                    "scheduler.",
                    got="an empty list",
                    mend="ChainedScheduler([first, second])",
                )
            )
        optimizer = optimizer or schedulers[0].optimizer
        _check("ChainedScheduler", optimizer, schedulers)
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = values(optimizer)

    def step(self) -> None:  # type: ignore[override]
        """Let every schedule make its step, in order."""
        for each in self._schedulers:
            each.step()
        self._last_lr = values(self.optimizer)
