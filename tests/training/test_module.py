"""LightningModule: the forms that its methods may take."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import edugrad
from edugrad import nn, optim
from edugrad.optim import lr_scheduler
from edugrad.training import LightningModule, Trainer, TrainingModule, metrics
from edugrad.training.loggers import MemoryLogger
from edugrad.training.schedules import read_optimizers
from tests.training.examples import Classifier, loader, network, trainer, weights


def test_it_trains_as_a_plain_module_does():
    module, plain = Classifier(), network()
    for model in (module, plain):
        edugrad.manual_seed(1)
        run = Trainer(enable_progress_bar=False) if model is module else trainer(plain)
        history = run.fit(model, loader(), loader(9), epochs=2)
    assert weights(module) == weights(plain)
    assert history.names == ["loss", "val_loss"]
    assert TrainingModule is LightningModule


def test_what_it_logs():
    model, logger = Classifier(), MemoryLogger()
    run = Trainer(enable_progress_bar=False, logger=logger, log_every_n_steps=1)
    history = run.fit(model, loader(), loader(9), epochs=2)
    assert history.names == ["train_loss", "loss", "val_loss"]
    assert history["train_loss"] == history["loss"]
    assert len(logger.series("train_loss")[1]) == 14
    assert logger.hyperparameters == {"lr": 0.1, "width": 8, "dropout": 0.0}
    assert set(run.test(model, loader(9))) == {"test_accuracy"}
    assert run.predict(model, loader(9)).shape == (9, 2)


def optimizer() -> Any:
    return optim.SGD([edugrad.ones(1, requires_grad=True)], lr=1.0)


def test_forms_of_configure_optimizers():
    one = optimizer()
    steps = lr_scheduler.StepLR(one, 1)
    plateau = lr_scheduler.ReduceLROnPlateau(one)
    watched = {"scheduler": plateau, "monitor": "val_loss", "frequency": 2}
    for form, count in [
        (one, 0),
        ([one], 0),
        ((one,), 0),
        ({"optimizer": one}, 0),
        ({"optimizer": one, "lr_scheduler": steps}, 1),
        ({"optimizer": one, "lr_scheduler": {"scheduler": steps, "interval": "step"}}, 1),
        ({"optimizer": one, "lr_scheduler": watched}, 1),
        (([one], [steps]), 1),
        (([one], [steps, watched]), 2),
        ([{"optimizer": one, "lr_scheduler": steps}], 1),
    ]:
        optimizers, schedules = read_optimizers(form)
        assert optimizers == [one], form
        assert len(schedules) == count, form
    assert read_optimizers(None) == ([], [])
    assert schedules[0].scheduler is steps
    assert read_optimizers(([one, optimizer()], []))[0][0] is one


@pytest.mark.parametrize(
    ("form", "error", "text"),
    [
        (3, TypeError, "got: +a int"),
        ([3], TypeError, "got: +a int"),
        (([3], []), TypeError, "got: +a int"),
        ({"optimiser": 3}, TypeError, "got: +a dict"),
    ],
)
def test_other_forms(form: Any, error: type[Exception], text: str):
    with pytest.raises(error, match=f"returns an optimizer, a list.*\n.*{text}"):
        read_optimizers(form)


def test_schedulers_given_wrongly():
    one = optimizer()
    with pytest.raises(ValueError, match="whose name has to be given"):
        read_optimizers({"optimizer": one, "lr_scheduler": lr_scheduler.ReduceLROnPlateau(one)})
    steps = lr_scheduler.StepLR(one, 1)
    with pytest.raises(ValueError, match=r'"epoch" or "step"\n.*batch'):
        read_optimizers(([one], [{"scheduler": steps, "interval": "batch"}]))
    with pytest.raises(ValueError, match="keys scheduler, every"):
        read_optimizers(([one], [{"scheduler": steps, "every": 3}]))


def test_a_scheduler_of_steps_and_one_that_watches():
    rates: list[float] = []

    class Scheduled(Classifier):
        def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
            rates.append(self.optimizers().param_groups[0]["lr"])

        def configure_optimizers(self) -> Any:
            one = optim.SGD(self.parameters(), lr=1.0)
            self.plateau = lr_scheduler.ReduceLROnPlateau(one, patience=100)
            return [one], [
                {"scheduler": lr_scheduler.StepLR(one, 1, 0.5), "interval": "step"},
                {"scheduler": self.plateau, "monitor": "val_loss"},
            ]

    model = Scheduled()
    history = Trainer(enable_progress_bar=False).fit(model, loader(), loader(9), epochs=2)
    assert rates == [0.5**k for k in range(14)]
    assert model.plateau.best == min(history["val_loss"])
    assert len(model.lr_schedulers()) == 2


def test_hooks_and_log_at_the_end_of_an_epoch():
    class Watched(Classifier):
        def __init__(self) -> None:
            super().__init__()
            self.f1 = metrics.F1()
            self.calls: list[str] = []

        def on_fit_start(self) -> None:
            self.calls.append("fit_start")

        def validation_step(self, batch: Any) -> None:
            x, y = batch
            self.f1.update(self(x), y)
            self.log("val_f1", self.f1)

        def on_validation_epoch_end(self) -> None:
            self.log_dict({"double": 2 * self.f1.compute()})

        def on_train_epoch_end(self) -> None:
            self.calls.append(f"{self.current_epoch} {self.global_step}")
            self.log("seen", self.trainer.callback_metrics["val_f1"])

    model = Watched()
    history = Trainer(enable_progress_bar=False).fit(model, loader(), loader(9), epochs=2)
    assert model.calls == ["fit_start", "0 7", "1 14"]
    assert history["double"] == [2 * value for value in history["val_f1"]]
    assert history["seen"] == history["val_f1"]
    x, y = loader(9).dataset.tensors
    assert history["val_f1"][-1] == metrics.f1_score(model(x), y)
    assert Trainer().validate(model, x, y)["val_f1"] == history["val_f1"][-1]


def test_manual_optimization_with_two_optimizers():
    class Adversaries(LightningModule):
        automatic_optimization = False

        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(2, 1), nn.Linear(2, 1)

        def training_step(self, batch: Any, batch_idx: int) -> None:
            for optimizer, layer in zip(self.optimizers(), (self.first, self.second), strict=True):
                optimizer.zero_grad()
                loss = layer(batch[0]).pow(2).mean()
                self.manual_backward(loss)
                optimizer.step()
                self.log("last", loss)

        def configure_optimizers(self) -> Any:
            return [optim.SGD(each.parameters(), lr=0.1) for each in (self.first, self.second)]

    model = Adversaries()
    before = weights(model)
    run = Trainer(enable_progress_bar=False)
    history = run.fit(model, loader(), epochs=3)
    assert history["last"][-1] < history["last"][0]
    assert all(one != other for one, other in zip(before, weights(model), strict=True))
    model.automatic_optimization = True
    with pytest.raises(ValueError, match=r"several optimizers is written by hand\n.*2 optimizers"):
        run.fit(model, loader())


def test_loaders_of_its_own():
    class Complete(Classifier):
        def train_dataloader(self) -> Any:
            return loader()

        def val_dataloader(self) -> Any:
            return loader(9)

        def test_dataloader(self) -> Any:
            return loader(8)

    model = Complete()
    run = Trainer(enable_progress_bar=False)
    assert "val_loss" in run.fit(model).names
    assert "test_accuracy" in run.test()
    assert "val_loss" in run.validate()


def test_a_copy_is_not_attached():
    model = Classifier()
    Trainer(enable_progress_bar=False).fit(model, loader())
    for copied in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert weights(copied) == weights(model)
        with pytest.raises(RuntimeError, match="not attached"):
            copied.log("loss", 1.0)
    assert model.global_step == 7


def test_freezing():
    model = Classifier()
    model.freeze()
    assert not model.training
    with pytest.raises(ValueError, match="whose parameters are all frozen"):
        Trainer(enable_progress_bar=False).fit(model, loader())
    model.unfreeze()
    assert all(p.requires_grad for p in model.parameters())


def test_methods_that_are_missing():
    class Empty(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

    run = Trainer(enable_progress_bar=False)
    with pytest.raises(NotImplementedError, match="Empty has no configure_optimizers"):
        run.fit(Empty(), loader())
    with pytest.raises(NotImplementedError, match="Empty has no validation_step"):
        run.validate(Empty(), loader())
    with pytest.raises(RuntimeError, match="not attached to a Trainer"):
        Empty().log("loss", 1.0)


def test_a_logged_tensor_of_several_numbers():
    class Many(Classifier):
        def training_step(self, batch: Any, batch_idx: int) -> Any:
            self.log("loss", edugrad.ones(3))

    run = Trainer(enable_progress_bar=False)
    with pytest.raises(ValueError, match=r"log takes single numbers.*\n.*loss = a tensor of shape"):
        run.fit(Many(), loader())
