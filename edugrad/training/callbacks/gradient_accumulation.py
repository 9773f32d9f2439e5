"""Gradient accumulation: several batches to one update, as many as the epoch asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from ...errors import teach
from .callback import Callback


class GradientAccumulation(Callback):
    """Changes from epoch to epoch how many batches belong to one update.

    Parameters
    ----------
    batches : int or dict
        Their number, or a dict of numbers by the epoch from which on they hold.

    Examples
    --------
    >>> GradientAccumulation({0: 1, 10: 4}).at(12)
    4

    Notes
    -----
    A constant number is ``Trainer(accumulate_grad_batches=…)``, whose scaling this has. Lightning:
    ``GradientAccumulationScheduler``.
    """

    order: ClassVar[int] = -50

    def __init__(self, batches: int | Mapping[int, int]) -> None:
        plan = dict(batches) if isinstance(batches, Mapping) else {0: batches}
        if not plan or any(epoch < 0 or number < 1 for epoch, number in plan.items()):
            raise ValueError(
                teach(
                    "numbers of batches are whole numbers from 1 on, by epochs from 0 on",
                    got=repr(batches),
                    mend="GradientAccumulation(4), or GradientAccumulation({0: 1, 10: 4})",
                )
            )
        self.plan = {0: 1, **plan}

    def at(self, epoch: int) -> int:
        """The number of batches to an update in this epoch."""
        return self.plan[max(start for start in self.plan if start <= epoch)]

    def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
        """Tell the trainer."""
        batches = self.at(trainer.current_epoch)
        trainer.options = replace(trainer.options, accumulate_grad_batches=batches)
