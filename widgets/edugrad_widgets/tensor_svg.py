"""Draws a TensorView's scene as SVG: shapes on top, then grids side by side, then memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from .graph_words import shorten
from .look.colours import fill_in, picture_rules
from .look.svg import coordinate as _n
from .look.svg import document
from .look.svg import text as _text
from .tensor_cells import Cell, Grid, Panel, Row, Scene, ShapeRow, Strip

WIDTH = 660
MARGIN = 14
GAP = 34
HEIGHT = 24
TITLE = 7.25
VALUE = 6.63
QUIET = 6.03
LONGEST_TITLE = 86
LONGEST_NAME = 40


@cache
def picture_style(static: bool = False) -> str:
    """The rules that colour the picture; ``static`` puts the light colours in."""
    rules = picture_rules((Path(__file__).with_name("tensor_view.css")).read_text(encoding="utf-8"))
    return fill_in(rules) if static else rules


def draw(scene: Scene, label: str, style: str = "") -> str:
    """Write a scene as an SVG document."""
    pieces = [_shapes(scene.shapes)] if scene.shapes else []
    pieces += [_grid(grid) for grid in scene.grids]
    placed, height = _flow([*pieces, *(_strip(strip) for strip in scene.strips)])
    width = max(x + piece.width for piece, x, _ in placed)
    body = "".join(
        f'<g transform="translate({_n(MARGIN + x)} {_n(MARGIN + y)})">{piece.body}</g>'
        for piece, x, y in placed
    )
    return document(width + 2 * MARGIN, height + 2 * MARGIN, label, body, style)


@dataclass(frozen=True)
class _Piece:
    """Something drawn at the origin, with its size."""

    body: str
    width: float
    height: float


def _flow(
    pieces: list[_Piece], gap: float = GAP
) -> tuple[list[tuple[_Piece, float, float]], float]:
    """Set pieces side by side, and below where the line is full; return their places."""
    placed, x, y, tallest = [], 0.0, 0.0, 0.0
    for piece in pieces:
        if x and x + piece.width > WIDTH - 2 * MARGIN:
            x, y, tallest = 0.0, y + tallest + 20, 0.0
        placed.append((piece, x, y))
        x += piece.width + gap
        tallest = max(tallest, piece.height)
    return placed, y + tallest


def _grid(grid: Grid) -> _Piece:
    title = shorten(grid.title, LONGEST_TITLE)
    texts = _text("tv-title", 0, 10, title) + _text("tv-quiet", 0, 25, grid.caption)
    width = max(TITLE * len(title), QUIET * len(grid.caption))
    if not grid.panels:
        return _Piece(texts + _text("tv-quiet", 0, 48, "no elements"), width, 54)
    size = _cell_width([cell for panel in grid.panels if panel for cell in _cells(panel)])
    panels = [_panel(panel, size) for panel in grid.panels]
    placed, height = _flow(panels, gap=14)
    body = "".join(
        f'<g transform="translate({_n(x)} {_n(34 + y)})">{panel.body}</g>' for panel, x, y in placed
    )
    width = max(width, *(x + panel.width for panel, x, _ in placed))
    return _Piece(f'<g class="eg-tv-{grid.tone}">{texts}{body}</g>', width, 34 + height)


def _cells(panel: Panel) -> list[Cell]:
    return [cell for row in panel.rows if row for cell in row if cell]


def _cell_width(cells: list[Cell]) -> float:
    return max(30.0, max((len(cell.value) for cell in cells), default=0) * VALUE + 12)


def _panel(panel: Panel | None, size: float) -> _Piece:
    if panel is None:
        return _Piece(_text("tv-more", 4, HEIGHT, "…"), 20, HEIGHT)
    top = 16 if panel.label else 0
    parts = [_text("tv-quiet", 0, 10, panel.label)]
    for line, row in enumerate(panel.rows):
        y = top + line * HEIGHT
        if row is None:
            parts.append(_text("tv-more", size / 2, y + 16, "⋮", "middle"))
        else:
            parts.append(_row(row, size, 0, y))
    widest = max(len(row) for row in panel.rows if row)
    return _Piece("".join(parts), widest * size, top + len(panel.rows) * HEIGHT)


def _row(row: Row, size: float, x: float, y: float) -> str:
    parts = []
    for place, cell in enumerate(row):
        left = x + place * size
        if cell is None:
            parts.append(_text("tv-more", left + size / 2, y + 16, "…", "middle"))
        else:
            parts.append(_cell(cell, size, left, y))
    return "".join(parts)


def _cell(cell: Cell, size: float, x: float, y: float) -> str:
    state = f" eg-tv-{cell.state}" if cell.state else ""
    return (
        f'<g class="eg-tv-cell{state}" data-cell="{cell.id}" '
        f'aria-label="{escape(cell.say, quote=True)}" transform="translate({_n(x)} {_n(y)})">'
        f'<rect x="1.5" y="1.5" width="{_n(size - 3)}" height="{HEIGHT - 3}" rx="3"/>'
        f"{_text('tv-value', size / 2, 16, cell.value, 'middle')}"
        f"{_text('tv-label', size / 2, HEIGHT + 9, cell.label, 'middle')}</g>"
    )


def _strip(strip: Strip) -> _Piece:
    title = _text("tv-title", 0, 10, strip.title)
    size = _cell_width([cell for cell in strip.cells if cell])
    fit = int((WIDTH - 2 * MARGIN) / size)
    lines = [strip.cells[start : start + fit] for start in range(0, len(strip.cells), fit)]
    rows = "".join(_row(line, size, 0, 18 + place * 40) for place, line in enumerate(lines))
    body = f'<g class="eg-tv-{strip.tone} eg-tv-strip">{title}{rows}</g>'
    return _Piece(body, WIDTH - 2 * MARGIN, 18 + len(lines) * 40)


def _shapes(rows: tuple[ShapeRow, ...]) -> _Piece:
    titles = [shorten(row.title, LONGEST_NAME) for row in rows]
    names = max(map(len, titles)) * TITLE + 12
    longest = max((len(length) for row in rows for length, _ in row.lengths), default=0)
    widest = max(longest * VALUE + 14, 34)
    columns = max(len(row.lengths) for row in rows)
    parts = []
    for line, (title, row) in enumerate(zip(titles, rows, strict=True)):
        y = line * 26
        parts.append(_text("tv-title", names - 12, y + 16, title, "end"))
        for place, (length, kind) in enumerate(row.lengths):
            x = names + (columns - len(row.lengths) + place) * widest
            parts.append(
                f'<g class="eg-tv-length eg-tv-{kind or "kept"}"><rect x="{_n(x)}" y="{y + 1}" '
                f'width="{_n(widest - 4)}" height="22" rx="3"/>'
                f"{_text('tv-value', x + widest / 2 - 2, y + 16, length, 'middle')}</g>"
            )
    return _Piece("".join(parts), WIDTH - 2 * MARGIN, len(rows) * 26)
