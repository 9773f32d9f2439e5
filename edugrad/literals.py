"""What numbers and nested lists say: the array they make, and its dtype as PyTorch infers it."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from . import devices, dtypes
from .dtypes import DType
from .errors import teach
from .tensor import Tensor

_NUMBERS = frozenset((float, int, bool))


def read(data: Any, wanted: DType | None) -> np.ndarray:
    """The data as a new NumPy array, of dtype ``wanted`` or of the one that PyTorch would infer.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        For data that are not numbers, lists of unequal lengths, and numbers too large.
    """
    if isinstance(data, Tensor):
        return np.array(devices.to_numpy(data._array), None if wanted is None else wanted.numpy)
    if isinstance(data, (np.ndarray, np.generic)):
        kind = dtypes.of_array(data) if wanted is None else wanted
        return np.array(data, kind.numpy)
    kinds = _dtypes_in(data, depth=0)
    inferred = functools.reduce(dtypes.promote_types, kinds) if kinds else _default()
    return cast(_array(data, inferred), wanted or inferred)


def has_graph(data: Any) -> bool:
    """Whether there is a tensor among the data that requires a gradient."""
    if isinstance(data, Tensor):
        return data.requires_grad
    if isinstance(data, (list, tuple)) and not set(map(type, data)) <= _NUMBERS:
        return any(map(has_graph, data))
    return False


def cast(array: np.ndarray, wanted: DType) -> np.ndarray:
    """A copy in dtype ``wanted``; refuses numbers that an integer type cannot hold.

    Negative numbers wrap around in an unsigned type if their size fits, as in PyTorch.
    """
    if wanted.category == 1 and array.size and array.dtype != wanted.numpy:
        limits = np.iinfo(wanted.numpy)
        low = limits.min if wanted.is_signed else -limits.max
        outside = ~((array >= low) & (array <= limits.max))
        if outside.any():
            raise RuntimeError(
                teach(
                    f"value cannot be converted to type {wanted.name} without overflow",
                    got=f"{array[outside][0]}; {wanted!r} holds {limits.min} to {limits.max}",
                    mend="choose a wider dtype, e.g. edugrad.int64 or edugrad.float32",
                )
            )
    return np.array(array, wanted.numpy)


def _default() -> DType:
    return dtypes.get_default_dtype()


def _dtypes_in(data: Any, depth: int) -> set[DType]:
    """The dtypes of all the numbers, arrays and tensors in nested lists."""
    if isinstance(data, (list, tuple, range)):
        kinds = set(map(type, data))
        if kinds <= _NUMBERS:
            return {dtypes.of_scalar(kind()) for kind in kinds}
        found: set[DType] = set()
        for each in data:
            found |= _dtypes_in(each, depth + 1)
        return found
    if isinstance(data, Tensor):
        return {data.dtype}
    if isinstance(data, (np.ndarray, np.generic)):
        return {dtypes.of_array(data)}
    if isinstance(data, (bool, int, float)):
        return {dtypes.of_scalar(data)}
    raise _no_number(data, depth)


def _array(data: Any, kind: DType) -> np.ndarray:
    _refuse_rows_of_tensors(data)
    try:
        array = np.asarray(_plain(data))
    except ValueError:
        array = None
    if array is None:
        raise _ragged(data, kind)
    if kind.category == 1 and (array.dtype == np.uint64 or array.dtype.kind == "O"):
        raise ValueError(
            teach(
                "Overflow when unpacking long long",
                got=f"{max(array.ravel().tolist(), key=abs)}; int64 holds numbers below 2^63",
                mend="write it as a floating-point number, e.g. 1e20",
            )
        )
    return array


def _refuse_rows_of_tensors(data: Any) -> None:
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    if isinstance(data, Tensor) and data._array.size != 1:
        raise ValueError(
            teach(
                "only one element tensors can be converted to Python scalars",
                got=f"a list of tensors of shape {tuple(data._array.shape)}",
                mend="put tensors of one shape together with edugrad.stack(list)",
            )
        )


def _plain(data: Any) -> Any:
    """The data with tensors replaced by their numbers."""
    if isinstance(data, Tensor):
        return data.item() if data._array.size == 1 else data.tolist()
    if isinstance(data, (list, tuple)) and not set(map(type, data)) <= _NUMBERS:
        return [_plain(each) for each in data]
    return data


def _ragged(data: Any, kind: DType) -> Exception:
    """The error for nested lists whose lengths differ: at which depth, and which lengths."""
    lengths: list[int] = []
    first = data
    while isinstance(first, (list, tuple)):
        lengths.append(len(first))
        first = first[0] if first else None
    mend = "pad the shorter ones, or keep separate tensors in a list"
    level = [data]
    for dim, length in enumerate(lengths):
        for part in level:
            if not isinstance(part, (list, tuple)):
                return TypeError(teach("not a sequence", got=f"{part!r} among lists", mend=mend))
            if len(part) != length:
                rule = f"expected sequence of length {length} at dim {dim} (got {len(part)})"
                return ValueError(teach(rule, got=f"{_short(data)}", mend=mend))
        level = [each for part in level for each in part]
    rule = "'list' object cannot be interpreted as an integer"
    if kind.is_floating_point:
        rule = "must be real number, not list"
    return TypeError(teach(rule, got=f"{_short(data)}: a list among numbers", mend=mend))


def _short(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "…"


def _no_number(culprit: Any, depth: int) -> Exception:
    """The error for what cannot be an element of a tensor, of PyTorch's type for it."""
    kind = type(culprit).__name__
    error: type[Exception] = RuntimeError
    rule = f"Could not infer dtype of {kind}"
    mend = "a tensor is made of numbers: pass numbers, lists of numbers, or a NumPy array"
    if isinstance(culprit, complex):
        error, rule = TypeError, dtypes.absent("complex64").splitlines()[0]
    elif isinstance(culprit, (str, bytes)):
        error, rule = TypeError, f"new(): invalid data type '{kind}'"
        mend = "convert text to numbers first, e.g. [float(word) for word in words]"
        if depth:
            error, rule = ValueError, f"too many dimensions '{kind}'"
    return error(teach(rule, got=f"data of type {kind}: {_short(culprit)}", mend=mend))
