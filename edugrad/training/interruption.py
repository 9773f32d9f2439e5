"""Ctrl-C: the first one ends a run after its batch, the second one at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .trainer import Trainer


class stop_by_interrupt:
    """While the block runs, a first Ctrl-C asks the trainer to stop and a second one raises.

    The batch is finished first, so that the weights and the optimizer belong together and can be
    saved. Python gives signals to the main thread only; elsewhere nothing is changed.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.previous: Any = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self.previous = signal.signal(signal.SIGINT, self._handle)

    def __exit__(self, *exception: object) -> None:
        if self.previous is not None:
            signal.signal(signal.SIGINT, self.previous)
            self.previous = None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.trainer.interrupted:
            raise KeyboardInterrupt
        self.trainer.interrupted = True
        with contextlib.suppress(RuntimeError):  # the signal came while something was printed
            self.trainer.print("Stopping after this batch. Ctrl-C again stops at once.")
