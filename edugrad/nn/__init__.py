"""Building blocks of networks, under PyTorch's names: ``torch.nn``.

``import edugrad`` does not load this package; its first use does.
"""

from . import functional, init
from .activation import ReLU
from .containers import Sequential
from .flatten import Flatten, Unflatten
from .linear import Identity, Linear
from .module import Module
from .parameter import Buffer, Parameter

__all__ = [
    "Buffer",
    "Flatten",
    "Identity",
    "Linear",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "Unflatten",
    "functional",
    "init",
]
