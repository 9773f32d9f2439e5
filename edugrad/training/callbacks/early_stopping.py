"""Early stopping: end a run that does not improve any more."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ...errors import teach
from ..results import is_better
from .callback import Callback


class EarlyStopping(Callback):
    """Stops when a metric has not improved for some epochs.

    Parameters
    ----------
    monitor : str
        The metric.
    min_delta : float
        How much better it has to be to count as improved.
    patience : int
        How many checks in a row may pass without.
    mode : {"min", "max"}
        Which is better, smaller or larger.
    check_finite : bool
        Stop at once where the metric is nan or infinite.
    stopping_threshold, divergence_threshold : float, optional
        Stop at once where the metric is better, or worse, than this.
    restore_best_weights : bool
        At the end of the run, go back to the weights of the best check.

    Attributes
    ----------
    best_score : float or None
    stopped_epoch : int
        The epoch that it stopped in; 0 where it did not.
    reason : str
        Why it stopped.

    Notes
    -----
    Checked at the end of each epoch in which the metric was measured. Lightning and Keras:
    ``EarlyStopping``.
    """

    order: ClassVar[int] = 50

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 3,
        mode: str = "min",
        check_finite: bool = True,
        stopping_threshold: float | None = None,
        divergence_threshold: float | None = None,
        restore_best_weights: bool = False,
    ) -> None:
        check_mode(mode)
        self.monitor, self.min_delta, self.patience, self.mode = monitor, min_delta, patience, mode
        self.check_finite = check_finite
        self.stopping_threshold = stopping_threshold
        self.divergence_threshold = divergence_threshold
        self.restore_best_weights = restore_best_weights
        self.best_score: float | None = None
        self.wait_count = self.stopped_epoch = 0
        self.best_weights: dict[str, Any] | None = None
        self.reason = ""

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """A run that does not resume another one starts anew."""
        if trainer.resume is None:
            self.best_score, self.best_weights = None, None
            self.wait_count, self.stopped_epoch, self.reason = 0, 0, ""

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Compare with the best so far."""
        every = trainer.options.check_val_every_n_epoch
        if self.monitor.startswith("val") and (trainer.current_epoch + 1) % every:
            return
        score = trainer.metric(self.monitor, "EarlyStopping")
        if is_better(self.mode, score, self.best_score, self.min_delta):
            self.best_score, self.wait_count = score, 0
            if self.restore_best_weights:
                state = module.state_dict()
                self.best_weights = {name: each.clone() for name, each in state.items()}
        else:
            self.wait_count += 1
        self.reason = self._reason(score)
        if self.reason:
            trainer.should_stop = True
            self.stopped_epoch = trainer.current_epoch

    def _reason(self, score: float) -> str:
        if self.check_finite and not math.isfinite(score):
            return f"{self.monitor} = {score}"
        worse = "max" if self.mode == "min" else "min"
        good, bad = self.stopping_threshold, self.divergence_threshold
        if good is not None and is_better(self.mode, score, good):
            return f"{self.monitor} = {score:.4g} has passed {good}"
        if bad is not None and is_better(worse, score, bad):
            return f"{self.monitor} = {score:.4g} is worse than {bad}"
        if self.wait_count >= self.patience:
            best = "nan" if self.best_score is None else f"{self.best_score:.4g}"
            checks = f"{self.wait_count} checks"
            return f"{self.monitor} has not improved on {best} for {checks}"
        return ""

    def on_train_end(self, trainer: Any, module: Any) -> None:
        """Go back to the best weights where that is wanted."""
        if self.restore_best_weights and self.best_weights is not None and not trainer.interrupted:
            module.load_state_dict(self.best_weights)

    def state_dict(self) -> dict[str, Any]:
        """How long it has been waiting."""
        state = {"best_score": self.best_score, "wait_count": self.wait_count}
        return state | {"best_weights": self.best_weights} if self.best_weights else state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on waiting."""
        self.best_score, self.wait_count = state["best_score"], state["wait_count"]
        self.best_weights = state.get("best_weights")


def check_mode(mode: str) -> None:
    """Refuse a mode other than "min" and "max".

    Raises
    ------
    ValueError
        If it is another.
    """
    if mode not in ("min", "max"):
        raise ValueError(
            teach(
                'mode says which is better, "min" or "max"',
                got=repr(mode),
                mend='"min" for a loss, "max" for an accuracy',
            )
        )
