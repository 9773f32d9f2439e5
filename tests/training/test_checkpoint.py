"""A run that was stopped and resumed is, bit for bit, the run that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn, optim
from edugrad.training import (
    EarlyStopping,
    LearningRateMonitor,
    LightningModule,
    ModelCheckpoint,
    Trainer,
    metrics,
    seed_everything,
)
from edugrad.utils.data import DataLoader, TensorDataset
from tests.training.examples import Classifier, loader, network, points, trainer, weights

EPOCHS = 3


def plain(folder: Path, **options: Any) -> tuple[Trainer, nn.Module, DataLoader[Any]]:
    """A run with everything that has a state: momentum, scheduler, dropout, metrics, generators."""
    seed_everything(3)
    model = network(dropout=0.4)
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    run = trainer(
        model,
        optimizer=optimizer,
        lr_scheduler={
            "scheduler": optim.lr_scheduler.StepLR(optimizer, 3, 0.7),
            "interval": "step",
        },
        metrics=["accuracy", "f1"],
        accumulate_grad_batches=2,
        default_root_dir=folder,
        **{"max_epochs": EPOCHS, **options},
    )
    data = DataLoader(
        TensorDataset(*points()), 8, shuffle=True, generator=edugrad.Generator().manual_seed(1)
    )
    return run, model, data


def summary(run: Trainer, model: nn.Module) -> Any:
    return weights(model), run.history.rows, run.global_step, edugrad.rand(3).tolist()


@pytest.mark.parametrize("val_check_interval", [1.0, 3])
def test_resumed_after_any_batch(tmp_path: Path, val_check_interval: Any):
    options = {"val_check_interval": val_check_interval}
    run, model, data = plain(tmp_path, **options)
    run.fit(model, data, validation_data=loader(20))
    expected = summary(run, model)
    saver = ModelCheckpoint(tmp_path, every_n_train_steps=1, save_top_k=-1)
    run, model, data = plain(tmp_path, callbacks=[saver], **options)
    run.fit(model, data, validation_data=loader(20))
    assert summary(run, model) == expected
    assert len(saver.kept) == 4 * EPOCHS
    for path in saver.kept:
        run, model, data = plain(tmp_path, **options)
        seed_everything(99)
        run.fit(model, data, validation_data=loader(20), ckpt_path=path)
        assert summary(run, model) == expected


@pytest.mark.parametrize("steps", [1, 4, 5, 8])
def test_stopped_by_max_steps_and_resumed(tmp_path: Path, steps: int):
    run, model, data = plain(tmp_path)
    run.fit(model, data)
    expected = summary(run, model)
    saver = ModelCheckpoint(tmp_path / "saved", save_last=True, save_top_k=0)
    run, model, data = plain(tmp_path, max_steps=steps, callbacks=[saver])
    run.fit(model, data)
    run, model, data = plain(tmp_path, callbacks=[ModelCheckpoint(tmp_path / "saved")])
    run.fit(model, data, ckpt_path="last")
    assert summary(run, model) == expected


class Logged(LightningModule):
    """Metrics of its own, NumPy's random numbers, and a scheduler that watches the validation."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = network(dropout=0.3)
        self.accuracy = metrics.Accuracy()

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        x, y = batch
        noise = edugrad.from_numpy(np.random.standard_normal(x.shape).astype(np.float32))  # noqa: NPY002
        output = self.layers(x + 0.1 * noise)
        self.accuracy.update(output, y)
        self.log("accuracy", self.accuracy)
        return {"loss": nn.functional.cross_entropy(output, y)}

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        x, y = batch
        self.log("val_loss", nn.functional.cross_entropy(self.layers(x), y))

    def configure_optimizers(self) -> Any:
        optimizer = optim.SGD(self.parameters(), lr=0.3, momentum=0.9)
        scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.5)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "monitor": "val_loss"},
        }


def test_a_module_with_its_own_metrics(tmp_path: Path):
    def fit(**options: Any) -> Any:
        seed_everything(0)
        callbacks = [LearningRateMonitor(), EarlyStopping(patience=50), *options.pop("more", [])]
        run = Trainer(max_epochs=4, enable_progress_bar=False, callbacks=callbacks)
        model = Logged()
        run.fit(model, loader(30), loader(20), **options)
        return summary(run, model), callbacks[0].rates

    saver = ModelCheckpoint(tmp_path, every_n_train_steps=3, save_top_k=-1)
    expected = fit(more=[saver])
    assert len(saver.kept) == 5
    for path in saver.kept:
        assert fit(ckpt_path=path) == expected


SCRIPT = """
import os, signal, sys
from tests.training.test_checkpoint import plain, loader
from edugrad.training import Callback, ModelCheckpoint
from pathlib import Path

class Signal(Callback):
    order = 200
    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        if trainer.total_batches == 10:
            os.kill(os.getpid(), int(sys.argv[2]))

folder = Path(sys.argv[1])
saver = ModelCheckpoint(folder, every_n_train_steps=2, save_last=True)
run, model, data = plain(folder, callbacks=[saver, Signal()])
history = run.fit(model, data, validation_data=loader(20))
print("interrupted", run.interrupted, run.total_batches, len(history))
"""


