"""Reductions: many elements become one, over all, one or several dimensions."""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

from .. import dtypes
from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor, check_dim
from .checks import need_float
from .registry import Sample, T, register

Dims = int | Sequence[int] | None

OVER = [
    Sample(T(2, 3, 4)),
    Sample(T(2, 3, 4), dim=1),
    Sample(T(2, 3, 4), dim=(0, -1), keepdim=True),
    Sample(T(3), dim=0),
    Sample(T()),
]


def axes(dim: Dims, ndim: int) -> tuple[int, ...]:
    """The dimensions that ``dim`` names, each counted from the front; all for None or ()."""
    if dim is None or (not isinstance(dim, int) and len(dim) == 0):
        return tuple(range(ndim))
    named = (dim,) if isinstance(dim, int) else tuple(dim)
    found = tuple(check_dim(each, ndim) for each in named)
    if len(set(found)) != len(found):
        repeated = next(each for each in found if found.count(each) > 1)
        raise RuntimeError(
            teach(
                f"dim {repeated} appears multiple times in the list of dims",
                got=f"dim={dim}",
                mend="name each dimension once",
            )
        )
    return found if ndim else ()


def spread(value: Tensor, shape: tuple[int, ...], dims: tuple[int, ...]) -> Tensor:
    """Expand a reduced tensor back to ``shape``, the reduced ``dims`` first put back as ones."""
    kept = tuple(1 if axis in dims else length for axis, length in enumerate(shape))
    return value.reshape(kept).expand(shape)


class Reduction(Op):
    """An op whose gradient is spread over what was reduced; ``dims`` are counted from the front."""


