"""Reading a dimension at other places: each output element is a weighted sum of input elements.

Padding by reflection and interpolation are both this, with different tables.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from ..autograd.function import Op
from ..layouts import as_images


class Table:
    """Which elements of one dimension each output element reads, and with what weights.

    Attributes
    ----------
    axis : int
        The dimension.
    size : int
        Its length in the input.
    indices : array (taps, outputs)
    weights : array (taps, outputs) or None
        None where every output element is a copy of one input element.
    """

    def __init__(
        self, axis: int, size: int, indices: np.ndarray, weights: np.ndarray | None = None
    ) -> None:
        self.axis = axis
        self.size = size
        self.indices = indices.astype(np.int64)
        self.weights = weights

    def __repr__(self) -> str:
        return f"dim {self.axis}: {self.size} → {self.indices.shape[1]}"

    @cached_property
    def rounds(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Taps, outputs and inputs, in parts that name no input twice."""
        flat = self.indices.reshape(-1)
        order = flat.argsort(kind="stable")
        ranked = flat[order]
        nth = np.arange(flat.size) - np.searchsorted(ranked, ranked)
        taps, outputs = np.unravel_index(order, self.indices.shape)
        return [
            (taps[nth == k], outputs[nth == k], ranked[nth == k])
            for k in range(int(nth.max(initial=-1)) + 1)
        ]

    def read(self, xp: Any, a: Any) -> Any:
        """The weighted sums."""
        if self.weights is None:
            return xp.take(a, xp.asarray(self.indices[0]), self.axis)
        total = None
        for index, weight in zip(self.indices, self._scaled(xp, a), strict=True):
            term = xp.take(a, xp.asarray(index), self.axis) * weight
            total = term if total is None else total + term
        return total

    def write(self, xp: Any, a: Any) -> Any:
        """The transpose: each element is added to those that it was made of."""
        shape = (*a.shape[: self.axis], self.size, *a.shape[self.axis + 1 :])
        result = xp.zeros(shape, a.dtype)
        before = (slice(None),) * self.axis
        for taps, outputs, inputs in self.rounds:
            part = a[(*before, xp.asarray(outputs))]
            if self.weights is not None:
                part = part * self._shaped(xp, self.weights[taps, outputs], a)
            result[(*before, xp.asarray(inputs))] += part
        return result

    def _scaled(self, xp: Any, a: Any) -> list[Any]:
        assert self.weights is not None
        return [self._shaped(xp, weight, a) for weight in self.weights]

    def _shaped(self, xp: Any, weight: np.ndarray, a: Any) -> Any:
        return xp.asarray(weight.astype(a.dtype)).reshape(-1, *[1] * (a.ndim - self.axis - 1))


class Resample(Op):
    """Dimensions read at other places."""

    op_name = "resample"
    formula = "Σ weight · a[index]"
    derivatives = ("weight · grad added at index",)

    @staticmethod
    def forward(ctx: Any, a: Any, tables: tuple[Table, ...]) -> Any:
        result = a
        for table in tables:
            result = table.read(ctx.xp, result)
        return as_images(result, a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return ResampleBack.apply(grad, tables=ctx.params["tables"])


class ResampleBack(Op):
    """The transpose of resampling."""

    op_name = "resample_backward"
    formula = "Σ weight · a added at index"
    derivatives = ("grad resampled",)

    @staticmethod
    def forward(ctx: Any, a: Any, tables: tuple[Table, ...]) -> Any:
        for table in reversed(tables):
            a = table.write(ctx.xp, a)
        return a

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return Resample.apply(grad, tables=ctx.params["tables"])
