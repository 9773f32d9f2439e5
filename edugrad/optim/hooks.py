"""Functions that are called before and after an optimizer steps, saves or loads its state."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ..autograd.node import Handle
from ..errors import teach

MOMENTS = (
    "step_pre",
    "step_post",
    "state_dict_pre",
    "state_dict_post",
    "load_state_dict_pre",
    "load_state_dict_post",
)
Hook = Callable[..., Any]


def with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """``step``, surrounded by the hooks of its optimizer; once, where it calls ``super().step``."""

    @functools.wraps(step)
    def hooked(self: Hooked, *args: Any, **kwargs: Any) -> Any:
        if self._stepping:
            return step(self, *args, **kwargs)
        self._stepping = self._opt_called = True
        try:
            for hook in self._hooks("step_pre"):
                changed = hook(self, args, kwargs)
                if changed is not None:
                    args, kwargs = _arguments(changed)
            result = step(self, *args, **kwargs)
            for hook in self._hooks("step_post"):
                hook(self, args, kwargs)
            return result
        finally:
            self._stepping = False

    hooked.calls_hooks = True  # type: ignore[attr-defined]
    return hooked


def _arguments(changed: Any) -> Any:
    if isinstance(changed, tuple) and len(changed) == 2:
        return changed
    raise RuntimeError(
        teach(
            f"a step pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
            f"{changed}",
            got=type(changed).__name__,
            mend="return None where nothing changes",
        )
    )


class Hooked:
    """What has hooks around ``step``, ``state_dict`` and ``load_state_dict``."""

    _opt_called = False
    _stepping = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Let the hooks surround ``step`` also where a class overrides it."""
        super().__init_subclass__(**options)
        if "step" in cls.__dict__ and not hasattr(cls.__dict__["step"], "calls_hooks"):
            cls.step = with_hooks(cls.__dict__["step"])  # type: ignore[attr-defined]

    def _make_hooks(self) -> None:
        for moment in MOMENTS:
            self.__dict__.setdefault(f"_optimizer_{moment}_hooks", OrderedDict())

    def _hooks(self, moment: str) -> list[Hook]:
        return list(getattr(self, f"_optimizer_{moment}_hooks").values())

    def _register(self, moment: str, hook: Hook, prepend: bool = False) -> Handle:
        hooks = getattr(self, f"_optimizer_{moment}_hooks")
        handle = Handle(hooks, hook)
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_step_pre_hook(self, hook: Hook) -> Handle:
        """Call ``hook(optimizer, args, kwargs)`` before each step; it may return new arguments.

        Returns
        -------
        Handle
            ``handle.remove()`` takes the hook away; so with all the others.
        """
        return self._register("step_pre", hook)

    def register_step_post_hook(self, hook: Hook) -> Handle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        return self._register("step_post", hook)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> Handle:
        """Call ``hook(optimizer)`` before ``state_dict`` collects the state."""
        return self._register("state_dict_pre", hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> Handle:
        """Call ``hook(optimizer, state_dict)`` afterwards; it may return another one."""
        return self._register("state_dict_post", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> Handle:
        """Call ``hook(optimizer, state_dict)`` before loading; it may return another one."""
        return self._register("load_state_dict_pre", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> Handle:
        """Call ``hook(optimizer)`` after loading."""
        return self._register("load_state_dict_post", hook, prepend)
