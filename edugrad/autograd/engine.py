"""The engine: walks a graph backwards and adds up gradients.

Nodes are visited by falling sequence number. Every edge leads to a smaller number, so when a node's
turn comes, all its gradients have arrived: no counting of dependencies, no recursion, and
chains of any length.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from . import hooks
from .anomaly import check_backward
from .grad_mode import mode
from .node import AccumulateGrad, Edge, Node

Pending = dict[Node, list[Tensor | None]]


class Walk:
    """One backward pass.

    Attributes
    ----------
    pending : dict
        Gradients in transit: for each node not yet visited, those of its outputs.
    queue : list
        The same nodes as a heap, largest sequence number first.
    sums : set
        Edges at which the walk has added gradients up: it goes on adding in place.
    wanted : dict or None
        Edges whose gradients are asked for (``inputs=``), with what arrived there; None means
        that every leaf accumulates.
    useful : set or None
        With ``wanted``: the nodes from which a wanted one can be reached.
    """

    def __init__(self, keep_graph: bool, wanted: Sequence[Edge] | None) -> None:
        self.keep_graph = keep_graph
        self.pending: Pending = {}
        self.queue: list[tuple[int, Node]] = []
        self.sums: set[Edge] = set()
        self.wanted: dict[Edge, Tensor | None] | None = None
        self.useful: set[Node] | None = None
        if wanted is not None:
            self.wanted = dict.fromkeys(wanted)

    def run(self, roots: Sequence[tuple[Edge, Tensor]]) -> None:
        """Send each root its gradient and walk until nothing is in transit."""
        if self.wanted is not None:
            self.useful = _leading_to(self.wanted, [edge[0] for edge, _ in roots])
        for edge, gradient in roots:
            self.send(edge, gradient)
        queue, pending = self.queue, self.pending
        while queue:
            _, node = heappop(queue)
            self.visit(node, pending.pop(node))

    def send(self, edge: Edge, gradient: Tensor) -> None:
        """Add ``gradient`` to what has arrived at ``edge``."""
        node, output = edge
        waiting = self.pending.get(node)
        if waiting is None:
            if self.useful is not None and node not in self.useful:
                return
            self.pending[node] = waiting = [None] * len(node.outputs)
            heappush(self.queue, (-node.sequence, node))
        before = waiting[output]
        if before is None:
            waiting[output] = gradient
        elif edge in self.sums:
            before._array += gradient._array
        else:
            waiting[output] = total = before + gradient
            if not mode.grad and total._array.ndim:
                self.sums.add(edge)

    def visit(self, node: Node, gradients: list[Tensor | None]) -> None:
        """Run one node and send its inputs their gradients."""
        hooked = node.hooks is not None
        if hooked:
            hooks.on_arrival(node, gradients)
        if type(node) is AccumulateGrad:
            self._arrive(node, gradients)
            return
        if self.wanted is not None and not self._passes(node, gradients):
            return
        if hooked:
            gradients = hooks.before(node, gradients)
        leaving: Sequence[Tensor | None] = node.run(gradients)
        if mode.watched:
            _show(node, gradients, leaving)
        if not self.keep_graph:
            node.release()
        if hooked:
            leaving = hooks.after(node, leaving, gradients)
        for edge, gradient in zip(node.edges, leaving, strict=True):
            if edge is not None and gradient is not None:
                self.send(edge, gradient)

    def _passes(self, node: Node, gradients: list[Tensor | None]) -> bool:
        """Keep what is wanted of this node; whether the walk goes on behind it."""
        assert self.wanted is not None
        assert self.useful is not None
        for output, gradient in enumerate(gradients):
            if (node, output) in self.wanted:
                self.wanted[node, output] = gradient
        return any(edge is not None and edge[0] in self.useful for edge in node.edges)

    def _arrive(self, node: AccumulateGrad, gradients: list[Tensor | None]) -> None:
        leaf = node.variable
        if not leaf._requires_grad:
            return
        if leaf._edge is not None:
            raise RuntimeError(
                teach(
                    "leaf variable has been moved into the graph interior",
                    got=f"a tensor of shape {tuple(leaf.shape)}, now the result of {leaf.grad_fn}",
                    mend="after detach_() or requires_grad_(False), compute with a new tensor "
                    "instead of writing into the old one",
                )
            )
        gradient: Any = gradients[0]
        if leaf._hooks is not None:
            gradient = hooks.call(leaf._hooks, gradient)
        if mode.recorder is not None:
            mode.recorder.gradients(node, [gradient], ())
        if self.wanted is not None:
            self.wanted[node, 0] = gradient
            return
        gradients.clear()
        array = gradient._array
        unshared = (
            sys.getrefcount(gradient) <= _ONE_HOLDER
            and sys.getrefcount(array) <= _ONE_HOLDER + 2
            and array.base is None
            and array.flags.c_contiguous
        )
        accumulate(leaf, gradient, unshared)


def accumulate(leaf: Tensor, gradient: Tensor, unshared: bool) -> None:
    """Add a gradient to ``leaf.grad``, which never shares its memory with anything else."""
    before = leaf._grad
    if mode.grad:
        leaf._grad = gradient.clone() if before is None else before + gradient
    elif before is not None:
        before += gradient
    else:
        leaf._grad = gradient if unshared else gradient.detach().clone()
    for hook in () if leaf._after is None else tuple(leaf._after.values()):
        hook(leaf)


def _one_holder() -> int:
    """The reference count of an object that one local variable holds, on this Python."""
    probe = object()
    return sys.getrefcount(probe)


_ONE_HOLDER = _one_holder()


def _leading_to(wanted: dict[Edge, Any], roots: list[Node]) -> set[Node]:
    """The nodes between the roots and the wanted ones, both included."""
    useful = {node for node, _ in wanted}
    oldest = min((node.sequence for node in useful), default=0)
    seen = set(roots)
    stack = list(seen)
    while stack:
        for edge in stack.pop().edges:
            if edge is not None and edge[0] not in seen and edge[0].sequence >= oldest:
                seen.add(edge[0])
                stack.append(edge[0])
    for node in sorted(seen, key=lambda node: node.sequence):
        if any(edge is not None and edge[0] in useful for edge in node.edges):
            useful.add(node)
    return useful


def _show(node: Node, arriving: list[Tensor | None], leaving: Sequence[Tensor | None]) -> None:
    if mode.recorder is not None:
        mode.recorder.gradients(node, arriving, leaving)
    if mode.anomaly:
        check_backward(node, leaving)


class engine_mode:
    """The engine's own mode: no graph of the gradients unless asked for, and no notes of cuts."""

    def __init__(self, create_graph: bool) -> None:
        self.create_graph = create_graph

    def __enter__(self) -> None:
        self._before = mode.grad, mode.backward
        mode.grad, mode.backward = self.create_graph, True

    def __exit__(self, *exception: object) -> None:
        mode.grad, mode.backward = self._before
