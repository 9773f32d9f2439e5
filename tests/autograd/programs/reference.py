"""What a program ought to compute: numbers that carry their own derivatives forward.

Nothing here resembles edugrad's autograd. There is no graph, no saved tensor, no version and no
backward pass. Memory is a row of cells; a tensor is a table of cell numbers, so that a view is an
index and a write through it needs no thought. Every cell carries its derivatives by all leaves
(forward mode), and its second derivatives by the leaves of the program's start. A gradient is read
off; it is not computed.

*Probes* give the gradients of tensors that are no leaves: whenever memory gets a new place in the
graph, each of its cells is also a variable of its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Numbers(NamedTuple):
    """Numbers of some shape with their first and second derivatives in the last dimensions."""

    value: np.ndarray
    first: np.ndarray
    second: np.ndarray
    requires: bool

    def taken(self, places: np.ndarray) -> Numbers:
        """The numbers at these places of the flattened shape, in the shape of ``places``."""
        value, first, second = (
            each.reshape(self.value.size, *each.shape[self.value.ndim :]) for each in self[:3]
        )
        return Numbers(value[places], first[places], second[places], self.requires)

    def spread(self, shape: tuple[int, ...]) -> Numbers:
        places = np.arange(self.value.size).reshape(self.value.shape)
        return self.taken(np.broadcast_to(places, shape))

    def function(self, value: Any, slope: Any, bend: Any) -> Numbers:
        """An element-wise function, from its value and its two derivatives."""
        own = self.first[..., : self.second.shape[-1]]
        squares = own[..., :, None] * own[..., None, :]
        second = slope[..., None, None] * self.second + bend[..., None, None] * squares
        return Numbers(value, slope[..., None] * self.first, second, self.requires)

    def __add__(self, other: Numbers) -> Numbers:
        a, b = alike(self, other)
        return Numbers(
            *(x + y for x, y in zip(a[:3], b[:3], strict=True)), a.requires or b.requires
        )

    def __mul__(self, other: Numbers) -> Numbers:
        a, b = alike(self, other)
        x, y = a.value[..., None], b.value[..., None]
        leaves = a.second.shape[-1]
        cross = a.first[..., :leaves, None] * b.first[..., None, :leaves]
        return Numbers(
            a.value * b.value,
            x * b.first + y * a.first,
            x[..., None] * b.second + y[..., None] * a.second + cross + np.swapaxes(cross, -1, -2),
            a.requires or b.requires,
        )

    def sum(self, axis: int | None = None) -> Numbers:
        axes = tuple(range(self.value.ndim)) if axis is None else (axis % self.value.ndim,)
        return Numbers(*(each.sum(axes) for each in self[:3]), self.requires)


def alike(a: Numbers, b: Numbers) -> tuple[Numbers, Numbers]:
    """Both in one shape."""
    shape = np.broadcast_shapes(a.value.shape, b.value.shape)
    return a.spread(shape), b.spread(shape)


class World:
    """The variables of a program, and whether it is recording at the moment."""

    def __init__(self, leaves: int) -> None:
        self.leaves = leaves
        self.variables = 0
        self.recording = True

    def block(self, count: int) -> slice:
        """New variables."""
        start, self.variables = self.variables, self.variables + count
        return slice(start, self.variables)

    def constant(self, value: Any) -> Numbers:
        value = np.asarray(value, float)
        first = np.zeros((*value.shape, self.variables))
        return Numbers(value, first, np.zeros((*value.shape, self.leaves, self.leaves)), False)


class Memory:
    """Cells: their values, which detached tensors share, apart from their derivatives."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values


class History:
    """The derivatives of the cells of a memory, as one tensor and its views know them."""

    def __init__(self, world: World, cells: int) -> None:
        self.world = world
        self.first = np.zeros((cells, 0))
        self.second = np.zeros((cells, world.leaves, world.leaves))
        self.requires = False
        self.probe: slice | None = None

    def derivatives(self) -> np.ndarray:
        """First derivatives by all variables that there are by now."""
        missing = self.world.variables - self.first.shape[1]
        self.first = np.pad(self.first, ((0, 0), (0, missing)))
        return self.first

    def probed(self) -> None:
        """Make each cell a variable too: what is computed from now on depends on it."""
        cells = len(self.first)
        self.probe = self.world.block(cells)
        self.derivatives()[:, self.probe] = np.eye(cells)


