"""Surfaces to walk down: a height over the plane, and the part of the plane that is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import edugrad
from edugrad import Tensor
from edugrad.errors import teach

Height = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Surface:
    """A height over a window of the plane.

    Attributes
    ----------
    name, formula : str
        What it is called, and its height in words.
    height : callable
        The height of tensors ``x`` and ``y``, element by element.
    x, y : pair of float
        The window that is shown.
    start : pair of float
        Where a walk begins.
    rate : float
        A learning rate to begin with.
    """

    name: str
    formula: str
    height: Height
    x: tuple[float, float]
    y: tuple[float, float]
    start: tuple[float, float]
    rate: float

    def __post_init__(self) -> None:
        for name, (low, high) in (("x", self.x), ("y", self.y)):
            if not low < high:
                raise ValueError(
                    teach(
                        f"{name} is a window from a smaller to a larger number",
                        got=f"{name}=({low}, {high})",
                        mend=f"e.g. {name}=(-2, 2)",
                    )
                )
        if not self.shows(*self.start):
            raise ValueError(
                teach(
                    "the walk starts inside the window",
                    got=f"start={self.start} with x={self.x} and y={self.y}",
                    mend="choose a start between these numbers, or a larger window",
                )
            )

    def shows(self, x: float, y: float) -> bool:
        """Whether a place is in the window."""
        return self.x[0] <= x <= self.x[1] and self.y[0] <= y <= self.y[1]

    def grid(self, across: int, up: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places along x and along y, and the heights above them, of shape (up, across)."""
        x, y = np.linspace(*self.x, across), np.linspace(*self.y, up)
        shape = (up, across)
        everywhere = [np.broadcast_to(x, shape).copy(), np.broadcast_to(y[:, None], shape).copy()]
        with edugrad.no_grad():
            height = self.height(*map(edugrad.from_numpy, everywhere))
        if not isinstance(height, Tensor) or height.shape != shape:
            got = f"shape {tuple(height.shape)}" if isinstance(height, Tensor) else repr(height)
            raise ValueError(
                teach(
                    "a surface gives one height for each place, element by element",
                    got=f"{got} for x and y of shape {shape}",
                    mend="write it in ops on tensors, e.g. lambda x, y: x**2 + 3 * y**2",
                )
            )
        return x, y, height.numpy()


def _bowl(x: Any, y: Any) -> Any:
    return (x**2 + 3 * y**2) / 2


def _valley(x: Any, y: Any) -> Any:
    return (x**2 + 25 * y**2) / 2


def _banana(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


def _saddle(x: Any, y: Any) -> Any:
    return x**2 / 2 - y**2 / 2 + y**4 / 4


def _hills(x: Any, y: Any) -> Any:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


_WIDE = {"x": (-8.0, 8.0), "y": (-4.5, 4.5)}
_NEAR = {"x": (-3.2, 3.2), "y": (-1.8, 1.8)}
_VALLEY = {"x": (-12.8, 12.8), "y": (-7.2, 7.2)}
_BANANA = {"x": (-3.2, 3.2), "y": (-0.8, 2.8)}
_ALL = (
    Surface("bowl", "(x² + 3y²) / 2", _bowl, **_WIDE, start=(-7, 3.5), rate=0.1),
    Surface("valley", "(x² + 25y²) / 2", _valley, **_VALLEY, start=(10, 1), rate=0.04),
    Surface("banana", "(1 - x)² + 10(y - x²)²", _banana, **_BANANA, start=(-1.2, 2), rate=0.01),
    Surface("saddle", "x²/2 - y²/2 + y⁴/4", _saddle, **_NEAR, start=(-2.5, 0.001), rate=0.1),
    Surface(
        "hills", "(x² + y - 11)² + (x + y² - 7)²", _hills, **_WIDE, start=(-0.5, -1), rate=0.01
    ),
)
SURFACES = {surface.name: surface for surface in _ALL}


def find_surface(name: str) -> Surface:
    """The surface of that name."""
    if name not in SURFACES:
        raise ValueError(
            teach(
                "a surface has one of these names: " + ", ".join(SURFACES),
                got=repr(name),
                mend="or hand over a height of your own: OptimizerView(lambda x, y: x**2 + y**2)",
            )
        )
    return SURFACES[name]
