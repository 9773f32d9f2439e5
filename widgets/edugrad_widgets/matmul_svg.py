"""Draws a matrix product: B above the result, A beside it, so that row and column meet in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from .look.colours import fill_in, picture_rules
from .look.svg import coordinate as _n
from .look.svg import document
from .look.svg import text as _text

MARGIN = 14
GAP = 20
TITLE = 18
HEIGHT = 28
CHARACTER = 6.63

Texts = Sequence[Sequence[str]]


@cache
def picture_style(static: bool = False) -> str:
    """The rules that colour the picture; ``static`` puts the light colours in."""
    rules = picture_rules((Path(__file__).with_name("matmul_view.css")).read_text(encoding="utf-8"))
    return fill_in(rules) if static else rules


def draw(
    left: Texts,
    right: Texts,
    result: Texts,
    names: tuple[str, str, str],
    tile: int | None,
    style: str = "",
) -> str:
    """Write the product as SVG; ``tile`` draws the borders of the tiles."""
    widest = max(len(value) for texts in (left, right, result) for row in texts for value in row)
    size = max(36.0, widest * CHARACTER + 12)
    x, y = len(left[0]) * size + GAP, len(right) * HEIGHT + GAP + TITLE
    parts = [
        _matrix("a", left, names[0], size, 0, y, tile),
        _matrix("b", right, names[1], size, x, 0, tile),
        _matrix("c", result, names[2], size, x, y, tile),
    ]
    width = x + len(right[0]) * size + 2 * MARGIN
    height = y + TITLE + len(left) * HEIGHT + 2 * MARGIN
    shapes = [f"{name} {len(m)}×{len(m[0])}" for name, m in zip(names, (left, right), strict=False)]
    label = f"{names[2]} = {' · '.join(shapes)}"
    return document(width, height, label, "".join(parts), style)


def _matrix(
    kind: str, texts: Texts, name: str, size: float, x: float, y: float, tile: int | None
) -> str:
    columns = len(texts[0])
    title = _text("mm-title", 0, 11, f"{name} ({len(texts)}, {columns})")
    cells = "".join(
        _cell(f"{kind}.{i * columns + j}", f"{name}[{i}, {j}]", value, size, j * size, i * HEIGHT)
        for i, row in enumerate(texts)
        for j, value in enumerate(row)
    )
    borders = _borders(len(texts), columns, size, tile)
    return (
        f'<g class="eg-mm-{kind}" transform="translate({_n(MARGIN + x)} {_n(MARGIN + y)})">{title}'
        f'<g transform="translate(0 {TITLE})">{cells}{borders}</g></g>'
    )


def _cell(name: str, spoken: str, value: str, size: float, x: float, y: float) -> str:
    return (
        f'<g class="eg-mm-cell" data-cell="{name}" aria-label="{escape(spoken, quote=True)}" '
        f'transform="translate({_n(x)} {_n(y)})">'
        f'<rect x="1.5" y="1.5" width="{_n(size - 3)}" height="{HEIGHT - 3}" rx="3"/>'
        f"{_text('mm-value', size / 2, 18, value, 'middle')}</g>"
    )


def _borders(rows: int, columns: int, size: float, tile: int | None) -> str:
    if tile is None:
        return ""
    width, height = columns * size, rows * HEIGHT
    down = "".join(f"M{_n(j * size)} 0V{_n(height)}" for j in range(tile, columns, tile))
    across = "".join(f"M0 {_n(i * HEIGHT)}H{_n(width)}" for i in range(tile, rows, tile))
    path = f"M0 0H{_n(width)}V{_n(height)}H0Z{down}{across}"
    return f'<path class="eg-mm-tiles" d="{path}"/>'
