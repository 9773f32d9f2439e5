"""The look that all widgets and lessons share: colours, words for numbers, steps, charts.

A widget derives from :class:`Widget` or :class:`SteppedWidget`, imports ``frame.css`` and the
modules it needs, and lets :func:`bundle` join them. CONTRIBUTING.md, "Adding a widget", shows how.
"""

from .bundle import bundle
from .chart import LineChart, Series
from .colours import fill_in, light_colours
from .units import number, plural, quantity
from .widget import SteppedWidget, Widget

__all__ = [
    "LineChart",
    "Series",
    "SteppedWidget",
    "Widget",
    "bundle",
    "fill_in",
    "light_colours",
    "number",
    "plural",
    "quantity",
]
