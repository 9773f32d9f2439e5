"""An axis of a chart: from numbers to places, its round ticks and their labels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from .units import quantity

MANY_DECADES = 6


@dataclass(frozen=True)
class Axis:
    """Numbers from ``low`` to ``high`` along pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    unit: str = ""
    count: int = 5

    @classmethod
    def around(
        cls,
        values: Iterable[float],
        start: float,
        end: float,
        *,
        log: bool = False,
        unit: str = "",
        count: int = 5,
        rounded: bool = False,
    ) -> Axis:
        """Return the axis that holds all ``values``; ``rounded`` widens it to whole ticks.

        On a logarithmic axis, values that are not positive do not count.
        """
        kept = [value for value in values if not log or value > 0]
        low, high = (min(kept), max(kept)) if kept else ((1.0, 10.0) if log else (0.0, 1.0))
        if low == high:
            low, high = (low / 2, high * 2) if log else (low - _half(low), high + _half(low))
        axis = cls(low, high, start, end, log, unit, count)
        if rounded and not log:
            step = axis.step
            low, high = math.floor(low / step) * step, math.ceil(high / step) * step
            axis = cls(low, high, start, end, log, unit, count)
        return axis

    def place(self, value: float) -> float:
        """The pixel at which ``value`` stands."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    @property
    def step(self) -> float:
        """The distance of two ticks on a linear axis: 1, 2 or 5 times a power of ten."""
        rough = (self.high - self.low) / self.count
        power = 10.0 ** math.floor(math.log10(rough))
        return next((f * power for f in (1, 2, 5) if f * power >= rough * 0.999), 10 * power)

    def ticks(self) -> list[float]:
        """Round numbers between ``low`` and ``high``."""
        if self.log:
            return self._decades()
        step = self.step
        first, last = math.ceil(self.low / step - 1e-6), math.floor(self.high / step + 1e-6)
        return [place * step for place in range(first, last + 1)]

    def _decades(self) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        within = math.log10(self.high / self.low)
        factors = (1, 2, 5) if within < 2 else (1,)
        stride = max(1, math.ceil((last - first) / MANY_DECADES))
        numbers = [f * 10.0**power for power in range(first, last + 1, stride) for f in factors]
        found = [n for n in numbers if self.low * 0.999 <= n <= self.high * 1.001]
        return found if len(found) > 1 else [self.low, self.high]

    def label(self, tick: float) -> str:
        """The tick in words: as many digits as tell it from its neighbours."""
        digits = 4
        if not self.log:
            largest = max(abs(self.low), abs(self.high))
            digits = max(4, math.floor(math.log10(largest)) - math.floor(math.log10(self.step)) + 1)
        return quantity(tick, self.unit, digits)


def _half(value: float) -> float:
    return abs(value) / 2 or 0.5
