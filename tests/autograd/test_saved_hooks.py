"""Hooks on what ops save: packed when saved, unpacked when used; gradients stay the same."""

from __future__ import annotations

import pytest

import edugrad
from edugrad.autograd import Function
from edugrad.autograd.graph import save_on_cpu, saved_tensors_hooks


def test_what_is_saved_passes_through_the_hooks() -> None:
    packed, unpacked = [], []

    def pack(tensor):
        packed.append(tensor.tolist())
        return len(packed) - 1

    def unpack(number):
        unpacked.append(number)
        return edugrad.tensor(packed[number])

    a = edugrad.tensor([1.0, 2.0], requires_grad=True)
    b = edugrad.tensor([3.0, 5.0], requires_grad=True)
    with saved_tensors_hooks(pack, unpack):
        y = (a * b).exp()
    assert len(packed) == 3
    assert unpacked == []
    y.sum().backward()
    assert sorted(unpacked) == [0, 1, 2]
    expected = [3 * y[0].item(), 5 * y[1].item()]
    assert a.grad.tolist() == pytest.approx(expected)


def test_outside_the_block_nothing_is_hooked() -> None:
    a = edugrad.ones(2, requires_grad=True)
    with saved_tensors_hooks(lambda tensor: 1 / 0, lambda packed: packed):
        pass
    (a * a).sum().backward()
    assert a.grad.tolist() == [2, 2]


def test_second_derivatives_pass_through_hooks() -> None:
    a = edugrad.tensor(3.0, requires_grad=True)
    with saved_tensors_hooks(lambda tensor: tensor.clone().detach(), lambda packed: packed):
        y = a * a * a
    (first,) = edugrad.autograd.grad(y, a, create_graph=True)
    (second,) = edugrad.autograd.grad(first, a)
    assert (first.item(), second.item()) == (27, 18)


def test_a_function_of_the_users_is_hooked_too() -> None:
    class Double(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * x

    seen = []
    a = edugrad.tensor([4.0], requires_grad=True)
    with saved_tensors_hooks(lambda tensor: seen.append(tensor.tolist()) or tensor, lambda t: t):
        y = Double.apply(a)
    y.backward()
    assert seen == [[4.0]]
    assert a.grad.tolist() == [4.0]


def test_save_on_cpu_keeps_a_copy() -> None:
    a = edugrad.tensor([1.0, 2.0], requires_grad=True)
    with save_on_cpu():
        y = a.detach().requires_grad_() * a
    y.sum().backward()
    assert a.grad.tolist() == [1, 2]


def test_an_unpack_hook_must_return_a_tensor() -> None:
    a = edugrad.ones(2, requires_grad=True)
    with saved_tensors_hooks(lambda tensor: "here", lambda packed: packed):
        y = a * a
    with pytest.raises(TypeError, match=r"unpack_hook expected to be a Tensor[\s\S]*got:  str"):
        y.sum().backward()
