"""TensorView: a tensor as a grid and as memory, and what an expression makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets

from edugrad import Tensor
from edugrad.errors import teach

from .graph_capture import caller, tensor_names
from .look import Widget, bundle
from .tensor_broadcast import broadcast_scene
from .tensor_cells import Scene, type_text
from .tensor_expression import Broadcast, Refused, evaluate
from .tensor_selection import selection_scene, whole_scene
from .tensor_svg import draw, picture_style

_HERE = Path(__file__)
_SPARE_NAMES = "xyzuvw"


class TensorView(Widget):
    """Tensors as grids and as memory; an expression typed in is carried out on the picture.

    Parameters
    ----------
    *tensors : Tensor
        One tensor to look at, or several to use in expressions; each needs a name.
    expression : str
        What to show at first: an index (``x[1:, None]``), a transposition or reshaping
        (``x.T``, ``x.view(2, 6)``), or an operation that broadcasts (``x + y``).
    names : mapping of str to Tensor, optional
        Names for the tensors; those without one here are called what your variables are called.

    Attributes
    ----------
    expression : str
        What is shown; the empty string shows the first tensor as it is. Setting it to something
        that cannot be carried out shows why, it does not raise.
    selected : str
        The id of the cell whose way into memory is shown, or the empty string.

    Raises
    ------
    TypeError
        If something else than tensors is given.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.arange(6).reshape(2, 3)
    >>> view = TensorView(x, expression="x.T")
    >>> view
    TensorView(x: int64 (2, 3); x.T)
    >>> view.scene.grids[1].caption
    'strides (1, 3), offset 0, not contiguous'
    """

    _esm = bundle(_HERE.with_suffix(".js"))
    _css = bundle(_HERE.with_suffix(".css"))

    expression = traitlets.Unicode("").tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        *tensors: Tensor,
        expression: str = "",
        names: Mapping[str, Tensor] | None = None,
    ) -> None:
        super().__init__()
        self.tensors = _named(tensors, tensor_names(caller(), names))
        if expression:
            self.expression = expression
        else:
            self._show()

    @traitlets.observe("expression")
    def _on_expression(self, change: dict[str, Any]) -> None:
        self._show()

    @traitlets.validate("selected")
    def _within_picture(self, proposal: dict[str, Any]) -> str:
        chosen: str = proposal["value"]
        return chosen if chosen in self.picture.get("cells", {}) else ""

    def _show(self) -> None:
        self.scene = self._make_scene()
        cells = self.scene.cells()
        with self.hold_sync():
            self.picture = {
                "svg": draw(self.scene, self._headline()),
                "expression": self.expression,
                "sentence": self.scene.sentence,
                "failed": self.scene.failed,
                "cells": {
                    name: {"say": cell.say, "lit": [other for other in cell.lit if other in cells]}
                    for name, cell in cells.items()
                },
                "legend": _legend(self.scene),
                "examples": self._examples(),
            }
            self.selected = ""

    def _make_scene(self) -> Scene:
        name, source = next(iter(self.tensors.items()))
        if not self.expression.strip():
            return whole_scene(name, source)
        try:
            outcome = evaluate(self.expression, self.tensors)
        except Refused as refusal:
            return whole_scene(name, source, str(refusal))
        return (
            broadcast_scene(outcome) if isinstance(outcome, Broadcast) else selection_scene(outcome)
        )

    def _examples(self) -> list[str]:
        """Expressions to begin with, for tensors of these shapes."""
        name, source = next(iter(self.tensors.items()))
        found = [f"{name} + {other}" for other in list(self.tensors)[1:2]]
        if source.ndim:
            found += [f"{name}[1:]", f"{name}[:, None]" if source.ndim == 1 else f"{name}[:, 1]"]
            found += [f"{name}.T"] if source.ndim == 2 else []
            found += [f"{name}.reshape(-1)"] if source.ndim > 1 else []
            found.append(f"{name}[{name} > 0]")
        return found

    def _headline(self) -> str:
        name, source = next(iter(self.tensors.items()))
        shown = f"; {self.expression}" if self.expression.strip() else ""
        return f"TensorView({name}: {type_text(source)}{shown})"

    def static_svg(self) -> str:
        """The picture as an SVG document."""
        return draw(self.scene, self._headline(), picture_style(static=True))

    def static_text(self) -> str:
        """What is shown, in words and numbers."""
        lines = [self._headline(), *(f"  {line}" for line in self.scene.sentence.splitlines())]
        for row in self.scene.shapes:
            lengths = " ".join(length.rjust(4) for length, _ in row.lengths)
            width = max(len(each.title) for each in self.scene.shapes)
            lines.append(f"  {row.title.rjust(width)} {lengths}")
        for grid in self.scene.grids:
            lines += [f"  {grid.title}", f"    {grid.caption}"]
            for panel in grid.panels:
                rows = panel.rows if panel else (None,)
                for cells in rows:
                    values = (cell.value if cell else "…" for cell in cells or (None,))
                    lines.append("    " + " ".join(value.rjust(6) for value in values))
        return "\n".join(
            line.rstrip() for line in lines + [f"  {s.title}" for s in self.scene.strips]
        )

    def __repr__(self) -> str:
        return self._headline()


def _legend(scene: Scene) -> list[list[str]]:
    """The kinds of cells that are there: tone, state, words."""
    states = {cell.state for cell in scene.cells().values()}
    entries = [["input", "taken", "read"]]
    entries += [["input", "", "not read"]] if "" in states else []
    entries += [["input", "repeat", "read again, stride 0"]] if "repeat" in states else []
    has_result = any(grid.tone == "result" for grid in scene.grids)
    return entries + ([["result", "taken", "result"]] if has_result else [])


def _named(tensors: tuple[Any, ...], names: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors by their names; those that have none are called x, y, z."""
    wrong = [each for each in tensors if not isinstance(each, Tensor)]
    if wrong or not tensors:
        raise TypeError(
            teach(
                "TensorView shows tensors",
                got=f"{type(wrong[0]).__name__} ({wrong[0]!r})" if wrong else "nothing",
                mend="TensorView(x), or TensorView(x, y) to use both in an expression",
            )
        )
    known = {id(tensor): name for name, tensor in reversed(names.items())}
    spare = (name for name in _SPARE_NAMES if name not in names)
    return {known.get(id(tensor)) or next(spare): tensor for tensor in tensors}
