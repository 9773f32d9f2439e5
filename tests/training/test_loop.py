"""The loop: what it computes, what it calls, and when it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn, optim
from edugrad.training import Callback, EarlyStopping, ModelCheckpoint, Timer, Trainer, metrics
from edugrad.training.loggers import MemoryLogger
from tests.training.examples import Drop, loader, network, points, trainer, weights


def by_hand(model: nn.Module, batches: Any, epochs: int, lr: float = 0.1) -> list[float]:
    """The loop that a learner writes; the mean losses of the epochs."""
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    means = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in batches:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total, count = total + loss.item() * len(y), count + len(y)
        means.append(total / count)
    return means


def test_it_is_the_loop_that_one_writes_by_hand():
    mine, theirs = network(dropout=0.3), network(dropout=0.3)
    edugrad.manual_seed(5)
    means = by_hand(mine, loader(), 3)
    edugrad.manual_seed(5)
    history = trainer(theirs).fit(theirs, loader(), epochs=3)
    assert weights(mine) == weights(theirs)
    assert history["loss"] == pytest.approx(means, rel=1e-12)


def test_arrays_are_shuffled_batches_of_32():
    x, y = points(70)
    mine, theirs = network(), network()
    edugrad.manual_seed(5)
    by_hand(mine, loader(70, 32), 2)
    edugrad.manual_seed(5)
    trainer(theirs).fit(theirs, x.numpy().astype(np.float64), y.numpy(), epochs=2)
    assert weights(mine) == weights(theirs)


def test_the_last_batch_weighs_as_much_as_it_has_samples():
    x, y = points(10)
    model = network()
    found = trainer(model, metrics=["accuracy", "f1"]).validate(model, x, y, batch_size=8)
    output = model(x)
    assert found["val_loss"] == pytest.approx(nn.functional.cross_entropy(output, y).item())
    assert found["val_accuracy"] == metrics.accuracy(output, y)
    assert found["val_f1"] == metrics.f1_score(output, y)


class Recorder(Callback):
    def __init__(self) -> None:
        self.calls: list[str] = []

    def before_hooks(self, hook: str) -> None:
        self.calls.append(hook.removeprefix("on_"))


def test_the_order_of_the_hooks():
    recorder, model = Recorder(), network()
    x, y = points(4)
    trainer(model, callbacks=recorder).fit(
        model, x, y, batch_size=2, epochs=1, validation_data=(x[:2], y[:2])
    )
    step = (
        "train_batch_start before_backward after_backward before_optimizer_step train_batch_end"
    ).split()
    validation = (
        "validation_start validation_epoch_start validation_batch_start validation_batch_end "
        "validation_epoch_end validation_end"
    ).split()
    assert recorder.calls == [
        *["setup", "fit_start", "train_start", "train_epoch_start"],
        *step,
        *step,
        *validation,
        *["train_epoch_end", "train_end", "fit_end", "teardown"],
    ]


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        ({"max_epochs": 2}, 14),
        ({"max_epochs": 0}, 0),
        ({"max_steps": 10}, 10),
        ({"max_steps": 10, "max_epochs": 1}, 7),
        ({"max_epochs": 3, "limit_train_batches": 2}, 6),
        ({"max_epochs": 2, "limit_train_batches": 0.5}, 6),
        ({"max_time": 0.0}, 0),
        ({"max_time": {"hours": 1}, "max_epochs": 1}, 7),
        ({"fast_dev_run": True}, 1),
        ({"fast_dev_run": 3}, 3),
        ({}, 7),
    ],
)
def test_how_long_it_trains(options: dict[str, Any], steps: int):
    model = network()
    run = trainer(model, **options)
    run.fit(model, loader())
    assert run.global_step == steps


def test_the_options_of_one_fit_are_not_those_of_the_next():
    model = network()
    run = trainer(model, max_steps=9)
    assert len(run.fit(model, loader(), epochs=1)) == 1
    assert len(run.fit(model, loader())) == 1
    assert run.global_step == 9
    assert run.max_epochs is None


def test_a_quick_trial_writes_and_stops_nothing(tmp_path: Path):
    model = network()
    saver, logger = ModelCheckpoint(tmp_path), MemoryLogger()
    run = trainer(
        model, fast_dev_run=True, callbacks=[saver, EarlyStopping("absent")], logger=logger
    )
    run.fit(model, loader(), loader(9), epochs=5)
    assert run.global_step == 1
    assert not list(tmp_path.iterdir())
    assert not logger.rows


def test_metrics_start_anew_with_each_run():
    x, y = points(20)
    model = network()
    run = trainer(model, metrics=["accuracy"])
    first = run.validate(model, x, y)
    assert run.validate(model, x, y) == first
    run.fit(model, x, y, epochs=2, validation_data=(x, y))
    assert trainer(model, metrics=["accuracy"]).validate(model, x, y) == run.validate(model, x, y)


def test_should_stop_ends_it_after_the_batch():
    class Stop(Callback):
        def on_train_batch_end(self, trainer: Any, module: Any, *args: Any) -> None:
            trainer.should_stop = trainer.global_step == 9

    model = network()
    run = trainer(model, callbacks=[Stop()], max_epochs=5)
    history = run.fit(model, loader())
    assert (run.global_step, run.current_epoch, len(history)) == (9, 1, 1)


def test_overfit_batches_are_the_same_in_each_epoch():
    seen = []

    class See(Callback):
        def on_train_batch_start(
            self, trainer: Any, module: Any, batch: Any, batch_idx: int
        ) -> None:
            seen.append(batch[0].tolist())

    model = network()
    run = trainer(model, callbacks=[See()], overfit_batches=2, max_epochs=2)
    run.fit(model, loader())
    assert seen[:2] == seen[2:]
    assert seen[0] != seen[1]


@pytest.mark.parametrize(
    ("options", "places"),
    [
        ({}, [7, 14]),
        ({"check_val_every_n_epoch": 2}, [14]),
        ({"val_check_interval": 3}, [3, 6, 9, 12]),
        ({"val_check_interval": 0.5}, [3, 6, 10, 13]),
    ],
)
def test_when_it_validates(options: dict[str, Any], places: list[int]):
    found = []

    class Note(Callback):
        def on_validation_end(self, trainer: Any, module: Any) -> None:
            found.append(trainer.global_step)

    model = network()
    run = trainer(model, callbacks=[Note()], max_epochs=2, **options)
    run.fit(model, loader(), validation_data=loader(20))
    assert found == places


def test_validation_keeps_modes_gradients_and_random_numbers():
    model = network(dropout=0.5)
    frozen = model[0]
    modes = []

    class Freeze(Callback):
        def on_train_start(self, trainer: Any, module: Any) -> None:
            frozen.eval()

        def on_validation_start(self, trainer: Any, module: Any) -> None:
            modes.append((module.training, model[2].training, edugrad.is_grad_enabled()))

        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            modes.append((frozen.training, model[2].training, edugrad.is_grad_enabled()))

    run = trainer(model, callbacks=[Freeze()])
    run.fit(model, loader(), validation_data=loader(20))
    assert isinstance(model[2], Drop)
    assert modes == [(False, False, False), (False, True, True)]


@pytest.mark.parametrize("batches", [2, 3])
def test_accumulated_batches_are_one_large_batch(batches: int):
    """The last update has fewer batches than the others, and is their mean all the same."""
    large, small = network(), network()
    by_hand(large, loader(40, 4 * batches, shuffle=False), 2)
    run = trainer(small, accumulate_grad_batches=batches)
    run.fit(small, loader(40, 4, shuffle=False), epochs=2)
    assert run.global_step == 2 * -(-10 // batches)
    for one, other in zip(weights(large), weights(small), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-6)


def test_accumulation_over_a_stream_of_unknown_length():
    class Stream:
        def __iter__(self) -> Any:
            return iter(loader(40, 4, shuffle=False))

    known, unknown = network(), network()
    trainer(known, accumulate_grad_batches=4).fit(known, loader(40, 4, shuffle=False), epochs=2)
    run = trainer(unknown, accumulate_grad_batches=4)
    run.fit(unknown, Stream(), epochs=2, validation_data=loader(8))
    assert weights(known) == weights(unknown)
    assert len(run.history["val_loss"]) == 2


def test_optimizers_with_a_closure():
    x, y = points(20)
    model = network()
    run = trainer(model, optimizer=optim.LBFGS(model.parameters(), lr=0.5, max_iter=4))
    history = run.fit(model, x, y, batch_size=20, shuffle=False, epochs=5)
    assert run.global_step == 5
    assert history["loss"][-1] < 0.05


def test_ways_to_give_data_loss_optimizer_and_metrics():
    x, y = points(40)
    expected = None
    for data in (
        {"x": x, "y": y, "validation_data": (x[:8], y[:8])},
        {"x": loader(40, 32, False), "y": loader(40, 8, False)},
        {"train_dataloaders": loader(40, 32, False), "val_dataloaders": loader(40, 8, False)},
        {"x": loader(40, 32, False).dataset, "validation_data": loader(40).dataset},
        {"x": list(loader(40, 32, False)), "validation_data": [(x, y)]},
        {"x": x.tolist(), "y": y.tolist(), "validation_split": 0.2},
    ):
        model = network()
        run = Trainer(
            loss="cross_entropy",
            optimizer=lambda parameters: optim.SGD(parameters, lr=0.1),
            metrics={
                "right": metrics.Accuracy(),
                "wrong": lambda out, y: (
                    (out.argmax(1) != y) * 1.0 @ edugrad.full((len(y),), 1 / len(y))
                ),
            },
            enable_progress_bar=False,
        )
        history = run.fit(model, **data, epochs=1, shuffle=False)
        assert history.names == ["loss", "right", "wrong", "val_loss", "val_right", "val_wrong"]
        assert history["right"][0] + history["wrong"][0] == pytest.approx(1)
        if "validation_split" not in data:
            expected = expected or weights(model)
            assert weights(model) == expected
    assert sorted(run.predict(model, loader(40, 7, False)).shape) == [2, 40]
    assert edugrad.equal(run.predict(model, x), run.predict(model, loader(40, 7, False)))


def test_the_last_part_is_held_out():
    x, y = edugrad.arange(10.0).unsqueeze(1), edugrad.zeros(10, 1)
    model = nn.Linear(1, 1)
    seen = []

    class See(Callback):
        def on_validation_batch_start(self, trainer: Any, module: Any, batch: Any, i: int) -> None:
            seen.extend(batch[0].ravel().tolist())

    run = trainer(model, loss="mse_loss", lr=1e-3, callbacks=[See()])
    run.fit(model, x, y, validation_split=0.3)
    assert seen == [7.0, 8.0, 9.0]


def test_several_inputs():
    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Linear(1, 1)

        def forward(self, a: Any, b: Any) -> Any:
            return self.scale(a + b)

    a, b = edugrad.rand(30, 1), edugrad.rand(30, 1)
    model = Sum()
    run = trainer(model, loss="mse_loss")
    assert run.fit(model, (a, b), 3 * (a + b), epochs=80)["loss"][-1] < 0.01
    assert run.predict(model, (a, b)).shape == (30, 1)


def test_logits_of_two_classes_are_cut_at_zero():
    x, y = points(60)
    model = nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
    run = trainer(model, loss="binary_cross_entropy_with_logits", metrics=["accuracy"], lr=0.5)
    found = run.fit(model, x, y.float(), epochs=10)["accuracy"][-1]
    assert found > 0.95
    assert run.validate(model, x, y.float())["val_accuracy"] == metrics.accuracy(
        model(x), y, threshold=0
    )


def test_schedulers_step_by_epoch():
    model = network()
    rates = []

    class Note(Callback):
        def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
            rates.append(trainer.optimizer.param_groups[0]["lr"])

    run = trainer(
        model,
        lr_scheduler=lambda optimizer: optim.lr_scheduler.StepLR(optimizer, 2, 0.1),
        callbacks=[Note()],
    )
    run.fit(model, loader(), epochs=5)
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001])


def test_history():
    model = network()
    history = trainer(model).fit(model, loader(), loader(9), epochs=2)
    assert history.epoch == [0, 1]
    assert list(history.history) == ["loss", "val_loss"]
    assert history.rows[1]["loss"] == history["loss"][1]
    assert repr(history).splitlines()[0] == "epoch    loss  val_loss"
    figure = history.plot()
    assert [axes.get_xlabel() for axes in figure.axes] == ["epoch"]
    assert len(figure.axes[0].lines) == 2


def test_on_the_stand_in_for_a_gpu(gpu: Any):
    found = []
    for accelerator in ("auto", "cpu"):
        model, timer = network(), Timer()
        x, y = points(40)
        run = trainer(model, accelerator=accelerator, metrics=["f1"], callbacks=[timer])
        edugrad.manual_seed(2)
        found.append(run.fit(model, x, y, epochs=2, validation_split=0.2, batch_size=16))
        device = {"auto": "cuda:0", "cpu": "cpu"}[accelerator]
        assert {str(p.device) for p in model.parameters()} == {device}
        assert str(run.predict(model, x).device) == device
        assert timer.steps == 4
    assert found[0].rows == found[1].rows
