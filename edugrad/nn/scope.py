"""Which module is running: what the nodes of a graph remember of their makers."""

from __future__ import annotations

import weakref
from typing import Any


class Scope:
    """One call of a module, inside the call of another.

    It refers to the module weakly, so that a graph does not keep its module alive, nor a module
    that stores its last result itself.

    Attributes
    ----------
    kind : str
        The module's class.
    outer : Scope or None
        The call that this one was made in.
    """

    __slots__ = ("module", "kind", "outer")

    def __init__(self, module: Any, outer: Scope | None) -> None:
        self.module = weakref.ref(module)
        self.kind = type(module).__name__
        self.outer = outer

    @property
    def path(self) -> str:
        """The module's name in the outermost one that is running: "" for that one itself.

        A module that is not part of what called it goes by its class.
        """
        if self.outer is None:
            return ""
        module = self.module()
        outer: Scope | None = self.outer
        while outer is not None:
            owner = outer.module()
            if owner is not None:
                for name, each in owner.named_modules():
                    if each is module:
                        return ".".join(filter(None, (outer.path, name)))
            outer = outer.outer
        return ".".join(filter(None, (self.outer.path, self.kind)))
