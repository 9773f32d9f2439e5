"""Tensors of numbers in a row: ``arange``, ``linspace``, ``logspace``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import devices, dtypes
from .creation import finished
from .dtypes import DType
from .errors import teach
from .options import makes_tensors
from .tensor import Tensor


@makes_tensors
def arange(
    *bounds: Any,
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from ``start`` (0) up to, not including, ``end`` in steps of ``step`` (1).

    Raises
    ------
    RuntimeError
        If the step is zero or leads away from the end.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.arange(4), edugrad.arange(1.0, 2.0, 0.5)
    (tensor([0, 1, 2, 3]), tensor([1.0000, 1.5000]))

    Notes
    -----
    PyTorch: ``torch.arange``.
    """
    if len(bounds) == 1 and end is None:
        (end,) = bounds
    elif len(bounds) == 1:
        (start,) = bounds
    elif len(bounds) in (2, 3):
        start, end, step = (*bounds, step)[:3]
    if len(bounds) > 3 or (not bounds and end is None):
        raise TypeError(
            teach(
                "arange() received an invalid combination of arguments",
                got=f"{len(bounds)} bounds",
                mend="write arange(end), arange(start, end) or arange(start, end, step)",
            )
        )
    numbers = [_number("arange", value) for value in (start, end, step)]
    if dtype is None:
        integral = all(isinstance(number, int) for number in numbers)
        kind = dtypes.int64 if integral else dtypes.get_default_dtype()
    else:
        kind = dtypes.check(dtype)
    if kind is dtypes.int64:
        numbers = [int(number) for number in numbers]
    _check_range(*numbers)
    first, last, step = numbers
    count = math.ceil((last - first) / step)
    if kind.category == 1:
        first, step = int(first), int(step)
    target = devices.resolve(device)
    if kind.category == 1:
        array = np.arange(first, first + step * count, step)
    else:
        array = first + step * np.arange(count)
    array = array.astype(kind.numpy, copy=False)
    return finished(devices.move(array, devices.CPU, target), target, requires_grad)


def _number(name: str, value: Any) -> Any:
    """A Python number; a tensor or NumPy scalar of one element is taken for its number."""
    if isinstance(value, (Tensor, np.generic)):
        value = value.item()
    if not isinstance(value, (int, float)):
        raise TypeError(
            teach(
                f"{name}(): its bounds must be Numbers, not {type(value).__name__}",
                got=repr(value),
                mend="pass numbers, e.g. edugrad.arange(5) or edugrad.linspace(0, 1, 5)",
            )
        )
    return value


def _check_range(start: Any, end: Any, step: Any) -> None:
    mend = "count down with a negative step: edugrad.arange(5, 0, -1)"
    if step == 0:
        raise RuntimeError(teach("step must be nonzero", got=f"step={step}", mend=mend))
    if not math.isfinite(end - start):
        raise RuntimeError(
            teach(
                f"unsupported range: {start} -> {end}",
                got=f"start={start}, end={end}",
                mend="both bounds must be finite numbers",
            )
        )
    if (end - start) * step < 0:
        raise RuntimeError(
            teach(
                "upper bound and lower bound inconsistent with step sign",
                got=f"start={start}, end={end}, step={step}",
                mend=mend,
            )
        )


@makes_tensors
def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``steps`` numbers at equal distances from ``start`` to ``end``, both included.

    Computed in the result's dtype and from both ends, so that they are PyTorch's to the last digit.

    Raises
    ------
    RuntimeError
        If ``steps`` is negative.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])

    Notes
    -----
    PyTorch: ``torch.linspace``.
    """
    if steps < 0:
        raise RuntimeError(
            teach(
                "number of steps must be non-negative",
                got=f"steps={steps}",
                mend="steps says how many numbers to make",
            )
        )
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
    first, last = _number("linspace", start), _number("linspace", end)
    target = devices.resolve(device)
    array = _equal_steps(first, last, steps, kind)
    return finished(devices.move(array, devices.CPU, target), target, requires_grad)


def _equal_steps(start: Any, end: Any, steps: int, kind: DType) -> np.ndarray:
    if steps < 2:
        return np.full(steps, start).astype(kind.numpy)
    first, last = np.array([start, end]).astype(kind.numpy)
    precision: Any = kind.numpy.type if kind.is_floating_point else np.float32
    span = last - first if kind.is_floating_point else np.int64(int(last) - int(first))
    step = float(span / precision(steps - 1))
    index = np.arange(steps)
    up = float(first) + step * index
    down = float(last) - step * index[::-1]
    return np.where(index < steps // 2, up, down).astype(kind.numpy)


@makes_tensors
def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``steps`` numbers from ``base ** start`` to ``base ** end``, at equal distances of exponents.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])

    Notes
    -----
    PyTorch: ``torch.logspace``.
    """
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
    if kind.category == 1:
        start, end = (int(_number("logspace", bound)) for bound in (start, end))
    exponents = linspace(start, end, steps, dtype=dtypes.float64)
    array = np.power(float(base), exponents.numpy()).astype(kind.numpy)
    target = devices.resolve(device)
    return finished(devices.move(array, devices.CPU, target), target, requires_grad)
