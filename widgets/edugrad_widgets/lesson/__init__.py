"""The small kit that every lesson uses: predict, check, hint, solution, recap, environment."""

from edugrad_widgets.lesson.check import Report, Unfilled, Wrong, call, check, compare
from edugrad_widgets.lesson.environment import environment
from edugrad_widgets.lesson.exercise import Exercise, Question, Recap
from edugrad_widgets.lesson.hint import hint, solution
from edugrad_widgets.lesson.predict import Prediction, predict
from edugrad_widgets.lesson.recap import recap

__all__ = [
    "Exercise",
    "Prediction",
    "Question",
    "Recap",
    "Report",
    "Unfilled",
    "Wrong",
    "call",
    "check",
    "compare",
    "environment",
    "hint",
    "predict",
    "recap",
    "solution",
]
