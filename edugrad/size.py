"""Size: a tensor's shape, a tuple with PyTorch's name and manners."""

from __future__ import annotations

import math
from typing import Any


class Size(tuple[int, ...]):
    """The lengths of a tensor's dimensions.

    Examples
    --------
    >>> Size([2, 3])
    edugrad.Size([2, 3])
    >>> Size([2, 3]).numel()
    6

    Notes
    -----
    PyTorch: ``torch.Size``.
    """

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements of a tensor of this shape: the product of the lengths."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"edugrad.Size([{', '.join(map(str, self))}])"

    def __add__(self, other: Any) -> Size:
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other: Any) -> Size:
        return Size(tuple(other) + tuple(self))

    def __mul__(self, times: Any) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __getitem__(self, index: Any) -> Any:
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item
