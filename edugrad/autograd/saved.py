"""What an op saves for its derivative, and the check that nobody has changed it since.

Inputs are saved as the tensors they are. Outputs are saved as bare arrays: a node that held its own
output would be a circle. Both note their storage's version and compare it when they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import teach
from ..storage import Storage
from ..tensor import Tensor
from .grad_mode import mode

if TYPE_CHECKING:
    from .node import Edge, Node


class Saved(NamedTuple):
    """One saved tensor. ``tensor`` is the input itself; None for an output or a copy.

    ``edge`` is the tensor's place in the graph. For an output it is the output's number alone: with
    its node, which holds this record, it would be a circle.
    """

    tensor: Tensor | None
    array: Any
    storage: Storage
    version: int
    edge: Edge | int | None
    origin: str


class Packed:
    """What a pack hook made of one saved tensor, and how to get the tensor back."""

    __slots__ = ("value", "unpack_hook", "edge")

    def __init__(
        self, value: Any, unpack_hook: Callable[..., Any], edge: Edge | int | None
    ) -> None:
        self.value = value
        self.unpack_hook = unpack_hook
        self.edge = edge

    def unpack(self, node: Node) -> Tensor:
        """The tensor, with its place in the graph."""
        found = self.unpack_hook(self.value)
        if not isinstance(found, Tensor):
            raise TypeError(
                teach(
                    "Output of saved tensor unpack_hook expected to be a Tensor",
                    got=type(found).__name__,
                    mend="return the tensor that pack_hook was given, or one equal to it",
                )
            )
        again: Tensor = Tensor._wrap(found._array, found._device, found._storage)
        return _placed(again, self.edge, node)


_new = tuple.__new__  # a named tuple without the cost of its Python-level constructor

FREED: tuple[Any, ...] = ("freed",)


def pack_input(tensor: Tensor, array: Any, edge: Edge | None) -> Saved:
    """Save an input; ``array`` is what the op saw of it (of another dtype after promotion)."""
    storage = tensor._storage
    return _new(Saved, (tensor, array, storage, storage.version, edge, "an input"))


def pack_output(output: Tensor, number: int) -> Saved:
    """Save an output of the node itself, which is its ``number``-th."""
    storage = output._storage
    return _new(Saved, (None, output._array, storage, storage.version, number, "its output"))


def pack_copy(array: Any, edge: Edge | None) -> Saved:
    """Save an input that the op itself is about to overwrite."""
    copied = array.copy()
    return Saved(None, copied, Storage(copied), 0, edge, "a copy")


def pack_stale(tensor: Tensor, edge: Edge | None) -> Saved:
    """Save an operand that is also what the op overwrites: to use it will raise, as in PyTorch.

    The tensor itself is not kept, for it will hold the node that this record belongs to.
    """
    storage = tensor._storage
    return Saved(None, tensor._array, storage, storage.version, edge, "an input")


def unpack(record: Any, node: Node) -> Any:
    """The tensor that was saved, with its place in the graph; raise if it was changed since."""
    if type(record) is not Saved:
        return record.unpack(node) if type(record) is Packed else record
    tensor, array, storage, version, edge, _ = record
    if storage.version != version:
        raise RuntimeError(_changed(record, node))
    if tensor is not None and tensor._requires_grad == (edge is not None):
        if tensor._array is array:
            return tensor
        if tensor._storage is storage and tensor._array.dtype != array.dtype:
            return tensor.to(array.dtype)
    return _placed(Tensor._wrap(array, storage=storage), edge, node)


def _placed(tensor: Tensor, edge: Edge | int | None, node: Node) -> Tensor:
    """Give a tensor that was saved by ``node`` its place in the graph again."""
    if edge is not None and tensor._array.dtype.kind == "f":
        tensor._edge = (node, edge) if type(edge) is int else edge  # type: ignore[assignment]
        tensor._requires_grad = True
    return tensor


_KEPT = frozenset((Saved, Packed))


def unpack_all(records: Sequence[Any], node: Node) -> tuple[Any, ...]:
    if records is FREED:
        raise RuntimeError(
            teach(
                "Trying to backward through the graph a second time: the values saved for the "
                "derivative were freed after the first",
                got=f"{node.name()} has nothing saved any more",
                mend="run the forward computation again for a new graph, or keep this one with "
                "backward(retain_graph=True) the first time",
            )
        )
    return tuple([unpack(each, node) if type(each) in _KEPT else each for each in records])


def _changed(record: Saved, node: Node) -> str:
    shape, dtype = tuple(record.array.shape), record.array.dtype
    storage = record.storage
    made = f", made at {node.site}" if node.site is not None else ""
    wrote = f" by {storage.writer}" if storage.writer else ""
    where = f" at {storage.written_at}" if storage.written_at is not None else ""
    hint = "" if mode.anomaly else "; edugrad.autograd.detect_anomaly() checks while you compute"
    return teach(
        "one of the variables needed for gradient computation has been modified by an inplace "
        "operation",
        got=f"{node.name()}{made}, saved {record.origin} of shape {shape} and type {dtype} at "
        f"version {record.version}; it was changed{wrote}{where} and is at version "
        f"{storage.version}",
        mend="write the change to a new tensor (y = y + 1 instead of y += 1), or clone() before "
        f"it{hint}",
    )


def saved_as(node: Any, name: str) -> Any:
    """What an op has saved under PyTorch's name for it: "self", "other", "exponent", "result".

    Raises
    ------
    AttributeError
        If the op has not saved it.
    """
    place = {"self": 0, "other": 1, "exponent": 1}.get(name)
    for number, (record, value) in enumerate(zip(node.saved, node.saved_tensors, strict=True)):
        is_output = isinstance(record, Saved) and isinstance(record.edge, int)
        is_input = isinstance(record, (Saved, int, float)) and not is_output
        if (is_output and name == "result") or (is_input and number == place):
            return value
    raise AttributeError(f"'{node.node_name}' object has no attribute '_saved_{name}'")
