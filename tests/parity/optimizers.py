"""Optimizers and schedules of learning rates: steps, states, texts and errors."""

from __future__ import annotations

import copy
import itertools
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from .compare import compare, compare_calls
from .semantics import check

STEPS, EPOCHS = 20, 60
SHAPES = ((3, 4), (4,), (), (2, 0), (33, 1000))
OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "SGD": (
        {"lr": 0.1},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        {"lr": 0.1, "maximize": True},
        {"lr": 0.1, "momentum": 0.5, "maximize": True, "weight_decay": 0.2},
    ),
    "Adam": (
        {},
        {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3},
        {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1},
        {"lr": 0.05, "maximize": True, "decoupled_weight_decay": True, "weight_decay": 0.1},
    ),
    "AdamW": ({}, {"lr": 0.05, "weight_decay": 0.5, "amsgrad": True}, {"maximize": True}),
    "NAdam": (
        {},
        {"lr": 0.05, "weight_decay": 0.1, "momentum_decay": 0.1},
        {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
    ),
    "RAdam": (
        {},
        {"lr": 0.05, "weight_decay": 0.1, "betas": (0.9, 0.9)},
        {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
    ),
    "Adamax": ({}, {"lr": 0.05, "weight_decay": 0.1, "eps": 0.1, "maximize": True}),
    "RMSprop": (
        {},
        {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.1},
        {"lr": 0.02, "centered": True, "alpha": 0.9, "eps": 1e-3},
        {"lr": 0.02, "centered": True, "eps": 1e-2, "momentum": 0.9, "maximize": True},
    ),
    "Adagrad": (
        {},
        {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5},
        {"lr": 0.1, "maximize": True},
    ),
    "Adadelta": ({}, {"lr": 0.5, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.1, "maximize": True}),
    "ASGD": (
        {},
        {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 3, "weight_decay": 0.1},
        {"lr": 0.1, "maximize": True},
    ),
    "Rprop": ({}, {"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (1e-3, 0.2), "maximize": True}),
    "LBFGS": (
        {"lr": 0.1},
        {"lr": 0.5, "max_iter": 4, "history_size": 2},
        {"line_search_fn": "strong_wolfe"},
        {"line_search_fn": "strong_wolfe", "max_iter": 5, "max_eval": 7},
    ),
}


def start(seed: int = 0, dtype: str = "float32") -> list[np.ndarray]:
    """The parameters to begin with."""
    generator = np.random.default_rng(seed)
    return [np.asarray(generator.standard_normal(shape), dtype) for shape in SHAPES]


def parameters(library: Any, dtype: str = "float32") -> list[Any]:
    return [library.from_numpy(array).requires_grad_() for array in start(dtype=dtype)]


def give_gradients(library: Any, tensors: list[Any], step: int) -> None:
    """Gradients that change sign now and then."""
    for number, tensor in enumerate(tensors):
        generator = np.random.default_rng(100 * step + number)
        values = np.asarray(generator.standard_normal(tuple(tensor.shape)), "float32")
        tensor.grad = library.from_numpy(values).to(tensor.dtype)


def closure(library: Any, optimizer: Any, tensors: list[Any]) -> Callable[[], Any]:
    def call() -> Any:
        optimizer.zero_grad()
        loss = sum((((each - 1) ** 2) * (1 + each**2)).sum() for each in tensors)
        loss.backward()
        return loss

    return call


def run(library: Any, name: str, options: dict[str, Any], dtype: str = "float32") -> Any:
    """The parameters after 20 steps, and the optimizer."""
    tensors = parameters(library, dtype)[: 3 if name == "LBFGS" else None]
    optimizer = getattr(library.optim, name)(tensors, **options)
    for step in range(STEPS):
        if name == "LBFGS":
            optimizer.step(closure(library, optimizer, tensors))
        else:
            give_gradients(library, tensors, step)
            optimizer.step()
    return tensors, optimizer


def plain(value: Any) -> Any:
    """A state as nested lists and numbers, with the types of its tensors."""
    if hasattr(value, "detach"):
        return f"{value.dtype}".split(".")[-1], tuple(value.shape), value.numpy()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(plain, value)]
    return value


def close(ours: Any, theirs: Any, tolerance: float) -> bool:
    """Whether two plain structures agree, numbers to a tolerance."""
    if isinstance(theirs, dict):
        return list(ours) == list(theirs) and all(
            close(ours[key], theirs[key], tolerance) for key in theirs
        )
    if isinstance(theirs, (list, tuple)):
        pairs = zip(ours, theirs, strict=False)
        return len(ours) == len(theirs) and all(close(a, b, tolerance) for a, b in pairs)
    if isinstance(theirs, (float, np.ndarray)):
        return bool(np.allclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True))
    return type(ours) is type(theirs) and ours == theirs


# PyTorch rounds to float16 after every operation, edugrad once a step. Among many elements there
# are some whose gradient and weight decay nearly cancel; PyTorch adds them with one rounding.
TOLERANCES = {"float32": 1e-6, "float64": 1e-12, "float16": 1e-2}
MANY = 4


@check
def optimizers_steps(edugrad: Any, torch: Any) -> Iterator[str]:
    runs = [(name, each, "float32") for name, several in OPTIONS.items() for each in several]
    runs += [(name, several[-1], "float64") for name, several in OPTIONS.items()]
    runs += [(name, OPTIONS[name][1], "float16") for name in ("SGD", "Adam", "Adagrad")]
    for name, options, dtype in runs:
        (ours, mine), (theirs, other) = (
            run(library, name, options, dtype) for library in (edugrad, torch)
        )
        tolerance = TOLERANCES[dtype]
        where = f"{name}({options}), {dtype}"
        for a, b in zip(ours, theirs, strict=True):
            got, wanted = a.detach().numpy(), b.detach().numpy()
            apart = np.abs(got - wanted) / np.maximum(1, np.abs(wanted))
            allowed = MANY * tolerance if got.size > 1000 else tolerance
            if apart.max(initial=0) > allowed or got.dtype != wanted.dtype:
                yield f"{where}, shape {a.shape}: {apart.max():.1e} apart after {STEPS} steps"
        states = plain(mine.state_dict()), plain(other.state_dict())
        if not close(*states, tolerance=max(1e-4, 10 * tolerance)):
            yield f"{where}: the states differ\n{states[0]!s:.500}\n{states[1]!s:.500}"
        if repr(mine) != repr(other):
            yield f"{where}: {mine!r} here, {other!r} in PyTorch"


SCHEDULES: dict[str, Callable[[Any, Any], Any]] = {
    "StepLR": lambda s, o: s.StepLR(o, 7, 0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [3, 10, 10, 30], 0.3),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.93),
    "ConstantLR": lambda s, o: s.ConstantLR(o, 0.25, 9),
    "LinearLR": lambda s, o: s.LinearLR(o, 0.1, 0.8, 25),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, 40, 2.0),
    "LambdaLR": lambda s, o: s.LambdaLR(o, [lambda e: 0.95**e, lambda e: 1 / (1 + e)]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda e: 0.9 if e % 3 else 1.1),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 13, 0.01),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 5, 2, 0.01),
    "CosineAnnealingWarmRestarts, one length": lambda s, o: s.CosineAnnealingWarmRestarts(o, 7),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, [0.5, 0.1], total_steps=EPOCHS),
    "OneCycleLR, three phases": lambda s, o: s.OneCycleLR(
        o, 0.5, epochs=6, steps_per_epoch=10, three_phase=True, anneal_strategy="linear"
    ),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, [0.1, 0.3], 4, 9),
    "CyclicLR, triangular2": lambda s, o: s.CyclicLR(o, 0.01, 0.3, 5, mode="triangular2"),
    "CyclicLR, exp_range": lambda s, o: s.CyclicLR(
        o, 0.01, 0.3, 5, mode="exp_range", gamma=0.97, cycle_momentum=False
    ),
    "CyclicLR, function": lambda s, o: s.CyclicLR(o, 0.01, 0.3, 5, scale_fn=lambda x: 1 / x),
    "ReduceLROnPlateau": lambda s, o: s.ReduceLROnPlateau(o, patience=2, cooldown=3, min_lr=1e-3),
    "ReduceLROnPlateau, max": lambda s, o: s.ReduceLROnPlateau(
        o, "max", 0.5, 1, 0.05, "abs", min_lr=[0.01, 0.02]
    ),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=5), s.CosineAnnealingLR(o, 20), s.StepLR(o, 4)], [6, 30]
    ),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler(
        [s.ConstantLR(o, 0.1, 8), s.ExponentialLR(o, 0.95), s.CosineAnnealingLR(o, 15)]
    ),
}


