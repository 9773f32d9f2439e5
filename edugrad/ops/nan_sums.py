"""Sums and means that leave out what is not a number."""

from __future__ import annotations

from typing import Any

from ..autograd.writing import deliver
from ..errors import teach
from .reduction import OVER, Dims, sum
from .registry import Sample, T, register


@register(None, samples=[*OVER, Sample(T(3, kind="int"))])
def nansum(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """Sum the elements that are not NaN. PyTorch: ``torch.nansum``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nansum(edugrad.tensor([1.0, float("nan"), 2.0]))
    tensor(3.)
    """
    if input.is_floating_point():
        input = input.masked_fill(input.isnan(), 0)
    return sum(input, dim, keepdim, dtype=dtype, out=out)


@register(None, samples=OVER)
def nanmean(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """Mean of the elements that are not NaN. PyTorch: ``torch.nanmean``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nanmean(edugrad.tensor([1.0, float("nan"), 2.0]))
    tensor(1.5000)
    """
    if not input.is_floating_point():
        raise RuntimeError(
            teach(
                "nanmean(): expected input to have floating point or complex dtype but got "
                f"{input.dtype.name}",
                got=f"a tensor of {input.dtype}",
                mend="convert it first, with x.float()",
            )
        )
    count = sum(input.isnan().logical_not(), dim, keepdim)
    result = nansum(input, dim, keepdim, dtype=dtype) / count
    return deliver("nanmean", result, out, input, castable=True)
