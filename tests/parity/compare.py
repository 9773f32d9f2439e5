"""Comparing what two libraries return: structure, types, shapes, numbers, errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

TOLERANCE = {
    "float64": (1e-9, 1e-10),
    "float32": (2e-5, 2e-6),
    "float16": (2e-3, 2e-3),
}


@dataclass(frozen=True)
class Difference:
    """What differs, in words; an empty text means nothing does."""

    text: str

    def __bool__(self) -> bool:
        return bool(self.text)


SAME = Difference("")


def is_tensor(value: Any) -> bool:
    return hasattr(value, "requires_grad") and hasattr(value, "detach")


def dtype_name(tensor: Any) -> str:
    return str(tensor.dtype).split(".")[-1]


def numbers(tensor: Any) -> np.ndarray:
    return np.asarray(tensor.detach().numpy(force=True))


def compare(
    ours: Any, theirs: Any, place: str = "result", *, against_largest: bool = False
) -> Difference:
    """The first difference between two results, or SAME.

    Errors are measured against the element itself, or ``against_largest`` of the tensor.
    """
    if is_tensor(theirs):
        return _compare_tensors(ours, theirs, place, against_largest)
    if isinstance(theirs, (tuple, list)):
        return _compare_sequences(ours, theirs, place, against_largest)
    if isinstance(theirs, float) and isinstance(ours, float):
        return SAME if np.isclose(ours, theirs, equal_nan=True) else _differ(place, ours, theirs)
    if type(ours).__name__ != type(theirs).__name__:
        return _differ(f"type of {place}", type(ours).__name__, type(theirs).__name__)
    return SAME if str(ours) == str(theirs) else _differ(place, ours, theirs)


def _compare_sequences(ours: Any, theirs: Any, place: str, against_largest: bool) -> Difference:
    if not isinstance(ours, (tuple, list)) or len(ours) != len(theirs):
        return _differ(place, _kind(ours), _kind(theirs))
    if type(ours).__name__ != type(theirs).__name__:
        return _differ(f"type of {place}", type(ours).__name__, type(theirs).__name__)
    names = [name for name in dir(theirs) if not name.startswith("_")]
    if hasattr(theirs, "n_fields") or hasattr(theirs, "_fields"):
        fields = [name for name in names if is_tensor(getattr(theirs, name, None))]
        missing = [name for name in fields if not hasattr(ours, name)]
        if missing:
            return Difference(f"{place} has no field {', '.join(missing)}")
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        found = compare(a, b, f"{place}[{k}]", against_largest=against_largest)
        if found:
            return found
    return SAME


def _compare_tensors(ours: Any, theirs: Any, place: str, against_largest: bool) -> Difference:
    if not is_tensor(ours):
        return _differ(place, _kind(ours), "Tensor")
    if dtype_name(ours) != dtype_name(theirs):
        return _differ(f"dtype of {place}", dtype_name(ours), dtype_name(theirs))
    if tuple(ours.shape) != tuple(theirs.shape):
        return _differ(f"shape of {place}", tuple(ours.shape), tuple(theirs.shape))
    if bool(ours.requires_grad) != bool(theirs.requires_grad):
        return _differ(f"requires_grad of {place}", ours.requires_grad, theirs.requires_grad)
    rtol, atol = TOLERANCE.get(dtype_name(theirs), (0, 0))
    a, b = numbers(ours), numbers(theirs)
    if against_largest and b.dtype.kind == "f":
        atol += rtol * float(np.abs(b[np.isfinite(b)]).max(initial=0))
    if np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=a.dtype.kind == "f"):
        return SAME
    with np.errstate(all="ignore"):
        worst = np.abs(a.astype(np.float64) - b.astype(np.float64))
    index = np.unravel_index(np.nan_to_num(worst).argmax() if worst.size else 0, worst.shape)
    return _differ(f"{place}{list(map(int, index))}", a[index], b[index])


def _kind(value: Any) -> str:
    length = f" of {len(value)}" if isinstance(value, (tuple, list)) else ""
    return f"{type(value).__name__}{length}"


def _differ(what: str, ours: Any, theirs: Any) -> Difference:
    return Difference(f"{what}: {ours} here, {theirs} in PyTorch")


def attempt(call: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """The result of a call, or the exception that it raised."""
    try:
        return call(), None
    except Exception as error:
        return None, error


def compare_calls(ours: Callable[[], Any], theirs: Callable[[], Any]) -> Difference:
    """Run both and compare their results, or the types of their errors."""
    mine, my_error = attempt(ours)
    other, other_error = attempt(theirs)
    if my_error is None and other_error is None:
        return compare(mine, other)
    if my_error is None:
        return Difference(f"no error here, {type(other_error).__name__} in PyTorch: {other_error}")
    if other_error is None:
        return Difference(f"{type(my_error).__name__} here, none in PyTorch: {my_error}")
    if type(my_error) is type(other_error):
        return SAME
    return _differ("error", type(my_error).__name__, type(other_error).__name__)
