"""What every widget has in common: its static forms, and stepping."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets


class Widget(anywidget.AnyWidget):
    """A widget with a picture and a text for where no browser draws it.

    A subclass sets ``_esm`` and ``_css`` with :func:`~edugrad_widgets.look.bundle` and answers
    ``static_svg``, ``static_text`` and ``__repr__``, each the same on every run.
    """

    def static_svg(self) -> str:
        """The picture as an SVG document; the empty text where there is nothing to draw."""
        raise NotImplementedError

    def static_text(self) -> str:
        """The same in words."""
        raise NotImplementedError

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None, **options: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        answer = super()._repr_mimebundle_(include=include, exclude=exclude, **options)
        bundle, metadata = answer if isinstance(answer, tuple) else (answer or {}, {})
        static = {"text/plain": self.static_text()}
        if picture := self.static_svg():
            static["image/svg+xml"] = picture
        return {**bundle, **static}, metadata


class SteppedWidget(Widget):
    """A widget that is walked through step by step; ``stepper.js`` is its control.

    Attributes
    ----------
    step : int
        How many steps are done; a number outside is moved to the nearest end.
    last_step : int
        How many steps there are. Set it before ``step``.
    playing : bool
        Whether the steps run on by themselves.
    """

    step = traitlets.Int(0).tag(sync=True)
    last_step = traitlets.Int(0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)

    @traitlets.validate("step")
    def _within_steps(self, proposal: dict[str, Any]) -> int:
        return max(0, min(int(proposal["value"]), self.last_step))

    @traitlets.observe("last_step")
    def _stay_within(self, change: dict[str, Any]) -> None:
        self.step = min(self.step, self.last_step)
