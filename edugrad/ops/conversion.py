"""Copies of a tensor: of another dtype, on another device, detached, or into one that exists."""

from __future__ import annotations

from typing import Any

from .. import devices, dtypes
from ..autograd.function import Op
from ..autograd.grad_mode import mode
from ..callsite import position
from ..errors import teach
from ..layouts import MemoryFormat, copied, follows, preserve_format
from ..tensor import Cut, Tensor
from .registry import Sample, T, register


class Clone(Op):
    """A copy with memory of its own."""

    op_name = "clone"
    quiet = True
    formula = "a"
    derivatives = ("grad",)

    @staticmethod
    def forward(ctx: Any, a: Any, form: MemoryFormat = preserve_format) -> Any:
        return copied(a, form)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad


class ToDtype(Op):
    """The elements converted to another dtype."""

    op_name = "to"
    node_name = "ToCopyBackward0"
    formula = "a"
    derivatives = ("grad, converted back",)

    @staticmethod
    def forward(ctx: Any, a: Any, dtype: Any) -> Any:
        ctx.dtype = a.dtype
        return a.astype(dtype, order="C" if 0 in a.strides else "K")

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return to(grad, ctx.dtype)


class ToDevice(Op):
    """The elements copied to another device."""

    op_name = "to_device"
    node_name = "ToCopyBackward0"
    formula = "a"
    derivatives = ("grad, copied back",)

    @classmethod
    def apply(cls, *inputs: Any, out: Any = None, **params: Any) -> Any:
        (source,) = inputs
        target = params["target"]
        moved = super().apply(source, target=target)
        moved._device = target
        return moved

    @staticmethod
    def forward(ctx: Any, a: Any, target: Any) -> Any:
        ctx.source = devices.of_array(a)
        ctx.xp = target.xp
        return devices.move(a, ctx.source, target)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return ToDevice.apply(grad, target=ctx.source)


class Copy(Op):
    """One tensor's values written into another."""

    op_name = "copy"
    node_name = "CopyBackwards"
    formula = "b"
    derivatives = ("0", "grad")
    broadcasts = True

    @classmethod
    def write(cls, ctx: Any, target: Any, source: Any) -> None:
        if source.shape != target.shape:
            source = ctx.xp.broadcast_to(source, target.shape)
        target[...] = source

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad.new_zeros(grad.shape) if ctx.needs_input_grad[0] else None, grad


class Fill(Op):
    """One number written into a whole tensor."""

    op_name = "fill"
    formula = "value"
    derivatives = ("0",)

    @classmethod
    def write(cls, ctx: Any, target: Any, value: Any) -> None:
        target.fill(value)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad.new_zeros(grad.shape)


@register(Clone, samples=[Sample(T(2, 3)), Sample(T())])
def clone(input: Any, *, memory_format: MemoryFormat | None = None) -> Any:
    """A copy with memory of its own, part of the graph.

    The elements keep their order in memory, unless another ``memory_format`` is asked for.

    Notes
    -----
    PyTorch: ``torch.clone``.
    """
    if memory_format is None or memory_format is preserve_format:
        return Clone.apply(input)
    return Clone.apply(input, form=memory_format)


def detach(input: Tensor) -> Tensor:
    """The same values and memory, cut off from the graph.

    Examples
    --------
    >>> import edugrad
    >>> y = edugrad.ones(2, requires_grad=True) * 2
    >>> y.detach().requires_grad
    False

    Notes
    -----
    PyTorch: ``torch.Tensor.detach``.
    """
    detached: Tensor = Tensor._wrap(input._array, input._device, input._storage)
    if not mode.backward:
        detached._cut = Cut("detach()", position()) if input.requires_grad else input._cut
    return detached


def detach_(input: Tensor) -> Tensor:
    """Cut the tensor itself off from the graph. PyTorch: ``torch.Tensor.detach_``."""
    if input._view is not None:
        raise RuntimeError(
            teach(
                "Can't detach views in-place",
                got=f"a view of shape {tuple(input.shape)}",
                mend="use detach() instead",
            )
        )
    input._cut = Cut("detach_()", position()) if input._requires_grad else input._cut
    input._edge = None
    input._requires_grad = False
    return input


