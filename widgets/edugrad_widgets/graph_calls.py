"""The calls of modules in a graph as groups: one in the other, equal ones that follow counted.

A call's ops follow one another, but for those of the calls inside it, so a folded call has no way
back into itself and the folded graph stays free of cycles.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from itertools import groupby

from edugrad.autograd.graph import Graph, GraphNode, ModuleCall

from .graph_group import Group

FEWEST_TIMES = 3
FEWEST_CALLS = 4
LONGEST_PATTERN = 4


def call_groups(graph: Graph) -> tuple[Group, dict[str, Group]]:
    """Put the ops of each call into a group; return the outermost group and each op's own."""
    root = Group("", "")
    groups = _empty_groups(graph, root)
    attached, home = {root}, dict[str, Group]()
    for node in graph.nodes:
        if node.kind != "op":
            continue
        own = groups[node.call] if node.call is not None else root
        for group in own.around():
            if group not in attached:
                attached.add(group)
                group.parent.parts.append(group)  # type: ignore[union-attr]
        own.parts.append(node.id)
        home[node.id] = own
    return root, home


def _empty_groups(graph: Graph, root: Group) -> dict[str, Group]:
    total = Counter(call.module for call in graph.calls)
    turn, taken = Counter[int](), Counter[str]()
    groups = dict[str, Group]()
    for call in graph.calls:
        turn[call.module] += 1
        outer = groups[call.outer] if call.outer is not None else root
        title = _title(call, outer)
        if total[call.module] > 1:
            title += f" (call {turn[call.module]})"
        name = _name(call, outer)
        taken[name] += 1
        if taken[name] > 1:
            name += f" ({taken[name]})"
        groups[call.id] = Group(name, title, outer, calls=(call,))
    return groups


def _name(call: ModuleCall, outer: Group) -> str:
    """``NeuralNetwork.stack.0``: the outermost call's class, then the path in it."""
    if not outer.calls:
        return call.kind
    return f"{outer.id}.{_path_in(call, outer)}"


def _path_in(call: ModuleCall, outer: Group) -> str:
    prefix = f"{outer.calls[0].path}." if outer.calls and outer.calls[0].path else ""
    return call.path.removeprefix(prefix)


def _title(call: ModuleCall, outer: Group) -> str:
    path = _path_in(call, outer)
    return call.kind if path in ("", call.kind) else f"{path}: {call.kind}"


def count_repeats(group: Group, nodes: Mapping[str, GraphNode]) -> None:
    """Put calls that follow one another and are alike, all the way down, into one group."""
    inner, numbers = group.inner(), dict[Hashable, int]()
    marks = {part: numbers.setdefault(_mark(part, nodes), len(numbers)) for part in inner}
    parts = list[str | Group]()
    for are_calls, neighbours in groupby(group.parts, lambda part: isinstance(part, Group)):
        run = list(neighbours)
        parts += _counted(group, run, marks) if are_calls else run  # type: ignore[arg-type]
    group.parts = parts
    for part in inner:
        count_repeats(part, nodes)


def _counted(group: Group, run: list[Group], marks: Mapping[Group, int]) -> Iterator[Group]:
    place, kinds = 0, [marks[part] for part in run]
    while place < len(run):
        period, times = _repetition(kinds, place)
        if times >= FEWEST_TIMES and period * times >= FEWEST_CALLS:
            yield _repeat(group, run[place : place + period * times], period)
            place += period * times
        else:
            yield run[place]
            place += 1


def _mark(part: str | Group, nodes: Mapping[str, GraphNode]) -> Hashable:
    """What two parts have in common when a picture may show one for both."""
    if isinstance(part, Group):
        inner = tuple(_mark(each, nodes) for each in part.parts)
        return part.calls[0].kind, part.calls[0].text, inner
    node = nodes[part]
    forms = tuple((output.shape, output.dtype, output.device) for output in node.outputs)
    return node.label if node.kind == "op" else node.kind, forms, *node.params.items(), node.error


def _repetition(marks: list[int], start: int) -> tuple[int, int]:
    """The pattern from ``start`` on that covers most: how long it is and how often it comes."""
    best = (1, 1)
    for period in range(1, LONGEST_PATTERN + 1):
        end = start + period
        while end < len(marks) and marks[end] == marks[end - period]:
            end += 1
        times = (end - start) // period
        if period * times > best[0] * best[1]:
            best = (period, times)
    return best


def _repeat(group: Group, run: list[Group], period: int) -> Group:
    calls = tuple(part.calls[0] for part in run)
    kinds = ", ".join(call.kind for call in calls[:period])
    unit = kinds if period == 1 else f"({kinds})"
    repeat = Group(f"{run[0].id} …", f"{len(run) // period} × {unit}", group, [*run], calls)
    for part in run:
        part.parent = repeat
    return repeat


def with_short_names(graph: Graph, holder: Mapping[str, Group]) -> Graph:
    """The graph with parameters named as in the box that they stand in: "weight" in "stack.0"."""
    short = dict[str, str]()
    nodes = {node.id: node for node in graph.nodes}
    for name, group in holder.items():
        path = group.calls[0].path if group.calls else ""
        if path and nodes[name].label.startswith(f"{path}."):
            short[name] = nodes[name].label.removeprefix(f"{path}.")
    renamed: dict[str, dict[str, str]] = {node.id: {} for node in graph.nodes}
    for edge in graph.edges:
        if edge.source in short:
            renamed[edge.target][nodes[edge.source].label] = short[edge.source]
    return dataclasses.replace(
        graph,
        nodes=tuple(_rename(node, short.get(node.id), renamed[node.id]) for node in graph.nodes),
    )


def _rename(node: GraphNode, short: str | None, inputs: Mapping[str, str]) -> GraphNode:
    if short is not None:
        outputs = tuple(dataclasses.replace(output, name=short) for output in node.outputs)
        return dataclasses.replace(node, label=short, outputs=outputs)
    if not inputs:
        return node
    names = "|".join(map(re.escape, sorted(inputs, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![.\w])(?:{names})(?!\.?[A-Za-z0-9_])")

    def shown(text: str) -> str:
        return pattern.sub(lambda match: inputs[match[0]], text)

    return dataclasses.replace(
        node,
        formula=None if node.formula is None else shown(node.formula),
        derivatives=tuple(shown(text) for text in node.derivatives),
    )