def optimizer_of_two_groups(library: Any, name: str = "SGD", lr: Any = 0.2) -> Any:
    first, second = (library.ones(2, requires_grad=True) for _ in range(2))
    groups = [{"params": [first]}, {"params": [second], "lr": 0.4}]
    extra = {"momentum": 0.9} if name == "SGD" else {}
    return getattr(library.optim, name)(groups, lr=lr, **extra)


def rates(library: Any, make: Any, optimizer: Any, resume: bool) -> list[list[float]]:
    """Learning rates and momentum of 60 epochs; with a state saved and loaded on the way."""
    schedules = library.optim.lr_scheduler
    schedule = make(schedules, optimizer)
    found = []
    for epoch in range(EPOCHS):
        found.append([float(lr) for lr in schedule.get_last_lr()])
        for group in optimizer.param_groups:
            found[-1].append(float(group["lr"]))
            found[-1].append(group["betas"][0] if "betas" in group else group["momentum"])
        optimizer.step()
        if isinstance(schedule, schedules.ReduceLROnPlateau):
            schedule.step(1 + np.sin(epoch) / (1 + epoch))
        else:
            schedule.step()
        if resume and epoch == EPOCHS // 2:
            saved, groups = copy.deepcopy(schedule.state_dict()), optimizer.state_dict()
            optimizer = optimizer_of_two_groups(library, type(optimizer).__name__)
            schedule = make(schedules, optimizer)
            optimizer.load_state_dict(groups)
            schedule.load_state_dict(saved)
            optimizer.step()
    return found


