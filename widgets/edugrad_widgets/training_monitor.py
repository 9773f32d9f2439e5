"""TrainingMonitor: the curves of a run while it goes, for loops of your own and for the Trainer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import traitlets
from IPython.core.getipython import get_ipython
from IPython.display import display

from edugrad.training.callbacks import Callback

from .look import Widget, bundle
from .look.chart import chart_style
from .look.svg import coordinate
from .training_record import TrainingRecord

_HERE = Path(__file__)
PAUSE = 0.2
SHARE = 0.1  # of the run's time, at the most, goes into showing it


class TrainingMonitor(Widget, Callback):
    """Loss and metrics as they come, how fast the run is, and how long it will take.

    In a loop of your own, a ``with`` block shows it and ``log`` feeds it; for a
    :class:`~edugrad.training.Trainer` it is one of the callbacks and needs no more.

    Parameters
    ----------
    epochs, batches : int, optional
        How many epochs there will be, and how many batches in each. Without them no remaining time
        is said. The Trainer knows both.
    clock : callable
        Seconds that only grow.

    Attributes
    ----------
    log_scale : bool
        Whether the losses are drawn on a logarithmic scale.
    running : bool
        Whether the run goes on.

    Raises
    ------
    TypeError
        If a metric is not a single number.
    ValueError
        If ``epochs`` or ``batches`` is less than 1.

    Examples
    --------
    >>> with TrainingMonitor(epochs=2, batches=3) as monitor:
    ...     for epoch in range(2):
    ...         for batch in range(3):
    ...             monitor.log(loss=1 / (3 * epoch + batch + 1))
    ...         monitor.log_epoch(accuracy=0.7 + 0.1 * epoch)
    >>> print(monitor.static_text())
    TrainingMonitor(epoch 2 of 2, batch 6 of 6)
    loss: 1 curve
      loss: 6 points, 1 at first, 0.1667 at last, lowest 0.1667 at batch 6
    metrics: 1 curve
      accuracy: 2 points, 0.7 at first, 0.8 at last, lowest 0.7 at batch 3
    """

    _esm = bundle(_HERE.with_suffix(".js"))
    _css = bundle(_HERE.with_suffix(".css"))

    charts = traitlets.List(traitlets.Dict()).tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    log_scale = traitlets.Bool(False).tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        epochs: int | None = None,
        batches: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._handle: Any = None
        self._begin(epochs, batches)

    def _begin(self, epochs: int | None, batches: int | None) -> None:
        self.record = TrainingRecord(epochs, batches, self._clock)
        self._show()

    # For a loop of one's own

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *error: object) -> None:
        self._finish()

    def log(self, **metrics: Any) -> None:
        """A batch is done, with these metrics: numbers, or tensors of one element."""
        self.record.add_batch(metrics)
        self._show_in_time()

    def log_epoch(self, **metrics: Any) -> None:
        """An epoch is done, with these metrics."""
        self.record.add_epoch(metrics)
        self._show_in_time()

    # For the Trainer

    def on_train_start(self, trainer: Any, module: Any) -> None:
        """Show the monitor; the Trainer knows how long the run will be."""
        self._begin(trainer.max_epochs, trainer.num_training_batches)
        self._open()

    def on_train_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """A batch is done."""
        self.log(loss=outputs)

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """An epoch is done, validated if that was due; its mean loss is no new curve."""
        metrics = trainer.callback_metrics
        self.log_epoch(**{name: value for name, value in metrics.items() if name != "loss"})

    def teardown(self, trainer: Any, module: Any) -> None:
        """The run has ended, well or not."""
        self._finish()

    # Showing

    def _open(self) -> None:
        self.running = True
        if get_ipython() is not None:
            self._handle = display(self, display_id=True)

    def _finish(self) -> None:
        """Show the last state, also in the picture that is stored with the notebook."""
        if not self.running:
            return
        self.running = False
        self._show()
        if self._handle is not None:
            self._handle.update(self)
            self._handle = None

    def _show_in_time(self) -> None:
        if self._clock() >= self._due or not self.running:
            self._show()

    def _show(self) -> None:
        record, start = self.record, self._clock()
        plain, logarithmic = record.charts(), record.charts(log=True)
        with self.hold_sync():
            self.status = {
                "headline": record.headline(),
                "pace": record.pace(),
                "share": record.step / record.total if record.total else None,
                "warning": record.warning(),
            }
            self.charts = [
                {"plain": a.live(), "log": b.live()}
                for a, b in zip(plain, logarithmic, strict=True)
            ]
        end = self._clock()
        self._due = end + max(PAUSE, (end - start) / SHARE)

    def static_svg(self) -> str:
        """The charts below each other."""
        charts = self.record.charts(self.log_scale)
        body, y = "", 0.0
        for chart in charts:
            body += f'<g transform="translate(0 {coordinate(y)})">{chart.svg()}</g>'
            y += chart.height
        width = coordinate(charts[0].width)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{coordinate(y)}" '
            f'viewBox="0 0 {width} {coordinate(y)}"><style>{chart_style(static=True)}</style>'
            f"{body}</svg>"
        )

    def static_text(self) -> str:
        return "\n".join([repr(self), *(chart.text() for chart in self.record.charts())])

    def __repr__(self) -> str:
        return f"TrainingMonitor({self.record.headline()})"
