"""Running: the words that the loop is written in, and where a run stands."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..autograd import no_grad
from ..errors import teach
from ..tensor import Tensor
from .batches import batch_size_of, len_of, limited, to_device, with_last
from .checks import check_loss, no_batches
from .history import History
from .randomness import generators, random_state, set_random_state
from .results import Results
from .schedules import Schedule

if TYPE_CHECKING:
    from .options import Options


class Interrupted(Exception):
    """Ctrl-C was pressed during a validation, which is given up and counts as not begun."""


class Running:
    """A run: its model, optimizers and data, how far it has come, and what it has measured.

    Attributes
    ----------
    current_epoch : int
        Epochs that are complete.
    global_step : int
        Updates of the parameters.
    batches_done : int
        Batches of the current epoch.
    """

    options: Options
    model: Any
    task: Any
    device: Any
    callbacks: list[Any]
    loggers: list[Any]

    def __init__(self) -> None:
        self.optimizers: list[Any] = []
        self.schedules: list[Schedule] = []
        self.loaders: dict[str, Any] = {}
        self.begin_run()

    def begin_run(self) -> None:
        """Forget the run before."""
        self.current_epoch = self.global_step = self.batches_done = self.total_batches = 0
        self.history = History()
        self.results = {stage: Results() for stage in ("train", "validation", "test", "predict")}
        self.stage = "train"
        self.should_stop = self.interrupted = self.is_last_batch = False
        self.predictions: list[Any] = []
        self.epoch_random: dict[str, Any] | None = None
        self.resume: dict[str, Any] | None = None
        self.is_ending_epoch = False
        self.validation_metrics: dict[str, float] = {}
        self._finished: dict[str, float] = {}
        self._validated: tuple[int, int] | None = None
        self._batch_size: int | None = None
        self._in_training_step = self.has_updated = False
        self._started = time.monotonic()

    # Where the run stands

    def is_done(self) -> bool:
        """Whether training ends here."""
        options = self.options
        return (
            self.should_stop
            or self.interrupted
            or self.current_epoch >= options.max_epochs
            or 0 <= options.max_steps <= self.global_step
            or time.monotonic() - self._started >= options.max_seconds
        )

    def epoch_is_complete(self) -> bool:
        """Whether the current epoch has seen all its batches, and their validation."""
        return self.is_last_batch and not self.validation_is_due()

    @property
    def num_training_batches(self) -> int | None:
        """Batches an epoch; None where the length of the loader is not known."""
        count = len_of(self.loaders["train"])
        return limited(count, self.options.limit_train_batches, "limit_train_batches")

    # An epoch

    def begin_epoch(self) -> None:
        """Start counting anew, or go on where a checkpoint left off."""
        resume = self.resume
        if resume is None or not self.batches_done:
            self.batches_done = 0
            self._start_results("train")
            self.is_last_batch = self.num_training_batches == 0
        if resume is not None and not self.batches_done:
            set_random_state(resume["random"])
            self._set_generators(resume["generators"])
            self.resume = None

    def training_batches(self) -> Iterator[tuple[int, Any]]:
        """The batches of the epoch that have not been trained on yet, with their numbers."""
        loader, resume = self.loaders["train"], self.resume
        if resume is not None:
            set_random_state(resume["epoch_random"]["streams"])
            self._set_generators(resume["epoch_random"]["generators"])
        self.epoch_random = {"streams": random_state(), "generators": self.generator_states()}
        known = self.num_training_batches is not None
        pairs = zip(loader, itertools.repeat(False)) if known else with_last(iter(loader))
        for _ in range(self.batches_done):
            next(pairs, None)
        if resume is not None:
            set_random_state(resume["random"])
            self.resume = None
        return self._training_batches(pairs)

    def _training_batches(self, pairs: Iterator[tuple[Any, bool]]) -> Iterator[tuple[int, Any]]:
        total = self.num_training_batches
        if total == 0 and self.options.limit_train_batches:
            raise ValueError(no_batches("training", 0))
        for index in itertools.count(self.batches_done):
            if total is not None and index >= total:
                return
            batch, is_last = next(pairs, (None, None))
            if is_last is None:
                if index == 0:
                    raise ValueError(no_batches("training", self.current_epoch))
                self.is_last_batch = True
                return
            self.is_last_batch = is_last or index + 1 == total
            self._batch_size = batch_size_of(batch)
            yield index, to_device(batch, self.device)

    def end_batch(self) -> None:
        """Send what was logged to the loggers now and then."""
        self._batch_size = None
        every = self.options.log_every_n_steps
        if self.loggers and self.global_step and self.global_step % every == 0:
            self.log_metrics(self._named("_step", self.results["train"].step))

    @contextlib.contextmanager
    def ending_epoch(self) -> Iterator[None]:
        """Step the schedulers; after the hooks, write the epoch down and count on."""
        self.step_schedulers("epoch")
        self.is_ending_epoch = True
        yield
        self.is_ending_epoch = False
        self.log_metrics(self._named("_epoch", self.results["train"].epoch))
        self.history.add(self.current_epoch, self.epoch_metrics())
        self.current_epoch += 1
        self.batches_done = 0

    def epoch_metrics(self, where: str | None = None) -> dict[str, float]:
        """The metrics of the current epoch: of training, and of a validation if there was one.

        Of all of them, or of those with an option such as "prog_bar".
        """
        metrics = self.results["train"].epoch(where)
        if self._validated is not None and self._validated[0] == self.current_epoch:
            shown = self.results["validation"].epoch(where) if where else self.validation_metrics
            metrics |= shown
        return metrics

    # A step

    @property
    def is_automatic(self) -> bool:
        """Whether the loop updates the parameters, rather than the model's own training step."""
        return getattr(self.task, "automatic_optimization", True)

    @property
    def optimizer(self) -> Any:
        return self.optimizers[0] if self.optimizers else None

    @property
    def group_size(self) -> int:
        """How many batches there are to one update."""
        return self.options.accumulate_grad_batches

    def pending_gradients(self) -> dict[str, Tensor]:
        """The gradients of an update to which more batches belong, by parameter."""
        if not self.is_automatic or self._group_place() == 0:
            return {}
        named = self.model.named_parameters()
        return {name: each.grad for name, each in named if each.grad is not None}

    def _group_place(self) -> int:
        return self.batches_done % self.group_size

    def _group_ends(self) -> bool:
        return self._group_place() == self.group_size - 1 or self.is_last_batch

    def zero_grad(self) -> None:
        """Clear the gradients where a new update begins."""
        if self.is_automatic and self._group_place() == 0:
            for optimizer in self.optimizers:
                optimizer.zero_grad()

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        """The loss of a batch, which has to be one number."""
        logged = self.results["train"].entries
        before = logged.get("loss")
        count = before.metric._sums["count"] if before is not None else None
        self._in_training_step = True
        try:
            output = self.step_functions["train"](batch, batch_idx)
        finally:
            self._in_training_step = False
        loss = output.get("loss") if isinstance(output, dict) else output
        if loss is None and not self.is_automatic:
            return None
        check_loss(loss, self.task)
        entry = logged.get("loss")
        if entry is None or (entry is before and entry.metric._sums["count"] == count):
            self.log("loss", loss, on_step=True, on_epoch=True, prog_bar=True)
        return loss

    def backward(self, loss: Any) -> None:
        """Add the gradients of a batch; with several batches to an update, of their mean."""
        if not self.is_automatic:
            return
        self.manual_backward(loss if self.group_size == 1 else loss / self.group_size)
        if self._group_ends():
            missing = self.group_size - self._group_place() - 1
            if missing:
                self._rescale_gradients(self.group_size / (self.group_size - missing))
            self.call("on_before_optimizer_step", self.optimizer)

    def manual_backward(self, loss: Any) -> None:
        """``loss.backward()`` with the hooks before and after it."""
        self.call("on_before_backward", loss)
        loss.backward()
        self.call("on_after_backward")

    def _rescale_gradients(self, factor: float) -> None:
        """A last group of fewer batches is divided by their number, not by that of a full one."""
        for parameter in self.model.parameters():
            if parameter.grad is not None:
                parameter.grad.mul_(factor)

    def step(self, closure: Callable[[], Any]) -> Any:
        """Run the closure, and update the parameters unless more batches belong to the update."""
        updates = bool(self.optimizers) and self._group_ends()
        loss = self.optimizer.step(closure) if updates and self.is_automatic else closure()
        self.batches_done += 1
        self.total_batches += 1
        self.has_updated = updates or not self.is_automatic
        self.global_step += self.has_updated
        return loss.detach() if isinstance(loss, Tensor) else loss

    def step_schedulers(self, interval: str) -> None:
        """Step the schedulers of an epoch or of an update."""
        if not self.is_automatic or (interval == "step" and not self.has_updated):
            return
        count = self.global_step if interval == "step" else self.current_epoch + 1
        for schedule in self.schedules:
            if schedule.interval == interval:
                schedule.step(count, self.metric)

    # Evaluation

    def validation_is_due(self) -> bool:
        """Whether it is time to validate, and that has not happened here yet."""
        options = self.options
        if self.loaders.get("validation") is None or not options.limit_val_batches:
            return False
        if not self.batches_done:
            return False
        if (self.current_epoch + 1) % options.check_val_every_n_epoch:
            return False
        if (self.current_epoch, self.batches_done) == self._validated:
            return False
        interval = options.val_check_interval
        if isinstance(interval, int):
            return self.total_batches % interval == 0
        if interval == 1.0:
            return self.is_last_batch
        total = self.num_training_batches
        return self.batches_done % (limited(total, interval, "val_check_interval") or 1) == 0

    @contextlib.contextmanager
    def evaluating(self, stage: str) -> Iterator[Iterator[tuple[int, Any]]]:
        """Evaluation mode without gradients, and the batches; then all is as it was."""
        modes = [(module, module.training) for module in self.model.modules()]
        before, outer, size = random_state(), self.stage, self._batch_size
        self._start_results(stage)
        self.stage = stage
        self.model.eval()
        try:
            with no_grad():
                yield self._evaluation_batches(stage)
            self._finished.update(self.results[stage].epoch())
            if stage == "validation":
                self._validated = (self.current_epoch, self.batches_done)
                self.validation_metrics = self.results[stage].epoch()
            self.log_metrics(self._named("", self.results[stage].epoch))
        except Interrupted:
            set_random_state(before)
            self.reset_metrics(stage)
        finally:
            self.stage, self._batch_size = outer, size
            for module, mode in modes:
                module.training = mode

    def _evaluation_batches(self, stage: str) -> Iterator[tuple[int, Any]]:
        loader = self.loaders[stage]
        short = {"validation": "val"}.get(stage, stage)
        name = f"limit_{short}_batches"
        limit = getattr(self.options, name)
        total = limited(len_of(loader), limit, name)
        index = -1
        for index, batch in enumerate(itertools.islice(loader, total)):
            if self.interrupted:
                raise Interrupted
            self._batch_size = batch_size_of(batch)
            yield index, to_device(batch, self.device)
        if index < 0 and limit:
            raise ValueError(no_batches(stage, 0))

    def evaluation_step(self, stage: str, batch: Any, batch_idx: int) -> Any:
        """What the model's own step for this stage returns."""
        output = self.step_functions[stage](batch, batch_idx)
        if stage == "predict":
            self.predictions.append(output)
        return output

    # What is measured

    def log(
        self,
        name: str,
        value: Any,
        *,
        prog_bar: bool = False,
        logger: bool = True,
        on_step: bool | None = None,
        on_epoch: bool | None = None,
        batch_size: int | None = None,
    ) -> None:
        """Log a number or a metric; see :meth:`LightningModule.log`."""
        on_step = self._in_training_step if on_step is None else on_step
        on_epoch = not self._in_training_step if on_epoch is None else on_epoch
        self.results[self.stage].log(
            name,
            value,
            batch_size or self._batch_size or 1,
            on_step=on_step,
            on_epoch=on_epoch,
            prog_bar=prog_bar,
            logger=logger,
        )

    @property
    def callback_metrics(self) -> dict[str, float]:
        """All metrics by name: the mean over the epoch so far, or over the last one."""
        stages = ("train", "validation") if self.stage in ("train", "validation") else (self.stage,)
        found = dict(self._finished)
        for stage in stages:
            found |= self.results[stage].epoch()
        return found

    @property
    def progress_bar_metrics(self) -> dict[str, float]:
        """What the progress bar shows."""
        found = self.results["train"].step("prog_bar")
        return found | self.results["validation"].epoch("prog_bar")

    def metric(self, name: str, who: str) -> float:
        """A metric that a callback monitors.

        Raises
        ------
        RuntimeError
            If it was never logged; the message lists those that were.
        """
        metrics = self.callback_metrics
        if name not in metrics:
            known = ", ".join(sorted(metrics)) or "nothing yet"
            hint = "; val_… needs validation data" if name.startswith("val_") else ""
            raise RuntimeError(
                teach(
                    f"{who} monitors a metric that has to be logged",
                    got=f"monitor={name!r}; logged were: {known}",
                    mend=f'choose one of these, or self.log("{name}", value) in a step{hint}',
                )
            )
        return metrics[name]

    def log_metrics(self, metrics: dict[str, float]) -> None:
        """Send metrics to all loggers."""
        for logger in self.loggers if metrics else ():
            logger.log_metrics({**metrics, "epoch": self.current_epoch}, step=self.global_step)

    def _named(self, suffix: str, values: Any) -> dict[str, float]:
        """Values for the loggers; what is logged by step and by epoch gets the suffix."""
        entries = self.results[self.stage].entries
        chosen = values("on_step" if suffix == "_step" else "on_epoch")
        return {
            name + suffix * (entries[name].on_step and entries[name].on_epoch): value
            for name, value in chosen.items()
            if entries[name].logger
        }

    def _start_results(self, stage: str) -> None:
        self._finished.update(self.results[stage].epoch())
        self.reset_metrics(stage)
        self.results[stage] = Results()

    def reset_metrics(self, stage: str) -> None:
        """Let the metrics of a stage forget what they have seen."""
        for entry in self.results[stage].entries.values():
            entry.metric.reset()

    # Callbacks

    def call(self, hook: str, *args: Any) -> None:
        """Call a hook of the model, if it has it, and of every callback that defines it."""
        for method in self._hooks.get(hook, ()):
            method(*args)

    @contextlib.contextmanager
    def muted(self) -> Iterator[None]:
        """Nothing that happens in the block is logged or reaches a callback."""
        hooks, results = self._hooks, self.results
        self._hooks, self.results = {}, {stage: Results() for stage in results}
        try:
            yield
        finally:
            self._hooks, self.results = hooks, results

    # Random numbers of the loader

    def generator_states(self) -> list[Tensor]:
        """Where the generators of the training loader stand."""
        return [generator.get_state() for generator in generators(self.loaders["train"])]

    def _set_generators(self, states: list[Tensor]) -> None:
        for generator, state in zip(generators(self.loaders["train"]), states, strict=False):
            generator.set_state(state)

    _hooks: dict[str, list[Callable[..., Any]]]
    step_functions: dict[str, Callable[..., Any]]
