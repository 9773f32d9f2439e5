"""What all optimizers share: groups, states, hooks, closures, versions and errors."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
import warnings

import pytest

import edugrad
from edugrad.optim import LBFGS, SGD, Adagrad, Adam, AdamW, Optimizer


def parameter(*values: float) -> edugrad.Tensor:
    return edugrad.tensor(values or (1.0, 2.0), requires_grad=True)


def stepped(optimizer: Optimizer, times: int = 1) -> Optimizer:
    for _ in range(times):
        for group in optimizer.param_groups:
            for each in group["params"]:
                each.grad = edugrad.ones_like(each)
        optimizer.step()
    return optimizer


def raises(error: type[Exception], *lines: str) -> pytest.RaisesExc:
    """The lines of the message begin with these words, in order."""
    return pytest.raises(error, match=r"[\s\S]*".join(map(re.escape, lines)))


def test_optim_is_loaded_on_first_use():
    script = (
        "import sys, edugrad; print('edugrad.optim' in sys.modules); edugrad.optim.SGD; "
        "print(edugrad.optim.lr_scheduler.StepLR.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "False\nStepLR\n", done.stderr


def test_the_text_of_an_optimizer():
    optimizer = SGD([parameter()], lr=0.1, momentum=0.9)
    optimizer.add_param_group({"params": parameter(), "lr": 0.5})
    text = """\