class Sum(Reduction):
    """Sum of elements."""

    op_name = "sum"
    formula = "Σ a"
    derivatives = ("grad, spread over the sum",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        ctx.shape = a.shape
        return a.sum(dims, None if a.dtype.kind == "f" else "int64", keepdims=keepdim)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return spread(grad, ctx.shape, ctx.params["dims"])


class SumOver(Sum):
    """Sum of elements over given dimensions."""

    node_name = "SumBackward1"


class Mean(Reduction):
    """Mean of elements."""

    op_name = "mean"
    formula = "Σ a / n"
    derivatives = ("grad / n, spread over the mean",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        ctx.shape = a.shape
        count = math.prod(a.shape[axis] for axis in dims)
        total = a.sum(dims, keepdims=keepdim)
        return total / count if count else total * math.nan

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        dims = ctx.params["dims"]
        count = math.prod(ctx.shape[axis] for axis in dims)
        return spread(grad / builtins.max(count, 1), ctx.shape, dims)


class MeanOver(Mean):
    """Mean of elements over given dimensions."""

    node_name = "MeanBackward1"


class Var(Reduction):
    """Variance of elements."""

    op_name = "var"
    formula = "Σ (a - mean)² / (n - correction)"
    derivatives = ("grad · 2 (a - mean) / (n - correction)",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool, correction: float) -> Any:
        ctx.save_for_backward(a)
        return _variance(a, dims, keepdim, correction)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return _variance_gradient(grad, a, ctx.params["dims"], ctx.params["correction"])


class Std(Reduction):
    """Standard deviation of elements."""

    op_name = "std"
    formula = "√(Σ (a - mean)² / (n - correction))"
    derivatives = ("grad · (a - mean) / (std · (n - correction)), 0 where std is 0",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool, correction: float) -> Any:
        result = ctx.xp.sqrt(_variance(a, dims, keepdim, correction))
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        share = (grad / (2 * result)).masked_fill(result.detach() == 0, 0.0)
        return _variance_gradient(share, a, ctx.params["dims"], ctx.params["correction"])


def _variance(a: Any, dims: tuple[int, ...], keepdim: bool, correction: float) -> Any:
    count = math.prod(a.shape[axis] for axis in dims)
    away = a - (a.sum(dims, keepdims=True) / builtins.max(count, 1))
    total = (away * away).sum(dims, keepdims=keepdim)
    freedom = count - correction
    return total / freedom if freedom > 0 else total / 0


def _variance_gradient(grad: Any, a: Any, dims: tuple[int, ...], correction: float) -> Any:
    count = math.prod(a._array.shape[axis] for axis in dims)
    freedom = count - correction
    factor = 2.0 / freedom if freedom > 0 else math.nan
    return spread(grad, a._array.shape, dims) * ((a - a.mean(dims, keepdim=True)) * factor)


class All(Op):
    """Whether all elements are nonzero."""

    op_name = "all"
    formula = "∀ a"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        return a.astype(bool).all(dims, keepdims=keepdim)


class Any_(Op):
    """Whether any element is nonzero."""

    op_name = "any"
    formula = "∃ a"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        return a.astype(bool).any(dims, keepdims=keepdim)


class Cumsum(Op):
    """Running sum along a dimension."""

    op_name = "cumsum"
    formula = "Σ of a up to here"
    derivatives = ("Σ of grad from here on",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        dtype = a.dtype if a.dtype.kind == "f" else "int64"
        return a.cumsum(dim, dtype) if a.ndim else a.astype(dtype)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        if not grad.ndim:
            return grad
        dim = ctx.params["dim"]
        return grad.flip(dim).cumsum(dim).flip(dim)


class Logsumexp(Reduction):
    """Logarithm of the sum of exponentials, computed without overflow."""

    op_name = "logsumexp"
    formula = "ln Σ exp(a)"
    derivatives = ("grad · softmax(a)",)
    to_float = True

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        xp = ctx.xp
        largest = a.max(dims, keepdims=True) if a.size else a.sum(dims, keepdims=True)
        largest = xp.where(xp.isfinite(largest), largest, 0)
        total = xp.log(xp.exp(a - largest).sum(dims, keepdims=keepdim))
        result = total + largest.reshape(total.shape)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        dims, shape = ctx.params["dims"], a._array.shape
        return spread(grad, shape, dims) * (a - spread(result, shape, dims)).exp()


def _cast(input: Any, dtype: Any) -> Any:
    return input if dtype is None else input.to(dtypes.check(dtype))


@register(Sum, samples=OVER)
def sum(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    r"""Sum the elements, over all dimensions or those in ``dim``.

    .. math:: \text{out} = \sum_i a_i

    Parameters
    ----------
    input : Tensor
    dim : int or sequence of int, optional
        Dimensions to sum over; None for all.
    keepdim : bool
        Keep the summed dimensions with length 1.
    dtype : DType, optional
        Convert to it before summing. Integers and booleans are summed as int64.

    Raises
    ------
    IndexError
        If there is no such dimension.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> x.sum(), x.sum(dim=0)
    (tensor(10.), tensor([4., 6.]))

    Notes
    -----
    PyTorch: ``torch.sum``.
    """
    input = _cast(input, dtype)
    op = Sum if dim is None else SumOver
    return op.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


@register(Mean, samples=OVER)
def mean(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """Mean of the elements, over all dimensions or those in ``dim``. PyTorch: ``torch.mean``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensor([1.0, 2.0, 6.0]).mean()
    tensor(3.)
    """
    input = _cast(input, dtype)
    need_float("mean(): could not infer output dtype. Input dtype must be floating point", input)
    op = Mean if dim is None else MeanOver
    return op.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


@register(
    Var,
    samples=[
        Sample(T(2, 3, 4)),
        Sample(T(2, 3), dim=1),
        Sample(T(2, 3), dim=0, correction=0, keepdim=True),
        Sample(T(2, 3), unbiased=False),
    ],
)
def var(
    input: Any,
    dim: Dims = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    out: Any = None,
) -> Any:
    """Variance of the elements; divides by n - ``correction`` (1 unless given).

    Notes
    -----
    PyTorch: ``torch.var``.
    """
    params = _variance_params(input, dim, unbiased, correction)
    return Var.apply(input, keepdim=keepdim, **params, out=out)


def _variance_params(
    input: Any, dim: Dims, unbiased: bool | None, correction: float | None
) -> dict[str, Any]:
    need_float("std and var only support floating point dtypes", input)
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 0 if unbiased is False else 1
    return {"dims": axes(dim, input.ndim), "correction": correction}


@register(Std, samples=[Sample(T(2, 3, 4)), Sample(T(2, 3), dim=1, correction=0)])
def std(
    input: Any,
    dim: Dims = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    out: Any = None,
) -> Any:
    """Standard deviation: the root of :func:`var`. PyTorch: ``torch.std``."""
    params = _variance_params(input, dim, unbiased, correction)
    return Std.apply(input, keepdim=keepdim, **params, out=out)


@register(All, samples=[Sample(T(2, 3, kind="bool")), Sample(T(2, 3, kind="bool"), dim=1)])
def all(input: Any, dim: Dims = None, keepdim: bool = False) -> Any:
    """Whether all elements are nonzero. PyTorch: ``torch.all``."""
    return All.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim)


@register(Any_, samples=[Sample(T(2, 3, kind="bool")), Sample(T(2, 3, kind="bool"), dim=1)])
def any(input: Any, dim: Dims = None, keepdim: bool = False) -> Any:
    """Whether any element is nonzero. PyTorch: ``torch.any``."""
    return Any_.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim)


@register(Cumsum, samples=[Sample(T(2, 3), 1), Sample(T(2, 3), dim=0), Sample(T(), 0)])
def cumsum(input: Any, dim: int, *, dtype: Any = None, out: Any = None) -> Any:
    """Running sum along ``dim``. PyTorch: ``torch.cumsum``."""
    input = _cast(input, dtype)
    return Cumsum.apply(input, dim=check_dim(dim, input.ndim), out=out)


@register(Logsumexp, samples=[Sample(T(2, 3), 1), Sample(T(2, 3), dim=(0, 1), keepdim=True)])
def logsumexp(input: Any, dim: Dims, keepdim: bool = False, *, out: Any = None) -> Any:
    """Logarithm of the sum of exponentials, without overflow. PyTorch: ``torch.logsumexp``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.logsumexp(edugrad.tensor([1000.0, 1000.0]), dim=0)
    tensor(1000.6932)
    """
    return Logsumexp.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)
