"""Schedules of learning rates against their formulas."""

from __future__ import annotations

import copy
import math
import re
import warnings

import pytest

import edugrad
from edugrad.optim import SGD, Adagrad, Adam, Optimizer
from edugrad.optim import lr_scheduler as schedules


def optimizer(lr: float = 1.0, **options: float) -> Optimizer:
    return SGD([edugrad.ones(1, requires_grad=True)], lr=lr, **options)


def rates(schedule: schedules.LRScheduler, count: int = 12) -> list[float]:
    found = []
    for _ in range(count):
        (lr,) = schedule.get_last_lr()
        found.append(lr)
        schedule.optimizer.step()
        schedule.step()
    return found


FORMULAS = {
    "StepLR": (lambda o: schedules.StepLR(o, 3, 0.5), lambda t: 0.5 ** (t // 3)),
    "MultiStepLR": (
        lambda o: schedules.MultiStepLR(o, [2, 5, 5], 0.5),
        lambda t: 0.5 ** ((t >= 2) + 2 * (t >= 5)),
    ),
    "ExponentialLR": (lambda o: schedules.ExponentialLR(o, 0.9), lambda t: 0.9**t),
    "ConstantLR": (lambda o: schedules.ConstantLR(o, 0.25, 4), lambda t: 0.25 if t < 4 else 1),
    "LinearLR": (
        lambda o: schedules.LinearLR(o, 0.2, 0.9, 5),
        lambda t: 0.2 + 0.7 * min(t, 5) / 5,
    ),
    "PolynomialLR": (
        lambda o: schedules.PolynomialLR(o, 8, 2.0),
        lambda t: (1 - min(t, 8) / 8) ** 2,
    ),
    "LambdaLR": (lambda o: schedules.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
    "MultiplicativeLR": (
        lambda o: schedules.MultiplicativeLR(o, lambda t: 0.5 if t == 4 else 1.0),
        lambda t: 0.5 if t >= 4 else 1.0,
    ),
    "CosineAnnealingLR": (
        lambda o: schedules.CosineAnnealingLR(o, 5, 0.1),
        lambda t: 0.1 + 0.9 * (1 + math.cos(math.pi * t / 5)) / 2,
    ),
    "CosineAnnealingWarmRestarts": (
        lambda o: schedules.CosineAnnealingWarmRestarts(o, 2, 2, 0.1),
        lambda t: (
            0.1
            + 0.45
            * (1 + math.cos(math.pi * (t / 2 if t < 2 else (t - 2) / 4 if t < 6 else (t - 6) / 8)))
        ),
    ),
    "CyclicLR": (
        lambda o: schedules.CyclicLR(o, 0.1, 0.5, 2, 4, cycle_momentum=False),
        lambda t: 0.1 + 0.4 * (t % 6 / 2 if t % 6 <= 2 else (6 - t % 6) / 4),
    ),
    "SequentialLR": (
        lambda o: schedules.SequentialLR(
            o, [schedules.ConstantLR(o, 0.1, 100), schedules.ExponentialLR(o, 0.9)], [4]
        ),
        lambda t: 0.1 if t < 4 else 0.9 ** (t - 4),
    ),
    "ChainedScheduler": (
        lambda o: schedules.ChainedScheduler(
            [schedules.ConstantLR(o, 0.1, 4), schedules.ExponentialLR(o, 0.9)]
        ),
        lambda t: (0.1 if t < 4 else 1.0) * 0.9**t,
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_learning_rates_are_those_of_the_formula(name: str):
    make, formula = FORMULAS[name]
    assert rates(make(optimizer())) == pytest.approx([formula(t) for t in range(12)])


@pytest.mark.parametrize("name", FORMULAS)
def test_a_schedule_goes_on_from_a_saved_state(name: str):
    make, formula = FORMULAS[name]
    schedule = make(optimizer())
    rates(schedule, 5)
    saved, groups = copy.deepcopy(schedule.state_dict()), schedule.optimizer.state_dict()
    other = make(optimizer())
    other.optimizer.load_state_dict(groups)
    other.load_state_dict(saved)
    other.optimizer.step()
    assert rates(other, 7) == pytest.approx([formula(t) for t in range(5, 12)])


@pytest.mark.parametrize("name", ["StepLR", "LinearLR", "CosineAnnealingLR", "ExponentialLR"])
def test_the_closed_form_of_an_epoch(name: str):
    make, formula = FORMULAS[name]
    schedule = make(optimizer())
    schedule.optimizer.step()
    with pytest.warns(UserWarning, match="epoch parameter in `scheduler.step"):
        schedule.step(9)
    assert schedule.get_last_lr() == pytest.approx([formula(9)])


def test_a_schedule_may_begin_in_the_middle():
    made = optimizer(0.5)
    made.param_groups[0]["initial_lr"] = 1.0
    schedule = schedules.CosineAnnealingLR(made, 10, last_epoch=4)
    wanted = [(1 + math.cos(math.pi * t / 10)) / 2 for t in (5, 6, 7)]
    assert rates(schedule, 3) == pytest.approx(wanted)


def test_one_cycle_rises_falls_and_moves_the_momentum_the_other_way():
    made = optimizer(momentum=0.9)
    schedule = schedules.OneCycleLR(made, 2.0, total_steps=11, pct_start=0.5, div_factor=4)
    momentum, found = [], []
    for _ in range(11):
        found += schedule.get_last_lr()
        momentum.append(made.param_groups[0]["momentum"])
        made.step()
        schedule.step()
    peak = 4.5  # the end of the rise, 0.5 * 11 - 1
    wanted = [
        0.5 + 1.5 * (1 - math.cos(math.pi * t / peak)) / 2
        if t <= peak
        else 5e-5 + (2 - 5e-5) * (1 + math.cos(math.pi * (t - peak) / (10 - peak))) / 2
        for t in range(11)
    ]
    assert found == pytest.approx(wanted)
    assert momentum[0] == 0.95
    assert momentum[-1] == 0.95
    assert min(momentum) == pytest.approx(0.85, abs=3e-3)


def test_one_cycle_of_adam_moves_beta1():
    made = Adam([edugrad.ones(1, requires_grad=True)])
    schedules.OneCycleLR(made, 0.1, epochs=2, steps_per_epoch=5)
    assert made.param_groups[0]["betas"] == (0.95, 0.999)


def test_one_cycle_ends():
    schedule = schedules.OneCycleLR(optimizer(momentum=0.9), 0.1, total_steps=2)
    schedule.optimizer.step()
    schedule.step()
    schedule.step()
    with pytest.raises(ValueError, match=r"Tried to step 3 times.*total steps is 2\n"):
        schedule.step()


def test_a_plateau_makes_the_learning_rate_smaller_after_the_patience():
    schedule = schedules.ReduceLROnPlateau(optimizer(), factor=0.5, patience=1, cooldown=1)
    found = []
    for loss in (1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1):
        schedule.step(edugrad.tensor(loss))
        found += schedule.get_last_lr()
    assert found == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25]


def test_a_score_is_better_when_it_is_larger():
    schedule = schedules.ReduceLROnPlateau(optimizer(), "max", 0.5, 0, 0.1, "abs", min_lr=0.3)
    for score in (0.5, 0.55, 0.7, 0.75):
        schedule.step(score)
    assert schedule.get_last_lr() == [0.3]


def test_a_tensor_stays_the_learning_rate():
    made = SGD([edugrad.ones(1, requires_grad=True)], lr=edugrad.tensor(1.0))
    rate = made.param_groups[0]["lr"]
    schedule = schedules.ExponentialLR(made, 0.5)
    made.step()
    schedule.step()
    assert made.param_groups[0]["lr"] is rate
    assert rate.item() == 0.5
    assert schedule.get_last_lr()[0] is not rate


def test_functions_are_not_saved_but_callable_objects_are():
    class Decay:
        def __init__(self) -> None:
            self.rate = 0.5

        def __call__(self, epoch: int) -> float:
            return self.rate**epoch

    schedule = schedules.LambdaLR(optimizer(), Decay())
    assert schedule.state_dict()["lr_lambdas"] == [{"rate": 0.5}]
    saved = schedule.state_dict() | {"lr_lambdas": [{"rate": 0.25}]}
    schedule.load_state_dict(saved)
    schedule.optimizer.step()
    schedule.step()
    assert schedule.get_last_lr() == [0.25]
    assert schedules.LambdaLR(optimizer(), lambda t: 1.0).state_dict()["lr_lambdas"] == [None]


def test_the_wrong_order_is_noticed_once():
    schedule = schedules.StepLR(optimizer(), 2)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        schedule.step()
    schedule.step()


def test_an_overridden_step_is_noticed():
    schedule = schedules.StepLR(optimizer(), 2)
    schedule.optimizer.step = lambda: None
    with pytest.warns(UserWarning, match="has been overridden after"):
        schedule.step()


def test_get_lr_points_to_get_last_lr():
    with pytest.warns(UserWarning, match="please use `get_last_lr"):
        schedules.StepLR(optimizer(), 2).get_lr()


def test_the_right_order_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for make, _ in FORMULAS.values():
            rates(make(optimizer()), 7)


MISTAKES = {
    "no optimizer": (lambda: schedules.StepLR(3, 2), TypeError, "int is not an Optimizer"),
    "no beginning": (
        lambda: schedules.StepLR(optimizer(), 2, last_epoch=3),
        KeyError,
        "'initial_lr' is not specified in param_groups[0]",
        "load the state_dict of the optimizer first",
    ),
    "two functions": (
        lambda: schedules.LambdaLR(optimizer(), [abs, abs]),
        ValueError,
        "Expected 1 lr_lambdas, but got 2",
    ),
    "no function": (
        lambda: schedules.MultiplicativeLR(optimizer(), 0.9),
        TypeError,
        "lr_lambda should be a function, but got float",
    ),
    "a constant above 1": (
        lambda: schedules.ConstantLR(optimizer(), 2.0),
        ValueError,
        "Constant multiplicative factor expected to be between 0 and 1.",
    ),
    "a line from 0": (
        lambda: schedules.LinearLR(optimizer(), 0.0),
        ValueError,
        "Starting multiplicative factor expected to be greater than 0",
        "start_factor=0.0",
    ),
    "a line to 2": (
        lambda: schedules.LinearLR(optimizer(), 0.5, 2.0),
        ValueError,
        "Ending multiplicative factor expected to be between 0 and 1.",
    ),
    "waves of no length": (
        lambda: schedules.CosineAnnealingWarmRestarts(optimizer(), 0),
        ValueError,
        "Expected positive integer T_0, but got 0",
    ),
    "no number of steps": (
        lambda: schedules.OneCycleLR(optimizer(momentum=0.9), 0.1),
        ValueError,
        "You must define either total_steps OR (epochs AND steps_per_epoch)",
        "steps_per_epoch=len(loader)",
    ),
    "no momentum": (
        lambda: schedules.CyclicLR(Adagrad([edugrad.ones(1)]), 0.1, 0.2),
        ValueError,
        "optimizer must support momentum or beta1",
        "cycle_momentum=False",
    ),
    "two learning rates": (
        lambda: schedules.OneCycleLR(optimizer(momentum=0.9), [1, 2], total_steps=3),
        ValueError,
        "max_lr has 2 values, param_groups has 1.",
    ),
    "an unknown mode": (
        lambda: schedules.CyclicLR(optimizer(momentum=0.9), 0.1, 0.2, mode="square"),
        ValueError,
        "mode is invalid and scale_fn is None",
        "'triangular2'",
    ),
    "a factor of 1": (
        lambda: schedules.ReduceLROnPlateau(optimizer(), factor=1.0),
        ValueError,
        "Factor should be < 1.0.",
    ),
    "an unknown aim": (
        lambda: schedules.ReduceLROnPlateau(optimizer(), "best"),
        ValueError,
        "mode best is unknown!",
        "min or max",
    ),
    "a missing milestone": (
        lambda: schedules.SequentialLR(o := optimizer(), [schedules.StepLR(o, 2)] * 2, []),
        ValueError,
        "number of schedulers 2 and the number of milestones to be equal to 0",
    ),
    "two optimizers": (
        lambda: schedules.ChainedScheduler(
            [schedules.StepLR(optimizer(), 2), schedules.StepLR(optimizer(), 2)]
        ),
        ValueError,
        "expects all schedulers to belong to the same optimizer",
    ),
    "a plateau among others": (
        lambda: schedules.ChainedScheduler([schedules.ReduceLROnPlateau(optimizer())]),
        ValueError,
        "does not support `ReduceLROnPlateau`",
        "call its step(loss) yourself",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_explained(mistake: str):
    call, error, *words = MISTAKES[mistake]
    with pytest.raises(error, match=r"[\s\S]*".join(map(re.escape, words))):
        call()
