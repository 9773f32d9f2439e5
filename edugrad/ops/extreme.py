"""The largest and smallest of elements, and where they are."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..return_types import result_type
from ..tensor import Tensor, check_dim
from .arithmetic import maximum, minimum
from .indexing import ScatterZeros, along
from .reduction import Dims, Reduction, axes, spread
from .registry import Sample, T, register
from .selection import Where

OVER_ONE = [
    Sample(T(2, 3, 4, distinct=True), dim=1),
    Sample(T(2, 3, distinct=True), dim=-1, keepdim=True),
]


class Extreme(Reduction):
    """The largest or smallest of elements; equal ones share the gradient."""

    method = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        refuse_empty(cls.op_name, a, dims, whole=len(dims) == a.ndim)
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


class Max(Amax):
    """The largest of all elements."""

    op_name = "max"
    node_name = "MaxBackward1"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return to_equals(ctx, grad)


class Min(Amin):
    """The smallest of all elements."""

    op_name = "min"
    node_name = "MinBackward1"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return to_equals(ctx, grad)


def to_equals(ctx: Any, grad: Any) -> Any:
    """Share ``grad`` among the elements that equal the result, where NaN equals NaN."""
    a, result = (each._array for each in ctx.saved_tensors)
    mask = a == result if result == result else a != a
    return Where.apply(Tensor._wrap(mask, grad._device), grad / int(mask.sum()), 0.0)


class ExtremeOver(Op):
    """The largest or smallest element along a dimension, and its index."""

    method = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any, dim: int, keepdim: bool) -> Any:
        ctx.shape = a.shape
        if not a.ndim:
            found = ctx.xp.zeros((), "int64")
            ctx.save_for_backward(found)
            return a.copy(), found
        refuse_empty(cls.op_name, a, (dim,))
        found = ctx.xp.expand_dims(getattr(a, cls.method)(dim), dim)
        values = a[along(ctx.xp, found, dim)]
        if not keepdim:
            values, found = values.squeeze(dim), found.squeeze(dim)
        ctx.save_for_backward(found)
        return values, found

    @staticmethod
    def backward(ctx: Any, grad: Any, _: Any) -> Any:
        (found,) = ctx.saved_tensors
        dim = ctx.params["dim"]
        if ctx.shape and not ctx.params["keepdim"]:
            grad, found = grad.unsqueeze(dim), found.unsqueeze(dim)
        return ScatterZeros.apply(grad, found, dim=dim, shape=ctx.shape)


class MaxOver(ExtremeOver):
    """The largest element along a dimension, the first of equals."""

    op_name = "max"
    node_name = "MaxBackward0"
    formula = "max a"
    derivatives = ("grad at the largest",)
    method = "argmax"


class MinOver(ExtremeOver):
    """The smallest element along a dimension, the first of equals."""

    op_name = "min"
    node_name = "MinBackward0"
    formula = "min a"
    derivatives = ("grad at the smallest",)
    method = "argmin"


def refuse_empty(name: str, a: Any, dims: tuple[int, ...], whole: bool = False) -> None:
    """Refuse to look for the extreme of nothing along ``dims``, or of no elements at all."""
    empty = [axis for axis in dims if not a.shape[axis]]
    if not empty:
        return
    rule = f"{name}(): Expected reduction dim {empty[0]} to have non-zero size."
    if whole:
        rule = (
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify "
            "the reduction dim with the 'dim' argument."
        )
    raise (RuntimeError if whole else IndexError)(
        teach(
            rule,
            got=f"a tensor of shape {tuple(a.shape)}",
            mend="check for an empty tensor first: x.numel() > 0",
        )
    )


class Argument(Op):
    """The index of the largest or smallest element along a dimension."""

    differentiable = False
    method = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any, dim: int | None, keepdim: bool) -> Any:
        if a.dtype.kind == "b":
            raise RuntimeError(
                teach(
                    f"{cls.op_name}(): does not support bool input",
                    got="a tensor of bool",
                    mend="convert it first, with x.int()",
                )
            )
        if not a.size and (dim is None or not a.shape[dim]):
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


MaxResult = result_type("max", "values", "indices")
MinResult = result_type("min", "values", "indices")
AminmaxResult = result_type("aminmax", "min", "max")


@register(Amax, samples=[*OVER_ONE, Sample(T(2, 3, 4, distinct=True), dim=(0, 2))])
def amax(input: Any, dim: Dims = (), keepdim: bool = False, *, out: Any = None) -> Any:
    """The largest element; equal ones share the gradient. PyTorch: ``torch.amax``."""
    return Amax.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


@register(Amin, samples=[*OVER_ONE, Sample(T(2, 3, 4, distinct=True), dim=(0, 2))])
def amin(input: Any, dim: Dims = (), keepdim: bool = False, *, out: Any = None) -> Any:
    """The smallest element; equal ones share the gradient. PyTorch: ``torch.amin``."""
    return Amin.apply(input, dims=axes(dim, input.ndim), keepdim=keepdim, out=out)


@register(Argmax, samples=[Sample(T(2, 3)), *OVER_ONE])
def argmax(input: Any, dim: int | None = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """The index of the largest element, the first of equals. PyTorch: ``torch.argmax``."""
    return Argmax.apply(input, dim=_one(dim, input), keepdim=keepdim, out=out)


@register(Argmin, samples=[Sample(T(2, 3)), *OVER_ONE])
def argmin(input: Any, dim: int | None = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """The index of the smallest element, the first of equals. PyTorch: ``torch.argmin``."""
    return Argmin.apply(input, dim=_one(dim, input), keepdim=keepdim, out=out)


def _one(dim: int | None, input: Any) -> int | None:
    return None if dim is None or not input.ndim else check_dim(dim, input.ndim)


TWO = Sample(T(2, 3, distinct=True), other=T(3, low=5.0, distinct=True, high=6.0))


@register(Max, samples=[Sample(T(2, 3, distinct=True)), *OVER_ONE, TWO])
def max(
    input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None, out: Any = None
) -> Any:
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
    if isinstance(dim, Tensor) or other is not None:
        return maximum(input, dim if other is None else other, out=out)
    if dim is None:
        return Max.apply(input, dims=axes(None, input.ndim), keepdim=False, out=out)
    axis = check_dim(dim, input.ndim)
    return MaxResult(*MaxOver.apply(input, dim=axis, keepdim=keepdim, out=out))


@register(Min, samples=[Sample(T(2, 3, distinct=True)), *OVER_ONE, TWO])
def min(
    input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None, out: Any = None
) -> Any:
    """The smallest element; like :func:`max`. PyTorch: ``torch.min``."""
    if isinstance(dim, Tensor) or other is not None:
        return minimum(input, dim if other is None else other, out=out)
    if dim is None:
        return Min.apply(input, dims=axes(None, input.ndim), keepdim=False, out=out)
    axis = check_dim(dim, input.ndim)
    return MinResult(*MinOver.apply(input, dim=axis, keepdim=keepdim, out=out))


@register(
    None,
    samples=[
        Sample(T(2, 3, distinct=True)),
        Sample(T(2, 3, distinct=True), dim=1),
        Sample(T(2, 3, distinct=True), dim=0, keepdim=True),
    ],
)
def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False, out: Any = None) -> Any:
    """The smallest and the largest element, as a pair (min, max). PyTorch: ``torch.aminmax``.

    Examples
    --------
    >>> import edugrad
    >>> low, high = edugrad.aminmax(edugrad.tensor([3.0, 1.0, 2.0]))
    >>> low, high
    (tensor(1.), tensor(3.))
    """
    if dim is None and not input.numel():
        raise RuntimeError(
            teach(
                "aminmax(): cannot compute aminmax over an empty dimension as the operation has "
                "no identity.",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="check for an empty tensor first: x.numel() > 0",
            )
        )
    dims: Dims = () if dim is None else dim
    low, high = (None, None) if out is None else out
    return AminmaxResult(amin(input, dims, keepdim, out=low), amax(input, dims, keepdim, out=high))
