"""WandbLogger with the real package: offline, without any connection, killed, and without login."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edugrad.training.loggers import WandbLogger

pytestmark = pytest.mark.slow

RUN = """
import os, signal, sys, time
import edugrad
from edugrad.training.loggers import WandbLogger

logger = WandbLogger("lessons", folder=sys.argv[1], name="first")
logger.log_hyperparameters({"lr": 0.5, "shape": (1, 2)})
for step in (0, 1, 2, 1):
    logger.log_metrics({"loss": edugrad.tensor(0.5) ** step}, step)
logger.log_histogram("weights", edugrad.ones(10), 2)
logger.log_image("image", edugrad.zeros(1, 4, 8), 2)
if sys.argv[2] == "kill":
    time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)
logger.close()
logger.close()
"""

UNWANTED = ("wandb_", "no_proxy")


def records(path: Path) -> Iterator[Any]:
    """The records of a run: protocol buffers in LevelDB's log format."""
    from wandb.proto.wandb_internal_pb2 import Record

    data, place, parts = path.read_bytes(), 7, b""
    while place + 7 <= len(data):
        left = 32768 - place % 32768
        if left < 7:
            place += left
            continue
        _, length, kind = struct.unpack_from("<IHB", data, place)
        parts += data[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):
            yield Record.FromString(parts)
            parts = b""


class Connections:
    """A proxy that serves nobody and counts who asks."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.count = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.count += 1
            connection.close()

    def environment(self) -> dict[str, str]:
        address = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        proxies = {each: address for name in names for each in (name, name.lower())}
        kept = {k: v for k, v in os.environ.items() if not k.lower().startswith(UNWANTED)}
        return kept | proxies


@pytest.fixture(scope="module")
def runs(tmp_path_factory: Any) -> dict[str, Path]:
    """A run that ends and one that is killed, each in its folder; they run side by side."""
    connections = Connections()
    folders = {ending: tmp_path_factory.mktemp(ending) for ending in ("close", "kill")}
    started = {
        ending: subprocess.Popen(
            [sys.executable, "-c", RUN, str(folder), ending],
            env=connections.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for ending, folder in folders.items()
    }
    printed = {ending: process.communicate()[0] for ending, process in started.items()}
    connections.server.close()
    assert started["close"].returncode == 0, printed["close"]
    assert started["kill"].returncode == -9, printed["kill"]
    assert connections.count == 0
    return folders


@pytest.mark.parametrize("ending", ["close", "kill"])
def test_an_offline_run(ending: str, runs: dict[str, Path]) -> None:
    folder = runs[ending]
    (path,) = folder.glob("wandb/offline-run-*/*.wandb")
    found = list(records(path))
    (run,) = [each.run for each in found if each.HasField("run")]
    assert (run.project, run.display_name) == ("lessons", "first")
    config = {
        update.key: json.loads(update.value_json)
        for each in found
        if each.HasField("config")
        for update in each.config.update
    }
    assert (config["lr"], config["shape"]) == (0.5, "(1, 2)")
    rows = [
        {item.key or item.nested_key[0]: item.value_json for item in each.history.item}
        for each in found
        if each.HasField("history")
    ]
    losses = [(row["step"], float(row["loss"])) for row in rows if "loss" in row]
    assert losses == [("0", 1), ("1", 0.5), ("2", 0.25), ("1", 0.5)]
    assert [name for row in rows for name in ("weights", "image") if name in row] == [
        "weights",
        "image",
    ]
    assert len(list(folder.glob("wandb/offline-run-*/files/media/images/*.png"))) == 1


def test_online_without_a_login(monkeypatch: Any) -> None:
    wandb = pytest.importorskip("wandb")
    monkeypatch.setattr(wandb, "login", lambda **options: False)
    with pytest.raises(RuntimeError) as caught:
        WandbLogger(mode="online")
    assert str(caught.value) == (
        "an online run needs a login at Weights & Biases\n"
        '  got:  mode="online", and neither WANDB_API_KEY nor a stored login\n'
        '  mend: run "wandb login" in a terminal once; or use mode="offline", which writes to this '
        'machine, and "wandb sync" to upload later'
    )


def test_without_the_package(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install wandb .*CSVLogger"):
        WandbLogger()
