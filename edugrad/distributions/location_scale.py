"""Distributions of real numbers that are told apart by their centre and their width."""

from __future__ import annotations

from typing import Any, ClassVar

from . import constraints
from .constraints import Constraint
from .distribution import Distribution, together


class LocationScale(Distribution):
    """A symmetric distribution around ``loc``, as wide as ``scale`` says."""

    arg_constraints: ClassVar[dict[str, Constraint]] = {
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = together(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def support(self) -> Constraint:
        return constraints.real

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc
