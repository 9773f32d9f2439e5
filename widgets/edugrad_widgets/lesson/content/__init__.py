"""The questions, exercises and recaps of the lessons: one module a lesson, ``lesson_01`` and so on.

They live here and not in the notebooks so that an answer does not stand above its question and so
that the tests can run every solution.
"""

from __future__ import annotations

import importlib
from typing import Any

from edugrad_widgets.lesson.exercise import Exercise, Question, Recap


def find_question(question: str | Question) -> Question:
    """The question of that name: the lesson's number, a dot, a word. A question is its own."""
    return question if isinstance(question, Question) else _find("question", question)


def find_exercise(exercise: str | Exercise) -> Exercise:
    """The exercise of that name: the lesson's number, a dot, a word. An exercise is its own."""
    return exercise if isinstance(exercise, Exercise) else _find("exercise", exercise)


def find_recap(recap: str | Recap) -> Recap:
    """The recap of a lesson, by the lesson's number."""
    return recap if isinstance(recap, Recap) else _module(recap).RECAP


def _find(kind: str, name: str) -> Any:
    lesson = name.partition(".")[0]
    module = _module(lesson)
    known = {item.name: item for item in getattr(module, f"{kind.upper()}S")}
    if name not in known:
        raise LookupError(
            f"lesson {lesson} has no {kind} named {name!r}; it has {', '.join(known)}"
        )
    return known[name]


def _module(lesson: str) -> Any:
    try:
        return importlib.import_module(f"{__name__}.lesson_{lesson}")
    except ModuleNotFoundError:
        raise LookupError(
            f"names start with the lesson's number, as in '01.diamond': got {lesson!r}"
        ) from None
