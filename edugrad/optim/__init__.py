"""Optimizers: how the gradients change the parameters. PyTorch: ``torch.optim``.

Every optimizer streams through memory once a step: its rule is applied to blocks of the parameters
that fit the processor's cache (:mod:`edugrad.optim.blocks`).
"""

import importlib as _importlib
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from .. import absent as _absent
from . import lr_scheduler
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .adam_relatives import Adamax, NAdam, RAdam
from .asgd import ASGD
from .lbfgs import LBFGS
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .rprop import Rprop
from .sgd import SGD

if _TYPE_CHECKING:
    from . import swa_utils

__all__ = [
    "Optimizer",
    "SGD",
    "Adam",
    "AdamW",
    "NAdam",
    "RAdam",
    "Adamax",
    "RMSprop",
    "Adagrad",
    "Adadelta",
    "ASGD",
    "Rprop",
    "LBFGS",
    "lr_scheduler",
    "swa_utils",
]


def __getattr__(name: str) -> _Any:
    if name == "swa_utils":  # it needs edugrad.nn, which is loaded when it is first used
        return _importlib.import_module(f"{__name__}.swa_utils")
    left_out = _absent.reason("edugrad.optim", name)
    raise AttributeError(left_out or f"module 'edugrad.optim' has no attribute {name!r}")
