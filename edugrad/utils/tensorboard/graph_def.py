"""A model's graph in the form that TensorBoard draws: a snapshot turned into a GraphDef."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tensorboardX.proto.attr_value_pb2 import AttrValue
from tensorboardX.proto.graph_pb2 import GraphDef
from tensorboardX.proto.node_def_pb2 import NodeDef
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboardX.proto.versions_pb2 import VersionDef

from ...autograd.grad_mode import no_grad
from ...autograd.graph import Graph, GraphNode, TensorInfo, record
from ...errors import teach
from ...tensor import Tensor

PRODUCER = 22  # a version of the format that every TensorBoard reads


def trace(model: Any, inputs: Any) -> tuple[Graph, str, dict[str, str]]:
    """Call a model under a recording; its graph, its name, and what its named tensors are.

    A module runs in evaluation mode, so that neither its buffers nor the random numbers move on.

    Raises
    ------
    ValueError
        If ``inputs`` is None.
    """
    if inputs is None:
        raise ValueError(
            teach(
                "a graph is drawn from what the model computes",
                got="no input",
                mend="pass what the model is called with: add_graph(model, x)",
            )
        )
    arguments = inputs if isinstance(inputs, tuple | list) else (inputs,)
    training = [module for module in _modules(model) if module.training]
    for module in training:
        module.training = False
    try:
        with no_grad(), record() as recording:
            model(*arguments)
    finally:
        for module in training:
            module.training = True
    named: dict[str, tuple[Tensor, str]] = {
        f"input_{k}" if len(arguments) > 1 else "input": (each, "Input")
        for k, each in enumerate(arguments)
        if isinstance(each, Tensor)
    }
    for kind, method in (("Parameter", "named_parameters"), ("Buffer", "named_buffers")):
        for name, tensor in getattr(model, method, tuple)():
            named[name] = tensor, kind
    graph = recording.snapshot({name: tensor for name, (tensor, _) in named.items()}, limit=0)
    kinds = {name: kind for name, (_, kind) in named.items()}
    return graph, getattr(model, "__name__", type(model).__name__), kinds


def _modules(model: Any) -> Iterator[Any]:
    """The model's modules; none for a plain function."""
    return model.modules() if hasattr(model, "modules") else iter(())


def graph_def(graph: Graph, name: str = "graph", kinds: Mapping[str, str] | None = None) -> Any:
    """A snapshot as TensorBoard's GraphDef: a box a module, in it its ops and parameters.

    Parameters
    ----------
    graph : Graph
    name : str
        Of the outermost box.
    kinds : mapping of str to str, optional
        What the leaves of these names are, e.g. "Parameter". Their dotted names say in which box
        they are; "Input" is outside of all.

    Examples
    --------
    >>> import edugrad
    >>> from edugrad.autograd.graph import record
    >>> x = edugrad.ones(2)
    >>> with record() as recording:
    ...     y = (x + 1).exp()
    >>> definition = graph_def(recording.snapshot({"x": x}), "f", {"x": "Input"})
    >>> for node in definition.node:
    ...     print(node.name, node.op, list(node.input))
    x Input []
    f/add add ['x']
    f/exp exp ['f/add']
    output Output ['f/exp']
    """
    kinds = kinds or {}
    used: set[str] = set()
    paths = {node.id: _unused(_path(node, name, kinds), used) for node in graph.nodes}
    sources: dict[str, list[tuple[int, str]]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        output = f":{edge.source_output}" if edge.source_output else ""
        sources[edge.target].append((edge.target_input, paths[edge.source] + output))
    definition = GraphDef(versions=VersionDef(producer=PRODUCER))
    modules = {call.id: f"{call.kind}({call.text})" for call in graph.calls}
    for node in graph.nodes:
        made = _node_def(node, paths[node.id], kinds, modules.get(node.call or ""))
        made.input.extend(source for _, source in sorted(sources[node.id]))
        definition.node.append(made)
    for k, result in enumerate(graph.results):
        label = "output" if len(graph.results) == 1 else f"output_{k}"
        path = _unused(label, used)
        definition.node.append(NodeDef(name=path, op="Output", input=[paths[result]]))
    return definition


def _path(node: GraphNode, name: str, kinds: Mapping[str, str]) -> str:
    """The boxes that a node is in and its own name, with slashes between."""
    if kinds.get(node.label) == "Input":
        return node.label
    if node.kind == "op":
        parts = [*(node.module or "").split("."), node.label]
    else:
        parts = node.label.split(".")
    return "/".join([name, *filter(None, parts)])


def _unused(path: str, used: set[str]) -> str:
    """The path, numbered if it is in use; in use from now on."""
    candidates = (f"{path}_{number}" if number else path for number in itertools.count())
    free = next(candidate for candidate in candidates if candidate not in used)
    used.add(free)
    return free


def _node_def(node: GraphNode, path: str, kinds: Mapping[str, str], module: str | None) -> Any:
    """A node without its inputs; what else is known of it is listed when it is selected."""
    kind = node.label if node.kind == "op" else kinds.get(node.label, "Const")
    definition = NodeDef(name=path, op=kind)
    shapes = AttrValue.ListValue(shape=map(_shape, node.outputs))
    definition.attr["_output_shapes"].CopyFrom(AttrValue(list=shapes))
    notes = {
        "module": module,
        "formula": node.formula,
        "dtype": node.outputs[0].dtype if node.outputs else None,
        "source": node.source and f"{Path(node.source.file).name}:{node.source.line}",
        **(node.params if node.kind == "op" else {}),
    }
    for key, text in notes.items():
        if text:
            definition.attr[key].CopyFrom(AttrValue(s=text.encode()))
    return definition


def _shape(info: TensorInfo) -> Any:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=length) for length in info.shape])
