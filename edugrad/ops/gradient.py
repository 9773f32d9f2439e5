"""Numerical derivatives of sampled functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import teach
from ..tensor import Tensor, check_dim
from .joining import cat
from .reduction import axes
from .registry import Sample, T, register


def _spacings(spacing: Any, dims: tuple[int, ...], given: bool, ndim: int) -> list[Any]:
    """For each dimension, the distance between neighbours, or where they are."""
    if spacing is None:
        return [1] * len(dims)
    if isinstance(spacing, (int, float)):
        return [spacing] * len(dims)
    if isinstance(spacing, Tensor) or not isinstance(spacing, Sequence):
        raise TypeError(
            teach(
                "gradient() received an invalid combination of arguments",
                got=f"spacing of type {type(spacing).__name__}",
                mend="give a number, or a list with a number or a tensor for each dimension",
            )
        )
    if len(spacing) != len(dims):
        length = "dim" if given else f"'self.dim() = {ndim}', since dim argument was not given"
        raise RuntimeError(
            teach(
                "torch.gradient expected spacing to be unspecified, a scalar, or a list of length "
                f"equal to {length}, but got a list of length {len(spacing)}",
                got=f"{len(spacing)} spacings for {len(dims)} dimensions",
                mend="give one for each dimension",
            )
        )
    return list(spacing)


def _along(input: Any, dim: int, spacing: Any, edge_order: int) -> Any:
    """The derivative along one dimension: central inside, one-sided at the ends."""
    size = input.shape[dim]
    if isinstance(spacing, Tensor):
        steps = spacing.diff().reshape([-1 if k == dim else 1 for k in range(input.ndim)])
    else:
        steps = input.new_ones([size - 1 if k == dim else 1 for k in range(input.ndim)]) * spacing
    slopes = input.diff(dim=dim) / steps
    first, last = slopes.narrow(dim, 0, 1), slopes.narrow(dim, size - 2, 1)
    if size == 2:
        return cat([first, last], dim)
    before, after = steps.narrow(dim, 0, size - 2), steps.narrow(dim, 1, size - 2)
    low, high = slopes.narrow(dim, 0, size - 2), slopes.narrow(dim, 1, size - 2)
    inside = (low * after + high * before) / (before + after)
    if edge_order == 2:
        first = first + (first - inside.narrow(dim, 0, 1))
        last = last + (last - inside.narrow(dim, size - 3, 1))
    return cat([first, inside, last], dim)


@register(
    None,
    samples=[
        Sample(T(5)),
        Sample(T(3, 4)),
        Sample(T(3, 4), spacing=0.5, dim=1),
        Sample(T(3, 4), spacing=[0.5, 2.0], edge_order=2),
        Sample(T(4, 3), dim=(0,), edge_order=2),
    ],
    method=False,
)
def gradient(
    input: Any, *, spacing: Any = None, dim: Any = None, edge_order: int = 1
) -> tuple[Any, ...]:
    """Estimate the derivative of a function from its values, along each dimension.

    Inside by the parabola through three neighbours, at the ends by two of them, or by three with
    ``edge_order=2``.

    Parameters
    ----------
    input : Tensor
        The values.
    spacing : number, or list of numbers or tensors, optional
        The distance between neighbours (1), for each dimension; a tensor says where they are.
    dim : int or sequence of int, optional
        Along which dimensions; all by default.
    edge_order : 1 or 2

    Returns
    -------
    tuple of Tensor
        One for each dimension.

    Raises
    ------
    RuntimeError
        If a dimension has not more than ``edge_order`` elements.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.gradient(edugrad.tensor([1.0, 2.0, 4.0, 7.0]))
    (tensor([1.0000, 1.5000, 2.5000, 3.0000]),)

    Notes
    -----
    PyTorch: ``torch.gradient``.
    """
    if not input.ndim:
        return ()
    dims = axes(dim, input.ndim)
    dims = dims if dim is None or not isinstance(dim, int) else (check_dim(dim, input.ndim),)
    spacings = _spacings(spacing, dims, dim is not None, input.ndim)
    rule = None
    if edge_order not in (1, 2):
        rule = "torch.gradient only supports edge_order=1 and edge_order=2."
    elif any(input.shape[each] <= edge_order for each in dims):
        rule = "torch.gradient expected each dimension size to be at least edge_order+1"
    if rule is not None:
        raise RuntimeError(
            teach(
                rule,
                got=f"edge_order={edge_order} and shape {tuple(input.shape)}",
                mend="a difference needs two neighbours, one of second order three",
            )
        )
    pairs = zip(dims, spacings, strict=True)
    return tuple([_along(input, each, step, edge_order) for each, step in pairs])
