"""checkpoint: the same gradients, computed from a second forward pass."""

from __future__ import annotations

import pytest

import edugrad
from edugrad import nn
from edugrad.utils.checkpoint import checkpoint, checkpoint_sequential


def test_gradients_are_those_of_the_plain_call_and_the_function_runs_twice() -> None:
    edugrad.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4, 2))
    x = edugrad.rand(5, 3)
    calls = []

    def run(x):
        calls.append(1)
        return model(x)

    edugrad.manual_seed(1)
    run(x).square().sum().backward()
    expected = [each.grad.clone() for each in model.parameters()]
    model.zero_grad()
    edugrad.manual_seed(1)
    result = checkpoint(run, x, use_reentrant=False)
    following = edugrad.rand(1)
    result.square().sum().backward()
    assert len(calls) == 3
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        assert (parameter.grad == gradient).all()
    edugrad.manual_seed(1)
    model(x)
    assert following == edugrad.rand(1)


def test_it_is_differentiated_twice_and_again() -> None:
    x = edugrad.tensor([2.0], requires_grad=True)
    y = checkpoint(lambda x: x**3, x)
    (first,) = edugrad.autograd.grad(y, x, create_graph=True)
    (second,) = edugrad.autograd.grad(first, x)
    assert (first.item(), second.item()) == (12.0, 12.0)
    y.backward()
    assert x.grad == 12


def test_a_chain_is_cut_into_segments() -> None:
    x = edugrad.tensor([0.5], requires_grad=True)
    layers = [edugrad.sin, edugrad.exp, edugrad.cos, edugrad.tanh, edugrad.square]
    checkpoint_sequential(layers, 2, x, use_reentrant=False).backward()
    other = x.detach().clone().requires_grad_()
    other.sin().exp().cos().tanh().square().backward()
    assert x.grad == other.grad


def test_a_function_that_changes_its_mind_is_named() -> None:
    calls = []

    def fickle(x):
        calls.append(1)
        return x.exp() if len(calls) == 1 else x.exp().sin()

    x = edugrad.ones(1, requires_grad=True)
    with pytest.raises(RuntimeError, match="A different number of tensors was saved") as raised:
        checkpoint(fickle, x).backward()
    assert "got:  1 tensors, then 2" in str(raised.value)


def test_what_a_node_has_saved_has_pytorchs_names() -> None:
    x = edugrad.tensor([1.0, 2.0], requires_grad=True)
    power = x.pow(2)
    assert power.grad_fn._saved_self is x
    assert power.grad_fn._saved_exponent == 2
    result = x.exp()
    assert (result.grad_fn._saved_result == result).all()
    assert result.grad_fn._saved_result is not result
    assert (x * power).grad_fn._saved_other is power
    with pytest.raises(AttributeError, match="'ExpBackward0' object has no attribute '_saved_no"):
        result.grad_fn._saved_nothing  # noqa: B018
