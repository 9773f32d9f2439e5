"""The operations, one topic a file. Importing this package binds them to Tensor."""

from . import (
    activation,
    arithmetic,
    bitwise,
    comparison,
    conversion,
    elementwise,
    extreme,
    in_place_views,
    indexing,
    joining,
    linalg,
    logarithms,
    loss,
    power,
    reduction,
    reshaping,
    rounding,
    selection,
    shape,
    strided,
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
    "in_place_views",
    "indexing",
    "joining",
    "linalg",
    "logarithms",
    "loss",
    "power",
    "reduction",
    "reshaping",
    "rounding",
    "selection",
    "shape",
    "strided",
    "trigonometry",
]
