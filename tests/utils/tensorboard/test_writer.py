"""SummaryWriter, as PyTorch's scripts use it; read back with TensorBoard's own reader."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

import edugrad
from edugrad import nn
from edugrad.utils.tensorboard import SummaryWriter, trace


def read(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def test_tensors_wherever_pytorch_takes_them(tmp_path: Path) -> None:
    edugrad.manual_seed(0)
    images = edugrad.rand(4, 1, 8, 8)
    with SummaryWriter(tmp_path) as writer:
        assert writer.get_logdir() == str(writer.log_dir) == str(tmp_path)
        writer.add_scalar("loss", edugrad.tensor(0.5, requires_grad=True), 3)
        writer.add_histogram("weights", edugrad.ones(7), 3)
        writer.add_image("image", images[0], 3)
        writer.add_images("images", images, 3)
        writer.add_images("list", list(images), 3, dataformats="CHW")
        writer.add_text("note", "words", 3)
        writer.add_pr_curve("curve", edugrad.tensor([0, 1, 1]), edugrad.rand(3), 3)
        writer.add_embedding(images.flatten(1), [0, 1, 2, 3], images, 3)
    events = read(tmp_path)
    tags = events.Tags()
    assert tags["scalars"] == ["loss"]
    assert [(each.step, each.value) for each in events.Scalars("loss")] == [(3, 0.5)]
    assert events.Histograms("weights")[0].histogram_value.num == 7
    shown = {tag: events.Images(tag)[0] for tag in tags["images"]}
    sizes = {tag: (image.width, image.height) for tag, image in shown.items()}
    assert sizes == {"image": (8, 8), "images": (32, 8), "list": (32, 8)}
    assert tags["tensors"] == ["note/text_summary", "curve"]
    points = np.loadtxt(tmp_path / "00003" / "default" / "tensors.tsv")
    assert np.allclose(points, images.flatten(1).numpy())


def test_figures(tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 1), dpi=50)
    figure.add_subplot().plot([1, 2])
    with SummaryWriter(tmp_path) as writer:
        writer.add_figure("figure", figure, 1, close=False)
    (event,) = read(tmp_path).Images("figure")
    assert (event.width, event.height) == (100, 50)


def test_curves_that_share_a_chart_are_runs_of_their_own(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step in range(2):
            writer.add_scalars("loss", {"train": edugrad.tensor(step), "test": 10 * step}, step)
    for name, values in (("train", [0, 1]), ("test", [0, 10])):
        assert [each.value for each in read(tmp_path / "loss" / name).Scalars("loss")] == values


def test_hyperparameters_and_what_came_out(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_hparams(
            {"lr": edugrad.tensor(0.5), "net": (3, 4)}, {"accuracy": 0.75}, run_name="first"
        )
        with pytest.raises(TypeError, match="hparam_dict and metric_dict should be dictionary"):
            writer.add_hparams([], {})
    events = read(tmp_path / "first")
    assert events.Scalars("accuracy")[0].value == 0.75
    contents = events.PluginTagToContent(metadata.PLUGIN_NAME)
    started = HParamsPluginData.FromString(contents[metadata.SESSION_START_INFO_TAG])
    assert started.session_start_info.hparams["lr"].number_value == 0.5
    assert started.session_start_info.hparams["net"].string_value == "(3, 4)"


def test_a_run_that_goes_on_from_an_earlier_step(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, filename_suffix=".first") as writer:
        for step in range(5):
            writer.add_scalar("loss", step, step)
    with SummaryWriter(tmp_path, purge_step=3, filename_suffix=".second") as writer:
        writer.add_scalar("loss", 30, 3)
    assert len(list(tmp_path.glob("*.first"))) == len(list(tmp_path.glob("*.second"))) == 1
    scalars = read(tmp_path).Scalars("loss")
    assert [(each.step, each.value) for each in scalars] == [(0, 0), (1, 1), (2, 2), (3, 30)]


def test_writing_on_after_closing(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("loss", 1, 1)
    writer.close()
    writer.flush()
    writer.add_scalar("loss", 2, 2)
    writer.flush()
    writer.close()
    assert [each.step for each in read(tmp_path).Scalars("loss")] == [1, 2]


class TestGraph:
    def test_the_model_is_left_as_it_was(self) -> None:
        class Noisy(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = nn.ReLU()

            def forward(self, x: Any) -> Any:
                assert not self.training
                return self.inner(nn.functional.dropout(x, training=self.training))

        model = Noisy()
        model.inner.eval()
        state = edugrad.get_rng_state()
        graph, name, kinds = trace(model, edugrad.ones(2))
        assert (name, kinds) == ("Noisy", {"input": "Input"})
        assert (model.training, model.inner.training) == (True, False)
        assert bool((edugrad.get_rng_state() == state).all())
        assert [node.label for node in graph.nodes if node.kind == "op"][-1] == "relu"

    def test_a_function_of_several_inputs_with_several_results(self, tmp_path: Path) -> None:
        def both(a: Any, b: Any) -> Any:
            return a + b, a * edugrad.ones(2)

        with SummaryWriter(tmp_path) as writer:
            writer.add_graph(both, (edugrad.ones(2), edugrad.zeros(2)))
        found = {node.name: (node.op, list(node.input)) for node in read(tmp_path).Graph().node}
        assert found["both/add"] == ("add", ["input_0", "input_1"])
        assert found["output_0"] == ("Output", ["both/add"])
        assert found["output_1"] == ("Output", ["both/mul"])
        assert [op for op, _ in found.values()].count("Const") == 1

    def test_a_module_that_is_called_twice(self, tmp_path: Path) -> None:
        class Twice(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.layer = nn.Linear(2, 2)

            def forward(self, x: Any) -> Any:
                return self.layer(self.layer(x))

        with SummaryWriter(tmp_path) as writer:
            writer.add_graph(Twice(), edugrad.ones(1, 2))
        names = [node.name for node in read(tmp_path).Graph().node]
        assert names.count("Twice/layer/weight") == 1
        assert {"Twice/layer/linear", "Twice/layer/linear_1"} <= set(names)

    def test_without_an_input(self, tmp_path: Path) -> None:
        with (
            SummaryWriter(tmp_path) as writer,
            pytest.raises(ValueError, match=r"mend: .* add_graph\(model, x\)"),
        ):
            writer.add_graph(nn.Linear(1, 1))


def test_without_tensorboardx(monkeypatch: Any) -> None:
    monkeypatch.delitem(sys.modules, "edugrad.utils.tensorboard")
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ModuleNotFoundError, match="pip install tensorboardX"):
        importlib.import_module("edugrad.utils.tensorboard")


def test_the_same_under_the_name_of_torch(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import torch\n"
        "from torch.utils.tensorboard import SummaryWriter\n"
        "writer = SummaryWriter('runs/first')\n"
        "writer.add_scalar('loss', torch.tensor(0.25), 1)\n"
        "writer.close()\n"
    )
    command = [sys.executable, "-m", "edugrad.as_torch", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert read(tmp_path / "runs" / "first").Scalars("loss")[0].value == 0.25
