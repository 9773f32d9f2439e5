"""A line chart as SVG: curves with axes and a legend, drawn by Python for all their forms.

The live chart, the static picture and the text come from one :class:`LineChart`. ``chart.js`` shows
the drawing and adds a cursor that reads values off; ``chart.css`` colours it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from .axis import Axis
from .colours import fill_in, picture_rules
from .svg import coordinate, document, points, text
from .units import plural, quantity

CHARACTER = 6.03
BUCKETS = 200
COLOURS = 6


@dataclass(frozen=True)
class Series:
    """A named curve; NaN and infinite values leave a gap in it."""

    name: str
    x: Sequence[float]
    y: Sequence[float]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise ValueError(
                f"a series has one y for each x: {self.name!r} has {len(self.x)} x and "
                f"{len(self.y)} y"
            )


@dataclass(frozen=True)
class LineChart:
    """Curves over one horizontal axis.

    Parameters
    ----------
    title : str
        What is drawn; it also names the vertical axis.
    series : sequence of Series
    x_label : str
        What the horizontal axis counts.
    x_unit, y_unit : str
        Units of the numbers, written with SI prefixes.
    log : bool
        Whether the vertical axis is logarithmic; values that are not positive are left out.
    empty : str
        What is said while there are no values: what to do to get some.
    width, height : int
        The size of the drawing in pixels.

    Examples
    --------
    >>> chart = LineChart("loss", [Series("train", [0, 1, 2], [0.7, 0.4, 0.35])])
    >>> print(chart.text())
    loss: 1 curve
      train: 3 points, 0.7 at first, 0.35 at last, lowest 0.35 at step 2
    """

    title: str
    series: Sequence[Series]
    x_label: str = "step"
    x_unit: str = ""
    y_unit: str = ""
    log: bool = False
    empty: str = "No values yet."
    width: int = 640
    height: int = 260

    def svg(self, style: str = "") -> str:
        """The drawing as an SVG document; ``style`` as from :func:`chart_style`."""
        return _Drawing(self).svg(style)

    def live(self) -> dict[str, Any]:
        """What ``chart.js`` shows: the drawing, and the numbers for its cursor."""
        drawing = _Drawing(self)
        return {
            "svg": drawing.svg(),
            "x_label": self.x_label,
            "x": _axis_numbers(drawing.x),
            "y": _axis_numbers(drawing.y),
            "series": [
                {"name": curve.name, "x": curve.x, "y": curve.y} for curve in drawing.curves
            ],
        }

    def text(self) -> str:
        """The curves in words: how each begins and ends, and its lowest value."""
        lines = [f"{self.title}: {plural(len(self.series), 'curve')}"]
        for series in self.series:
            x, y = np.asarray(series.x, np.float64), np.asarray(series.y, np.float64)
            sound = np.flatnonzero(np.isfinite(y))
            if not len(sound):
                lines.append(f"  {series.name}: {self.empty}")
                continue
            lowest = sound[y[sound].argmin()]
            first, last, least = (
                quantity(y[place], self.y_unit) for place in (sound[0], sound[-1], lowest)
            )
            lines.append(
                f"  {series.name}: {plural(len(sound), 'point')}, {first} at first, {last} at "
                f"last, lowest {least} at {self.x_label} {quantity(x[lowest], self.x_unit)}"
                + _gaps(len(y) - len(sound))
            )
        return "\n".join(lines)


@cache
def chart_style(static: bool = False) -> str:
    """The rules that colour a chart; ``static`` puts the light colours in."""
    rules = picture_rules(Path(__file__).with_name("chart.css").read_text(encoding="utf-8"))
    return fill_in(rules) if static else rules


@dataclass(frozen=True)
class _Curve:
    """What is left of a series to draw; None is a gap."""

    name: str
    x: list[float]
    y: list[float | None]
    gaps: int
    last: float | None


class _Drawing:
    """One chart with its places worked out."""

    def __init__(self, chart: LineChart) -> None:
        self.chart = chart
        self.curves = [_thinned(series, chart.log) for series in chart.series]
        xs = [x for curve in self.curves for x in curve.x]
        ys = [y for curve in self.curves for y in curve.y if y is not None]
        self.is_empty = not ys
        self.legend = self._place_legend()
        self.top = 20 + 16 * (1 + self.legend[-1][1] if self.legend else 0)
        self.bottom = chart.height - 36
        vertical = Axis.around(
            ys, self.bottom, self.top, log=chart.log, unit=chart.y_unit, rounded=True
        )
        labels = [vertical.label(tick) for tick in vertical.ticks()]
        self.left = 14 + CHARACTER * max(map(len, labels))
        self.right = chart.width - 18
        self.y = vertical
        self.x = Axis.around(xs, self.left, self.right, unit=chart.x_unit, count=7)

    def svg(self, style: str = "") -> str:
        chart = self.chart
        body = [text("chart-title", 12, 18, chart.title + (" (log scale)" if chart.log else ""))]
        if self.is_empty:
            middle = (self.top + self.bottom) / 2
            body.append(text("chart-empty", chart.width / 2, middle, chart.empty, "middle"))
        else:
            body += [*self._grid(), *self._named_axis(), *map(self._curve, range(len(self.curves)))]
            body += [self._legend_entry(place) for place in range(len(self.curves))]
        label = escape(chart.text(), quote=False).replace("\n", ";")
        return document(chart.width, chart.height, label, "".join(body), style)

    def _grid(self) -> list[str]:
        parts = []
        for tick in self.y.ticks():
            y = coordinate(self.y.place(tick))
            path = f"M{coordinate(self.left)} {y}H{coordinate(self.right)}"
            parts.append(f'<path class="eg-chart-grid" d="{path}"/>')
            words = self.y.label(tick)
            parts.append(text("chart-tick", self.left - 6, self.y.place(tick) + 3.5, words, "end"))
        return parts

    def _named_axis(self) -> list[str]:
        base = coordinate(self.bottom)
        path = f"M{coordinate(self.left)} {base}H{coordinate(self.right)}"
        parts = [f'<path class="eg-chart-axis" d="{path}"/>']
        for tick in self.x.ticks():
            x = self.x.place(tick)
            mark = f"M{coordinate(x)} {base}v4"
            parts.append(f'<path class="eg-chart-axis" d="{mark}"/>')
            parts.append(text("chart-tick", x, self.bottom + 16, self.x.label(tick), "middle"))
        label = self.chart.x_label
        return [*parts, text("chart-tick", self.right, self.bottom + 30, label, "end")]

    def _curve(self, place: int) -> str:
        curve = self.curves[place]
        runs: list[list[tuple[float, float]]] = [[]]
        for x, y in zip(curve.x, curve.y, strict=True):
            if y is None:
                runs.append([])
            else:
                runs[-1].append((self.x.place(x), self.y.place(y)))
        lines = "".join(
            f'<polyline points="{points(*run)}"/>'
            if len(run) > 1
            else f'<circle cx="{coordinate(run[0][0])}" cy="{coordinate(run[0][1])}" r="2.5"/>'
            for run in runs
            if run
        )
        end = next((run[-1] for run in reversed(runs) if run), None)
        dot = f'<circle cx="{coordinate(end[0])}" cy="{coordinate(end[1])}" r="3"/>' if end else ""
        return f'<g class="eg-curve eg-curve-{place % COLOURS + 1}">{lines}{dot}</g>'

    def _place_legend(self) -> list[tuple[float, int, str]]:
        """Where each entry stands (from the left, in which row) and its words."""
        placed, row = [], 0
        title = len(self.chart.title) + (12 if self.chart.log else 0)
        x = 12 + 7.3 * title + 24
        for curve in self.curves:
            last = "" if curve.last is None else f" {quantity(curve.last, self.chart.y_unit)}"
            words = curve.name + last + _gaps(curve.gaps)
            size = 30 + CHARACTER * len(words) + 16
            if x + size > self.chart.width and x > 12:
                x, row = 12.0, row + 1
            placed.append((x, row, words))
            x += size
        return placed

    def _legend_entry(self, place: int) -> str:
        x, row, words = self.legend[place]
        y = 14 + 16 * row
        sample = f"M{coordinate(x)} {y}h24"
        return (
            f'<g class="eg-curve eg-curve-{place % COLOURS + 1}"><path d="{sample}"/></g>'
            + text("chart-legend", x + 30, y + 4, words)
        )


def _thinned(series: Series, log: bool) -> _Curve:
    """At most a few hundred points that draw the same curve: each bucket's lowest and highest."""
    x = np.asarray(series.x, dtype=np.float64)
    y = np.asarray(series.y, dtype=np.float64)
    shown = np.isfinite(y) & (y > 0) if log else np.isfinite(y)
    last = float(y[shown][-1]) if shown.any() else None
    kept = np.arange(len(x))
    if len(x) > 2 * BUCKETS:
        kept = np.unique(np.concatenate([_extremes(y, b, shown) for b in _buckets(len(x))]))
    drawn = [float(f"{y[k]:.6g}") if shown[k] else None for k in kept]
    return _Curve(series.name, x[kept].tolist(), drawn, int((~np.isfinite(y)).sum()), last)


def _buckets(length: int) -> list[np.ndarray]:
    return np.array_split(np.arange(length), BUCKETS)


def _extremes(y: np.ndarray, bucket: np.ndarray, shown: np.ndarray) -> np.ndarray:
    sound, missing = bucket[shown[bucket]], bucket[~shown[bucket]]
    if not len(sound):
        return missing[:1]
    return np.array([sound[y[sound].argmin()], sound[y[sound].argmax()], *missing[:1]])


def _gaps(count: int) -> str:
    return f" ({count} NaN or inf)" if count else ""


def _axis_numbers(axis: Axis) -> dict[str, Any]:
    return {
        "low": axis.low,
        "high": axis.high,
        "start": axis.start,
        "end": axis.end,
        "log": axis.log,
        "unit": axis.unit,
    }
