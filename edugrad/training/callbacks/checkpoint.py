"""ModelCheckpoint: saves a run while it goes on, the best of it and the last."""

from __future__ import annotations

import os
import re
from typing import Any, ClassVar

from ...errors import teach
from ..results import is_better
from .callback import Callback
from .early_stopping import check_mode


class ModelCheckpoint(Callback):
    """Writes checkpoints, each of which ``fit(ckpt_path=…)`` resumes bit for bit.

    A file appears under its name only when it is complete, so that a run that is killed while it
    saves leaves the checkpoint before.

    Parameters
    ----------
    dirpath : path, optional
        The folder; "checkpoints" below the trainer's ``default_root_dir`` unless given.
    filename : str
        A template: ``"{epoch}-{val_loss:.3f}"`` gives ``epoch=3-val_loss=0.123.ckpt``.
    monitor : str, optional
        The metric that says which checkpoints are best; without one the newest are.
    mode : {"min", "max"}
    save_top_k : int
        How many of the best to keep; -1 keeps all, 0 none.
    save_last : bool
        Keep ``last.ckpt`` as well, always the newest state; it is also written when training ends,
        or is ended by Ctrl-C.
    every_n_epochs : int
        Save at the end of every so many epochs.
    every_n_train_steps : int, optional
        Save after every so many updates instead, in the middle of epochs.
    save_weights_only : bool
        Leave out what is needed to resume.
    auto_insert_metric_name : bool
        Whether ``{epoch}`` becomes ``epoch=3`` rather than ``3``.

    Attributes
    ----------
    best_model_path, last_model_path : str
        Empty until there is one.
    best_model_score : float or None

    Notes
    -----
    Lightning: ``ModelCheckpoint``.
    """

    order: ClassVar[int] = 100

    def __init__(
        self,
        dirpath: Any = None,
        filename: str = "{epoch}-{step}",
        monitor: str | None = None,
        mode: str = "min",
        save_top_k: int = 1,
        save_last: bool = False,
        every_n_epochs: int = 1,
        every_n_train_steps: int | None = None,
        save_weights_only: bool = False,
        auto_insert_metric_name: bool = True,
    ) -> None:
        check_mode(mode)
        if save_top_k < -1 or every_n_epochs < 1 or (every_n_train_steps or 1) < 1:
            raise ValueError(
                teach(
                    "save_top_k is -1 (all) or more, and every_n_… are whole numbers from 1 on",
                    got=f"save_top_k={save_top_k}, every_n_epochs={every_n_epochs}, "
                    f"every_n_train_steps={every_n_train_steps}",
                    mend="e.g. ModelCheckpoint(monitor='val_loss', save_top_k=2)",
                )
            )
        self.dirpath = None if dirpath is None else os.fspath(dirpath)
        self.filename, self.monitor, self.mode = filename, monitor, mode
        self.save_top_k, self.save_last = save_top_k, save_last
        self.every_n_epochs, self.every_n_train_steps = every_n_epochs, every_n_train_steps
        self.save_weights_only = save_weights_only
        self.auto_insert_metric_name = auto_insert_metric_name
        self.kept: dict[str, float] = {}
        self.last_model_path = ""
        self._saved_at: tuple[int, int] | None = None

    @property
    def best_model_path(self) -> str:
        if not self.kept:
            return ""
        pick = min if self.mode == "min" and self.monitor else max
        return pick(self.kept, key=lambda path: self.kept[path])

    @property
    def best_model_score(self) -> float | None:
        return self.kept[self.best_model_path] if self.kept and self.monitor else None

    def last_path(self, root: str = ".") -> str:
        """The newest checkpoint of this process, or the one that an earlier process has left."""
        if self.last_model_path:
            return self.last_model_path
        path = os.path.join(self.dirpath or os.path.join(root, "checkpoints"), "last.ckpt")
        return path if os.path.exists(path) else ""

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """Fix the folder; a run that does not resume another one keeps its own best."""
        if self.dirpath is None:
            self.dirpath = os.path.join(trainer.default_root_dir, "checkpoints")
        if trainer.resume is None:
            self.kept, self._saved_at = {}, None

    def on_train_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Save in the middle of an epoch where that is wanted."""
        every = self.every_n_train_steps
        if every is not None and trainer.has_updated and trainer.global_step % every == 0:
            self.save(trainer)

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Save at the end of an epoch."""
        due = (trainer.current_epoch + 1) % self.every_n_epochs == 0
        if self.every_n_train_steps is None and due:
            self.save(trainer)

    def on_train_end(self, trainer: Any, module: Any) -> None:
        """Keep where the run ends, be it done or interrupted."""
        if (self.save_last or trainer.interrupted) and self._saved_at != self._place(trainer):
            self._write_last(trainer)

    def save(self, trainer: Any) -> None:
        """Write a checkpoint of this moment, then remove one that is no longer among the best."""
        score = float(trainer.global_step)
        if self.monitor is not None:
            score = trainer.metric(self.monitor, "ModelCheckpoint")
        self._saved_at = self._place(trainer)
        if self._is_kept(score):
            path = self._free_path(self._name(trainer))
            self.kept[path] = score
            dropped = self._drop_worst()
            trainer.save_checkpoint(path, self.save_weights_only)
            self.last_model_path = path
            for each in dropped:
                remove(each)
        if self.save_last:
            self._write_last(trainer)

    def _write_last(self, trainer: Any) -> None:
        self.last_model_path = os.path.join(self.dirpath or "", "last.ckpt")
        trainer.save_checkpoint(self.last_model_path, self.save_weights_only)

    def _place(self, trainer: Any) -> tuple[int, int]:
        """Epochs and batches, counted so that an epoch's end is the next one's beginning."""
        if trainer.is_ending_epoch:
            return trainer.current_epoch + 1, 0
        return trainer.current_epoch, trainer.batches_done

    def _is_kept(self, score: float) -> bool:
        if self.save_top_k == 0:
            return False
        if self.save_top_k == -1 or len(self.kept) < self.save_top_k or self.monitor is None:
            return True
        return is_better(self.mode, score, self.kept[self._worst()])

    def _worst(self) -> str:
        """The checkpoint to go first: the worst, or the oldest where none is better."""
        if self.monitor is None:
            return min(self.kept, key=lambda path: self.kept[path])
        sign = 1 if self.mode == "min" else -1
        return max(self.kept, key=lambda path: _badness(sign * self.kept[path]))

    def _drop_worst(self) -> list[str]:
        dropped = []
        while 0 < self.save_top_k < len(self.kept):
            dropped.append(self._worst())
            del self.kept[dropped[-1]]
        return dropped

    def _name(self, trainer: Any) -> str:
        values = trainer.callback_metrics | {
            "epoch": trainer.current_epoch,
            "step": trainer.global_step,
        }

        def fill(match: re.Match[str]) -> str:
            name, form = match.group(1), match.group(2) or ""
            if name not in values:
                trainer.metric(name, "the file name of ModelCheckpoint")
            text = format(values[name], form[1:])
            label = name.replace("/", "_")
            return f"{label}={text}" if self.auto_insert_metric_name else text

        return re.sub(r"\{([^}:]+)(:[^}]*)?\}", fill, self.filename)

    def _free_path(self, name: str) -> str:
        """A name that no other checkpoint of this run has."""
        path = os.path.join(self.dirpath or "", f"{name}.ckpt")
        version = 0
        while path in self.kept:
            version += 1
            path = os.path.join(self.dirpath or "", f"{name}-v{version}.ckpt")
        return path

    def state_dict(self) -> dict[str, Any]:
        """Which checkpoints are kept and how good they are."""
        place = None if self._saved_at is None else list(self._saved_at)
        return {"paths": list(self.kept), "scores": list(self.kept.values()), "saved_at": place}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on comparing with the checkpoints of the run before."""
        pairs = zip(state["paths"], state["scores"], strict=True)
        self.kept = {path: score for path, score in pairs if os.path.exists(path)}
        self._saved_at = None if state["saved_at"] is None else tuple(state["saved_at"])


def remove(path: str) -> None:
    """Remove a checkpoint, if somebody has not done it already."""
    if os.path.exists(path):
        os.remove(path)


def _badness(score: float) -> float:
    return float("inf") if score != score else score
