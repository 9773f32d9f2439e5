"""What GraphView shows: items, links, boxes and the steps through them. No drawing, no browser.

An item is a node of the graph or a folded group of nodes; a link is an edge, or several edges
between the same two items of which one is folded; a box is a group that stands open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from edugrad.autograd.graph import Graph, GraphEdge, GraphNode, Summary

from . import graph_call_words as call_words
from . import graph_words as words
from .graph_detail import node_detail
from .graph_fold import fold_tree
from .graph_group import Group
from .graph_open import fit_to_limit, open_at_first
from .graph_scale import GradientScale, strength
from .graph_steps import Phase, Storyteller

ItemKind = Literal["input", "parameter", "op", "error", "fold"]
TITLE = 26
CALL_TITLE = 38
TAG = 18
MESSAGE = 56
EMPTY = (
    "There is no graph yet. Compute something from tensors inside the block "
    "with GraphView.record() as view: or pass a result, as in GraphView(loss)."
)


@dataclass(frozen=True)
class Item:
    """A node or a folded group: what its shape, its two lines and its detail panel say.

    ``group`` is what a folded item opens into. A folded call has details and a sign of its own to
    open it; a folded run of ops opens when it is chosen.
    """

    id: str
    kind: ItemKind
    title: str
    tag: str
    value: str
    gradient: str
    is_result: bool = False
    flaw: str = ""
    type: str = ""
    group: str = ""
    is_call: bool = False
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def spoken(self) -> str:
        """What a screen reader says of the item."""
        parts = (self.title, self.tag, self.value, self.gradient, self.flaw)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Link:
    """An arrow between two items; ``level`` is "plain" where the graph has no gradients at all.

    A terse link has only its name drawn: among folded calls a picture is to fit a screen, and each
    item shows the gradient that comes back to it.
    """

    id: str
    source: str
    target: str
    name: str
    gradient: str
    level: str
    terse: bool = False

    @property
    def spoken(self) -> str:
        """What the link says when it is pointed at."""
        return ", ".join(filter(None, (self.name, self.gradient))) or "scalar"


@dataclass(frozen=True)
class Step:
    """One step: forward fills in an item's value, backward its gradient.

    ``links`` are the links in play: forward those that the item reads, backward those along which
    it sends a gradient.
    """

    phase: Phase
    item: str
    sentence: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """A group that stands open: a frame around item ids and inner boxes, in execution order."""

    id: str
    title: str
    parts: tuple[str | Box, ...]

    @property
    def items(self) -> tuple[str, ...]:
        return tuple(part for part in self.parts if isinstance(part, str))

    @property
    def boxes(self) -> tuple[Box, ...]:
        return tuple(part for part in self.parts if isinstance(part, Box))


@dataclass(frozen=True)
class Scene:
    """Everything to draw and to say about one graph with some of its groups open.

    ``home`` maps the id of each node of the graph to the item that shows it; ``modules`` says
    whether modules were called.
    """

    items: tuple[Item, ...]
    links: tuple[Link, ...]
    frame: Box
    steps: tuple[Step, ...]
    legend: tuple[dict[str, str], ...]
    notes: tuple[str, ...]
    home: dict[str, str]
    modules: bool


class GraphModel:
    """Turns a graph into scenes, one for each choice of open groups."""

    def __init__(self, graph: Graph, limit: int) -> None:
        folding = fold_tree(graph, limit)
        self.graph = graph = folding.graph
        self.root = folding.root
        self.limit = limit
        self.nodes = {node.id: node for node in graph.nodes}
        self.story = Storyteller(graph)
        self.scale = GradientScale(edge.gradient for edge in graph.edges)
        self.has_gradients = bool(graph.backward_order)

    def opened_at_first(self) -> list[str]:
        """The ids of the groups that stand open before anybody clicks."""
        return open_at_first(self.root, self.graph, self.limit)

    def fit(self, opened: Collection[str]) -> list[str]:
        """Keep of these group ids what exists and fits into the limit."""
        return fit_to_limit(self.root, opened, self.limit)

    def scene(self, opened: Collection[str]) -> Scene:
        """Describe the graph with the groups of these ids open."""
        parts: dict[str, str | Group] = {}
        frame = self._frame(self.root, set(opened), parts)
        home = {
            node: name
            for name, part in parts.items()
            for node in (part.nodes() if isinstance(part, Group) else (part,))
        }
        items = {name: self._item(name, part) for name, part in parts.items()}
        links = self._links(home, items)
        folds = {
            name: self._sentences(part) for name, part in parts.items() if isinstance(part, Group)
        }
        into: dict[str, list[Link]] = defaultdict(list)
        for link in links:
            into[link.target].append(link)
        return Scene(
            items=tuple(items.values()),
            links=tuple(links),
            frame=frame,
            steps=tuple(self._steps(home, folds, into)),
            legend=self.scale.legend() if self.has_gradients else (),
            notes=(*self._own_notes(folds), *self.graph.notes),
            home=home,
            modules=bool(self.graph.calls),
        )

    def _steps(
        self, home: dict[str, str], folds: dict[str, tuple[str, str]], into: dict[str, list[Link]]
    ) -> Iterator[Step]:
        for phase, item, sentence in self.story.tell(home, folds):
            links = [
                link.id
                for link in into[item]
                if phase == "forward" or link.level not in ("none", "plain")
            ]
            yield Step(phase, item, sentence, tuple(links))

    def _frame(self, group: Group, opened: set[str], parts: dict[str, str | Group]) -> Box:
        shown = list[str | Box]()
        for part in group.parts:
            if isinstance(part, str):
                parts[part] = part
                shown.append(part)
            elif part.id in opened:
                shown.append(self._frame(part, opened, parts))
            else:
                name = f"fold {part.id}"
                parts[name] = part
                shown.append(name)
        return Box(group.id, group.title, tuple(shown))

    def _own_notes(self, folds: Collection[str]) -> tuple[str, ...]:
        if not self.nodes:
            return (EMPTY,)
        if not folds or len(self.nodes) <= self.limit:
            return ()
        how = "its + sign" if self.graph.calls else "a click or with Enter"
        return (
            f"This graph has {len(self.nodes):,} nodes; at most {self.limit:,} are drawn at once, "
            f"so parts of it are folded. Unfold one with {how}.",
        )

    def _item(self, name: str, part: str | Group) -> Item:
        if isinstance(part, Group):
            return self._folded(name, part)
        node = self.nodes[part]
        result = part in self.graph.results and not node.error
        flaws = [words.flaw(s) for out in node.outputs for s in (out.value, out.gradient)]
        detail = node_detail(node, self.nodes, self.story.inputs[part], self.story.uses[part])
        return Item(
            id=name,
            kind="error" if node.error else node.kind,
            title=words.shorten(words.node_title(node), TITLE),
            tag=_tag(node, result),
            value=_value(node),
            gradient=self._gradient(node.outputs[0].gradient if node.outputs else None),
            is_result=result,
            flaw=next(filter(None, flaws), ""),
            detail=detail,
        )

    def _inside(self, group: Group) -> call_words.Inside:
        return call_words.look_inside(group, self.nodes, self.story.inputs, self.story.uses)

    def _sentences(self, group: Group) -> tuple[str, str]:
        if group.calls:
            inside = self._inside(group)
            return call_words.forward_sentence(inside), call_words.backward_sentence(inside)
        return f"{group.title} runs.", f"The gradient passes back through {group.title}."

    def _call(self, name: str, group: Group) -> Item:
        inside = self._inside(group)
        failed = any(node.error for node in inside.nodes)
        return Item(
            id=name,
            kind="fold",
            title=words.shorten(group.title, CALL_TITLE),
            tag="error inside" if failed else call_words.parameter_count(inside),
            value="" if failed else call_words.value(inside),
            gradient=call_words.gradient(inside) if self.has_gradients else "",
            is_result=inside.is_result and not failed,
            flaw="NaN or inf inside" if inside.flawed else "",
            type=words.type_text(inside.outputs[0]) if len(inside.outputs) == 1 else "",
            group=group.id,
            is_call=True,
            detail=call_words.call_detail(inside),
        )

    def _folded(self, name: str, group: Group) -> Item:
        if group.calls:
            return self._call(name, group)
        nodes = [self.nodes[node] for node in group.nodes()]
        arrays = [s for node in nodes for out in node.outputs for s in (out.value, out.gradient)]
        flawed = sum(1 for summary in arrays if words.flaw(summary))
        return Item(
            id=name,
            kind="fold",
            title=words.shorten(group.title, TITLE),
            tag="error inside" if any(node.error for node in nodes) else "folded",
            value=words.plural(len(nodes), "node"),
            gradient="",
            is_result=any(node.id in self.graph.results for node in nodes),
            flaw="NaN or inf inside" if flawed else "",
            group=group.id,
        )

    def _gradient(self, gradient: Summary | None) -> str:
        if gradient is None:
            return words.NO_GRADIENT if self.has_gradients else ""
        return f"grad {words.brief_gradient(gradient)}"

    def _links(self, home: dict[str, str], items: dict[str, Item]) -> list[Link]:
        terse = any(item.is_call for item in items.values())
        bundles: dict[tuple[str, str, int], list[GraphEdge]] = defaultdict(list)
        for index, edge in enumerate(self.graph.edges):
            source, target = home[edge.source], home[edge.target]
            if source != target:
                folded = "fold" in (items[source].kind, items[target].kind)
                bundles[source, target, -1 if folded else index].append(edge)
        return [
            self._link(f"link {place}", (source, target), edges, terse)
            for place, ((source, target, _), edges) in enumerate(bundles.items())
        ]

    def _link(self, name: str, ends: tuple[str, str], edges: list[GraphEdge], terse: bool) -> Link:
        strongest = max((edge.gradient for edge in edges), key=strength)
        tensors = {(edge.source, edge.source_output) for edge in edges}
        if len(tensors) == 1:
            tensor = self.nodes[edges[0].source].outputs[edges[0].source_output]
            called = "" if terse and words.is_numbered(tensor.name) else tensor.name
            label = " ".join(filter(None, (called, words.shape_text(tensor.shape))))
        else:
            label = words.plural(len(tensors), "tensor")
        gradient = self._gradient(strongest)
        if len(edges) > 1 and strongest is not None:
            gradient = f"norms ≤ {words.number(strength(strongest))}"
        level = self.scale.level(strongest) if self.has_gradients else "plain"
        if terse and self.nodes[edges[0].source].kind == "parameter":
            label = ""
        label = words.shorten(label, TITLE)
        return Link(name, *ends, label, gradient, level, terse)


def _value(node: GraphNode) -> str:
    if node.error:
        return words.shorten(words.error_parts(node.error)[1], MESSAGE)
    return words.brief(node.outputs[0].value) if node.outputs else ""


def _tag(node: GraphNode, result: bool) -> str:
    if node.error:
        return words.error_parts(node.error)[0]
    kind = words.shorten(node.label, TAG) if node.kind == "op" else node.kind
    return f"{kind} · result" if result else kind
