"""Memory formats: the order in which the elements of a tensor lie in memory.

Source: PyTorch, "Tensor Attributes", section "torch.memory_format".
"""

from __future__ import annotations

from typing import Any

from .errors import teach


class MemoryFormat:
    """An order of dimensions in memory. PyTorch: ``torch.memory_format``.

    Attributes
    ----------
    name : str
        "contiguous_format", "preserve_format", "channels_last" or "channels_last_3d".
    order : tuple of int or None
        The dimensions from the outermost to the innermost; None where that is as they stand.
    """

    __slots__ = ("name", "order")

    def __init__(self, name: str, order: tuple[int, ...] | None = None) -> None:
        self.name = name
        self.order = order

    def __repr__(self) -> str:
        return f"edugrad.{self.name}"

    def check(self, ndim: int) -> None:
        """Refuse a tensor that has other dimensions than the format.

        Raises
        ------
        RuntimeError
            As in PyTorch.
        """
        if self.order is not None and len(self.order) != ndim:
            raise RuntimeError(
                teach(
                    f"required rank {len(self.order)} tensor to use {self.name} format",
                    got=f"a tensor of {ndim} dimensions",
                    mend="use it for batches of images, of shape (N, C, H, W)",
                )
            )


contiguous_format = MemoryFormat("contiguous_format")
preserve_format = MemoryFormat("preserve_format")
channels_last = MemoryFormat("channels_last", (0, 2, 3, 1))
channels_last_3d = MemoryFormat("channels_last_3d", (0, 2, 3, 4, 1))


def copied(array: Any, form: MemoryFormat) -> Any:
    """A copy of an array in this order."""
    form.check(array.ndim)
    if form.order is None:
        kept = form is preserve_format and 0 not in array.strides
        return array.copy(order="K" if kept else "C")
    back = [form.order.index(dim) for dim in range(array.ndim)]
    return array.transpose(form.order).copy(order="C").transpose(back)


def order_in_memory(array: Any, form: MemoryFormat = preserve_format) -> tuple[int, ...]:
    """The dimensions from the outermost to the innermost, as they are or as a format wants them."""
    form.check(array.ndim)
    if form.order is not None:
        return form.order
    dimensions = range(array.ndim)
    if form is contiguous_format or array.flags.c_contiguous or 0 in array.strides:
        return tuple(dimensions)
    return tuple(sorted(dimensions, key=lambda dim: -array.strides[dim]))


def laid_out(array: Any, shape: tuple[int, ...], order: tuple[int, ...]) -> Any:
    """Elements that stand in a row as an array of this shape that has them in this order."""
    back = [order.index(dim) for dim in range(len(shape))]
    return array.reshape([shape[dim] for dim in order]).transpose(back)


def as_images(array: Any, model: Any) -> Any:
    """The array, in channels-last order if the one that it was made of is."""
    for form in (channels_last, channels_last_3d):
        if follows(model, form) and not model.flags.c_contiguous:
            return copied(array, form)
    return array


def follows(array: Any, form: MemoryFormat) -> bool:
    """Whether the elements of an array lie in memory in this order."""
    if form.order is None:
        return array.flags.c_contiguous
    return array.ndim == len(form.order) and array.transpose(form.order).flags.c_contiguous
