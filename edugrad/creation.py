"""Making tensors: from data, or filled with a constant or a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import devices, dtypes
from .devices import Device
from .dtypes import DType
from .errors import teach
from .tensor import Tensor


def finished(array: Any, device: Device, requires_grad: bool) -> Tensor:
    """A tensor over a new array, with gradients if asked for."""
    made: Tensor = Tensor._wrap(array, device)
    return made.requires_grad_() if requires_grad else made


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Make a tensor from numbers, (nested) lists, a NumPy array or another tensor; copies.

    Parameters
    ----------
    data : number, sequence, numpy.ndarray or Tensor
    dtype : DType, optional
        Inferred if not given: Python floats give the default type (float32), whole numbers int64,
        booleans bool; arrays keep theirs.
    device : str or Device, optional
        The CPU unless given.
    requires_grad : bool
        Whether gradients are to be computed for it.

    Raises
    ------
    TypeError
        If the data cannot be numbers.
    ValueError
        If nested lists have different lengths.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    >>> edugrad.tensor([1.5, 2])
    tensor([1.5000, 2.0000])

    Notes
    -----
    PyTorch: ``torch.tensor``.
    """
    target = devices.resolve(_device_of(data) if device is None else device)
    wanted = None if dtype is None else dtypes.check(dtype)
    array, inferred = _read(data)
    array = np.array(array, (wanted or inferred).numpy)
    return finished(devices.move(array, devices.CPU, target), target, requires_grad)


def _device_of(data: Any) -> Device | None:
    return data.device if isinstance(data, Tensor) else None


def _read(data: Any) -> tuple[np.ndarray, DType]:
    """The data as a NumPy array, and the dtype that PyTorch would infer."""
    if isinstance(data, Tensor):
        return devices.to_numpy(data._array), data.dtype
    if isinstance(data, (np.ndarray, np.generic)):
        return np.asarray(data), dtypes.of_array(np.asarray(data))
    if isinstance(data, (list, tuple)) and _holds_tensors(data):
        data = _plain(data)
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise _ragged(data) from error
    if array.size == 0 and array.dtype == np.float64:
        return array, dtypes.get_default_dtype()
    if array.dtype.kind not in "fiub":
        raise _no_numbers(data)
    if _only_python_floats(data, array):
        return array, dtypes.get_default_dtype()
    return array, dtypes.of_array(array)


def _only_python_floats(data: Any, array: np.ndarray) -> bool:
    if array.dtype != np.float64:
        return False
    while isinstance(data, (list, tuple)):
        data = data[0]
    return not isinstance(data, np.ndarray)


def _holds_tensors(data: Sequence[Any]) -> bool:
    return any(
        isinstance(each, Tensor) or (isinstance(each, (list, tuple)) and _holds_tensors(each))
        for each in data
    )


def _plain(data: Any) -> Any:
    if isinstance(data, Tensor):
        return data.tolist()
    return [_plain(each) for each in data] if isinstance(data, (list, tuple)) else data


def _ragged(data: Any) -> ValueError:
    lengths = [len(row) if isinstance(row, (list, tuple)) else "a number" for row in data]
    return ValueError(
        teach(
            "nested lists must all have the same length at each level",
            got=f"rows of {', '.join(map(str, lengths))}",
            mend="pad the shorter ones, or keep separate tensors in a list",
        )
    )


def _no_numbers(data: Any) -> TypeError:
    culprit = data
    while isinstance(culprit, (list, tuple)) and culprit:
        culprit = next((x for x in culprit if not isinstance(x, (int, float, list))), culprit[0])
    if isinstance(culprit, complex):
        mend = dtypes.absent("complex64").splitlines()[0]
    elif isinstance(culprit, str):
        mend = "convert text to numbers first, e.g. [float(word) for word in words]"
    else:
        mend = "pass numbers, lists of numbers, or a NumPy array"
    return TypeError(
        teach(
            "a tensor is made of numbers",
            got=f"data of type {type(culprit).__name__}: {culprit!r}",
            mend=mend,
        )
    )


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of the data, sharing its memory where that is possible.

    Notes
    -----
    PyTorch: ``torch.as_tensor``.
    """
    if isinstance(data, Tensor):
        return data.to(device, dtype)
    if isinstance(data, np.ndarray):
        return from_numpy(data).to(device, dtype)
    return tensor(data, dtype=dtype, device=device)


def from_numpy(array: np.ndarray) -> Tensor:
    """A tensor on the memory of a NumPy array: a change of one is a change of the other.

    Raises
    ------
    TypeError
        If it is no NumPy array, or of a type that tensors do not have.

    Examples
    --------
    >>> import edugrad, numpy
    >>> edugrad.from_numpy(numpy.array([1.0, 2.0]))
    tensor([1., 2.], dtype=edugrad.float64)

    Notes
    -----
    PyTorch: ``torch.from_numpy``.
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(
            teach(
                f"expected np.ndarray (got {type(array).__name__})",
                got=type(array).__name__,
                mend="use edugrad.tensor(…) for lists and numbers",
            )
        )
    dtypes.of_array(array)
    return Tensor._wrap(array, devices.CPU)


