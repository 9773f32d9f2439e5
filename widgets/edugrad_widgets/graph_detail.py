"""What the panel beside the graph says of one node: sections of rows, a matrix, an alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edugrad.autograd.graph import GraphEdge, GraphNode, Summary, TensorInfo

from . import graph_words as words

Section = dict[str, Any]
GLANCE = 6


def node_detail(
    node: GraphNode,
    nodes: Mapping[str, GraphNode],
    incoming: Sequence[GraphEdge],
    outgoing: Sequence[GraphEdge],
) -> dict[str, Any]:
    """Describe one node: value, gradient, local derivative, tensor, and where it was made."""
    sections: list[Section] = []
    if node.error:
        sections.append({"title": "Error", "alert": node.error})
    for index, output in enumerate(node.outputs):
        which = f" of output {index}" if len(node.outputs) > 1 else ""
        sections.append(numbers_section(f"Value{which}", output.value, words.origin_text(output)))
        uses = [edge for edge in outgoing if edge.source_output == index]
        sections.append(gradient_section(f"Gradient{which}", output, uses, nodes))
    if node.derivatives:
        sections.append(_derivatives(node, nodes, incoming))
    sections += [_tensor(output) for output in node.outputs]
    sections.append(_origin(node))
    return {"title": words.node_title(node), "sections": [part for part in sections if part]}


def numbers_section(title: str, summary: Summary | None, origin: str) -> Section:
    """All numbers of a small array, statistics of a large one, and what is not finite."""
    if summary is None:
        return {"title": title, "rows": [["", words.UNKNOWN]]}
    section: Section = {"title": title, "note": origin}
    if summary.values is not None:
        section["text"] = words.matrix(summary.values)
    if summary.values is None or len(words.flatten(summary.values)) > GLANCE:
        section["figures"] = words.statistics(summary)
    if words.flaw(summary):
        section["alert"] = f"Not finite: {words.flaw(summary)}"
    return section


def gradient_section(
    title: str, output: TensorInfo, uses: Sequence[GraphEdge], nodes: Mapping[str, GraphNode]
) -> Section:
    """A tensor's gradient, and what each of its uses adds to it."""
    if output.gradient is None:
        return {"title": title, "rows": [["", words.NO_GRADIENT]]}
    section = numbers_section(title, output.gradient, "")
    if len(uses) > 1:
        section["note"] = f"the sum over {len(uses)} uses"
        section["rows"] = [
            [f"from {words.node_name(nodes[edge.target])}", words.brief_gradient(edge.gradient, 24)]
            for edge in uses
        ]
    return section


def _derivatives(
    node: GraphNode, nodes: Mapping[str, GraphNode], incoming: Sequence[GraphEdge]
) -> Section:
    result = (node.outputs[0].name if node.outputs else None) or "output"
    rows = []
    for edge in sorted(incoming, key=lambda edge: edge.target_input):
        position = edge.target_input
        if position >= len(node.derivatives):
            continue
        name = input_name(edge, nodes)
        sent = node.derivatives[position]
        if not sent:
            continue
        local = node.local[position] if position < len(node.local) else None
        factor = words.local_derivative(sent)
        if factor is not None or local is not None:
            rows.append([f"∂{result}/∂{name}", _factor(factor, local)])
        rows.append([f"to {name}", words.equals(sent, edge.gradient)])
    return {"title": "Local derivative", "note": "grad is the gradient that arrives", "rows": rows}


def _factor(formula: str | None, numbers: Summary | None) -> str:
    whole = words.all_numbers(numbers, 28)
    if formula and whole:
        return formula if formula == whole else f"{formula} = {whole}"
    if formula and numbers:
        return f"{formula} ({words.brief(numbers)})"
    return formula or words.brief(numbers, 28)


def input_name(edge: GraphEdge, nodes: Mapping[str, GraphNode]) -> str:
    """The name of the tensor that an edge carries, or its op's where it has none."""
    node = nodes[edge.source]
    if edge.source_output < len(node.outputs) and node.outputs[edge.source_output].name:
        return str(node.outputs[edge.source_output].name)
    return words.node_name(node)


def _tensor(output: TensorInfo) -> Section:
    rows = [
        ["shape", words.shape_text(output.shape) or "[] (a scalar)"],
        ["dtype", output.dtype],
        ["device", output.device],
        ["size", words.bytes_text(output.nbytes)],
        ["requires_grad", str(output.requires_grad)],
    ]
    return {"title": f"Tensor {output.name}" if output.name else "Tensor", "rows": rows}


def _origin(node: GraphNode) -> Section:
    rows = [[name, value] for name, value in node.params.items()]
    if node.kind == "op":
        rows.insert(0, ["op", node.label])
    if node.node_name:
        rows.append(["grad_fn", node.node_name])
    if node.module:
        rows.append(["module", node.module])
    section: Section = {"title": "Made by" if node.kind == "op" else "Made", "rows": rows}
    if node.source:
        section["rows"] = [*rows, ["at", words.place(node.source)]]
        section["text"] = node.source.text
    return section if section["rows"] else {}
