"""The training loop, whole. What watches it or adds to it is a callback, never an edit here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .trainer import Trainer


def fit(trainer: Trainer) -> None:
    """Epoch after epoch, until enough was trained or a callback wants to stop."""
    trainer.call("on_fit_start")
    trainer.call("on_train_start")
    while not trainer.is_done():
        train_epoch(trainer)
    trainer.call("on_train_end")
    trainer.call("on_fit_end")


def train_epoch(trainer: Trainer) -> None:
    """Every batch once; a run that stops in the middle does not end the epoch."""
    trainer.begin_epoch()
    trainer.call("on_train_epoch_start")
    batches = trainer.training_batches()
    validate_if_due(trainer)
    for index, batch in batches:
        train_batch(trainer, batch, index)
        validate_if_due(trainer)
        if trainer.is_done():
            break
    if trainer.epoch_is_complete():
        with trainer.ending_epoch():
            trainer.call("on_train_epoch_end")


def train_batch(trainer: Trainer, batch: Any, index: int) -> None:
    """One step: the loss, its gradients, the update."""
    trainer.call("on_train_batch_start", batch, index)

    def closure() -> Any:
        trainer.zero_grad()
        loss = trainer.training_step(batch, index)
        trainer.backward(loss)
        return loss

    loss = trainer.step(closure)
    trainer.step_schedulers("step")
    trainer.call("on_train_batch_end", loss, batch, index)
    trainer.end_batch()


def validate_if_due(trainer: Trainer) -> None:
    """Validate, unless this was done at the same place of the run."""
    if trainer.validation_is_due():
        evaluate(trainer, "validation")


def evaluate(trainer: Trainer, stage: str) -> None:
    """Every batch once, in evaluation mode and without gradients."""
    with trainer.evaluating(stage) as batches:
        trainer.call(f"on_{stage}_start")
        trainer.call(f"on_{stage}_epoch_start")
        for index, batch in batches:
            trainer.call(f"on_{stage}_batch_start", batch, index)
            output = trainer.evaluation_step(stage, batch, index)
            trainer.call(f"on_{stage}_batch_end", output, batch, index)
        trainer.call(f"on_{stage}_epoch_end")
        trainer.call(f"on_{stage}_end")
