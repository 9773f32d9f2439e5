"""Variance and standard deviation, alone and together with the mean."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..errors import teach
from .checks import need_float
from .reduction import Dims, Reduction, axes, mean, spread
from .registry import Sample, T, register
from .summation import total


class Var(Reduction):
    """Variance of elements."""

    op_name = "var"
    out_dtype = "castable"
    formula = "Σ (a - mean)² / (n - correction)"
    derivatives = ("grad · 2 (a - mean) / (n - correction)",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool, correction: float) -> Any:
        ctx.save_for_backward(a)
        return _variance(ctx.xp, a, dims, keepdim, correction).astype(a.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return _gradient(grad, a, ctx.params["dims"], ctx.params["correction"])


class Std(Reduction):
    """Standard deviation of elements."""

    op_name = "std"
    out_dtype = "castable"
    formula = "√(Σ (a - mean)² / (n - correction))"
    derivatives = ("grad · (a - mean) / (std · (n - correction)), 0 where std is 0",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool, correction: float) -> Any:
        result = ctx.xp.sqrt(_variance(ctx.xp, a, dims, keepdim, correction)).astype(a.dtype)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        share = (grad / (2 * result)).masked_fill(result.detach() == 0, 0.0)
        return _gradient(share, a, ctx.params["dims"], ctx.params["correction"])


def _variance(xp: Any, a: Any, dims: tuple[int, ...], keepdim: bool, correction: float) -> Any:
    """The variance in the array's dtype, or in float64 where the squares leave its range."""
    if a.itemsize == 2:
        a = a.astype("float32")
    result = _two_passes(a, dims, keepdim, correction)
    if a.dtype != "float64" and not ((result > 1e-30) & (result < math.inf)).all():
        result = _two_passes(a.astype("float64"), dims, keepdim, correction)
    return result


def _two_passes(a: Any, dims: tuple[int, ...], keepdim: bool, correction: float) -> Any:
    """The mean square distance from the mean, less what the mean's own rounding adds to it."""
    count = max(math.prod(a.shape[axis] for axis in dims), 1)
    away = a - total(a, dims, True) / count
    off = total(away, dims, keepdim)
    squares = total(away * away, dims, keepdim) - off * off / count
    return squares / max(count - correction, 0) if a.size else squares / 0


def _gradient(grad: Any, a: Any, dims: tuple[int, ...], correction: float) -> Any:
    count = math.prod(a._array.shape[axis] for axis in dims)
    freedom = count - correction
    factor = 2.0 / freedom if freedom > 0 else math.nan
    return spread(grad, a._array.shape, dims) * ((a - a.mean(dims, keepdim=True)) * factor)


def _read(
    name: str, input: Any, dim: Any, unbiased: bool | None, correction: float | None
) -> dict[str, Any]:
    """The parameters of the ops, from either of PyTorch's two ways to give them."""
    need_float(f"{name} only support floating point and complex dtypes", input)
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None and correction is not None:
        raise TypeError(
            teach(
                f"{name}() received an invalid combination of arguments",
                got=f"unbiased={unbiased} and correction={correction}",
                mend="correction=1 is unbiased=True, correction=0 is unbiased=False: give one",
            )
        )
    if correction is None:
        correction = 0 if unbiased is False else 1
    dims = axes(dim, input.ndim)
    if math.prod(input._array.shape[axis] for axis in dims) <= correction:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "reduction factor (input numel divided by output numel).",
            UserWarning,
            stacklevel=3,
        )
    return {"dims": dims, "correction": correction}


SAMPLES = [
    Sample(T(2, 3, 4)),
    Sample(T(2, 3), False),
    Sample(T(2, 3), dim=1),
    Sample(T(2, 3), -1, False, True),
    Sample(T(2, 3), dim=(0, 1), unbiased=True),
    Sample(T(2, 3), dim=0, correction=0, keepdim=True),
    Sample(T(2, 3), unbiased=False),
    Sample(T(4), correction=2.5),
]


@register(Var, samples=SAMPLES)
def var(
    input: Any,
    dim: Dims = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    out: Any = None,
) -> Any:
    r"""Variance of the elements, over all dimensions or those in ``dim``.

    .. math:: \text{out} = \frac{1}{n - c} \sum_i (a_i - \bar a)^2

    Parameters
    ----------
    input : Tensor
        Of a floating type.
    dim : int or sequence of int, optional
    unbiased : bool, optional
        False for ``correction=0``; may also be given in the place of ``dim``.
    keepdim : bool
    correction : number, optional
        What is subtracted from the number of elements; 1 unless given.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([1.0, 2.0, 3.0])
    >>> x.var(), x.var(correction=0)
    (tensor(1.), tensor(0.6667))

    Notes
    -----
    PyTorch: ``torch.var``.
    """
    params = _read("std and var", input, dim, unbiased, correction)
    return Var.apply(input, keepdim=keepdim, **params, out=out)


@register(Std, samples=SAMPLES)
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
    params = _read("std and var", input, dim, unbiased, correction)
    return Std.apply(input, keepdim=keepdim, **params, out=out)


@register(None, samples=SAMPLES, method=False)
def var_mean(
    input: Any,
    dim: Dims = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Any:
    """The variance and the mean, as a pair. PyTorch: ``torch.var_mean``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.var_mean(edugrad.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    params = _read("var_mean", input, dim, unbiased, correction)
    return Var.apply(input, keepdim=keepdim, **params), mean(input, params["dims"], keepdim)


@register(None, samples=SAMPLES, method=False)
def std_mean(
    input: Any,
    dim: Dims = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Any:
    """The standard deviation and the mean, as a pair. PyTorch: ``torch.std_mean``."""
    params = _read("std_mean", input, dim, unbiased, correction)
    return Std.apply(input, keepdim=keepdim, **params), mean(input, params["dims"], keepdim)
