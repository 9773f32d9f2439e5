"""The graph as plain text, one line a node: what a terminal, a diff and a screen reader get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from edugrad.autograd.graph import Graph

from . import graph_words as words
from .graph_model import Box, GraphModel, Item, Scene

LINES = 40


def headline(graph: Graph) -> str:
    """``GraphView(5 nodes: 2 inputs, 1 parameter, 2 ops; result d)``."""
    if not graph.nodes:
        return "GraphView(empty)"
    counts = Counter(node.kind for node in graph.nodes)
    kinds = [
        words.plural(counts[kind], kind) for kind in ("input", "parameter", "op") if counts[kind]
    ]
    nodes = {node.id: node for node in graph.nodes}
    results = [words.node_name(nodes[name]) for name in graph.results if not nodes[name].error]
    results = [name for name in results if not words.is_numbered(name)] or results
    result = f"; result {', '.join(results[:4])}" if results else ""
    failed = [node.label for node in graph.nodes if node.error]
    error = f"; {failed[0]} failed" if failed else ""
    return f"GraphView({words.plural(len(nodes), 'node')}: {', '.join(kinds)}{result}{error})"


def text(model: GraphModel, scene: Scene) -> str:
    """List what a scene shows in columns: name or formula, type, value, gradient.

    What stands in a box is indented below the box's title.
    """
    items = {item.id: item for item in scene.items}
    rows = list[tuple[str, ...]]()
    for indent, part in _lines(scene.frame):
        said = (part.title,) if isinstance(part, Box) else _cells(model, items[part])
        rows.append((indent + said[0], *said[1:]))
    shown = rows[:LINES]
    full = [row for row in shown if len(row) == 4]
    widths = [max((len(row[column]) for row in full), default=0) for column in range(4)]
    widths[0] = max((len(row[0]) for row in shown), default=0)
    lines = [headline(model.graph)]
    for row in shown:
        cells = [
            cell.ljust(width) for cell, width in zip(row, widths, strict=False) if cell or width
        ]
        lines.append("  " + "   ".join(cells).rstrip())
    if len(rows) > LINES:
        lines.append(f"  and {words.plural(len(rows) - LINES, 'more node')}")
    return "\n".join(lines + [f"  note: {note}" for note in scene.notes])


def _lines(frame: Box, indent: str = "") -> Iterator[tuple[str, str | Box]]:
    """The items of a frame and its boxes with theirs, each with its indentation."""
    for part in frame.parts:
        yield indent, part
        if isinstance(part, Box):
            yield from _lines(part, indent + "  ")


def _cells(model: GraphModel, item: Item) -> tuple[str, ...]:
    if item.is_call:
        return item.title, item.type, item.value, item.gradient
    if item.kind == "fold":
        return item.title, item.value, "", ""
    node = model.nodes[item.id]
    if node.error:
        return words.node_title(node), f"failed: {node.error.splitlines()[0]}"
    return words.node_title(node), words.type_text(node.outputs[0]), item.value, item.gradient
