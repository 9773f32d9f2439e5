"""Parameters computed from others, averages of models, checkpoints: what PyTorch cannot tell."""

from __future__ import annotations

from typing import Any

import pytest

import edugrad
from edugrad import nn
from edugrad.nn.utils import parametrizations, parametrize
from edugrad.utils.checkpoint import checkpoint


class Halved(nn.Module):
    def forward(self, value: Any) -> Any:
        return value / 2


def test_a_parametrization_without_right_inverse_is_not_assigned_to() -> None:
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Halved())
    with pytest.raises(RuntimeError, match="Halved does not implement right_inverse"):
        layer.weight = edugrad.ones(2, 2)


def test_an_optimizer_trains_the_original_and_keeps_it_afterwards() -> None:
    layer = parametrize.register_parametrization(nn.Linear(2, 1, bias=False), "weight", Halved())
    optimizer = edugrad.optim.SGD(layer.parameters(), lr=0.1)
    original = layer.parametrizations.weight.original
    before = layer.weight.detach().clone()
    layer(edugrad.ones(1, 2)).sum().backward()
    optimizer.step()
    assert edugrad.allclose(layer.weight, before - 0.1 / 4)
    parametrize.remove_parametrizations(layer, "weight")
    assert layer.weight is original
    assert type(layer) is nn.Linear


def test_the_largest_singular_value_is_one() -> None:
    layer = parametrizations.spectral_norm(nn.Linear(6, 4), n_power_iterations=30)
    layer.eval()
    assert float(edugrad.linalg.matrix_norm(layer.weight, 2)) == pytest.approx(1, abs=1e-3)


def test_householder_is_not_there() -> None:
    with pytest.raises(NotImplementedError, match="no householder map"):
        parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="householder")


def test_a_checkpoint_draws_the_same_random_numbers_again() -> None:
    edugrad.manual_seed(0)
    x = edugrad.ones(100, requires_grad=True)
    y: Any = checkpoint(lambda x: nn.functional.dropout(x * 2, 0.5), x, use_reentrant=False)
    after = edugrad.get_rng_state()
    y.sum().backward()
    assert edugrad.equal(edugrad.get_rng_state(), after)
    assert edugrad.equal(x.grad, y.detach())


def test_a_checkpoint_keeps_nothing_and_calls_twice() -> None:
    calls = []

    def counted(x: Any) -> Any:
        calls.append(1)
        return x.exp().sin().exp()

    x = edugrad.ones(3, requires_grad=True)
    checkpoint(counted, x).sum().backward()
    assert len(calls) == 2
    (expected,) = edugrad.autograd.grad(counted(x).sum(), x)
    assert edugrad.equal(x.grad, expected)


def test_a_function_that_does_something_else_the_second_time() -> None:
    calls: list[int] = []

    def unsteady(x: Any) -> Any:
        calls.append(1)
        return x.exp() if len(calls) == 1 else x.exp().exp()

    y = checkpoint(unsteady, edugrad.ones(3, requires_grad=True))
    with pytest.raises(RuntimeError, match="A different number of tensors was saved"):
        y.sum().backward()