@check
def learning_rate_schedules(edugrad: Any, torch: Any) -> Iterator[str]:
    for (name, make), kind in itertools.product(SCHEDULES.items(), ("SGD", "Adam")):
        for resume in (False, True):
            ours, theirs = (
                rates(library, make, optimizer_of_two_groups(library, kind), resume)
                for library in (edugrad, torch)
            )
            if not np.allclose(ours, theirs, rtol=1e-10, atol=1e-14):
                worst = np.abs(np.array(ours) - np.array(theirs)).max(1).argmax()
                yield f"{name} of {kind}: {ours[worst]} here, {theirs[worst]} after {worst} epochs"
        states = [
            plain(make(library.optim.lr_scheduler, optimizer_of_two_groups(library)).state_dict())
            for library in (edugrad, torch)
        ]
        if set(states[0]) ^ set(states[1]):
            yield f"{name}: the states differ in {sorted(set(states[0]) ^ set(states[1]))}"


@check
def learning_rate_as_a_tensor(edugrad: Any, torch: Any) -> Iterator[str]:
    for name in ("StepLR", "LinearLR", "CosineAnnealingLR", "OneCycleLR", "ReduceLROnPlateau"):
        ours, theirs = (
            rates(
                library,
                SCHEDULES[name],
                optimizer_of_two_groups(library, lr=library.tensor(0.2)),
                False,
            )
            for library in (edugrad, torch)
        )
        if not np.allclose(ours, theirs, rtol=1e-6):
            yield f"{name}: the learning rates differ"


def _sgd(t: Any, *options: Any, **named: Any) -> Any:
    return t.optim.SGD([t.ones(2, requires_grad=True)], *options, **named)


def _twice(t: Any) -> Any:
    w = t.ones(2, requires_grad=True)
    return t.optim.SGD([{"params": [w]}, {"params": w}], lr=0.1)


