"""Hooks of modules: when they run, what they see, what they may change, how they go away."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import edugrad
from edugrad import nn
from edugrad.nn.hooks import EVERYWHERE


@pytest.fixture
def layer() -> nn.Linear:
    layer = nn.Linear(2, 2)
    nn.init.eye_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def test_order_of_forward_hooks(layer: nn.Linear):
    log: list[Any] = []
    layer.register_forward_hook(lambda m, args, out: log.append("first"))
    layer.register_forward_hook(lambda m, args, out: log.append("before it"), prepend=True)
    layer.register_forward_pre_hook(lambda m, args: log.append("pre"))
    layer(edugrad.ones(2))
    assert log == ["pre", "before it", "first"]


def test_forward_hooks_change_what_passes(layer: nn.Linear):
    layer.register_forward_pre_hook(lambda m, args: args[0] * 2)
    layer.register_forward_hook(lambda m, args, out: out + 1)
    assert layer(edugrad.ones(2)).tolist() == [3.0, 3.0]


def test_hooks_see_arguments_by_name():
    class Scale(nn.Module):
        def forward(self, x, factor=1.0):
            return x * factor

    scale = Scale()
    scale.register_forward_pre_hook(
        lambda m, args, kwargs: (args, {"factor": kwargs["factor"] + 1}), with_kwargs=True
    )
    seen = []
    scale.register_forward_hook(lambda m, a, kwargs, out: seen.append(kwargs), with_kwargs=True)
    assert scale(edugrad.ones(1), factor=2.0).item() == 3.0
    assert seen == [{"factor": 3.0}]


def test_always_call_runs_after_a_failure(layer: nn.Linear):
    seen = []
    layer.register_forward_hook(lambda m, args, out: seen.append(out), always_call=True)
    layer.register_forward_hook(lambda m, args, out: seen.append("not this one"))
    with pytest.raises(RuntimeError):
        layer(edugrad.ones(3))
    assert seen == [None]


def test_handles_remove(layer: nn.Linear):
    seen: list[int] = []
    with layer.register_forward_hook(lambda *args: seen.append(1)):
        layer(edugrad.ones(2))
    handle = layer.register_forward_pre_hook(lambda *args: seen.append(2))
    layer(edugrad.ones(2))
    handle.remove()
    handle.remove()
    layer(edugrad.ones(2))
    assert seen == [1, 2]


def test_full_backward_hooks_see_and_change_gradients(layer: nn.Linear):
    seen = []

    def watch(module, grad_input, grad_output):
        seen.append((grad_input[0].tolist(), grad_output[0].tolist()))
        return (grad_input[0] * 10,)

    layer.register_full_backward_hook(watch)
    layer.register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0] * 2,))
    x = edugrad.ones(2, requires_grad=True)
    layer(x).sum().backward()
    assert seen == [([2.0, 2.0], [2.0, 2.0])]
    assert x.grad.tolist() == [20.0, 20.0]
    assert layer.bias.grad.tolist() == [2.0, 2.0]


def test_a_backward_hook_without_a_gradient_of_the_input(layer: nn.Linear):
    seen = []
    layer.register_full_backward_hook(
        lambda module, grad_input, grad_output: seen.append((grad_input, grad_output[0].tolist()))
    )
    y = layer(edugrad.ones(2)).sum()
    with pytest.warns(UserWarning, match="Full backward hook is firing"):
        y.backward()
    assert seen == [((None,), [1.0, 1.0])]


def test_backward_hooks_rest_without_a_graph(layer: nn.Linear):
    layer.register_full_backward_hook(lambda *args: pytest.fail("no gradient came"))
    with edugrad.no_grad():
        assert layer(edugrad.ones(2, requires_grad=True)).grad_fn is None


def test_a_backward_hook_returns_a_gradient_for_each_input(layer: nn.Linear):
    layer.register_full_backward_hook(lambda *args: (None, None))
    y = layer(edugrad.ones(2, requires_grad=True)).sum()
    with pytest.raises(RuntimeError) as caught:
        y.backward()
    assert str(caught.value).startswith(
        "Backward hook returned an invalid number of grad_input, got 2, but expected 1\n"
        "  got:  2 gradients from <function"
    )


def test_the_two_kinds_of_backward_hooks_do_not_mix(layer: nn.Linear):
    layer.register_full_backward_hook(print)
    with pytest.raises(RuntimeError, match="both regular backward hooks and full backward hooks"):
        layer.register_backward_hook(print)


def test_hooks_of_every_module():
    seen = []
    net = nn.Sequential(nn.Identity(), nn.Sequential(nn.Identity()))
    with nn.register_module_forward_hook(lambda m, args, out: seen.append(type(m).__name__)):
        net(edugrad.ones(1))
    net(edugrad.ones(1))
    assert seen == ["Identity", "Identity", "Sequential", "Sequential"]
    assert not any(EVERYWHERE.values())


def shout(module, args):
    return (args[0] * 3,)


def test_copies_keep_their_hooks(layer: nn.Linear):
    layer.register_forward_pre_hook(shout)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert other(edugrad.ones(2)).tolist() == [3.0, 3.0]


def test_state_hooks():
    net = nn.Sequential(nn.Linear(2, 2))
    net.register_state_dict_post_hook(lambda m, state, prefix, meta: state.update(note=1) or None)
    net[0].register_load_state_dict_pre_hook(
        lambda m, state, prefix, *rest: state.update({prefix + "bias": edugrad.ones(2)})
    )
    net.register_load_state_dict_post_hook(lambda m, keys: keys.unexpected_keys.remove("note"))
    assert list(net.state_dict()) == ["0.weight", "0.bias", "note"]
    net.load_state_dict(net.state_dict())
    assert net[0].bias.tolist() == [1.0, 1.0]
