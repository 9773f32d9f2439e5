"""ProgressBar: how far the run is, and what it has measured."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from ..history import number
from .callback import Callback


class ProgressBar(Callback):
    """A live bar for the epoch, by tqdm, and a line for each epoch that is done.

    In a terminal and in a notebook the bar is removed at the end; the lines stay. They hold no
    times, so that the stored output of a notebook is the same on every run.

    Parameters
    ----------
    bar : bool
        Whether there is a live bar, which goes to the standard error stream.
    every : int
        Print a line for every so many epochs, and for the last one. 0 prints none.
    refresh_rate : int
        Batches between two changes of the bar.

    Examples
    --------
    >>> ProgressBar(bar=False, every=10)
    ProgressBar(bar=False, every=10)
    """

    order: ClassVar[int] = 90

    def __init__(self, bar: bool = True, every: int = 1, refresh_rate: int = 1) -> None:
        self.bar, self.every, self.refresh_rate = bar, every, max(refresh_rate, 1)
        self._live: Any = None
        self._waiting = ""

    def __repr__(self) -> str:
        return f"ProgressBar(bar={self.bar}, every={self.every})"

    def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
        """Begin the bar of this epoch, or of the first one."""
        total = trainer.num_training_batches
        if self._live is None:
            self._live = self._open(total)
        if self._live is not None:
            self._live.reset(total)
            self._live.update(trainer.batches_done)
            self._live.set_description_str(self._epoch(trainer))

    def on_train_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Move the bar on."""
        if self._live is None or (batch_idx + 1) % self.refresh_rate:
            return
        metrics = {name: number(value) for name, value in trainer.progress_bar_metrics.items()}
        self._live.set_postfix(metrics, refresh=False)
        self._live.update(self.refresh_rate)

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Print the line of the epoch, now or when training ends with it."""
        metrics = trainer.epoch_metrics("prog_bar")
        line = "  ".join(f"{name} {number(value)}" for name, value in metrics.items())
        line = f"{self._epoch(trainer)}  {line}"
        due = self.every and (trainer.current_epoch + 1) % self.every == 0
        self._waiting = "" if due or not self.every else line
        if due:
            self.write(line)

    def on_train_end(self, trainer: Any, module: Any) -> None:
        """Remove the bar; say where the run ended."""
        self._close()
        if self._waiting:
            print(self._waiting)
        self._waiting = ""
        if trainer.interrupted:
            epoch, step = trainer.current_epoch, trainer.global_step
            print(f"Stopped by Ctrl-C in epoch {epoch}, after step {step}.")

    def teardown(self, trainer: Any, module: Any) -> None:
        """Remove the bar also after an error."""
        self._close()

    def write(self, text: str) -> None:
        """Print a line without tearing the bar."""
        if self._live is None:
            print(text)
        else:
            self._live.clear()
            print(text, flush=True)
            self._live.refresh()

    def _open(self, total: int | None) -> Any:
        if not self.bar:
            return None
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return None
        return tqdm(total=total, leave=False, file=sys.stderr, dynamic_ncols=True, unit="batch")

    def _close(self) -> None:
        if self._live is not None:
            self._live.close()
            self._live = None

    @staticmethod
    def _epoch(trainer: Any) -> str:
        of = trainer.max_epochs
        width = len(str(of)) if of else 1
        return f"epoch {trainer.current_epoch + 1:{width}}" + (f"/{of}" if of else "")
