"""Storage: the memory that a tensor and its views share, and how often it was written to."""

from __future__ import annotations

from typing import Any

from .callsite import CallSite, Position, position


class Storage:
    """The memory behind a tensor and all its views.

    Attributes
    ----------
    array : numpy.ndarray or cupy.ndarray
        The array that owns the memory (or stands for it, where it came from outside).
    version : int
        How often the memory was written to in place. A tensor that was saved for a derivative
        notes the version; a later one means that its numbers are not the saved ones any more.
    writer : str or None
        The op that wrote last.
    written_at : CallSite or None
        The user's line that made it do so.
    """

    __slots__ = ("array", "version", "writer", "_position")

    def __init__(self, array: Any) -> None:
        self.array = array
        self.version = 0
        self.writer: str | None = None
        self._position: Position | None = None

    @property
    def written_at(self) -> CallSite | None:
        return None if self._position is None else CallSite(*self._position)

    def bump(self, writer: str) -> None:
        """Note that ``writer`` has changed the memory."""
        self.version += 1
        self.writer = writer
        self._position = position(2)
