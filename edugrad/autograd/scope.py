"""Which module is running: what the nodes of a graph remember of their makers."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any

_IN = "  in:   "


class Scope:
    """One call of a module, inside the call of another.

    It refers to the module weakly: a graph does not keep its module alive, and a module that keeps
    its last result makes no circle.

    Attributes
    ----------
    module : weakref.ref
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
    def outermost(self) -> Scope:
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    @property
    def path(self) -> str:
        """The module's name in the outermost one that is running, "" for that one itself.

        A module that is no part of those that it runs in goes by its class.
        """
        if self.outer is None:
            return ""
        module, outer = self.module(), self.outer
        while True:
            owner = outer.module()
            for name, each in owner.named_modules() if owner is not None else ():
                if each is module:
                    return ".".join(filter(None, (outer.path, name)))
            if outer.outer is None:
                return ".".join(filter(None, (self.outer.path, self.kind)))
            outer = outer.outer


def note_place(error: Exception, scope: Scope) -> None:
    """Add to an error which module it was raised in; the innermost one has the word.

    A module whose own text fails, because it was never initialised, say, gets no note.
    """
    module = scope.module()
    if module is None or any(note.startswith(_IN) for note in getattr(error, "__notes__", ())):
        return
    with contextlib.suppress(Exception):
        if scope.outer is None and next(module.children(), None) is not None:
            return
        text = repr(module)
        words = [scope.path, scope.kind if "\n" in text else text]
        error.add_note(_IN + ", ".join(filter(None, words)))
