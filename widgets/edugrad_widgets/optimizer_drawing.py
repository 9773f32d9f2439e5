"""The picture of a surface from above, by contour lines, with the walks on it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import contourpy
import numpy as np

from .look import fill_in
from .look.axis import Axis
from .look.chart import CHARACTER
from .look.colours import picture_rules
from .look.svg import coordinate, document, points, text
from .optimizer_paths import Walk
from .optimizer_surface import Surface

WIDTH, LEFT, TOP, RIGHT, BOTTOM = 640, 44, 14, 14, 40
LEVELS = 14
GRID = 121
BEYOND = 30


class Drawing:
    """A surface with its axes, for walks to be drawn on."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        across = surface.x[1] - surface.x[0]
        shape = min(max((surface.y[1] - surface.y[0]) / across, 0.4), 0.8)
        inner = WIDTH - LEFT - RIGHT
        self.height = round(TOP + inner * shape + BOTTOM)
        self.x = Axis(*surface.x, LEFT, WIDTH - RIGHT, count=8)
        self.y = Axis(*surface.y, self.height - BOTTOM, TOP, count=5)
        self.contours = _contours(self)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of a place; far outside the window it is moved to just beyond its edge."""
        pixel = self.x.place(x), self.y.place(y)
        return (
            min(max(pixel[0], LEFT - BEYOND), WIDTH - RIGHT + BEYOND),
            min(max(pixel[1], TOP - BEYOND), self.height - BOTTOM + BEYOND),
        )

    def pixels(self, walk: Walk) -> list[tuple[float, float]]:
        """The pixels of all places of a walk."""
        return [self.place(*each) for each in walk.places]

    def svg(
        self, walks: Sequence[Walk], colours: Sequence[int], label: str, style: str = ""
    ) -> str:
        """The whole picture; ``colours`` are the numbers of the walks' curves."""
        window = f'x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}"'
        window += f' height="{self.height - TOP - BOTTOM}"'
        clip = f'<clipPath id="eg-window"><rect {window}/></clipPath>'
        curves = [self._curve(walk, colour) for walk, colour in zip(walks, colours, strict=True)]
        body = f'{clip}<g clip-path="url(#eg-window)">{self.contours}{"".join(curves)}</g>'
        body += f'<rect class="eg-optimizer-frame" {window}/>{self._ticks()}{self._start(walks)}'
        body += self._legend(walks, colours)
        return document(WIDTH, self.height, label, body, style)

    def _curve(self, walk: Walk, colour: int) -> str:
        places = self.pixels(walk)
        x, y = map(coordinate, places[-1])
        dots = "".join(
            f'<circle class="eg-optimizer-dot" cx="{coordinate(a)}" cy="{coordinate(b)}" r="2"/>'
            for a, b in places
        )
        return (
            f'<g class="eg-curve eg-curve-{colour}" data-walk="{walk.rule.name}">'
            f'<polyline points="{points(*places)}"/><g>{dots}</g>'
            f'<circle class="eg-optimizer-head" cx="{x}" cy="{y}" r="5"/></g>'
        )

    def _legend(self, walks: Sequence[Walk], colours: Sequence[int]) -> str:
        x, y = float(LEFT), self.height - 6.0
        parts = []
        for each, colour in zip(walks, colours, strict=True):
            sample = f"M{coordinate(x)} {coordinate(y - 4)}h22"
            parts.append(f'<g class="eg-curve eg-curve-{colour}"><path d="{sample}"/></g>')
            parts.append(text("chart-legend", x + 27, y, each.rule.label))
            x += 27 + CHARACTER * len(each.rule.label) + 18
        return f'<g class="eg-optimizer-legend">{"".join(parts)}</g>'

    def _start(self, walks: Sequence[Walk]) -> str:
        if not walks:
            return ""
        x, y = self.place(*walks[0].places[0])
        cross = f"M{coordinate(x - 5)} {coordinate(y)}h10m-5 -5v10"
        return f'<path class="eg-optimizer-start" d="{cross}"/>'

    def _ticks(self) -> str:
        base = self.height - BOTTOM
        parts = [
            text("chart-tick", self.x.place(tick), base + 15, self.x.label(tick), "middle")
            for tick in self.x.ticks()
        ]
        parts += [
            text("chart-tick", LEFT - 6, self.y.place(tick) + 3.5, self.y.label(tick), "end")
            for tick in self.y.ticks()
        ]
        parts.append(text("chart-tick", WIDTH - RIGHT, base + 34, "x", "end"))
        parts.append(text("chart-tick", 8, TOP + 4, "y"))
        return "".join(parts)


def _contours(drawing: Drawing) -> str:
    """Bands that grow darker downhill, with a line at each height."""
    x, y, heights = drawing.surface.grid(GRID, GRID * 9 // 16)
    sound = np.where(np.isfinite(heights), heights, np.nan)
    low, high = np.nanmin(sound), np.nanmax(sound)
    levels = low + (high - low) * (np.arange(1, LEVELS + 1) / (LEVELS + 1)) ** 3
    generator: Any = contourpy.contour_generator(
        x, y, sound, name="serial", fill_type="OuterOffset"
    )
    parts = []
    for level in levels[::-1]:
        outlines, offsets = generator.filled(low - 1.0, level)[:2]
        shape = "".join(
            _outline(drawing, outline[start:end])
            for outline, ends in zip(outlines, offsets, strict=True)
            for start, end in pairwise(ends)
        )
        parts.append(f'<path class="eg-optimizer-band" d="{shape}"/>')
    return "".join(parts)


def _outline(drawing: Drawing, outline: Any) -> str:
    places = [(drawing.x.place(x), drawing.y.place(y)) for x, y in outline[:-1]]
    return "M" + "L".join(f"{coordinate(a)} {coordinate(b)}" for a, b in places) + "Z"


def picture_style(static: bool = False) -> str:
    """The rules that colour the picture; ``static`` puts the light colours in."""
    folder = Path(__file__).parent
    sheets = (folder / "look" / "chart.css", folder / "optimizer_view.css")
    rules = " ".join(picture_rules(sheet.read_text(encoding="utf-8")) for sheet in sheets)
    return fill_in(rules) if static else rules
