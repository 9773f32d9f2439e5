"""Putting elements in order along a dimension: NaN counts as the largest."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.function import Op
from ..autograd.writing import deliver
from ..errors import teach
from ..return_types import result_type
from ..tensor import check_dim
from .indexing import ScatterZeros, along
from .registry import Sample, T, register

SortResult = result_type("sort", "values", "indices")
TopkResult = result_type("topk", "values", "indices")
PACKED = 1000  # elements from which on packing them with their indices pays
FEW = 8  # so many times more elements than are wanted make setting them apart worth while


def order(xp: Any, a: Any, dim: int, descending: bool = False) -> Any:
    """The indices that put ``a`` in order along ``dim``; equal elements stay in their order."""
    if not a.ndim:
        return xp.zeros((), "int64")
    if type(a) is np.ndarray and a.dtype == np.float32 and a.size > PACKED:
        return _packed_order(a, dim, descending)
    if not descending:
        return xp.argsort(a, dim, kind="stable")
    backwards = xp.argsort(xp.flip(a, dim), dim, kind="stable")
    return a.shape[dim] - 1 - xp.flip(backwards, dim)


def _packed_order(a: np.ndarray, dim: int, descending: bool) -> np.ndarray:
    """The same for float32 by sorting whole numbers: 32 bits of the element, then 32 of its index.

    The bits of floating-point numbers are in the order of the numbers themselves, once those of
    negative ones are turned round; NumPy sorts plain numbers several times as fast as by an index.
    """
    plain = a + np.float32(0)  # -0 equals 0
    np.copyto(plain, np.float32(np.nan), where=plain != plain)
    bits = plain.view(np.uint32)
    bits = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    keys = (~bits if descending else bits).astype(np.uint64)
    keys <<= np.uint64(32)
    keys |= np.arange(a.shape[dim], dtype=np.uint64).reshape(-1, *[1] * (a.ndim - 1 - dim))
    keys.sort(dim)
    keys &= np.uint64(0xFFFFFFFF)
    return keys.view(np.int64)


def first(xp: Any, a: Any, dim: int, k: int, descending: bool) -> Any:
    """The first ``k`` of the indices that put ``a`` in order along ``dim``.

    Few of many are set apart before they are put in order: that is linear in the length.
    """
    head = (slice(None),) * dim + (slice(k),)
    length = a.shape[dim] if a.ndim else 1
    if not 0 < k * FEW < length:
        found = order(xp, a, dim, descending)
        return found[head].copy() if a.ndim else found
    split = length - k if descending else k - 1
    parts = xp.argpartition(a, split, dim)
    tail = (slice(None),) * dim + (slice(split, None),)
    chosen = xp.sort(parts[tail if descending else head], dim)
    return pick(xp, chosen, order(xp, pick(xp, a, chosen, dim), dim, descending), dim)


def pick(xp: Any, a: Any, found: Any, dim: int) -> Any:
    """The elements at the indices ``found`` along ``dim``."""
    return a[along(xp, found, dim)] if a.ndim else a.copy()


class Sort(Op):
    """The elements in order along a dimension, and where they were."""

    op_name = "sort"
    formula = "a in order"
    derivatives = ("grad, put back in place",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int, descending: bool) -> Any:
        ctx.shape = a.shape
        found = order(ctx.xp, a, dim, descending)
        ctx.save_for_backward(found)
        return pick(ctx.xp, a, found, dim), found

    @staticmethod
    def backward(ctx: Any, grad: Any, _: Any) -> Any:
        (found,) = ctx.saved_tensors
        return ScatterZeros.apply(grad, found, dim=ctx.params["dim"], shape=ctx.shape)


class Topk(Op):
    """The k largest or smallest elements along a dimension, and where they were."""

    op_name = "topk"
    formula = "the first k of a in order"
    derivatives = ("grad, put back in place, 0 elsewhere",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int, k: int, largest: bool) -> Any:
        ctx.shape = a.shape
        found = first(ctx.xp, a, dim, k, largest)
        ctx.save_for_backward(found)
        return pick(ctx.xp, a, found, dim), found

    @staticmethod
    def backward(ctx: Any, grad: Any, _: Any) -> Any:
        return Sort.backward(ctx, grad, _)


class Argsort(Op):
    """The indices that put the elements in order along a dimension."""

    op_name = "argsort"
    formula = "argsort a"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int, descending: bool) -> Any:
        return order(ctx.xp, a, dim, descending)


ORDERS = [
    Sample(T(2, 5, distinct=True)),
    Sample(T(3, 2, 4, distinct=True), 1),
    Sample(T(3, 4, distinct=True), dim=0, descending=True),
    Sample(T(8, kind="int", low=0, high=3), stable=True),
    Sample(T(8, kind="int", low=0, high=3), stable=True, descending=True),
    Sample(T(5, kind="bool"), stable=True, dim=-1),
    Sample(T()),
    Sample(T(0, 3), 1),
]


@register(Sort, samples=ORDERS)
def sort(
    input: Any, dim: int = -1, descending: bool = False, *, stable: bool = False, out: Any = None
) -> Any:
    """The elements in order along ``dim``, and the indices that they had.

    Parameters
    ----------
    input : Tensor
    dim : int
    descending : bool
        The largest first. NaN counts as the largest.
    stable : bool
        Equal elements stay in their order; here they always do.
    out : tuple of two Tensors, optional
        Where to write the results.

    Returns
    -------
    named tuple (values, indices)

    Examples
    --------
    >>> import edugrad
    >>> values, indices = edugrad.sort(edugrad.tensor([3.0, 1.0, 2.0]))
    >>> values, indices
    (tensor([1., 2., 3.]), tensor([1, 2, 0]))

    Notes
    -----
    PyTorch: ``torch.sort``.
    """
    axis = check_dim(dim, input.ndim)
    return SortResult(*Sort.apply(input, dim=axis, descending=descending, out=out))


@register(Argsort, samples=ORDERS)
def argsort(
    input: Any, dim: int = -1, descending: bool = False, *, stable: bool = False, out: Any = None
) -> Any:
    """The indices that put the elements in order along ``dim``, as :func:`sort` gives them.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.argsort(edugrad.tensor([3.0, 1.0, 2.0]))
    tensor([1, 2, 0])

    Notes
    -----
    PyTorch: ``torch.argsort``.
    """
    return Argsort.apply(input, dim=check_dim(dim, input.ndim), descending=descending, out=out)


@register(None, samples=[Sample(T(4, 3, distinct=True)), Sample(T())])
def msort(input: Any, *, out: Any = None) -> Any:
    """The elements in order along the first dimension. PyTorch: ``torch.msort``."""
    return deliver("msort", sort(input, 0).values, out, input)


@register(
    Topk,
    samples=[
        Sample(T(2, 5, distinct=True), 2),
        Sample(T(5, 2, distinct=True), k=3, dim=0, largest=False),
        Sample(T(6, distinct=True), 1, sorted=False),
        Sample(T(2, 40, distinct=True), 3),
        Sample(T(30, 2, distinct=True), 2, 0, largest=False),
        Sample(T(4, kind="int", low=0, high=99), 4),
        Sample(T(3), 0),
        Sample(T(), 1),
    ],
)
def topk(
    input: Any,
    k: int,
    dim: int = -1,
    largest: bool = True,
    sorted: bool = True,
    *,
    out: Any = None,
) -> Any:
    """The ``k`` largest elements along ``dim``, the largest first, and their indices.

    Parameters
    ----------
    input : Tensor
    k, dim : int
    largest : bool
        False for the smallest, the smallest first. NaN counts as the largest.
    sorted : bool
        False if the order does not matter; here they are in order all the same.
    out : tuple of two Tensors, optional
        Where to write the results.

    Returns
    -------
    named tuple (values, indices)

    Raises
    ------
    RuntimeError
        If there are fewer than ``k`` elements.

    Examples
    --------
    >>> import edugrad
    >>> values, indices = edugrad.topk(edugrad.tensor([3.0, 1.0, 2.0]), 2)
    >>> values, indices
    (tensor([3., 2.]), tensor([0, 2]))

    Notes
    -----
    PyTorch: ``torch.topk``.
    """
    axis = check_dim(dim, input.ndim)
    length = input.shape[axis] if input.ndim else 1
    if not 0 <= k <= length:
        raise RuntimeError(
            teach(
                "selected index k out of range",
                got=f"k={k} of {length} elements along dimension {axis}",
                mend=f"k is between 0 and {length} here",
            )
        )
    if input.dtype.name == "bool":
        raise RuntimeError(
            teach(
                "topk does not support bool dtypes on CPU",
                got="a tensor of bool",
                mend="convert it first, with x.int()",
            )
        )
    return TopkResult(*Topk.apply(input, dim=axis, k=k, largest=largest, out=out))
