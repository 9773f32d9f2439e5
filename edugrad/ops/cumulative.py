"""Running sums, products, extremes and differences along a dimension."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.function import Op
from ..autograd.writing import deliver
from ..errors import teach
from ..return_types import result_type
from ..tensor import check_dim
from .checks import need_kernel
from .indexing import ScatterZeros
from .joining import cat
from .reduction import cast
from .registry import Sample, T, register

BLOCK = 32768  # so many float64 fit into the processor's cache
ALONG = [
    Sample(T(2, 3), 1),
    Sample(T(3, 2, 4), dim=0),
    Sample(T(4), -1),
    Sample(T(), 0),
    Sample(T(0, 3), 0),
]


class Cumsum(Op):
    """Running sum along a dimension, rounded once for each element."""

    op_name = "cumsum"
    out_dtype = "any"
    formula = "Σ of a up to here"
    derivatives = ("Σ of grad from here on",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        return _running(a, "cumsum", dim)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return _from_here(grad, ctx.params["dim"])


def _running(a: Any, method: str, dim: int) -> Any:
    """A running sum or product, of floating-point numbers in float64, of integers in int64."""
    dtype = a.dtype if a.dtype.kind == "f" else "int64"
    if not a.ndim:
        return a.astype(dtype)
    wide = "float64" if a.dtype.kind == "f" else dtype
    step = BLOCK * a.shape[dim] // max(a.size, 1)
    if dtype == wide or type(a) is not np.ndarray or not 1 < step < a.shape[dim]:
        return getattr(a, method)(dim, wide).astype(dtype, copy=False)
    return _in_blocks(a, np.add if method == "cumsum" else np.multiply, dim, step)


def _in_blocks(a: np.ndarray, ufunc: np.ufunc, dim: int, step: int) -> np.ndarray:
    """:func:`_running` in pieces of ``step`` elements: the wide numbers stay in the cache."""
    result = np.empty(a.shape, a.dtype)
    lead = (slice(None),) * dim
    wide = np.empty((*a.shape[:dim], step + 1, *a.shape[dim + 1 :]))
    first, rest, last = (*lead, slice(1)), (*lead, slice(1, None)), (*lead, slice(-1, None))
    wide[first] = ufunc.identity
    for start in range(0, a.shape[dim], step):
        piece = (*lead, slice(start, start + step))
        part = wide[(*lead, slice(a[piece].shape[dim] + 1))]
        part[rest] = a[piece]
        ufunc.accumulate(part, dim, out=part)
        result[piece] = part[rest]
        wide[first] = part[last]
    return result


def _from_here(grad: Any, dim: int) -> Any:
    """The sum of this and all later elements."""
    return grad.flip(dim).cumsum(dim).flip(dim) if grad.ndim else grad


class Cumprod(Op):
    """Running product along a dimension, rounded once for each element."""

    op_name = "cumprod"
    out_dtype = "any"
    formula = "Π of a up to here"
    derivatives = ("Σ of grad · out from here on, without this factor",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        result = _running(a, "cumprod", dim)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        dim = ctx.params["dim"]
        if not a.ndim:
            return grad
        if bool((a == 0).any()):
            return shifted(a, dim, 1).cumprod(dim) * backwards(grad, a, dim)
        return _from_here(grad * result, dim) / a


class Recurrence(Op):
    """The sequence whose every element is a term plus a factor times the element before."""

    op_name = "recurrence"
    formula = "out[i] = a[i] + b[i] · out[i - 1]"
    derivatives = ("the recurrence of grad from the end", "that, times out[i - 1]")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, dim: int) -> Any:
        xp = ctx.xp
        terms, factors = xp.moveaxis(a, dim, 0).copy(), xp.moveaxis(b, dim, 0).copy()
        step = 1
        while step < len(terms):
            terms[step:] += factors[step:] * terms[:-step]
            factors[step:] = factors[step:] * factors[:-step]
            step *= 2
        result = xp.moveaxis(terms, 0, dim).copy()
        ctx.save_for_backward(b, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        b, result = ctx.saved_tensors
        dim = ctx.params["dim"]
        share = backwards(grad, b, dim)
        return share, share * shifted(result, dim, 0)


def shifted(a: Any, dim: int, first: float) -> Any:
    """For each element along ``dim`` the one before, and ``first`` for the first."""
    length = a._array.shape[dim]
    if length == 0:
        return a
    shape = [1 if axis == dim else n for axis, n in enumerate(a._array.shape)]
    return cat([a.new_full(shape, first), a.narrow(dim, 0, length - 1)], dim)


def backwards(terms: Any, factors: Any, dim: int) -> Any:
    """The recurrence from the end: each term plus the next factor times the next element."""
    found = Recurrence.apply(terms.flip(dim), shifted(factors.flip(dim), dim, 0), dim=dim)
    return found.flip(dim)


def scan(xp: Any, combine: Any, a: Any, dim: int) -> Any:
    """``combine`` applied to all elements up to each, in as many steps as the length has bits."""
    if not a.ndim:
        return a.copy()
    result = xp.moveaxis(a, dim, 0).copy()
    step = 1
    while step < len(result):
        result[step:] = combine(result[step:], result[:-step])
        step *= 2
    return xp.moveaxis(result, 0, dim).copy()


def _best(xp: Any, combine: Any, a: Any, dim: int) -> Any:
    """The scan of ``maximum`` or ``minimum``, which NumPy has and CuPy has not."""
    return combine.accumulate(a, dim) if type(a) is np.ndarray else scan(xp, combine, a, dim)


class CumulativeExtreme(Op):
    """The largest or smallest element so far along a dimension, and its index."""

    method = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any, dim: int) -> Any:
        xp = ctx.xp
        if not a.ndim:
            return a.copy(), xp.zeros((), "int64")
        values = _best(xp, getattr(xp, cls.method), a, dim)
        shape = [-1 if axis == dim else 1 for axis in range(a.ndim)]
        places = xp.arange(a.shape[dim], dtype="int64").reshape(shape)
        record = (a == values) | (a != a)
        indices = _best(xp, xp.maximum, xp.where(record, places, 0), dim)
        ctx.save_for_backward(indices)
        return values, indices

    @staticmethod
    def backward(ctx: Any, grad: Any, _: Any) -> Any:
        if not grad.ndim:
            return grad
        (indices,) = ctx.saved_tensors
        dim, shape = ctx.params["dim"], tuple(grad._array.shape)
        return ScatterZeros.apply(grad, indices, dim=dim, shape=shape)


class Cummax(CumulativeExtreme):
    """The largest element so far along a dimension, and the index of the last such."""

    op_name = "cummax"
    formula = "max of a up to here"
    derivatives = ("grad at the largest",)
    method = "maximum"


class Cummin(CumulativeExtreme):
    """The smallest element so far along a dimension, and the index of the last such."""

    op_name = "cummin"
    formula = "min of a up to here"
    derivatives = ("grad at the smallest",)
    method = "minimum"


class Logcumsumexp(Op):
    """The logarithm of the running sum of exponentials, without overflow."""

    op_name = "logcumsumexp"
    formula = "ln Σ exp(a) up to here"
    derivatives = ("Σ of grad · exp(a - out) from here on",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        need_kernel("logcumsumexp_out_cpu", "f", a)
        result = scan(ctx.xp, ctx.xp.logaddexp, a, dim)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        if not a.ndim:
            return grad
        dim = ctx.params["dim"]
        gap = shifted(result, dim, 0) - result
        growth = gap.masked_fill(result.isinf(), -math.inf).exp()
        share = (a - result).masked_fill(result == -math.inf, -math.inf).exp()
        return share * backwards(grad, growth, dim)


CummaxResult = result_type("cummax", "values", "indices")
CumminResult = result_type("cummin", "values", "indices")


def _cumsum_(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """In-place version of :func:`cumsum`."""
    return Cumsum.apply_(input, dim=check_dim(dim, input.ndim))


def _prepared(kernel: str, input: Any, dtype: Any) -> Any:
    """The input in the asked-for dtype, which must not be bool."""
    if dtype is not None:
        input = cast(input, dtype)
        need_kernel(kernel, "fiu", input._array)
    return input


@register(Cumsum, samples=[*ALONG, Sample(T(3, kind="int"), 0)], inplace=_cumsum_)
def cumsum(input: Any, dim: int, *, dtype: Any = None, out: Any = None) -> Any:
    """Running sum along ``dim``, in ``dtype`` if given. PyTorch: ``torch.cumsum``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.cumsum(edugrad.tensor([1, 2, 3]), dim=0)
    tensor([1, 3, 6])
    """
    prepared = _prepared("cumsum_out_cpu", input, dtype)
    return cast(Cumsum.apply(prepared, dim=check_dim(dim, input.ndim), out=out), dtype)


def _cumprod_(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """In-place version of :func:`cumprod`."""
    return Cumprod.apply_(input, dim=check_dim(dim, input.ndim))


@register(Cumprod, samples=[*ALONG, Sample(T(3, kind="int"), 0)], inplace=_cumprod_)
def cumprod(input: Any, dim: int, *, dtype: Any = None, out: Any = None) -> Any:
    """Running product along ``dim``, in ``dtype`` if given. PyTorch: ``torch.cumprod``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.cumprod(edugrad.tensor([1, 2, 3]), dim=0)
    tensor([1, 2, 6])
    """
    prepared = _prepared("cumprod_out_cpu", input, dtype)
    return cast(Cumprod.apply(prepared, dim=check_dim(dim, input.ndim), out=out), dtype)


DISTINCT = [
    Sample(T(2, 5, distinct=True), 1),
    Sample(T(4, 2, distinct=True), dim=0),
    Sample(T(), -1),
]


@register(Cummax, samples=DISTINCT)
def cummax(input: Any, dim: int, *, out: Any = None) -> Any:
    """The largest element so far along ``dim``, as a pair (values, indices).

    Examples
    --------
    >>> import edugrad
    >>> values, indices = edugrad.cummax(edugrad.tensor([1.0, 3.0, 2.0]), dim=0)
    >>> values, indices
    (tensor([1., 3., 3.]), tensor([0, 1, 1]))

    Notes
    -----
    PyTorch: ``torch.cummax``.
    """
    return CummaxResult(*Cummax.apply(input, dim=check_dim(dim, input.ndim), out=out))


@register(Cummin, samples=DISTINCT)
def cummin(input: Any, dim: int, *, out: Any = None) -> Any:
    """The smallest element so far along ``dim``; like :func:`cummax`. PyTorch: ``torch.cummin``."""
    return CumminResult(*Cummin.apply(input, dim=check_dim(dim, input.ndim), out=out))


@register(Logcumsumexp, samples=ALONG)
def logcumsumexp(input: Any, dim: int, *, out: Any = None) -> Any:
    """The logarithm of the running sum of exponentials. PyTorch: ``torch.logcumsumexp``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.logcumsumexp(edugrad.tensor([1000.0, 1000.0]), dim=0)
    tensor([1000.0000, 1000.6932])
    """
    return Logcumsumexp.apply(input, dim=check_dim(dim, input.ndim), out=out)


def _check_ends(input: Any, dim: int, ends: list[Any]) -> None:
    """Refuse what does not fit before or behind the input."""
    for end in ends:
        if end.ndim != input.ndim:
            raise RuntimeError(
                teach(
                    "diff expects prepend or append to be the same dimension as input",
                    got=f"shapes {tuple(input.shape)} and {tuple(end.shape)}",
                    mend="reshape it first, e.g. x.reshape(1)",
                )
            )
        for axis, (one, other) in enumerate(zip(input.shape, end.shape, strict=True)):
            if axis != dim and one != other:
                raise RuntimeError(
                    teach(
                        "diff expects the shape of tensor to prepend or append to match that of "
                        f"input except along the differencing dimension; input.size({axis}) = "
                        f"{one}, but got tensor.size({axis}) = {other}",
                        got=f"shapes {tuple(input.shape)} and {tuple(end.shape)}",
                        mend="reshape or expand it first",
                    )
                )


@register(
    None,
    samples=[
        Sample(T(2, 4)),
        Sample(T(4, 3), n=2, dim=0),
        Sample(T(2, 3), prepend=T(2, 1), append=T(2, 2)),
        Sample(T(4, kind="int")),
        Sample(T(4, kind="bool")),
        Sample(T(3), 5),
    ],
)
def diff(
    input: Any,
    n: int = 1,
    dim: int = -1,
    prepend: Any = None,
    append: Any = None,
    *,
    out: Any = None,
) -> Any:
    """Differences between neighbours along ``dim``, taken ``n`` times.

    Parameters
    ----------
    input : Tensor
    n, dim : int
    prepend, append : Tensor, optional
        Put before and behind the input first.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.diff(edugrad.tensor([1, 4, 9]))
    tensor([3, 5])

    Notes
    -----
    PyTorch: ``torch.diff``.
    """
    if not input.ndim:
        raise RuntimeError(
            teach(
                "diff expects input to be at least one-dimensional",
                got="a tensor without dimensions",
                mend="give it one with x.reshape(1)",
            )
        )
    if n < 0:
        raise RuntimeError(
            teach(
                f"order must be non-negative but got {n}",
                got=f"n={n}",
                mend="n counts how often differences are taken",
            )
        )
    axis = check_dim(dim, input.ndim)
    if n == 0:
        return deliver("diff", input.clone(), out, input, prepend, append, castable=True)
    _check_ends(input, axis, [end for end in (prepend, append) if end is not None])
    parts = [part for part in (prepend, input, append) if part is not None]
    result = cat(parts, axis) if len(parts) > 1 else input
    for _ in range(n):
        rest = max(result.shape[axis] - 1, 0)
        later = result.narrow(axis, min(1, result.shape[axis]), rest)
        earlier = result.narrow(axis, 0, rest)
        result = later.logical_xor(earlier) if result.dtype.name == "bool" else later - earlier
    return deliver("diff", result, out, input, prepend, append, castable=True)
