"""Hooks of modules: functions that run before and after ``forward``, and see what passes.

A handle removes its hook, and is a context manager that removes it at the end of a block.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from ..autograd.node import Handle
from ..errors import teach
from ..tensor import Tensor
from .backward_hooks import Passage
from .state import Stateful

Hook = Callable[..., Any]


class Entry(NamedTuple):
    """A hook and how it wants to be called; ``full`` tells a full backward hook from an old one."""

    hook: Hook
    with_kwargs: bool = False
    always_call: bool = False
    full: bool = True


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

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> Handle:
        """Call ``hook(module, grad_output)`` when the gradients of the outputs are known.

        It may return others, which the backward pass of the module then begins with.
        """
        return _add(self._backward_pre_hooks, Entry(hook), prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> Handle:
        """Call ``hook(module, grad_input, grad_output)`` when the module's gradients are known.

        Both are tuples with a place for each positional argument and output, None where no gradient
        is. It may return other gradients of the inputs.

        Examples
        --------
        >>> import edugrad
        >>> from edugrad import nn
        >>> def show(module, grad_input, grad_output):
        ...     print(grad_input[0].tolist(), grad_output[0].tolist())
        >>> relu = nn.ReLU()
        >>> handle = relu.register_full_backward_hook(show)
        >>> x = edugrad.tensor([1.0, -1.0], requires_grad=True)
        >>> relu(x).sum().backward()
        [1.0, 0.0] [1.0, 1.0]
        """
        self._check_kind(full=True)
        return _add(self._backward_hooks, Entry(hook), prepend)

    def register_backward_hook(self, hook: Hook) -> Handle:
        """The older form: it sees the gradients of the module's last operation only."""
        self._check_kind(full=False)
        return _add(self._backward_hooks, Entry(hook, full=False))

    def _check_kind(self, full: bool) -> None:
        if any(entry.full is not full for entry in self._backward_hooks.values()):
            raise RuntimeError(
                teach(
                    "Cannot use both regular backward hooks and full backward hooks on a single "
                    "Module. Please use only one of them.",
                    got="a hook of the other kind",
                    mend="use register_full_backward_hook for all",
                )
            )

    def _entries(self, kind: str) -> list[Entry]:
        """The hooks of that kind: those of all modules, then this module's own."""
        return [*EVERYWHERE[kind].values(), *getattr(self, kind).values()]

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        called: list[Entry] = []
        result = None
        try:
            for entry in self._entries("_forward_pre_hooks"):
                args, kwargs = self._before(entry, args, kwargs)
            passage = self._passage()
            if passage is not None:
                args = passage.enter(args)
            result = self.forward(*args, **kwargs)
            for entry in self._entries("_forward_hooks"):
                called.append(entry)
                result = self._after(entry, args, kwargs, result)
            if passage is not None:
                result = passage.leave(result)
            self._add_older_hooks(result)
            return result
        except Exception:
            for entry in self._entries("_forward_hooks"):
                if entry.always_call and entry not in called:
                    result = self._after_failure(entry, args, kwargs, result)
            raise

    def _passage(self) -> Passage | None:
        """What leads this call's tensors past the backward hooks; None if there are none."""
        hooks = [entry.hook for entry in self._entries("_backward_hooks") if entry.full]
        pre_hooks = [entry.hook for entry in self._entries("_backward_pre_hooks")]
        return Passage(self, hooks, pre_hooks) if hooks or pre_hooks else None

    def _add_older_hooks(self, result: Any) -> None:
        hooks = [entry.hook for entry in self._backward_hooks.values() if not entry.full]
        while hooks and not isinstance(result, Tensor):
            result = next(iter(result.values())) if isinstance(result, dict) else result[0]
        for hook in hooks:
            if result.grad_fn is not None:
                result.grad_fn.register_hook(functools.partial(hook, self))

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


def register_module_forward_pre_hook(hook: Hook) -> Handle:
    """Call ``hook(module, args)`` before the ``forward`` of every module."""
    return _add(EVERYWHERE["_forward_pre_hooks"], Entry(hook))


def register_module_forward_hook(
    hook: Hook, *, with_kwargs: bool = False, always_call: bool = False
) -> Handle:
    """Call ``hook(module, args, output)`` after the ``forward`` of every module."""
    return _add(EVERYWHERE["_forward_hooks"], Entry(hook, with_kwargs, always_call))


def register_module_full_backward_pre_hook(hook: Hook) -> Handle:
    """Call ``hook(module, grad_output)`` for every module."""
    return _add(EVERYWHERE["_backward_pre_hooks"], Entry(hook))


def register_module_full_backward_hook(hook: Hook) -> Handle:
    """Call ``hook(module, grad_input, grad_output)`` for every module."""
    return _add(EVERYWHERE["_backward_hooks"], Entry(hook))


def _add(table: dict[int, Entry], entry: Entry, prepend: bool = False) -> Handle:
    others = list(table.items()) if prepend else []
    handle = Handle(table, entry)
    for number, other in others:
        del table[number]
        table[number] = other
    return handle
