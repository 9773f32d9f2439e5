"""Tools around the tensors: data, TensorBoard, and checkpoints of computations.

A submodule is loaded when it is first used: importing edugrad costs nothing more.
"""

import importlib as _importlib
from typing import Any as _Any

_SUBMODULES = ("checkpoint", "data", "tensorboard")


def __getattr__(name: str) -> _Any:
    if name in _SUBMODULES:
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(_SUBMODULES)
