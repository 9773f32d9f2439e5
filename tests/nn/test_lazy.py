"""Lazy layers: they become the real ones when they see an input, with the same numbers."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import edugrad
from edugrad import nn, optim

LAYERS: list[tuple[str, tuple[Any, ...], tuple[int, ...], int]] = [
    ("Linear", (4,), (2, 3), 3),
    ("Conv1d", (4, 2), (2, 6, 5), 6),
    ("Conv2d", (4, 3), (3, 6, 5), 3),
    ("Conv3d", (4, 1), (1, 2, 3, 3, 3), 2),
    ("ConvTranspose1d", (4, 2), (2, 3, 5), 3),
    ("ConvTranspose2d", (4, 2), (2, 3, 5, 5), 3),
    ("ConvTranspose3d", (4, 2), (2, 3, 2, 2, 2), 3),
    ("BatchNorm1d", (), (4, 3), 3),
    ("BatchNorm2d", (1e-3,), (2, 3, 4, 4), 3),
    ("BatchNorm3d", (), (2, 3, 2, 2, 2), 3),
    ("InstanceNorm1d", (1e-5, 0.1, True, False), (2, 3, 4), 3),
    ("InstanceNorm2d", (1e-5, 0.1, False, False), (3, 4, 4), 3),
    ("InstanceNorm3d", (1e-5, 0.1, True, True), (2, 3, 2, 2, 2), 3),
]


@pytest.mark.parametrize(("name", "arguments", "shape", "features"), LAYERS)
def test_it_becomes_the_layer(
    name: str, arguments: tuple[Any, ...], shape: tuple[int, ...], features: int
) -> None:
    edugrad.manual_seed(0)
    x = edugrad.randn(shape)
    wanted = getattr(nn, name)(features, *arguments)
    state, values = edugrad.get_rng_state(), wanted(x)
    edugrad.manual_seed(0)
    edugrad.randn(shape)
    layer = getattr(nn, f"Lazy{name}")(*arguments)
    assert isinstance(layer, getattr(nn, name))
    assert edugrad.equal(layer(x), values)
    assert edugrad.equal(edugrad.get_rng_state(), state)
    assert type(layer) is getattr(nn, name)
    assert repr(layer) == repr(wanted)
    assert sorted(vars(layer)) == sorted(vars(wanted))
    found = layer.state_dict()
    assert list(found) == list(wanted.state_dict())
    again = getattr(nn, f"Lazy{name}")(*arguments)
    again.load_state_dict(found)
    assert edugrad.equal(again.eval()(x), wanted.eval()(x))


def network() -> nn.Sequential:
    return nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(2))


def test_an_optimizer_may_come_first() -> None:
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    calls: list[str] = []
    model[3].register_forward_hook(lambda module, *_: calls.append(type(module).__name__))
    model.double()[3].bias.requires_grad_(False)
    x = edugrad.ones(2, 3, 4, 4, dtype=edugrad.float64)
    model(x).sum().backward()
    before = model[3].weight.clone()
    optimizer.step()
    assert model[3].weight.dtype is edugrad.float64
    assert model[3].bias.grad is None
    assert edugrad.equal(model[3].weight, before - 0.5 * model[3].weight.grad)
    assert calls == ["Linear"]
    assert edugrad.equal(copy.deepcopy(model).eval()(x), model.eval()(x))


def test_its_text() -> None:
    layer = nn.LazyConv2d(6, 3, padding=1, groups=2, bias=False)
    assert repr(layer) == (
        "LazyConv2d(0, 6, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=2, bias=False)"
    )
    assert repr(layer.weight) == "<UninitializedParameter>"
    assert list(layer.state_dict()) == ["weight"]
    assert layer.has_uninitialized_params()


def test_use_before_the_first_input() -> None:
    weight = nn.LazyLinear(3).weight
    end = (
        "\n  got:  a parameter of a lazy layer that has seen no input"
        "\n  mend: call the model once with a batch of the right shape first"
    )
    with pytest.raises(RuntimeError) as caught:
        print(weight.shape)
    rule = "Can't access the shape of an uninitialized parameter or buffer"
    assert str(caught.value) == rule + end
    for use in (lambda: weight + 1, weight.numel, lambda: nn.init.ones_(weight), weight.mean):
        with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter"):
            use()


def test_on_the_stand_in(gpu: Any) -> None:
    model = network().to(gpu)
    assert model[0].weight.device == gpu
    assert model(edugrad.ones(1, 3, 4, 4, device=gpu)).device == gpu
