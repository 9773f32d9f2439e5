"""What GraphView says of a folded group: its tensors, parameters, steps and details."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edugrad.autograd.graph import GraphEdge, GraphNode, Summary, TensorInfo

from . import graph_words as words
from .graph_detail import Section, gradient_section, numbers_section
from .graph_group import Group
from .graph_scale import strength

MANY = 6


@dataclass(frozen=True)
class Inside:
    """A group from outside: the tensors that enter and leave it, and its own parameters.

    Where nothing leaves it, ``outputs`` are the tensors that nobody uses, and it is a result.
    """

    group: Group
    nodes: tuple[GraphNode, ...]
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    parameters: tuple[GraphNode, ...]
    is_result: bool

    @property
    def count(self) -> int:
        """How many numbers the parameters hold."""
        return sum(math.prod(each.outputs[0].shape) for each in self.parameters)

    @property
    def flawed(self) -> bool:
        """Whether something in it is not finite."""
        tensors = [out for node in self.nodes for out in node.outputs]
        return any(words.flaw(s) for out in tensors for s in (out.value, out.gradient))

    @property
    def gradient(self) -> Summary | None:
        """The gradient that comes back to it: of its outputs the strongest."""
        return max((output.gradient for output in self.outputs), key=strength, default=None)


def look_inside(
    group: Group,
    nodes: Mapping[str, GraphNode],
    incoming: Mapping[str, Sequence[GraphEdge]],
    outgoing: Mapping[str, Sequence[GraphEdge]],
) -> Inside:
    """Find what crosses a group's border; a parameter of the module is no input, wherever it is."""
    own = [nodes[name] for name in group.nodes()]
    names = {node.id for node in own}
    entering = {
        (edge.source, edge.source_output): None
        for node in own
        for edge in incoming.get(node.id, ())
        if edge.source not in names
    }
    parameters = {node.id: node for node in own if node.kind == "parameter"}
    inputs = []
    for name, place in entering:
        if nodes[name].kind == "parameter" and _is_held(nodes[name], group):
            parameters[name] = nodes[name]
        else:
            inputs.append(nodes[name].outputs[place])
    leaving, unused = list[TensorInfo](), list[TensorInfo]()
    for node in own:
        uses = outgoing.get(node.id, ())
        used = {edge.source_output for edge in uses if edge.target not in names}
        leaving += [each for place, each in enumerate(node.outputs) if place in used]
        if node.kind == "op" and not uses:
            unused += node.outputs
    return Inside(
        group,
        tuple(own),
        tuple(inputs),
        tuple(leaving or unused),
        tuple(parameters.values()),
        is_result=not leaving,
    )


def _is_held(node: GraphNode, group: Group) -> bool:
    return any(
        node.module is not None
        and f"{node.module}.".startswith(f"{call.path}." if call.path else "")
        for call in group.calls
    )


def parameter_count(inside: Inside) -> str:
    """``401,920 parameters``, or nothing where there are none."""
    return words.plural(inside.count, "parameter") if inside.parameters else ""


def value(inside: Inside) -> str:
    """What comes out, in a few characters."""
    if len(inside.outputs) != 1:
        return words.plural(len(inside.outputs), "output")
    return words.brief(inside.outputs[0].value)


def gradient(inside: Inside) -> str:
    """The gradient that comes back, in a few characters."""
    if len(inside.outputs) > 1 and inside.gradient is not None:
        return f"norms ≤ {words.number(strength(inside.gradient))}"
    if inside.gradient is None:
        return words.NO_GRADIENT
    return f"grad {words.brief_gradient(inside.gradient)}"


def forward_sentence(inside: Inside) -> str:
    """Say what happens when a folded call runs."""
    called = inside.group.title
    failed = next((node for node in inside.nodes if node.error), None)
    if failed is not None:
        return f"{called} failed: {str(failed.error).splitlines()[0]}"
    if len(inside.outputs) != 1:
        return f"{called} gives {words.plural(len(inside.outputs), 'tensor')}."
    return f"{called} gives {words.described(inside.outputs[0])}."


def backward_sentence(inside: Inside) -> str:
    """Say what happens when the gradient passes through a folded call."""
    arriving = words.brief_gradient(inside.gradient) if inside.gradient else ""
    passing = f" ({arriving})" if arriving else ""
    sentence = f"The gradient{passing} passes back through {inside.group.title}"
    reached = [each for each in inside.parameters if each.outputs[0].gradient is not None]
    if not reached:
        return f"{sentence}."
    if len(reached) > 2:
        return f"{sentence} and reaches its {words.plural(len(reached), 'parameter tensor')}."
    each = [f"{p.label} ({words.brief_gradient(p.outputs[0].gradient)})" for p in reached]
    return f"{sentence} and reaches its {' and '.join(each)}."


def call_detail(inside: Inside) -> dict[str, Any]:
    """Describe a folded call: the module, its parameters, what goes in and comes out."""
    sections: list[Section] = [_failure(inside), _module(inside.group), _parameters(inside)]
    sections.append(_tensors("Inputs", inside.inputs))
    sections.append(_tensors("Outputs", inside.outputs))
    if len(inside.outputs) == 1:
        output = inside.outputs[0]
        sections.append(numbers_section("Value", output.value, words.origin_text(output)))
        sections.append(gradient_section("Gradient", output, (), {}))
    return {
        "title": inside.group.title,
        "group": inside.group.id,
        "sections": [each for each in sections if each],
    }


def _failure(inside: Inside) -> Section:
    failed = next((node for node in inside.nodes if node.error), None)
    return {} if failed is None else {"title": "Error", "alert": failed.error}


def _module(group: Group) -> Section:
    call = group.calls[0]
    rows = [["class", call.kind], ["path", call.path]]
    if len(group.calls) > 1:
        calls = {each.path: None for each in group.calls}
        paths = list(calls)
        rows = [["calls", str(len(group.calls))], ["paths", f"{paths[0]} … {paths[-1]}"]]
    section: Section = {"title": "Module", "rows": [row for row in rows if row[1]]}
    if call.text and len({each.text for each in group.calls}) == 1:
        section["text"] = call.text.replace(", ", "\n")
    return section


def _parameters(inside: Inside) -> Section:
    if not inside.parameters:
        return {}
    rows = [[each.label, _parameter(each.outputs[0])] for each in inside.parameters[:MANY]]
    if len(inside.parameters) > MANY:
        rows.append(["…", f"and {len(inside.parameters) - MANY:,} more"])
    total = words.plural(inside.count, "number")
    return {"title": "Parameters", "note": f"{total} in all", "rows": rows}


def _parameter(tensor: TensorInfo) -> str:
    gradient = "" if tensor.gradient is None else f"grad {words.brief_gradient(tensor.gradient)}"
    return "\n".join(filter(None, (words.type_text(tensor), gradient)))


def _tensors(title: str, tensors: Sequence[TensorInfo]) -> Section:
    rows = [[each.name or "", words.type_text(each)] for each in tensors[:MANY]]
    if len(tensors) > MANY:
        rows.append(["…", f"and {len(tensors) - MANY:,} more"])
    return {"title": title, "rows": rows} if rows else {}
