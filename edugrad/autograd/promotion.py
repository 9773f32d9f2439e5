"""Bringing an op's inputs to one dtype, and refusing what cannot be an input.

Source: PyTorch, "Type promotion": tensors with dimensions decide, then 0-d tensors, then Python
numbers, which never widen within their category.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..errors import teach
from ..tensor import Tensor

NUMBERS = frozenset((float, int, bool))


def promote(op: Any, inputs: tuple[Any, ...], xp: Any) -> list[Any]:
    """The arrays of ``inputs`` in the dtype that PyTorch would compute in; numbers stay numbers."""
    operands = [
        (value.dtype, value.ndim) if isinstance(value, Tensor) else (dtypes.of_scalar(value), None)
        for position, value in enumerate(inputs)
        if value is not None and position not in op.masks
    ]
    if not op.takes_bool and any(dtype is dtypes.bool_ for dtype, _ in operands):
        raise bool_error(op)
    dtype = dtypes.result_type(operands)
    if op.to_float and dtype.category < 2:
        dtype = dtypes.get_default_dtype()
    return [
        value._array if position in op.masks else _cast(value, dtype, xp)
        for position, value in enumerate(inputs)
    ]


def bool_error(op: Any) -> RuntimeError:
    """The error for an arithmetic of truth values that has no meaning."""
    return RuntimeError(
        teach(
            "Subtraction, the `-` operator, with a bool tensor is not supported",
            got=f"{op.op_name}() of a bool",
            mend='use a ^ b for "one but not the other", or convert with .int() first',
        )
    )


def _cast(value: Any, dtype: dtypes.DType, xp: Any) -> Any:
    if isinstance(value, Tensor):
        array = value._array
        return array if array.dtype == dtype.numpy else array.astype(dtype.numpy)
    if value is None or dtype.category == 2:
        return value
    return xp.asarray(np.asarray(value).astype(dtype.numpy)[()])


def operands(op: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Replace NumPy scalars by numbers and NumPy arrays by tensors; refuse anything else."""
    return tuple(_operand(op, value, inputs) for value in inputs)


def _operand(op: Any, value: Any, inputs: tuple[Any, ...]) -> Any:
    if value is None or isinstance(value, Tensor) or type(value) in NUMBERS:
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        dtypes.of_array(value)
        return Tensor._wrap(value)
    if isinstance(value, (int, float)):
        return float(value) if isinstance(value, float) else int(value)
    kinds = " and ".join(type(each).__name__ for each in inputs)
    raise TypeError(
        teach(
            f"{op.op_name}() takes tensors and Python numbers",
            got=kinds,
            mend=_conversion(value),
        )
    )


def _conversion(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "make a tensor of the list first: edugrad.tensor([…])"
    if isinstance(value, str):
        return "convert the text to a number first: float(text)"
    if isinstance(value, complex):
        return "edugrad has no complex types yet; use the real and imaginary parts"
    return "convert it with edugrad.tensor(…) if it holds numbers"


def mixed_devices(op: Any, inputs: tuple[Any, ...]) -> RuntimeError:
    """The error for tensors on different devices."""
    places = [str(value.device) for value in inputs if isinstance(value, Tensor)]
    first = places[0]
    other = next(place for place in places if place != first)
    target = first if first != "cpu" else other
    return RuntimeError(
        teach(
            "Expected all tensors to be on the same device",
            got=f"{op.op_name}() of tensors on {' and '.join(places)}",
            mend=f'nothing moves by itself: bring them together with .to("{target}")',
        )
    )


def no_tensor(op: Any, inputs: tuple[Any, ...]) -> TypeError:
    """The error for a call without any tensor."""
    return TypeError(
        teach(
            f"{op.op_name}() needs at least one tensor",
            got=", ".join(type(value).__name__ for value in inputs) or "nothing",
            mend="wrap a number with edugrad.tensor(…)",
        )
    )
