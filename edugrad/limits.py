"""What numbers a dtype can hold: ``finfo`` and ``iinfo``."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .errors import teach


class finfo:
    """The limits of a floating-point dtype.

    Attributes
    ----------
    bits : int
    eps : float
        The distance from 1 to the next larger number.
    max, min, tiny, smallest_normal, resolution : float
    dtype : str

    Examples
    --------
    >>> import edugrad
    >>> edugrad.finfo(edugrad.float32).eps
    1.1920928955078125e-07

    Notes
    -----
    PyTorch: ``torch.finfo``.
    """

    def __init__(self, dtype: Any = None) -> None:
        kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
        if not kind.is_floating_point:
            raise TypeError(
                teach(
                    "torch.finfo() requires a floating point input type. Use torch.iinfo to "
                    f"handle '{kind!r}'",
                    got=repr(kind),
                    mend="use iinfo for whole numbers",
                )
            )
        limits = np.finfo(kind.numpy)
        self.dtype = kind.name
        self.bits = int(limits.bits)
        self.resolution = float(str(limits.resolution))
        for name in ("eps", "max", "min", "tiny", "smallest_normal"):
            setattr(self, name, float(getattr(limits, name)))

    def __getattr__(self, name: str) -> float:
        raise AttributeError(f"finfo has no attribute {name!r}")

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        text = ", ".join(f"{name}={getattr(self, name):g}" for name in names)
        return f"finfo({text}, dtype={self.dtype})"


class iinfo:
    """The limits of a dtype of whole numbers: ``bits``, ``min``, ``max``, ``dtype``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.iinfo(edugrad.uint8).max
    255

    Notes
    -----
    PyTorch: ``torch.iinfo``.
    """

    def __init__(self, dtype: Any) -> None:
        kind = dtypes.check(dtype)
        if kind.category != 1:
            raise TypeError(
                teach(
                    "torch.iinfo() requires an integer input type. Use torch.finfo to handle "
                    f"'{kind!r}'",
                    got=repr(kind),
                    mend="use finfo for floating-point numbers",
                )
            )
        limits = np.iinfo(kind.numpy)
        self.dtype = kind.name
        self.bits, self.min, self.max = int(limits.bits), int(limits.min), int(limits.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
