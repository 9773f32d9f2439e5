"""Loggers: where a run writes what it measures. One interface, :class:`Logger`, for all of them."""

import importlib as _importlib
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from .logger import Logger
from .memory import MemoryLogger
from .table import CSVLogger

if _TYPE_CHECKING:
    from .board import TensorBoardLogger
    from .weights_and_biases import WandbLogger

__all__ = ["CSVLogger", "Logger", "MemoryLogger", "TensorBoardLogger", "WandbLogger"]

_LAZY = {"TensorBoardLogger": "board", "WandbLogger": "weights_and_biases"}


def __getattr__(name: str) -> _Any:
    if name in _LAZY:
        return getattr(_importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
