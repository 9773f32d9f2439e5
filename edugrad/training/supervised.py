"""Supervised: how a plain module is trained, with a loss, an optimizer and metrics."""

from __future__ import annotations

import copy
import difflib
from typing import Any

from .. import nn, optim
from ..errors import teach
from ..tensor import Tensor
from . import metrics as metrics_module
from .checks import check_loss, check_shapes
from .metrics import Mean, Metric

PREFIX = {"train": "", "validation": "val_", "test": "test_"}
NAMED: dict[str, type[Metric]] = {
    each.name: each
    for each in vars(metrics_module).values()
    if isinstance(each, type) and issubclass(each, Metric) and each not in (Metric, Mean)
    if each.name not in ("loss", "confusion_matrix")
}
NAMED |= {"mse": NAMED["mean_squared_error"], "mae": NAMED["mean_absolute_error"]}


class Supervised:
    """The steps of a LightningModule for any module: batches are (inputs…, target)."""

    automatic_optimization = True

    def __init__(self, model: Any, loss: Any, optimizer: Any, scheduler: Any, metrics: Any) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.scheduler = scheduler
        named = read_metrics(metrics, loss)
        self.metrics = {stage: copy.deepcopy(named) for stage in PREFIX}
        self.trainer: Any = None
        self.predicts_from_inputs = False

    def configure_optimizers(self) -> Any:
        """The optimizer that was given to the trainer, or one made from the given class or name."""
        optimizer = self.optimizer
        if optimizer is None:
            raise ValueError(
                teach(
                    "to train a plain module, the Trainer needs an optimizer",
                    got="Trainer(optimizer=None)",
                    mend="Trainer(loss=…, optimizer=optim.Adam(model.parameters(), lr=1e-3))",
                )
            )
        if isinstance(optimizer, str):
            optimizer = _by_name(optim, optimizer, "optimizer")
        if not isinstance(optimizer, optim.Optimizer):
            optimizer = optimizer(self.model.parameters())
        scheduler = self.scheduler
        if scheduler is None:
            return optimizer
        if callable(scheduler) and not hasattr(scheduler, "step"):
            scheduler = scheduler(optimizer)
        return {"optimizer": optimizer, "lr_scheduler": scheduler}

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        """The loss of a batch."""
        return self._step(batch, "train")

    def validation_step(self, batch: Any, batch_idx: int) -> Any:
        """The loss of a batch of validation data."""
        return self._step(batch, "validation")

    def test_step(self, batch: Any, batch_idx: int) -> Any:
        """The loss of a batch of test data."""
        return self._step(batch, "test")

    def predict_step(self, batch: Any, batch_idx: int) -> Any:
        """The output for the inputs of a batch, which may have a target too."""
        if not isinstance(batch, (tuple, list)):
            return self.model(batch)
        has_target = len(batch) > 1 and not self.predicts_from_inputs
        return self.model(*(batch[:-1] if has_target else batch))

    def _step(self, batch: Any, stage: str) -> Any:
        if not isinstance(batch, (tuple, list)) or len(batch) < 2:
            raise ValueError(
                teach(
                    "a batch for a plain module is (input, target)",
                    got=f"a {type(batch).__name__}"
                    + (f" of {len(batch)}" if isinstance(batch, (tuple, list, dict)) else ""),
                    mend="give y, let the dataset return pairs, or write a LightningModule, whose "
                    "training_step takes any batch",
                )
            )
        *inputs, target = batch
        output = self.model(*inputs)
        check_shapes(output, target)
        loss = self._loss()(output, target)
        check_loss(loss, self)
        count = len(target) if isinstance(target, Tensor) and target.ndim else 1
        options = {"batch_size": count, "on_epoch": True, "prog_bar": True}
        self.trainer.log(f"{PREFIX[stage]}loss", loss, on_step=stage == "train", **options)
        for name, metric in self.metrics[stage].items():
            metric.update(output, target)
            self.trainer.log(f"{PREFIX[stage]}{name}", metric, on_step=False, **options)
        return loss

    def _loss(self) -> Any:
        if self.loss is None:
            raise ValueError(
                teach(
                    "to train a plain module, the Trainer needs a loss",
                    got="Trainer(loss=None)",
                    mend="Trainer(loss=nn.CrossEntropyLoss(), optimizer=…), or a LightningModule "
                    "with a training_step",
                )
            )
        if isinstance(self.loss, str):
            self.loss = _by_name(nn.functional, self.loss, "loss")
        return self.loss

    def metric_objects(self) -> dict[str, Metric]:
        """The metrics, whose sums go into checkpoints."""
        return {
            f"{PREFIX[stage]}{name}": metric
            for stage, named in self.metrics.items()
            for name, metric in named.items()
        }


class FunctionMetric(Mean):
    """The mean over samples of a function of output and target."""

    def __init__(self, function: Any) -> None:
        self.function = function
        super().__init__()

    def update(self, input: Any, target: Any) -> None:  # type: ignore[override]
        """Add a batch."""
        super().update(self.function(input.detach(), target), count=len(target))


def read_metrics(metrics: Any, loss: Any) -> dict[str, Metric]:
    """Metrics by name; each is given as a name, a metric, or a function of output and target.

    Raises
    ------
    ValueError
        If there is no metric of that name.
    TypeError
        If it is none of these.
    """
    if isinstance(metrics, (str, Metric)) or callable(metrics):
        metrics = [metrics]
    if not isinstance(metrics, dict):
        metrics = {_name(each): each for each in metrics or ()}
    return {name: _metric(each, loss) for name, each in metrics.items()}


def _name(metric: Any) -> str:
    if isinstance(metric, str):
        return metric
    name = getattr(metric, "name", None) or getattr(metric, "__name__", None)
    return str(name or type(metric).__name__)


def _metric(metric: Any, loss: Any) -> Metric:
    if isinstance(metric, Metric):
        return metric
    if isinstance(metric, type) and issubclass(metric, Metric):
        return metric()
    if isinstance(metric, str) and metric in NAMED:
        chosen = NAMED[metric]
        takes_logits = "with_logits" in str(loss).lower() or "WithLogits" in type(loss).__name__
        if takes_logits and hasattr(chosen(), "threshold"):
            return chosen(threshold=0.0)  # type: ignore[call-arg]
        return chosen()
    if callable(metric):
        return FunctionMetric(metric)
    error = ValueError if isinstance(metric, str) else TypeError
    raise error(
        teach(
            "a metric is a name, a Metric, or a function of output and target",
            got=repr(metric),
            mend=f"the names are {', '.join(sorted(NAMED))}",
        )
    )


def _by_name(where: Any, name: str, what: str) -> Any:
    """An attribute by its name, in whatever case: "adam", "cross_entropy"."""
    for found in dir(where):
        if found.lower() == name.lower() and not found.startswith("_"):
            return getattr(where, found)
    known = [each for each in getattr(where, "__all__", dir(where)) if _is_a(what, each)]
    near = difflib.get_close_matches(name.lower(), [each.lower() for each in known], n=1)
    meant = [f"did you mean '{each}'? " for each in known if [each.lower()] == near]
    raise ValueError(
        teach(
            f"there is no {what} of this name",
            got=repr(name),
            mend=f"{''.join(meant)}They are {', '.join(known)}",
        )
    )


def _is_a(what: str, name: str) -> bool:
    """Whether a name of ``optim`` is an optimizer's, or one of ``nn.functional`` a loss's."""
    if what == "optimizer":
        return name not in ("Optimizer", "lr_scheduler")
    return not name.startswith("_") and ("loss" in name or "entropy" in name)