def _stale(t: Any) -> Any:
    w = t.ones(2, requires_grad=True)
    w.grad = t.ones(2)
    loss = (w * w).sum()
    t.optim.SGD([w], lr=0.1).step()
    loss.backward()


def _load(t: Any, groups: int, count: int) -> Any:
    made = [{"params": [t.ones(1, requires_grad=True) for _ in range(count)]}] * 1
    other = t.optim.SGD(made + [{"params": [t.ones(1)]}] * (groups - 1), lr=0.1)
    return _sgd(t, 0.1).load_state_dict(other.state_dict())


def _schedule(t: Any, name: str, *options: Any, **named: Any) -> Any:
    return getattr(t.optim.lr_scheduler, name)(_sgd(t, 0.1), *options, **named)


MISTAKES: tuple[Callable[[Any], Any], ...] = (
    lambda t: t.optim.SGD([], lr=0.1),
    lambda t: t.optim.SGD(t.ones(2), lr=0.1),
    lambda t: t.optim.SGD(3, lr=0.1),
    lambda t: t.optim.SGD([1.0], lr=0.1),
    lambda t: t.optim.SGD({"params": [t.ones(1)]}, lr=0.1),
    lambda t: t.optim.SGD([{"params": {t.ones(1)}}], lr=0.1),
    lambda t: t.optim.SGD([{"lr": 1.0}], lr=0.1),
    lambda t: t.optim.SGD([t.ones(2, requires_grad=True) * 2], lr=0.1),
    lambda t: t.optim.SGD([("a", t.ones(2)), t.ones(2)], lr=0.1),
    lambda t: t.optim.SGD([("a", t.ones(2))], 0.1).add_param_group({"params": t.ones(2)}),
    lambda t: _sgd(t, 0.1).add_param_group([t.ones(2)]),
    _twice,
    _stale,
    lambda t: _sgd(t, -1),
    lambda t: _sgd(t, "fast"),
    lambda t: _sgd(t, t.ones(2)),
    lambda t: _sgd(t, 0.1, momentum=-1),
    lambda t: _sgd(t, 0.1, weight_decay=-1),
    lambda t: _sgd(t, 0.1, nesterov=True),
    lambda t: _sgd(t, 0.1, momentum=0.9, dampening=0.1, nesterov=True),
    lambda t: _sgd(t, 0.1, foreach=True, fused=True),
    lambda t: t.optim.Adam([t.ones(1)], betas=(0.9, 1.0)),
    lambda t: t.optim.Adam([t.ones(1)], betas=(-0.1, 0.9)),
    lambda t: t.optim.Adam([t.ones(1)], eps=-1),
    lambda t: t.optim.Adam([t.ones(1)], lr=t.tensor(0.1), foreach=True),
    lambda t: t.optim.Adadelta([t.ones(1)], rho=2),
    lambda t: t.optim.Rprop([t.ones(1)], etas=(1.5, 2)),
    lambda t: t.optim.RMSprop([t.ones(1)], alpha=-1),
    lambda t: t.optim.Adagrad([t.ones(1)], initial_accumulator_value=-1),
    lambda t: t.optim.NAdam([t.ones(1)], momentum_decay=-1),
    lambda t: t.optim.LBFGS([{"params": [t.ones(1)]}, {"params": [t.ones(1)]}]),
    lambda t: t.optim.LBFGS([t.ones(1)]).step(),
    lambda t: _load(t, 2, 1),
    lambda t: _load(t, 1, 2),
    lambda t: t.optim.lr_scheduler.StepLR("optimizer", 3),
    lambda t: _schedule(t, "StepLR", 3, last_epoch=5),
    lambda t: _schedule(t, "LambdaLR", [abs, abs]),
    lambda t: _schedule(t, "MultiplicativeLR", 0.5),
    lambda t: _schedule(t, "ConstantLR", 2),
    lambda t: _schedule(t, "LinearLR", 0),
    lambda t: _schedule(t, "LinearLR", 0.5, 2),
    lambda t: _schedule(t, "CosineAnnealingWarmRestarts", 0),
    lambda t: _schedule(t, "CosineAnnealingWarmRestarts", 2, 0.5),
    lambda t: _schedule(t, "OneCycleLR", 0.1),
    lambda t: _schedule(t, "OneCycleLR", 0.1, total_steps=0),
    lambda t: _schedule(t, "OneCycleLR", 0.1, epochs=2, steps_per_epoch=1.5),
    lambda t: _schedule(t, "OneCycleLR", 0.1, total_steps=9, pct_start=2.0),
    lambda t: _schedule(t, "OneCycleLR", 0.1, total_steps=9, anneal_strategy="sin"),
    lambda t: _schedule(t, "OneCycleLR", [0.1, 0.2], total_steps=9),
    lambda t: [s := _schedule(t, "OneCycleLR", 0.1, total_steps=1), s.step(), s.step()],
    lambda t: _schedule(t, "CyclicLR", 0.1, 0.2, mode="square"),
    lambda t: t.optim.lr_scheduler.CyclicLR(t.optim.Adagrad([t.ones(1)]), 0.1, 0.2),
    lambda t: _schedule(t, "ReduceLROnPlateau", factor=1.0),
    lambda t: _schedule(t, "ReduceLROnPlateau", "best"),
    lambda t: _schedule(t, "ReduceLROnPlateau", threshold_mode="best"),
    lambda t: _schedule(t, "ReduceLROnPlateau", min_lr=[0.1, 0.2]),
    lambda t: _schedule(t, "SequentialLR", [], []),
    lambda t: _schedule(t, "SequentialLR", [_schedule(t, "StepLR", 3)], []),
    lambda t: _schedule(t, "SequentialLR", [1], []),
    lambda t: t.optim.lr_scheduler.ChainedScheduler([]),
    lambda t: t.optim.lr_scheduler.ChainedScheduler([_schedule(t, "ReduceLROnPlateau")]),
    lambda t: t.optim.Optimizer([t.ones(1)], {}).state_dict(),
)


