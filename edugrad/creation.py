"""Making tensors: from data, or filled with a constant or a sequence."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from . import devices, dtypes, literals
from .callsite import position
from .devices import Device
from .errors import teach
from .layouts import MemoryFormat, laid_out, order_in_memory, preserve_format
from .options import makes_tensors
from .tensor import Cut, Tensor


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
    TypeError, RuntimeError
        If the data are not numbers.
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
    target = devices.resolve(data.device if device is None and isinstance(data, Tensor) else device)
    array = literals.read(data, None if dtype is None else dtypes.check(dtype))
    made = finished(devices.move(array, devices.CPU, target), target, requires_grad)
    if literals.has_graph(data):
        made._cut = Cut("tensor(), which copies values only,", position())
    return made


@makes_tensors
def scalar_tensor(
    s: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of no dimensions, of the default dtype. PyTorch: ``torch.scalar_tensor``."""
    kind = dtypes.get_default_dtype() if dtype is None else dtype
    return tensor(s, dtype=kind, device=device, requires_grad=requires_grad)


def as_tensor(data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
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


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of the data; without a copy unless ``copy`` or a conversion asks for one.

    Raises
    ------
    ValueError
        If ``copy`` is False and there is no way without.

    Notes
    -----
    PyTorch: ``torch.asarray``.
    """
    made = as_tensor(obj, dtype=dtype, device=device)
    shares = isinstance(obj, np.ndarray) and np.shares_memory(obj, made._array)
    shares = shares or (isinstance(obj, Tensor) and obj._storage is made._storage)
    if copy and shares:
        made = made.clone()
    if copy is False and not shares:
        raise ValueError(
            teach(
                f"can't alias the memory of a {type(obj).__name__}",
                got="copy=False, and data that has to be copied or converted",
                mend="leave copy away",
            )
        )
    if requires_grad:
        made = made.detach().requires_grad_()
    return made if requires_grad or not isinstance(obj, Tensor) else made.detach()


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """A tensor on the memory of a NumPy array: a change of one is a change of the other.

    Raises
    ------
    TypeError
        If it is no NumPy array, or of a type that tensors do not have.
    ValueError
        If one of its strides is negative.

    Examples
    --------
    >>> import edugrad, numpy
    >>> edugrad.from_numpy(numpy.array([1.0, 2.0]))
    tensor([1., 2.], dtype=edugrad.float64)

    Notes
    -----
    PyTorch: ``torch.from_numpy``.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(
            teach(
                f"expected np.ndarray (got {type(ndarray).__name__})",
                got=type(ndarray).__name__,
                mend="use edugrad.tensor(…) for lists and numbers",
            )
        )
    dtypes.of_array(ndarray)
    if any(stride < 0 for stride in ndarray.strides):
        raise ValueError(
            teach(
                "At least one stride in the given numpy array is negative, and tensors with "
                "negative strides are not currently supported.",
                got=f"an array of shape {ndarray.shape} that is walked backwards",
                mend="copy it first: edugrad.from_numpy(array.copy())",
            )
        )
    return Tensor._wrap(ndarray, devices.CPU)


def _shape(size: Any, name: str) -> tuple[int, ...]:
    """The lengths that were given as ``name(2, 3)`` or ``name((2, 3))``."""
    if not size:
        raise TypeError(
            teach(
                f'{name}() missing 1 required positional arguments: "size"',
                got="no arguments",
                mend=f"for a tensor without dimensions write edugrad.{name}(())",
            )
        )
    given = size[0] if len(size) == 1 and not hasattr(size[0], "__index__") else size
    try:
        shape = tuple([operator.index(length) for length in given])
    except TypeError:
        raise TypeError(
            teach(
                f"{name}(): argument 'size' must be tuple of ints",
                got=repr(given),
                mend=f"pass whole numbers: edugrad.{name}(2, 3) or edugrad.{name}((2, 3))",
            )
        ) from None
    if min(shape, default=0) < 0:
        raise RuntimeError(
            teach(
                f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}",
                got=f"shape {shape}",
                mend="only reshape and view take -1, for a length to be worked out",
            )
        )
    return shape


def _sequence(name: str, size: Any, place: int) -> tuple[int, ...]:
    """The lengths, where they have to be in a sequence."""
    if isinstance(size, int):
        raise TypeError(
            teach(
                f"{name}(): argument 'size' (position {place}) must be tuple of ints, not int",
                got=repr(size),
                mend=f"write ({size},)",
            )
        )
    return _shape((size,), name)


def _constant(
    shape: tuple[int, ...], value: Any, dtype: Any, device: Any, requires_grad: bool
) -> Tensor:
    target = devices.resolve(device)
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
    with devices.on(target):
        if type(value) is int and value in (0, 1):
            make = target.xp.ones if value else target.xp.zeros
            array = make(shape, kind.numpy)
        else:
            number = literals.cast(np.asarray(value), kind)[()]
            array = target.xp.full(shape, number, kind.numpy)
    return finished(array, target, requires_grad)


