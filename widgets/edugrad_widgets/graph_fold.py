"""Which nodes of a graph can be folded into one.

The nodes stand in a tree of groups. The calls of modules are the natural groups; a graph past the
limit is cut further, into runs of consecutive ops, so that no open group has too many parts.
A run of consecutive ops has no way back into itself, so the folded graph stays free of cycles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from edugrad.autograd.graph import Graph, GraphNode

from . import graph_words as words
from .graph_calls import call_groups, count_repeats, with_short_names
from .graph_group import Group

PARTS = 20
CROWD = 60


@dataclass(frozen=True)
class Folding:
    """The tree of groups, and the graph with its parameters named as in their boxes."""

    root: Group
    graph: Graph


def fold_tree(graph: Graph, limit: int) -> Folding:
    """Sort a graph's nodes into groups: by call, then, past ``limit``, into runs of ops."""
    root, home = call_groups(graph)
    holder = _place_leaves(graph, root, home)
    if graph.calls:
        count_repeats(root, {node.id: node for node in graph.nodes})
        graph = with_short_names(graph, holder)
    if len(graph.nodes) > limit:
        _Cutter(graph).cut(root)
    return Folding(root, graph)


def _place_leaves(graph: Graph, root: Group, home: dict[str, Group]) -> dict[str, Group]:
    """Put leaves into groups, each in its turn, and return the group of each.

    A parameter or buffer goes into the innermost group that holds all its uses, and so does an
    input that a module seems to have made itself; any other input goes into the root.
    """
    users = defaultdict[str, dict[Group, None]](dict)
    inputs = (node for node in graph.nodes if node.kind == "input" and node.module is None)
    given = {node.id for node in inputs if not words.is_numbered(node.label)}
    entered = set[Group]()
    for edge in graph.edges:
        if edge.target in home:
            users[edge.source][home[edge.target]] = None
            if edge.source in home or edge.source in given:
                outside = home.get(edge.source, root).around()
                entered.update(each for each in home[edge.target].around() if each not in outside)
    holder = dict[str, Group]()
    for node in graph.nodes:
        if node.kind == "op":
            continue
        group = root
        if users[node.id]:
            ways = [user.around() for user in users[node.id]]
            common = [level[0] for level in zip(*ways, strict=False) if len(set(level)) == 1]
            known = node.kind == "parameter" or node.module is not None
            if known or _is_made_inside(node, common, entered):
                group = common[-1]
        group.parts.append(node.id)
        holder[node.id] = group
    order = {node.id: index for index, node in enumerate(graph.nodes)}
    for group in {root, *holder.values()}:
        group.parts.sort(key=lambda part: order[_first(part)])
    return holder


def _is_made_inside(node: GraphNode, common: list[Group], entered: Collection[Group]) -> bool:
    """Whether an input is likely a module's own, such as the mask of a dropout.

    Nobody's variable holds it, it is used in a module within a module, and this module is given
    something else to work on.
    """
    nameless = words.is_numbered(node.label)
    inner = sum(1 for group in common if group.calls)
    return nameless and inner > 1 and common[-1] in entered


def _first(part: str | Group) -> str:
    return part if isinstance(part, str) else next(part.nodes())


class _Cutter:
    """Cuts crowded groups into at most ``PARTS`` runs of consecutive parts, again and again."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = {node.id: node for node in graph.nodes}
        self.users = defaultdict[str, set[str]](set)
        for edge in graph.edges:
            if self.nodes[edge.source].kind != "op":
                self.users[edge.source].add(edge.target)

    def cut(self, group: Group) -> None:
        """Cut ``group`` and everything below it."""
        if len(group.parts) > CROWD:
            leaves = [part for part in group.parts if self._is_leaf(part)]
            ops = [part for part in group.parts if not self._is_leaf(part)]
            runs = self._runs(group, ops, "run") if len(ops) > CROWD else None
            if runs:
                leaves = self._adopt(runs, leaves)
                ops = list(runs)
            if len(leaves) > CROWD:
                leaves = list(self._runs(group, leaves, "leaves"))
            group.parts = [*leaves, *ops]
        for part in group.parts:
            if isinstance(part, Group):
                self.cut(part)

    def _is_leaf(self, part: str | Group) -> bool:
        return isinstance(part, str) and self.nodes[part].kind != "op"

    def _runs(self, group: Group, parts: list[str | Group], what: str) -> list[Group]:
        labels = [self._label(part) for part in parts]
        period = smallest_period(labels)
        size = -(-len(parts) // PARTS)
        size = -(-size // period) * period
        runs = []
        for start in range(0, len(parts), size):
            run = Group(
                f"{group.id}/{what} {start}", _run_title(labels[start : start + size]), group
            )
            run.parts = parts[start : start + size]
            for part in run.parts:
                if isinstance(part, Group):
                    part.parent = run
            runs.append(run)
        return runs

    def _label(self, part: str | Group) -> str:
        if isinstance(part, Group):
            return part.title
        node = self.nodes[part]
        return node.label if node.kind == "op" else node.kind

    def _adopt(self, runs: list[Group], leaves: list[str | Group]) -> list[str | Group]:
        """Move each leaf that only one run uses into that run; return the others."""
        run_of = {node: run for run in runs for node in run.nodes()}
        adopted, shared = defaultdict[Group, list[str | Group]](list), []
        for leaf in leaves:
            homes = {run_of.get(user) for user in self.users[_first(leaf)]}
            home = homes.pop() if len(homes) == 1 else None
            if home is None:
                shared.append(leaf)
            else:
                adopted[home].append(leaf)
        for run, own in adopted.items():
            run.parts = [*own, *run.parts]
        return shared


def smallest_period(labels: list[str]) -> int:
    """How many labels repeat over and over: 2 for ``mul add mul add mul``, else their number."""
    border, borders = 0, [0] * len(labels)
    for index in range(1, len(labels)):
        while border and labels[index] != labels[border]:
            border = borders[border - 1]
        if labels[index] == labels[border]:
            border += 1
        borders[index] = border
    period = len(labels) - (borders[-1] if borders else 0)
    return period if period * 2 <= len(labels) else 1


def _run_title(labels: list[str]) -> str:
    period = smallest_period(labels)
    kinds = list(dict.fromkeys(labels))
    if len(kinds) == 1:
        return f"{kinds[0]} ×{len(labels):,}"
    if 1 < period <= 4 and len(labels) % period == 0:
        return f"({', '.join(labels[:period])}) ×{len(labels) // period:,}"
    return words.shorten(f"{labels[0]} … {labels[-1]}", 24)
