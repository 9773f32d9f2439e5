"""The colours of ``tokens.css`` for pictures that stand alone, without a page around them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_TOKENS = Path(__file__).with_name("tokens.css")
_DECLARATION = re.compile(r"(--eg-[\w-]+):\s*(?:var\(--jp-[\w-]+,\s*(.+?)\)|([^;]+));")


@cache
def light_colours() -> dict[str, str]:
    """Every token with its value in the light theme outside JupyterLab."""
    block = _TOKENS.read_text(encoding="utf-8").split(".eg-look {")[1].split("\n}")[0]
    return {name: fallback or value for name, fallback, value in _DECLARATION.findall(block)}


def with_tokens(rules: str) -> str:
    """Put before ``rules`` the part of ``tokens.css`` that they use, on one line.

    For what is stored in a notebook again and again, such as a lesson's cards.
    """
    used = set(re.findall(r"var\((--eg-[\w-]+)", rules))
    tokens = re.sub(r"/\*.*?\*/", "", _TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    kept = re.sub(
        r"(--eg-[\w-]+):[^;]+;", lambda match: match[0] if match[1] in used else "", tokens
    )
    kept = re.sub(r"[^{}]+\{\s*\}", "", kept)  # a block of which nothing was used
    return " ".join(f"{kept} {rules}".split())


def picture_rules(stylesheet: str) -> str:
    """The rules of a stylesheet between its marks ``picture: begin`` and ``picture: end``.

    They colour the picture in its live, saved and static forms alike.
    """
    rules = stylesheet.split("/* picture: begin */")[1].split("/* picture: end */")[0]
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL)).strip()


def fill_in(rules: str) -> str:
    """Put the light theme's colours in place of the tokens.

    Examples
    --------
    >>> fill_in(".x { fill: var(--eg-paper) }")
    '.x { fill: #ffffff }'
    """
    colours = light_colours()
    return re.sub(r"var\((--eg-[\w-]+)\)", lambda match: colours[match[1]], rules)
