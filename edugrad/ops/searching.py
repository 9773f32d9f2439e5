"""Where a value belongs in a sorted sequence."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor
from .checks import need_kernel
from .registry import Sample, T, register


class Searchsorted(Op):
    """How many elements of a sorted sequence come before each value."""

    op_name = "searchsorted"
    formula = "count of a < b"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, right: bool, dtype: str) -> Any:
        xp = ctx.xp
        need_kernel("searchsorted_out_cpu", "fiu", a)
        side = "right" if right else "left"
        b = xp.asarray(b)
        if a.ndim == 1:
            return xp.asarray(_search(xp, a, b.reshape(-1), side)).reshape(b.shape).astype(dtype)
        rows = math.prod(a.shape[:-1])
        sequences, values = a.reshape(rows, a.shape[-1]), b.reshape(rows, b.shape[-1])
        found = xp.empty(values.shape, dtype)
        for row in range(rows):
            found[row] = _search(xp, sequences[row], values[row], side)
        return found.reshape(b.shape)


def _search(xp: Any, sequence: Any, values: Any, side: str) -> Any:
    """NumPy's search, but NaN belongs at the end."""
    found = xp.searchsorted(sequence, values, side)
    return xp.where(values == values, found, len(sequence)) if values.dtype.kind == "f" else found


def _refuse(rule: str, got: str, mend: str) -> None:
    raise RuntimeError(teach(rule, got=got, mend=mend))


def _check_side(name: str, side: str | None, right: bool) -> bool:
    if side not in (None, "left", "right"):
        _refuse(
            f"torch.{name}(): side can only be 'left' or 'right' but got {side}",
            f"side={side!r}",
            "'left' puts a value before its equals, 'right' behind them",
        )
    if side == "left" and right:
        _refuse(
            f"torch.{name}(): side and right can't be set to opposites, got side of left while "
            "right was True",
            "side='left' and right=True",
            "give one of them",
        )
    return right or side == "right"


def _check_shapes(sequence: Any, values: Any) -> None:
    if not sequence.ndim:
        _refuse(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 "
            "dimension",
            "a sequence without dimensions",
            "give it one with x.reshape(1)",
        )
    count = values.ndim if isinstance(values, Tensor) else 0
    if count == 0 and sequence.ndim != 1:
        _refuse(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor "
            f"dimension is 1, but we got boundaries tensor dim({sequence.ndim}) and input value's "
            "dim(0) numel(1)",
            f"one value for a sequence of shape {tuple(sequence.shape)}",
            "give as many rows of values as there are sequences",
        )
    if sequence.ndim > 1 and tuple(sequence.shape[:-1]) != tuple(values.shape[:-1]):
        _refuse(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
            "dimensions of boundaries tensor and input value tensor must match, but we got "
            f"boundaries tensor {list(sequence.shape)} and input value tensor "
            f"{list(values.shape)}",
            f"shapes {tuple(sequence.shape)} and {tuple(values.shape)}",
            "give as many rows of values as there are sequences",
        )


def _sorted_by(sequence: Any, sorter: Any) -> Any:
    if sorter.shape != sequence.shape:
        _refuse(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary "
            f"tensor {list(sequence.shape)}and got sorter tensor {list(sorter.shape)}",
            f"shapes {tuple(sequence.shape)} and {tuple(sorter.shape)}",
            "make the sorter with sequence.argsort()",
        )
    if sorter.dtype.name != "int64":
        _refuse(
            "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype "
            f"{sorter.dtype.name}",
            f"a sorter of {sorter.dtype}",
            "make the sorter with sequence.argsort()",
        )
    length = sequence.shape[-1]
    if sorter.numel() and not 0 <= int(sorter.min()) <= int(sorter.max()) < length:
        _refuse(
            "torch.searchsorted(): sorter index out of range",
            f"indices from {int(sorter.min())} to {int(sorter.max())} for {length} elements",
            "make the sorter with sequence.argsort()",
        )
    return sequence.gather(-1, sorter)


@register(
    Searchsorted,
    samples=[
        Sample(T(5, low=0.0, high=1e-9), T(2, 3)),
        Sample(T(4, kind="int", low=3, high=4), T(6, kind="int", low=1, high=6), right=True),
        Sample(T(4, kind="int", low=3, high=4), 3, side="right", out_int32=True),
        Sample(T(2, 1), T(2, 3), side="left"),
        Sample(T(1), T(2), sorter=T(1, kind="int", low=0, high=1)),
    ],
    method=False,
)
def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
    out: Any = None,
) -> Any:
    """The places at which values keep a sorted sequence sorted.

    Parameters
    ----------
    sorted_sequence : Tensor
        Sorted along its last dimension; of one dimension, or of one row for each row of ``input``.
    input : Tensor or number
    out_int32 : bool
        Return int32 in the place of int64.
    right : bool
        Behind equal elements, not before them; ``side="right"`` is the same.
    side : "left" or "right", optional
    sorter : Tensor of int64, optional
        The indices that sort a sequence that is not sorted.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.searchsorted(edugrad.tensor([1, 3, 5]), edugrad.tensor([3, 6]))
    tensor([1, 3])

    Notes
    -----
    PyTorch: ``torch.searchsorted``.
    """
    right = _check_side("searchsorted", side, right)
    _check_shapes(sorted_sequence, input)
    if sorter is not None:
        sorted_sequence = _sorted_by(sorted_sequence, sorter)
    dtype = "int32" if out_int32 else "int64"
    return Searchsorted.apply(sorted_sequence, input, right=right, dtype=dtype, out=out)


@register(
    Searchsorted,
    samples=[
        Sample(T(2, 3), T(1)),
        Sample(T(5, kind="int", low=0, high=5), T(1, kind="int"), right=True),
        Sample(1.5, T(1), out_int32=True),
        Sample(T(3), T(1), out_int32=False, right=False),
    ],
    method=False,
)
def bucketize(
    input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False, out: Any = None
) -> Any:
    """The number of the bucket, between ``boundaries``, that each value belongs to.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.bucketize(edugrad.tensor([0.5, 2.0, 9.0]), edugrad.tensor([1.0, 3.0]))
    tensor([0, 1, 2])

    Notes
    -----
    PyTorch: ``torch.bucketize``.
    """
    if boundaries.ndim != 1:
        _refuse(
            f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})",
            f"boundaries of shape {tuple(boundaries.shape)}",
            "use searchsorted for one row of boundaries for each row of values",
        )
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)
