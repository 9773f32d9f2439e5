"""Reductions: many elements become one, over all, one or several dimensions."""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import dtypes
from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor, check_dim
from .registry import Sample, T, register

Dims = int | Sequence[int] | None

OVER = [
    Sample(T(2, 3, 4)),
    Sample(T(2, 3, 4), dim=1),
    Sample(T(2, 3, 4), dim=(0, -1), keepdim=True),
    Sample(T(3), dim=0),
    Sample(T()),
]
OVER_ONE = [
    Sample(T(2, 3, 4, distinct=True), dim=1),
    Sample(T(2, 3, distinct=True), dim=-1, keepdim=True),
]


def axes(dim: Dims, ndim: int) -> tuple[int, ...]:
    """The dimensions that ``dim`` names, each counted from the front; all for None or ()."""
    if dim is None or (not isinstance(dim, int) and len(dim) == 0):
        return tuple(range(ndim))
    named = (dim,) if isinstance(dim, int) else tuple(dim)
    found = tuple(check_dim(each, ndim) for each in named)
    if len(set(found)) != len(found):
        raise RuntimeError(
            teach(
                "dim appears multiple times in the list of dims",
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


class Var(Reduction):
    """Variance of elements."""

    op_name = "var"
    formula = "Σ (a - mean)² / (n - correction)"
    derivatives = ("grad · 2 (a - mean) / (n - correction)",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool, correction: float) -> Any:
        ctx.save_for_backward(a)
        count = math.prod(a.shape[axis] for axis in dims)
        away = a - a.mean(dims, keepdims=True)
        total = (away * away).sum(dims, keepdims=keepdim)
        freedom = builtins.max(count - correction, 0)
        return total / freedom if freedom else total / (total * 0)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        dims = ctx.params["dims"]
        count = math.prod(a._array.shape[axis] for axis in dims)
        away = a - a.mean(dims, keepdim=True)
        factor = 2.0 / builtins.max(count - ctx.params["correction"], 0) if count > 1 else math.nan
        return spread(grad, a._array.shape, dims) * away * factor


class Extreme(Reduction):
    """The largest or smallest of elements; equal ones share the gradient."""

    method = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        if not a.size and builtins.any(a.shape[axis] == 0 for axis in dims):
            raise RuntimeError(
                teach(
                    f"{cls.op_name}(): Expected reduction dim to have non-zero size",
                    got=f"a tensor of shape {tuple(a.shape)}",
                    mend="check for an empty tensor first: x.numel() > 0",
                )
            )
        result = getattr(a, cls.method)(dims, keepdims=keepdim)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        dims = ctx.params["dims"]
        mask = (a == spread(result, a._array.shape, dims)).to(grad.dtype)
        return spread(grad, a._array.shape, dims) * (mask / mask.sum(dims, keepdim=True))


class Amax(Extreme):
    """The largest of elements."""

    op_name = "amax"
    formula = "max a"
    derivatives = ("grad at the largest, shared by equals",)
    method = "max"


class Amin(Extreme):
    """The smallest of elements."""

    op_name = "amin"
    formula = "min a"
    derivatives = ("grad at the smallest, shared by equals",)
    method = "min"


class Argument(Op):
    """The index of the largest or smallest element along a dimension."""

    differentiable = False
    method = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any, dim: int | None, keepdim: bool) -> Any:
        if not a.size:
            raise IndexError(
                teach(
                    f"{cls.op_name}(): Expected reduction dim to have non-zero size",
                    got=f"a tensor of shape {tuple(a.shape)}",
                    mend="check for an empty tensor first: x.numel() > 0",
                )
            )
        found = getattr(a, cls.method)(dim)
        if keepdim:
            found = ctx.xp.expand_dims(found, dim if dim is not None else tuple(range(a.ndim)))
        return found


class Argmax(Argument):
    """The index of the largest element."""

    op_name = "argmax"
    formula = "argmax a"
    method = "argmax"


class Argmin(Argument):
    """The index of the smallest element."""

    op_name = "argmin"
    formula = "argmin a"
    method = "argmin"


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
        if not a.ndim:
            return a.copy()
        return a.cumsum(dim, None if a.dtype.kind == "f" else "int64")

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


class MaxResult(NamedTuple):
    """What ``max(dim)`` and ``min(dim)`` return."""

    values: Tensor
    indices: Tensor


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
    return Sum.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


def _need_float(name: str, input: Any) -> None:
    if not input.is_floating_point():
        raise RuntimeError(
            teach(
                f"{name}(): could not infer output dtype. Input dtype must be a floating point "
                f"dtype",
                got=f"a tensor of {input.dtype}",
                mend=f"convert it first: x.float().{name}()",
            )
        )


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
    _need_float("mean", input)
    return Mean.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


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
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    _need_float("var", input)
    if correction is None:
        correction = 0 if unbiased is False else 1
    dims = axes(dim, input.ndim)
    return Var.apply(input, dims=dims, keepdim=keepdim, correction=correction, out=out)


@register(None, samples=[Sample(T(2, 3, 4)), Sample(T(2, 3), dim=1, correction=0)])
def std(
    input: Any,
    dim: Dims = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Any:
    """Standard deviation: the root of :func:`var`. PyTorch: ``torch.std``."""
    return var(input, dim, unbiased, keepdim, correction=correction).sqrt()


@register(Amax, samples=[*OVER_ONE, Sample(T(2, 3, 4, distinct=True), dim=(0, 2))])
def amax(input: Any, dim: Dims = (), keepdim: bool = False, *, out: Any = None) -> Any:
    """The largest element; equal ones share the gradient. PyTorch: ``torch.amax``."""
    return Amax.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


@register(Amin, samples=[*OVER_ONE, Sample(T(2, 3, 4, distinct=True), dim=(0, 2))])
def amin(input: Any, dim: Dims = (), keepdim: bool = False, *, out: Any = None) -> Any:
    """The smallest element; equal ones share the gradient. PyTorch: ``torch.amin``."""
    return Amin.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


@register(Argmax, samples=[Sample(T(2, 3)), *OVER_ONE])
def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The index of the largest element, the first of equals. PyTorch: ``torch.argmax``."""
    return Argmax.apply(input, dim=_one(dim, input), keepdim=keepdim)


@register(Argmin, samples=[Sample(T(2, 3)), *OVER_ONE])
def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The index of the smallest element, the first of equals. PyTorch: ``torch.argmin``."""
    return Argmin.apply(input, dim=_one(dim, input), keepdim=keepdim)


def _one(dim: int | None, input: Any) -> int | None:
    return None if dim is None or not input.ndim else check_dim(dim, input.ndim)


@register(None, samples=[Sample(T(2, 3, distinct=True)), *OVER_ONE])
def max(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest element; with ``dim`` a pair (values, indices); with a tensor :func:`maximum`.

    Examples
    --------
    >>> import edugrad
    >>> values, indices = edugrad.tensor([[1.0, 5.0], [7.0, 2.0]]).max(dim=1)
    >>> values, indices
    (tensor([5., 7.]), tensor([1, 0]))

    Notes
    -----
    PyTorch: ``torch.max``.
    """
    if isinstance(dim, Tensor):
        return input.maximum(dim)
    if dim is None:
        return amax(input)
    return _with_indices(input, argmax(input, dim, True), dim, keepdim)


@register(None, samples=[Sample(T(2, 3, distinct=True)), *OVER_ONE])
def min(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest element; like :func:`max`. PyTorch: ``torch.min``."""
    if isinstance(dim, Tensor):
        return input.minimum(dim)
    if dim is None:
        return amin(input)
    return _with_indices(input, argmin(input, dim, True), dim, keepdim)


def _with_indices(input: Any, indices: Any, dim: int, keepdim: bool) -> MaxResult:
    values = input.gather(dim, indices)
    if keepdim or not input.ndim:
        return MaxResult(values, indices)
    return MaxResult(values.squeeze(dim), indices.squeeze(dim))


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
    tensor(1000.6931)
    """
    return Logsumexp.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)
