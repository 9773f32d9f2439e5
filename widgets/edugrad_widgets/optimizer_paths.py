"""The walks: edugrad's own optimisers, step by step from one start on one surface."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import edugrad
from edugrad import optim
from edugrad.errors import teach

from .look import number
from .optimizer_surface import Surface

FAR = 1e12


@dataclass(frozen=True)
class Rule:
    """An optimiser that can be shown: what it is called and how it is made."""

    name: str
    label: str
    make: Callable[[Any, float], Any]


def _sgd(place: Any, rate: float) -> Any:
    return optim.SGD(place, lr=rate)


def _momentum(place: Any, rate: float) -> Any:
    return optim.SGD(place, lr=rate, momentum=0.9)


def _rmsprop(place: Any, rate: float) -> Any:
    return optim.RMSprop(place, lr=rate)


def _adam(place: Any, rate: float) -> Any:
    return optim.Adam(place, lr=rate)


RULES = {
    "sgd": Rule("sgd", "SGD", _sgd),
    "momentum": Rule("momentum", "momentum 0.9", _momentum),
    "rmsprop": Rule("rmsprop", "RMSprop", _rmsprop),
    "adam": Rule("adam", "Adam", _adam),
}


@dataclass(frozen=True)
class Walk:
    """Where an optimiser was before the first step and after each, and how high that is.

    It ends early where the numbers grow beyond all bounds.
    """

    rule: Rule
    places: tuple[tuple[float, float], ...]
    heights: tuple[float, ...]
    steps: int

    @property
    def escaped(self) -> bool:
        """Whether it ended before its last step."""
        return len(self.places) <= self.steps

    def at(self, step: int) -> int:
        """The step itself, or the last one that there is."""
        return min(step, len(self.places) - 1)

    def words(self, step: int) -> str:
        """Where the walk is after so many steps."""
        here = self.at(step)
        x, y = self.places[here]
        if here < step:
            return f"{self.rule.label}: escaped after {here} steps"
        return (
            f"{self.rule.label}: height {number(self.heights[here])} at ({number(x)}, {number(y)})"
        )


def rules(names: Sequence[str]) -> list[Rule]:
    """The rules of these names, in the order of the list above."""
    unknown = [name for name in names if name not in RULES]
    if unknown or not names:
        raise ValueError(
            teach(
                "optimisers are chosen from " + ", ".join(RULES),
                got=", ".join(map(repr, unknown)) or "none",
                mend='e.g. optimizers=["sgd", "adam"]',
            )
        )
    return [rule for name, rule in RULES.items() if name in names]


def walk(rule: Rule, surface: Surface, start: Sequence[float], rate: float, steps: int) -> Walk:
    """Let an optimiser take ``steps`` steps with the learning rate ``rate``."""
    place = edugrad.tensor(list(start), dtype=edugrad.float64, requires_grad=True)
    optimizer = rule.make([place], rate)
    places, heights = [], []
    for _ in range(steps + 1):
        height = surface.height(place[0], place[1])
        here = place.tolist()
        if not _sound(*here, height.item()):
            break
        places.append((here[0], here[1]))
        heights.append(height.item())
        optimizer.zero_grad()
        height.backward()
        optimizer.step()
    return Walk(rule, tuple(places), tuple(heights), steps)


def _sound(*numbers: float) -> bool:
    return all(math.isfinite(each) and abs(each) < FAR for each in numbers)
