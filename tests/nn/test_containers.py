"""Containers; `make parity` compares their texts and errors with PyTorch's."""

from __future__ import annotations

from collections import OrderedDict

import pytest

import edugrad
from edugrad import nn


def kinds(container) -> list[str]:
    return [type(module).__name__ for module in container]


def test_sequential_is_a_list_of_modules():
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    assert net(edugrad.ones(4, 2)).shape == (4, 1)
    assert len(net) == 3
    assert kinds(net[1:]) == ["ReLU", "Linear"]
    assert list(net[1:].state_dict()) == ["2.weight", "2.bias"]
    del net[1]
    assert list(net._modules) == ["0", "1"]
    net.insert(1, nn.Tanh()).append(nn.Identity())
    assert kinds(net) == ["Linear", "Tanh", "Linear", "Identity"]
    assert kinds(net + nn.Sequential(nn.ReLU())) == [*kinds(net), "ReLU"]
    assert kinds(nn.Sequential(nn.ReLU()) * 2) == ["ReLU", "ReLU"]
    assert net.pop(-1) is not None
    assert len(net) == 3


def test_appending_to_a_part_overwrites_nothing():
    part = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Tanh())[1:]
    assert kinds(part.append(nn.Identity())) == ["ReLU", "Tanh", "Identity"]


def test_sequential_by_name():
    net = nn.Sequential(OrderedDict(hidden=nn.Linear(2, 3), act=nn.ReLU()))
    assert list(net.state_dict()) == ["hidden.weight", "hidden.bias"]
    assert isinstance(net.act, nn.ReLU)


def test_repeated_modules_stand_in_one_line():
    layers = nn.ModuleList([nn.Linear(1, 1) for _ in range(6)])
    layers.append(nn.Sequential(nn.ReLU()))
    assert repr(layers) == (
        "ModuleList(\n"
        "  (0-5): 6 x Linear(in_features=1, out_features=1, bias=True)\n"
        "  (6): Sequential(\n"
        "    (0): ReLU()\n"
        "  )\n"
        ")"
    )


def test_parameter_containers_register():
    weights = nn.ParameterList([edugrad.ones(2), 3, nn.Parameter(edugrad.ones(1))])
    assert [name for name, _ in weights.named_parameters()] == ["0", "2"]
    named = nn.ParameterDict({"b": edugrad.ones(2), "a": edugrad.ones(1)})
    assert list(named.state_dict()) == ["a", "b"]
    assert list(named | nn.ParameterDict({"c": edugrad.ones(1)})) == ["a", "b", "c"]
    del named["a"]
    assert named.setdefault("b") is named["b"]
    assert named.popitem()[0] == "b"
    assert len(named) == 0


@pytest.mark.parametrize(
    ("mistake", "error", "words"),
    [
        (
            lambda: nn.Sequential([nn.ReLU()]),
            TypeError,
            "list is not a Module subclass\n  got:  a list of 1\n"
            "  mend: Sequential takes the modules themselves: Sequential(*layers)",
        ),
        (
            lambda: nn.Sequential(nn.ReLU),
            TypeError,
            "edugrad.nn.rectifier.ReLU is not a Module subclass\n  got:  the class ReLU\n"
            "  mend: call the class to make a module: nn.ReLU(), not nn.ReLU",
        ),
        (
            lambda: nn.ModuleList([nn.ReLU()])(1),
            NotImplementedError,
            'Module [ModuleList] is missing the required "forward" function\n'
            "  got:  a call of ModuleList\n"
            "  mend: call its modules: for layer in layers: x = layer(x); or use nn.Sequential",
        ),
        (
            lambda: nn.Sequential(nn.ReLU())[1],
            IndexError,
            "index 1 is out of range\n  got:  index 1 of 1 modules\n"
            "  mend: the last one is [0], or [-1]",
        ),
        (
            lambda: nn.ModuleDict({"a.b": nn.ReLU()}),
            KeyError,
            "module name can't contain \".\", got: a.b\n  got:  'a.b'\n"
            "  mend: a dot separates a module's name from its owner's: use an underscore",
        ),
        (
            lambda: nn.ParameterList([edugrad.ones(1)])(1),
            RuntimeError,
            "ParameterList should not be called.\n  got:  a call of a ParameterList of 1\n"
            "  mend: use its parameters, e.g. parameters[0]",
        ),
    ],
)
def test_errors_teach(mistake, error: type[Exception], words: str):
    with pytest.raises(error) as caught:
        mistake()
    assert str(caught.value) == words
