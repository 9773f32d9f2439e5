"""The ops that write along a dimension at an index tensor, and their derivatives."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..tensor import Tensor
from .indexing import Gather, Place, add_at, along

FUNCTIONS = {"prod": "multiply", "amax": "maximum", "amin": "minimum"}


class Scatter(Op):
    """A tensor with another written along one dimension at an index tensor."""

    op_name = "scatter"
    reads_apart = True
    formula = "a, b at index along dim"
    derivatives = ("grad, 0 at index", "", "grad gathered")
    symbols = ("a", "index", "b")
    promotes = False

    @classmethod
    def write(cls, ctx: Any, target: Any, index: Any, source: Any, dim: int) -> None:
        ctx.save_for_backward(index)
        ctx.shape = getattr(source, "shape", ())
        target[_at(ctx.xp, target, index, dim)] = _part(source, index)

    @classmethod
    def forward(cls, ctx: Any, a: Any, index: Any, source: Any, **params: Any) -> Any:
        result = a.copy()
        cls.write(ctx, result, index, source, **params)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (index,) = ctx.saved_tensors
        need_a, _, need_source = ctx.needs_input_grad
        outside = Scatter.apply(grad, index, 0.0, **ctx.params) if need_a else None
        return outside, None, _gathered(ctx, grad, index) if need_source else None


class ScatterValue(Scatter):
    """A tensor with one number written along one dimension at an index tensor."""

    op_name = "scatter"
    node_name = "ScatterBackward1"


class ScatterAdd(Scatter):
    """A tensor with another added along one dimension at an index tensor."""

    op_name = "scatter_add"
    formula = "a, + b at index along dim"
    derivatives = ("grad", "", "grad gathered")

    @classmethod
    def write(cls, ctx: Any, target: Any, index: Any, source: Any, dim: int) -> None:
        ctx.save_for_backward(index)
        ctx.shape = source.shape
        add_at(ctx.xp, target, _at(ctx.xp, target, index, dim), _part(source, index))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (index,) = ctx.saved_tensors
        need_a, _, need_source = ctx.needs_input_grad
        return grad if need_a else None, None, _gathered(ctx, grad, index) if need_source else None


def _at(xp: Any, target: Any, index: Any, dim: int) -> Any:
    return along(xp, index, dim) if target.ndim else (...,)


def _part(source: Any, index: Any) -> Any:
    """As much of the source as the index names."""
    if not hasattr(source, "shape") or source.shape == index.shape:
        return source
    if source.ndim != index.ndim or not index.size:
        return source.reshape(-1)[: index.size].reshape(index.shape)
    return source[tuple(slice(length) for length in index.shape)]


def _gathered(ctx: Any, grad: Any, index: Any) -> Any:
    """The gradient of the source: what the index reads, zeros where it did not reach."""
    found = Gather.apply(grad, index, dim=ctx.params["dim"])
    if found._array.shape == ctx.shape:
        return found
    if not found.numel():
        return grad.new_zeros(ctx.shape)
    if found.ndim != len(ctx.shape):
        return found.reshape(ctx.shape)
    part = tuple(slice(length) for length in found._array.shape)
    return Place.apply(found, index=part, shape=ctx.shape)


class ScatterReduce(Op):
    """A tensor reduced with another along one dimension at an index tensor."""

    op_name = "scatter_reduce"
    reads_apart = True
    formula = "a, reduced with b at index along dim"
    derivatives = ("that of the reduction", "", "that of the reduction, gathered")
    symbols = ("a", "index", "b")
    promotes = False

    @classmethod
    def forward(
        cls, ctx: Any, a: Any, index: Any, source: Any, dim: int, reduce: str, include_self: bool
    ) -> Any:
        xp, at, part = ctx.xp, _at(ctx.xp, a, index, dim), _part(source, index)
        result = a.copy()
        if not include_self:
            result[at] = _neutral(xp, reduce, a.dtype)
        if reduce in ("sum", "mean"):
            add_at(xp, result, at, part)
        else:
            _reduce_at(xp, FUNCTIONS[reduce], result, at, part)
        if reduce == "mean":
            counts = _counts(xp, a, at, include_self, a.dtype)
            result = result / counts if a.dtype.kind == "f" else result // counts
        ctx.save_for_backward(a, index, source, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, index, source, result = ctx.saved_tensors
        need_a, _, need_source = ctx.needs_input_grad
        dim, reduce = ctx.params["dim"], ctx.params["reduce"]
        whole = source
        source = source[tuple(slice(length) for length in index.shape)]
        rule = {"sum": _sum_gradient, "mean": _mean_gradient, "prod": _product_gradient}
        of_a, of_source = rule.get(reduce, _extreme_gradient)(
            ctx.params, grad, a, index, source, result
        )
        if not ctx.params["include_self"]:
            of_a = Scatter.apply(of_a, index, 0.0, dim=dim)
        if need_source and whole._array.shape != of_source._array.shape:
            part = tuple(slice(length) for length in of_source._array.shape)
            of_source = Place.apply(of_source, index=part, shape=whole._array.shape)
        return of_a if need_a else None, None, of_source if need_source else None


def _neutral(xp: Any, reduce: str, dtype: Any) -> Any:
    """What a reduction starts from."""
    if reduce in ("amax", "amin"):
        sign = -1 if reduce == "amax" else 1
        if dtype.kind == "f":
            return sign * xp.inf
        if dtype.kind == "b":
            return reduce == "amin"
        limits = xp.iinfo(dtype)
        return limits.min if reduce == "amax" else limits.max
    return 1 if reduce == "prod" else 0


def _reduce_at(xp: Any, name: str, target: Any, at: Any, source: Any) -> None:
    """``ufunc.at``, or where CuPy lacks it a round for each time that a place is named."""
    function = getattr(xp, name)
    try:
        function.at(target, at, source)
    except (TypeError, NotImplementedError):
        _reduce_in_rounds(xp, function, target, at, source)


def _reduce_in_rounds(xp: Any, function: Any, target: Any, at: Any, source: Any) -> None:
    shape = target.shape or (1,)
    flat = target.reshape(-1)
    places = xp.broadcast_to(xp.arange(flat.size).reshape(shape)[at], source.shape or (1,))
    order = xp.argsort(places.reshape(-1), kind="stable")
    places, others = places.reshape(-1)[order], source.reshape(-1)[order]
    rank = xp.arange(places.size) - xp.searchsorted(places, places)
    for round_ in range(int(rank.max()) + 1 if rank.size else 0):
        now = rank == round_
        flat[places[now]] = function(flat[places[now]], others[now])
    target[...] = flat.reshape(target.shape)


def _counts(xp: Any, a: Any, at: Any, include_self: bool, dtype: Any) -> Any:
    counts = xp.full(a.shape, 1 if include_self else 0, dtype)
    add_at(xp, counts, at, dtype.type(1))
    return xp.maximum(counts, 1)


def _sum_gradient(params: Any, grad: Any, a: Any, index: Any, source: Any, result: Any) -> Any:
    return grad, Gather.apply(grad, index, dim=params["dim"])


def _mean_gradient(params: Any, grad: Any, a: Any, index: Any, source: Any, result: Any) -> Any:
    xp = a._device.xp
    at = _at(xp, a._array, index._array, params["dim"])
    counts = _counts(xp, a._array, at, params["include_self"], a._array.dtype)
    share = grad / Tensor._wrap(counts, a._device)
    return share, Gather.apply(share, index, dim=params["dim"])


def _extreme_gradient(params: Any, grad: Any, a: Any, index: Any, source: Any, result: Any) -> Any:
    """Shared by all that equal the result."""
    dim = params["dim"]
    of_a = (a == result).to(grad.dtype)
    of_source = (source == Gather.apply(result, index, dim=dim)).to(grad.dtype)
    share = grad / ScatterAdd.apply(of_a, index, of_source, dim=dim)
    return of_a * share, of_source * Gather.apply(share, index, dim=dim)


def _product_gradient(params: Any, grad: Any, a: Any, index: Any, source: Any, result: Any) -> Any:
    """The product of the other factors: by division, and without the factor where it is zero."""
    dim = params["dim"]
    whole = a.masked_fill(a == 0, 1.0)
    of_a = grad * ScatterReduce.apply(whole, index, source, **params) / whole
    zero = source == 0
    zeros = ScatterAdd.apply((a * 0).detach(), index, zero.to(a.dtype), dim=dim)
    alone = zero & (Gather.apply(zeros, index, dim=dim) == 1)
    others = ScatterReduce.apply(a, index, source.masked_fill(alone, 1.0), **params)
    divided = Gather.apply(grad * result, index, dim=dim) / source.masked_fill(zero, 1.0)
    return of_a, Gather.apply(grad * others, index, dim=dim).where(alone, divided)