SGD (
Parameter Group 0
    dampening: 0
    differentiable: False
    foreach: None
    fused: None
    lr: 0.1
    maximize: False
    momentum: 0.9
    nesterov: False
    weight_decay: 0
"""
    second = text.partition("\n")[2].replace("Group 0", "Group 1").replace("lr: 0.1", "lr: 0.5")
    assert repr(optimizer) == f"{text}\n{second})"


def test_each_group_has_its_own_options():
    first, second = parameter(1.0), parameter(1.0)
    stepped(SGD([{"params": [first]}, {"params": [second], "lr": 0.25}], lr=0.5))
    assert (first.item(), second.item()) == (0.5, 0.75)


def test_parameters_may_come_with_names():
    weight, bias = parameter(1.0), parameter(1.0)
    optimizer = SGD({"w": weight, "b": bias}.items(), lr=0.5)
    assert optimizer.param_groups[0]["param_names"] == ["w", "b"]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["w", "b"]
    stepped(optimizer)
    assert weight.item() == 0.5


def test_a_parameter_without_gradient_is_left_alone():
    used, unused = parameter(1.0), parameter(1.0)
    optimizer = Adam([used, unused], lr=0.5)
    used.grad = edugrad.ones(1)
    optimizer.step()
    assert unused.item() == 1.0
    assert list(optimizer.state) == [used]


def test_the_learning_rate_may_be_a_tensor():
    w, rate = parameter(1.0), edugrad.tensor(0.5)
    stepped(SGD([w], lr=rate))
    assert w.item() == 0.5


def test_a_closure_computes_the_loss_with_gradients_on():
    w = parameter(3.0)
    optimizer = SGD([w], lr=0.5)

    def closure():
        optimizer.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        return loss

    with edugrad.no_grad():
        assert optimizer.step(closure).item() == 9.0
        assert not edugrad.is_grad_enabled()
    assert w.item() == 0.0


def test_zero_grad_forgets_or_fills_with_zeros():
    w = parameter(1.0)
    optimizer = SGD([w], lr=0.1)
    w.grad = gradient = (w * 2).detach()
    optimizer.zero_grad(set_to_none=False)
    assert w.grad is gradient
    assert gradient.item() == 0.0
    optimizer.zero_grad()
    assert w.grad is None


def test_the_gradient_is_not_written_to():
    for make in (lambda p: SGD(p, 0.1, momentum=0.9, weight_decay=0.1, nesterov=True), Adam):
        w = parameter(1.0, -1.0)
        optimizer = make([w])
        gradient = w.grad = edugrad.tensor([2.0, 3.0])
        optimizer.step()
        optimizer.step()
        assert w.grad is gradient
        assert gradient.tolist() == [2.0, 3.0]


@pytest.mark.parametrize("make", [SGD, Adam, Adagrad])
def test_a_step_within_a_living_graph_is_caught(make: type[Optimizer]):
    w = parameter(1.0, 2.0)
    loss = (w * w).sum()
    optimizer = make([w], lr=0.1)
    stepped(optimizer)
    name = make.__name__
    with raises(RuntimeError, "modified by an inplace operation", f"changed by {name}.step() at"):
        loss.backward()


def test_an_expanded_parameter_is_refused():
    w = edugrad.zeros(1).expand(3).detach().requires_grad_()
    w.grad = edugrad.ones(3)
    with raises(RuntimeError, "more than one element of the written-to tensor", "SGD.step()"):
        SGD([w], lr=0.1).step()


# States


def test_state_dict_numbers_the_parameters_through_the_groups():
    optimizer = AdamW([{"params": [parameter(), parameter()]}, {"params": parameter()}])
    stepped(optimizer)
    saved = optimizer.state_dict()
    assert [group["params"] for group in saved["param_groups"]] == [[0, 1], [2]]
    assert list(saved["state"]) == [0, 1, 2]
    assert list(saved["state"][0]) == ["step", "exp_avg", "exp_avg_sq"]
    assert saved["state"][0]["step"].item() == 1.0


@pytest.mark.parametrize("pickled", [False, True])
def test_training_goes_on_from_a_saved_state(pickled: bool):
    w = parameter(1.0, 2.0)
    optimizer = stepped(AdamW([w], lr=0.1), 3)
    again = edugrad.tensor(w.tolist(), requires_grad=True)
    other = AdamW([again], lr=0.7)
    saved = optimizer.state_dict()
    other.load_state_dict(copy.deepcopy(saved) if pickled else saved)
    stepped(optimizer, 3)
    stepped(other, 3)
    assert again.tolist() == w.tolist()
    assert other.param_groups[0]["lr"] == 0.1
    assert other.state[again]["exp_avg"] is not optimizer.state[w]["exp_avg"]


def test_a_loaded_state_takes_the_type_of_the_parameter():
    optimizer = stepped(Adam([parameter()]))
    w = edugrad.ones(2, dtype=edugrad.float64, requires_grad=True)
    other = Adam([w])
    other.load_state_dict(optimizer.state_dict())
    assert other.state[w]["exp_avg"].dtype is edugrad.float64
    assert other.state[w]["step"].dtype is edugrad.float32


def test_an_old_state_with_the_step_as_a_number_is_understood():
    optimizer = stepped(Adam([parameter()]))
    saved = optimizer.state_dict()
    saved["state"][0]["step"] = 1
    w = parameter()
    other = Adam([w])
    other.load_state_dict(saved)
    stepped(other)
    assert other.state[w]["step"].item() == 2.0


def test_options_that_a_saved_state_lacks_are_the_defaults():
    optimizer = SGD([parameter()], lr=0.1)
    saved = optimizer.state_dict()
    del saved["param_groups"][0]["maximize"]
    optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["maximize"] is False


def test_adamw_stays_adamw_with_a_state_of_adam():
    optimizer = AdamW([parameter()])
    optimizer.load_state_dict(Adam([parameter()]).state_dict())
    assert optimizer.param_groups[0]["decoupled_weight_decay"] is True


def test_a_state_that_does_not_fit_is_refused_and_nothing_changes():
    optimizer = stepped(Adam([parameter()]))
    before = optimizer.state_dict()
    two = Adam([parameter(), parameter()]).state_dict()
    with raises(ValueError, "doesn't match the size", "2 parameters in group 0", "1 in the"):
        optimizer.load_state_dict(two)
    groups = Adam([{"params": parameter()}, {"params": parameter()}]).state_dict()
    with raises(ValueError, "different number of parameter groups", "2 in the state dict, 1 in"):
        optimizer.load_state_dict(groups)
    assert optimizer.state_dict()["state"][0]["exp_avg"] is before["state"][0]["exp_avg"]


def test_an_optimizer_can_be_copied():
    w = parameter(1.0)
    optimizer = stepped(SGD([w], lr=0.5, momentum=0.5))
    other = copy.deepcopy(optimizer)
    stepped(other)
    (again,) = other.param_groups[0]["params"]
    assert (w.item(), again.item()) == (0.5, -0.25)


# Hooks


def test_hooks_surround_a_step_and_can_be_removed():
    w, seen = parameter(1.0), []
    optimizer = SGD([w], lr=0.5)
    handles = [
        optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append(("pre", w.item()))),
        optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(("post", w.item()))),
    ]
    stepped(optimizer)
    for handle in handles:
        handle.remove()
    stepped(optimizer)
    assert seen == [("pre", 1.0), ("post", 0.5)]


def test_a_pre_hook_may_change_the_arguments():
    optimizer = SGD([parameter()], lr=0.5)
    optimizer.register_step_pre_hook(lambda o, args, kwargs: ((lambda: "loss",), {}))
    assert optimizer.step() == "loss"
    optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
    with raises(RuntimeError, "must return None or a tuple of (new_args, new_kwargs), but got 3"):
        optimizer.step()


def test_hooks_of_an_own_class_run_once_even_where_step_calls_super():
    seen = []

    class Loud(SGD):
        def step(self, closure=None):
            seen.append("step")
            return super().step(closure)

    optimizer = Loud([parameter()], lr=0.5)
    optimizer.register_step_post_hook(lambda *_: seen.append("post"))
    stepped(optimizer)
    assert seen == ["step", "post"]


def test_hooks_around_saving_and_loading():
    optimizer, seen = SGD([parameter()], lr=0.5), []
    optimizer.register_state_dict_pre_hook(lambda o: seen.append("saving"))
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "extra": 1})
    optimizer.register_load_state_dict_pre_hook(lambda o, state: seen.append(state["extra"]))
    optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded"))
    optimizer.register_load_state_dict_post_hook(lambda o: seen.append("first"), prepend=True)
    optimizer.load_state_dict(optimizer.state_dict())
    assert seen == ["saving", 1, "first", "loaded"]


def test_an_optimizer_written_as_in_pytorch():
    class Plain(Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        @edugrad.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    state["count"] = state.get("count", 0) + 1
                    p.add_(p.grad, alpha=-group["lr"])

    w = parameter(1.0)
    optimizer = stepped(Plain([w], lr=0.25), 2)
    assert w.item() == 0.5
    assert optimizer.state_dict()["state"] == {0: {"count": 2}}


# Errors


class Model:
    """A network, as a learner passes it by mistake."""


MISTAKES = {
    "a model": (
        lambda: SGD(Model(), lr=0.1),
        TypeError,
        "should be an iterable of Tensors or dicts, but got Model",
        "model.parameters()",
    ),
    "one tensor": (lambda: SGD(parameter(), lr=0.1), TypeError, "but got Tensor", "list: [w]"),
    "nothing": (
        lambda: SGD(iter(()), lr=0.1),
        ValueError,
        "optimizer got an empty parameter list",
        "only once",
    ),
    "a number": (lambda: SGD([1.0], lr=0.1), TypeError, "one of the params is float"),
    "a set": (lambda: SGD([{"params": {parameter()}}]), TypeError, "ordered collections"),
    "a result": (
        lambda: SGD([parameter() * 0.1], lr=0.1),
        ValueError,
        "can't optimize a non-leaf Tensor",
        "MulBackward0",
        ".detach().requires_grad_()",
    ),
    "names for some": (
        lambda: SGD([("w", parameter()), parameter()]),
        ValueError,
        "Some param names are missing",
        "1 names for 2 parameters",
    ),
    "a negative learning rate": (
        lambda: SGD([parameter()], lr=-0.1),
        ValueError,
        "Invalid learning rate: -0.1",
        "maximize=True",
    ),
    "a negative momentum": (
        lambda: SGD([parameter()], momentum=-1),
        ValueError,
        "Invalid momentum value: -1",
        "momentum is not negative",
    ),
    "a beta of 1": (
        lambda: Adam([parameter()], betas=(0.9, 1.0)),
        ValueError,
        "Invalid beta parameter at index 1: 1.0",
        "less than 1",
    ),
    "Nesterov without momentum": (
        lambda: SGD([parameter()], nesterov=True),
        ValueError,
        "Nesterov momentum requires a momentum and zero dampening",
    ),
    "differentiable": (
        lambda: SGD([parameter()], differentiable=True),
        NotImplementedError,
        "edugrad has no steps that gradients flow through",
        "create_graph=True",
    ),
    "capturable": (
        lambda: Adam([parameter()], capturable=True),
        NotImplementedError,
        "edugrad has no steps within a CUDA graph",
    ),
    "both implementations": (
        lambda: Adam([parameter()], fused=True, foreach=True),
        RuntimeError,
        "`fused` and `foreach` cannot be `True` together.",
    ),
    "no closure": (
        lambda: LBFGS([parameter()]).step(),
        TypeError,
        "missing 1 required positional argument: 'closure'",
        "loss.backward()",
    ),
    "an unknown line search": (
        lambda: LBFGS([w := parameter()], line_search_fn="armijo").step(lambda: _loss(w)),
        RuntimeError,
        "only 'strong_wolfe' is supported",
        "line_search_fn='armijo'",
    ),
    "no rule": (
        lambda: stepped(Optimizer([parameter()], {})),
        NotImplementedError,
        "Optimizer has no update rule",
        "define apply_single",
    ),
}


def _loss(w: edugrad.Tensor) -> edugrad.Tensor:
    loss = (w**2).sum()
    loss.backward()
    return loss


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_explained(mistake: str):
    call, error, *words = MISTAKES[mistake]
    with raises(error, *words):
        call()


def test_a_parameter_belongs_to_one_group():
    w = parameter()
    optimizer = SGD([w], lr=0.1)
    with raises(ValueError, "some parameters appear in more than one", "1 such, of shape (2,)"):
        optimizer.add_param_group({"params": [w]})
    assert len(optimizer.param_groups) == 1
    with pytest.warns(UserWarning, match="duplicate parameters"):
        SGD([w, w], lr=0.1)


def test_foreach_and_fused_change_nothing():
    results = []
    for options in ({}, {"foreach": True}, {"fused": True}):
        w = parameter(1.0)
        stepped(Adam([w], lr=0.1, **options), 3)
        results.append(w.item())
    assert len(set(results)) == 1


# L-BFGS


@pytest.mark.parametrize("line_search", [None, "strong_wolfe"])
def test_lbfgs_solves_a_quadratic_problem(line_search: str | None):
    a = edugrad.tensor([[3.0, 1.0], [1.0, 2.0]], dtype=edugrad.float64)
    b = edugrad.tensor([1.0, -1.0], dtype=edugrad.float64)
    x = edugrad.zeros(2, dtype=edugrad.float64, requires_grad=True)
    unused = edugrad.zeros(3, dtype=edugrad.float64, requires_grad=True)
    optimizer = LBFGS([x, unused], max_iter=40, line_search_fn=line_search)

    def closure():
        optimizer.zero_grad()
        loss = 0.5 * x @ a @ x - b @ x
        loss.backward()
        return loss

    first = optimizer.step(closure)
    assert first.item() == 0.0
    assert x.tolist() == pytest.approx([0.6, -0.8], abs=1e-6)
    assert optimizer.state[x]["n_iter"] < 40


def test_lbfgs_on_a_gpu_goes_on_from_a_saved_state(gpu: edugrad.Device):
    x = edugrad.tensor([-1.2, 1.0], device=gpu, requires_grad=True)

    def closure_of(optimizer, x):
        def closure():
            optimizer.zero_grad()
            loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
            loss.backward()
            return loss

        return closure

    optimizer = LBFGS([x], max_iter=5, line_search_fn="strong_wolfe")
    optimizer.step(closure_of(optimizer, x))
    again = x.detach().clone().requires_grad_()
    other = LBFGS([again], max_iter=5, line_search_fn="strong_wolfe")
    other.load_state_dict(optimizer.state_dict())
    for made, point in ((optimizer, x), (other, again)):
        made.step(closure_of(made, point))
    assert again.tolist() == x.tolist()


def test_no_warning_comes_from_the_arithmetic():
    w = edugrad.full((3,), 6e4, dtype=edugrad.float16, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="edugrad")
        stepped(SGD([w], lr=1e9))
    assert w.tolist() == [float("-inf")] * 3
