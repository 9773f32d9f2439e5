"""Views and in-place writes: how a write through one tensor reaches the graph of all that share it.

A view remembers its *base* (the tensor whose memory it looks at) and how to make it again from the
base. An in-place write gives the written tensor a new place in the graph. If it is a view, its base
gets one too, "the base with this region replaced"; every other view of the base notices, by the
storage's version, that its place is out of date and is made again from the base when it is next
asked for.

Source: PyTorch's C++ autograd notes, "View and in-place tracking" (CopySlices).
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Literal

from ..errors import teach
from .grad_mode import enable_grad, mode
from .node import Edge, Node, gradient_edge

if TYPE_CHECKING:
    from ..tensor import Tensor

Step = tuple[Any, dict[str, Any], int]
Creation = Literal["tracked", "no_grad", "multiple", "custom"]


class View:
    """What a view knows of its origin.

    Attributes
    ----------
    base : Tensor
        The tensor that is looked at; never a view itself.
    steps : tuple of (op, params, output number)
        The view ops that lead from the base to this view.
    form : (shape, strides)
        The base's own, at the time; ``t_()`` and its like may change them later.
    version : int
        The storage's version at which the view's place in the graph was right.
    creation : "tracked", "no_grad", "multiple" or "custom"
        How it was made: a view made under ``no_grad``, by an op with several outputs (``unbind``,
        ``split``) or by a Function may not be written to while a graph is recorded.
    """

    __slots__ = ("base", "steps", "form", "version", "creation")

    def __init__(
        self, base: Tensor, steps: tuple[Step, ...], version: int, creation: Creation
    ) -> None:
        self.base = base
        self.steps = steps
        self.form = form_of(base)
        self.version = version
        self.creation = creation

    def is_stale(self, tensor: Tensor) -> bool:
        """Whether the memory was written to since the place of ``tensor`` was found."""
        return self.version != tensor._storage.version

    def refresh(self, tensor: Tensor) -> None:
        """Bring the place of ``tensor`` in the graph up to date with its base.

        It is then described by its strides in the base's memory, whatever op made it: PyTorch
        does the same, and prints ``AsStridedBackward0``.
        """
        if self.version == tensor._storage.version:
            return
        if self.creation != "tracked":
            if mode.grad and self.base._requires_grad:
                raise self.untracked("its base or another view of its base has been", tensor)
            return
        self.version = tensor._storage.version
        if self.form != form_of(self.base):
            self.walk_memory(tensor)
        if self.base._requires_grad:
            with enable_grad():
                seen = self.base.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
                edge = gradient_edge(seen)
            assert edge is not None, "a view of a tensor that requires a gradient has a node"
            move(tensor, edge)

    def untracked(self, written: str, tensor: Tensor) -> RuntimeError:
        """The error for a write that a view of this creation cannot follow."""
        shape = tuple(tensor._array.shape)
        if self.creation == "no_grad":
            return RuntimeError(
                teach(
                    f"A view was created in no_grad mode and {written} modified inplace with grad "
                    "mode enabled",
                    got=f"a view of shape {shape}",
                    mend="make the view and write both inside the no_grad block, or both outside",
                )
            )
        op, _, output = self.steps[-1]
        reason = (
            "This view is the output of a function that returns multiple views. Such functions do "
            "not allow the output views to be modified inplace"
        )
        mend = "write the result to a new tensor, or make single views by indexing: x[i]"
        if self.creation == "custom":
            reason = (
                "This view was created inside a custom Function (or because an input was returned "
                "as-is) and the autograd logic to handle view+inplace would override the custom "
                "backward associated with the custom Function, leading to incorrect gradients"
            )
            mend = "clone() the output of the custom Function"
        return RuntimeError(
            teach(
                f"Output {output} of {_plain_name(op)} is a view and {written} modified inplace. "
                f"{reason}",
                got=f"a view of shape {shape}",
                mend=mend,
            )
        )

    def walk_memory(self, tensor: Tensor) -> None:
        """Describe ``tensor`` by strides alone, now that its base has another form."""
        base = self.base.detach()
        made = base.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
        self.steps, self.form = made._view.steps, form_of(base)


def _plain_name(op: Any) -> str:
    return op.node_name.removesuffix("0").removesuffix("Backward")


def replay(steps: tuple[Step, ...], tensor: Tensor) -> Tensor:
    """Take a view's steps from another tensor that lies in memory as its base does."""
    for op, params, output in steps:
        made = op.apply(tensor, **params)
        tensor = made[output] if type(made) is tuple else made
    return tensor


def form_of(tensor: Tensor) -> tuple[Any, Any]:
    """How a tensor lies in memory."""
    return tensor._array.shape, tensor._array.strides


