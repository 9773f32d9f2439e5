"""Quantiles, by interpolation between sorted elements."""

from __future__ import annotations

from typing import Any

from ..autograd.writing import deliver
from ..errors import teach
from ..tensor import Tensor, check_dim
from .registry import Sample, T, register
from .selection import where
from .sorting import sort

INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _refuse(rule: str, got: str, mend: str) -> RuntimeError:
    return RuntimeError(teach(rule, got=got, mend=mend))


def _proportions(name: str, input: Any, q: Any) -> Any:
    """``q`` as a tensor of the input's dtype."""
    if not isinstance(q, Tensor):
        if not 0 <= q <= 1:
            raise _refuse(
                f"{name}() q must be in the range [0, 1] but got {q}",
                f"q={q}",
                "q is a proportion: 0.5 for the median, 0.25 for the first quartile",
            )
        return input.new_tensor(q)
    if q.ndim > 1:
        raise _refuse(
            f"{name}() q must be a scalar or 1D tensor",
            f"q of shape {tuple(q.shape)}",
            "flatten it first, with q.flatten()",
        )
    if q.dtype is not input.dtype:
        raise _refuse(
            f"{name}() q tensor must be same dtype as the input tensor",
            f"{q.dtype} for an input of {input.dtype}",
            "convert it: q.to(input.dtype)",
        )
    if not bool(((q >= 0) & (q <= 1)).all()):
        raise _refuse(
            f"{name}() q values must be in the range [0, 1]",
            repr(q.tolist()),
            "q is a proportion: 0.5 for the median, 0.25 for the first quartile",
        )
    return q


def _check(name: str, input: Any, interpolation: str) -> None:
    if input.dtype.name not in ("float32", "float64"):
        raise _refuse(
            f"{name}() input tensor must be either float or double dtype",
            f"a tensor of {input.dtype}",
            "convert it first, with x.float()",
        )
    if not input.numel():
        raise _refuse(
            f"{name}() input tensor must be non-empty",
            f"a tensor of shape {tuple(input.shape)}",
            "check for an empty tensor first: x.numel() > 0",
        )
    if interpolation not in INTERPOLATIONS:
        raise _refuse(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}",
            f"interpolation={interpolation!r}",
            "leave it away for linear interpolation",
        )


def _ranks(rank: Any, interpolation: str) -> tuple[Any, Any, Any]:
    """The places of two sorted elements, and the weight of the second."""
    if interpolation == "lower":
        rank = rank.floor()
    elif interpolation == "higher":
        rank = rank.ceil()
    elif interpolation == "nearest":
        rank = rank.round()
    below = rank.floor()
    weight = (rank - below) * 0 + 0.5 if interpolation == "midpoint" else rank - below
    return below.long(), rank.ceil().long(), weight


def _quantile(
    name: str,
    input: Any,
    q: Any,
    dim: int | None,
    keepdim: bool,
    interpolation: str,
    ignore_nan: bool,
) -> Any:
    """The quantiles in front, as further rows of the sorted elements' dimension."""
    _check(name, input, interpolation)
    proportions = _proportions(name, input, q)
    axis = 0 if dim is None else check_dim(dim, input.ndim)
    rows = input.flatten() if dim is None or not input.ndim else input.movedim(axis, -1)
    ordered = sort(rows).values
    missing = ordered.isnan()
    if ignore_nan:
        found = missing.logical_not().sum(-1, keepdim=True).to(input.dtype)
        rank = proportions.reshape(-1) * (found - 1).clamp(min=0)
    else:
        rank = proportions.reshape(-1) * (rows.shape[-1] - 1)
        rank = where(missing.any(-1, keepdim=True), float(rows.shape[-1] - 1), rank)
    below, above, weight = _ranks(rank, interpolation)
    result = ordered.gather(-1, below).lerp(ordered.gather(-1, above), weight)
    if keepdim and input.ndim:
        result = _kept(result, input.ndim, None if dim is None else axis)
        return result if proportions.ndim else result.squeeze(0)
    result = result.movedim(-1, 0)
    return result if proportions.ndim else result.squeeze(0)


def _kept(result: Any, ndim: int, axis: int | None) -> Any:
    """The reduced dimension(s) put back with length 1, the quantiles in front."""
    result = result.movedim(-1, 0)
    if axis is not None:
        return result.unsqueeze(axis + 1)
    return result.reshape(-1, *[1] * ndim)


QUANTILES = [
    Sample(T(2, 5, distinct=True), 0.4),
    Sample(T(2, 5, distinct=True), 0.3, 1, True),
    Sample(T(5, 2, distinct=True), T(3, low=0.1, high=0.9), dim=0),
    Sample(T(5, 2, distinct=True), T(3, low=0.1, high=0.9), dim=1, keepdim=True),
    Sample(T(7, distinct=True), T(low=0.1, high=0.9)),
    *[Sample(T(2, 4, distinct=True), 0.4, dim=1, interpolation=name) for name in INTERPOLATIONS],
]


@register(None, samples=QUANTILES)
def quantile(
    input: Any,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Any = None,
) -> Any:
    """The quantiles ``q`` of the elements, over all of them or along ``dim``.

    Parameters
    ----------
    input : Tensor
        Of float32 or float64.
    q : float or Tensor
        Proportions from 0 to 1; those of a tensor of one dimension come first in the result.
    dim : int, optional
        None for all elements.
    keepdim : bool
        Keep the reduced dimension with length 1.
    interpolation : {"linear", "lower", "higher", "midpoint", "nearest"}
        How to choose between two neighbours.
    out : Tensor, optional
        Where to write the result.

    Raises
    ------
    RuntimeError
        If the input is empty or not floating point, or ``q`` is not a proportion.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.quantile(edugrad.tensor([1.0, 2.0, 3.0, 4.0]), 0.5)
    tensor(2.5000)

    Notes
    -----
    PyTorch: ``torch.quantile``.
    """
    result = _quantile("quantile", input, q, dim, keepdim, interpolation, ignore_nan=False)
    return deliver("quantile", result, out, input, q)


@register(None, samples=QUANTILES)
def nanquantile(
    input: Any,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Any = None,
) -> Any:
    """Like :func:`quantile`, of the elements that are not NaN. PyTorch: ``torch.nanquantile``."""
    result = _quantile("nanquantile", input, q, dim, keepdim, interpolation, ignore_nan=True)
    return deliver("nanquantile", result, out, input, q)
