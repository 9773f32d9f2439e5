"""The small change of drawing SVG as text."""

from __future__ import annotations

from html import escape


def coordinate(value: float) -> str:
    """A coordinate with at most one decimal: short, and the same on every platform.

    Examples
    --------
    >>> coordinate(3.04), coordinate(2 / 3), coordinate(-0.01)
    ('3', '0.7', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def points(*places: tuple[float, float]) -> str:
    """``x,y x,y``."""
    return " ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in places)


def text(kind: str, x: float, y: float, words: str, anchor: str = "start") -> str:
    """A text of class ``eg-kind`` on the baseline ``y``; nothing for no words."""
    if not words:
        return ""
    return (
        f'<text class="eg-{kind}" x="{coordinate(x)}" y="{coordinate(y)}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def document(width: float, height: float, label: str, body: str, style: str = "") -> str:
    """An SVG document on the paper's colour; ``style`` is put into it as a style sheet."""
    size = f'width="{coordinate(width)}" height="{coordinate(height)}"'
    size += f' viewBox="0 0 {coordinate(width)} {coordinate(height)}"'
    sheet = f"<style>{style}</style>" if style else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="eg-picture" {size} role="group" '
        f'aria-label="{escape(label, quote=True)}">{sheet}<rect class="eg-paper" '
        f'width="{coordinate(width)}" height="{coordinate(height)}" rx="6"/>{body}</svg>'
    )
