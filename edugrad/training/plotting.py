"""Figures by matplotlib that a notebook shows once, and a script can save or show."""

from __future__ import annotations

from typing import Any


def panels(count: int = 1, width: float = 4.5, height: float = 3.2) -> tuple[Any, list[Any]]:
    """A figure with panels side by side, and the axes of each."""
    import matplotlib
    import matplotlib.pyplot as pyplot

    figure, axes = pyplot.subplots(
        1, count, figsize=(width * count, height), squeeze=False, layout="constrained"
    )
    for each in axes[0]:
        each.spines[["top", "right"]].set_visible(False)
        each.grid(alpha=0.25)
    if "inline" in matplotlib.get_backend():
        pyplot.close(figure)  # the cell shows the returned figure; pyplot would show it again
    return figure, list(axes[0])
