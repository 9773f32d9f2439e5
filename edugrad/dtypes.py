"""Data types, and the rule by which an operation finds the type of its result.

Source: PyTorch, "Tensor Attributes", section "Type promotion".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .errors import teach


class DType:
    """The type of a tensor's elements.

    Attributes
    ----------
    name : str
        "float32", "int64", …
    numpy : numpy.dtype
        The same type in NumPy.
    itemsize : int
        Bytes an element.
    is_floating_point, is_complex, is_signed : bool
        What kind of number it holds.

    Examples
    --------
    >>> float32, float32.itemsize, float32.is_floating_point
    (edugrad.float32, 4, True)

    Notes
    -----
    PyTorch: ``torch.dtype``.
    """

    __slots__ = ("name", "numpy", "itemsize", "is_floating_point", "is_signed", "category")
    is_complex = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = self.numpy.kind == "f"
        self.is_signed = self.numpy.kind in "fi"
        self.category = {"b": 0, "u": 1, "i": 1, "f": 2}[self.numpy.kind]

    def __repr__(self) -> str:
        return f"edugrad.{self.name}"

    def __reduce__(self) -> Any:
        return named, (self.name,)


float16 = half = DType("float16")
float32 = DType("float32")
float64 = double = DType("float64")
uint8 = DType("uint8")
int8 = DType("int8")
int16 = short = DType("int16")
int32 = DType("int32")
int64 = long = DType("int64")
bool_ = DType("bool")

ALL = (bool_, uint8, int8, int16, int32, int64, float16, float32, float64)
FLOATING = (float16, float32, float64)
ABSENT = ("bfloat16", "cfloat", "cdouble", "complex32", "complex64", "complex128")

_by_name = {dtype.name: dtype for dtype in ALL}
of_numpy: dict[np.dtype, DType] = {dtype.numpy: dtype for dtype in ALL}
_default = float32


def named(name: str) -> DType:
    """The dtype of this name ("float32"); unpickling uses it."""
    return _by_name[name]


def absent(name: str) -> str:
    """The message for a dtype that PyTorch has and edugrad has not."""
    return teach(
        f"edugrad has no {name}: NumPy has no such type, or it is not supported yet",
        got=f"dtype {name}",
        mend=f"use one of {', '.join(map(repr, FLOATING))}",
    )


def check(dtype: Any) -> DType:
    """Return ``dtype`` if it is one of edugrad's (or a Python or NumPy type that names one)."""
    if isinstance(dtype, DType):
        return dtype
    if dtype is float:
        return float64
    if dtype is int:
        return int64
    if dtype is bool:
        return bool_
    try:
        return of_numpy[np.dtype(dtype)]
    except (TypeError, KeyError):
        raise TypeError(
            teach(
                "dtype must be an edugrad dtype",
                got=repr(dtype),
                mend="write it as e.g. dtype=edugrad.float32 or dtype=edugrad.int64",
            )
        ) from None


def of_array(array: Any) -> DType:
    """The dtype of an array, or a TypeError that says which types there are."""
    dtype = of_numpy.get(array.dtype)
    if dtype is None:
        raise TypeError(
            teach(
                f"can't convert np.ndarray of type numpy.{array.dtype.type.__name__}. The only "
                f"supported types are: {', '.join(dtype.name for dtype in reversed(ALL))}",
                got=f"an array of {array.dtype}",
                mend="convert it first, e.g. array.astype('float32')",
            )
        )
    return dtype


def get_default_dtype() -> DType:
    """The floating type of new tensors made from Python floats (float32 unless changed)."""
    return _default


def set_default_dtype(dtype: DType) -> None:
    """Set the floating type of new tensors made from Python floats.

    Raises
    ------
    TypeError
        If ``dtype`` is not a floating type.
    """
    global _default
    if dtype not in FLOATING:
        raise TypeError(
            teach(
                "only floating-point types are supported as the default type",
                got=repr(dtype),
                mend="pass edugrad.float16, edugrad.float32 or edugrad.float64",
            )
        )
    _default = dtype


def _promote(a: DType, b: DType) -> DType:
    if a is b:
        return a
    if a.category != b.category:
        return a if a.category > b.category else b
    if a.category == 1 and a.is_signed != b.is_signed:
        unsigned, signed = (b, a) if a.is_signed else (a, b)
        return signed if signed.itemsize > unsigned.itemsize else int16
    return a if a.itemsize > b.itemsize else b


_promotion = {(a, b): _promote(a, b) for a in ALL for b in ALL}


def promote_types(type1: DType, type2: DType) -> DType:
    """The smallest type that holds both, as PyTorch finds it: floating beats integer beats bool.

    Examples
    --------
    >>> promote_types(int64, float32)
    edugrad.float32
    >>> promote_types(uint8, int8)
    edugrad.int16
    """
    for number, dtype in enumerate((type1, type2), 1):
        if not isinstance(dtype, DType):
            raise TypeError(
                teach(
                    f"promote_types(): argument 'type{number}' must be edugrad.dtype, not "
                    f"{type(dtype).__name__}",
                    got=repr(dtype),
                    mend="pass two dtypes, e.g. promote_types(edugrad.int64, edugrad.float32)",
                )
            )
    return _promotion[type1, type2]


def of_scalar(value: Any) -> DType:
    """The type that a Python number has on its own."""
    if isinstance(value, bool):
        return bool_
    return int64 if isinstance(value, int) else _default


def result_type(operands: Iterable[tuple[DType, int | None]]) -> DType:
    """The type of an operation's result from its operands' types and numbers of dimensions.

    An operand is (dtype, ndim); a Python number has ndim None. Tensors with dimensions decide;
    0-d tensors, then Python numbers, have a say only if they are of a higher category
    (bool < integer < floating point).
    """
    groups: list[DType | None] = [None, None, None]
    for dtype, ndim in operands:
        rank = 2 if ndim is None else (1 if ndim == 0 else 0)
        previous = groups[rank]
        groups[rank] = dtype if previous is None else _promotion[previous, dtype]
    result: DType | None = None
    for dtype_or_none in groups:
        if dtype_or_none is None:
            continue
        if result is None or dtype_or_none.category > result.category:
            result = dtype_or_none
    assert result is not None, "an operation has at least one operand"
    return result