@makes_tensors
def zeros(
    *shape: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros. PyTorch: ``torch.zeros``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    lengths = _shape(shape if size is None else (size,), "zeros")
    return _constant(lengths, 0, dtype, device, requires_grad)


@makes_tensors
def ones(
    *shape: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones. PyTorch: ``torch.ones``."""
    lengths = _shape(shape if size is None else (size,), "ones")
    return _constant(lengths, 1, dtype, device, requires_grad)


@makes_tensors
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
    if isinstance(fill_value, (Tensor, np.generic)) and fill_value.ndim == 0:
        fill_value = fill_value.item()
    if not isinstance(fill_value, (bool, int, float)):
        raise TypeError(
            teach(
                f"full(): argument 'fill_value' must be Number, not {type(fill_value).__name__}",
                got=repr(fill_value),
                mend="pass one number; edugrad.tensor(…) takes lists",
            )
        )
    kind = dtypes.of_scalar(fill_value) if dtype is None else dtype
    return _constant(_sequence("full", size, 1), fill_value, kind, device, requires_grad)


@makes_tensors
def empty(
    *shape: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor whose elements are whatever was in memory. PyTorch: ``torch.empty``."""
    target = devices.resolve(device)
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
    with devices.on(target):
        array = target.xp.empty(_shape(shape if size is None else (size,), "empty"), kind.numpy)
    return finished(array, target, requires_grad)


def zeros_like(
    input: Tensor, *, memory_format: MemoryFormat = preserve_format, **options: Any
) -> Tensor:
    """Zeros in the shape, dtype, device and memory order of another tensor.

    PyTorch: ``torch.zeros_like``.
    """
    return _ordered(zeros(**_shaped("zeros_like", input, options)), input, memory_format)


def ones_like(
    input: Tensor, *, memory_format: MemoryFormat = preserve_format, **options: Any
) -> Tensor:
    """Ones in the shape, dtype, device and memory order of another tensor.

    PyTorch: ``torch.ones_like``.
    """
    return _ordered(ones(**_shaped("ones_like", input, options)), input, memory_format)


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    memory_format: MemoryFormat = preserve_format,
    **options: Any,
) -> Tensor:
    """One number in the shape, dtype, device and memory order of another tensor.

    PyTorch: ``torch.full_like``.
    """
    made = full(fill_value=fill_value, **_shaped("full_like", input, options))
    return _ordered(made, input, memory_format)


def empty_like(
    input: Tensor, *, memory_format: MemoryFormat = preserve_format, **options: Any
) -> Tensor:
    """Memory in the shape, dtype, device and memory order of another tensor.

    PyTorch: ``torch.empty_like``.
    """
    return _ordered(empty(**_shaped("empty_like", input, options)), input, memory_format)


def _ordered(made: Tensor, like: Tensor, form: MemoryFormat) -> Tensor:
    """The elements of ``made``, as they stand in memory, in the order of another tensor's."""
    order = order_in_memory(like._array, form)
    if order == tuple(range(made.ndim)):
        return made
    array = laid_out(made._array, made.shape, order)
    ordered: Tensor = Tensor._wrap(array, made._device)
    return ordered.requires_grad_(made.requires_grad)


def _shaped(name: str, input: Tensor, options: dict[str, Any]) -> dict[str, Any]:
    """The options that make a tensor like another one."""
    if not isinstance(input, Tensor):
        raise TypeError(
            teach(
                f"{name}(): argument 'input' (position 1) must be Tensor, not "
                f"{type(input).__name__}",
                got=f"{input!r:.60}",
                mend="wrap it with edugrad.tensor(…), or give the shape itself without _like",
            )
        )
    return {"size": input.shape, **_like(input, options)}


def _like(input: Tensor, options: dict[str, Any]) -> dict[str, Any]:
    return {"dtype": input.dtype, "device": input.device, **options}


@makes_tensors
def eye(n: int, m: int | None = None, **options: Any) -> Tensor:
    """Ones on the diagonal, zeros elsewhere. PyTorch: ``torch.eye``."""
    for name, length in (("n", n), ("m", n if m is None else m)):
        if length < 0:
            raise RuntimeError(
                teach(
                    f"{name} must be greater or equal to 0, got {length}",
                    got=f"{name}={length}",
                    mend="a matrix has no negative number of rows or columns",
                )
            )
    made = zeros(n, n if m is None else m, **options)
    xp = made.device.xp
    k = xp.arange(min(made._array.shape))
    made._array[k, k] = 1
    return made


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
