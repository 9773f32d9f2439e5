"""The snapshot of a graph that is reached from its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import dtypes
from ...devices import of_array
from ...errors import teach
from ...tensor import Tensor
from ..derivatives import why_no_graph
from ..function import Constant, Op
from ..node import AccumulateGrad, Edge, Node, gradient_edge
from ..saved import FREED, Saved
from .data import Graph
from .draft import Draft, Piece, Step, local_derivatives
from .observing import observe
from .summary import source_line

FREED_NOTE = (
    "backward() has freed this graph, so only the leaves' own .grad is known: "
    "draw the graph before backward(), or keep it with backward(retain_graph=True)."
)
SUM_NOTE = "The result is not a single number: the gradients are those of the sum of its elements."
UNKNOWN_NOTE = (
    "Some values in between are not kept any more: record the block with GraphView.record() "
    "to see them all."
)


def snapshot(
    *tensors: Tensor,
    names: Mapping[str, Tensor] | None = None,
    gradients: bool = True,
    limit: int = 64,
) -> Graph:
    """The graph that computed ``tensors``, with its values and gradients as far as they are known.

    Nothing is changed: no ``grad`` is accumulated, nothing is freed, no hook runs.

    Parameters
    ----------
    *tensors : Tensor
        The results.
    names : mapping of str to Tensor, optional
        Names for tensors; others are called v1, v2, …
    gradients : bool
        Walk the graph backwards to find all gradients.
    limit : int
        The largest number of elements of which all values are kept.

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        If no tensor has a graph.

    Examples
    --------
    >>> import edugrad
    >>> a = edugrad.tensor(2.0, requires_grad=True)
    >>> f = a * 3
    >>> graph = snapshot(f, names={"a": a, "f": f})
    >>> [(node.label, node.formula) for node in graph.nodes]
    [('a', None), ('mul', 'a · 3')]
    """
    edges = [gradient_edge(tensor) for tensor in tensors]
    if not any(edge is not None for edge in edges):
        raise ValueError(
            teach(
                "a graph is reached from a tensor that was computed from one with requires_grad",
                got=why_no_graph(tensors[0]),
                mend="make an input with requires_grad=True, or record the block: "
                "GraphView.record() shows ops without a graph too",
            )
        )
    reach = _Reach(limit, {id(tensor): name for name, tensor in (names or {}).items()})
    for node in _reached([edge for edge in edges if edge is not None]):
        reach.enter(node)
    if gradients:
        reach.add_gradients(list(zip(edges, tensors, strict=True)))
    return reach.draft.finish()


def _reached(edges: list[Edge]) -> list[Node]:
    """All nodes behind the edges, in the order in which they were made."""
    seen = {edge[0] for edge in edges}
    stack = list(seen)
    while stack:
        for edge in stack.pop().edges:
            if edge is not None and edge[0] not in seen:
                seen.add(edge[0])
                stack.append(edge[0])
    return sorted(seen, key=lambda node: node.sequence)


class _Reach:
    """Enters the nodes of a graph into a draft, inputs first."""

    def __init__(self, limit: int, names: dict[int, str]) -> None:
        self.draft = Draft(limit)
        self.names = names
        self.numbers: dict[Node, int] = {}
        self.constants: dict[tuple[int, int], int] = {}

    def enter(self, node: Node) -> None:
        """Add a node to the draft."""
        if isinstance(node, AccumulateGrad):
            step = self._leaf(node)
        else:
            step = self._op(node)
        self.numbers[node] = self.draft.add(step)

    def _leaf(self, node: AccumulateGrad) -> Step:
        leaf = node.variable
        piece = _piece(leaf, self.names.get(id(leaf)))
        if leaf._array is node.array and leaf._storage.version == node.version:
            piece.array, piece.origin = leaf._array, "live"
        else:
            self.draft.notes.append(
                f"{piece.name or 'A leaf'} was changed after the graph was made: "
                "its value at that time is not known."
            )
        return Step("parameter", "parameter", [piece], node=node)

    def _op(self, node: Any) -> Step:
        inputs = [self._input(node, place) for place in range(len(node.edges))]
        step = Step(
            "op",
            node.op_name if isinstance(node, Op) else _plain_name(node),
            [],
            [each for each in inputs if each is not None],
            op=node,
            node=node,
            params=getattr(node, "params", {}),
            call=self.draft.calls.of(node.scope),
            source=source_line(node.site),
        )
        step.outputs = self._outputs(node, inputs)
        if isinstance(node, Op) and step.outputs:
            arrays = self.draft.arrays(step.inputs)
            found = local_derivatives(node, arrays, step.outputs[0].shape, self.draft.limit)
            step.local = [each for each, x in zip(found, inputs, strict=False) if _is_source(x)]
        return step

    def _input(self, node: Any, place: int) -> Any:
        """Where an input comes from, the number that it is, or None."""
        edge = node.edges[place]
        if edge is not None:
            source = self.numbers[edge[0]], edge[1]
            if isinstance(edge[0], AccumulateGrad):
                self._name(self.draft.piece(source), edge[0].variable, node)
            return source
        constant = _constant(node, place)
        if not isinstance(constant, Constant):
            return constant
        tensor = constant.tensor()
        known = (id(tensor), constant.version)
        if tensor is not None and known in self.constants:
            return self.constants[known], 0
        piece = Piece(constant.shape, dtypes.of_numpy[constant.dtype], "cpu", False)
        if tensor is not None:
            piece.device = str(tensor.device)
            piece.name = self.names.get(id(tensor))
            self._name(piece, tensor, node)
            if tensor._storage.version == constant.version:
                piece.array, piece.origin = tensor._array, "live"
        else:
            piece.array = self._saved_constant(node, constant) if isinstance(node, Op) else None
            piece.origin = None if piece.array is None else "saved"
        number = self.draft.add(Step("input", "input", [piece]))
        if tensor is not None:
            self.constants[known] = number
        return number, 0

    def _name(self, piece: Piece, tensor: Tensor, node: Node) -> None:
        """Ask the module whose call used a tensor for its path: its name, where it has no other."""
        if piece.path is None:
            piece.path = self.draft.calls.name_of(tensor, node.scope)
            piece.name = piece.name or piece.path

    @staticmethod
    def _saved_constant(node: Any, constant: Constant) -> Any:
        for record in node.saved:
            fits = type(record) is Saved and record.edge is None
            if fits and tuple(record.array.shape) == tuple(constant.shape):
                return record.array if record.storage.version == record.version else None
        return None

    def _outputs(self, node: Any, inputs: list[Any]) -> list[Piece]:
        pieces = []
        for number, form in enumerate(node.outputs):
            if form is None:
                pieces.append(Piece((), dtypes.float32, "cpu", False))
                continue
            shape, dtype, reference, version = form
            tensor = reference()
            piece = Piece(shape, dtypes.of_numpy[dtype], "cpu", True)
            if tensor is not None:
                piece.device = str(tensor.device)
                unwritten = tensor._storage.version == version
                if unwritten or (tensor._view is None and tensor._edge == (node, number)):
                    piece.name = self.names.get(id(tensor))
                if unwritten:
                    piece.array, piece.origin = tensor._array, "live"
            if piece.array is None and isinstance(node, Op):
                self._look_in_saved(node, number, piece)
            pieces.append(piece)
        if any(piece.array is None for piece in pieces):
            self._compute_again(node, inputs, pieces)
        return pieces

    @staticmethod
    def _look_in_saved(node: Any, number: int, piece: Piece) -> None:
        for record in node.saved:
            mine = type(record) is Saved and record.edge == number
            if mine and record.storage.version == record.version:
                piece.array, piece.origin = record.array, "saved"

    def _compute_again(self, node: Any, inputs: list[Any], pieces: list[Piece]) -> None:
        """Run the op's forward on its inputs' values, if these are all known."""
        arrays = self.draft.arrays(inputs)
        known = all(a is not None for a, x in zip(arrays, inputs, strict=True) if _is_source(x))
        again = isinstance(node, Op) and node.write is None
        if not known or not again:
            if UNKNOWN_NOTE not in self.draft.notes:
                self.draft.notes.append(UNKNOWN_NOTE)
            return
        context: Any = object.__new__(type(node))
        context.xp, context.saved, context.params = node.xp, (), node.params
        values = [
            Tensor._wrap(array, of_array(array)) if _is_source(each) else array
            for array, each in zip(arrays, inputs, strict=True)
        ]
        arrays, _, context.needs_input_grad = context._read(tuple(values))
        result = type(node).forward(context, *arrays, **node.params)
        found = result if isinstance(result, tuple) else (result,)
        for piece, array in zip(pieces, found, strict=True):
            if piece.array is None:
                piece.array, piece.origin = node.xp.asarray(array), "recomputed"

    def add_gradients(self, roots: list[tuple[Edge | None, Tensor]]) -> None:
        """Walk backwards from the results and note every gradient."""
        seeds = [(edge, _ones(tensor)) for edge, tensor in roots if edge is not None]
        if any(tensor.numel() != 1 for _, tensor in roots):
            self.draft.notes.append(SUM_NOTE)
        try:
            seen = observe(seeds)
        except Exception as error:
            if any(getattr(node, "saved", None) is FREED for node in self.numbers):
                self._gradients_of_leaves()
            else:
                self.draft.notes.append(unknown_gradients(error))
            return
        for node, gradients in seen.arriving.items():
            number = self.numbers[node]
            step = self.draft.steps[number]
            self.draft.visited.append(number)
            for piece, gradient in zip(step.outputs, gradients, strict=False):
                piece.gradient = gradient
            leaving = seen.leaving.get(node, ())
            step.leaving = [
                gradient
                for gradient, place in zip(leaving, range(len(node.edges)), strict=True)
                if node.edges[place] is not None or _constant(node, place) is not None
            ]

    def _gradients_of_leaves(self) -> None:
        self.draft.notes.append(FREED_NOTE)
        for node, number in self.numbers.items():
            if isinstance(node, AccumulateGrad):
                self.draft.steps[number].outputs[0].gradient = node.variable.grad


def unknown_gradients(error: Exception) -> str:
    """What a picture says when the walk back failed, in a Function of the user's, say."""
    first = next(iter(str(error).splitlines()), "")
    return f"The gradients are not known: {type(error).__name__}: {first}"


def _constant(node: Any, place: int) -> Any:
    """What is known of an input that needs no gradient."""
    constants = getattr(node, "constants", None)
    return None if constants is None else constants[place]


def _is_source(value: Any) -> bool:
    return isinstance(value, tuple)


def _plain_name(node: Node) -> str:
    return node.node_name.removesuffix("Backward")


def _piece(tensor: Tensor, name: str | None) -> Piece:
    return Piece(
        tuple(tensor._array.shape), tensor.dtype, str(tensor.device), tensor._requires_grad, name
    )


def _ones(tensor: Tensor) -> Tensor:
    xp = tensor._device.xp
    return Tensor._wrap(xp.ones(tensor._array.shape, tensor._array.dtype), tensor._device)
