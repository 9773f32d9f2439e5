"""What PyTorch shows of single nodes, and derivatives that have none of their own."""

from __future__ import annotations

import pytest

import edugrad
from edugrad import nn
from edugrad.autograd.function import Function, once_differentiable


class Doubled(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient):
        assert not edugrad.is_grad_enabled()
        return gradient * 2


def test_a_backward_that_is_marked_is_differentiated_once() -> None:
    x = edugrad.tensor([1.0, 2.0], requires_grad=True)
    Doubled.apply(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 2.0]
    weight = edugrad.tensor([1.0, 3.0], requires_grad=True)
    (gradient,) = edugrad.autograd.grad((Doubled.apply(x) * weight).sum(), x, create_graph=True)
    assert gradient.tolist() == [2.0, 6.0]
    with pytest.raises(RuntimeError) as raised:
        gradient.sum().backward()
    assert str(raised.value).startswith(
        "trying to differentiate twice a function that was marked with @once_differentiable\n"
    )


def test_the_bias_is_the_first_input_that_a_layer_shows() -> None:
    layer = nn.Linear(2, 3)
    node = layer(edugrad.ones(1, 2, requires_grad=True).relu()).grad_fn
    assert node is not None
    names = [each.name() for each, _ in node.next_functions if each is not None]
    accumulate = "torch::autograd::AccumulateGrad"
    assert names == [accumulate, "ReluBackward0", accumulate]
    assert node.next_functions[0][0].variable is layer.bias


def test_tensors_of_one_shape_are_broadcast_by_leaving_them() -> None:
    x = edugrad.ones(2, requires_grad=True)
    same, other = edugrad.broadcast_tensors(x, edugrad.ones(1))
    assert same is x
    assert other.shape == (2,)
