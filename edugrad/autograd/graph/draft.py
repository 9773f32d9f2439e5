"""A graph in the making: tensors and ops are added in the order in which they ran."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ... import dtypes
from ...tensor import Tensor
from ..node import Node
from .calls import Calls
from .data import (
    Graph,
    GraphEdge,
    GraphNode,
    Kind,
    ModuleCall,
    Origin,
    SourceLine,
    Summary,
    TensorInfo,
)
from .summary import in_names, param_text, summarize

Source = tuple[int, int]


@dataclass
class Piece:
    """One tensor on its way into the snapshot; ``path`` is a parameter's name in its modules."""

    shape: tuple[int, ...]
    dtype: dtypes.DType
    device: str
    requires_grad: bool
    name: str | None = None
    path: str | None = None
    array: Any = None
    origin: Origin | None = None
    gradient: Any = None


@dataclass
class Step:
    """One node on its way into the snapshot; ``inputs`` are tensors (step, output) or numbers."""

    kind: Kind
    label: str
    outputs: list[Piece]
    inputs: list[Any] = field(default_factory=list)
    op: Any = None
    node: Node | None = None
    params: dict[str, Any] = field(default_factory=dict)
    call: ModuleCall | None = None
    source: SourceLine | None = None
    error: str | None = None
    local: list[Any] = field(default_factory=list)
    leaving: Sequence[Any] = ()


class Draft:
    """Collects steps and turns them into a :class:`Graph`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self.visited: list[int] = []
        self.calls = Calls()

    def add(self, step: Step) -> int:
        """Append a step; its number identifies it."""
        self.steps.append(step)
        return len(self.steps) - 1

    def piece(self, source: Source) -> Piece:
        return self.steps[source[0]].outputs[source[1]]

    def arrays(self, inputs: list[Any]) -> list[Any]:
        """The arrays and numbers of a step's inputs; None for a value that is not known."""
        return [self.piece(each).array if isinstance(each, tuple) else each for each in inputs]

    def finish(self) -> Graph:
        """The snapshot: numbers summarised, unnamed tensors numbered, formulas in names."""
        self._name_the_rest()
        nodes = tuple(self._node(number, step) for number, step in enumerate(self.steps))
        edges = tuple(
            edge for number, step in enumerate(self.steps) for edge in self._edges(number, step)
        )
        consumed = {edge.source for edge in edges}
        results = tuple(n.id for n in nodes if n.kind == "op" and n.id not in consumed)
        order = tuple(f"n{number}" for number in self.visited)
        return Graph(nodes, edges, results, order, tuple(self.notes), tuple(self.calls.listed))

    def _name_the_rest(self) -> None:
        taken = {piece.name for step in self.steps for piece in step.outputs}
        count = 0
        for step in self.steps:
            for piece in step.outputs:
                while piece.name is None:
                    count += 1
                    if f"v{count}" not in taken:
                        piece.name = f"v{count}"

    def _node(self, number: int, step: Step) -> GraphNode:
        names = [self._operand(each) for each in step.inputs]
        symbols = getattr(step.op, "symbols", ())
        formula = getattr(step.op, "formula", "")
        return GraphNode(
            id=f"n{number}",
            kind=step.kind,
            label=step.label if step.kind == "op" else step.outputs[0].name or step.label,
            outputs=tuple(self._info(piece) for piece in step.outputs),
            node_name=None if step.node is None else step.node.node_name,
            formula=in_names(formula, symbols, names) if formula else None,
            derivatives=self._derivatives(step, symbols, names),
            local=tuple(None if x is None else summarize(x, self.limit) for x in step.local),
            params={name: param_text(value) for name, value in step.params.items()},
            module=_module_path(step),
            call=None if step.call is None else step.call.id,
            source=step.source,
            error=step.error,
        )

    def _operand(self, operand: Any) -> str:
        if isinstance(operand, tuple):
            return self.piece(operand).name or "?"
        return f"{operand:.6g}" if isinstance(operand, float) else str(operand)

    @staticmethod
    def _derivatives(step: Step, symbols: tuple[str, ...], names: list[str]) -> tuple[str, ...]:
        given = getattr(step.op, "derivatives", ())
        if not given:
            return ()
        return tuple(
            in_names(given[min(place, len(given) - 1)], symbols, names)
            for place, operand in enumerate(step.inputs)
            if isinstance(operand, tuple)
        )

    def _edges(self, number: int, step: Step) -> list[GraphEdge]:
        tensors = [place for place, each in enumerate(step.inputs) if isinstance(each, tuple)]
        return [
            GraphEdge(
                f"n{step.inputs[place][0]}",
                step.inputs[place][1],
                f"n{number}",
                position,
                self._summary(step.leaving[place] if place < len(step.leaving) else None),
            )
            for position, place in enumerate(tensors)
        ]

    def _info(self, piece: Piece) -> TensorInfo:
        return TensorInfo(
            name=piece.name,
            shape=tuple(piece.shape),
            dtype=piece.dtype.name,
            device=piece.device,
            nbytes=math.prod(piece.shape) * piece.dtype.itemsize,
            requires_grad=piece.requires_grad,
            value=None if piece.array is None else summarize(piece.array, self.limit),
            gradient=self._summary(piece.gradient),
            origin=piece.origin,
        )

    def _summary(self, gradient: Tensor | None) -> Summary | None:
        return None if gradient is None else summarize(gradient._array, self.limit)


def _module_path(step: Step) -> str | None:
    """The path of the module that made an op, or that holds a parameter or buffer."""
    if step.kind == "op":
        return None if step.call is None else step.call.path
    path = step.outputs[0].path
    return None if path is None else path.rpartition(".")[0]


def local_derivatives(
    node: Any, inputs: list[Any], shape: tuple[int, ...], limit: int
) -> list[Any]:
    """∂output/∂input of a small element-wise op, as arrays: its backward of a gradient of ones.

    ``inputs`` are the input's arrays and numbers, None where not known; they are needed where the
    graph was freed.
    """
    if not getattr(node, "elementwise", False) or math.prod(shape) > limit:
        return []
    ones = Tensor._wrap(node.xp.ones(shape, node.outputs[0][1]))
    try:
        found = node.backward(node, ones)
    except RuntimeError:
        context = _run_again(node, inputs)
        if context is None:
            return []
        found = node.backward(context, ones)
    found = found if isinstance(found, tuple) else (found,)
    return [None if each is None else each._array for each in found]


def _run_again(node: Any, inputs: list[Any]) -> Any:
    """A context like ``node`` before its saved values were freed; None where that cannot be."""
    dtype = node.outputs[0][1]
    alike = all(each is not None and getattr(each, "dtype", dtype) == dtype for each in inputs)
    if not alike or node.write is not None or len(inputs) != len(node.needs_input_grad):
        return None
    context: Any = object.__new__(type(node))
    context.xp, context.params, context.outputs = node.xp, node.params, node.outputs
    context.needs_input_grad, context.saved = node.needs_input_grad, ()
    type(node).forward(context, *inputs, **node.params)
    context.saved = tuple(
        Tensor._wrap(each) if isinstance(each, node.xp.ndarray) else each for each in context.saved
    )
    return context
