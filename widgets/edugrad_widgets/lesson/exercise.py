"""What a lesson asks: questions to predict, exercises to make, a recap to end on."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """A question to answer before running: each option with the reason why it is right or wrong.

    Examples
    --------
    >>> question = Question("demo", "2 + 2?", {"4": "Yes.", "22": "That joins."}, answer="4")
    >>> question.answer
    '4'
    """

    name: str
    text: str
    options: Mapping[str, str]
    answer: str

    def __post_init__(self) -> None:
        if self.answer not in self.options:
            raise ValueError(
                f"the answer of question {self.name!r} must be one of its options: got "
                f"{self.answer!r}, the options are {list(self.options)}"
            )


@dataclass(frozen=True)
class Exercise:
    """Something to make, with its check, its hints and its solution.

    ``task`` says in one sentence what is missing. ``examine`` takes the learner's object, returns a
    sentence on what holds when it is right, and raises :class:`~edugrad_widgets.lesson.Wrong` or
    :class:`~edugrad_widgets.lesson.Unfilled` when it is not. ``solution`` is a real function: what
    is shown is its source, and what is tested is the function.
    """

    name: str
    task: str
    examine: Callable[[Any], str]
    hints: tuple[str, ...]
    solution: Callable[..., Any]

    @property
    def solution_source(self) -> str:
        """The solution as the learner would write it."""
        return textwrap.dedent(inspect.getsource(self.solution)).rstrip()


@dataclass(frozen=True)
class Recap:
    """The end of a lesson: three lines, five questions with answers, where next, PyTorch's way."""

    lines: tuple[str, str, str]
    questions: Mapping[str, str]
    next: str
    pytorch: str
    pytorch_code: str

    def __post_init__(self) -> None:
        if len(self.questions) != 5:
            raise ValueError(f"a recap asks five questions, got {len(self.questions)}")
