"""Setting up a run: reading what a Trainer and its ``fit`` are given."""

from __future__ import annotations

import difflib
import inspect
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .. import cuda
from ..devices import resolve
from ..errors import teach
from .callbacks import Callback
from .loggers import CSVLogger
from .options import Options

if TYPE_CHECKING:
    from .trainer import Trainer


def known_options(options: dict[str, Any], others: Any) -> dict[str, Any]:
    """Options by name; ``others`` are the names that the Trainer knows besides."""
    names = list(inspect.signature(Options).parameters)
    unknown = [name for name in options if name not in names]
    if unknown:
        near = difflib.get_close_matches(unknown[0], [*names, *others], 1)
        raise TypeError(
            teach(
                f"Trainer() got an unexpected keyword argument {unknown[0]!r}",
                got=f"{unknown[0]}={options[unknown[0]]!r}",
                mend=f"did you mean {near[0]!r}?" if near else "help(Trainer) lists the arguments",
            )
        )
    return options


def device_of(accelerator: Any, devices: Any) -> Any:
    """The device that an accelerator names; "auto" is a GPU if there is one."""
    if devices not in ("auto", 1, -1, [0], "1"):
        raise ValueError(
            teach("a Trainer runs on one device", got=f"devices={devices!r}", mend="devices=1")
        )
    if accelerator == "auto":
        accelerator = "cuda" if cuda.is_available() else "cpu"
    return resolve("cuda" if accelerator == "gpu" else accelerator)


def as_list(value: Any) -> list[Any]:
    """A list, of one thing if it is not a list already."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def as_callback(value: Any) -> Callback:
    """A callback; anything else is refused."""
    if isinstance(value, Callback):
        return value
    is_class = isinstance(value, type) and issubclass(value, Callback)
    raise TypeError(
        teach(
            "callbacks are objects of classes derived from edugrad.training.Callback",
            got=f"the class {value.__name__} itself" if is_class else f"a {type(value).__name__}",
            mend=f"{value.__name__}()"
            if is_class
            else "e.g. callbacks=[EarlyStopping('val_loss')]",
        )
    )


def as_loggers(logger: Any, folder: str) -> list[Any]:
    """The loggers; True is a CSV file."""
    if logger is True:
        return [CSVLogger(os.path.join(folder, "logs"))]
    found = as_list(logger or None)
    for each in found:
        if not hasattr(each, "log_metrics"):
            raise TypeError(
                teach(
                    "a logger has the methods of edugrad.training.loggers.Logger",
                    got=f"a {type(each).__name__}",
                    mend="e.g. logger=CSVLogger('logs')",
                )
            )
    return found


def with_index(step: Callable[..., Any] | None) -> Callable[..., Any]:
    """A step that takes the number of the batch; a model may leave that argument out."""
    if step is None:
        return _no_step
    parameters = inspect.signature(step).parameters.values()
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(places) >= 2 or any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return step
    return lambda batch, index: step(batch)


def _no_step(batch: Any, batch_idx: int) -> Any:
    raise NotImplementedError(
        teach(
            "the model has no step for this stage",
            got="a module with a training_step and without this one",
            mend="derive it from LightningModule and define validation_step, test_step, …",
        )
    )


def hook_table(trainer: Trainer, callbacks: list[Any]) -> dict[str, list[Callable[..., Any]]]:
    """For each hook the model's own and those of callbacks that define it."""

    def bound(method: Any) -> Callable[..., Any]:
        return lambda *args: method(trainer, trainer.model, *args)

    def watching(method: Any, name: str) -> Callable[..., Any]:
        return lambda *args: method(name)

    def defined(name: str) -> list[Any]:
        return [
            getattr(each, name)
            for each in callbacks
            if getattr(type(each), name) is not getattr(Callback, name)
        ]

    table: dict[str, list[Callable[..., Any]]] = {}
    for name in _hook_names():
        own = getattr(trainer.task, name, None) if trainer.task is trainer.model else None
        table[name] = [
            *(watching(method, name) for method in defined("before_hooks")),
            *([own] if own is not None and name not in ("setup", "teardown") else []),
            *map(bound, defined(name)),
            *(watching(method, name) for method in defined("after_hooks")),
        ]
    return table


def _hook_names() -> Iterator[str]:
    yield from (name for name in vars(Callback) if name.startswith("on_"))
    yield from ("setup", "teardown")


def data_of(task: Any, method: str, stage: str) -> Any:
    """The data that a model brings along for a stage."""
    if not hasattr(task, method):
        raise ValueError(
            teach(
                f"there has to be {stage} data",
                got="none",
                mend=f"give x and y, a loader, or define {method} in the LightningModule",
            )
        )
    return getattr(task, method)()
