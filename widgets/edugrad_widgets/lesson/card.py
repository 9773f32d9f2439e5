"""What the lesson kit shows: HTML in a notebook, plain text everywhere else.

Both forms are stored in the notebook and compared by nbval, so both are the same on every run.
"""

from __future__ import annotations

import html
import keyword
import re
from pathlib import Path

from edugrad_widgets.look.colours import with_tokens

_STYLE = with_tokens((Path(__file__).parent / "card.css").read_text(encoding="utf-8"))

_TOKENS = re.compile(
    r'(?P<string>"""[\s\S]*?"""|"[^"\n]*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)"
    rf"|\b(?P<keyword>{'|'.join(keyword.kwlist)})\b"
    r"|(?<![\w.])(?P<number>\d+\.?\d*)"
)


class Card:
    """A piece of a lesson: `body` (HTML) where it can be drawn, `text` where it cannot.

    Examples
    --------
    >>> Card("Two hints, folded.", "<p>Two hints</p>")
    Two hints, folded.
    """

    def __init__(self, text: str, body: str) -> None:
        self.text = text
        self.body = body

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<style>{_STYLE}</style><div class="eg-look edu-card">{self.body}</div>'


def inline(text: str) -> str:
    """Escape `text`, set what stands between backticks as code, and make [words](target) a link.

    Examples
    --------
    >>> inline("`a < b` holds")
    '<code>a &lt; b</code> holds'
    """
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)


def paragraphs(text: str) -> str:
    """Set each block of `text` that blank lines separate as a paragraph."""
    return "".join(f"<p>{inline(block)}</p>" for block in text.split("\n\n"))


def fold(summary: str, body: str) -> str:
    """Hide `body` (HTML) behind a line that opens it, by mouse or by Enter and Space."""
    return f"<details><summary>{inline(summary)}</summary>{body}</details>"


def code(source: str) -> str:
    """Set Python source as a block, coloured with JupyterLab's own editor colours."""

    def coloured(match: re.Match[str]) -> str:
        token = html.escape(match.group(), quote=False)
        return f'<span class="edu-{match.lastgroup}">{token}</span>'

    parts, end = [], 0
    for match in _TOKENS.finditer(source):
        parts += [html.escape(source[end : match.start()], quote=False), coloured(match)]
        end = match.end()
    parts.append(html.escape(source[end:], quote=False))
    return f'<pre class="edu-code">{"".join(parts)}</pre>'
