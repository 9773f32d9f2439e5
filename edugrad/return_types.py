"""Named results of operations that return several tensors, as PyTorch prints them."""

from __future__ import annotations

from collections import namedtuple
from typing import Any


def result_type(name: str, *fields: str) -> Any:
    """The type of a result: a named tuple that prints one field a line.

    Examples
    --------
    >>> Extreme = result_type("max", "values", "indices")
    >>> Extreme(5, 1)
    edugrad.return_types.max(
    values=5,
    indices=1)

    Notes
    -----
    PyTorch: ``torch.return_types``.
    """
    base = namedtuple(name, fields)  # type: ignore[misc]

    def text(self: Any) -> str:
        items = ",\n".join(f"{field}={getattr(self, field)!r}" for field in fields)
        return f"edugrad.return_types.{name}(\n{items})"

    return type(name, (base,), {"__slots__": (), "__repr__": text})
