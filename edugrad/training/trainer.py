"""Trainer: runs the training loop over a model and data."""

from __future__ import annotations

import inspect
import math
import os
from dataclasses import replace
from typing import Any

from .. import nn
from ..errors import teach
from ..ops.joining import cat
from ..tensor import Tensor
from . import checkpoints, loop
from .batches import SIZE, as_loader, is_array, is_arrays, len_of, limited, split
from .callbacks import (
    EarlyStopping,
    GradientClipping,
    LearningRateFinder,
    ModelCheckpoint,
    ProgressBar,
    StopOnNonFinite,
)
from .checks import check_accumulation, check_ownership, check_parameters
from .history import History
from .interruption import stop_by_interrupt
from .options import LIMITS, Options
from .running import Running
from .schedules import read_optimizers
from .setup import (
    as_callback,
    as_list,
    as_loggers,
    data_of,
    device_of,
    hook_table,
    known_options,
    with_index,
)
from .supervised import Supervised

SINGLE = ("32-true", "32", 32)


class Trainer(Running):
    """Trains, validates and tests a model, and predicts with it.

    A plain module needs a loss and an optimizer; a :class:`LightningModule` brings its own. What
    happens in which order is in ``edugrad/training/loop.py``, on one screen.

    Parameters
    ----------
    loss : callable or str
        ``loss(output, target)``, or the name of a function of ``nn.functional``.
    optimizer : Optimizer, callable or str
        An optimizer, a function that makes one of parameters, such as ``optim.Adam``, or a name.
    lr_scheduler : scheduler or callable, optional
        Steps after each epoch; or a dict as LightningModule.configure_optimizers describes.
    metrics : list or dict
        Names such as "accuracy", metrics, or functions of output and target.
    max_epochs, max_steps, max_time : int, int, seconds or "DD:HH:MM:SS"
        Training ends with the first that is reached; one epoch unless one is given.
    callbacks : list of Callback
    logger : Logger, list of Logger, or True
        True writes a CSV file below ``default_root_dir``.
    accelerator : {"auto", "cpu", "cuda", "gpu"} or device
        Where to train; "auto" takes a GPU if there is one.
    devices : int or "auto"
        One device; more are not supported.
    precision : "32-true"
        Parameters keep their dtype.
    limit_train_batches, limit_val_batches, limit_test_batches, limit_predict_batches : int or float
        Use this many batches, or this share of them.
    overfit_batches : int or float
        Train on the first batches only, the same in each epoch: a quick test of a model.
    fast_dev_run : bool or int
        Run one batch, or so many, of each kind, without loggers, checkpoints and early stopping.
    val_check_interval : int or float
        Validate after so many training batches, or after this share of an epoch.
    check_val_every_n_epoch : int
    accumulate_grad_batches : int
        Batches to one update. Each loss is divided by their number; the gradients of a last group
        with fewer are brought to their mean.
    gradient_clip_val : float, optional
    gradient_clip_algorithm : {"norm", "value"}
    log_every_n_steps : int
    enable_progress_bar : bool
    stop_on_nonfinite : bool
        Stop at a loss or gradient that is nan or infinite and name the operation that made it.
    default_root_dir : path
        Where checkpoints and logs go unless their own paths are given.

    Examples
    --------
    >>> import edugrad
    >>> from edugrad import nn, optim
    >>> from edugrad.training import Trainer, seed_everything
    >>> seed = seed_everything(0)
    >>> x = edugrad.randn(200, 2)
    >>> y = (x[:, 0] > x[:, 1]).long()
    >>> model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
    >>> trainer = Trainer(
    ...     loss=nn.functional.cross_entropy,
    ...     optimizer=optim.SGD(model.parameters(), lr=0.5),
    ...     metrics=["accuracy"],
    ...     enable_progress_bar=False,
    ... )
    >>> history = trainer.fit(model, x, y, epochs=5, validation_split=0.2)
    >>> history.names
    ['loss', 'accuracy', 'val_loss', 'val_accuracy']
    >>> history["val_accuracy"][-1] > 0.9
    True
    >>> trainer.predict(model, x).shape
    edugrad.Size([200, 2])

    Notes
    -----
    Lightning: ``lightning.Trainer``; Keras: ``Model.fit``.
    """

    def __init__(
        self,
        *,
        loss: Any = None,
        optimizer: Any = None,
        lr_scheduler: Any = None,
        metrics: Any = (),
        callbacks: Any = None,
        logger: Any = None,
        accelerator: Any = "auto",
        devices: Any = "auto",
        precision: Any = "32-true",
        fast_dev_run: bool | int = False,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str = "norm",
        enable_progress_bar: bool = True,
        stop_on_nonfinite: bool = True,
        default_root_dir: Any = ".",
        **options: Any,
    ) -> None:
        self.options = Options(**known_options(options, inspect.signature(Trainer).parameters))
        self.fast_dev_run = int(fast_dev_run)
        if fast_dev_run:
            few = dict.fromkeys(LIMITS, int(fast_dev_run))
            self.options = replace(self.options, max_epochs=1, max_steps=-1, **few)
        self.options_given = self.options
        self.loss, self.optimizer_given, self.scheduler_given = loss, optimizer, lr_scheduler
        self.metrics_given = metrics
        self.default_root_dir = os.fspath(default_root_dir)
        self.device = device_of(accelerator, devices)
        if precision not in SINGLE:
            raise ValueError(
                teach(
                    'the only precision of a Trainer is "32-true"',
                    got=repr(precision),
                    mend="model.double() or model.half() before fit changes the parameters' dtype",
                )
            )
        self.callbacks = [as_callback(each) for each in as_list(callbacks)]
        if fast_dev_run:
            left_out = ModelCheckpoint, EarlyStopping
            self.callbacks = [each for each in self.callbacks if not isinstance(each, left_out)]
        if gradient_clip_val is not None:
            self.callbacks.append(GradientClipping(gradient_clip_val, gradient_clip_algorithm))
        if stop_on_nonfinite:
            self.callbacks.append(StopOnNonFinite())
        if enable_progress_bar and not any(isinstance(c, ProgressBar) for c in self.callbacks):
            self.callbacks.append(ProgressBar())
        self.loggers = [] if fast_dev_run else as_loggers(logger, self.default_root_dir)
        self.model = self.task = None
        super().__init__()

    # What a user calls

    def fit(
        self,
        model: Any,
        x: Any = None,
        y: Any = None,
        *,
        epochs: int | None = None,
        batch_size: int = SIZE,
        shuffle: bool = True,
        validation_data: Any = None,
        validation_split: float = 0.0,
        train_dataloaders: Any = None,
        val_dataloaders: Any = None,
        ckpt_path: Any = None,
    ) -> History:
        """Train a model; the data are arrays, datasets or loaders.

        Parameters
        ----------
        model : Module
        x, y : arrays or tensors
            Inputs (or a tuple of them) and targets; or a loader, and a second one to validate with.
        epochs : int, optional
            In place of ``max_epochs``.
        batch_size, shuffle
            How arrays and datasets are cut into batches.
        validation_data : (x, y), dataset or loader
        validation_split : float
            This share of the arrays, cut off their end, is for validation.
        train_dataloaders, val_dataloaders
            Lightning's names for loaders as ``x`` and ``validation_data``.
        ckpt_path : path, "last" or "best"
            Resume the run that this checkpoint was taken of, bit for bit.

        Returns
        -------
        History
            The metrics of each complete epoch. A run that Ctrl-C ended returns what there is;
            ``trainer.interrupted`` tells.

        Raises
        ------
        ValueError, TypeError
            If the model has nothing to train, the data do not fit, or the loss is not a number.
        RuntimeError
            If a monitored metric was never logged.
        FloatingPointError
            If the loss or a gradient is nan or infinite.
        """
        given = self.options_given
        is_given = epochs is not None and not self.fast_dev_run
        self.options = replace(given, max_epochs=epochs) if is_given else given
        path = self._checkpoint_path(ckpt_path)
        x = train_dataloaders if x is None else x
        validation_data = val_dataloaders if validation_data is None else validation_data
        if y is not None and not is_arrays(x):
            validation_data, y = y, None
        self.begin_run()
        self._attach(model)
        check_parameters(model)
        if validation_split:
            x, y, *held_out = split(x, y, validation_split)
            validation_data = tuple(held_out)
        self._load_data(x, y, validation_data, batch_size, shuffle)
        self._make_optimizers()
        if path is not None:
            checkpoints.restore(self, checkpoints.read(path))
        if getattr(model, "hparams", None):
            for logger in self.loggers:
                logger.log_hyperparameters(model.hparams)
        with _Guard(self), stop_by_interrupt(self):
            model.train()
            loop.fit(self)
        return self.history

    def validate(self, model: Any = None, x: Any = None, y: Any = None, **options: Any) -> Any:
        """The metrics of validation data, by name.

        Parameters
        ----------
        model : Module, optional
            The one of the last run unless given.
        x, y : arrays, dataset or loader
        batch_size : int
        ckpt_path : path, "last" or "best"
            Load these weights first.
        """
        return self._evaluate("validation", model, x, y, **options)

    def test(self, model: Any = None, x: Any = None, y: Any = None, **options: Any) -> Any:
        """The metrics of test data, by name; the parameters are those of :meth:`validate`."""
        return self._evaluate("test", model, x, y, **options)

    def predict(self, model: Any = None, x: Any = None, **options: Any) -> Any:
        """The outputs for all inputs: one tensor, or the list of what the batches gave.

        The parameters are those of :meth:`validate`; batches of a loader may contain targets.
        """
        self._evaluate("predict", model, x, None, **options)
        found, self.predictions = self.predictions, []
        if found and all(isinstance(each, Tensor) and each.ndim for each in found):
            return cat(found)
        return found

    def lr_find(self, model: Any, x: Any = None, y: Any = None, **options: Any) -> Any:
        """Try learning rates from small to large; the model is left as it was.

        Parameters
        ----------
        model, x, y, batch_size
            As in :meth:`fit`.
        min_lr, max_lr, num_training, mode, early_stop_threshold
            As in :class:`LearningRateFinder`.

        Returns
        -------
        LearningRateFinder
            With ``suggestion()``, ``plot()`` and ``results``.
        """
        names = inspect.signature(LearningRateFinder).parameters
        finder = LearningRateFinder(**{k: options.pop(k) for k in list(options) if k in names})
        return finder.search(self, model, x, y, **options)

    def save_checkpoint(self, path: Any, weights_only: bool = False) -> None:
        """Write the state of the run; ``fit(ckpt_path=path)`` resumes it."""
        checkpoints.write(checkpoints.dump(self, weights_only), path)

    def print(self, *values: Any) -> None:
        """Print without tearing the progress bar."""
        bar = next((each for each in self.callbacks if isinstance(each, ProgressBar)), None)
        (bar.write if bar is not None else print)(" ".join(map(str, values)))

    def similar(self, **changes: Any) -> Trainer:
        """A trainer for the same loss, optimizer and device, without callbacks and loggers."""
        given: dict[str, Any] = {
            "loss": self.loss,
            "optimizer": self.optimizer_given,
            "accelerator": self.device,
            "accumulate_grad_batches": self.options.accumulate_grad_batches,
            "enable_progress_bar": False,
            "stop_on_nonfinite": False,
        }
        return Trainer(**{**given, **changes})

    # What callbacks and modules look at

    @property
    def logger(self) -> Any:
        return self.loggers[0] if self.loggers else None

    @property
    def checkpoint_callback(self) -> ModelCheckpoint | None:
        return next((each for each in self.callbacks if isinstance(each, ModelCheckpoint)), None)

    @property
    def max_epochs(self) -> int | None:
        """The number of epochs, None where something else ends the run."""
        number = self.options.max_epochs
        return int(number) if math.isfinite(number) else None

    # Setting up a run

    def _attach(self, model: Any) -> None:
        if not isinstance(model, nn.Module):
            raise TypeError(
                teach(
                    "a Trainer trains an nn.Module",
                    got=f"a {type(model).__name__}"
                    + (", a class and not yet an object" if isinstance(model, type) else ""),
                    mend="fit(Net(), …) with class Net(nn.Module)",
                )
            )
        self.model = model.to(self.device)
        if hasattr(model, "training_step"):
            self.task, model._trainer = model, self
        else:
            given = self.loss, self.optimizer_given, self.scheduler_given, self.metrics_given
            self.task = Supervised(model, *given)
            self.task.trainer = self
        names = {"train": "training_step"} | {s: f"{s}_step" for s in self.results if s != "train"}
        self.step_functions = {
            stage: with_index(getattr(self.task, name, None)) for stage, name in names.items()
        }
        for metric in checkpoints.owned_metrics(self).values():
            metric.reset()
        self.callbacks.sort(key=lambda callback: callback.order)
        self._hooks = hook_table(self, self.callbacks)

    def _load_data(self, x: Any, y: Any, validation: Any, size: int, shuffle: bool) -> None:
        if x is None:
            x = data_of(self.task, "train_dataloader", "training")
        if validation is None and hasattr(self.task, "val_dataloader"):
            validation = self.task.val_dataloader()
        train = as_loader(x, y, batch_size=size, shuffle=shuffle)
        kept = self.options.overfit_batches
        if kept:
            count = limited(len_of(train), kept, "overfit_batches")
            train = [batch for batch, _ in zip(train, range(count or 0), strict=False)]
        self.loaders = {"train": train}
        if validation is not None:
            is_pair = isinstance(validation, (tuple, list)) and len(validation) == 2
            is_pair = is_pair and is_arrays(validation[0]) and is_array(validation[1])
            pair = validation if is_pair else (validation, None)
            self.loaders["validation"] = as_loader(*pair, batch_size=size)

    def _make_optimizers(self) -> None:
        self.optimizers, self.schedules = read_optimizers(self.task.configure_optimizers())
        if len(self.optimizers) > 1 and self.is_automatic:
            raise ValueError(
                teach(
                    "a training loop with several optimizers is written by hand",
                    got=f"{len(self.optimizers)} optimizers",
                    mend="self.automatic_optimization = False in __init__; in training_step "
                    "call self.optimizers(), self.manual_backward(loss) and step()",
                )
            )
        for optimizer in self.optimizers:
            check_accumulation(optimizer, self.options.accumulate_grad_batches)
            check_ownership(optimizer, self.model)

    def _evaluate(
        self,
        stage: str,
        model: Any,
        x: Any,
        y: Any,
        *,
        batch_size: int = SIZE,
        dataloaders: Any = None,
        ckpt_path: Any = None,
    ) -> dict[str, float]:
        path = self._checkpoint_path(ckpt_path)
        self._attach(self.model if model is None else model)
        if path is not None:
            self.model.load_state_dict(checkpoints.read(path)["state_dict"])
        x = dataloaders if x is None else x
        if x is None:
            name = "val" if stage == "validation" else stage
            x = data_of(self.task, f"{name}_dataloader", stage)
        self.loaders[stage] = as_loader(x, y, batch_size=batch_size)
        self.predictions = []
        if isinstance(self.task, Supervised):
            self.task.predicts_from_inputs = is_arrays(x)
        with _Guard(self):
            loop.evaluate(self, stage)
        return self.results[stage].epoch()

    def _checkpoint_path(self, path: Any) -> Any:
        if path not in ("best", "last"):
            return path
        callback = self.checkpoint_callback
        found = callback and (
            callback.best_model_path
            if path == "best"
            else callback.last_path(self.default_root_dir)
        )
        if not found:
            raise ValueError(
                teach(
                    f'ckpt_path="{path}" needs a ModelCheckpoint that has saved something',
                    got="no checkpoint" if callback else "no ModelCheckpoint among the callbacks",
                    mend="Trainer(callbacks=[ModelCheckpoint(save_last=True)]), or give a path",
                )
            )
        return found


class _Guard:
    """Around a run: callbacks learn of an exception, and nothing logged is lost."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer

    def __enter__(self) -> None:
        self.trainer.call("setup")

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        trainer = self.trainer
        if error is not None:
            trainer.call("on_exception", error)
        trainer.call("teardown")
        stopped = trainer.interrupted or kind is KeyboardInterrupt
        for logger in trainer.loggers:
            logger.finalize("interrupted" if stopped else "success" if error is None else "failed")
