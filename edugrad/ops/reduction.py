"""Reductions: many elements become one, over all, one or several dimensions."""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

from .. import dtypes
from ..autograd.function import Op
from ..autograd.short_path import OfOne
from ..errors import teach
from ..tensor import Tensor, check_dim
from .checks import need_float
from .registry import Sample, T, register
from .shape import Expand
from .summation import largest, total

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
    if dim is None:
        return tuple(range(ndim))
    if type(dim) is int and -ndim <= dim < ndim:
        return (dim % ndim,)
    named = (dim,) if isinstance(dim, int) else tuple(dim)
    if not named:
        return tuple(range(ndim))
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
    if value._array.ndim:
        kept = tuple([1 if axis in dims else length for axis, length in enumerate(shape)])
        value = value if value._array.shape == kept else value.reshape(kept)
    return Expand.apply(value, shape=shape)


class Reduction(OfOne):
    """An op whose gradient is spread over what was reduced; ``dims`` are counted from the front."""


class Sum(Reduction):
    """Sum of elements."""

    op_name = "sum"
    out_dtype = "any"
    formula = "Σ a"
    derivatives = ("grad, spread over the sum",)
    quiet = True

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        ctx.shape = a.shape
        return total(a, dims, keepdim)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return spread(grad, ctx.shape, ctx.params["dims"])


class SumOver(Sum):
    """Sum of elements over given dimensions."""

    node_name = "SumBackward1"


class Mean(Reduction):
    """Mean of elements."""

    op_name = "mean"
    out_dtype = "castable"
    formula = "Σ a / n"
    derivatives = ("grad / n, spread over the mean",)
    quiet = True

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        ctx.shape = a.shape
        count = math.prod(a.shape[axis] for axis in dims)
        if a.itemsize == 2:
            return (total(a.astype("float32"), dims, keepdim) / count).astype(a.dtype)
        return total(a, dims, keepdim) / count

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        dims = ctx.params["dims"]
        count = math.prod(ctx.shape[axis] for axis in dims)
        return spread(grad / builtins.max(count, 1), ctx.shape, dims)


class MeanOver(Mean):
    """Mean of elements over given dimensions."""

    node_name = "MeanBackward1"


class All(Op):
    """Whether all elements are nonzero."""

    op_name = "all"
    formula = "∀ a"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        return _flag(a, a.all(dims, keepdims=keepdim))


class Any_(Op):
    """Whether any element is nonzero."""

    op_name = "any"
    formula = "∃ a"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        return _flag(a, a.any(dims, keepdims=keepdim))


def _flag(a: Any, result: Any) -> Any:
    """Booleans; of uint8 a uint8, as in PyTorch, where that was the type of masks once."""
    return result.astype(a.dtype) if a.dtype == "uint8" else result


class Logsumexp(Reduction):
    """Logarithm of the sum of exponentials, computed without overflow."""

    op_name = "logsumexp"
    out_dtype = "castable"
    formula = "ln Σ exp(a)"
    derivatives = ("grad · softmax(a)",)
    to_float = True
    quiet = True

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        xp = ctx.xp
        shift = largest(a, dims) if a.size else a.sum(dims, keepdims=True)
        shift = xp.where(xp.isfinite(shift), shift, 0)
        rest = xp.log(total(xp.exp(a - shift), dims, keepdim))
        result = rest + shift.reshape(rest.shape)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        dims, shape = ctx.params["dims"], a._array.shape
        return spread(grad, shape, dims) * (a - spread(result, shape, dims)).exp()


def cast(input: Any, dtype: Any) -> Any:
    """The tensor converted to the dtype that the caller asked for, if any."""
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
    if dtype is not None:
        result = sum(cast(input, dtype), dim, keepdim, out=out)
        return cast(result, dtype)
    op = Sum if dim is None else SumOver
    return op.apply(input, dims=axes(dim, input._array.ndim), keepdim=keepdim, out=out)


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
    input = cast(input, dtype)
    need_float("mean(): could not infer output dtype. Input dtype must be floating point", input)
    op = Mean if dim is None else MeanOver
    return op.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


TRUTH = [
    Sample(T(2, 3, kind="bool")),
    Sample(T(2, 3, kind="bool"), dim=1),
    Sample(T(2, 3, kind="int", low=0, high=2), (0, 1), True),
    Sample(T(2, 3, kind="bool"), dim=()),
]


def _named(dim: Dims, ndim: int) -> tuple[int, ...]:
    """Like :func:`axes`, but no dimension at all for ()."""
    return () if dim is not None and not isinstance(dim, int) and not dim else axes(dim, ndim)


@register(All, samples=TRUTH)
def all(input: Any, dim: Dims = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """Whether all elements are nonzero. PyTorch: ``torch.all``."""
    return All.apply(input, dims=_named(dim, input.ndim), keepdim=keepdim, out=out)


@register(Any_, samples=TRUTH)
def any(input: Any, dim: Dims = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """Whether any element is nonzero. PyTorch: ``torch.any``."""
    return Any_.apply(input, dims=_named(dim, input.ndim), keepdim=keepdim, out=out)


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