def _shape(size: tuple[Any, ...]) -> tuple[int, ...]:
    if len(size) == 1 and not isinstance(size[0], (int, np.integer, Tensor)):
        size = tuple(size[0])
    shape = tuple(int(length) for length in size)
    if any(length < 0 for length in shape):
        raise RuntimeError(
            teach(
                f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}",
                got=f"shape {shape}",
                mend="only reshape and view take -1, for a length to be worked out",
            )
        )
    return shape


def _constant(
    shape: tuple[int, ...], value: Any, dtype: Any, device: Any, requires_grad: bool
) -> Tensor:
    target = devices.resolve(device)
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
    with devices.on(target):
        array = target.xp.full(shape, value, kind.numpy)
    return finished(array, target, requires_grad)


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros. PyTorch: ``torch.zeros``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return _constant(_shape(size), 0, dtype, device, requires_grad)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones. PyTorch: ``torch.ones``."""
    return _constant(_shape(size), 1, dtype, device, requires_grad)


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor filled with one number, of its type unless told otherwise.

    PyTorch: ``torch.full``.
    """
    kind = dtypes.of_scalar(fill_value) if dtype is None else dtype
    return _constant(_shape((size,)), fill_value, kind, device, requires_grad)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose elements are whatever was in memory. PyTorch: ``torch.empty``."""
    target = devices.resolve(device)
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
    with devices.on(target):
        array = target.xp.empty(_shape(size), kind.numpy)
    return finished(array, target, requires_grad)


def zeros_like(input: Tensor, **options: Any) -> Tensor:
    """Zeros in the shape, dtype and device of another tensor. PyTorch: ``torch.zeros_like``."""
    return zeros(input.shape, **_like(input, options))


def ones_like(input: Tensor, **options: Any) -> Tensor:
    """Ones in the shape, dtype and device of another tensor. PyTorch: ``torch.ones_like``."""
    return ones(input.shape, **_like(input, options))


def full_like(input: Tensor, fill_value: Any, **options: Any) -> Tensor:
    """One number in the shape, dtype and device of another tensor. PyTorch: ``torch.full_like``."""
    return full(input.shape, fill_value, **_like(input, options))


def empty_like(input: Tensor, **options: Any) -> Tensor:
    """Memory in the shape, dtype and device of another tensor. PyTorch: ``torch.empty_like``."""
    return empty(input.shape, **_like(input, options))


def _like(input: Tensor, options: dict[str, Any]) -> dict[str, Any]:
    return {"dtype": input.dtype, "device": input.device, **options}


def eye(n: int, m: int | None = None, **options: Any) -> Tensor:
    """Ones on the diagonal, zeros elsewhere. PyTorch: ``torch.eye``."""
    made = zeros(n, n if m is None else m, **options)
    xp = made.device.xp
    k = xp.arange(min(made._array.shape))
    made._array[k, k] = 1
    return made


def arange(
    *bounds: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Numbers from ``start`` (0) up to, not including, ``end`` in steps of ``step`` (1).

    Examples
    --------
    >>> import edugrad
    >>> edugrad.arange(4), edugrad.arange(1.0, 2.0, 0.5)
    (tensor([0, 1, 2, 3]), tensor([1.0000, 1.5000]))

    Notes
    -----
    PyTorch: ``torch.arange``.
    """
    numbers = [bound.item() if isinstance(bound, Tensor) else bound for bound in bounds]
    if dtype is None:
        integral = all(isinstance(number, (int, np.integer)) for number in numbers)
        kind = dtypes.int64 if integral else dtypes.get_default_dtype()
    else:
        kind = dtypes.check(dtype)
    target = devices.resolve(device)
    array = np.arange(*numbers).astype(kind.numpy)
    return finished(devices.move(array, devices.CPU, target), target, requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``steps`` numbers at equal distances from ``start`` to ``end``.

    PyTorch: ``torch.linspace``.
    """
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
    target = devices.resolve(device)
    array = np.linspace(start, end, steps).astype(kind.numpy)
    return finished(devices.move(array, devices.CPU, target), target, requires_grad)


def new_tensor(self: Tensor, data: Any, **options: Any) -> Tensor:
    """A tensor of ``data`` with the dtype and device of ``self``.

    PyTorch: ``Tensor.new_tensor``.
    """
    return tensor(data, **_like(self, options))


def new_zeros(self: Tensor, *size: Any, **options: Any) -> Tensor:
    """Zeros with the dtype and device of ``self``. PyTorch: ``Tensor.new_zeros``."""
    return zeros(*size, **_like(self, options))


def new_ones(self: Tensor, *size: Any, **options: Any) -> Tensor:
    """Ones with the dtype and device of ``self``. PyTorch: ``Tensor.new_ones``."""
    return ones(*size, **_like(self, options))


def new_full(self: Tensor, size: Any, fill_value: Any, **options: Any) -> Tensor:
    """One number with the dtype and device of ``self``. PyTorch: ``Tensor.new_full``."""
    return full(size, fill_value, **_like(self, options))


def new_empty(self: Tensor, *size: Any, **options: Any) -> Tensor:
    """Memory with the dtype and device of ``self``. PyTorch: ``Tensor.new_empty``."""
    return empty(*size, **_like(self, options))
