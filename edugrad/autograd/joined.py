"""Gradients that count as functions of all that their op was computed from.

The derivative of ``relu`` is a constant wherever it exists, and so is that of pooling and of other
piecewise linear functions: a gradient of such a gradient is zero. It is asked for nevertheless, by
gradient penalties and by code that differentiates twice whatever it is given. PyTorch answers
zeros, because it has an operation for such a gradient, of which the op's inputs are inputs too.
"""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from .node import AccumulateGrad, Edge, Node


class JoinedGradient(Node):
    """Hands a gradient on, and tells the inputs of the op it came from that theirs is zero."""

    __slots__ = ("outputs",)

    def __init__(self, gradient: Tensor, edges: tuple[Edge | None, ...]) -> None:
        array = gradient._array
        self.outputs = [(array.shape, array.dtype)]
        self.place(edges, None)

    def run(self, gradients: list[Tensor | None]) -> tuple[Tensor | None, ...]:
        (gradient,) = gradients
        assert gradient is not None, "the engine runs a node only with a gradient"
        return tuple(None if edge is None else _zeros(edge, gradient) for edge in self.edges)


def _zeros(edge: Edge, like: Tensor) -> Tensor:
    """A gradient of zeros for what an edge leads to."""
    node, output = edge
    if isinstance(node, AccumulateGrad):
        return like.new_zeros(node.variable.shape, dtype=node.variable.dtype)
    shape, dtype = node.outputs[output][:2]
    zeros: Tensor = Tensor._wrap(like._device.xp.zeros(shape, dtype), like._device)
    return zeros


def join(node: Any, found: tuple[Any, ...]) -> tuple[Any, ...]:
    """The gradients that ``node`` sends to its inputs, each of them with a graph."""
    return tuple(
        gradient if gradient is None or gradient._requires_grad else _joined(node, gradient)
        for gradient in found
    )


def _joined(node: Any, gradient: Tensor) -> Tensor:
    made: Tensor = Tensor._wrap(gradient._array, gradient._device)
    made._edge = (JoinedGradient(gradient, tuple([node.edges[k] for k in node.joined])), 0)
    made._requires_grad = True
    return made
