"""Checkpoints: all that a run needs to go on as if it had never stopped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..errors import teach
from ..serialization import load, save
from ..version import __version__
from .history import History
from .randomness import random_state

if TYPE_CHECKING:
    from .trainer import Trainer


def dump(trainer: Trainer, weights_only: bool = False) -> dict[str, Any]:
    """The state of a run as nested dicts of tensors and plain values.

    The weights are under ``"state_dict"``, so that they can be loaded without a trainer.
    """
    complete = trainer.is_ending_epoch
    checkpoint: dict[str, Any] = {
        "edugrad_version": __version__,
        "epoch": trainer.current_epoch + complete,
        "global_step": trainer.global_step,
        "state_dict": trainer.model.state_dict(),
        "hyper_parameters": dict(getattr(trainer.model, "hparams", {})),
    }
    if not weights_only:
        history = History(trainer.history.rows)
        if complete:
            history.add(trainer.current_epoch, trainer.epoch_metrics())
        metrics = owned_metrics(trainer)
        checkpoint |= {
            "optimizer_states": [each.state_dict() for each in trainer.optimizers],
            "lr_schedulers": [each.scheduler.state_dict() for each in trainer.schedules],
            "callbacks": {
                key: state
                for key, callback in keyed(trainer.callbacks).items()
                if (state := callback.state_dict())
            },
            "metrics": {name: metric.state_dict() for name, metric in metrics.items()},
            "gradients": {} if complete else trainer.pending_gradients(),
            "results": trainer.results["train"].state_dict(metrics),
            "finished": trainer.callback_metrics,
            "validation_metrics": trainer.validation_metrics,
            "history": history.rows,
            "random": random_state(),
            "generators": trainer.generator_states(),
            "epoch_random": None if complete else trainer.epoch_random,
            "position": {
                "batches_done": 0 if complete else trainer.batches_done,
                "total_batches": trainer.total_batches,
                "is_last_batch": trainer.is_last_batch and not complete,
                "validated": None if complete else trainer._validated,
            },
        }
    trainer.call("on_save_checkpoint", checkpoint)
    return checkpoint


def restore(trainer: Trainer, checkpoint: dict[str, Any]) -> None:
    """Put a run back to where a checkpoint was taken.

    Raises
    ------
    ValueError
        If the checkpoint holds weights only, or belongs to another number of optimizers.
    """
    if "position" not in checkpoint:
        raise ValueError(
            teach(
                "to resume, a checkpoint needs the state of the whole run",
                got="one that holds the weights only",
                mend='model.load_state_dict(edugrad.load(path)["state_dict"]) uses the weights',
            )
        )
    found, wanted = len(checkpoint["optimizer_states"]), len(trainer.optimizers)
    if found != wanted:
        raise ValueError(
            teach(
                "a run is resumed with the optimizers that it was saved with",
                got=f"{found} in the checkpoint, {wanted} in this run",
                mend="use the same configure_optimizers as when it was saved",
            )
        )
    trainer.call("on_load_checkpoint", checkpoint)
    trainer.model.load_state_dict(checkpoint["state_dict"])
    pairs = zip(trainer.optimizers, checkpoint["optimizer_states"], strict=True)
    for optimizer, state in pairs:
        optimizer.load_state_dict(state)
    for schedule, state in zip(trainer.schedules, checkpoint["lr_schedulers"], strict=True):
        schedule.scheduler.load_state_dict(state)
    for key, callback in keyed(trainer.callbacks).items():
        if key in checkpoint["callbacks"]:
            callback.load_state_dict(checkpoint["callbacks"][key])
    metrics = owned_metrics(trainer)
    for name, state in checkpoint["metrics"].items():
        metrics[name].load_state_dict(state)
    trainer.results["train"].load_state_dict(checkpoint["results"], metrics)
    parameters = dict(trainer.model.named_parameters())
    for name, gradient in checkpoint["gradients"].items():
        parameters[name].grad = gradient.to(parameters[name].device)
    position = checkpoint["position"]
    trainer.current_epoch = checkpoint["epoch"]
    trainer.global_step = checkpoint["global_step"]
    trainer.batches_done = position["batches_done"]
    trainer.total_batches = position["total_batches"]
    trainer.is_last_batch = position["is_last_batch"]
    validated = position["validated"]
    trainer._validated = None if validated is None else (validated[0], validated[1])
    trainer._finished = dict(checkpoint["finished"])
    trainer.validation_metrics = dict(checkpoint["validation_metrics"])
    trainer.history = History(checkpoint["history"])
    trainer.resume = {name: checkpoint[name] for name in ("random", "generators", "epoch_random")}


def write(checkpoint: dict[str, Any], path: Any) -> None:
    """Write a checkpoint to one file, which appears under its name only when it is complete."""
    path = os.fspath(path)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    draft = f"{path}.{os.getpid()}.draft"
    try:
        with open(draft, "wb") as file:
            save(checkpoint, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.remove(draft)


def read(path: Any) -> dict[str, Any]:
    """Read a checkpoint."""
    return load(path)


def owned_metrics(trainer: Trainer) -> dict[str, Any]:
    """The metrics that the model, or the steps of a plain one, keep while they train."""
    if not hasattr(trainer.task, "metric_objects"):
        return {}
    others = [
        id(entry.metric)
        for stage, results in trainer.results.items()
        for entry in results.entries.values()
        if stage != "train"
    ]
    found = trainer.task.metric_objects()
    return {name: metric for name, metric in found.items() if id(metric) not in others}


def keyed(callbacks: list[Any]) -> dict[str, Any]:
    """Callbacks by a key that is the same in the next process: the class, and its number."""
    found: dict[str, Any] = {}
    for callback in callbacks:
        name = type(callback).__name__
        number = sum(key.partition("#")[0] == name for key in found)
        found[name if not number else f"{name}#{number}"] = callback
    return found