def to(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Convert to a dtype, copy to a device, or both; the tensor itself if nothing changes.

    Parameters
    ----------
    input : Tensor
    *args
        A dtype, a device, both (device first), or another tensor to be like.
    dtype, device, non_blocking, copy, memory_format : optional
        The same by name; ``copy=True`` always copies.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensor([1, 2]).to(edugrad.float64)
    tensor([1., 2.], dtype=edugrad.float64)

    Notes
    -----
    PyTorch: ``torch.Tensor.to``.
    """
    dtype, device = _target(*args, **kwargs)
    form = kwargs.get("memory_format")
    result = input
    if dtype is not None and input._array.dtype != dtype.numpy:
        result = ToDtype.apply(result, dtype=dtype.numpy)
    if device is not None and device is not input._device:
        result = ToDevice.apply(result, target=device)
    if result is input and kwargs.get("copy"):
        result = clone(input)
    if form is not None and form is not preserve_format and not follows(result._array, form):
        result = clone(result, memory_format=form)
    return result


def _target(
    *args: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = None,
) -> tuple[dtypes.DType | None, devices.Device | None]:
    for value in args:
        if isinstance(value, Tensor):
            dtype, device = value.dtype, value.device
        elif isinstance(value, (str, devices.Device)) or type(value) is int:
            device = value
        elif not isinstance(value, bool) and value is not None:
            dtype = value
    return (
        None if dtype is None else dtypes.check(dtype),
        None if device is None else devices.resolve(device),
    )


def type_(input: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Convert to ``dtype``, or name the type ("edugrad.FloatTensor"). PyTorch: ``Tensor.type``."""
    if isinstance(dtype, str):
        kinds = {f"{kind}Tensor": name for name, kind in _TYPE_NAMES.items()}
        return to(input, dtypes.named(kinds[dtype.rpartition(".")[2]]))
    if dtype is not None:
        return to(input, getattr(dtype, "dtype", dtype))
    place = "edugrad.cuda." if input.is_cuda else "edugrad."
    return f"{place}{_TYPE_NAMES[input.dtype.name]}Tensor"


_TYPE_NAMES = {
    "float16": "Half",
    "float32": "Float",
    "float64": "Double",
    "uint8": "Byte",
    "int8": "Char",
    "int16": "Short",
    "int32": "Int",
    "int64": "Long",
    "bool": "Bool",
}


def copy_(input: Tensor, other: Any, non_blocking: bool = False) -> Tensor:
    """Write the values of ``other``, broadcast and converted, into the tensor.

    Notes
    -----
    PyTorch: ``torch.Tensor.copy_``.
    """
    if not isinstance(other, Tensor):
        raise TypeError(
            teach(
                "copy_() takes a tensor to copy from",
                got=type(other).__name__,
                mend="use fill_(number) for a number, or wrap it: edugrad.tensor(…)",
            )
        )
    return Copy.apply_(input, to(other, input._device, input.dtype))


def fill_(input: Tensor, value: Any) -> Tensor:
    """Write one number everywhere. PyTorch: ``torch.Tensor.fill_``."""
    if isinstance(value, Tensor):
        return copy_(input, value.reshape(()))
    return Fill.apply_(input, value=value)


@register(
    None,
    samples=[Sample(T(2, 3), 2.5), Sample(T(2, 3), T())],
    method=False,
)
def fill(input: Any, value: Any) -> Any:
    """A tensor of the same shape with one number everywhere. PyTorch: ``torch.fill``."""
    return fill_(clone(input), value)


def zero_(input: Tensor) -> Tensor:
    """Write zero everywhere. PyTorch: ``torch.Tensor.zero_``."""
    return fill_(input, 0)


def cpu(input: Tensor, *, memory_format: MemoryFormat = preserve_format) -> Tensor:
    """A copy in host memory (the tensor itself if it is there). PyTorch: ``Tensor.cpu``."""
    return to(input, devices.CPU, memory_format=memory_format)


def cuda(
    input: Tensor,
    device: Any = None,
    non_blocking: bool = False,
    *,
    memory_format: MemoryFormat = preserve_format,
) -> Tensor:
    """A copy on a GPU. PyTorch: ``torch.Tensor.cuda``."""
    target = devices.resolve("cuda" if device is None else device)
    return to(input, target, memory_format=memory_format)


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """Converted to the dtype of ``other``. PyTorch: ``torch.Tensor.type_as``."""
    return to(input, other.dtype)


def _caster(name: str, dtype: dtypes.DType) -> Any:
    def cast(input: Tensor, *, memory_format: MemoryFormat = preserve_format) -> Tensor:
        return to(input, dtype, memory_format=memory_format)

    cast.__name__ = cast.__qualname__ = name
    cast.__doc__ = f"Converted to {dtype!r}. PyTorch: ``torch.Tensor.{name}``."
    return cast


CASTS = {
    name: _caster(name, dtype)
    for name, dtype in {
        "half": dtypes.float16,
        "float": dtypes.float32,
        "double": dtypes.float64,
        "byte": dtypes.uint8,
        "char": dtypes.int8,
        "short": dtypes.int16,
        "int": dtypes.int32,
        "long": dtypes.int64,
        "bool": dtypes.bool_,
    }.items()
}