@check
def optimizers_errors(edugrad: Any, torch: Any) -> Iterator[str]:
    for k, mistake in enumerate(MISTAKES):
        found = compare_calls(partial(mistake, edugrad), partial(mistake, torch))
        if found:
            yield f"number {k}: {found.text}"


WARNINGS: tuple[Callable[[Any], Any], ...] = (
    lambda t: t.optim.SGD([w := t.ones(1), w], lr=0.1),
    lambda t: _schedule(t, "StepLR", 3).step(),
    lambda t: [s := _schedule(t, "StepLR", 3), s.optimizer.step(), s.step()],
    lambda t: [s := _schedule(t, "StepLR", 3), s.optimizer.step(), s.step(5)],
    lambda t: _schedule(t, "StepLR", 3).get_lr(),
    lambda t: _schedule(t, "StepLR", 3).get_last_lr(),
    lambda t: [
        s := _schedule(t, "StepLR", 3),
        setattr(s.optimizer, "step", lambda: None),
        s.step(),
    ],
)


def warned(call: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [f"{each.category.__name__}: {str(each.message)[:24]}" for each in caught]


@check
def optimizers_warnings(edugrad: Any, torch: Any) -> Iterator[str]:
    for k, cause in enumerate(WARNINGS):
        ours, theirs = (warned(partial(cause, library)) for library in (edugrad, torch))
        if ours != theirs:
            yield f"number {k}: {ours} here, {theirs} in PyTorch"


@check
def optimizers_closed_forms(edugrad: Any, torch: Any) -> Iterator[str]:
    for name, make in SCHEDULES.items():
        if "Plateau" in name or name in ("SequentialLR", "ChainedScheduler"):
            continue
        for epoch in (0, 3, 17, 41):
            found = []
            for library in (edugrad, torch):
                schedule = make(library.optim.lr_scheduler, optimizer_of_two_groups(library))
                schedule.optimizer.step()
                schedule.step(epoch)
                found.append(schedule.get_last_lr())
            difference = compare(*found)
            if difference:
                yield f"{name}.step({epoch}): {difference.text}"
