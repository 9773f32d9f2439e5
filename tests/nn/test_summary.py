"""edugrad.summary: the table, the totals, and that nothing is left behind in the model."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import edugrad
from edugrad import nn


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)) + x)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3)
        self.blocks = nn.Sequential(Block(8), Block(8))
        self.head = nn.Linear(8, 10)
        self.unused = nn.Linear(3, 3)

    def forward(self, x):
        x = self.blocks(self.stem(x)).mean((2, 3))
        return self.head(x)


def summary(*args, **kwargs):
    return edugrad.summary(*args, verbose=False, **kwargs)


def cells(table) -> list[list[str]]:
    """The lines of a table, taken apart where two spaces stand."""
    lines = repr(table).splitlines()
    body = lines[3 : lines.index(lines[0], 3)]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in body]


def test_a_convolutional_network():
    table = summary(Net(), (4, 1, 28, 28), depth=2)
    assert cells(table) == [
        ["Net", "[4, 10]", "12", "--"],
        ["├─Conv2d (stem): 1-1", "[4, 8, 26, 26]", "80", "216,320"],
        ["├─Sequential (blocks): 1-2", "[4, 8, 26, 26]", "--", "--"],
        ["│ ├─Block (0): 2-1", "[4, 8, 26, 26]", "592", "1,557,568"],
        ["│ └─Block (1): 2-2", "[4, 8, 26, 26]", "592", "1,557,568"],
        ["└─Linear (head): 1-3", "[4, 10]", "90", "360"],
    ]
    assert table.total_params == 12 + 80 + 2 * 592 + 90
    assert table.total_mult_adds == 216_320 + 2 * 1_557_568 + 360


def test_what_is_deeper_is_shown_on_request():
    lines = [line[0] for line in cells(summary(Net(), (4, 1, 28, 28), depth=3))]
    assert lines[4:7] == [
        "│ │ ├─Conv2d (conv): 3-1",
        "│ │ ├─BatchNorm2d (norm): 3-2",
        "│ │ └─ReLU (act): 3-3",
    ]
    assert len(cells(summary(Net(), (4, 1, 28, 28), depth=0))) == 1


def test_columns_are_aligned():
    lines = repr(summary(Net(), (4, 1, 28, 28))).splitlines()
    rows = lines[3 : lines.index(lines[0], 3)]
    assert {len(row) for row in rows} == {len(lines[1])}
    assert all(row.index("[") == lines[1].index("Output shape") for row in rows)


def test_memory():
    table = summary(nn.Linear(1000, 500), (250, 1000))
    assert table.input_bytes == 4 * 250 * 1000
    assert table.total_output_bytes == 2 * 4 * 250 * 500
    assert table.total_param_bytes == 4 * (500 * 1000 + 500)
    assert repr(table).splitlines()[-5:-1] == [
        "Input size (MB): 1.00",
        "Forward/backward pass size (MB): 1.00",
        "Params size (MB): 2.00",
        "Estimated total size (MB): 4.00",
    ]


def test_a_repeated_module_counts_once():
    layer = nn.Linear(5, 5)
    table = summary(nn.Sequential(layer, nn.ReLU(), layer), (2, 5))
    assert cells(table)[3] == ["└─Linear (0): 1-3", "[2, 5]", "(recursive)", "60"]
    assert (table.total_params, table.total_mult_adds) == (30, 120)


def test_tied_weights_count_once():
    net = nn.Sequential(nn.Embedding(7, 5), nn.Linear(5, 7, bias=False))
    net[1].weight = net[0].weight
    table = summary(net, edugrad.zeros(2, 3, dtype=edugrad.int64))
    assert [line[2] for line in cells(table)] == ["--", "35", "(shared)"]
    assert table.total_params == 35


def test_frozen_parameters_stand_in_parentheses():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    net[0].requires_grad_(False)
    table = summary(net, (1, 2))
    assert [line[2] for line in cells(table)] == ["--", "(9)", "4"]
    assert (table.total_params, table.trainable_params) == (13, 4)


def test_linear_layers_count_every_row():
    assert summary(nn.Linear(8, 16), (2, 3, 8)).total_mult_adds == 6 * 144


@pytest.mark.parametrize(
    "given",
    [
        [(2, 3), (2, 4)],
        [edugrad.zeros(2, 3), (2, 4)],
        {"a": (2, 3), "b": edugrad.zeros(2, 4)},
    ],
)
def test_several_inputs(given):
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bilinear = nn.Bilinear(3, 4, 5)

        def forward(self, a, b):
            return self.bilinear(a, b)

    assert cells(summary(Two(), given))[1][1] == "[2, 5]"


def test_without_an_input_the_parameters_are_listed():
    table = summary(Net())
    assert cells(table)[0] == ["Net", "--", "--", "--"]
    assert ["├─Conv2d (stem): 1-1", "--", "80", "--"] in cells(table)
    assert table.total_params == 1366
    assert table.total_mult_adds == 0


def test_dtype_and_names_of_torchinfo():
    embed = nn.Embedding(10, 4)
    table = summary(embed, input_size=(2, 3), dtype=edugrad.int64)
    assert cells(table) == [["Embedding", "[2, 3, 4]", "40", "--"]]
    array = np.ones((5, 2), np.float32)
    assert cells(summary(nn.Linear(2, 3), input_data=array))[0][1] == "[5, 3]"


def test_nothing_is_left_behind():
    net = Net()
    net.blocks[1].eval()
    modes = [module.training for module in net.modules()]
    before = {key: value.clone() for key, value in net.state_dict().items()}
    edugrad.manual_seed(0)
    summary(net, (4, 1, 28, 28))
    drawn = edugrad.rand(1).item()
    edugrad.manual_seed(0)
    assert drawn == edugrad.rand(1).item()
    assert [module.training for module in net.modules()] == modes
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())
    assert all(edugrad.equal(value, before[key]) for key, value in net.state_dict().items())


def test_a_wrong_shape_says_what_was_given():
    net = nn.Sequential(nn.Linear(4, 3))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied") as caught:
        summary(net, (2, 5))
    assert caught.value.__notes__ == [
        "  in:   0, Linear(in_features=4, out_features=3, bias=True)",
        "  summary() called Sequential with float32 [2, 5]",
    ]
    assert not net[0]._forward_hooks


@pytest.mark.parametrize(
    ("model", "given", "words"),
    [
        (nn.Linear, (1, 2), "summary() takes a module\n  got:  the class Linear"),
        (3, (1, 2), "summary() takes a module\n  got:  3"),
        (nn.Linear(2, 2), "x", "an input is a tensor, or a shape with the batch first"),
    ],
)
def test_errors_teach(model, given, words: str):
    with pytest.raises(TypeError) as caught:
        summary(model, given)
    assert str(caught.value).startswith(words)


def test_a_script_prints_the_table_and_import_loads_no_networks():
    program = (
        "import edugrad, sys; print('edugrad.nn' in sys.modules)\n"
        "table = edugrad.summary(edugrad.nn.Linear(2, 3), (1, 2))\n"
        "print(table.total_params)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("False", "9")
    assert lines[2].startswith("Layer (type (name): depth-index)")
