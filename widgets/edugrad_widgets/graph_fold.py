"""Which nodes of a large graph are drawn alone and which are folded into one.

The nodes stand in a tree of groups. Module paths ("layers.0") are the natural groups; a graph past
the limit is cut further, into runs of consecutive ops, so that no open group has too many parts.
A run of consecutive ops has no way back into itself, so the folded graph stays free of cycles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from edugrad.autograd.graph import Graph

from .graph_words import shorten

PARTS = 20
CROWD = 60


@dataclass(eq=False)
class Group:
    """A group of nodes: ``parts`` are node ids and smaller groups, in execution order."""

    id: str
    title: str
    parent: Group | None = None
    parts: list[str | Group] = field(default_factory=list)

    def groups(self) -> Iterator[Group]:
        """Every group below this one, outer groups first."""
        for part in self.parts:
            if isinstance(part, Group):
                yield part
                yield from part.groups()

    def nodes(self) -> Iterator[str]:
        """Every node id in this group, however deep."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.nodes()
            else:
                yield part

    def around(self) -> list[Group]:
        """The groups around this one and itself, from the root inwards."""
        return [*(self.parent.around() if self.parent else ()), self]


def fold_tree(graph: Graph, limit: int) -> Group:
    """Sort a graph's nodes into groups: by module, then, past ``limit``, into runs of ops."""
    root, home = _module_tree(graph)
    _place_leaves(graph, root, home)
    if len(graph.nodes) > limit:
        _Cutter(graph).cut(root)
    return root


def _module_tree(graph: Graph) -> tuple[Group, dict[str, Group]]:
    """Group consecutive ops of one module; a module called twice makes two groups."""
    root, home, calls = Group("", ""), dict[str, Group](), Counter[str]()
    path, groups = list[str](), [root]
    for node in graph.nodes:
        if node.kind != "op":
            continue
        wanted = node.module.split(".") if node.module else []
        shared = 0
        while shared < min(len(path), len(wanted)) and path[shared] == wanted[shared]:
            shared += 1
        del groups[shared + 1 :]
        for depth in range(shared, len(wanted)):
            module = ".".join(wanted[: depth + 1])
            calls[module] += 1
            again = f" (call {calls[module]})" if calls[module] > 1 else ""
            group = Group(module + again, module + again, groups[-1])
            groups[-1].parts.append(group)
            groups.append(group)
        path = wanted
        groups[-1].parts.append(node.id)
        home[node.id] = groups[-1]
    return root, home


def _place_leaves(graph: Graph, root: Group, home: dict[str, Group]) -> None:
    """Put a parameter into the innermost group that holds all its uses, an input into the root."""
    users = defaultdict[str, dict[Group, None]](dict)
    for edge in graph.edges:
        if edge.target in home:
            users[edge.source][home[edge.target]] = None
    touched = {root}
    for node in graph.nodes:
        if node.kind == "op":
            continue
        group = root
        if node.kind == "parameter" and users[node.id]:
            ways = [user.around() for user in users[node.id]]
            common = [level[0] for level in zip(*ways, strict=False) if len(set(level)) == 1]
            group = common[-1]
        group.parts.append(node.id)
        touched.add(group)
    order = {node.id: index for index, node in enumerate(graph.nodes)}
    for group in touched:
        group.parts.sort(key=lambda part: order[_first(part)])


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
    return shorten(f"{labels[0]} … {labels[-1]}", 24)


def open_at_first(root: Group, limit: int) -> list[str]:
    """Open whole levels of groups, from the outside, while the picture stays readable."""
    if sum(1 for _ in root.nodes()) <= limit:
        return [group.id for group in root.groups()]
    opened: list[str] = []
    shown, level = len(root.parts), [part for part in root.parts if isinstance(part, Group)]
    while level:
        shown += sum(len(group.parts) - 1 for group in level)
        if shown > CROWD:
            break
        opened += [group.id for group in level]
        level = [part for group in level for part in group.parts if isinstance(part, Group)]
    return opened


def fit_to_limit(root: Group, opened: Collection[str], limit: int) -> list[str]:
    """Forget unknown ids, then fold the groups opened first while more than ``limit`` would show.

    ``opened`` lists group ids, the latest last; the latest and the groups around it stay open.
    """
    groups = {group.id: group for group in root.groups()}
    kept = list(dict.fromkeys(name for name in opened if name in groups))
    while kept and _shown(root, set(kept)) > limit:
        latest = {group.id for group in groups[kept[-1]].around()}
        oldest = next((name for name in kept if name not in latest), None)
        if oldest is None:
            break
        kept.remove(oldest)
    return kept


def _shown(group: Group, opened: set[str]) -> int:
    return sum(
        _shown(part, opened) if isinstance(part, Group) and part.id in opened else 1
        for part in group.parts
    )
