"""Order statistics: medians, modes, the k-th smallest and quantiles."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..autograd.function import Op
from ..errors import teach
from ..return_types import result_type
from ..tensor import check_dim
from .checks import need_kernel
from .cumulative import scan
from .extreme import refuse_empty, to_equals
from .indexing import ScatterZeros, along
from .registry import Sample, T, register
from .sorting import order

MedianResult = result_type("median", "values", "indices")
NanmedianResult = result_type("nanmedian", "values", "indices")
ModeResult = result_type("mode", "values", "indices")
KthvalueResult = result_type("kthvalue", "values", "indices")


class Picked(Op):
    """One element picked along a dimension, and its index there.

    A subclass defines ``choose(xp, a, dim, **params)``, which returns the index, with the dimension
    kept.
    """

    choose: ClassVar[Any]

    @classmethod
    def forward(cls, ctx: Any, a: Any, dim: int, keepdim: bool, **params: Any) -> Any:
        ctx.shape = a.shape
        if not a.ndim:
            found = ctx.xp.zeros((), "int64")
            ctx.save_for_backward(found)
            return a.copy(), found
        refuse_empty(cls.op_name, a, (dim,))
        found = cls.choose(ctx.xp, a, dim, **params)
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


def nth(places: Any, dim: int, n: int) -> Any:
    """The n-th of the indices along a dimension, which is kept."""
    return places[(slice(None),) * dim + (slice(n, n + 1),)]


class Kthvalue(Picked):
    """The k-th smallest element along a dimension."""

    op_name = "kthvalue"
    formula = "k-th smallest a"
    derivatives = ("grad at the element that was picked",)

    @staticmethod
    def choose(xp: Any, a: Any, dim: int, k: int) -> Any:
        return nth(order(xp, a, dim), dim, k - 1).copy()


class Median(Picked):
    """The middle element along a dimension, the lower of two; NaN if there is any."""

    op_name = "median"
    formula = "median of a"
    derivatives = ("grad at the element that was picked",)

    @staticmethod
    def choose(xp: Any, a: Any, dim: int) -> Any:
        need_kernel("median_out", "fiu", a)
        missing = a != a
        middle = nth(order(xp, a, dim), dim, (a.shape[dim] - 1) // 2)
        first = xp.expand_dims(missing.argmax(dim), dim)
        return xp.where(missing.any(dim, keepdims=True), first, middle)


class Nanmedian(Picked):
    """The middle element along a dimension, the lower of two, among those that are not NaN."""

    op_name = "nanmedian"
    formula = "median of a without NaN"
    derivatives = ("grad at the element that was picked",)

    @staticmethod
    def choose(xp: Any, a: Any, dim: int) -> Any:
        need_kernel("median_out", "fiu", a)
        count = (a == a).sum(dim, keepdims=True)
        return xp.take_along_axis(order(xp, a, dim), xp.maximum(count - 1, 0) // 2, dim)


class Mode(Picked):
    """The most frequent element along a dimension, the smallest of several; the last such.

    No NaN equals another: it is found only where no element occurs twice, before all numbers.
    """

    op_name = "mode"
    formula = "most frequent a"
    derivatives = ("grad at the element that was picked",)

    @staticmethod
    def choose(xp: Any, a: Any, dim: int) -> Any:
        places = xp.moveaxis(order(xp, a, dim), dim, -1)
        rows = xp.take_along_axis(xp.moveaxis(a, dim, -1), places, -1)
        new = xp.ones(rows.shape, "bool")
        new[..., 1:] = rows[..., 1:] != rows[..., :-1]
        index = xp.arange(rows.shape[-1])
        start = scan(xp, xp.maximum, xp.where(new, index, 0), rows.ndim - 1)
        length = index - start + xp.where(rows == rows, 1.0, 1.5)
        best = length.argmax(-1)[..., None]
        return xp.moveaxis(xp.take_along_axis(places, best, -1), -1, dim).copy()


class MedianOfAll(Op):
    """The middle of all elements, the lower of two."""

    op_name = "median"
    node_name = "MedianBackward0"
    formula = "median of a"
    derivatives = ("grad, shared by the elements equal to the median",)
    ignore_nan = False

    @classmethod
    def forward(cls, ctx: Any, a: Any) -> Any:
        need_kernel("median_cpu", "fiu", a)
        ordered = ctx.xp.sort(a.reshape(-1))
        count = a.size
        missing = int((ordered != ordered).sum())
        if cls.ignore_nan:
            count -= missing
        if count <= 0 or (missing and not cls.ignore_nan):
            result = ctx.xp.asarray(_nothing(a), a.dtype)
        else:
            result = ordered[(count - 1) // 2].copy()
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return to_equals(ctx, grad)


def _nothing(a: Any) -> Any:
    """What the median of nothing is: NaN, and of integers the smallest one."""
    return math.nan if a.dtype.kind == "f" else -(2 ** (8 * a.itemsize - 1))


class NanmedianOfAll(MedianOfAll):
    """The middle of all elements that are not NaN, the lower of two."""

    op_name = "nanmedian"
    node_name = "NanmedianBackward0"
    ignore_nan = True


DISTINCT = [
    Sample(T(2, 5, distinct=True)),
    Sample(T(2, 4, distinct=True), 1),
    Sample(T(3, 2, distinct=True), dim=0, keepdim=True),
    Sample(T(5, kind="int", low=0, high=50), -1),
    Sample(T()),
]


@register(MedianOfAll, samples=DISTINCT)
def median(input: Any, dim: int | None = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """The middle element, the lower of two; with ``dim`` a pair (values, indices).

    Parameters
    ----------
    input : Tensor
    dim : int, optional
        None for the median of all elements.
    keepdim : bool
        Keep the dimension with length 1.
    out : pair of Tensors, optional
        Where to write the result.

    Notes
    -----
    NaN if any element is NaN; see :func:`nanmedian`. The mean of the two middle elements is
    ``quantile(input, 0.5)``. PyTorch: ``torch.median``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.median(edugrad.tensor([1.0, 9.0, 2.0, 3.0]))
    tensor(2.)
    """
    if dim is None:
        return MedianOfAll.apply(input, out=out)
    axis = check_dim(dim, input.ndim)
    return MedianResult(*Median.apply(input, dim=axis, keepdim=keepdim, out=out))


@register(NanmedianOfAll, samples=DISTINCT)
def nanmedian(input: Any, dim: int | None = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """Like :func:`median`, of the elements that are not NaN. PyTorch: ``torch.nanmedian``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nanmedian(edugrad.tensor([1.0, float("nan"), 3.0, 2.0]))
    tensor(2.)
    """
    if dim is None:
        return NanmedianOfAll.apply(input, out=out)
    axis = check_dim(dim, input.ndim)
    return NanmedianResult(*Nanmedian.apply(input, dim=axis, keepdim=keepdim, out=out))


@register(
    Mode,
    samples=[
        Sample(T(2, 9, kind="int", low=0, high=4)),
        Sample(T(9, 2, kind="int", low=0, high=4), 0, True),
        Sample(T(2, 4, distinct=True), dim=1),
        Sample(T()),
    ],
)
def mode(input: Any, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Any:
    """The most frequent element along ``dim``, as a pair (values, indices).

    The smallest of several that are equally frequent, and the index of the last such element.

    Examples
    --------
    >>> import edugrad
    >>> values, indices = edugrad.mode(edugrad.tensor([2, 1, 2, 1, 3]))
    >>> values, indices
    (tensor(1), tensor(3))

    Notes
    -----
    PyTorch: ``torch.mode``.
    """
    axis = check_dim(dim, input.ndim)
    return ModeResult(*Mode.apply(input, dim=axis, keepdim=keepdim, out=out))


@register(
    Kthvalue,
    samples=[
        Sample(T(2, 5, distinct=True), 2),
        Sample(T(5, 2, distinct=True), 5, 0, True),
        Sample(T(2, 5, distinct=True), k=1, dim=1, keepdim=False),
        Sample(T(), 1),
    ],
)
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Any:
    """The ``k``-th smallest element along ``dim``, as a pair (values, indices).

    Examples
    --------
    >>> import edugrad
    >>> edugrad.kthvalue(edugrad.tensor([3.0, 1.0, 2.0]), 2).values
    tensor(2.)

    Notes
    -----
    PyTorch: ``torch.kthvalue``.
    """
    axis = check_dim(dim, input.ndim)
    need_kernel("kthvalue_cpu", "fiu", input._array)
    length = input.shape[axis] if input.ndim else 1
    if length and not 1 <= k <= length:
        raise RuntimeError(
            teach(
                f"kthvalue(): selected number k out of range for dimension {axis}",
                got=f"k={k} of {length} elements",
                mend=f"k counts from 1 to {length}",
            )
        )
    return KthvalueResult(*Kthvalue.apply(input, dim=axis, keepdim=keepdim, k=k, out=out))
