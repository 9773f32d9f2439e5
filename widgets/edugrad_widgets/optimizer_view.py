"""OptimizerView: SGD, momentum, RMSprop and Adam walking down one surface, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets

from edugrad.errors import teach

from .look import LineChart, Series, SteppedWidget, bundle, number, plural
from .optimizer_drawing import Drawing, picture_style
from .optimizer_paths import RULES, rules, walk
from .optimizer_surface import SURFACES, Height, Surface, find_surface

_HERE = Path(__file__)
LOWEST_RATE, HIGHEST_RATE = 1e-4, 10.0
MOST_STEPS = 500


class OptimizerView(SteppedWidget):
    """Optimisers of ``edugrad.optim`` on a surface that you choose, from a start that you choose.

    Nothing is imitated: each step is ``backward()`` on the height and ``step()`` of the optimiser.

    Parameters
    ----------
    surface : str or callable
        "bowl", "valley", "banana", "saddle" or "hills", or a height of your own: a function of two
        tensors, element by element.
    optimizers : sequence of str
        Some of "sgd", "momentum", "rmsprop" and "adam".
    lr : float, optional
        The learning rate of all of them, from 0.0001 to 10; by default one that suits the surface.
    steps : int
        How many steps they take, from 1 to 500.
    x, y : pair of float
        The window that is shown, for a height of your own.
    start : pair of float, optional
        Where they start.

    Attributes
    ----------
    surface : str
        The name of the surface, "own" for one of your own.
    lr : float
    start : list of float
    shown : list of str
        The optimisers that are shown.
    step, last_step, playing
        The steps, see :class:`~edugrad_widgets.look.SteppedWidget`.

    Raises
    ------
    ValueError
        If a name is unknown or a number is out of range.

    Examples
    --------
    >>> OptimizerView("valley", ["sgd", "adam"], lr=0.04, steps=20)
    OptimizerView(valley (x² + 25y²) / 2, learning rate 0.04, 20 steps from (10, 1): SGD, Adam)
    """

    _esm = bundle(_HERE.with_suffix(".js"))
    _css = bundle(_HERE.with_suffix(".css"))

    surface = traitlets.Unicode().tag(sync=True)
    lr = traitlets.Float(0.1).tag(sync=True)
    start = traitlets.List(traitlets.Float(), minlen=2, maxlen=2, default_value=[0.0, 0.0]).tag(
        sync=True
    )
    shown = traitlets.List(traitlets.Unicode()).tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    chart = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        surface: str | Height = "valley",
        optimizers: Sequence[str] = tuple(RULES),
        *,
        lr: float | None = None,
        steps: int = 60,
        x: tuple[float, float] = (-3.2, 3.2),
        y: tuple[float, float] = (-1.8, 1.8),
        start: tuple[float, float] | None = None,
    ) -> None:
        if not 1 <= steps <= MOST_STEPS:
            raise ValueError(
                teach(f"steps go from 1 to {MOST_STEPS}", got=f"steps={steps}", mend="use steps=60")
            )
        self._surfaces = dict(SURFACES)
        if callable(surface):
            first = start or (x[0] + 0.1 * (x[1] - x[0]), y[0] + 0.8 * (y[1] - y[0]))
            self._surfaces = {"own": Surface("own", "your height", surface, x, y, first, 0.05)}
        chosen = self._surfaces["own"] if callable(surface) else find_surface(surface)
        self._steps = steps
        self._settings: tuple[Any, ...] = ()
        self._optimizers = rules(optimizers)
        super().__init__(
            choices={
                "surfaces": list(self._surfaces),
                "optimizers": [[rule.name, rule.label] for rule in self._optimizers],
                "rates": [LOWEST_RATE, HIGHEST_RATE],
            },
            shown=[rule.name for rule in self._optimizers],
            surface=chosen.name,
            lr=chosen.rate if lr is None else lr,
            start=list(chosen.start if start is None else start),
            last_step=steps,
            step=steps,
        )

    @traitlets.validate("surface")
    def _known_surface(self, proposal: dict[str, Any]) -> str:
        name: str = proposal["value"]
        if name in self._surfaces:
            return name
        return find_surface(name).name

    @traitlets.validate("lr")
    def _sensible_rate(self, proposal: dict[str, Any]) -> float:
        rate: float = proposal["value"]
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise ValueError(
                teach(
                    f"a learning rate goes from {LOWEST_RATE} to {HIGHEST_RATE:g} here",
                    got=f"lr={rate}",
                    mend="use lr=0.1",
                )
            )
        return rate

    @traitlets.validate("start")
    def _start_in_the_window(self, proposal: dict[str, Any]) -> list[float]:
        low, high = zip(self._chosen.x, self._chosen.y, strict=True)
        return [min(max(v, a), b) for v, a, b in zip(proposal["value"], low, high, strict=True)]

    @traitlets.validate("shown")
    def _known_optimizers(self, proposal: dict[str, Any]) -> list[str]:
        names: list[str] = proposal["value"]
        return [rule.name for rule in rules(names)] if names else []

    @traitlets.observe("surface")
    def _on_surface(self, change: dict[str, Any]) -> None:
        if change["old"]:
            with self.hold_trait_notifications():
                self.start, self.lr = list(self._chosen.start), self._chosen.rate
        self._draw()

    @traitlets.observe("lr", "start", "shown")
    def _on_setting(self, change: dict[str, Any]) -> None:
        self._draw()

    @property
    def _chosen(self) -> Surface:
        return self._surfaces[self.surface]

    def _draw(self) -> None:
        """Walk anew and send the picture, the heights and the sentences; once for each setting."""
        settings = (self.surface, self.lr, tuple(self.start), tuple(self.shown))
        if settings == self._settings:
            return
        self._settings = settings
        self._drawing = Drawing(self._chosen)
        self._walks = [
            walk(rule, self._chosen, self.start, self.lr, self._steps)
            for rule in self._optimizers
            if rule.name in self.shown
        ]
        x, y = self._drawing.x, self._drawing.y
        with self.hold_sync():
            self.chart = self._heights().live()
            self.picture = {
                "svg": self._svg(),
                "style": picture_style(),
                "x": [x.low, x.high, x.start, x.end],
                "y": [y.low, y.high, y.start, y.end],
                "walks": {each.rule.name: self._drawing.pixels(each) for each in self._walks},
                "sentences": [self._sentence(step) for step in range(self._steps + 1)],
            }

    def _svg(self, style: str = "") -> str:
        colours = [self._optimizers.index(each.rule) + 1 for each in self._walks]
        return self._drawing.svg(self._walks, colours, repr(self), style)

    def _heights(self) -> LineChart:
        """Height over steps; on a logarithmic scale where no height is below zero."""
        shown = {each.rule.name: each.heights for each in self._walks}
        log = all(height >= 0 for heights in shown.values() for height in heights)
        rows = [
            Series(rule.label, range(len(shown.get(rule.name, ()))), shown.get(rule.name, ()))
            for rule in self._optimizers
        ]
        return LineChart(
            "height", rows, log=log, height=190, empty="No optimiser is chosen: tick one above."
        )

    def _sentence(self, step: int) -> str:
        if not self._walks:
            return "No optimiser is chosen: tick one above."
        return "; ".join(each.words(step) for each in self._walks) + "."

    def static_svg(self) -> str:
        return self._svg(picture_style(static=True))

    def static_text(self) -> str:
        return "\n".join([repr(self), *(f"  {each.words(self._steps)}" for each in self._walks)])

    def __repr__(self) -> str:
        surface, (x, y) = self._chosen, self.start
        names = ", ".join(each.rule.label for each in self._walks) or "no optimiser"
        return (
            f"OptimizerView({surface.name} {surface.formula}, learning rate {number(self.lr)}, "
            f"{plural(self._steps, 'step')} from ({number(x)}, {number(y)}): {names})"
        )
