"""Layers that merge dimensions into one, or split one into several."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from .module import Module


class Flatten(Module):
    """Merges the dimensions from ``start_dim`` to ``end_dim``; a batch stays a batch.

    Parameters
    ----------
    start_dim, end_dim : int

    Examples
    --------
    >>> import edugrad
    >>> Flatten()(edugrad.ones(64, 28, 28)).shape
    edugrad.Size([64, 784])

    Notes
    -----
    PyTorch: ``torch.nn.Flatten``.
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Any) -> Any:
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Splits one dimension into several.

    Parameters
    ----------
    dim : int
    unflattened_size : sequence of int
        The new lengths; one may be -1.

    Raises
    ------
    TypeError
        If these are no whole numbers.

    Examples
    --------
    >>> import edugrad
    >>> Unflatten(1, (2, -1))(edugrad.ones(3, 8)).shape
    edugrad.Size([3, 2, 4])

    Notes
    -----
    PyTorch: ``torch.nn.Unflatten``; dimensions have no names here.
    """

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        _check_sizes(unflattened_size)
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Any) -> Any:
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


def _check_sizes(sizes: Any) -> None:
    if not isinstance(sizes, (tuple, list)):
        rule = f"unflattened_size must be a tuple of ints, but found type {type(sizes).__name__}"
    else:
        wrong = [k for k, each in enumerate(sizes) if not isinstance(each, int)]
        if not wrong:
            return
        kind = type(sizes[wrong[0]]).__name__
        rule = (
            "unflattened_size must be tuple of ints, but found element of type "
            f"{kind} at pos {wrong[0]}"
        )
    raise TypeError(
        teach(
            rule,
            got=f"unflattened_size={sizes!r}",
            mend="name the new lengths, e.g. Unflatten(1, (2, 3))",
        )
    )
