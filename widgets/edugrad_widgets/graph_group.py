"""A group of nodes that a picture shows as one item or as a box around its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edugrad.autograd.graph import ModuleCall


@dataclass(eq=False)
class Group:
    """A group of nodes: ``parts`` are node ids and smaller groups, in execution order.

    ``calls`` are the module calls that it stands for: one, several equal ones in a row, or none for
    a run of ops.
    """

    id: str
    title: str
    parent: Group | None = None
    parts: list[str | Group] = field(default_factory=list)
    calls: tuple[ModuleCall, ...] = ()

    def groups(self) -> Iterator[Group]:
        """Every group below this one, outer groups first."""
        for part in self.inner():
            yield part
            yield from part.groups()

    def inner(self) -> list[Group]:
        """The groups directly in this one."""
        return [part for part in self.parts if isinstance(part, Group)]

    def nodes(self) -> Iterator[str]:
        """Every node id in this group, however deep."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.nodes()
            else:
                yield part

    def around(self) -> list[Group]:
        """The groups around this one and itself, from the root inwards."""
        return [*(self.parent.around() if self.parent else ()), self]
