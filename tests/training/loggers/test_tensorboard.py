"""What TensorBoard's own reader finds in the files of TensorBoardLogger."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

import edugrad
from edugrad import nn
from edugrad.training.loggers import TensorBoardLogger


class Network(nn.Module):
    """The chapter's shape of a network, small."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.stack = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))

    def forward(self, x: Any) -> Any:
        return self.stack(self.flatten(x)) * 2


@pytest.fixture(scope="module")
def events(tmp_path_factory: Any) -> EventAccumulator:
    folder = tmp_path_factory.mktemp("run")
    with TensorBoardLogger(folder) as logger:
        logger.log_hyperparameters({"lr": 0.1, "optimizer": "SGD", "nesterov": True, "decay": None})
        for step in range(5):
            logger.log_metrics({"loss/train": edugrad.tensor(0.5**step), "step": step}, step)
        logger.log_histogram("weights", edugrad.arange(10.0), 4)
        logger.log_image("gray", edugrad.tensor([[0.0, 0.5], [1.0, 7.0]]), 4)
        logger.log_image("colour", np.full((3, 2, 4), 200, np.uint8), 4)
        logger.log_graph(Network(), edugrad.ones(5, 2, 2))
    read = EventAccumulator(str(folder), size_guidance={"histograms": 0, "images": 0})
    read.Reload()
    return read


def test_scalars(events: EventAccumulator) -> None:
    assert events.Tags()["scalars"] == ["loss/train", "step"]
    scalars = events.Scalars("loss/train")
    assert [(event.step, event.value) for event in scalars] == [(k, 0.5**k) for k in range(5)]


def test_histograms(events: EventAccumulator) -> None:
    (event,) = events.Histograms("weights")
    value = event.histogram_value
    assert (event.step, value.min, value.max, value.num, value.sum) == (4, 0, 9, 10, 45)
    assert value.sum_squares == 285
    assert sum(value.bucket) == 10


def test_images(events: EventAccumulator) -> None:
    def pixels(name: str) -> np.ndarray:
        (event,) = events.Images(name)
        return np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))

    assert pixels("gray")[..., 0].tolist() == [[0, 127], [255, 255]]
    assert pixels("colour").shape == (2, 4, 3)
    assert (pixels("colour") == 200).all()


def test_hyperparameters(events: EventAccumulator) -> None:
    content = events.PluginTagToContent(metadata.PLUGIN_NAME)[metadata.SESSION_START_INFO_TAG]
    found = HParamsPluginData.FromString(content).session_start_info.hparams
    assert found["lr"].number_value == 0.1
    assert found["optimizer"].string_value == "SGD"
    assert found["nesterov"].bool_value is True
    assert found["decay"].string_value == "None"


def test_the_graph_shows_the_modules(events: EventAccumulator) -> None:
    nodes = {node.name: node for node in events.Graph().node}
    assert list(nodes) == [
        "input",
        "Network/flatten/view",
        "Network/stack/0/weight",
        "Network/stack/0/bias",
        "Network/stack/0/linear",
        "Network/stack/1/relu",
        "Network/stack/2/weight",
        "Network/stack/2/bias",
        "Network/stack/2/linear",
        "Network/mul",
        "output",
    ]
    assert [nodes[name].op for name in ("input", "Network/stack/0/bias", "output")] == [
        "Input",
        "Parameter",
        "Output",
    ]
    linear = nodes["Network/stack/0/linear"]
    assert list(linear.input) == [
        "Network/flatten/view",
        "Network/stack/0/weight",
        "Network/stack/0/bias",
    ]
    (shape,) = linear.attr["_output_shapes"].list.shape
    assert [dim.size for dim in shape.dim] == [5, 3]
    layer = "Linear(in_features=4, out_features=3, bias=True)"
    assert linear.attr["module"].s.decode() == layer
    assert nodes["output"].input == ["Network/mul"]


def test_a_run_that_is_taken_up_again_is_one_run(tmp_path: Path) -> None:
    for step in range(3):
        with TensorBoardLogger(tmp_path) as logger:
            logger.log_metrics({"loss": step}, step)
    assert len(list(tmp_path.iterdir())) == 3
    from tensorboard.backend.event_processing.directory_watcher import DirectoryWatcher
    from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

    watcher = DirectoryWatcher(str(tmp_path), LegacyEventFileLoader)
    assert [event.step for event in watcher.Load() if event.HasField("summary")] == [0, 1, 2]
