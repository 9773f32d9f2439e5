"""A question to answer before running the code: the widget and its model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from edugrad_widgets.lesson.card import Card, inline
from edugrad_widgets.lesson.content import find_question
from edugrad_widgets.lesson.exercise import Question
from edugrad_widgets.look.bundle import bundle


class Prediction(anywidget.AnyWidget):
    """A question with options; choosing one says whether it is right, and why.

    ``choice`` is the chosen option's position (None before choosing), ``verdict`` is "", "right"
    or "wrong", ``reason`` (HTML) says why. Choosing again is allowed; a wrong choice says what is
    wrong with that idea and does not give the answer away.
    """

    _esm = bundle(Path(__file__).with_suffix(".js"))
    _css = bundle(Path(__file__).with_suffix(".css"))

    text = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    choice = traitlets.Int(None, allow_none=True).tag(sync=True)
    verdict = traitlets.Unicode().tag(sync=True)
    reason = traitlets.Unicode().tag(sync=True)

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__(
            text=inline(question.text), options=[inline(option) for option in question.options]
        )

    @traitlets.validate("choice")
    def _within_options(self, proposal: Any) -> int | None:
        choice: int | None = proposal["value"]
        if choice is not None and not 0 <= choice < len(self.question.options):
            raise traitlets.TraitError(
                f"choice must be from 0 to {len(self.question.options) - 1}, got {choice}"
            )
        return choice

    @traitlets.observe("choice")
    def _judge(self, change: Any) -> None:
        if change["new"] is None:
            self.verdict, self.reason = "", ""
            return
        option, reason = list(self.question.options.items())[change["new"]]
        self.verdict = "right" if option == self.question.answer else "wrong"
        self.reason = inline(reason)

    def __repr__(self) -> str:
        options = (f"  {a}) {o}" for a, o in zip("abcdefgh", self.question.options, strict=False))
        return "\n".join([f"Predict: {self.question.text}", *options])

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle
        items = "".join(f"<li>{option}</li>" for option in self.options)
        still = Card("", f"<p><strong>Predict.</strong> {self.text}</p><ol type='a'>{items}</ol>")
        return {**data, "text/plain": repr(self), "text/html": still._repr_html_()}, metadata


def predict(question: str | Question) -> Prediction:
    """Ask a question before the code that answers it is run.

    Parameters
    ----------
    question : str or Question
        The question's name, such as ``"01.diamond"``, or a question of your own.
    """
    return Prediction(find_question(question))
