"""The interface of loggers, the one that keeps everything, and the table."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn
from edugrad.training.loggers import CSVLogger, Logger, MemoryLogger, TensorBoardLogger


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class TestInterface:
    def test_what_a_logger_has_no_place_for_is_left_out(self, tmp_path: Path) -> None:
        with CSVLogger(tmp_path) as logger:
            logger.log_histogram("w", [1.0, 2.0], 0)
            logger.log_image("x", np.zeros((2, 2)), 0)
            logger.log_graph(nn.Linear(2, 1), edugrad.ones(1, 2))
        assert table(tmp_path) == []

    def test_log_metrics_has_to_be_written(self) -> None:
        with pytest.raises(
            NotImplementedError, match=r"write def log_metrics\(self, metrics, step"
        ):
            Logger().log_metrics({}, 0)

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (edugrad.ones(2), r"Tensor of shape \(2,\)"),
            (np.zeros((1, 3)), r"ndarray of shape \(1, 3\)"),
            ("good", "'good'"),
            (None, "None"),
        ],
    )
    def test_a_metric_is_a_number(self, value: Any, shown: str) -> None:
        with pytest.raises(
            ValueError, match=f"a metric is a single number\n  got:  loss = {shown}"
        ):
            MemoryLogger().log_metrics({"loss": value}, 0)

    def test_an_image_has_channels_first(self) -> None:
        with pytest.raises(ValueError, match=r"x of shape \(8, 8, 3\)\n  mend: .* permute"):
            MemoryLogger().log_image("x", np.zeros((8, 8, 3)), 0)

    @pytest.mark.parametrize("kind", [CSVLogger, TensorBoardLogger])
    def test_closing_twice(self, kind: Any, tmp_path: Path) -> None:
        logger = kind(tmp_path)
        logger.log_metrics({"a": 1}, 0)
        logger.finalize("success")
        logger.log_metrics({"a": 2}, 1)
        logger.close()
        logger.close()

    def test_edugrad_does_not_load_what_writes_for_others(self) -> None:
        code = (
            "import sys; from edugrad.training.loggers import CSVLogger; "
            "print([m for m in ('tensorboardX', 'wandb', 'google') if m in sys.modules])"
        )
        shown = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout
        assert shown == "[]\n"


def test_memory_keeps_copies() -> None:
    logger = MemoryLogger()
    weights = edugrad.ones(2, requires_grad=True)
    logger.log_metrics({"loss": edugrad.tensor(0.5), "count": np.int64(3)}, 1)
    logger.log_metrics({"loss": 0.25}, 2)
    logger.log_hyperparameters({"lr": edugrad.tensor(0.5), "optimizer": "SGD", "shape": (1, 2)})
    logger.log_histogram("w", weights, 2)
    logger.log_image("x", [[0.0, 3.0]], 2)
    with edugrad.no_grad():
        weights.zero_()
    assert logger.rows == [(1, {"loss": 0.5, "count": 3}), (2, {"loss": 0.25})]
    assert logger.series("count") == ([1], [3])
    assert logger.hyperparameters == {"lr": 0.5, "optimizer": "SGD", "shape": "(1, 2)"}
    assert logger.histograms[0][2].tolist() == [1, 1]
    assert logger.images[0][2].tolist() == [[[0, 1]]]


class TestTable:
    def test_columns_that_come_later(self, tmp_path: Path) -> None:
        with CSVLogger(tmp_path) as logger:
            logger.log_metrics({"loss": 0.1 + 0.2}, 0)
            logger.log_metrics({"loss": float("nan"), "accuracy, top 5": 1}, 1)
            logger.log_metrics({'"odd"\nname': 2}, 2)
            logger.log_metrics({"loss": float("-inf")}, 3)
        columns = {"accuracy, top 5": "", '"odd"\nname': ""}
        assert table(tmp_path) == [
            {"step": "0", "loss": "0.30000000000000004", **columns},
            {"step": "1", "loss": "nan", **columns, "accuracy, top 5": "1"},
            {"step": "2", "loss": "", **columns, '"odd"\nname': "2"},
            {"step": "3", "loss": "-inf", **columns},
        ]

    def test_a_run_that_is_taken_up_again(self, tmp_path: Path) -> None:
        with CSVLogger(tmp_path) as logger:
            logger.log_metrics({"loss": 3}, 0)
            logger.log_hyperparameters({"lr": 0.1, "seed": 1})
        with CSVLogger(tmp_path) as logger:
            logger.log_metrics({"accuracy": 0.5, "loss": 2}, 1)
            logger.log_hyperparameters({"seed": None})
        assert table(tmp_path) == [
            {"step": "0", "loss": "3", "accuracy": ""},
            {"step": "1", "loss": "2", "accuracy": "0.5"},
        ]
        stored = json.loads((tmp_path / "hyperparameters.json").read_text())
        assert stored == {"lr": 0.1, "seed": None}

    def test_every_row_is_there_when_the_call_returns(self, tmp_path: Path) -> None:
        logger = CSVLogger(tmp_path)
        for step in range(3):
            logger.log_metrics({"loss": step}, step)
            assert [row["step"] for row in table(tmp_path)] == list("012")[: step + 1]
        logger.close()

    def test_a_last_line_that_was_cut_off(self, tmp_path: Path) -> None:
        (tmp_path / "metrics.csv").write_text("step,loss,accuracy\n0,1,0.5\n1,0.")
        with CSVLogger(tmp_path) as logger:
            logger.log_metrics({"loss": 0.25, "new": 1}, 2)
        assert [list(row.values()) for row in table(tmp_path)] == [
            ["0", "1", "0.5", ""],
            ["1", "0.", "", ""],
            ["2", "0.25", "", "1"],
        ]

    def test_another_table_is_not_written_to(self, tmp_path: Path) -> None:
        (tmp_path / "metrics.csv").write_text("epoch,loss\n")
        with pytest.raises(ValueError, match=r"metrics\.csv with the first column 'epoch'"):
            CSVLogger(tmp_path)

    def test_the_step_is_no_metric(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="the column step holds the step itself"):
            CSVLogger(tmp_path).log_metrics({"step": 3}, 3)


KILLED = """
import os, signal, sys
from pathlib import Path
import edugrad
from edugrad.training.loggers import CSVLogger, TensorBoardLogger

loggers = [CSVLogger(sys.argv[1]), TensorBoardLogger(sys.argv[1])]
for step in range(100):
    for logger in loggers:
        logger.log_metrics({"loss": 1 / (step + 1)} | ({"late": step} if step > 90 else {}), step)
loggers[1].log_histogram("weights", edugrad.ones(10), 99)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_keeps_its_log_up_to_the_last_step(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -9
    rows = table(tmp_path)
    assert [int(row["step"]) for row in rows] == list(range(100))
    assert [row["late"] for row in rows[89:92]] == ["", "", "91"]
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    scalars = events.Scalars("loss")
    assert [event.step for event in scalars] == list(range(100))
    assert scalars[-1].value == pytest.approx(0.01)
    assert events.Histograms("weights")[0].histogram_value.num == 10
