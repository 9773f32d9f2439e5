"""Two tensors that meet in an operation: how each is stretched, or where their shapes clash."""

from __future__ import annotations

from collections.abc import Iterator

from edugrad import Tensor

from . import tensor_cells as cells
from .tensor_cells import Cell, Grid, Index, Scene, ShapeRow, State, Tone
from .tensor_expression import Broadcast, Operand

_TONES: tuple[Tone, Tone] = ("input", "parameter")


def broadcast_scene(broadcast: Broadcast) -> Scene:
    """Show two operands stretched to one shape and the result, or the two that do not fit."""
    shapes = tuple(_shape_rows(broadcast))
    if broadcast.result is None:
        grids = [_operand_grid(each, place, each.shape) for place, each in _sides(broadcast)]
        return Scene(broadcast.error, tuple(grids), (), shapes, failed=True)
    full = tuple(broadcast.result.shape)
    grids = [_operand_grid(each, place, full) for place, each in _sides(broadcast)]
    return Scene(_sentence(broadcast, full), (*grids, _result_grid(broadcast)), (), shapes)


def _sides(broadcast: Broadcast) -> Iterator[tuple[int, Operand]]:
    return iter(enumerate(broadcast.operands))


def _sentence(broadcast: Broadcast, full: Index) -> str:
    if not all(isinstance(each.value, Tensor) for each in broadcast.operands):
        return "The number meets every element of the tensor."
    stretched = [
        f"{each.text} of shape {cells.tuple_text(each.shape)} is read as {cells.tuple_text(full)} "
        f"with strides {cells.tuple_text(_strides(each, full))}"
        for each in broadcast.operands
        if each.shape != full
    ]
    if not stretched:
        return "The shapes are equal: element meets element, nothing is stretched."
    return f"{', '.join(stretched)}: a stride of 0 reads an element again, nothing is copied."


def _shape_rows(broadcast: Broadcast) -> Iterator[ShapeRow]:
    shapes = [each.shape for each in broadcast.operands]
    width = max(map(len, shapes))
    padded = [(None,) * (width - len(shape)) + shape for shape in shapes]
    for place, each in _sides(broadcast):
        pairs = zip(padded[place], padded[1 - place], strict=True)
        yield ShapeRow(each.text, tuple(_length(own, other) for own, other in pairs))
    if broadcast.result is not None:
        yield ShapeRow("result", tuple((str(length), "") for length in broadcast.result.shape))


def _length(own: int | None, other: int | None) -> tuple[str, str]:
    """A length as it is shown, and what happens to it when it meets ``other``."""
    if own is None:
        return "", "missing"
    if own == other or other in (None, 1):
        return str(own), ""
    return str(own), "stretched" if own == 1 else "clash"


def _strides(operand: Operand, full: Index) -> Index:
    assert isinstance(operand.value, Tensor)
    return tuple(operand.value.expand(*full).stride())


def _read_at(index: Index, own: Index) -> tuple[Index, bool]:
    """Which element of a tensor of shape ``own`` is read at ``index``, and whether once more."""
    extra = len(index) - len(own)
    read = tuple(0 if length == 1 else i for i, length in zip(index[extra:], own, strict=True))
    return read, any(index[:extra]) or read != index[extra:]


def _operand_grid(operand: Operand, place: int, full: Index) -> Grid:
    values = cells.values_of(operand.value)

    def cell(index: Index) -> Cell:
        own, again = _read_at(index, operand.shape)
        position, value = cells.position_of(index, full), cells.value_text(values[own])
        say = f"{operand.text}{cells.subscript(own)} is {value}"
        say += f", read again at {cells.subscript(index)}." if again else "."
        state: State = "repeat" if again else "taken"
        lit = (f"result.{position}",)
        return Cell(f"operand{place}.{position}", value, say, lit, state)

    if not isinstance(operand.value, Tensor):
        title, caption = f"{operand.text}: a number", "it fits every shape"
    else:
        title, caption = f"{operand.text}: {cells.type_text(operand.value)}", ""
        if operand.shape == full:
            caption = cells.layout_text(operand.value)
        else:
            strides = cells.tuple_text(_strides(operand, full))
            caption = f"read as {cells.tuple_text(full)}, strides {strides}"
    return Grid(title, caption, _TONES[place], cells.make_panels(full, cell))


def _result_grid(broadcast: Broadcast) -> Grid:
    assert broadcast.result is not None
    full, values = tuple(broadcast.result.shape), cells.values_of(broadcast.result)
    sides = [(each, cells.values_of(each.value)) for each in broadcast.operands]

    def cell(index: Index) -> Cell:
        position, value = cells.position_of(index, full), cells.value_text(values[index])
        names, numbers = [], []
        for operand, own_values in sides:
            own, _ = _read_at(index, operand.shape)
            names.append(f"{operand.text}{cells.subscript(own)}")
            numbers.append(cells.value_text(own_values[own]))
        named, written = (f" {broadcast.symbol} ".join(words) for words in (names, numbers))
        say = f"{named}: {written} gives {value}."
        lit = (f"operand0.{position}", f"operand1.{position}")
        return Cell(f"result.{position}", value, say, lit, "taken")

    title = f"{broadcast.text}: {cells.type_text(broadcast.result)}"
    panels = cells.make_panels(full, cell)
    return Grid(title, cells.layout_text(broadcast.result), "result", panels)
