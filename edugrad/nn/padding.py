"""Padding as modules: what continues a tensor beyond its ends.

Each takes one number for all sides, or (before, after) of the last dimension, then of the one
before it, and so on. Inputs have shape (batch, channels, …) with one, two or three dimensions after
the channels, or no batch.
"""

from __future__ import annotations

from typing import Any, ClassVar

from . import functional as F
from .module import Module
from .sizes import for_each


class _PadNd(Module):
    """Padding of so many dimensions."""

    dims: ClassVar[int]
    mode: ClassVar[str]
    value: float | None = None

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = for_each(padding, 2 * self.dims)

    def forward(self, input: Any) -> Any:
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_PadNd):
    mode = "constant"

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    """Fill with a number around sequences.

    Parameters
    ----------
    padding : int or pair
    value : float

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ConstantPad1d((1, 2), 9)(edugrad.tensor([[1, 2]]))
    tensor([[9, 1, 2, 9, 9]])

    Notes
    -----
    PyTorch: ``torch.nn.ConstantPad1d``.
    """

    dims = 1


class ConstantPad2d(_ConstantPadNd):
    """Fill with a number around images.

    Parameters
    ----------
    padding : int or four int
        (left, right, top, bottom).
    value : float

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ConstantPad2d((1, 0, 0, 1), 9)(edugrad.tensor([[[1, 2]]]))
    tensor([[[9, 1, 2],
             [9, 9, 9]]])

    Notes
    -----
    PyTorch: ``torch.nn.ConstantPad2d``.
    """

    dims = 2


class ConstantPad3d(_ConstantPadNd):
    """Fill with a number around volumes.

    Parameters
    ----------
    padding : int or six int
        (left, right, top, bottom, front, back).
    value : float

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ConstantPad3d(1, 0.5)(edugrad.ones(1, 1, 2, 3)).shape
    edugrad.Size([1, 3, 4, 5])

    Notes
    -----
    PyTorch: ``torch.nn.ConstantPad3d``.
    """

    dims = 3


class _ZeroPadNd(_PadNd):
    mode = "constant"
    value = 0.0


class ZeroPad1d(_ZeroPadNd):
    """Zeros around sequences.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ZeroPad1d(1)(edugrad.tensor([[1, 2]]))
    tensor([[0, 1, 2, 0]])

    Notes
    -----
    PyTorch: ``torch.nn.ZeroPad1d``.
    """

    dims = 1


class ZeroPad2d(_ZeroPadNd):
    """Zeros around images: (left, right, top, bottom), or one number for all.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ZeroPad2d((1, 1, 0, 1))(edugrad.tensor([[[1, 2]]]))
    tensor([[[0, 1, 2, 0],
             [0, 0, 0, 0]]])

    Notes
    -----
    PyTorch: ``torch.nn.ZeroPad2d``.
    """

    dims = 2


class ZeroPad3d(_ZeroPadNd):
    """Zeros around volumes.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ZeroPad3d(1)(edugrad.ones(1, 1, 2, 3)).shape
    edugrad.Size([1, 3, 4, 5])

    Notes
    -----
    PyTorch: ``torch.nn.ZeroPad3d``.
    """

    dims = 3


class ReflectionPad1d(_PadNd):
    """Continue sequences by their mirror image, which does not repeat the outermost element.

    Raises
    ------
    RuntimeError
        When called: if the padding is not smaller than the sequence.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ReflectionPad1d(2)(edugrad.tensor([[1, 2, 3]]))
    tensor([[3, 2, 1, 2, 3, 2, 1]])

    Notes
    -----
    PyTorch: ``torch.nn.ReflectionPad1d``.
    """

    dims = 1
    mode = "reflect"


class ReflectionPad2d(_PadNd):
    """Continue images by their mirror image.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ReflectionPad2d((1, 0, 1, 0))(edugrad.tensor([[[1, 2], [3, 4]]]))
    tensor([[[4, 3, 4],
             [2, 1, 2],
             [4, 3, 4]]])

    Notes
    -----
    PyTorch: ``torch.nn.ReflectionPad2d``.
    """

    dims = 2
    mode = "reflect"


class ReflectionPad3d(_PadNd):
    """Continue volumes by their mirror image.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ReflectionPad3d(1)(edugrad.ones(1, 2, 2, 3)).shape
    edugrad.Size([1, 4, 4, 5])

    Notes
    -----
    PyTorch: ``torch.nn.ReflectionPad3d``.
    """

    dims = 3
    mode = "reflect"


class ReplicationPad1d(_PadNd):
    """Continue sequences by their outermost elements.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ReplicationPad1d(2)(edugrad.tensor([[1, 2, 3]]))
    tensor([[1, 1, 1, 2, 3, 3, 3]])

    Notes
    -----
    PyTorch: ``torch.nn.ReplicationPad1d``.
    """

    dims = 1
    mode = "replicate"


class ReplicationPad2d(_PadNd):
    """Continue images by their outermost elements.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ReplicationPad2d((1, 0, 1, 0))(edugrad.tensor([[[1, 2], [3, 4]]]))
    tensor([[[1, 1, 2],
             [1, 1, 2],
             [3, 3, 4]]])

    Notes
    -----
    PyTorch: ``torch.nn.ReplicationPad2d``.
    """

    dims = 2
    mode = "replicate"


class ReplicationPad3d(_PadNd):
    """Continue volumes by their outermost elements.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ReplicationPad3d(1)(edugrad.ones(1, 2, 2, 3)).shape
    edugrad.Size([1, 4, 4, 5])

    Notes
    -----
    PyTorch: ``torch.nn.ReplicationPad3d``.
    """

    dims = 3
    mode = "replicate"


class CircularPad1d(_PadNd):
    """Continue sequences by themselves from the other end.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.CircularPad1d(2)(edugrad.tensor([[1, 2, 3]]))
    tensor([[2, 3, 1, 2, 3, 1, 2]])

    Notes
    -----
    PyTorch: ``torch.nn.CircularPad1d``.
    """

    dims = 1
    mode = "circular"


class CircularPad2d(_PadNd):
    """Continue images by themselves from the other side.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.CircularPad2d((1, 0, 1, 0))(edugrad.tensor([[[1, 2], [3, 4]]]))
    tensor([[[4, 3, 4],
             [2, 1, 2],
             [4, 3, 4]]])

    Notes
    -----
    PyTorch: ``torch.nn.CircularPad2d``.
    """

    dims = 2
    mode = "circular"


class CircularPad3d(_PadNd):
    """Continue volumes by themselves from the other side.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.CircularPad3d(1)(edugrad.ones(1, 2, 2, 3)).shape
    edugrad.Size([1, 4, 4, 5])

    Notes
    -----
    PyTorch: ``torch.nn.CircularPad3d``.
    """

    dims = 3
    mode = "circular"
