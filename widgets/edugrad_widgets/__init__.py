"""The notebook side of edugrad: widgets that show what the library does, and the lesson kit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .graph_view import GraphView

__all__ = ["GraphView"]


def __getattr__(name: str) -> Any:
    """Import a widget when it is first used, so that the lesson kit loads without the others."""
    if name == "GraphView":
        from .graph_view import GraphView

        return GraphView
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
