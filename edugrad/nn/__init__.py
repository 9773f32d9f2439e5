"""Building blocks of networks, under PyTorch's names: ``torch.nn``.

``import edugrad`` does not load this package; its first use does.
"""

from . import functional, init
from .activation import ReLU
from .containers import ModuleDict, ModuleList, Sequential
from .flatten import Flatten, Unflatten
from .linear import Identity, Linear
from .module import Module
from .parameter import Buffer, Parameter
from .parameter_containers import ParameterDict, ParameterList

__all__ = [
    "Buffer",
    "Flatten",
    "Identity",
    "Linear",
    "Module",
    "ModuleDict",
    "ModuleList",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "ReLU",
    "Sequential",
    "Unflatten",
    "functional",
    "init",
]
