"""The graph as plain text, one line a node: what a terminal, a diff and a screen reader get."""

from __future__ import annotations

from collections import Counter

from edugrad.autograd.graph import Graph

from . import graph_words as words
from .graph_model import GraphModel, Scene

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
    result = f"; result {', '.join(results[:4])}" if results else ""
    failed = [node.label for node in graph.nodes if node.error]
    error = f"; {failed[0]} failed" if failed else ""
    return f"GraphView({words.plural(len(nodes), 'node')}: {', '.join(kinds)}{result}{error})"


def text(model: GraphModel, scene: Scene) -> str:
    """List what a scene shows in columns: name or formula, type, value, gradient."""
    rows: list[tuple[str, ...]] = []
    for item in scene.items[:LINES]:
        node = model.nodes.get(item.id)
        if node is None:
            rows.append((item.title, item.value, "", ""))
        elif node.error:
            rows.append((words.node_title(node), f"failed: {node.error.splitlines()[0]}"))
        else:
            kind = words.type_text(node.outputs[0])
            rows.append((words.node_title(node), kind, item.value, item.gradient))
    full = [row for row in rows if len(row) == 4]
    widths = [max((len(row[column]) for row in full), default=0) for column in range(4)]
    widths[0] = max((len(row[0]) for row in rows), default=0)
    lines = [headline(model.graph)]
    for row in rows:
        cells = [
            cell.ljust(width) for cell, width in zip(row, widths, strict=False) if cell or width
        ]
        lines.append("  " + "   ".join(cells).rstrip())
    if len(scene.items) > LINES:
        lines.append(f"  and {words.plural(len(scene.items) - LINES, 'more node')}")
    return "\n".join(lines + [f"  note: {note}" for note in scene.notes])
