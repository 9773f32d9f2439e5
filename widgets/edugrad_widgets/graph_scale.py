"""How strongly a gradient is drawn: five levels on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Iterable

from edugrad.autograd.graph import Summary

LEVELS = 5
NARROWEST = 1.0


class GradientScale:
    """Sorts gradient norms into levels "0" (weakest) to "4"; "zero", "none" and "bad" stand apart.

    The scale spans at least one power of ten, so that nearly equal gradients look nearly equal.
    "none" is an edge along which no gradient flows, "bad" one with NaN or infinite elements.
    """

    def __init__(self, gradients: Iterable[Summary | None]) -> None:
        self.gradients = list(gradients)
        sound = (each for each in self.gradients if each and not each.nans + each.infs)
        logs = [math.log10(norm) for norm in map(strength, sound) if norm > 0]
        low, high = (min(logs), max(logs)) if logs else (0.0, 0.0)
        spread = max(0.0, NARROWEST - (high - low)) / 2
        self.low, self.high = low - spread, high + spread

    def level(self, gradient: Summary | None) -> str:
        """The level of one gradient."""
        if gradient is None:
            return "none"
        if gradient.nans + gradient.infs:
            return "bad"
        norm = strength(gradient)
        if norm <= 0:
            return "zero"
        share = (math.log10(norm) - self.low) / (self.high - self.low)
        return str(min(LEVELS - 1, int(share * LEVELS)))

    def legend(self) -> tuple[dict[str, str], ...]:
        """The levels that occur, weakest first, each with the norms that it stands for."""
        present = {self.level(gradient) for gradient in self.gradients}
        names = {"none": "no gradient", "zero": "zero", "bad": "NaN or inf"}
        entries = [{"level": level, "text": names[level]} for level in ("none", "zero")]
        entries += [{"level": str(level), "text": self._range(level)} for level in range(LEVELS)]
        entries.append({"level": "bad", "text": names["bad"]})
        return tuple(entry for entry in entries if entry["level"] in present)

    def _range(self, level: int) -> str:
        step = (self.high - self.low) / LEVELS
        start, end = self.low + level * step, self.low + (level + 1) * step
        return f"{10**start:.2g} to {10**end:.2g}"


def strength(gradient: Summary | None) -> float:
    """The norm of a gradient, 0 where there is none."""
    return (gradient.norm or 0.0) if gradient is not None else 0.0
