"""The data of a graph snapshot: nodes, edges, tensors and their numbers, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["input", "parameter", "op"]
Origin = Literal["recorded", "live", "saved", "recomputed"]


@dataclass(frozen=True)
class Summary:
    """Statistics of one array, and its values when it is small.

    ``minimum`` to ``norm`` (the Euclidean norm) are taken over the finite elements, in float64, and
    are None where there is none. ``values`` holds all elements as a nested list, or None when the
    array has more elements than the snapshot's ``limit``.
    """

    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    norm: float | None
    nans: int
    infs: int
    values: Any = None


@dataclass(frozen=True)
class TensorInfo:
    """One tensor of the graph: an output of a node.

    ``name`` is the user's variable, or v1, v2, … for a tensor without one. ``value`` is None when
    the number is not known any more; ``origin`` says where a known one comes from: kept by a
    recording, read from a tensor that is still alive, from what the graph saved for its derivative,
    or computed again from the node's inputs. ``gradient`` is the derivative of the result with
    respect to this tensor, summed over all paths, or None where none flows.
    """

    name: str | None
    shape: tuple[int, ...]
    dtype: str
    device: str
    nbytes: int
    requires_grad: bool
    value: Summary | None = None
    gradient: Summary | None = None
    origin: Origin | None = None


@dataclass(frozen=True)
class SourceLine:
    """Where in the user's code a node was made; ``text`` is the line itself, stripped."""

    file: str
    line: int
    text: str


@dataclass(frozen=True)
class ModuleCall:
    """One call of a module, in which ops ran.

    ``path`` is the module's name in the outermost module that was running ("" for that one itself),
    ``kind`` its class, ``text`` what its text shows in parentheses; ``outer`` is the id of the call
    that it was made in, or None. A module that is called twice has two calls with one ``module``,
    the number of the module in this graph.
    """

    id: str
    path: str
    kind: str
    module: int
    outer: str | None = None
    text: str = ""


@dataclass(frozen=True)
class GraphNode:
    """One node: a leaf (``kind`` "input" or "parameter") or an op.

    A parameter is a leaf that requires a gradient; an input is any other leaf. ``label`` is the
    tensor's name for a leaf and the op's name for an op; ``formula`` is the op in the names of its
    inputs ("x · w"), ``derivatives`` the gradient that it sends to each input ("grad · w"), aligned
    with the op's tensor inputs; a number among the inputs stands in the formula and has no edge.
    ``local`` holds, for an element-wise op on small arrays, the numbers of the local derivative
    ∂output/∂input (None where not known). ``module`` is the path of the module whose call made an
    op, or which holds a parameter or buffer; ``call`` is the id of the call that made an op, among
    the graph's :attr:`Graph.calls`. ``error`` is the message
    of an op that failed: such a node has no outputs.
    """

    id: str
    kind: Kind
    label: str
    outputs: tuple[TensorInfo, ...]
    node_name: str | None = None
    formula: str | None = None
    derivatives: tuple[str, ...] = ()
    local: tuple[Summary | None, ...] = ()
    params: dict[str, str] = field(default_factory=dict)
    module: str | None = None
    call: str | None = None
    source: SourceLine | None = None
    error: str | None = None


@dataclass(frozen=True)
class GraphEdge:
    """A tensor on its way: an output of ``source`` that is an input of ``target``.

    ``gradient`` is what flows back along this edge alone; the tensor's own gradient
    (:attr:`TensorInfo.gradient`) is the sum over its edges.
    """

    source: str
    source_output: int
    target: str
    target_input: int
    gradient: Summary | None = None


@dataclass(frozen=True)
class Graph:
    """Nodes in the order in which they ran, the edges between them, and the way back.

    ``results`` are the ids of the nodes whose outputs nobody in the graph consumes (the loss);
    ``backward_order`` lists ids in the order in which the engine visits them, empty where no
    gradient is known; ``notes`` say in sentences what is not known and how to get it; ``calls``
    are the calls of modules that made the ops, each after the call around it.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    results: tuple[str, ...]
    backward_order: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    calls: tuple[ModuleCall, ...] = ()