def lying_as(tensor: Tensor, form: tuple[Any, Any]) -> Tensor:
    """``tensor`` itself if its memory has this form, or a copy that has."""
    if form_of(tensor) == form:
        return tensor
    shape, strides = form
    width = tensor._array.itemsize
    return tensor.new_empty_strided(shape, [step // width for step in strides]).copy_(tensor)


def attach_view(view: Tensor, source: Tensor, step: Step, several: bool) -> None:
    """Note that ``view`` looks at the memory of ``source``."""
    parent = source._view
    base = source if parent is None else parent.base
    steps = (step,) if parent is None else (*parent.steps, step)
    creation: Creation = "tracked"
    if not mode.grad:
        creation = "no_grad"
    elif several:
        creation = "multiple"
    elif parent is not None:
        creation = parent.creation
    view._view = View(base, steps, view._storage.version, creation)
    if creation == "no_grad":
        view._requires_grad = base._requires_grad


class ReplaceRegion(Node):
    """The base of a view after a write through the view: old everywhere but in its region."""

    __slots__ = ("steps", "form", "outputs")

    node_name = "CopySlices"
    formula = "a with b written into it"
    symbols = ("a", "b")
    derivatives = ("grad, 0 where b was written", "grad where b was written")

    def __init__(self, view: View, written: Node) -> None:
        self.steps = view.steps
        self.form = form_of(view.base)
        array, version = view.base._array, view.base._storage.version
        self.outputs = [(array.shape, array.dtype, weakref.ref(view.base), version)]
        self.place((gradient_edge(view.base), (written, 0)), written._position)

    def name(self) -> str:
        """PyTorch's, which is that of its C++ class."""
        return f"torch::autograd::{self.node_name}"

    def run(self, gradients: list[Tensor | None]) -> tuple[Tensor | None, ...]:
        (gradient,) = gradients
        assert gradient is not None, "the engine runs a node only with a gradient"
        outside = None
        if self.edges[0] is not None:
            outside = lying_as(gradient.clone(), self.form)
            replay(self.steps, outside).zero_()
        return outside, replay(self.steps, lying_as(gradient, self.form))


def check_overlap(target: Tensor, op_name: str) -> None:
    """Refuse to write to a tensor several of whose elements are one number in memory."""
    if _overlaps_itself(target._array):
        raise RuntimeError(
            teach(
                "unsupported operation: more than one element of the written-to tensor refers to "
                "a single memory location",
                got=f"{op_name} on an expanded tensor of shape {tuple(target._array.shape)}",
                mend="clone() the tensor before writing to it",
            )
        )


def check_shared(target: Tensor, source: Tensor, apart: bool = False) -> None:
    """Refuse to write over numbers that are read at the same time from other places.

    The same tensor may be read and written, element by element, unless they have to be ``apart``.
    What does not lie densely in memory is not looked into, as in PyTorch.
    """
    written, read = target._array, source._array
    if not (_is_dense(written) and _is_dense(read)):
        return
    start, begin = target.data_ptr(), source.data_ptr()
    if start == begin and written.strides == read.strides and written.shape == read.shape:
        if not apart:
            return
    elif start >= begin + read.nbytes or begin >= start + written.nbytes:
        return
    raise RuntimeError(
        teach(
            "unsupported operation: some elements of the input tensor and the written-to tensor "
            "refer to a single memory location. Please clone() the tensor before performing the "
            "operation.",
            got=f"views of shapes {tuple(written.shape)} and {tuple(read.shape)} of one memory",
            mend="read from a copy: x[:-1] = x[1:].clone()",
        )
    )


def _is_dense(array: Any) -> bool:
    """Whether the elements fill their part of the memory without gaps, each at its own place."""
    reach = sum(
        (length - 1) * stride for length, stride in zip(array.shape, array.strides, strict=True)
    )
    return array.size > 0 and reach + array.itemsize == array.nbytes


def check_write(target: Tensor, op_name: str, tracked: bool) -> None:
    """Refuse an in-place write that would make a gradient wrong, as PyTorch does."""
    if op_name != "fill_":  # one number for all, so it does not matter which was written last
        check_overlap(target, op_name)
    view = target._view
    touched = tracked or target._requires_grad or (view is not None and view.base._requires_grad)
    if not touched or not mode.grad:
        return
    if view is None:
        if target._requires_grad and target._edge is None:
            _refuse_leaf("a leaf Variable", target, op_name)
        return
    if view.creation != "tracked":
        raise view.untracked("is being", target)
    if view.base._edge is None and (view.base._requires_grad or target._requires_grad):
        _refuse_leaf("a view of a leaf Variable", view.base, op_name)


def _refuse_leaf(what: str, leaf: Tensor, op_name: str) -> None:
    raise RuntimeError(
        teach(
            f"{what} that requires grad is being used in an in-place operation",
            got=f"{op_name} on a leaf of shape {tuple(leaf._array.shape)}: its old value would be "
            "lost, and with it the meaning of its gradient",
            mend="to change a parameter, write `with edugrad.no_grad():` around it; to compute "
            "with it, make a new tensor, e.g. y = x + 1 instead of x += 1",
        )
    )


def _overlaps_itself(array: Any) -> bool:
    return (
        array.size > 0
        and 0 in array.strides
        and any(
            stride == 0 and length > 1
            for stride, length in zip(array.strides, array.shape, strict=True)
        )
    )


def write_history(target: Tensor, node: Node) -> None:
    """Give ``target``, just written to by ``node``, and its base their new places in the graph."""
    view = target._view
    if view is None:
        move(target, (node, 0))
    else:
        move(view.base, (ReplaceRegion(view, node), 0))


def move(tensor: Tensor, edge: Edge) -> None:
    """Give a tensor a new place in the graph; what retains its gradient moves along."""
    before = tensor._edge
    if before is not None and before[0].hooks is not None:
        kept = before[0].hooks.retained.get(before[1])
        if kept is not None and kept() is tensor:
            del before[0].hooks.retained[before[1]]
            edge[0].own_hooks().retained[edge[1]] = kept
    tensor._edge = edge
    tensor._requires_grad = True
