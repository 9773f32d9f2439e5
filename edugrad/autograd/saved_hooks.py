"""Hooks on what ops save: pack it away (to disk, to the CPU, in fewer bits), unpack it when needed.

Source: ``torch.autograd.graph.saved_tensors_hooks`` and ``save_on_cpu``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import devices
from ..tensor import Tensor
from .grad_mode import mode
from .saved import Packed, Saved


class saved_tensors_hooks:
    """Inside the block, pass everything that ops save through ``pack_hook``.

    Parameters
    ----------
    pack_hook : callable
        Takes the tensor to be saved, returns anything.
    unpack_hook : callable
        Takes what ``pack_hook`` returned when ``backward`` needs it, returns the tensor.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([1.0, 2.0], requires_grad=True)
    >>> with edugrad.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), edugrad.tensor):
    ...     y = x * x
    >>> y.sum().backward()
    >>> x.grad
    tensor([2., 4.])

    Notes
    -----
    PyTorch: ``torch.autograd.graph.saved_tensors_hooks``.
    """

    def __init__(
        self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]
    ) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook
        self._previous: list[Any] = []

    def __enter__(self) -> None:
        self._previous.append(mode.packer)
        mode.watch(packer=self._pack)

    def __exit__(self, *exception: object) -> None:
        mode.watch(packer=self._previous.pop())

    def _pack(self, records: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(self._pack_one(record) for record in records)

    def _pack_one(self, record: Any) -> Any:
        if isinstance(record, Saved):
            tensor, edge = Tensor._wrap(record.array, storage=record.storage), record.edge
        elif isinstance(record, Tensor):
            tensor, edge = record, None
        else:
            return record
        return Packed(self.pack_hook(tensor), self.unpack_hook, edge)


class save_on_cpu(saved_tensors_hooks):
    """Inside the block, keep what ops save in host memory and bring it back when needed.

    Notes
    -----
    PyTorch: ``torch.autograd.graph.save_on_cpu``.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(
            lambda tensor: (tensor.device, tensor.detach().to(devices.CPU, copy=True)),
            lambda packed: packed[1].to(packed[0]),
        )
