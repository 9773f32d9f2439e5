"""The notebook side of edugrad: widgets that show what the library does, and the lesson kit."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .graph_view import GraphView
    from .matmul_view import MatmulView
    from .optimizer_view import OptimizerView
    from .tensor_view import TensorView
    from .training_monitor import TrainingMonitor

__all__ = ["GraphView", "MatmulView", "OptimizerView", "TensorView", "TrainingMonitor"]

_MODULES = {
    "GraphView": "graph_view",
    "MatmulView": "matmul_view",
    "OptimizerView": "optimizer_view",
    "TensorView": "tensor_view",
    "TrainingMonitor": "training_monitor",
}


def __getattr__(name: str) -> Any:
    """Import a widget when it is first used, so that the lesson kit loads without the others."""
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
