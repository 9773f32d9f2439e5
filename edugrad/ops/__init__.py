"""The operations, one topic a file. Importing this package binds them to Tensor."""

from . import (
    activation,
    arithmetic,
    bitwise,
    comparison,
    conversion,
    elementwise,
    extreme,
    indexing,
    joining,
    linalg,
    logarithms,
    loss,
    power,
    reduction,
    rounding,
    selection,
    shape,
    trigonometry,
)
from .methods import bind
from .registry import OPS

bind()

__all__ = [
    "OPS",
    "activation",
    "arithmetic",
    "bitwise",
    "comparison",
    "conversion",
    "elementwise",
    "extreme",
    "indexing",
    "joining",
    "linalg",
    "logarithms",
    "loss",
    "power",
    "reduction",
    "rounding",
    "selection",
    "shape",
    "trigonometry",
]
