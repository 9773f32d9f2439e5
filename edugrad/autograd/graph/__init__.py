"""A neutral snapshot of a computational graph: what was computed, from what, with which numbers.

A :class:`Graph` is plain data. It holds numbers and text, no tensors, so it keeps no array alive;
widgets, exporters and tests read it and never touch the engine. Take one of a finished computation
with :func:`snapshot`, or watch a block of code with :func:`record`.

Source: the reverse graph that ``torch.autograd.graph.Node.next_functions`` exposes, completed with
what a reader needs and the engine does not (values, names, source lines, constants).
"""

from ..node import Node
from ..saved_hooks import save_on_cpu, saved_tensors_hooks
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
from .reached import snapshot
from .recording import Recording, record
from .summary import summarize

__all__ = [
    "Graph",
    "GraphEdge",
    "GraphNode",
    "Kind",
    "ModuleCall",
    "Node",
    "Origin",
    "Recording",
    "SourceLine",
    "Summary",
    "TensorInfo",
    "record",
    "save_on_cpu",
    "saved_tensors_hooks",
    "snapshot",
    "summarize",
]
