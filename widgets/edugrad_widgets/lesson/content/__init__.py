"""The questions, exercises and recaps of the lessons: one module a lesson, ``lesson_01`` and so on.

They live here and not in the notebooks so that an answer does not stand above its question and so
that the tests can run every solution.
"""

from __future__ import annotations

import importlib
from typing import Any, Literal

from edugrad_widgets.lesson.exercise import Recap


def find(kind: Literal["question", "exercise"], name: str) -> Any:
    """Find a question or an exercise by its name: the lesson's number, a dot, a word."""
    lesson = name.partition(".")[0]
    module = _module(lesson)
    known = {item.name: item for item in getattr(module, f"{kind.upper()}S")}
    if name not in known:
        raise LookupError(
            f"lesson {lesson} has no {kind} named {name!r}; it has {', '.join(known)}"
        )
    return known[name]


def find_recap(lesson: str) -> Recap:
    """The recap of a lesson, by the lesson's number."""
    recap: Recap = _module(lesson).RECAP
    return recap


def _module(lesson: str) -> Any:
    try:
        return importlib.import_module(f"{__name__}.lesson_{lesson}")
    except ModuleNotFoundError:
        raise LookupError(
            f"names start with the lesson's number, as in '01.diamond': got {lesson!r}"
        ) from None
