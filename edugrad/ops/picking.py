"""Reading and writing at indices of one dimension: ``index_select``, ``index_add``, and so on."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..autograd.writing import deliver
from ..errors import teach
from ..tensor import Tensor, check_dim
from .indexing import Index, Put, Take, add_at, check_bounds, check_index
from .registry import Sample, T, register

BOUNDS = {"index_select": "index out of range in self: "}
ROWS = T(2, kind="int", low=0, high=3, distinct=True)


class IndexSelect(Take):
    """Elements at indices of one dimension."""

    op_name = "index_select"
    formula = "a[index] along dim"


class IndexAdd(Op):
    """A tensor with another added at indices of one dimension."""

    op_name = "index_add"
    reads_apart = True
    formula = "a, + alpha · b at index"
    derivatives = ("grad", "alpha · grad[index]")
    promotes = False

    @classmethod
    def write(cls, ctx: Any, target: Any, source: Any, index: Index, alpha: float) -> None:
        scaled = source if alpha == 1 else source * ctx.xp.asarray(alpha).astype(source.dtype)
        add_at(ctx.xp, target, index, scaled)

    @classmethod
    def forward(cls, ctx: Any, a: Any, b: Any, **params: Any) -> Any:
        result = a.copy()
        cls.write(ctx, result, b, **params)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        need_a, need_b = ctx.needs_input_grad
        index, alpha = ctx.params["index"], ctx.params["alpha"]
        part = IndexSelect.apply(grad, index=index) if need_b else None
        if part is not None and alpha != 1:
            part = part * alpha
        return grad if need_a else None, part


class IndexCopy(Put):
    """A tensor with another written at indices of one dimension."""

    op_name = "index_copy"


class IndexFill(Put):
    """A tensor with one number written at indices of one dimension."""

    op_name = "index_fill"


class IndexFillTensor(IndexFill):
    """A tensor with a 0-d tensor written at indices of one dimension."""

    node_name = "IndexFillBackward1"


def refuse(rule: str, got: Any, mend: str, error: type[Exception] = RuntimeError) -> None:
    raise error(teach(rule, got=str(got), mend=mend))


def _same_dtype(name: str, input: Tensor, source: Tensor) -> None:
    if input.dtype is not source.dtype:
        refuse(
            f"{name}_(): self ({input.dtype}) and source ({source.dtype}) must have the same "
            "scalar type",
            f"{input.dtype} and {source.dtype}",
            f"convert the source: source.to({input.dtype!r})",
        )


def _along(
    name: str,
    input: Tensor,
    dim: int,
    index: Tensor,
    error: type[Exception] = IndexError,
    negative: bool = False,
) -> tuple[int, Index]:
    """The dimension, and the full index for arrays, of an index vector along it."""
    axis = check_dim(dim, input.ndim)
    check_index(name, index)
    if name in ("index_copy_", "index_fill_") and index._array.dtype != "int64":
        refuse(
            f"{name}(): Expected dtype int64 for index, but got {index.dtype}",
            f"an index of {index.dtype}",
            "convert it: index.long()",
            IndexError if name == "index_fill_" else RuntimeError,
        )
    if index.ndim > 1:
        refuse(
            f"{name}(): Index is supposed to be a vector",
            f"an index of shape {tuple(index.shape)}",
            "flatten it: index.flatten()",
            RuntimeError if name == "index_fill_" else IndexError,
        )
    length = input._array.shape[axis] if input.ndim else 1
    low = -length if negative else 0
    check_bounds(index, axis, length, error, low, BOUNDS.get(name, ""))
    places = index._array.astype("int64").reshape(-1) % max(length, 1)
    if not input.ndim:
        return axis, (places * 0,)
    return axis, (slice(None),) * axis + (places,)


@register(
    IndexSelect,
    samples=[
        Sample(T(3, 2), 0, T(4, kind="int", low=0, high=3)),
        Sample(T(2, 3), -1, T(2, kind="int", low=0, high=3)),
        Sample(T(3, 2), dim=0, index=T(kind="int", low=0, high=3)),
    ],
)
def index_select(input: Any, dim: int, index: Any, *, out: Any = None) -> Any:
    """The parts at ``index`` along ``dim``: a copy.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64 or int32
        A vector of indices, none negative.

    Raises
    ------
    IndexError
        If an index is out of range.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.eye(2).index_select(0, edugrad.tensor([1, 1]))
    tensor([[0., 1.],
            [0., 1.]])

    Notes
    -----
    PyTorch: ``torch.index_select``.
    """
    _, places = _along("index_select", input, dim, index)
    if not input.ndim:
        picked = IndexSelect.apply(input.reshape(1), index=places).reshape(())
        return deliver("index_select", picked, out, input)
    return IndexSelect.apply(input, index=places, out=out)


def _index_add(apply: Any, input: Any, dim: int, index: Any, source: Any, alpha: float) -> Any:
    axis, places = _along("index_add", input, dim, index, RuntimeError)
    _same_dtype("index_add", input, source)
    count = source._array.shape[axis] if source.ndim else 1
    if index.numel() != count:
        refuse(
            f"index_add_(): Number of indices ({index.numel()}) should be equal to "
            f"source.size(dim): ({count}), for dim: {axis}",
            f"a source of shape {tuple(source.shape)}",
            "give one index for each part of the source",
        )
    _check_slices("index_add", input, source, axis)
    return of_vector(apply, input, source, index=places, alpha=alpha)


def of_vector(apply: Any, input: Any, source: Any, **params: Any) -> Any:
    """Call an op that wants at least one dimension; a 0-d tensor is written through a view."""
    if input.ndim:
        return apply(input, source, **params)
    made = apply(input.reshape(1), source if source.ndim else source.reshape(1), **params)
    return made.reshape(()) if made._view is None else input


def _check_slices(name: str, input: Tensor, source: Tensor, axis: int) -> None:
    have, given = list(input._array.shape), list(source._array.shape)
    if (
        len(have) != len(given)
        or have[:axis] + have[axis + 1 :] != given[:axis] + given[axis + 1 :]
    ):
        refuse(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {have} source.shape = {given}",
            f"{name} along dimension {axis}",
            "only the length along that dimension may differ",
        )


def _index_add_(input: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    """In-place version of :func:`index_add`."""
    return _index_add(IndexAdd.apply_, input, dim, index, source, alpha)


@register(
    IndexAdd,
    samples=[
        Sample(T(3, 2), 0, T(4, kind="int", low=0, high=3), T(4, 2)),
        Sample(T(2, 3), dim=-1, index=ROWS, source=T(2, 2), alpha=0.5),
        Sample(T(4), 0, T(2, kind="int", low=0, high=4), T(2), alpha=-2),
    ],
    inplace=_index_add_,
)
def index_add(
    input: Any, dim: int, index: Any, source: Any, *, alpha: float = 1, out: Any = None
) -> Any:
    """A copy with ``alpha · source`` added at ``index`` along ``dim``; repeated indices add up.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes do not fit, or an index is out of bounds.

    Notes
    -----
    PyTorch: ``torch.index_add``.
    """
    made = _index_add(IndexAdd.apply, input, dim, index, source, alpha)
    return deliver("index_add", made, out, input, source)


def _index_copy(apply: Any, input: Any, dim: int, index: Any, source: Any) -> Any:
    axis, places = _along("index_copy_", input, dim, index)
    _same_dtype("index_copy", input, source)
    count = source._array.shape[axis] if source.ndim else 1
    if input.ndim and source.ndim and input.ndim != source.ndim:
        refuse(
            "index_copy_(): When source and destination are not scalars, their dimensionality must "
            f"match. Source dimensionality ({source.ndim}), destination dimensionality "
            f"({input.ndim})",
            f"shapes {tuple(source.shape)} and {tuple(input.shape)}",
            "give the source a dimension of length 1: source.unsqueeze(dim)",
            IndexError,
        )
    if index.numel() != count:
        refuse(
            f"index_copy_(): Number of indices ({index.numel()}) should be equal to "
            f"source.size(dim) ({count})",
            f"a source of shape {tuple(source.shape)}",
            "give one index for each part of the source",
            IndexError,
        )
    if source.ndim:
        _check_slices("index_copy", input, source, axis)
    return of_vector(apply, input, source, index=places)


def _index_copy_(input: Any, dim: int, index: Any, source: Any) -> Any:
    """In-place version of :func:`index_copy`."""
    return _index_copy(IndexCopy.apply_, input, dim, index, source)


@register(
    IndexCopy,
    samples=[Sample(T(3, 2), 0, ROWS, T(2, 2)), Sample(T(2, 3), dim=1, index=ROWS, source=T(2, 2))],
    inplace=_index_copy_,
)
def index_copy(input: Any, dim: int, index: Any, source: Any, *, out: Any = None) -> Any:
    """A copy with the parts of ``source`` written at ``index`` along ``dim``.

    PyTorch: ``torch.index_copy``.
    """
    made = _index_copy(IndexCopy.apply, input, dim, index, source)
    return deliver("index_copy", made, out, input, source)


def _index_fill(in_place: bool, input: Any, dim: int, index: Any, value: Any) -> Any:
    if isinstance(value, Tensor) and value.ndim:
        refuse(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.ndim} dimension(s).",
            f"a value of shape {tuple(value.shape)}",
            "use index_copy to write several values",
        )
    _, (*before, places) = _along("index_fill_", input, dim, index, negative=True)
    once = (*before, input._device.xp.unique(places))
    if not input.ndim and not isinstance(value, Tensor):
        value = input.new_full((), value)
    op = IndexFill
    if isinstance(value, Tensor):
        op, value = IndexFillTensor, value.to(input.dtype)
    return of_vector(op.apply_ if in_place else op.apply, input, value, index=once)


def _index_fill_(input: Any, dim: int, index: Any, value: Any) -> Any:
    """In-place version of :func:`index_fill`."""
    return _index_fill(True, input, dim, index, value)


@register(
    IndexFill,
    samples=[
        Sample(T(3, 2), 0, ROWS, 7.0),
        Sample(T(2, 3), dim=-1, index=ROWS, value=-1),
        Sample(T(3), 0, T(1, kind="int", low=0, high=3), T()),
    ],
    inplace=_index_fill_,
)
def index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """A copy with one ``value`` (a number or 0-d tensor) written at ``index`` along ``dim``.

    PyTorch: ``torch.index_fill``.
    """
    return _index_fill(False, input, dim, index, value)
