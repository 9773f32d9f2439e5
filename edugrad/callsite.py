"""Where in the user's own code something happened: the innermost frame outside edugrad."""

from __future__ import annotations

import linecache
import os
import sys
from types import CodeType

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_is_internal: dict[str, bool] = {}


Position = tuple[CodeType, int]
"""A code object and an instruction: all that an op takes of its place in the user's code."""


class CallSite:
    """A place in the user's code, with what a reader asks of it."""

    __slots__ = ("_code", "_instruction")

    def __init__(self, code: CodeType, instruction: int) -> None:
        self._code = code
        self._instruction = instruction

    @property
    def file(self) -> str:
        return self._code.co_filename

    @property
    def line(self) -> int:
        for start, stop, line in self._code.co_lines():
            if start <= self._instruction < stop and line is not None:
                return line
        return self._code.co_firstlineno

    @property
    def text(self) -> str:
        """The line itself without its indentation; empty when its source is not to be had."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        place = f"line {self.line}"
        if "ipykernel" not in self.file and not self.file.startswith("<"):
            place += f" of {os.path.basename(self.file)}"
        return f"{place}: {self.text}" if self.text else place


def is_user_code(code: CodeType) -> bool:
    """Whether code stands outside the edugrad package."""
    filename = code.co_filename
    internal = _is_internal.get(filename)
    if internal is None:
        internal = _is_internal[filename] = filename.startswith((_PACKAGE, "<frozen "))
    return not internal


def position(depth: int = 1) -> Position | None:
    """Where user code is calling edugrad now, or None when none is.

    A caller that knows how many of the innermost frames are edugrad's gives their number as
    ``depth``, and the search begins behind them.
    """
    frame = sys._getframe(depth)
    while frame is not None:
        code = frame.f_code
        internal = _is_internal.get(code.co_filename)
        if internal is None:
            internal = not is_user_code(code)
        if not internal:
            return code, frame.f_lasti
        frame = frame.f_back  # type: ignore[assignment]
    return None


def call_site() -> CallSite | None:
    """The line of user code that is calling edugrad now, or None when there is none."""
    found = position()
    return None if found is None else CallSite(*found)


def hide_frames() -> None:
    """Mark the running frames of edugrad, so that IPython leaves them out of a traceback.

    Called while an error is worded. What remains is the user's line, the frame that raised, and
    the message. Outside IPython nothing is marked: pytest knows the same mark, and whoever works
    on edugrad wants every frame.
    """
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        return
    frame = sys._getframe(1)
    while frame is not None:
        if not is_user_code(frame.f_code):
            frame.f_locals["__tracebackhide__"] = True
        frame = frame.f_back  # type: ignore[assignment]
