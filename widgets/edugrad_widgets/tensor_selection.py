"""A tensor, and what indexing or reshaping made of it: a view of its memory or a copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from edugrad import Tensor

from . import tensor_cells as cells
from .tensor_cells import Cell, Grid, Index, Scene, State, Strip
from .tensor_expression import MOST_ELEMENTS, Selection

_LETTERS = "ijklmnopqrst"


def whole_scene(name: str, source: Tensor, error: str = "") -> Scene:
    """Show a tensor as it is; ``error`` says why there is nothing else."""
    nothing = np.empty(0, np.int64)
    scene = selection_scene(Selection(name, source, name, source, nothing))
    return Scene(error or scene.sentence, scene.grids, scene.strips, failed=bool(error))


def selection_scene(selection: Selection) -> Scene:
    """Show where each element of the result lies in memory, and what it was read from."""
    return _SelectionScene(selection).scene()


class _SelectionScene:
    def __init__(self, selection: Selection) -> None:
        self.text, self.name = selection.text, selection.name
        self.source, self.result = selection.source, selection.result
        self.kind, self.origin = selection.kind, selection.origin.ravel()
        self.taken = set(self.origin.tolist())
        self.order = np.argsort(self.origin, kind="stable")

    def scene(self) -> Scene:
        if self.kind == "same":
            return Scene(self._sentence(), (self._source_grid(),), (self._source_strip(),))
        grids = self._source_grid(), self._result_grid()
        own = [self._own_strip()] if self.kind == "copy" else []
        return Scene(self._sentence(), grids, (self._source_strip(), *own))

    # Words

    def _sentence(self) -> str:
        result, name = self.result, self.name
        size = cells.size_text(result.numel(), result.element_size())
        element = cells.subscript(_LETTERS[: result.ndim])
        start = result.storage_offset()
        rule = " + ".join([str(start), *_products(result.stride(), _LETTERS)])
        if self.kind == "same":
            itself = "" if self.text == name else f"{self.text} is {name} itself. "
            return f"{itself}{name} has {size}. Element {name}{element} is memory cell {rule}."
        if self.kind == "copy":
            return f"A copy: {self.text} has memory of its own, {size}. {self._why_a_copy()}"
        return (
            f"A view: {self.text} shares the memory of {name}, nothing is copied. Its element "
            f"{element or 'is'}{' is' if element else ''} memory cell {rule}."
        )

    def _why_a_copy(self) -> str:
        if _is_strided(self._places_read().reshape(tuple(self.result.shape))):
            return "Strides could describe it, but this kind of index or method always copies."
        return f"No fixed steps forward lead through the memory of {self.name} in this order."

    def _address(self, tensor: Tensor, index: Index) -> str:
        """``cell 4 + 1·4 + 2·1 = 10, bytes 40 to 43``."""
        start, terms = tensor.storage_offset(), _products(tensor.stride(), map(str, index))
        place = self._place(tensor, index)
        total = f"{' + '.join([str(start), *terms])} = {place}" if terms else str(place)
        return f"memory cell {total}, {cells.bytes_text(place, tensor.element_size())}"

    # Places

    def _place(self, tensor: Tensor, index: Index) -> int:
        steps = zip(index, tensor.stride(), strict=True)
        return tensor.storage_offset() + sum(i * step for i, step in steps)

    def _places_read(self) -> np.ndarray:
        """The cells of the source's memory that were read, in the order of the result."""
        if self.kind == "same":
            fits = self.source.numel() <= MOST_ELEMENTS
            return cells.places_of(self.source) if fits else np.arange(cells.MOST_CELLS)
        return cells.places_of(self.source).ravel()[self.origin]

    def _readers(self, position: int) -> list[str]:
        """The elements of the result that were read from this one of the source."""
        if self.kind == "same":
            return []
        ends = np.searchsorted(self.origin, (position, position + 1), sorter=self.order)
        return [f"result.{reader}" for reader in self.order[slice(*ends)][: cells.MOST_CELLS]]

    # Pieces

    def _source_grid(self) -> Grid:
        values, shape = cells.values_of(self.source), tuple(self.source.shape)

        def cell(index: Index) -> Cell:
            position = cells.position_of(index, shape)
            say = f"{self.name}{cells.subscript(index)} is {self._address(self.source, index)}."
            memory = f"memory.{self._place(self.source, index)}"
            read = self.kind == "same" or position in self.taken
            state: State = "taken" if read else ""
            lit = (memory, *self._readers(position))
            return Cell(f"source.{position}", cells.value_text(values[index]), say, lit, state)

        title = f"{self.name}: {cells.type_text(self.source)}"
        panels = cells.make_panels(shape, cell)
        return Grid(title, cells.layout_text(self.source), "input", panels)

    def _result_grid(self) -> Grid:
        values, shape = cells.values_of(self.result), tuple(self.result.shape)
        is_view = self.kind == "view"

        def cell(index: Index) -> Cell:
            position = cells.position_of(index, shape)
            read = int(self.origin[position])
            origin = cells.subscript(cells.index_of(read, tuple(self.source.shape)))
            strip = "memory" if is_view else "own"
            same = f"the same cell as {self.name}{origin}"
            say = f"Element {cells.subscript(index) or '[]'} is {self._address(self.result, index)}"
            say += f", {same}." if is_view else f", new; copied from {self.name}{origin}."
            lit = (f"{strip}.{self._place(self.result, index)}", f"source.{read}")
            value = cells.value_text(values[index])
            return Cell(f"result.{position}", value, say, lit, "taken")

        title = f"{self.text}: {cells.type_text(self.result)}, a {self.kind}"
        panels = cells.make_panels(shape, cell)
        return Grid(title, cells.layout_text(self.result), "result", panels)

    def _source_strip(self) -> Strip:
        size = cells.size_text(cells.memory_of(self.source).size, self.source.element_size())
        row = cells.make_strip("memory", self.source, self._places_read())
        return Strip(f"memory of {self.name}: {size}", "input", row)

    def _own_strip(self) -> Strip:
        size = cells.size_text(cells.memory_of(self.result).size, self.result.element_size())
        row = cells.make_strip("own", self.result, cells.places_of(self.result))
        return Strip(f"memory of the copy: {size}", "result", row)


def _products(steps: Sequence[int], factors: Iterable[str]) -> list[str]:
    """``['1·4', '2·1']``."""
    return [f"{factor}·{step}" for factor, step in zip(factors, steps, strict=False)]


def _is_strided(places: np.ndarray) -> bool:
    """Whether fixed steps, none of them backwards, lead through these cells in this order."""
    if not places.size:
        return True
    wanted = np.full(places.shape, places.flat[0])
    for axis, length in enumerate(places.shape):
        if length > 1:
            step = np.take(places, 1, axis).flat[0] - places.flat[0]
            along = [-1 if k == axis else 1 for k in range(places.ndim)]
            wanted = wanted + (max(step, 0) * np.arange(length)).reshape(along)
    return bool((wanted == places).all())
