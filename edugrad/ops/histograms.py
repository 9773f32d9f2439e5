"""Counting elements: not zero, by value, by bin. None of these ops has a derivative."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.function import Op
from ..autograd.writing import deliver
from ..errors import teach
from ..ranges import linspace
from ..return_types import result_type
from ..tensor import Tensor
from .checks import need_kernel
from .reduction import Dims, axes
from .registry import Sample, T, register


class Histc(Op):
    """How many elements fall into each of equally wide bins."""

    op_name = "histc"
    formula = "counts of a by bin"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, bins: int, low: float, high: float) -> Any:
        need_kernel("histogram_cpu", "f", a)
        xp = ctx.xp
        low, high = _range(a, low, high)
        a = a[(a >= low) & (a <= high)]
        bin = ((a - low) * bins / (high - low)).astype("int64")
        return xp.bincount(xp.minimum(bin, bins - 1), minlength=bins).astype(a.dtype)


def _range(a: Any, low: float, high: float) -> tuple[float, float]:
    """The range to count in: that of the elements if none was given."""
    if low == high and a.size:
        low, high = float(a.min()), float(a.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(
            teach(
                f"torch.histc: range of [{low:g}, {high:g}] is not finite",
                got="NaN or infinity, as an element or as min or max",
                mend="give finite min and max: what lies outside is not counted",
            )
        )
    if high < low:
        raise RuntimeError(
            teach(
                "torch.histc: max must be larger than min",
                got=f"min={low}, max={high}",
                mend="exchange them",
            )
        )
    return (low, high) if low < high else (low - 1, high + 1)


@register(
    Histc,
    samples=[
        Sample(T(20), 4),
        Sample(T(4, 5), bins=3, min=-1, max=1.5),
        Sample(T(3)),
        Sample(T(0), 3),
    ],
)
def histc(input: Any, bins: int = 100, min: float = 0, max: float = 0, *, out: Any = None) -> Any:
    """Count the elements in each of ``bins`` equal parts of the range from ``min`` to ``max``.

    Parameters
    ----------
    input : Tensor
        Of a floating type.
    bins : int
    min, max : number
        Elements outside are not counted; if equal, the smallest and the largest element.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The counts, in the input's dtype.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.histc(edugrad.tensor([1.0, 2.0, 1.0, 4.0]), bins=3, min=1, max=4)
    tensor([2., 1., 1.])

    Notes
    -----
    PyTorch: ``torch.histc``.
    """
    if bins <= 0:
        raise RuntimeError(
            teach(
                f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0",
                got=f"bins={bins}",
                mend="choose at least one bin",
            )
        )
    return Histc.apply(input, bins=bins, low=min, high=max, out=out)


HistogramResult = result_type("histogram", "hist", "bin_edges")


class Histogram(Op):
    """How many elements, or how much of their weight, falls between neighbouring edges."""

    op_name = "histogram"
    formula = "counts of a by bin"
    differentiable = False
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, edges: Any, weight: Any, density: bool) -> Any:
        need_kernel("histogramdd", "f", a)
        xp = ctx.xp
        values, count = a.reshape(-1), edges.shape[0] - 1
        places = xp.searchsorted(edges, values, side="right") - 1
        places = xp.where(values == edges[-1], count - 1, places)
        kept = (places >= 0) & (places < count)
        weights = None if weight is None else weight.reshape(-1)[kept]
        found = xp.bincount(places[kept], weights, minlength=count).astype(a.dtype)
        return found / (found.sum() * xp.diff(edges)) if density else found


def _edges(input: Any, bins: int, range: Any) -> Any:
    """Edges of so many bins of one width."""
    if bins <= 0:
        raise RuntimeError(
            teach(
                f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0",
                got=f"bins={bins}",
                mend="choose at least one bin",
            )
        )
    numbers = input.detach()
    empty = not input.numel()
    low, high = (0.0, 1.0) if empty else (float(numbers.min()), float(numbers.max()))
    if range is not None:
        low, high = range
    if low > high or not math.isfinite(high - low):
        raise RuntimeError(
            teach(
                f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} "
                "for dimension 0",
                got=f"the range from {low:g} to {high:g}",
                mend="give finite ends, the smaller one first",
            )
        )
    if low == high:
        low, high = low - 0.5, high + 0.5
    return linspace(low, high, bins + 1, dtype=input.dtype, device=input.device)


@register(
    Histogram,
    samples=[
        Sample(T(20), 4),
        Sample(T(4, 5), bins=3, range=(-1.0, 1.5)),
        Sample(T(6), 3, weight=T(6, low=0.5), density=True),
    ],
    torch="the result never requires a gradient; in PyTorch it may, and backward() then fails",
)
def histogram(
    input: Any,
    bins: Any = 100,
    *,
    range: Any = None,
    weight: Any = None,
    density: bool = False,
    out: Any = None,
) -> Any:
    """Count the elements between neighbouring edges, the last edge included.

    Parameters
    ----------
    input : Tensor
        Of a floating type.
    bins : int or Tensor
        How many bins of one width, or their edges in ascending order.
    range : pair of float, optional
        The first and the last edge; the smallest and the largest element by default.
    weight : Tensor, optional
        Counts for each element in place of 1.
    density : bool
        Divide so that the area under the histogram is 1.
    out : pair of Tensor, optional

    Returns
    -------
    namedtuple (hist, bin_edges)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.histogram(edugrad.tensor([1.0, 2.0, 1.0]), 2, range=(0.0, 3.0)).hist
    tensor([2., 1.])

    Notes
    -----
    PyTorch: ``torch.histogram``.
    """
    need_kernel("histogramdd", "f", input._array)
    edges = bins if isinstance(bins, Tensor) else _edges(input, bins, range)
    params = {
        "edges": edges._array,
        "weight": None if weight is None else weight._array,
        "density": density,
    }
    found = HistogramResult(Histogram.apply(input, **params), edges)
    return deliver("histogram", found, out, input)


class Bincount(Op):
    """How often each number from 0 on occurs, or the sum of the weights of its occurrences."""

    op_name = "bincount"
    formula = "counts of a by value"
    differentiable = False
    promotes = False

    @staticmethod
    def forward(ctx: Any, a: Any, weights: Any, minlength: int) -> Any:
        xp = ctx.xp
        need_kernel("bincount_cpu", "iu", a)
        _check_counted(a, weights, minlength)
        if not a.size:
            return xp.zeros(minlength, "int64")
        if weights is None:
            return xp.bincount(a, minlength=minlength).astype("int64")
        dtype = "float32" if weights.dtype == "float32" else "float64"
        result = xp.bincount(a, weights=weights.astype("float64"), minlength=minlength)
        return result.astype(dtype)


def _check_counted(a: Any, weights: Any, minlength: int) -> None:
    if minlength < 0:
        raise RuntimeError(
            teach(
                "minlength should be >= 0",
                got=f"minlength={minlength}",
                mend="leave it away, or give the length that the result has at least",
            )
        )
    if a.ndim != 1 or (a.size and int(a.min()) < 0):
        raise RuntimeError(
            teach(
                "bincount only supports 1-d non-negative integral inputs.",
                got=f"a tensor of shape {tuple(a.shape)}"
                + (f" with the element {int(a.min())}" if a.size else ""),
                mend="flatten it, and shift it so that the smallest element is 0",
            )
        )
    if weights is not None and weights.shape != a.shape:
        raise RuntimeError(
            teach(
                "weights should be 1-d and have the same length as input",
                got=f"shapes {tuple(a.shape)} and {tuple(weights.shape)}",
                mend="give one weight for each element",
            )
        )


@register(
    Bincount,
    samples=[
        Sample(T(9, kind="int", low=0, high=5)),
        Sample(T(4, kind="int", low=0, high=5), weights=T(4, constant=True), minlength=8),
        Sample(T(5, kind="int", low=0, high=5), T(5, constant=True)),
        Sample(T(0, kind="int"), minlength=2),
    ],
)
def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Any:
    """Count how often each number occurs, or add up the weights of its occurrences.

    Parameters
    ----------
    input : Tensor
        Of one dimension, integers that are not negative.
    weights : Tensor, optional
        One for each element.
    minlength : int
        The length of the result at least.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.bincount(edugrad.tensor([0, 2, 2, 3]))
    tensor([1, 0, 2, 1])

    Notes
    -----
    PyTorch: ``torch.bincount``.
    """
    return Bincount.apply(input, weights, minlength=minlength)


class CountNonzero(Op):
    """How many elements are not zero."""

    op_name = "count_nonzero"
    formula = "Σ (a ≠ 0)"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...]) -> Any:
        return (a != 0).sum(dims, "int64")


@register(
    CountNonzero,
    samples=[
        Sample(T(2, 3, kind="bool")),
        Sample(T(2, 3, kind="int", low=-1, high=2), 1),
        Sample(T(2, 3, kind="int", low=-1, high=2), dim=(0, 1)),
    ],
)
def count_nonzero(input: Any, dim: Dims = None) -> Any:
    """Count the elements that are not zero. PyTorch: ``torch.count_nonzero``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.count_nonzero(edugrad.tensor([0, 3, 0, 5]))
    tensor(2)
    """
    return CountNonzero.apply(input, dims=axes(dim, input.ndim))
