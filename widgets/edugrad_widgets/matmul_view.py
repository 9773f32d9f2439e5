"""MatmulView: a matrix product, element by element, in four orders, each with what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets

from edugrad import Tensor
from edugrad.errors import teach

from .graph_capture import caller, tensor_names
from .look import SteppedWidget, bundle, number
from .matmul_model import Product, short
from .matmul_schedule import SCHEDULES, Counts, Sizes, walk
from .matmul_svg import draw, picture_style

_HERE = Path(__file__)
LARGEST_TILE = 4
COUNTED = "counted, not timed"


class MatmulView(SteppedWidget):
    """The matrix product C = A·B: each element's dot product, and four ways to compute them all.

    Parameters
    ----------
    left, right : Tensor
        Matrices of at most 8 rows and columns whose inner sizes are equal.
    schedule : {"serial", "rows", "threads", "tiled"}
        One multiplication after the other; a row of C at a time; a GPU thread for each element of
        C; threads in blocks that share tiles of A and B.
    tile : int
        The side of a tile, from 1 to 4; it matters to ``"tiled"``.
    names : mapping of str to Tensor, optional
        Names for the two; otherwise they are called what your variables are called.

    Attributes
    ----------
    step : int
        How many steps of the schedule are done; at first all.
    selected : str
        The id of the element that is explained, such as ``"c.0"``, or the empty string.
    counts : dict of str to Counts
        What each schedule multiplies and reads: counted, not timed.

    Raises
    ------
    TypeError
        If one of the two is no tensor.
    ValueError
        If the sizes do not fit, are too large to be drawn, or the schedule or tile is not known.

    Examples
    --------
    >>> import edugrad
    >>> A, B = edugrad.ones(4, 4), edugrad.ones(4, 4)
    >>> view = MatmulView(A, B, schedule="tiled", tile=2)
    >>> view
    MatmulView(A (4, 4) · B (4, 4) = C (4, 4); tiled)
    >>> view.counts["serial"].global_reads, view.counts["tiled"].global_reads
    (128, 64)
    """

    _esm = bundle(_HERE.with_suffix(".js"))
    _css = bundle(_HERE.with_suffix(".css"))

    schedule = traitlets.Unicode("serial").tag(sync=True)
    tile = traitlets.Int(2).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        left: Tensor,
        right: Tensor,
        schedule: str = "serial",
        tile: int = 2,
        names: Mapping[str, Tensor] | None = None,
    ) -> None:
        super().__init__()
        self.product = Product(left, right, _names(left, right, tensor_names(caller(), names)))
        self.schedule, self.tile = schedule, tile
        self._show()

    @traitlets.validate("schedule")
    def _known_schedule(self, proposal: dict[str, Any]) -> str:
        schedule: str = proposal["value"]
        if schedule not in SCHEDULES:
            known = ", ".join(map(repr, SCHEDULES))
            raise ValueError(
                teach(f"schedule is one of {known}", got=repr(schedule), mend="schedule='serial'")
            )
        return schedule

    @traitlets.validate("tile")
    def _drawable_tile(self, proposal: dict[str, Any]) -> int:
        tile: int = proposal["value"]
        if not 1 <= tile <= LARGEST_TILE:
            raise ValueError(
                teach(f"tile is from 1 to {LARGEST_TILE}", got=f"tile={tile}", mend="use tile=2")
            )
        return tile

    @traitlets.observe("tile")
    def _on_tile(self, change: dict[str, Any]) -> None:
        if self.picture:
            self._show()

    @traitlets.observe("schedule")
    def _on_schedule(self, change: dict[str, Any]) -> None:
        if self.picture:
            self._finish()

    @property
    def counts(self) -> dict[str, Counts]:
        return {
            name: sum((step.counts for step in steps), Counts())
            for name, steps in self._steps.items()
        }

    @property
    def sizes(self) -> Sizes:
        """The sizes of the product and of a tile."""
        (rows, inner), columns = self.product.left.shape, self.product.right.shape[1]
        return Sizes(rows, inner, columns, self.tile)

    def _show(self) -> None:
        self._steps = {name: walk(name, self.sizes) for name in SCHEDULES}
        with self.hold_sync():
            self.picture = self._make_picture()
            self._finish()

    def _finish(self) -> None:
        """Show the schedule with all its steps done."""
        with self.hold_sync():
            self.playing = False
            self.last_step = len(self._steps[self.schedule])
            self.step = self.last_step

    # What is shown

    def _make_picture(self) -> dict[str, Any]:
        product, sizes = self.product, self.sizes
        partials = product.sums.reshape(-1, sizes.inner + 1)
        return {
            "svg": self._draw(None),
            "tiled": self._draw(self.tile),
            "inner": sizes.inner,
            "columns": sizes.columns,
            "partials": [[short(value) for value in row] for row in partials.tolist()],
            "sayings": product.sayings(),
            "schedules": {
                name: [product.step_for_view(step) for step in steps]
                for name, steps in self._steps.items()
            },
            "titles": [[name, words] for name, words in SCHEDULES.items()],
            "table": [[words, *self._table_row(name)] for name, words in SCHEDULES.items()],
        }

    def _table_row(self, name: str) -> list[str]:
        counts = self.counts[name]
        ratio = counts.global_reads / counts.multiplications
        return [
            f"{len(self._steps[name]):,}",
            f"{counts.multiplications:,}",
            f"{counts.global_reads:,}",
            f"{counts.shared_reads:,}" if counts.shared_reads else "–",
            number(ratio, 3),
        ]

    def _draw(self, tile: int | None, style: str = "") -> str:
        product = self.product
        left, right, result = (
            [[short(value) for value in row] for row in matrix.tolist()]
            for matrix in (product.left, product.right, product.result)
        )
        return draw(left, right, result, product.names, tile, style)

    # Static forms

    def static_svg(self) -> str:
        """The product as an SVG document, with the tiles if the schedule has some."""
        tile = self.tile if self.schedule == "tiled" else None
        return self._draw(tile, picture_style(static=True))

    def static_text(self) -> str:
        """The product, and what each schedule multiplies and reads."""
        rows = [[number(value) for value in row] for row in self.product.result]
        widest = max(len(value) for row in rows for value in row)
        lines = [repr(self), *("  " + " ".join(v.rjust(widest) for v in row) for row in rows)]
        head = [COUNTED, "steps", "multiplications", "global reads", "shared reads", "global/mult"]
        table = [head, *([words, *self._table_row(name)] for name, words in SCHEDULES.items())]
        widths = [max(len(row[place]) for row in table) for place in range(len(head))]
        for row in table:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            lines.append("  " + "  ".join(cells))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"MatmulView({self.product.title}; {self.schedule})"


def _names(left: Tensor, right: Tensor, names: Mapping[str, Tensor]) -> tuple[str, str, str]:
    known = {id(tensor): name for name, tensor in reversed(list(names.items()))}
    a, b = known.get(id(left), "A"), known.get(id(right), "B")
    return a, b, next(name for name in ("C", "D", "E") if name not in (a, b))
