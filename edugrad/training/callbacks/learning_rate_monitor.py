"""LearningRateMonitor: writes down the learning rate."""

from __future__ import annotations

from typing import Any, ClassVar

from .callback import Callback


class LearningRateMonitor(Callback):
    """Logs the learning rate of each parameter group, as "lr" or "lr-1", "lr-2", ….

    Parameters
    ----------
    logging_interval : {"step", "epoch"}
        When; with "step" the values in ``rates`` are those that each update used.

    Attributes
    ----------
    rates : dict
        For each name the list of its values.

    Notes
    -----
    Lightning: ``LearningRateMonitor``.
    """

    order: ClassVar[int] = 20

    def __init__(self, logging_interval: str = "epoch") -> None:
        self.logging_interval = logging_interval
        self.rates: dict[str, list[float]] = {}

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """Start anew."""
        if trainer.resume is None:
            self.rates = {}

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        """Note the rate of this update, or at the first batch that of the epoch."""
        if self.logging_interval == "step" or batch_idx == 0:
            for name, rate in learning_rates(trainer.optimizers).items():
                self.rates.setdefault(name, []).append(rate)
                trainer.log(name, rate, on_step=self.logging_interval == "step", on_epoch=True)

    def state_dict(self) -> dict[str, Any]:
        """The rates so far."""
        return {"rates": self.rates}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on with the rates of the run before."""
        self.rates = {name: list(rates) for name, rates in state["rates"].items()}


def learning_rates(optimizers: list[Any]) -> dict[str, float]:
    """The current learning rates by name."""
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    if len(groups) == 1:
        return {"lr": float(groups[0]["lr"])}
    return {f"lr-{number}": float(group["lr"]) for number, group in enumerate(groups, 1)}