class Reference:
    """A tensor: cells of a memory. It has the methods that the steps use."""

    def __init__(
        self, memory: Memory, history: History, cells: np.ndarray, followed: bool = True
    ) -> None:
        self.memory = memory
        self.history = history
        self.cells = cells
        self.followed = followed
        self.is_view = False
        self.is_leaf = False

    @classmethod
    def new(cls, world: World, numbers: Numbers) -> Reference:
        """A tensor with memory of its own."""
        history = History(world, numbers.value.size)
        cells = np.arange(numbers.value.size).reshape(numbers.value.shape)
        made = cls(Memory(numbers.value.reshape(-1).copy()), history, cells)
        if numbers.requires and world.recording:
            made._carry(numbers)
            history.requires = True
            history.probed()
        return made

    @classmethod
    def leaf(cls, world: World, values: Any) -> Reference:
        made = cls.new(world, world.constant(values))
        made.is_leaf = made.history.requires = True
        made.history.probed()
        return made

    def _carry(self, numbers: Numbers) -> None:
        cells = self.cells.reshape(-1)
        self.history.derivatives()[cells] = numbers.first.reshape(cells.size, -1)
        self.history.second[cells] = numbers.second.reshape(cells.size, *numbers.second.shape[-2:])

    # What it is

    @property
    def shape(self) -> tuple[int, ...]:
        return self.cells.shape

    @property
    def ndim(self) -> int:
        return self.cells.ndim

    @property
    def values(self) -> np.ndarray:
        return self.memory.values[self.cells]

    @property
    def requires_grad(self) -> bool:
        """Views made under no_grad say so too, although their derivatives are not followed."""
        return self.history.requires

    @property
    def numbers(self) -> Numbers:
        world = self.history.world
        if not self.requires_grad or not self.followed:
            return world.constant(self.values)._replace(requires=self.requires_grad)
        first, second = self.history.derivatives(), self.history.second
        return Numbers(self.values, first[self.cells], second[self.cells], True)

    def __len__(self) -> int:
        return len(self.cells)

    # Views

    def _view(self, cells: np.ndarray) -> Reference:
        followed = self.followed and self.history.world.recording
        made = Reference(self.memory, self.history, np.asarray(cells), followed)
        made.is_view = True
        return made

    def __getitem__(self, index: Any) -> Reference:
        if isinstance(index, (list, np.ndarray)):
            return self._new(
                self.numbers.taken(np.arange(self.cells.size).reshape(self.shape)[index])
            )
        return self._view(self.cells[index])

    @property
    def T(self) -> Reference:
        return self._view(self.cells.T)

    def view(self, *shape: int) -> Reference:
        return self._view(self.cells.reshape(shape))

    def unsqueeze(self, dim: int) -> Reference:
        return self._view(np.expand_dims(self.cells, dim))

    def expand(self, *shape: int) -> Reference:
        return self._view(np.broadcast_to(self.cells, shape))

    def unbind(self, dim: int) -> list[Reference]:
        return [self._view(each) for each in np.moveaxis(self.cells, dim, 0)]

    def split(self, size: int) -> list[Reference]:
        return [self._view(self.cells[k : k + size]) for k in range(0, len(self.cells), size)]

    def detach(self) -> Reference:
        return Reference(
            self.memory, History(self.history.world, len(self.history.first)), self.cells
        )

    # Computing

    def _new(self, numbers: Numbers) -> Reference:
        return Reference.new(self.history.world, numbers)

    def _numbers(self, other: Any) -> Numbers:
        return other.numbers if isinstance(other, Reference) else self.history.world.constant(other)

    def __mul__(self, other: Any) -> Reference:
        return self._new(self.numbers * self._numbers(other))

    def __add__(self, other: Any) -> Reference:
        return self._new(self.numbers + self._numbers(other))

    def __sub__(self, other: Any) -> Reference:
        return self._new(self.numbers + self._numbers(other) * self._numbers(-1.0))

    def __truediv__(self, other: Any) -> Reference:
        return self._new(self.numbers * _reciprocal(self._numbers(other)))

    def __pow__(self, power: int) -> Reference:
        return self._new(self.numbers * self.numbers)

    def __matmul__(self, other: Reference) -> Reference:
        rows, columns = self.numbers, other.T.numbers
        places = np.arange(rows.value.size).reshape(rows.value.shape)
        others = np.arange(columns.value.size).reshape(columns.value.shape)
        return self._new((rows.taken(places[:, None]) * columns.taken(others[None])).sum(-1))

    def tanh(self) -> Reference:
        return self._new(_tanh(self.numbers))

    def exp(self) -> Reference:
        numbers = self.numbers
        value = np.exp(numbers.value)
        return self._new(numbers.function(value, value, value))

    def relu(self) -> Reference:
        numbers = self.numbers
        slope = (numbers.value > 0) * 1.0
        return self._new(numbers.function(numbers.value * slope, slope, slope * 0))

    def sum(self) -> Reference:
        return self._new(self.numbers.sum())

    def clone(self) -> Reference:
        return self._new(self.numbers)

    def cat(self, other: Reference) -> Reference:
        a, b = self.numbers, other.numbers
        parts = (np.concatenate(pair) for pair in zip(a[:3], b[:3], strict=True))
        return self._new(Numbers(*parts, a.requires or b.requires))

    # Writing

    def write(self, numbers: Numbers) -> Reference:
        """Replace the values; and what is known of their derivatives, if that is recorded."""
        while numbers.value.ndim > self.ndim:
            numbers = numbers.taken(np.arange(numbers.value.size).reshape(numbers.value.shape[1:]))
        numbers = numbers.spread(self.shape)
        history = self.history
        self.memory.values[self.cells.reshape(-1)] = numbers.value.reshape(-1)
        if history.world.recording and (history.requires or numbers.requires):
            self._carry(numbers)
            history.requires = True
            history.probed()
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        Reference(self.memory, self.history, np.asarray(self.cells[index])).write(
            self._numbers(value)
        )

    def add_(self, other: Any) -> Reference:
        return self.write(self.numbers + self._numbers(other))

    def sub_(self, other: Any, alpha: float) -> Reference:
        return self.write(self.numbers + self._numbers(other) * self._numbers(-alpha))

    def mul_(self, other: Any) -> Reference:
        return self.write(self.numbers * self._numbers(other))

    def div_(self, other: Any) -> Reference:
        return self.write(self.numbers * _reciprocal(self._numbers(other)))

    def addcmul_(self, a: Any, b: Any) -> Reference:
        return self.write(self.numbers + self._numbers(a) * self._numbers(b))

    def copy_(self, other: Any) -> Reference:
        return self.write(self._numbers(other))

    def fill_(self, number: float) -> Reference:
        return self.write(self._numbers(number))

    def zero_(self) -> Reference:
        return self.write(self._numbers(0.0))

    def neg_(self) -> Reference:
        return self.write(self.numbers * self._numbers(-1.0))

    def tanh_(self) -> Reference:
        return self.write(_tanh(self.numbers))

    def masked_fill_(self, mask: np.ndarray, number: float) -> Reference:
        return self.write(self.numbers * self._numbers(~mask * 1.0) + self._numbers(mask * number))


def _tanh(numbers: Numbers) -> Numbers:
    value = np.tanh(numbers.value)
    return numbers.function(value, 1 - value**2, -2 * value * (1 - value**2))


def _reciprocal(numbers: Numbers) -> Numbers:
    value = 1 / numbers.value
    return numbers.function(value, -(value**2), 2 * value**3)
