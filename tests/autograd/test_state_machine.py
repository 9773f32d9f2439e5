"""Random programs of views, writes and backward: a gradient is right, or there is an error.

A Hypothesis state machine plays on edugrad and, step by step, on a reference that has neither a
graph nor a backward pass (tests/autograd/programs/reference.py). ``docs/correctness.md`` has the
statistics of long runs. To make one::

    HYPOTHESIS_PROFILE=long pytest tests/autograd/test_state_machine.py -k machine \
        --hypothesis-show-statistics

It was tried on faults that were planted on purpose, and finds each of them: see ``FAULTS``.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

import edugrad
from edugrad.autograd import derivatives, engine, function, hooks, views
from edugrad.storage import Storage

from .programs.play import Disagreement, Play
from .programs.steps import ASSIGNMENTS, GRADIENTS, NAMES, RESULTS, SWITCHES, VIEWS, WRITES

index = st.integers(0, 23)
small = st.integers(0, 3)


class Programs(RuleBasedStateMachine):
    """A program: tensors are made, looked at, written to and differentiated in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.play = Play(edugrad)

    @rule(name=st.sampled_from(sorted(VIEWS)), i=index, k=small)
    def view(self, name: str, i: int, k: int) -> None:
        self.play.step(name, i, 0, k)

    @rule(name=st.sampled_from(sorted(RESULTS)), i=index, j=index, k=small)
    def compute(self, name: str, i: int, j: int, k: int) -> None:
        self.play.step(name, i, j, k)

    @rule(name=st.sampled_from(sorted(WRITES)), i=index, j=index, k=small)
    def write(self, name: str, i: int, j: int, k: int) -> None:
        self.play.step(name, i, j, k)

    @rule(name=st.sampled_from(sorted(ASSIGNMENTS)), i=index, j=index, k=small)
    def assign(self, name: str, i: int, j: int, k: int) -> None:
        self.play.step(name, i, j, k)

    @rule(name=st.sampled_from(sorted(SWITCHES)), i=index)
    def switch(self, name: str, i: int) -> None:
        self.play.step(name, i, 0, 0)

    @rule(name=st.sampled_from(sorted(GRADIENTS)), i=index, j=index, k=small)
    def differentiate(self, name: str, i: int, j: int, k: int) -> None:
        self.play.step(name, i, j, k)

    def teardown(self) -> None:
        self.play.finish()
        counts = self.play.counts
        for name in ("writes through views", "other writes", "refused steps", "refused gradients"):
            event(f"{name}: {_about(counts[name])}")
        event(f"gradients compared: {_about(counts['compared gradients'])}")


def _about(count: int) -> str:
    return str(count) if count < 3 else "3 to 9" if count < 10 else "10 or more"


TestPrograms = pytest.mark.slow(Programs.TestCase)
TestPrograms.settings = settings(
    settings.get_profile(settings.get_current_profile_name()), stateful_step_count=20
)


def test_most_programs_reach_a_gradient() -> None:
    """The machine is not content because everything is refused or out of reach."""
    counts: Counter[str] = Counter()
    dice = random.Random(0)
    for _ in range(60):
        play = Play(edugrad)
        for _ in range(20):
            play.step(dice.choice(NAMES), dice.randrange(24), dice.randrange(24), dice.randrange(4))
        play.finish()
        counts += play.counts
    assert counts["compared gradients"] > 600
    assert counts["writes through views"] > 25
    assert counts["refused gradients"] < counts["compared gradients"] / 4
    assert all(counts[name] for name in NAMES)


def _do_nothing(*args: Any, **kwargs: Any) -> None:
    pass


def _view_is_moved_alone(target: Any, node: Any) -> None:
    views.move(target, (node, 0))


def _nothing_is_taken_along(tensor: Any, edge: Any) -> None:
    tensor._edge = edge
    tensor._requires_grad = True


def _region_keeps_its_gradient(self: Any, gradients: Any) -> Any:
    (gradient,) = gradients
    return gradient.clone(), views.replay(self.steps, views.lying_as(gradient, self.form))


def _gradient_is_replaced(leaf: Any, gradient: Any, unshared: bool) -> None:
    leaf._grad = gradient.detach().clone()


def _first_gradient_wins(self: Any, edge: Any, gradient: Any) -> None:
    waiting = self.pending.get(edge[0])
    if waiting is None or waiting[edge[1]] is None:
        SEND(self, edge, gradient)


SEND = engine.Walk.send

FAULTS: dict[str, tuple[tuple[Any, str, Callable[..., Any]], ...]] = {
    "a write is not counted": ((Storage, "bump", _do_nothing),),
    "a view never looks for its new place in the graph": ((views.View, "refresh", _do_nothing),),
    "a write through a view does not reach its base": (
        (function, "write_history", _view_is_moved_alone),
    ),
    "what a write replaces still gets a gradient": (
        (views.ReplaceRegion, "run", _region_keeps_its_gradient),
    ),
    "a leaf's gradient is replaced, not added to": (
        (engine, "accumulate", _gradient_is_replaced),
        (derivatives, "accumulate", _gradient_is_replaced),
    ),
    "of two gradients that arrive, one is lost": ((engine.Walk, "send", _first_gradient_wins),),
    "a hook's result is ignored": ((hooks, "call", lambda hooks, gradient: gradient),),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, attribute, fault in FAULTS[name]:
        monkeypatch.setattr(place, attribute, fault)
    search = settings(
        max_examples=300,
        stateful_step_count=20,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    with pytest.raises(Disagreement):
        run_state_machine_as_test(Programs, settings=search)


def test_a_retained_gradient_that_stays_behind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes three particular steps in a row, which the machine seldom draws."""
    monkeypatch.setattr(views, "move", _nothing_is_taken_along)
    play = Play(edugrad)
    play.step("retain_grad", 0, 0, 0)
    play.step("mul_ number", 0, 0, 3)
    with pytest.raises(Disagreement):
        play.step("backward", 0, 0, 0)
