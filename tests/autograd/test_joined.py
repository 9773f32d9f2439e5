"""Gradients of piecewise linear ops can be differentiated again, and give zeros, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad import nn

F = nn.functional
IMAGE = (2, 2, 4, 4)

OPS: dict[str, Callable[[Any], Any]] = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "relu6": F.relu6,
    "hardtanh": F.hardtanh,
    "hardsigmoid": F.hardsigmoid,
    "threshold": lambda x: F.threshold(x, 0.1, 0.0),
    "softshrink": F.softshrink,
    "hardshrink": F.hardshrink,
    "max_pool2d": lambda x: F.max_pool2d(x, 2),
    "avg_pool2d": lambda x: F.avg_pool2d(x, 2),
    "adaptive_avg_pool2d": lambda x: F.adaptive_avg_pool2d(x, 2),
    "adaptive_max_pool2d": lambda x: F.adaptive_max_pool2d(x, 2),
    "pad": lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
    "conv2d": lambda x: F.conv2d(x, edugrad.ones(3, 2, 3, 3)),
    "nll_loss": lambda x: F.nll_loss(x[:, :, 0, 0], edugrad.tensor([0, 1])),
}


@pytest.mark.parametrize("name", OPS)
def test_the_second_gradient_is_zero(name: str) -> None:
    edugrad.manual_seed(0)
    x = edugrad.randn(*IMAGE, requires_grad=True)
    (first,) = edugrad.autograd.grad(OPS[name](x).sum(), x, create_graph=True)
    assert first.requires_grad
    (second,) = edugrad.autograd.grad(first.sum(), x)
    assert second.shape == x.shape
    assert not second.any()


def test_a_gradient_of_a_convolution_reaches_its_kernel_and_its_input() -> None:
    x = edugrad.ones(1, 1, 4, requires_grad=True)
    kernel = edugrad.tensor([[[1.0, 2.0]]], requires_grad=True)
    (first,) = edugrad.autograd.grad(F.conv1d(x, kernel).sum(), x, create_graph=True)
    by_x, by_kernel = edugrad.autograd.grad((first**2).sum(), [x, kernel], allow_unused=True)
    assert by_x is None or not by_x.any()
    assert by_kernel.tolist() == [[[14.0, 16.0]]]


def test_what_is_linear_in_all_inputs_has_no_second_gradient() -> None:
    x = edugrad.ones(3, requires_grad=True)
    (first,) = edugrad.autograd.grad((x * 2).sum(), x, create_graph=True)
    assert not first.requires_grad
    with pytest.raises(RuntimeError, match="does not require grad"):
        edugrad.autograd.grad(first.sum(), x)


def test_without_create_graph_a_gradient_is_a_plain_tensor() -> None:
    x = edugrad.ones(3, requires_grad=True)
    (first,) = edugrad.autograd.grad(F.relu(x).sum(), x)
    assert not first.requires_grad
