"""A matrix product in numbers and words: sums so far, what a step does, what an element is."""

from __future__ import annotations

from typing import Any

import numpy as np

from edugrad import Tensor
from edugrad.errors import teach

from .look.units import number
from .matmul_schedule import Step

LARGEST = 8


class Product:
    """Two matrices in double precision, their names, and the product."""

    def __init__(self, left: Tensor, right: Tensor, names: tuple[str, str, str]) -> None:
        self.left, self.right = _matrix(left), _matrix(right)
        _check_sizes(self.left.shape, self.right.shape)
        self.names = names
        products = self.left[:, None, :] * self.right.T[None, :, :]
        start = np.zeros((*products.shape[:2], 1))
        self.sums = np.concatenate([start, products.cumsum(2)], axis=2)
        """Element (i, j, k) is the sum of the first k products of the element (i, j)."""
        self.result = self.sums[:, :, -1]

    @property
    def title(self) -> str:
        """``A (3, 4) · B (4, 2) = C (3, 2)``."""
        shapes = self.left.shape, self.right.shape, self.result.shape
        a, b, c = (f"{name} {shape}" for name, shape in zip(self.names, shapes, strict=True))
        return f"{a} · {b} = {c}"

    def step_for_view(self, step: Step) -> dict[str, Any]:
        """A step as the view takes it: elements by number, a sentence, counts."""
        a, b, c = self.names
        inner, columns = self.left.shape[1], self.right.shape[1]
        sentence = step.sentence.format(a=a, b=b, c=c) or self._multiplication(step)
        counts = step.counts
        return {
            "a": [i * inner + k for i, k in step.left],
            "b": [k * columns + j for k, j in step.right],
            "c": [i * columns + j for i, j in step.results],
            "shared": step.is_shared,
            "sentence": sentence,
            "counts": [counts.multiplications, counts.global_reads, counts.shared_reads],
        }

    def _multiplication(self, step: Step) -> str:
        """What a step of a single multiplication does, in numbers."""
        a, b, c = self.names
        (i, j), k = step.results[0], step.inner
        assert k is not None
        x, y = self.left[i, k], self.right[k, j]
        before, after = number(self.sums[i, j, k]), number(self.sums[i, j, k + 1])
        factors = f"{number(x)} · {_signed(y)}"
        return (
            f"{c}[{i}, {j}] grows by {a}[{i}, {k}] · {b}[{k}, {j}] = {factors} = {number(x * y)}, "
            f"from {before} to {after}: 2 reads, 1 multiplication."
        )

    def sayings(self) -> dict[str, str]:
        """What is said about each element."""
        a, b, c = self.names
        (rows, inner), columns = self.left.shape, self.right.shape[1]
        said = {}
        for i in range(rows):
            for j in range(columns):
                factors = zip(self.left[i], self.right[:, j], strict=True)
                products = " + ".join(f"{_signed(x)}·{_signed(y)}" for x, y in factors)
                total = number(self.result[i, j])
                dot = f"row {i} of {a} times column {j} of {b}"
                said[f"c.{i * columns + j}"] = f"{c}[{i}, {j}], {dot}: {products} = {total}"
        for i in range(rows):
            for k in range(inner):
                use = f"all of row {i} of {c}: {_times(columns)}"
                said[f"a.{i * inner + k}"] = f"{a}[{i}, {k}] is needed for {use}."
        for k in range(inner):
            for j in range(columns):
                use = f"all of column {j} of {c}: {_times(rows)}"
                said[f"b.{k * columns + j}"] = f"{b}[{k}, {j}] is needed for {use}."
        return said


def short(value: float) -> str:
    """A number that fits into a cell: four digits, or fewer where they would be too long.

    Examples
    --------
    >>> [short(x) for x in (12.0, -0.8123, 1234.5, -0.0033041)]
    ['12', '-0.812', '1234', '-0.0033']
    """
    texts = (number(value, digits) for digits in (4, 3, 2))
    return next((text for text in texts if len(text) <= 6), number(value, 2))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _signed(value: float) -> str:
    text = number(float(value))
    return f"({text})" if text.startswith("-") else text


def _matrix(value: Any) -> np.ndarray:
    """A matrix's elements in double precision."""
    if not isinstance(value, Tensor):
        raise TypeError(
            teach(
                "MatmulView shows the product of two tensors",
                got=f"{type(value).__name__} ({value!r})",
                mend="MatmulView(A, B), where both are matrices",
            )
        )
    return value.detach().cpu().numpy().astype(np.float64)


def _check_sizes(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    got = f"shapes {left} and {right}"
    if len(left) != 2 or len(right) != 2:
        raise ValueError(
            teach(
                "both are matrices, with two dimensions",
                got=got,
                mend="x[None, :] makes a row and x[:, None] a column of a vector x",
            )
        )
    if left[1] != right[0]:
        raise ValueError(
            teach(
                f"mat1 and mat2 shapes cannot be multiplied ({left[0]}x{left[1]} and "
                f"{right[0]}x{right[1]}): the inner sizes {left[1]} and {right[0]} must be equal",
                got=got,
                mend="transpose one of them: A @ B.T, or A.T @ B",
            )
        )
    if min(*left, *right) < 1 or max(*left, *right) > LARGEST:
        raise ValueError(
            teach(
                f"matrices of 1 to {LARGEST} rows and columns are shown, so that each element can "
                "be read",
                got=got,
                mend=f"take a corner: MatmulView(A[:{LARGEST}, :{LARGEST}], "
                f"B[:{LARGEST}, :{LARGEST}])",
            )
        )
