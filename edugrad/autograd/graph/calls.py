"""The calls of modules in a snapshot, and the names that their tensors have in them."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from ..scope import Scope
from .data import ModuleCall


class Calls:
    """Numbers the calls as they come up; asks a module for its names once."""

    def __init__(self) -> None:
        self.listed: list[ModuleCall] = []
        self._of_scope: dict[Scope, ModuleCall] = {}
        self._numbers: dict[int, int] = {}
        self._names: dict[int, dict[int, str]] = {}
        self._kept: list[Any] = []

    def of(self, scope: Scope | None) -> ModuleCall | None:
        """The call that a scope stands for, after those around it."""
        if scope is None:
            return None
        if scope not in self._of_scope:
            outer = self.of(scope.outer)
            module = scope.module()
            call = ModuleCall(
                id=f"c{len(self.listed)}",
                path=scope.path,
                kind=scope.kind,
                outer=None if outer is None else outer.id,
                text="" if module is None else module.extra_repr(),
                module=self._numbers.setdefault(id(scope.module), len(self._numbers)),
            )
            self.listed.append(call)
            self._of_scope[scope] = call
        return self._of_scope[scope]

    def name_of(self, tensor: Tensor, scope: Scope | None) -> str | None:
        """A parameter's or buffer's path in the outermost module that is running."""
        root = None if scope is None else scope.outermost.module()
        if root is None:
            return None
        if id(root) not in self._names:
            tensors = [*root.named_parameters(), *root.named_buffers()]
            self._names[id(root)] = {id(each): name for name, each in tensors}
            self._kept += [root, tensors]
        return self._names[id(root)].get(id(tensor))
