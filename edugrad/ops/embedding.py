"""Embedding: rows of a table looked up by number."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.function import Op
from ..autograd.grad_mode import no_grad
from ..errors import teach
from .checks import need_tensors
from .registry import Sample, T, register


class Embedding(Op):
    """Rows of a table, looked up by number."""

    op_name = "embedding"
    formula = "w[index]"
    derivatives = ("grad added at index", "")
    symbols = ("w", "index")
    promotes = False

    @staticmethod
    def forward(ctx: Any, weight: Any, index: Any, padding: int, by_frequency: bool) -> Any:
        ctx.save_for_backward(index)
        ctx.rows = weight.shape[0]
        return weight[index]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (index,) = ctx.saved_tensors
        return EmbeddingBack.apply(grad, index, rows=ctx.rows, **ctx.params), None


class EmbeddingBack(Op):
    """Rows added to a table of zeros, those of the padding left out."""

    op_name = "embedding_backward"
    node_name = "EmbeddingDenseBackwardBackward0"
    formula = "a added at index"
    derivatives = ("grad[index]", "")
    symbols = ("a", "index")
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, index: Any, rows: int, padding: int, by_frequency: bool) -> Any:
        xp, length = ctx.xp, a.shape[-1]
        flat = index.reshape(-1).astype("int64", copy=False)
        factors = (flat != padding).astype(a.dtype)
        if by_frequency:
            factors /= xp.maximum(xp.bincount(flat, minlength=rows), 1)[flat].astype(a.dtype)
        ctx.save_for_backward(index, factors.reshape(index.shape))
        result = xp.zeros(rows * length, a.dtype)
        places = flat.reshape(-1, 1) * length + xp.arange(length)
        xp.add.at(
            result,
            places.reshape(-1),
            (a.reshape(len(flat), length) * factors.reshape(-1, 1)).reshape(-1),
        )
        return result.reshape(rows, length)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        index, factors = ctx.saved_tensors
        rows = Embedding.apply(grad, index, padding=-1, by_frequency=False)
        return rows * factors.unsqueeze(-1), None


def _check(input: Any, weight: Any) -> None:
    need_tensors("embedding", weight=weight, indices=input)
    if weight.ndim != 2:
        raise RuntimeError(
            teach(
                "'weight' must be 2-D",
                got=f"a table of shape {tuple(weight.shape)}",
                mend="it has one row for each number: (numbers, length)",
            )
        )
    if input.dtype.name not in ("int64", "int32"):
        raise RuntimeError(
            teach(
                "Expected tensor for argument #1 'indices' to have one of the following scalar "
                f"types: Long, Int; but got {input.dtype.name} instead (while checking arguments "
                "for embedding)",
                got=f"embedding() of a tensor of {input.dtype}",
                mend="convert it with .long(); the table is the second argument",
            )
        )
    if not input.numel():
        return
    low, high, rows = int(input.min()), int(input.max()), weight._array.shape[0]
    if low < 0 or high >= rows:
        raise IndexError(
            teach(
                "index out of range in self",
                got=f"numbers from {low} to {high} for a table of {rows} rows",
                mend=f"numbers run from 0 to {rows - 1}",
            )
        )


def _padding(padding_idx: int | None, rows: int) -> int:
    """The padding's row counted from the front; -1 for none."""
    if padding_idx is None:
        return -1
    if not -rows <= padding_idx < rows:
        raise AssertionError(
            teach(
                "Padding_idx must be within num_embeddings",
                got=f"padding_idx={padding_idx} for a table of {rows} rows",
                mend=f"choose a row from 0 to {rows - 1}",
            )
        )
    return padding_idx % rows


def _shorten(weight: Any, input: Any, longest: float, norm: float) -> None:
    """Scale, in place, the rows that are looked up and longer than allowed."""
    with no_grad():
        xp = weight._device.xp
        rows = xp.unique(input._array.reshape(-1))
        found = weight._array[rows]
        if math.isinf(norm):
            lengths = xp.abs(found).max(1)
        else:
            lengths = (xp.abs(found) ** norm).sum(1) ** (1 / norm)
        scale = xp.where(lengths > longest, longest / (lengths + 1e-7), 1)
        scale = scale.reshape(-1, 1).astype(found.dtype)
        weight._array[rows] = found * scale
        weight._storage.bump("embedding(max_norm=)")


@register(
    Embedding,
    samples=[
        Sample(T(2, 3, kind="int", low=0, high=4), T(4, 5)),
        Sample(T(6, kind="int", low=0, high=3), T(4, 2), padding_idx=3),
        Sample(T(6, kind="int", low=0, high=3), T(4, 2), -1),
        Sample(T(1, kind="int", low=0, high=3), T(3, 2), scale_grad_by_freq=True),
        Sample(T(kind="int", low=0, high=3), T(3, 2)),
        Sample(T(0, kind="int"), T(3, 2)),
    ],
    method=False,
    namespace="edugrad.nn.functional",
)
def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """Look up rows of a table by number.

    Parameters
    ----------
    input : Tensor of int64 or int32
        Numbers of rows.
    weight : Tensor of shape (rows, length)
        The table.
    padding_idx : int, optional
        A row that gets no gradient.
    max_norm : float, optional
        First shorten the rows that are looked up to this length, in place.
    norm_type : float
        Which norm measures the length.
    scale_grad_by_freq : bool
        Divide a row's gradient by how often it is looked up.
    sparse : bool
        There are no sparse gradients here; True raises.

    Returns
    -------
    Tensor of shape (…, length)

    Raises
    ------
    IndexError
        If there is no such row.
    RuntimeError
        If the table is not two-dimensional, or the numbers are no integers.

    Examples
    --------
    >>> import edugrad
    >>> table = edugrad.tensor([[0.0, 0.1], [1.0, 1.1]])
    >>> edugrad.nn.functional.embedding(edugrad.tensor([1, 0, 1]), table)
    tensor([[1.0000, 1.1000],
            [0.0000, 0.1000],
            [1.0000, 1.1000]])

    Notes
    -----
    PyTorch: ``torch.nn.functional.embedding``.
    """
    if sparse:
        raise RuntimeError(
            teach(
                "edugrad has no sparse gradients",
                got="sparse=True",
                mend="leave sparse=False: the gradient is then a whole table",
            )
        )
    _check(input, weight)
    padding = _padding(padding_idx, weight._array.shape[0])
    if max_norm is not None:
        _shorten(weight, input, max_norm, norm_type)
    return Embedding.apply(weight, input, padding=padding, by_frequency=scale_grad_by_freq)
