"""Callbacks: what each of them does, on runs whose numbers are known."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn, optim
from edugrad.training import (
    Callback,
    CSVLog,
    EarlyStopping,
    GradientAccumulation,
    GradientClipping,
    GradientStatistics,
    LearningRateFinder,
    LearningRateMonitor,
    ProgressBar,
    Timer,
)
from edugrad.training.loggers import MemoryLogger
from tests.training.examples import loader, network, points, trainer, weights


class Score(Callback):
    """Logs these values, one an epoch, before other callbacks look."""

    order = -10

    def __init__(self, *values: float) -> None:
        self.values = values

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        trainer.log("score", self.values[trainer.current_epoch], prog_bar=True)


def epochs_of(stopping: EarlyStopping, *values: float) -> int:
    model = network()
    run = trainer(model, callbacks=[stopping, Score(*values)], limit_train_batches=1)
    run.fit(model, loader(), epochs=len(values))
    return run.current_epoch


def test_early_stopping():
    falling = 5, 4, 3, 3, 2.95, 4, 4
    stopping = EarlyStopping("score", patience=2)
    assert epochs_of(stopping, *falling) == 7
    assert epochs_of(EarlyStopping("score", patience=2, min_delta=0.1), *falling) == 5
    assert epochs_of(EarlyStopping("score", patience=2, mode="max"), *falling) == 3
    assert epochs_of(stopping, *falling[:5], 3, 3, 2) == 7
    assert stopping.stopped_epoch == 6
    assert stopping.reason == "score has not improved on 2.95 for 2 checks"
    bounds = EarlyStopping("score", stopping_threshold=3.5)
    assert epochs_of(bounds, *falling) == 3
    assert bounds.reason == "score = 3 has passed 3.5"
    assert epochs_of(EarlyStopping("score", divergence_threshold=3.9), 3, 4, 1) == 2
    assert epochs_of(EarlyStopping("score"), 3, math.nan, 1) == 2
    assert epochs_of(EarlyStopping("score", check_finite=False), 3, math.nan, 1) == 3


def test_the_best_weights_come_back():
    kept: list[Any] = []

    class Keep(Callback):
        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            kept.append(weights(module))

    model = network()
    stopping = EarlyStopping("score", patience=2, restore_best_weights=True)
    trainer(model, callbacks=[stopping, Keep(), Score(2, 1, 3, 3)]).fit(model, loader(), epochs=4)
    assert weights(model) == kept[1] != kept[3]


def test_a_monitor_that_was_never_logged():
    model = network()
    run = trainer(model, callbacks=[EarlyStopping("val_acc")], metrics=["accuracy"])
    with pytest.raises(RuntimeError) as found:
        run.fit(model, loader(), validation_data=loader(9))
    assert str(found.value) == (
        "EarlyStopping monitors a metric that has to be logged\n"
        "  got:  monitor='val_acc'; logged were: accuracy, loss, val_accuracy, val_loss\n"
        '  mend: choose one of these, or self.log("val_acc", value) in a step; '
        "val_… needs validation data"
    )


def norms(model: nn.Module) -> float:
    squares = [float((p.grad**2).sum()) for p in model.parameters()]
    return math.sqrt(sum(squares))


@pytest.mark.parametrize("algorithm", ["norm", "value"])
def test_gradient_clipping(algorithm: str):
    seen = []

    class See(Callback):
        order = 11

        def on_before_optimizer_step(self, trainer: Any, module: Any, optimizer: Any) -> None:
            largest = max(float(p.grad.abs().max()) for p in module.parameters())
            seen.append(norms(module) if algorithm == "norm" else largest)

    model = network()
    statistics = GradientStatistics()
    run = trainer(
        model,
        gradient_clip_val=0.01,
        gradient_clip_algorithm=algorithm,
        callbacks=[See(), statistics],
    )
    run.fit(model, loader())
    assert seen == pytest.approx([0.01] * 7, rel=1e-3)
    assert max(row["norm"] for row in statistics.rows) > 0.1


def test_gradient_statistics():
    model = network()
    logger, statistics = MemoryLogger(), GradientStatistics(every_n_steps=2)
    found = []

    class See(Callback):
        order = 1

        def on_before_optimizer_step(self, trainer: Any, module: Any, optimizer: Any) -> None:
            found.append(norms(module))

    run = trainer(model, callbacks=[statistics, See()], logger=logger)
    run.fit(model, loader())
    assert {row["step"] for row in statistics.rows} == {0, 2, 4, 6}
    assert list(statistics.norms()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert logger.series("grad_norm")[1] == pytest.approx(found[::2], rel=1e-5)
    row = statistics.rows[0]
    assert 0 <= row["zeros"] < 1
    assert row["norm"] >= row["max"] >= abs(row["mean"])
    assert len(statistics.plot().axes[0].lines) == 4


def test_accumulation_by_epoch():
    model = network()
    counts = []

    class Count(Callback):
        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            counts.append(trainer.global_step)

    run = trainer(model, callbacks=[Count(), GradientAccumulation({1: 2, 2: 7})])
    run.fit(model, loader(), epochs=3)
    assert counts == [7, 7 + 4, 7 + 4 + 1]


def test_learning_rate_monitor():
    model = network()
    optimizer = optim.SGD(
        [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 1.0}], lr=0.1
    )
    schedule = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    monitor = LearningRateMonitor()
    run = trainer(model, optimizer=optimizer, lr_scheduler=schedule, callbacks=[monitor])
    history = run.fit(model, loader(), epochs=3)
    assert monitor.rates == {"lr-1": [0.1, 0.05, 0.025], "lr-2": [1.0, 0.5, 0.25]}
    assert history["lr-2"] == [1.0, 0.5, 0.25]


def test_learning_rate_finder_leaves_everything_as_it_was():
    x, y = points(60)
    model = network(dropout=0.2)
    optimizer = optim.SGD(model.parameters(), lr=0.125, momentum=0.9)
    run = trainer(model, optimizer=optimizer)
    before = weights(model)
    edugrad.manual_seed(4)
    finder = run.lr_find(model, x, y, min_lr=1e-4, max_lr=100.0, num_training=60, batch_size=20)
    assert weights(model) == before
    assert optimizer.param_groups[0]["lr"] == 0.125
    assert not optimizer.state_dict()["state"]
    edugrad.manual_seed(4)
    expected = edugrad.rand(2).tolist()
    edugrad.manual_seed(4)
    again = run.lr_find(model, x, y, min_lr=1e-4, max_lr=100.0, num_training=60, batch_size=20)
    assert again.results == finder.results
    assert edugrad.rand(2).tolist() == expected
    rates = finder.results["lr"]
    ratios = np.array(rates[1:]) / np.array(rates[:-1])
    np.testing.assert_allclose(ratios, (1e6) ** (1 / 59))
    assert 0.01 < finder.suggestion() < 10
    assert [line.get_label() for line in finder.plot().axes[0].lines][2].startswith("suggestion: ")


def test_the_suggestion_is_where_the_loss_falls_fastest():
    finder = LearningRateFinder(1e-4, 1.0, num_training=81)
    finder.results["lr"] = [finder.rate(step) for step in range(81)]
    place = np.log10(finder.results["lr"])
    losses = 2 - np.tanh(3 * (place + 2)) + np.where(place > -0.5, 20 * (place + 0.5) ** 2, 0)
    finder.results["loss"] = losses.tolist()
    assert finder.suggestion() == pytest.approx(0.01, rel=0.13)
    finder.results["loss"] = np.linspace(1, 2, 81).tolist()
    with pytest.raises(RuntimeError, match="no fall of the loss"):
        finder.suggestion()
    with pytest.raises(ValueError, match=r"min_lr=1, max_lr=0\.1"):
        LearningRateFinder(1, 0.1)


def test_timer_with_a_clock_of_its_own():
    """Each look at the clock is one second later, so that every phase has its known sum."""
    ticks = iter(range(10_000))
    timer = Timer(clock=lambda: next(ticks))
    model = network()

    class Look(Callback):
        def on_train_batch_start(self, *args: Any) -> None:
            next(ticks), next(ticks)

    trainer(model, callbacks=[timer, Look()]).fit(model, loader(16), loader(8), epochs=1)
    assert timer.steps == 2
    # Two batches, loading and one look at the end of the data; validation has five hooks inside.
    assert timer.seconds["forward"] == timer.seconds["backward"] == 2
    assert timer.seconds["update"] == 4
    assert timer.seconds["loading"] == 4
    assert timer.seconds["validation"] == 5
    assert timer.seconds["callbacks"] >= 2 * 2 + 10
    table = timer.summary().splitlines()
    assert table[0].split() == ["phase", "seconds", "ms/step", "share"]
    assert table[2].split()[:3] == ["forward", "2.000", "1000.000"]
    assert sum(row["share"] for row in timer.rows()) == pytest.approx(1)


def test_csv_log(tmp_path: Path):
    model = network()
    run = trainer(model, callbacks=[CSVLog(tmp_path)], check_val_every_n_epoch=2)
    history = run.fit(model, loader(), loader(9), epochs=2)
    with (tmp_path / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert [float(row["loss"]) for row in rows] == history["loss"]
    assert [row["val_loss"] for row in rows] == ["", str(history["val_loss"][0])]


def test_loggers_get_steps_and_epochs():
    logger, model = MemoryLogger(), network()
    run = trainer(model, logger=[logger], log_every_n_steps=3, metrics=["accuracy"])
    history = run.fit(model, loader(), loader(9), epochs=2)
    assert logger.series("loss_step")[0] == [3, 6, 9, 12]
    assert logger.series("loss_epoch") == ([7, 14], history["loss"])
    assert logger.series("accuracy") == ([7, 14], history["accuracy"])
    assert logger.series("val_loss") == ([7, 14], history["val_loss"])
    assert logger.series("epoch")[1][-1] == 1


def test_progress_lines(capsys: pytest.CaptureFixture[str]):
    model = network()
    run = trainer(model, callbacks=[ProgressBar(bar=False, every=2), Score(1, 0.5, 0.12345)])
    run.fit(model, loader(), epochs=3)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 2/3", "epoch 3/3"]
    assert lines[1].endswith("score 0.1235")
    assert capsys.readouterr().err == ""


def test_progress_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    model = network()
    run = trainer(model, enable_progress_bar=True)
    run.fit(model, loader(), epochs=2)
    import sys

    bar = sys.stderr.getvalue()
    assert "epoch 1/2" in bar
    assert "/7" in bar
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "epoch 1/2",
        "epoch 2/2",
    ]


def test_without_tqdm_there_are_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)
    model = network()
    trainer(model, enable_progress_bar=True).fit(model, loader(), epochs=1)
    captured = capsys.readouterr()
    assert captured.out.startswith("epoch 1/1  loss ")
    assert captured.err == ""


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: GradientClipping(0), '"norm" or by "value"'),
        (lambda: GradientAccumulation({0: 0}), "whole numbers from 1 on"),
        (lambda: EarlyStopping(mode="lowest"), '"min" or "max"'),
    ],
)
def test_errors_teach(make: Any, text: str):
    with pytest.raises(ValueError, match=text):
        make()
