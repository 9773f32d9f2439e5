"""Tensors by the names of their types: ``FloatTensor`` and its kin, the older constructors."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .dtypes import DType
from .size import Size
from .tensor import Tensor


class TensorType(type):
    """The type of FloatTensor and the others: an instance is a tensor of that dtype."""

    dtype: DType

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __repr__(cls) -> str:
        return f"<class 'edugrad.{cls.__name__}'>"


def new(self: Tensor, *data: Any) -> Tensor:
    """A tensor of the same dtype and device: of the given data, or uninitialised of a shape.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.ones(2).double().new([3, 4]), edugrad.ones(2).new(2, 3).shape
    (tensor([3., 4.], dtype=edugrad.float64), edugrad.Size([2, 3]))

    Notes
    -----
    PyTorch: ``torch.Tensor.new``, the older form of ``new_tensor`` and ``new_empty``.
    """
    return _made(self, *data).to(self.device)


def _made(cls: Any, *data: Any) -> Tensor:
    """A tensor of the given data, or an uninitialised one of the given shape."""
    if len(data) == 1 and not isinstance(data[0], (int, Size)):
        values = data[0].numpy() if isinstance(data[0], Tensor) else np.asarray(data[0])
        array = np.array(values, cls.dtype.numpy)
    else:
        shape = data[0] if data and isinstance(data[0], Size) else data or 0
        array = np.empty(shape, cls.dtype.numpy)
    made: Tensor = Tensor._wrap(array)
    return made


def _type(name: str, dtype: DType) -> TensorType:
    text = f"Tensors of {dtype!r}. PyTorch: ``torch.{name}``."
    return TensorType(name, (), {"__new__": _made, "__doc__": text, "dtype": dtype})


BY_NAME = {
    name: _type(name, dtype)
    for name, dtype in {
        "HalfTensor": dtypes.float16,
        "FloatTensor": dtypes.float32,
        "DoubleTensor": dtypes.float64,
        "ByteTensor": dtypes.uint8,
        "CharTensor": dtypes.int8,
        "ShortTensor": dtypes.int16,
        "IntTensor": dtypes.int32,
        "LongTensor": dtypes.int64,
        "BoolTensor": dtypes.bool_,
    }.items()
}
