"""Graphs for GraphView's tests, made without the engine: the widget reads data, so data will do."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from edugrad.autograd.graph import (
    Graph,
    GraphEdge,
    GraphNode,
    ModuleCall,
    SourceLine,
    Summary,
    TensorInfo,
)


def summary(array, limit=64):
    array = np.asarray(array, dtype=float)
    finite = array[np.isfinite(array)]
    some = finite.size > 0
    return Summary(
        minimum=float(finite.min()) if some else None,
        maximum=float(finite.max()) if some else None,
        mean=float(finite.mean()) if some else None,
        std=float(finite.std()) if some else None,
        norm=float(np.sqrt((finite**2).sum())) if some else None,
        nans=int(np.isnan(array).sum()),
        infs=int(np.isinf(array).sum()),
        values=array.tolist() if array.size <= limit else None,
    )


class Tape:
    """Writes down element-wise ops, walks them backwards and makes the graph of both."""

    def __init__(self):
        self.nodes, self.edges = [], []
        self.values, self.locals, self.calls = {}, {}, {}

    def leaf(self, name, value, kind="parameter", module=None):
        return self._add(
            name,
            value,
            GraphNode(id=f"n{len(self.nodes)}", kind=kind, label=name, outputs=(), module=module),
        )

    def op(self, label, inputs, value, local, formula=None, name=None, factors=(), **more):
        """Add an op; ``local`` holds ∂output/∂input for each input."""
        node = GraphNode(
            id=f"n{len(self.nodes)}",
            kind="op",
            label=label,
            outputs=(),
            node_name=f"{label.capitalize()}Backward0",
            formula=formula,
            derivatives=tuple("grad" if f == "1" else f"grad · {f}" for f in factors),
            local=tuple(summary(part) for part in local),
            source=SourceLine("/tmp/ipykernel_7/1.py", len(self.nodes), f"{name} = {formula}"),
            **more,
        )
        made = self._add(name, value, node)
        for position, source in enumerate(inputs):
            self.locals[len(self.edges)] = np.asarray(local[position], dtype=float)
            self.edges.append(GraphEdge(source, 0, made, position))
        return made

    def mul(self, a, b, name=None, **more):
        x, y = self.values[a], self.values[b]
        p, q = self.call(a), self.call(b)
        return self.op("mul", [a, b], x * y, [y, x], f"{p} · {q}", name, (q, p), **more)

    def add(self, a, b, name=None, **more):
        x, y = self.values[a], self.values[b]
        one = np.ones(np.broadcast(x, y).shape)
        formula = f"{self.call(a)} + {self.call(b)}"
        return self.op("add", [a, b], x + y, [one, one], formula, name, ("1", "1"), **more)

    def tanh(self, a, name=None, **more):
        out = np.tanh(self.values[a])
        call = self.call(a)
        return self.op(
            "tanh", [a], out, [1 - out**2], f"tanh({call})", name, ("(1 − out²)",), **more
        )

    def sum(self, a, name=None):
        x = self.values[a]
        return self.op(
            "sum", [a], x.sum(), [np.ones(x.shape)], f"sum({self.call(a)})", name, ("1",)
        )

    def fail(self, label, inputs, formula, error):
        node = GraphNode(f"n{len(self.nodes)}", "op", label, (), formula=formula, error=error)
        self.nodes.append((node, None))
        self.edges += [GraphEdge(a, 0, node.id, place) for place, a in enumerate(inputs)]
        self.locals |= {len(self.edges) - 1 - i: np.asarray(0.0) for i in range(len(inputs))}

    def call(self, node):
        return self.calls[node]

    def _add(self, name, value, node):
        self.nodes.append((node, name))
        self.calls[node.id] = name or node.label
        self.values[node.id] = np.asarray(value, dtype=float)
        return node.id

    def graph(self, backward=True, notes=()):
        used = {edge.source for edge in self.edges}
        results = [n.id for n, _ in self.nodes if n.id not in used and not n.error]
        gradients, order, sent = {}, [], {}
        if backward:
            gradients = {name: np.ones(self.values[name].shape) for name in results}
            kinds = {node.id: node.kind for node, _ in self.nodes}
            incoming = {name: [] for name in kinds}
            for place, edge in enumerate(self.edges):
                incoming[edge.target].append((place, edge))
            for node, _ in reversed(self.nodes):
                if node.id not in gradients or node.kind == "input":
                    continue
                order.append(node.id)
                for place, edge in incoming[node.id]:
                    if kinds[edge.source] != "input":
                        sent[place] = gradients[node.id] * self.locals[place]
                        gradients[edge.source] = gradients.get(edge.source, 0) + sent[place]
        placed, calls = self._calls()
        nodes = tuple(
            dataclasses.replace(
                node, outputs=self._outputs(node, name, gradients), call=placed.get(node.id)
            )
            for node, name in self.nodes
        )
        edges = tuple(
            dataclasses.replace(edge, gradient=summary(sent[place]) if place in sent else None)
            for place, edge in enumerate(self.edges)
        )
        return Graph(nodes, edges, tuple(results), tuple(order), tuple(notes), calls)

    def _calls(self):
        """One call for all consecutive ops of a module, in one of each module around it."""
        calls, running, placed, modules = [], [], {}, {}
        for node, _ in self.nodes:
            if node.kind != "op":
                continue
            names = (
                ["Net", *filter(None, node.module.split("."))] if node.module is not None else []
            )
            while [name for name, _ in running] != names[: len(running)]:
                running.pop()
            for depth in range(len(running), len(names)):
                path = ".".join(names[1 : depth + 1])
                number = modules.setdefault(path, len(modules))
                kind = names[depth].capitalize() if names[depth].isalpha() else "Layer"
                outer = running[-1][1].id if running else None
                call = ModuleCall(f"c{len(calls)}", path, kind, number, outer)
                calls.append(call)
                running.append((names[depth], call))
            if running:
                placed[node.id] = running[-1][1].id
        return placed, tuple(calls)

    def _outputs(self, node, name, gradients):
        if node.error:
            return ()
        value = self.values[node.id]
        gradient = gradients.get(node.id)
        return (
            TensorInfo(
                name=name,
                shape=value.shape,
                dtype="float64",
                device="cpu",
                nbytes=value.nbytes,
                requires_grad=node.kind != "input",
                value=summary(value),
                gradient=None if gradient is None else summary(gradient),
                origin="live",
            ),
        )


def product():
    """d = a · b with a = 2 and b = 3."""
    tape = Tape()
    tape.mul(tape.leaf("a", 2.0), tape.leaf("b", 3.0), "d")
    return tape.graph()


def chapter():
    """f = sum(a · b + c), the first graph that a learner meets."""
    tape = Tape()
    a = tape.leaf("a", [[0.6965, 0.2861, 0.2269], [0.5513, 0.7195, 0.4231]])
    b = tape.leaf("b", [[0.9808, 0.6848, 0.4809], [0.3921, 0.3432, 0.7290]])
    c = tape.leaf("c", [[0.4386, 0.0597, 0.3980], [0.7380, 0.1825, 0.1755]], "input")
    tape.sum(tape.add(tape.mul(a, b, "d"), c, "e"), "f")
    return tape.graph()


def diamond():
    """f = a · b + a · c: a is used twice, its gradient is b + c = 3 + 4 = 7."""
    tape = Tape()
    a, b, c = tape.leaf("a", 2.0), tape.leaf("b", 3.0), tape.leaf("c", 4.0, "input")
    tape.add(tape.mul(a, b, "d"), tape.mul(a, c, "e"), "f")
    return tape.graph()


def square():
    """y = x · x: two edges between the same two nodes."""
    tape = Tape()
    x = tape.leaf("x", 3.0)
    tape.mul(x, x, "y")
    return tape.graph()


def failing():
    """h = x · w works, then a matrix product fails."""
    tape = Tape()
    x, w = tape.leaf("x", [1.0, 2.0], "input"), tape.leaf("w", [3.0, 4.0])
    h = tape.mul(x, w, "h")
    tape.fail(
        "matmul",
        [h, w],
        "h @ w",
        "mat1 and mat2 shapes cannot be multiplied (64x10 and 12x3)\n  got:  10 and 12\n"
        "  mend: make the inner sizes equal",
    )
    return tape.graph(backward=False)


def broken_numbers():
    """One NaN and one infinity on the way; one gradient is exactly zero."""
    tape = Tape()
    x, w = tape.leaf("x", [1.0, math.nan, 2.0]), tape.leaf("w", [1.0, 2.0, math.inf])
    z = tape.leaf("z", [0.0, 0.0, 0.0])
    dead = tape.op("relu", [z], [0.0, 0.0, 0.0], [[0.0, 0.0, 0.0]], "relu(z)", "r", ("(z > 0)",))
    tape.sum(tape.add(tape.mul(x, w, "p"), dead, "q"), "s")
    return tape.graph()


def network(layers=3, width=4):
    """A network of ``layers`` layers of four nodes each, in modules; weights of falling size."""
    tape = Tape()
    h = tape.leaf("x", np.linspace(-1, 1, width), "input")
    for layer in range(layers):
        module = f"layers.{layer}"
        w = tape.leaf(f"w{layer}", np.full(width, 0.5 + 0.1 * (layer % 7)))
        b = tape.leaf(f"b{layer}", np.full(width, 0.1))
        z = tape.add(tape.mul(h, w, module=module), b, f"z{layer}", module=module)
        h = tape.tanh(z, f"h{layer}", module=module)
    tape.sum(h, "loss")
    return tape.graph()


def chain(length, labels=("add",), value=1.0):
    """A long chain, made quickly: ``length`` ops one after the other on one scalar."""
    info = TensorInfo(None, (), "float32", "cpu", 4, True, summary(value), summary(1.0), "live")
    nodes = [GraphNode("x", "parameter", "x", (dataclasses.replace(info, name="x"),))]
    nodes += [
        GraphNode(f"o{place}", "op", labels[place % len(labels)], (info,), derivatives=("grad",))
        for place in range(length)
    ]
    one = summary(1.0)
    edges = tuple(
        GraphEdge(nodes[place].id, 0, nodes[place + 1].id, 0, one) for place in range(length)
    )
    order = tuple(node.id for node in reversed(nodes))
    return Graph(tuple(nodes), edges, (nodes[-1].id,), order)


def replaced(graph, **changes):
    """The same graph with some of its fields changed."""
    return dataclasses.replace(graph, **changes)
