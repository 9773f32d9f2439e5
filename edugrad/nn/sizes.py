"""Numbers that layers take once for all spatial dimensions, or one for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def for_each(value: Any, dims: int) -> tuple[Any, ...]:
    """One number for each of ``dims`` dimensions.

    >>> for_each(3, 2), for_each((1, 2), 2)
    ((3, 3), (1, 2))
    """
    return tuple(value) if isinstance(value, Iterable) else (value,) * dims
