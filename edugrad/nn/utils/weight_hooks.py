"""Hooks that compute a weight anew before every call: finding, refusing and removing them."""

from __future__ import annotations

from typing import Any, TypeVar

from ...errors import teach

H = TypeVar("H")


def hooks_of(module: Any, kind: type[H], name: str) -> list[tuple[int, H]]:
    """The numbers and hooks of a module that are of this kind and compute that parameter."""
    return [
        (number, entry.hook)
        for number, entry in module._forward_pre_hooks.items()
        if isinstance(entry.hook, kind) and entry.hook.name == name  # type: ignore[attr-defined]
    ]


def refuse_second(module: Any, kind: type[H], name: str, function: str) -> None:
    """Raise RuntimeError if the parameter is normalised already."""
    if hooks_of(module, kind, name):
        raise RuntimeError(
            teach(
                f"Cannot register two {function} hooks on the same parameter {name}",
                got=f"a {type(module).__name__} whose {name} is normalised",
                mend=f"call remove_{function}(module) first",
            )
        )


def take_away(module: Any, kind: type[H], name: str, function: str) -> H:
    """Remove the hook and return it; ValueError if there is none."""
    hooks = hooks_of(module, kind, name)
    if not hooks:
        raise ValueError(
            teach(
                f"{function} of '{name}' not found in {module}",
                got=f"a {type(module).__name__} without it",
                mend=f"name the parameter that {function} was given",
            )
        )
    number, hook = hooks[0]
    del module._forward_pre_hooks[number]
    return hook
