"""Areas under curves by the trapezoidal rule."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor, check_dim
from .registry import Sample, T, register

SAMPLES = [
    Sample(T(5)),
    Sample(T(2, 4), dim=0),
    Sample(T(2, 4), T(4)),
    Sample(T(3, 4), T(3, 1), dim=-2),
    Sample(T(2, 4), dx=0.5),
]


def _areas(y: Any, x: Any, dx: float | None, dim: int) -> Any:
    """The area of each trapezium along a dimension."""
    dim = check_dim(dim, y.ndim)
    pairs = max(y.shape[dim] - 1, 0)
    heights = y.narrow(dim, 0, pairs) + y.narrow(dim, y.shape[dim] - pairs, pairs)
    if x is None:
        return heights * ((1.0 if dx is None else dx) / 2)
    if x.ndim == 1:
        widths = x.diff().reshape(-1, *[1] * (y.ndim - 1 - dim))
    else:
        widths = x.diff(dim=dim - y.ndim)
    return heights * widths / 2


@register(None, samples=SAMPLES, method=False, aliases=["trapz"])
def trapezoid(y: Any, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Any:
    r"""The area under a curve, by the trapezoidal rule.

    .. math:: \sum_i \frac{y_i + y_{i+1}}{2} (x_{i+1} - x_i)

    Parameters
    ----------
    y : Tensor
        Values of the curve.
    x : Tensor, optional
        Where they are; of the shape of ``y``, or a vector.
    dx : float
        The distance between neighbours, where ``x`` is not given.
    dim : int
        The dimension to go along.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.trapezoid(edugrad.tensor([1.0, 5.0, 10.0]))
    tensor(10.5000)

    Notes
    -----
    PyTorch: ``torch.trapezoid``.
    """
    return _areas(y, x, dx, dim).sum(dim)


@register(None, samples=SAMPLES, method=False)
def cumulative_trapezoid(
    y: Any, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1
) -> Any:
    """The area under a curve up to each of its points but the first.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.cumulative_trapezoid(edugrad.tensor([1.0, 5.0, 10.0]))
    tensor([ 3.0000, 10.5000])

    Notes
    -----
    PyTorch: ``torch.cumulative_trapezoid``.
    """
    return _areas(y, x, dx, dim).cumsum(dim)
