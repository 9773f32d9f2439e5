"""The end of a lesson: what to keep, what to ask oneself, where to go next."""

from __future__ import annotations

from edugrad_widgets.lesson.card import Card, code, fold, inline, paragraphs
from edugrad_widgets.lesson.content import find_recap
from edugrad_widgets.lesson.exercise import Recap


def recap(lesson: str | Recap) -> Card:
    """Close a lesson: three lines, five questions with answers, PyTorch's way, where next."""
    content = find_recap(lesson)
    lines = "".join(f"<li>{inline(line)}</li>" for line in content.lines)
    questions = "".join(fold(q, paragraphs(a)) for q, a in content.questions.items())
    body = (
        f"<h4>In three lines</h4><ul>{lines}</ul>"
        f"<h4>Five questions to ask yourself</h4>{questions}"
        f"<h4>The same in PyTorch</h4>{paragraphs(content.pytorch)}{code(content.pytorch_code)}"
        f"<h4>Where next</h4>{paragraphs(content.next)}"
    )
    return Card("\n".join(["In three lines:", *(f"  {line}" for line in content.lines)]), body)
