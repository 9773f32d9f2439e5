"""Help with an exercise: hints one at a time, and the solution, folded."""

from __future__ import annotations

from edugrad_widgets.lesson.card import Card, code, fold, paragraphs
from edugrad_widgets.lesson.content import find_exercise
from edugrad_widgets.lesson.exercise import Exercise


def hint(exercise: str | Exercise) -> Card:
    """Offer the hints of an exercise one at a time, each a little closer to the solution."""
    exercise = find_exercise(exercise)
    total = len(exercise.hints)
    ladder = ""
    for step in range(total, 0, -1):
        ladder = fold(f"Hint {step} of {total}", paragraphs(exercise.hints[step - 1]) + ladder)
    return Card(f"{total} hints for {exercise.name}, folded.", ladder)


def solution(exercise: str | Exercise) -> Card:
    """Show the solution of an exercise, folded: open it to compare, after trying."""
    exercise = find_exercise(exercise)
    body = fold("A solution", code(exercise.solution_source))
    return Card(f"A solution of {exercise.name}, folded.", body)
