"""The pieces that a TensorView shows: cells, grids of them, strips of memory, rows of shapes.

Large tensors are shown by their beginnings and ends; what is left out is an ellipsis.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from edugrad import Tensor

from .look.units import number, plural

Index = tuple[int, ...]
State = Literal["", "taken", "repeat"]
Tone = Literal["input", "parameter", "result"]

LONGEST_ROW = 10
TALLEST_PANEL = 6
MOST_PANELS = 6
MOST_CELLS = 48
WIDEST = 9


@dataclass(frozen=True)
class Cell:
    """One element: its value, what is said about it, the cells that are lit with it.

    ``state`` is "taken" for what an expression reads and "repeat" for what is read once more.
    """

    id: str
    value: str
    say: str
    lit: tuple[str, ...] = ()
    state: State = ""
    label: str = ""


Row = tuple[Cell | None, ...]


@dataclass(frozen=True)
class Panel:
    """A matrix of cells; ``label`` holds the indices before it, None is an ellipsis."""

    label: str
    rows: tuple[Row | None, ...]


@dataclass(frozen=True)
class Grid:
    """A tensor: its name and type, its layout in words, its cells."""

    title: str
    caption: str
    tone: Tone
    panels: tuple[Panel | None, ...]


@dataclass(frozen=True)
class Strip:
    """A piece of memory, cell by cell; None is an ellipsis."""

    title: str
    tone: Tone
    cells: Row


@dataclass(frozen=True)
class ShapeRow:
    """One shape of a broadcast, aligned from the right: (length, kind) for each dimension."""

    title: str
    lengths: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scene:
    """Everything that is shown at once; ``failed`` says that the sentence is an error."""

    sentence: str
    grids: tuple[Grid, ...]
    strips: tuple[Strip, ...] = ()
    shapes: tuple[ShapeRow, ...] = ()
    failed: bool = False

    def cells(self) -> dict[str, Cell]:
        """Every cell by its id, in reading order."""
        panels = [panel for grid in self.grids for panel in grid.panels if panel]
        rows = [row for panel in panels for row in panel.rows if row]
        rows += [strip.cells for strip in self.strips]
        return {cell.id: cell for row in rows for cell in row if cell}


# Words


def tuple_text(lengths: Sequence[int]) -> str:
    """``(3, 4)`` and ``(4,)``, as Python writes them."""
    return str(tuple(int(length) for length in lengths))


def subscript(index: Sequence[Any]) -> str:
    """``[1, 2]``; nothing for a tensor without dimensions."""
    return f"[{', '.join(map(str, index))}]" if index else ""


def type_text(tensor: Tensor) -> str:
    """``float32 (3, 4)``."""
    return f"{str(tensor.dtype).removeprefix('edugrad.')} {tuple_text(tensor.shape)}"


def layout_text(tensor: Tensor) -> str:
    """``strides (4, 1), offset 0, contiguous``."""
    contiguous = "contiguous" if tensor.is_contiguous() else "not contiguous"
    return f"strides {tuple_text(tensor.stride())}, offset {tensor.storage_offset()}, {contiguous}"


def size_text(count: int, itemsize: int) -> str:
    """``12 elements of 4 bytes = 48 bytes``."""
    total = plural(count * itemsize, "byte")
    return f"{plural(count, 'element')} of {plural(itemsize, 'byte')} = {total}"


def bytes_text(place: int, itemsize: int) -> str:
    """The bytes of a memory cell: ``bytes 24 to 27``."""
    first = place * itemsize
    return f"byte {first}" if itemsize == 1 else f"bytes {first} to {first + itemsize - 1}"


def value_text(value: Any) -> str:
    """An element, short enough for its cell."""
    text = number(value.item())
    return text if len(text) <= WIDEST else number(float(value), 3)


# Places


def values_of(value: Tensor | float) -> np.ndarray:
    """The elements as a NumPy array, without a copy where that is possible."""
    return value.detach().cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)


def memory_of(tensor: Tensor) -> np.ndarray:
    """The whole storage of a tensor as a flat array, gaps included where it came with some."""
    array = tensor._storage.array
    if not isinstance(array, np.ndarray):
        array = array.get()
    if not array.size:
        return np.empty(0, array.dtype)
    steps = zip(array.shape, array.strides, strict=True)
    reach = 1 + sum((length - 1) * step for length, step in steps) // array.itemsize
    return np.lib.stride_tricks.as_strided(array, (reach,), (array.itemsize,))


def places_of(tensor: Tensor) -> np.ndarray:
    """Which memory cell each element of a tensor is, in the tensor's shape."""
    places = np.full(tuple(tensor.shape), tensor.storage_offset())
    for axis, step in enumerate(tensor.stride()):
        along = [-1 if k == axis else 1 for k in range(tensor.ndim)]
        places = places + (np.arange(tensor.shape[axis]) * step).reshape(along)
    return places


def position_of(index: Index, shape: Index) -> int:
    """The number of an element, counted in the order of the indices."""
    return int(np.ravel_multi_index(index, shape)) if shape else 0


def index_of(position: int, shape: Index) -> Index:
    """The index of the element with this number."""
    return tuple(int(i) for i in np.unravel_index(position, shape)) if shape else ()


# Grids and strips


def make_panels(shape: Index, cell: Callable[[Index], Cell]) -> tuple[Panel | None, ...]:
    """Fold a shape into matrices and make their cells; an empty tensor has none."""
    if 0 in shape:
        return ()
    outer, (rows, columns) = shape[:-2], (1, 1, *shape)[-2:]
    before = (
        index_of(k, outer) if k is not None else None for k in _some(math.prod(outer), MOST_PANELS)
    )

    def row(leading: Index, i: int) -> Row:
        across = _some(columns, LONGEST_ROW)
        whole = ((*leading, i, j) if j is not None else None for j in across)
        return tuple(
            None if index is None else cell(index[len(index) - len(shape) :]) for index in whole
        )

    def panel(leading: Index) -> Panel:
        down = _some(rows, TALLEST_PANEL if outer else LONGEST_ROW)
        return Panel(
            subscript(leading), tuple(None if i is None else row(leading, i) for i in down)
        )

    return tuple(None if leading is None else panel(leading) for leading in before)


def make_strip(name: str, tensor: Tensor, read: np.ndarray) -> Row:
    """The cells of a tensor's memory; those in ``read`` are "taken"."""
    memory, size, taken = memory_of(tensor), tensor.element_size(), set(read.ravel().tolist())

    def cell(place: int) -> Cell:
        value = value_text(memory[place])
        say = f"Cell {place} of the memory, {bytes_text(place, size)}, holds {value}."
        state: State = "taken" if place in taken else ""
        return Cell(f"{name}.{place}", value, say, (), state, str(place))

    if memory.size <= MOST_CELLS:
        return tuple(map(cell, range(memory.size)))
    half = MOST_CELLS // 2
    shown = sorted({*range(half), *sorted(taken)[: half - 1], memory.size - 1})
    cells: list[Cell | None] = []
    for before, place in itertools.pairwise([-1, *shown]):
        cells += [cell(place)] if place == before + 1 else [None, cell(place)]
    return tuple(cells)


def _some(length: int, most: int) -> Iterator[int | None]:
    """All of ``range(length)``, or its beginning, None and its last."""
    if length <= most:
        yield from range(length)
    else:
        yield from range(most - 2)
        yield None
        yield length - 1
