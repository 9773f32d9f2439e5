"""A copy of a tensor in which one view has been replaced."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from .registry import Sample, T, register


def _with(copied: Any, view: Any, src: Any) -> Any:
    if tuple(view.shape) != tuple(src.shape):
        raise RuntimeError(
            teach(
                "expected src to have a size equal to the slice of self. src size = "
                f"{list(src.shape)}, slice size = {list(view.shape)}",
                got=f"{tuple(src.shape)} for a view of shape {tuple(view.shape)}",
                mend="the new values are not broadcast: src.expand(…) repeats them",
            )
        )
    view.copy_(src)
    return copied


@register(None, samples=[Sample(T(3, 4), T(4), 0, 1), Sample(T(3, 4), T(3), -1, -2)])
def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """A copy with ``src`` in the place of ``input.select(dim, index)``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.zeros(2, 2).select_scatter(edugrad.ones(2), 0, 0)
    tensor([[1., 1.],
            [0., 0.]])

    Notes
    -----
    PyTorch: ``torch.select_scatter``.
    """
    copied = input.clone()
    return _with(copied, copied.select(dim, index), src)


@register(
    None,
    samples=[
        Sample(T(3, 4), T(2, 4), start=1),
        Sample(T(3, 4), T(3, 2), 1, 0, 4, 2),
        Sample(T(5), T(2), end=2),
    ],
    out=True,
)
def slice_scatter(
    input: Any,
    src: Any,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Any:
    """A copy with ``src`` in the place of the slice ``start:end:step`` along ``dim``.

    Notes
    -----
    PyTorch: ``torch.slice_scatter``.
    """
    copied = input.clone()
    whole = [slice(None)] * copied.ndim
    whole[dim] = slice(start, end, step)
    return _with(copied, copied[tuple(whole)], src)


@register(
    None,
    samples=[Sample(T(3, 3), T(3)), Sample(T(2, 3, 4), T(2, 2), -1, 1, 2)],
)
def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """A copy with ``src`` on a diagonal.

    Notes
    -----
    PyTorch: ``torch.diagonal_scatter``.
    """
    copied = input.clone()
    return _with(copied, copied.diagonal(offset, dim1, dim2), src)
