"""Timer: where the time of a run goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .callback import Callback

PHASES = "loading", "forward", "backward", "update", "validation", "callbacks", "other"
FOLLOWING = {
    "on_fit_start": "other",
    "on_train_epoch_start": "loading",
    "on_train_batch_start": "forward",
    "on_before_backward": "backward",
    "on_after_backward": "update",
    "on_before_optimizer_step": "update",
    "on_train_batch_end": "loading",
    "on_validation_start": "validation",
    "on_validation_end": "loading",
    "on_train_epoch_end": "other",
    "on_train_end": None,
}


class Timer(Callback):
    """Measures how long loading, forward pass, backward pass, update and validation take.

    On a GPU it waits, at each border, for what was queued there: the times are honest, and the run
    is somewhat slower. What other callbacks take is counted apart.

    Parameters
    ----------
    clock : callable
        Seconds; for tests.

    Attributes
    ----------
    seconds : dict
        The sum for each phase.
    steps : int
        Batches trained on.

    Examples
    --------
    >>> timer = Timer()
    >>> timer.seconds["forward"]
    0.0
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget what was measured."""
        self.seconds = dict.fromkeys(PHASES, 0.0)
        self.steps = 0
        self._since = 0.0
        self._phase: str | None = None
        self._outer: str | None = None

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """Start the clock."""
        self._device = trainer.device
        self.reset()

    def before_hooks(self, hook: str) -> None:
        """From here on it is callbacks' time."""
        if self._phase is not None:
            self._outer = self._phase
            self.enter("callbacks")

    def after_hooks(self, hook: str) -> None:
        """The phase that follows this hook begins, or goes on."""
        if hook == "on_fit_start" or self._phase is not None:
            self.enter(FOLLOWING.get(hook, self._outer))
        self.steps += hook == "on_train_batch_end"

    def enter(self, phase: str | None) -> None:
        """End the phase that is running, and begin another one."""
        if self._device.type == "cuda":
            self._device.xp.cuda.Device(self._device.index).synchronize()
        now = self.clock()
        if self._phase is not None:
            self.seconds[self._phase] += now - self._since
        self._phase, self._since = phase, now

    def rows(self) -> list[dict[str, Any]]:
        """For each phase its seconds, milliseconds a step, and share of the whole."""
        total = sum(self.seconds.values())
        return [
            {
                "phase": phase,
                "seconds": seconds,
                "ms_per_step": 1e3 * seconds / self.steps if self.steps else 0.0,
                "share": seconds / total if total else 0.0,
            }
            for phase, seconds in self.seconds.items()
        ]

    def summary(self) -> str:
        """The times as a table."""
        lines = [f"{'phase':<12}{'seconds':>9}{'ms/step':>9}{'share':>8}"]
        for row in self.rows():
            lines.append(
                f"{row['phase']:<12}{row['seconds']:>9.3f}{row['ms_per_step']:>9.3f}"
                f"{row['share']:>8.1%}"
            )
        return "\n".join(lines)
