"""Hooks of modules: functions that run before and after ``forward``, and see what passes.

A handle removes its hook, and is a context manager that removes it at the end of a block.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from ..autograd.node import Handle
from ..errors import teach
from .state import Stateful

Hook = Callable[..., Any]


class Entry(NamedTuple):
    """A hook and how it wants to be called."""

    hook: Hook
    with_kwargs: bool = False
    always_call: bool = False


EVERYWHERE: dict[str, dict[int, Entry]] = {
    "_forward_pre_hooks": {},
    "_forward_hooks": {},
    "_backward_pre_hooks": {},
    "_backward_hooks": {},
}


class Hooked(Stateful):
    """A module whose calls can be watched."""

    _forward_pre_hooks: dict[int, Entry]
    _forward_hooks: dict[int, Entry]
    _backward_pre_hooks: dict[int, Entry]
    _backward_hooks: dict[int, Entry]

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Call ``hook(module, args)`` before ``forward``; it may return other arguments.

        Parameters
        ----------
        hook : callable
            May return nothing, a value, or the tuple of new arguments.
        prepend : bool
            Run it before the other pre-hooks of this module.
        with_kwargs : bool
            Call ``hook(module, args, kwargs)``, which may return ``(args, kwargs)``.
        """
        return _add(self._forward_pre_hooks, Entry(hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Hook,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> Handle:
        """Call ``hook(module, args, output)`` after ``forward``; it may return another output.

        Parameters
        ----------
        hook : callable
        prepend : bool
            Run it before the other hooks of this module.
        with_kwargs : bool
            Call ``hook(module, args, kwargs, output)``.
        always_call : bool
            Call it also when ``forward`` raised, with None for the output.

        Examples
        --------
        >>> import edugrad
        >>> from edugrad import nn
        >>> layer = nn.Linear(2, 3)
        >>> with layer.register_forward_hook(lambda module, args, y: print(tuple(y.shape))):
        ...     y = layer(edugrad.ones(4, 2))
        (4, 3)
        """
        return _add(self._forward_hooks, Entry(hook, with_kwargs, always_call), prepend)

    def _entries(self, kind: str) -> list[Entry]:
        """The hooks of that kind: those of all modules, then this module's own."""
        return [*EVERYWHERE[kind].values(), *getattr(self, kind).values()]

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        called: list[Entry] = []
        result = None
        try:
            for entry in self._entries("_forward_pre_hooks"):
                args, kwargs = self._before(entry, args, kwargs)
            result = self.forward(*args, **kwargs)
            for entry in self._entries("_forward_hooks"):
                called.append(entry)
                result = self._after(entry, args, kwargs, result)
            return result
        except Exception:
            for entry in self._entries("_forward_hooks"):
                if entry.always_call and entry not in called:
                    result = self._after_failure(entry, args, kwargs, result)
            raise

    def _before(self, entry: Entry, args: Any, kwargs: Any) -> tuple[Any, Any]:
        if not entry.with_kwargs:
            changed = entry.hook(self, args)
            if changed is None:
                return args, kwargs
            return changed if isinstance(changed, tuple) else (changed,), kwargs
        changed = entry.hook(self, args, kwargs)
        if changed is None:
            return args, kwargs
        if isinstance(changed, tuple) and len(changed) == 2:
            return changed
        raise RuntimeError(
            teach(
                "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
                f"{changed}.",
                got=f"a {type(changed).__name__} from {entry.hook!r}",
                mend="return args, kwargs",
            )
        )

    def _after(self, entry: Entry, args: Any, kwargs: Any, result: Any) -> Any:
        given = (args, kwargs, result) if entry.with_kwargs else (args, result)
        changed = entry.hook(self, *given)
        return result if changed is None else changed

    def _after_failure(self, entry: Entry, args: Any, kwargs: Any, result: Any) -> Any:
        try:
            return self._after(entry, args, kwargs, result)
        except Exception as error:
            warnings.warn(
                "module forward hook with ``always_call=True`` raised an exception that was "
                f"silenced as another error was raised in forward: {error}",
                stacklevel=5,
            )
            return result


def _add(table: dict[int, Entry], entry: Entry, prepend: bool = False) -> Handle:
    others = list(table.items()) if prepend else []
    handle = Handle(table, entry)
    for number, other in others:
        del table[number]
        table[number] = other
    return handle
