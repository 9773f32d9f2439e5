"""Methods of Tensor that are no operations: what a tensor is asked, and old ways to fill one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import devices, options
from ..errors import teach
from ..tensor import Tensor

Method = Callable[..., Any]


def _on_cpu(name: str, *tensors: Tensor) -> None:
    if any(each._device is not devices.CPU for each in tensors):
        raise TypeError(
            teach(
                f"{name} is only implemented on CPU tensors",
                got="a tensor on a GPU",
                mend="call .cpu() first, or use tensor operations",
            )
        )


def apply_(self: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Replace each element by a Python function of it; slow, and without a derivative.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensor([1.0, 2.0]).apply_(lambda x: x * 10)
    tensor([10., 20.])

    Notes
    -----
    PyTorch: ``Tensor.apply_``.
    """
    return _replaced(self, "apply_", [callable(each) for each in self.reshape(-1).tolist()])


def map_(self: Tensor, other: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Replace each element by a Python function of it and of another tensor's.

    PyTorch: ``Tensor.map_``.
    """
    _on_cpu("map_", other)
    pairs = zip(self.reshape(-1).tolist(), other.expand_as(self).reshape(-1).tolist(), strict=True)
    return _replaced(self, "map_", [callable(*pair) for pair in pairs])


def _replaced(self: Tensor, name: str, values: list[Any]) -> Tensor:
    _on_cpu(name, self)
    if self.requires_grad:
        raise TypeError(
            teach(
                f"Can't call {name}() on Variable that requires grad. Use "
                f"var.detach().{name}() instead.",
                got="a tensor that requires grad; Python's functions have no derivative",
                mend="detach() it first",
            )
        )
    new = self.new_tensor(values).reshape(self.shape)
    self.copy_(new)
    return self


def fill_diagonal_(self: Tensor, fill_value: float, wrap: bool = False) -> Tensor:
    """Write a number to the main diagonal. PyTorch: ``Tensor.fill_diagonal_``."""
    if self.ndim < 2:
        raise RuntimeError(
            teach(
                "dimensions must larger than 1",
                got=f"a tensor of shape {tuple(self.shape)}",
                mend="a vector has no diagonal; diag_embed makes a matrix of it",
            )
        )
    count, step = min(self.shape), sum(self.stride())
    self.as_strided((count,), (step,), self.storage_offset()).fill_(fill_value)
    rows, columns = self.shape[0], self.shape[-1]
    if wrap and self.ndim == 2:
        for start in range(columns + 1, rows, columns + 1):
            self[start:].fill_diagonal_(fill_value)
    return self


def get_device(self: Tensor) -> int:
    """The number of the GPU; -1 for the CPU. PyTorch: ``Tensor.get_device``."""
    return -1 if self._device.index is None else self._device.index


METHODS: dict[str, Method] = {
    "apply_": apply_,
    "map_": map_,
    "fill_diagonal_": fill_diagonal_,
    "get_device": get_device,
    "is_nonzero": lambda self: bool(self),
    "is_same_size": lambda self, other: self.shape == other.shape,
    "is_signed": lambda self: self.dtype.is_signed,
    "is_pinned": lambda self, device=None: False,
    "pin_memory": lambda self, device=None: self,
    "share_memory_": lambda self: self,
    "is_shared": lambda self: False,
    "is_inference": lambda self: False,
    "resolve_conj": lambda self: self,
    "resolve_neg": lambda self: self,
    "is_conj": lambda self: False,
    "is_neg": lambda self: False,
    "is_set_to": lambda self, tensor: (
        self.data_ptr() == tensor.data_ptr()
        and self.shape == tensor.shape
        and self.stride() == tensor.stride()
    ),
    "to_dense": lambda self, dtype=None: self if dtype is None else self.to(dtype),
    "const_data_ptr": lambda self: self.data_ptr(),
}

ATTRIBUTES: dict[str, Method] = {
    "is_cpu": lambda self: self._device.type == "cpu",
    "layout": lambda self: options.strided,
    "is_sparse": lambda self: False,
    "is_quantized": lambda self: False,
    "is_mps": lambda self: False,
    "is_meta": lambda self: False,
    "is_nested": lambda self: False,
    "real": lambda self: self,
    "name": lambda self: None,
}
