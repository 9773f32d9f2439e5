"""Which groups stand open: at first as many as a screen shows well, later as many as the limit."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from edugrad.autograd.graph import Graph

from .graph_fold import CROWD
from .graph_group import Group

SCREEN = 650  # a stage of 520 points, at the smallest scale that reads well
LEVEL = 62  # a folded call, and the label of one line below it
OPEN_LEVEL = 90  # an item, and the label of two lines below it
FRAME = 40


def open_at_first(root: Group, graph: Graph, limit: int) -> list[str]:
    """Open whole levels of groups, from the outside, while the picture stays readable."""
    if graph.calls:
        return _open_calls(root, graph)
    if len(graph.nodes) <= limit:
        return [group.id for group in root.groups()]
    opened: list[str] = []
    shown, level = len(root.parts), root.inner()
    while level:
        shown += sum(len(group.parts) - 1 for group in level)
        if shown > CROWD:
            break
        opened += [group.id for group in level]
        level = [part for group in level for part in group.inner()]
    return opened


def _open_calls(root: Group, graph: Graph) -> list[str]:
    """Open the outermost modules, then level by level what a screen holds.

    Modules that hold modules come first, and before them counted calls; then modules with several
    ops of their own, then layers.
    """
    opened: list[str] = []
    level = [group for group in root.inner() if group.inner()]
    while level:
        repeats = [group for group in level if len(group.calls) > 1]
        stage = repeats or level
        wanted = [*opened, *(group.id for group in stage)]
        outermost = not opened and not repeats
        crowded = _shown(root, set(wanted)) > CROWD
        if crowded or not (outermost or _height(root, graph, set(wanted)) <= SCREEN):
            return opened
        opened = wanted
        inner = [part for group in stage for part in group.inner() if part.inner()]
        level = [*(group for group in level if group not in stage), *inner]
    for fewest in (2, 1):
        closed = [group for group in _closed(root, set(opened)) if not group.inner()]
        more = [group.id for group in closed if _ops(group, graph) >= fewest]
        wanted = [*opened, *more]
        if _height(root, graph, set(wanted)) <= SCREEN:
            opened = wanted
    return opened


def _closed(group: Group, opened: Collection[str]) -> Iterator[Group]:
    for part in group.inner():
        if part.id in opened:
            yield from _closed(part, opened)
        else:
            yield part


def _ops(group: Group, graph: Graph) -> int:
    own = set(group.nodes())
    return sum(1 for node in graph.nodes if node.id in own and node.kind == "op")


def _height(root: Group, graph: Graph, opened: Collection[str]) -> int:
    """About how high the picture is: its longest way, and the frames around it.

    The leaves in a box stand one rank below the item that enters it.
    """
    home, folded = dict[str, str](), False
    leaves = {node.id for node in graph.nodes if node.kind != "op"}
    frames = below_entry = 0
    stack = [(root, 0)]
    while stack:
        group, depth = stack.pop()
        frames = max(frames, depth)
        below_entry += depth > 0 and any(part in leaves for part in group.parts)
        for part in group.parts:
            if isinstance(part, str):
                home[part] = part
            elif part.id in opened:
                stack.append((part, depth + 1))
            else:
                folded = True
                home |= dict.fromkeys(part.nodes(), f"fold {part.id}")
    ranks = _longest_way(graph, home) + below_entry
    return ranks * (LEVEL if folded else OPEN_LEVEL) + frames * FRAME


def _longest_way(graph: Graph, home: dict[str, str]) -> int:
    """How many items follow one another; edges stand in the order of the ops that they enter."""
    rank = dict.fromkeys(home.values(), 1)
    for edge in graph.edges:
        source, target = home[edge.source], home[edge.target]
        if source != target:
            rank[target] = max(rank[target], rank[source] + 1)
    return max(rank.values(), default=0)


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