def in_a_process(folder: Path, number: int) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), str(int(number))],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "PYTHONPATH": root},
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["kill", "Ctrl-C"])
def test_resumed_in_another_process(tmp_path: Path, number: signal.Signals):
    run, model, data = plain(tmp_path)
    run.fit(model, data, validation_data=loader(20))
    expected = summary(run, model)
    ended = in_a_process(tmp_path, number)
    if number == signal.SIGINT:
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.splitlines() == [
            "Stopping after this batch. Ctrl-C again stops at once.",
            "interrupted True 10 1",
        ]
    else:
        assert ended.returncode == -signal.SIGKILL
    run, model, data = plain(tmp_path, callbacks=[ModelCheckpoint(tmp_path)])
    run.fit(model, data, validation_data=loader(20), ckpt_path="last")
    assert summary(run, model) == expected


def test_a_second_interrupt_stops_at_once():
    class Twice(EarlyStopping):
        def on_after_backward(self, trainer: Any, module: Any) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            raise AssertionError("not reached")

    model = network()
    run = trainer(model, callbacks=[Twice()])
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run.fit(model, loader())
    assert signal.getsignal(signal.SIGINT) is before


def test_interrupted_while_it_validates(tmp_path: Path):
    class Interrupt(EarlyStopping):
        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            pass

        def on_validation_batch_end(self, trainer: Any, module: Any, *args: Any) -> None:
            if trainer.total_batches == 7:
                os.kill(os.getpid(), signal.SIGINT)

    run, model, data = plain(tmp_path)
    run.fit(model, data, validation_data=loader(30))
    expected = summary(run, model)
    run, model, data = plain(tmp_path, callbacks=[Interrupt(), ModelCheckpoint(tmp_path)])
    run.fit(model, data, validation_data=loader(30))
    assert run.interrupted
    assert len(run.history) == 0
    run, model, data = plain(tmp_path, callbacks=[ModelCheckpoint(tmp_path)])
    run.fit(model, data, validation_data=loader(30), ckpt_path="last")
    assert summary(run, model) == expected


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.endswith(".ckpt"))


def falling(values: list[float]) -> Any:
    """A callback that logs these values, one an epoch."""

    class Log(EarlyStopping):
        order = -10

        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            trainer.log("score", values[trainer.current_epoch])

    return Log()


def test_the_best_are_kept(tmp_path: Path):
    model = network()
    saver = ModelCheckpoint(
        tmp_path, "{epoch}-{score:.1f}", monitor="score", mode="max", save_top_k=2, save_last=True
    )
    run = trainer(model, callbacks=[falling([0.3, 0.9, float("nan"), 0.5, 0.9, 0.1]), saver])
    run.fit(model, loader(), epochs=6)
    assert names(tmp_path) == ["epoch=1-score=0.9.ckpt", "epoch=4-score=0.9.ckpt", "last.ckpt"]
    assert Path(saver.best_model_path).name == "epoch=1-score=0.9.ckpt"
    assert saver.best_model_score == 0.9
    assert edugrad.load(saver.best_model_path)["epoch"] == 2


def test_the_newest_are_kept_without_a_monitor(tmp_path: Path):
    model = network()
    saver = ModelCheckpoint(tmp_path, "{step:03d}", save_top_k=2, auto_insert_metric_name=False)
    trainer(model, callbacks=[saver]).fit(model, loader(), epochs=3)
    assert names(tmp_path) == ["014.ckpt", "021.ckpt"]
    assert saver.best_model_score is None


def test_weights_only(tmp_path: Path):
    model = network()
    saver = ModelCheckpoint(tmp_path, save_weights_only=True)
    run = trainer(model, callbacks=[saver])
    run.fit(model, loader())
    other = network(seed=8)
    other.load_state_dict(edugrad.load(saver.best_model_path)["state_dict"])
    assert weights(other) == weights(model)
    with pytest.raises(ValueError, match="one that holds the weights only"):
        run.fit(model, loader(), ckpt_path="best")
    tested = trainer(other).test(other, loader(shuffle=False), ckpt_path=saver.best_model_path)
    assert tested["test_loss"] == run.test(model, loader(shuffle=False))["test_loss"]


def test_a_module_from_its_checkpoint(tmp_path: Path):
    model = Classifier(lr=0.25, width=4)
    assert model.hparams == {"lr": 0.25, "width": 4, "dropout": 0.0}
    saver = ModelCheckpoint(tmp_path)
    Trainer(callbacks=[saver], enable_progress_bar=False).fit(model, loader())
    found = Classifier.load_from_checkpoint(saver.best_model_path, width=5)
    assert weights(found) == weights(model)
    assert found.hparams == {"lr": 0.25, "width": 5, "dropout": 0.0}


def test_errors_teach(tmp_path: Path):
    model = network()
    with pytest.raises(ValueError, match="no ModelCheckpoint among the callbacks"):
        trainer(model).fit(model, loader(), ckpt_path="best")
    with pytest.raises(ValueError, match="mode says which is better"):
        ModelCheckpoint(mode="maximum")
    with pytest.raises(ValueError, match="save_top_k=-2"):
        ModelCheckpoint(save_top_k=-2)
    run = trainer(model, callbacks=[ModelCheckpoint(tmp_path, "{val_loss:.2f}")])
    with pytest.raises(RuntimeError, match=r"file name.*\n.*'val_loss'; logged were: loss"):
        run.fit(model, loader())
