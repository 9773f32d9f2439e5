"""Comparing tensors in tests, under PyTorch's names: ``torch.testing``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from . import dtypes
from .tensor import Tensor

# What may differ for a dtype, unless said otherwise: relatively and absolutely.
TOLERANCES = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise if two tensors (numbers, sequences, mappings of them) are not nearly equal.

    Parameters
    ----------
    actual, expected
    rtol, atol : float
        Allowed differences, relative to the expected value and absolute; both or none. Their
        defaults depend on the dtype.
    equal_nan : bool
        Whether NaN is equal to NaN.
    check_device, check_dtype, check_stride : bool
        What else has to be the same.
    msg : str or function
        The error's text instead of, or made from, the standard one.

    Raises
    ------
    AssertionError
        With how many elements differ, by how much, and where.
    ValueError
        If only one of ``rtol`` and ``atol`` is given.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.testing.assert_close(edugrad.ones(2), edugrad.ones(2) + 1e-7)

    Notes
    -----
    PyTorch: ``torch.testing.assert_close``.
    """
    if (rtol is None) != (atol is None):
        given, other = ("rtol", "atol") if atol is None else ("atol", "rtol")
        raise ValueError(
            f"rtol and atol must both be specified or both be unspecified, but got no {other} and "
            f"{given}={rtol if atol is None else atol}"
        )
    checks = {"device": check_device, "dtype": check_dtype, "stride": check_stride}
    fault = _fault(actual, expected, (rtol, atol), equal_nan, checks, "")
    if fault:
        raise AssertionError(msg(fault) if callable(msg) else msg or fault)


Tolerance = tuple[float | None, float | None]


def _fault(
    actual: Any,
    expected: Any,
    tolerance: Tolerance,
    equal_nan: bool,
    checks: Mapping[str, bool],
    place: str,
) -> str:
    """What differs, in words; empty if nothing does."""
    rest = (tolerance, equal_nan, checks)
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        if actual.keys() != expected.keys():
            return f"The keys of the mappings do not match:\n{[*actual]} != {[*expected]}"
        pairs: Any = [(key, actual[key], expected[key]) for key in expected]
    elif _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            return f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
        pairs = [(k, *pair) for k, pair in enumerate(zip(actual, expected, strict=True))]
    else:
        fault = _fault_of_one(actual, expected, *rest)
        return f"{fault}\n\nThe failure occurred for item {place}" if fault and place else fault
    for key, a, b in pairs:
        fault = _fault(a, b, *rest, f"{place}[{key!r}]")
        if fault:
            return fault
    return ""


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _fault_of_one(
    actual: Any,
    expected: Any,
    tolerance: Tolerance,
    equal_nan: bool,
    checks: Mapping[str, bool],
) -> str:
    if isinstance(actual, Tensor) and isinstance(expected, Tensor):
        for name in ("shape", "device", "dtype", "stride"):
            if checks.get(name, True):
                ours, theirs = (_attribute(each, name) for each in (actual, expected))
                if ours != theirs:
                    return f"The values for attribute '{name}' do not match: {ours} != {theirs}."
        found, wanted = (each.numpy(force=True) for each in (actual, expected))
        kinds = [actual.dtype.name, expected.dtype.name]
    elif isinstance(actual, Tensor) or isinstance(expected, Tensor):
        return f"{type(actual).__name__} and {type(expected).__name__} cannot be compared."
    else:
        found, wanted = np.asarray(actual), np.asarray(expected)
        kinds = [each.dtype.name for each in (found, wanted)]
    rtol, atol = _allowed(tolerance, kinds)
    close = np.isclose(found, wanted, rtol=rtol, atol=atol, equal_nan=equal_nan)
    return "" if bool(np.all(close)) else _report(found, wanted, close, rtol, atol)


def _attribute(tensor: Tensor, name: str) -> Any:
    value = getattr(tensor, name)
    return value() if name == "stride" else value


def _allowed(tolerance: Tolerance, kinds: list[str]) -> tuple[float, float]:
    rtol, atol = tolerance
    if rtol is not None and atol is not None:
        return rtol, atol
    found = [TOLERANCES.get(kind, (0.0, 0.0)) for kind in kinds]
    return max(r for r, _ in found), max(a for _, a in found)


def _report(found: Any, wanted: Any, close: Any, rtol: float, atol: float) -> str:
    whole = not rtol and not atol
    rule = "equal" if whole else "close"
    off = np.abs(found.astype(float) - wanted.astype(float))
    with np.errstate(all="ignore"):
        relative = off / np.abs(wanted.astype(float))
    allowed = ("", "") if whole else (f" (up to {atol} allowed)", f" (up to {rtol} allowed)")
    if not found.ndim:
        return (
            f"Scalars are not {rule}!\n\nExpected {wanted.item()} but got {found.item()}.\n"
            f"Absolute difference: {_number(off, found)}{allowed[0]}\n"
            f"Relative difference: {relative.item()}{allowed[1]}"
        )
    wrong = int((~close).sum())
    lines = [
        f"Tensor-likes are not {rule}!",
        "",
        f"Mismatched elements: {wrong} / {close.size} ({wrong / close.size:.1%})",
    ]
    for name, values, limit in (("absolute", off, allowed[0]), ("relative", relative, allowed[1])):
        place = np.unravel_index(int(np.nan_to_num(values).argmax()), values.shape)
        index = tuple(int(k) for k in place)
        number = _number(values[place], found) if name == "absolute" else values[place].item()
        lines.append(f"Greatest {name} difference: {number} at index {index}{limit}")
    return "\n".join(lines)


def _number(value: Any, like: Any) -> Any:
    return int(value.item()) if like.dtype.kind in "iu" else value.item()


def make_tensor(
    *shape: Any,
    dtype: dtypes.DType,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor of random numbers, for tests. PyTorch: ``torch.testing.make_tensor``."""
    from .creation import empty

    lengths = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    start = -9 if low is None else low
    stop = 10 if high is None else high
    if dtype is dtypes.bool_:
        start, stop = 0, 2
    drawn = empty(lengths, dtype=dtypes.float64).uniform_(float(start), float(stop))
    drawn = drawn if dtype.is_floating_point else drawn.floor()
    if exclude_zero:
        drawn[drawn == 0] = 1
    made = drawn.to(dtype).to(device)
    if memory_format is not None:
        made = made.contiguous(memory_format=memory_format)
    if noncontiguous and made.numel() > 1:
        made = made.repeat_interleave(2, dim=-1)[..., ::2]
    return made.detach().requires_grad_(requires_grad)
