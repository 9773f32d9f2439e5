"""Checks of what the learner made: right, not yet (what differs, where, why) or not filled in."""

from __future__ import annotations

import linecache
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

import edugrad
from edugrad_widgets.lesson.card import Card, fold, inline, paragraphs
from edugrad_widgets.lesson.content import find_exercise
from edugrad_widgets.lesson.exercise import Exercise

Status = Literal["right", "not yet", "not filled in yet"]
_OURS = tuple(
    f"{folder}{os.sep}" for folder in (Path(edugrad.__file__).parent, Path(__file__).parents[1])
)
_MARKS = {"right": ("✓", "right"), "not yet": ("✗", "wrong"), "not filled in yet": ("○", "open")}


class Unfilled(Exception):
    """The learner has not written this part yet."""


class Wrong(Exception):
    """The learner's object is not right: what differs and where, and the likely cause."""

    def __init__(self, difference: str, cause: str | None = None) -> None:
        super().__init__(difference)
        self.difference = difference
        self.cause = cause


class Report(Card):
    """What a check found; ``status`` is "right", "not yet" or "not filled in yet".

    The likely cause is folded: a learner sees what differs first and may think before looking.
    """

    def __init__(self, name: str, status: Status, found: str, cause: str | None = None) -> None:
        lines = [f"{name}: {status}", *(f"  {line}" for line in found.splitlines())]
        mark, tone = _MARKS[status]
        first, _, rest = found.partition("\n")
        body = [
            f'<div class="edu-verdict"><span class="edu-mark edu-{tone}" aria-hidden="true">{mark}'
            f"</span><div><p><strong>{status.capitalize()}.</strong> {inline(first)}</p>"
        ]
        if rest:
            body.append(f'<p class="edu-lines">{inline(rest)}</p>')
        if cause is not None:
            lines.append(f"  Likely cause: {cause}")
            body.append(fold("Likely cause:", paragraphs(cause)))
        super().__init__("\n".join(lines), "".join(body) + "</div></div>")
        self.status: Status = status


def check(exercise: str | Exercise, made: Any) -> Report:
    """Test what the learner made and say what differs, where, and the likely cause.

    Never raises for what the learner wrote, so a notebook with unfilled exercises runs through.
    The random numbers that follow are the same as without it.

    Parameters
    ----------
    exercise : str or Exercise
        The exercise's name, such as ``"01.diamond"``.
    made : object
        What the learner made, as a rule a function.
    """
    exercise = find_exercise(exercise)
    random_state = edugrad.get_rng_state()
    try:
        return Report(exercise.name, "right", exercise.examine(made))
    except Unfilled as gap:
        return Report(exercise.name, "not filled in yet", f"{gap} {exercise.task}")
    except Wrong as error:
        return Report(exercise.name, "not yet", error.difference, error.cause)
    finally:
        edugrad.set_rng_state(random_state)


def call(
    function: Any,
    *arguments: Any,
    label: str | None = None,
    causes: Mapping[str, str] | None = None,
) -> Any:
    """Call the learner's function; turn what goes wrong in it into :class:`Wrong`.

    ``label`` is how the call is named in messages, by default ``name(arguments)``. ``causes`` maps
    words of an error's message to the mistake that leads to it.
    """
    if function is None or function is ...:
        raise Unfilled("Nothing was handed to the check.")
    if not callable(function):
        raise Wrong(
            f"The check needs the function itself, it got {function!r}.",
            "the function was called: hand it over by its name, without parentheses.",
        )
    name = getattr(function, "__name__", "the function")
    label = label or f"{name}({', '.join(map(repr, arguments))})"
    try:
        result = function(*arguments)
    except (Unfilled, Wrong):
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        cause = next((why for words, why in (causes or {}).items() if words in what), None)
        raise Wrong(f"{label} raised {what}{_line(error)}", cause) from None
    if result is None or result is ...:
        raise Unfilled(f"{label} returns nothing.")
    return result


def _line(error: Exception) -> str:
    """Name the learner's own line in which `error` was raised."""
    steps, trace = [], error.__traceback__
    while trace is not None:
        steps.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    theirs = next((file for file, _ in steps if not file.startswith(_OURS)), None)
    lines = [linecache.getline(file, number).strip() for file, number in steps if file == theirs]
    return f"\nin the line `{lines[-1]}`" if lines and lines[-1] else ""


def compare(
    label: str, got: Any, expected: Any, causes: Iterable[tuple[Any, str]] = (), rtol: float = 1e-5
) -> None:
    """Raise :class:`Wrong` unless `got` equals `expected` in shape and, nearly, in numbers.

    ``causes`` pairs a wrong result with the mistake that leads to it; the first that `got` equals
    is named. It may be given several times for one exercise, once for each thing compared.
    """
    actual, wanted = _numbers(label, got), _numbers(label, expected)
    if _same(actual, wanted, rtol):
        return
    named = (why for wrong, why in causes if _same(actual, _numbers(label, wrong), rtol))
    raise Wrong(_difference(label, actual, wanted, rtol), next(named, None))


def _same(actual: np.ndarray, wanted: np.ndarray, rtol: float) -> bool:
    return actual.shape == wanted.shape and np.allclose(actual, wanted, rtol=rtol, atol=1e-8)


def _difference(label: str, actual: np.ndarray, wanted: np.ndarray, rtol: float) -> str:
    if actual.shape != wanted.shape:
        return f"{label} has shape {actual.shape}, expected {wanted.shape}."
    if actual.ndim == 0:
        return f"{label} is {actual:.6g}, expected {wanted:.6g}."
    differs = ~np.isclose(actual, wanted, rtol=rtol, atol=1e-8)
    first = tuple(int(i) for i in np.argwhere(differs)[0])
    return (
        f"{label} differs at {list(first)}: it is {actual[first]:.6g}, expected "
        f"{wanted[first]:.6g} ({np.count_nonzero(differs)} of {actual.size} elements differ)."
    )


def _numbers(label: str, value: Any) -> np.ndarray:
    """A float64 array of a number, an array or a tensor."""
    if value is None or value is ...:
        raise Unfilled(f"{label} is still missing.")
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise Wrong(f"{label} is a {kind}, expected a number or an array.") from None
