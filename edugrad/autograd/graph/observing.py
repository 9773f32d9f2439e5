"""Running the engine to look at gradients: nothing is accumulated, freed, or hooked."""

from __future__ import annotations

from collections.abc import Sequence

from ...tensor import Tensor
from ..engine import Walk, engine_mode
from ..node import AccumulateGrad, Edge, Node


class Observation(Walk):
    """A backward pass that writes down what arrives at each node and what leaves it."""

    def __init__(self) -> None:
        super().__init__(keep_graph=True, wanted=None)
        self.arriving: dict[Node, list[Tensor | None]] = {}
        self.leaving: dict[Node, Sequence[Tensor | None]] = {}

    def visit(self, node: Node, gradients: list[Tensor | None]) -> None:
        self.arriving[node] = list(gradients)
        if type(node) is AccumulateGrad:
            return
        self.leaving[node] = leaving = node.run(gradients)
        for edge, gradient in zip(node.edges, leaving, strict=True):
            if edge is not None and gradient is not None:
                self.send(edge, gradient)


def observe(roots: Sequence[tuple[Edge, Tensor]]) -> Observation:
    """Walk back from the roots and return what was seen.

    Raises
    ------
    RuntimeError
        If the graph was freed by an earlier ``backward``.
    """
    observation = Observation()
    with engine_mode(create_graph=False):
        observation.run(roots)
    return observation
