"""Tensor: an array, the storage it shares with its views, and its place in the graph.

Operations are not here: they live in ``edugrad.ops`` and are bound to the class, once, by
``edugrad.ops.methods``. What is here concerns one tensor alone: what it is, how it is read, and how
it stands to autograd.
"""

from __future__ import annotations

import math
import weakref
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from . import devices, dtypes, printing
from .callsite import CallSite, Position, position
from .devices import Device
from .dtypes import DType
from .errors import teach
from .layouts import MemoryFormat, contiguous_format, follows
from .size import Size
from .storage import Storage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .autograd.node import AccumulateGrad, Edge, Node
    from .autograd.views import View


class Cut(NamedTuple):
    """Why a tensor has no graph although something it was made from had one, and where."""

    reason: str
    position: Position | None

    @property
    def site(self) -> CallSite | None:
        return None if self.position is None else CallSite(*self.position)


class Tensor:
    """An n-dimensional array that knows how it was computed.

    Make one with :func:`edugrad.tensor`, :func:`edugrad.zeros`, :func:`edugrad.rand` and their
    like. ``Tensor(2, 3)`` gives an uninitialised float32 tensor of that shape, ``Tensor([1, 2])``
    a float32 tensor of these values, as in PyTorch.

    Attributes
    ----------
    shape : Size
    dtype : DType
    device : Device
    requires_grad : bool
        Whether gradients are computed for it.
    grad : Tensor or None
        The gradient that ``backward`` has accumulated; for leaves only, unless ``retain_grad``.
    grad_fn : Node or None
        The node of the graph that made it; None for a leaf.
    is_leaf : bool
        Whether it was made by the user rather than by an operation that records a graph.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])

    Notes
    -----
    PyTorch: ``torch.Tensor``.
    """

    __slots__ = (
        "_array",
        "_device",
        "_memory",
        "_requires_grad",
        "_edge",
        "_grad",
        "_view",
        "_cut",
        "_hooks",
        "_after",
        "_accumulator",
        "__weakref__",
    )

    _array: Any
    _device: Device
    _memory: Storage | None
    _requires_grad: bool
    _edge: Edge | None
    _grad: Tensor | None
    _view: View | None
    _cut: Cut | None
    _hooks: dict[int, Any] | None
    _after: dict[int, Any] | None
    _accumulator: weakref.ref[AccumulateGrad] | None

    __array_priority__: ClassVar[float] = 1000

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __eq__(self, other: Any) -> Tensor: ...  # type: ignore[override]
        def __ne__(self, other: Any) -> Tensor: ...  # type: ignore[override]
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __setitem__(self, index: Any, value: Any) -> None: ...

    def __new__(cls, *data: Any) -> Tensor:
        if len(data) == 1 and not isinstance(data[0], (int, Size)):
            values = data[0]
            array = values.numpy() if isinstance(values, Tensor) else np.array(values)
            array = np.array(array, dtypes.get_default_dtype().numpy)
        else:
            shape = data[0] if data and isinstance(data[0], Size) else data or 0
            array = np.empty(shape, dtypes.get_default_dtype().numpy)
        return cls._wrap(array)

    @classmethod
    def _wrap(cls, array: Any, device: Device | None = None, storage: Storage | None = None) -> Any:
        """A tensor over ``array`` itself, without graph; a new storage unless one is given."""
        tensor = object.__new__(cls)
        tensor._array = array
        tensor._device = devices.of_array(array) if device is None else device
        tensor._memory = storage
        tensor._requires_grad = False
        tensor._edge = tensor._grad = tensor._view = None
        tensor._cut = tensor._hooks = tensor._after = tensor._accumulator = None
        return tensor

    # What it is

    @property
    def shape(self) -> Size:
        return Size(self._array.shape)

    @property
    def dtype(self) -> DType:
        return dtypes.of_numpy[self._array.dtype]

    @property
    def device(self) -> Device:
        return self._device

    @property
    def is_cuda(self) -> bool:
        return self._device.type == "cuda"

    @property
    def ndim(self) -> int:
        return self._array.ndim

    def dim(self) -> int:
        """The number of dimensions. PyTorch: ``Tensor.dim``."""
        return self._array.ndim

    ndimension = dim

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of one dimension. PyTorch: ``Tensor.size``."""
        if dim is None:
            return self.shape
        return self._array.shape[check_dim(dim, self._array.ndim)]

    def numel(self) -> int:
        """The number of elements. PyTorch: ``Tensor.numel``."""
        return self._array.size

    nelement = numel

    def element_size(self) -> int:
        """Bytes an element. PyTorch: ``Tensor.element_size``."""
        return self._array.itemsize

    @property
    def itemsize(self) -> int:
        return self._array.itemsize

    @property
    def nbytes(self) -> int:
        return self._array.nbytes

    def stride(self, dim: int | None = None) -> Any:
        """Elements between neighbours along each dimension, or one. PyTorch: ``Tensor.stride``."""
        strides = tuple(step // self._array.itemsize for step in self._array.strides)
        if not self._array.size and not any(strides):  # NumPy's choice for its empty results
            strides = _contiguous(self._array.shape)
        return strides if dim is None else strides[check_dim(dim, self._array.ndim)]

    def storage_offset(self) -> int:
        """Elements between the start of the storage and the first element of the tensor."""
        distance = _address(self._array) - _address(self._storage.array)
        return distance // self._array.itemsize

    def data_ptr(self) -> int:
        """The address of the first element. PyTorch: ``Tensor.data_ptr``."""
        return _address(self._array)

    def is_contiguous(self, memory_format: MemoryFormat = contiguous_format) -> bool:
        """Whether the elements lie in memory in the order of the indices, or in another one."""
        return follows(self._array, memory_format)

    def is_floating_point(self) -> bool:
        """Whether the elements are floating-point numbers."""
        return self._array.dtype.kind == "f"

    def is_complex(self) -> bool:
        """Always False: edugrad has no complex types yet."""
        return False

    # How it stands to autograd

    @property
    def requires_grad(self) -> bool:
        view = self._view
        if view is not None and view.is_stale(self):
            return self._requires_grad or view.base._requires_grad
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise RuntimeError(
                teach(
                    "requires_grad must be a bool",
                    got=repr(value),
                    mend="x.requires_grad = True, or x.requires_grad_()",
                )
            )
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Ask for gradients (or stop asking), in place.

        Raises
        ------
        RuntimeError
            If the dtype is not a floating type, or the tensor is not a leaf.
        TypeError
            If ``requires_grad`` is not a bool.
        """
        if not isinstance(requires_grad, bool):
            raise TypeError(
                teach(
                    "requires_grad_(): argument 'requires_grad' must be bool, not "
                    f"{type(requires_grad).__name__}",
                    got=repr(requires_grad),
                    mend="x.requires_grad_() or x.requires_grad_(False)",
                )
            )
        if requires_grad and self._array.dtype.kind != "f":
            raise RuntimeError(
                teach(
                    "only Tensors of floating point dtype can require gradients",
                    got=f"a tensor of {self.dtype}",
                    mend="write the numbers with a decimal point, or pass dtype=edugrad.float32",
                )
            )
        if not self.is_leaf and not requires_grad:
            raise RuntimeError(
                teach(
                    "you can only change requires_grad flags of leaf variables. If you want to "
                    "use a computed variable in a subgraph that doesn't require differentiation "
                    "use var_no_grad = var.detach().",
                    got=f"the result of {self.grad_fn}",
                    mend="use detach() for a tensor that shares the values but not the graph",
                )
            )
        if self.is_leaf:
            self._requires_grad = requires_grad
        return self

    @property
    def grad_fn(self) -> Node | None:
        if self._view is not None:
            self._view.refresh(self)
        return None if self._edge is None else self._edge[0]

    @property
    def output_nr(self) -> int:
        return 0 if self._edge is None else self._edge[1]

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    @property
    def grad(self) -> Tensor | None:
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            self._check_gradient(value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def _check_gradient(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(
                teach(
                    "assigned grad expected to be a Tensor or None but got grad of type "
                    f"{type(value).__name__}",
                    got=type(value).__name__,
                    mend="wrap it: x.grad = edugrad.tensor(…), or x.grad = None to clear it",
                )
            )
        rule = ""
        if value._array.shape != self._array.shape:
            rule = (
                f"of size '{list(value.shape)}' to a tensor of size '{list(self.shape)}'. Please "
                "ensure that the gradient and the tensor are the same size"
            )
        elif value._array.dtype != self._array.dtype:
            rule = f"with dtype '{value.dtype.name}' to a tensor with dtype '{self.dtype.name}'"
        elif value._device is not self._device:
            rule = f"with device '{value._device}' to a tensor with device '{self._device}'"
        if rule:
            raise RuntimeError(
                teach(
                    f"attempting to assign a gradient {rule}",
                    got=f"{_kind(value)} for a tensor of {_kind(self)}",
                    mend="reshape it or convert it with .to(…)",
                )
            )

    @property
    def data(self) -> Tensor:
        """The same values without the graph; writes to it are still counted as changes.

        PyTorch does not count them and may then compute wrong gradients without a word; edugrad
        raises instead.
        """
        shared: Tensor = Tensor._wrap(self._array, self._device, self._storage)
        shared._cut = Cut(".data", position()) if self.requires_grad else self._cut
        return shared

    @data.setter
    def data(self, value: Tensor) -> None:
        self._array = value._array
        self._device = value._device
        self._memory = value._storage

    @property
    def _storage(self) -> Storage:
        """The storage; it is made when a view, a record or a write first asks for it."""
        storage = self._memory
        if storage is None:
            storage = self._memory = Storage(self._array)
        return storage

    @property
    def _version(self) -> int:
        return 0 if self._memory is None else self._memory.version

    @property
    def _base(self) -> Tensor | None:
        return None if self._view is None else self._view.base

    def _is_view(self) -> bool:
        return self._view is not None

    # How it is read

    def item(self) -> Any:
        """The value of a tensor of one element as a Python number.

        Raises
        ------
        RuntimeError
            If there is not exactly one element.
        """
        if self._array.size != 1:
            raise RuntimeError(
                teach(
                    f"a Tensor with {self._array.size} elements cannot be converted to Scalar",
                    got=f"shape {tuple(self._array.shape)}",
                    mend="choose one element, e.g. x[0].item(), or use tolist() for all of them",
                )
            )
        return self._array.item()

    def tolist(self) -> Any:
        """The values as (nested) Python numbers. PyTorch: ``Tensor.tolist``."""
        return devices.to_numpy(self._array).tolist()

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """The values as a NumPy array that shares the memory.

        Parameters
        ----------
        force : bool
            Detach and copy to the CPU first where that is needed.

        Raises
        ------
        RuntimeError
            If the tensor requires a gradient.
        TypeError
            If it lives on a GPU.
        """
        if not force:
            if self.requires_grad:
                raise RuntimeError(
                    teach(
                        "Can't call numpy() on Tensor that requires grad. Use "
                        "tensor.detach().numpy() instead.",
                        got="a tensor that is part of a graph, which NumPy cannot follow",
                        mend="use tensor.detach().numpy()",
                    )
                )
            if self._device.type != "cpu":
                raise TypeError(
                    teach(
                        f"can't convert {self._device} device type tensor to numpy",
                        got=f"a tensor on {self._device}",
                        mend="use tensor.cpu() to copy it to host memory first",
                    )
                )
        return devices.to_numpy(self._array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_wrap__(
        self, array: np.ndarray, context: Any = None, return_scalar: bool = False
    ) -> Tensor:
        return Tensor._wrap(np.asarray(array))

    def __len__(self) -> int:
        if not self._array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self._array)

    def __iter__(self) -> Iterator[Tensor]:
        if not self._array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __bool__(self) -> bool:
        if self._array.size != 1:
            raise RuntimeError(
                teach(
                    f"Boolean value of Tensor with {_more_or_no(self._array.size)} is ambiguous",
                    got=f"shape {tuple(self._array.shape)}",
                    mend="say which you mean: (x > 0).any() or (x > 0).all()",
                )
            )
        return bool(self._array.item())

    def __float__(self) -> float:
        return float(self._only_number())

    def __int__(self) -> int:
        return int(self._only_number())

    def _only_number(self) -> Any:
        if self._array.size != 1:
            raise ValueError(
                teach(
                    "only one element tensors can be converted to Python scalars",
                    got=f"shape {tuple(self._array.shape)}",
                    mend="choose one element, e.g. float(x[0]), or use tolist() for all of them",
                )
            )
        return self._array.item()

    def __index__(self) -> int:
        if self._array.dtype.kind == "f" or self._array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self._array.item())

    def __contains__(self, value: Any) -> bool:
        if not isinstance(value, (Tensor, bool, int, float, np.generic)):
            raise RuntimeError(
                teach(
                    "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
                    f"{type(value)}.",
                    got=repr(value),
                    mend="look for a number: 3 in x",
                )
            )
        return bool((self == value).any())

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return printing.tensor_text(self)

    def __format__(self, specification: str) -> str:
        if not self._array.ndim:
            return format(self.item(), specification)
        if specification:
            raise TypeError(
                teach(
                    "unsupported format string passed to Tensor.__format__",
                    got=f"{specification!r} for a tensor of shape {tuple(self._array.shape)}",
                    mend="format one number, f'{x.item():.2f}', or use edugrad.set_printoptions",
                )
            )
        return str(self)

    def __reduce__(self) -> Any:
        return _rebuild, (devices.to_numpy(self._array), str(self._device), self.requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                teach(
                    "Only Tensors created explicitly by the user (graph leaves) support the "
                    "deepcopy protocol at the moment.",
                    got=f"the result of {self.grad_fn}",
                    mend="copy tensor.detach() instead",
                )
            )
        copied = type(self)._wrap(self._array.copy(), self._device)
        copied._requires_grad = self._requires_grad
        memo[id(self)] = copied
        if self._grad is not None:
            copied._grad = self._grad.__deepcopy__(memo)
        return copied


def check_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front; a negative one counts from the back.

    Raises
    ------
    IndexError
        If there is no such dimension. A 0-d tensor accepts 0 and -1, as in PyTorch.
    """
    span = max(ndim, 1)
    if not -span <= dim < span:
        raise IndexError(
            teach(
                f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], "
                f"but got {dim})",
                got=f"dim={dim} for a tensor of {ndim} dimensions",
                mend="dimensions count from 0, or from the end with -1",
            )
        )
    return dim % span


def _contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of elements that lie one after the other; a length of 0 counts as 1."""
    return tuple(math.prod(max(1, n) for n in shape[dim + 1 :]) for dim in range(len(shape)))


def _rebuild(array: np.ndarray, device: str, requires_grad: bool) -> Tensor:
    target = devices.resolve(device)
    tensor: Tensor = Tensor._wrap(devices.move(array, devices.CPU, target), target)
    tensor._requires_grad = requires_grad
    return tensor


def _address(array: Any) -> int:
    if isinstance(array, np.ndarray):
        return array.__array_interface__["data"][0]
    return array.data.ptr


def _kind(tensor: Tensor) -> str:
    return f"shape {tuple(tensor._array.shape)}, {tensor.dtype.name} on {tensor._device}"


def _more_or_no(count: int) -> str:
    return "no values" if count == 0 else "more than one value"
