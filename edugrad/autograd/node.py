"""Nodes of the computational graph: what the engine walks.

A node points to the nodes of its inputs (its *edges*) and never to its outputs, so a graph hangs
together from the result backwards and is freed by reference counting when the result goes.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ..callsite import CallSite
from .grad_mode import mode

if TYPE_CHECKING:
    from ..callsite import Position
    from ..tensor import Tensor
    from .scope import Scope

Edge = tuple["Node", int]

next_sequence = itertools.count().__next__


class Hooks:
    """What runs when a gradient passes a node: on the node, and on the tensors that it made."""

    __slots__ = ("before", "after", "tensors", "retained")

    def __init__(self) -> None:
        self.before: dict[int, Callable[..., Any]] = {}
        self.after: dict[int, Callable[..., Any]] = {}
        self.tensors: dict[int, dict[int, Callable[..., Any]]] = {}
        self.retained: dict[int, weakref.ref[Tensor]] = {}


class Handle:
    """Removes the hook that it was returned for. PyTorch: ``torch.utils.hooks.RemovableHandle``."""

    _ids = itertools.count()

    def __init__(self, hooks: dict[int, Any], hook: Any) -> None:
        self.id = next(self._ids)
        self._hooks = hooks
        hooks[self.id] = hook

    def remove(self) -> None:
        self._hooks.pop(self.id, None)

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


class Node:
    """One step of the computation, as the backward pass sees it.

    Attributes
    ----------
    edges : tuple of (Node, int) or None
        For each input, the node that made it and which of that node's outputs it was; None for
        an input that needs no gradient.
    sequence : int
        Grows from node to node. Edges lead to smaller numbers, so visiting nodes from the largest
        number down never meets a node before all its gradients have arrived.
    site : CallSite or None
        The user's line that made the node.
    scope : Scope or None
        The call of the module that was running.

    Notes
    -----
    PyTorch: ``torch.autograd.graph.Node``.
    """

    __slots__ = ("edges", "sequence", "_position", "scope", "hooks", "__weakref__")

    node_name: ClassVar[str] = "Node"
    outputs: Sequence[Any] = (None,)
    edges: tuple[Edge | None, ...]
    sequence: int
    _position: Position | None
    scope: Scope | None
    hooks: Hooks | None

    def place(self, edges: tuple[Edge | None, ...], position: Position | None) -> None:
        """Take the next place in the graph, behind ``edges``."""
        self.edges = edges
        self.sequence = next_sequence()
        self._position = position
        self.scope = mode.scope
        self.hooks = None

    @property
    def site(self) -> CallSite | None:
        return None if self._position is None else CallSite(*self._position)

    def run(self, gradients: list[Tensor | None]) -> tuple[Tensor | None, ...]:
        """The gradients of the inputs from those of the outputs."""
        raise TypeError(f"{type(self).__name__} has no derivative")

    def release(self) -> None:
        """Forget what was saved for the derivative."""

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        return tuple(edge or (None, 0) for edge in self.edges)

    def name(self) -> str:
        return self.node_name

    def register_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(grad_inputs, grad_outputs)`` after the node; it may return others."""
        return Handle(self.own_hooks().after, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(grad_outputs)`` before the node runs; it may return new ones."""
        return Handle(self.own_hooks().before, hook)

    def own_hooks(self) -> Hooks:
        if self.hooks is None:
            self.hooks = Hooks()
        return self.hooks

    def __call__(self, *gradients: Tensor | None) -> Any:
        found = self.run(list(gradients))
        return found[0] if len(found) == 1 else found

    def __repr__(self) -> str:
        return f"<{self.node_name}>"


class AccumulateGrad(Node):
    """The end of a path: adds what arrives to the ``grad`` of a leaf."""

    __slots__ = ("variable", "array", "version")

    node_name = "AccumulateGrad"

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable
        self.array = variable._array
        self.version = variable._version
        self.edges = ()
        self.sequence = next_sequence()
        self._position = self.hooks = None
        self.scope = mode.scope

    def name(self) -> str:
        """PyTorch's, which is that of its C++ class."""
        return f"torch::autograd::{self.node_name}"


def gradient_edge(tensor: Tensor) -> Edge | None:
    """Where a gradient for ``tensor`` has to be sent; None if it needs none."""
    if tensor._view is not None:
        tensor._view.refresh(tensor)
        if tensor._view.creation == "no_grad":
            return None
    edge = tensor._edge
    if edge is not None:
        return edge
    return (accumulator(tensor), 0) if tensor._requires_grad else None


def accumulator(leaf: Tensor) -> AccumulateGrad:
    """The leaf's :class:`AccumulateGrad`, made on first use; the leaf refers to it weakly."""
    known = leaf._accumulator
    node = known() if known is not None else None
    if node is None:
        node = AccumulateGrad(leaf)
        leaf._accumulator = weakref.ref(node)
    return node
