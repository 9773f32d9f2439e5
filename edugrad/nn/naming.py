"""How a module's messages name types."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor


def typename(value: Any) -> str:
    """The type of an object, or a class, in words: "int", "numpy.ndarray", "edugrad.FloatTensor".

    PyTorch: ``torch.typename``.
    """
    if isinstance(value, Tensor):
        return str(value.type())
    kind = value if isinstance(value, type) else type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"
