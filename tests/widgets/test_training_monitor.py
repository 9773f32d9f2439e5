"""TrainingMonitor without a browser: counts, pace and curves, by hand and with the Trainer."""

import math
import re

import pytest

import edugrad
from edugrad import nn, optim
from edugrad.training import Trainer
from edugrad_widgets import TrainingMonitor
from edugrad_widgets.training_record import TrainingRecord, duration


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_the_rate_is_that_of_the_last_batches_and_what_remains_follows():
    clock = Clock()
    record = TrainingRecord(epochs=3, batches=100, clock=clock)
    assert record.rate() is None
    assert record.pace() == ""
    for seconds in [10.0] * 100 + [0.5] * 50:
        clock.now += seconds
        record.add_batch({"loss": 1.0})
    assert record.rate() == pytest.approx(2.0)
    assert record.remaining() == pytest.approx(75.0)
    assert record.pace() == "2 batches/s, 1 min 15 s left"
    assert record.headline() == "epoch 1 of 3, batch 150 of 300"


def test_without_a_length_no_remaining_time_is_invented():
    clock = Clock()
    record = TrainingRecord(clock=clock)
    clock.now += 2
    record.add_batch({})
    assert record.remaining() is None
    assert record.pace() == "0.5 batches/s"
    assert record.headline() == "batch 1"
    record.add_epoch({"accuracy": 0.5})
    assert record.headline() == "1 epoch, batch 1"


def test_epochs_stand_at_their_last_batch_and_losses_apart_from_the_rest():
    record = TrainingRecord(epochs=2, batches=2)
    for epoch in range(2):
        for batch in range(2):
            record.add_batch({"loss": 1.0 / (2 * epoch + batch + 1)})
        record.add_epoch({"val_loss": 0.5, "accuracy": 0.25 * epoch})
    assert record.metrics["loss"] == ([1, 2, 3, 4], [1.0, 0.5, 1 / 3, 0.25])
    assert record.metrics["accuracy"] == ([2, 4], [0.0, 0.25])
    assert [chart.title for chart in record.charts()] == ["loss", "metrics"]
    assert [each.name for each in record.charts()[0].series] == ["loss", "val_loss"]
    assert [chart.log for chart in record.charts(log=True)] == [True, False]


def test_numbers_may_be_tensors_and_what_is_no_number_is_refused():
    record = TrainingRecord()
    record.add_batch({"loss": edugrad.tensor([0.5], requires_grad=True)})
    assert record.metrics["loss"] == ([1], [0.5])
    for wrong in (edugrad.ones(2), "0.5", [0.5], None):
        with pytest.raises(TypeError, match="a metric is a single number"):
            record.add_batch({"loss": wrong})
    assert record.step == 1


def test_a_loss_that_is_no_number_any_more_is_reported_from_where_it_began():
    monitor = TrainingMonitor()
    for loss in (1.0, math.inf, math.nan, 2.0):
        monitor.log(loss=loss)
    assert monitor.status["warning"].startswith("loss is NaN or infinite since batch 2:")
    assert "2 NaN or inf" in monitor.static_svg()


@pytest.mark.parametrize("name", ["epochs", "batches"])
def test_a_length_below_one_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} is at least 1.*\n.*{name}=0"):
        TrainingMonitor(**{name: 0})


def test_what_is_sent_is_limited_in_time_and_complete_at_the_end():
    clock, sent = Clock(), []
    with TrainingMonitor(clock=clock) as monitor:
        monitor.observe(lambda change: sent.append(change["new"]), "status")
        for _ in range(10):
            clock.now += 0.0625
            monitor.log(loss=0.5)
        assert [each["headline"] for each in sent] == ["batch 4", "batch 8"]
        assert monitor.running
    assert sent[-1]["headline"] == "batch 10"
    assert not monitor.running


def test_an_error_in_the_loop_ends_the_run_and_is_not_swallowed():
    with pytest.raises(KeyError), TrainingMonitor() as monitor:
        raise KeyError
    assert not monitor.running


def test_the_static_forms_hold_no_times():
    def run(seconds):
        clock = Clock()
        with TrainingMonitor(epochs=1, batches=3, clock=clock) as monitor:
            for loss in (3.0, 2.0, 1.0):
                clock.now += seconds
                monitor.log(loss=loss)
        return monitor

    slow, fast = run(9.0), run(0.001)
    assert slow.static_svg() == fast.static_svg()
    assert "var(" not in slow.static_svg()
    assert slow.static_text() == (
        "TrainingMonitor(epoch 1 of 1, batch 3 of 3)\nloss: 1 curve\n"
        "  loss: 3 points, 3 at first, 1 at last, lowest 1 at batch 3"
    )
    assert repr(TrainingMonitor()) == "TrainingMonitor(batch 0)"
    assert "No values yet: log some" in TrainingMonitor().static_svg()


def test_it_is_a_callback_of_the_trainer():
    edugrad.manual_seed(0)
    x = edugrad.randn(40, 2)
    y = (x[:, 0] > 0).long()
    model = nn.Linear(2, 2)
    monitor = TrainingMonitor()
    trainer = Trainer(
        loss=nn.functional.cross_entropy,
        optimizer=optim.SGD(model.parameters(), lr=0.1),
        metrics=["accuracy"],
        callbacks=[monitor],
        enable_progress_bar=False,
    )
    history = trainer.fit(model, x, y, epochs=3, batch_size=10, validation_split=0.25)
    assert monitor.record.headline() == "epoch 3 of 3, batch 9 of 9"
    assert len(monitor.record.metrics["loss"][0]) == 9
    steps, values = monitor.record.metrics["val_accuracy"]
    assert steps == [3, 6, 9]
    assert values == pytest.approx(history["val_accuracy"])
    assert not monitor.running


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "under 1 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3600, "1 h 0 min")],
)
def test_durations_are_said_as_people_say_them(seconds, words):
    assert duration(seconds) == words
    assert re.fullmatch(r"[\w ]+", words)
