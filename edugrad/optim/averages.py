"""Running averages, updated in place: what the adaptive rules are made of."""

from __future__ import annotations

from typing import Any


def move_towards(xp: Any, average: Any, value: Any, share: float, scratch: Any) -> None:
    """Move ``average`` by this share of its distance to ``value``, in place."""
    xp.subtract(value, average, out=scratch)
    xp.multiply(scratch, share, out=scratch)
    xp.add(average, scratch, out=average)


def add_square(xp: Any, average: Any, value: Any, kept: float, scratch: Any) -> None:
    """Keep a share of ``average`` and fill up with the square of ``value``, in place."""
    xp.multiply(average, kept, out=average)
    xp.multiply(value, value, out=scratch)
    xp.multiply(scratch, 1 - kept, out=scratch)
    xp.add(average, scratch, out=average)
