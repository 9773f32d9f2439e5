"""The way through a graph, step by step, and the sentence that each step says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from edugrad.autograd.graph import Graph, GraphEdge, GraphNode, Summary

from . import graph_words as words
from .graph_detail import input_name

Phase = Literal["forward", "backward"]


class Storyteller:
    """Orders a graph's nodes into steps and says what happens in each."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes = {node.id: node for node in graph.nodes}
        self.uses: dict[str, list[GraphEdge]] = defaultdict(list)
        self.inputs: dict[str, list[GraphEdge]] = defaultdict(list)
        for edge in graph.edges:
            self.uses[edge.source].append(edge)
            self.inputs[edge.target].append(edge)
        self.backward = self._backward_with_leaves()

    def _backward_with_leaves(self) -> list[str]:
        """The engine's order; whatever else has a gradient comes after its last use, or last."""
        listed, order = set(self.graph.backward_order), list[str]()
        waiting = {
            node.id: sum(1 for edge in self.uses[node.id] if edge.target in listed)
            for node in self.graph.nodes
            if node.id not in listed and any(out.gradient is not None for out in node.outputs)
        }
        for name in self.graph.backward_order:
            order.append(name)
            for edge in self.inputs[name]:
                if edge.source in waiting:
                    waiting[edge.source] -= 1
                    if not waiting[edge.source]:
                        order.append(edge.source)
        return order + [name for name in waiting if name not in order]

    def tell(
        self, home: Mapping[str, str], folds: Mapping[str, tuple[str, str]]
    ) -> Iterator[tuple[Phase, str, str]]:
        """List the steps: the phase, the item whose turn it is, and what happens.

        ``home`` maps nodes to items, ``folds`` maps folded items to their sentences, forward and
        backward. A folded item takes its turn when its last node does.
        """
        forward = {home[node.id]: place for place, node in enumerate(self.graph.nodes)}
        for item in sorted(forward, key=forward.__getitem__):
            folded = folds.get(item)
            yield "forward", item, folded[0] if folded else self.forward_sentence(item)
        backward = {home[name]: place for place, name in enumerate(self.backward)}
        for item in sorted(backward, key=backward.__getitem__):
            folded = folds.get(item)
            yield "backward", item, folded[1] if folded else self.backward_sentence(item)

    def forward_sentence(self, name: str) -> str:
        """Say what happens when this node runs: ``d = a · b gives 6``."""
        node = self.nodes[name]
        title = words.node_title(node)
        if node.error:
            return f"{title} failed: {node.error.splitlines()[0]}"
        value = words.described(node.outputs[0])
        if node.kind == "op":
            return f"{title} gives {value}."
        kind = "an input" if node.kind == "input" else "a parameter (requires_grad=True)"
        return f"{title} is {kind}: {value}."

    def backward_sentence(self, name: str) -> str:
        """Say what happens when the gradient reaches this node."""
        node = self.nodes[name]
        sentences = [self._arrival(node), self._sending(node)]
        return " ".join(filter(None, sentences))

    def _arrival(self, node: GraphNode) -> str:
        title = words.node_name(node)
        gradient = node.outputs[0].gradient if node.outputs else None
        arriving = [edge for edge in self.uses[node.id] if edge.gradient is not None]
        if node.id in self.graph.results and not arriving:
            seed = f"∂{title}/∂{title}" if node.outputs[0].name else "its gradient"
            return f"Backward starts at {title}: {words.equals(seed, gradient)}."
        if len(arriving) > 1:
            return f"{title} is used {len(arriving)} times: {_summed(arriving, gradient)}."
        if node.kind != "op":
            return f"The gradient arrives: {words.equals(f'{title}.grad', gradient)}."
        return ""

    def _sending(self, node: GraphNode) -> str:
        sent = []
        for edge in sorted(self.inputs[node.id], key=lambda edge: edge.target_input):
            if edge.gradient is not None:
                known = edge.target_input < len(node.derivatives)
                formula = node.derivatives[edge.target_input] if known else ""
                receiver = input_name(edge, self.nodes)
                sent.append(f"{words.equals(formula or 'a gradient', edge.gradient)} to {receiver}")
        return f"{words.node_name(node)} sends {' and '.join(sent)}." if sent else ""


def _summed(arriving: Sequence[GraphEdge], total: Summary | None) -> str:
    terms = [words.all_numbers(edge.gradient, 20) for edge in arriving]
    if len(terms) > 4 or not all(terms):
        return f"its {len(terms)} gradients add up to one with {words.brief_gradient(total, 28)}"
    signed = [f"({term})" if term.startswith("-") else term for term in terms]
    return f"its gradients add up, {words.equals(' + '.join(signed), total)}"
