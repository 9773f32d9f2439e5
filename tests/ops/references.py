"""What each op must compute, by other means than the op's own: plain Python, one number at a time.

Each entry takes the sample's arguments as NumPy arrays of float64, int64 or bool.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

import edugrad

from .references_forms import FORMS
from .references_functions import FUNCTIONS, each
from .references_layout import LAYOUT
from .references_linalg import LINALG
from .references_loss import LOSSES
from .references_network import NETWORK
from .references_order import ORDER
from .references_windows import WINDOWS

Reference = Callable[..., Any]


def over(function: Callable[[list[Any]], Any], result: type = float) -> Reference:
    """Reduce by a function of a list: over all dimensions, or those in ``dim``."""

    def reduced(a: np.ndarray, dim: Any = None, keepdim: bool = False, **params: Any) -> np.ndarray:
        dims = range(a.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
        axes = sorted({axis % max(a.ndim, 1) for axis in dims}) if a.ndim else []
        kept = [axis for axis in range(a.ndim) if axis not in axes]
        rows = a.transpose(kept + axes).reshape([a.shape[axis] for axis in kept] + [-1])
        found = np.empty(rows.shape[:-1], result)
        for place in np.ndindex(found.shape):
            found[place] = function(rows[place].tolist(), **params)
        shape = [1 if axis in axes else n for axis, n in enumerate(a.shape)]
        return found.reshape(shape) if keepdim else found

    return reduced


def along(function: Callable[[list[float]], list[float]]) -> Reference:
    """Replace every row along ``dim`` by a function of it."""

    def applied(a: np.ndarray, dim: int, dtype: Any = None) -> np.ndarray:
        if not a.ndim:
            return np.asarray(function([a.item()])[0])
        return np.apply_along_axis(lambda row: np.array(function(row.tolist())), dim, a)

    return applied


def variance(numbers: list[float], correction: float = 1, unbiased: bool = True) -> float:
    mean = math.fsum(numbers) / len(numbers)
    squares = math.fsum((number - mean) ** 2 for number in numbers)
    return squares / (len(numbers) - (correction if unbiased else 0))


def logsumexp(numbers: list[float]) -> float:
    return math.log(math.fsum(math.exp(number) for number in numbers))


def softmax(numbers: list[float]) -> list[float]:
    total = math.fsum(math.exp(number) for number in numbers)
    return [math.exp(number) / total for number in numbers]


def extreme(choose: Callable[[list[float]], float]) -> Reference:
    def found(a: np.ndarray, dim: Any = None, keepdim: bool = False, other: Any = None) -> Any:
        if other is not None or isinstance(dim, np.ndarray):
            return each(lambda x, y: choose([x, y]))(a, dim if other is None else other)
        values = over(choose)(a, dim, keepdim)
        if dim is None:
            return values
        return values, over(lambda row: row.index(choose(row)), int)(a, dim, keepdim)

    return found


def first_of(choose: Callable[[list[float]], float]) -> Reference:
    return over(lambda row: row.index(choose(row)), int)


@np.vectorize
def clamped(a: float, low: float, high: float) -> float:
    return min(max(a, low), high)


def clamp(a: np.ndarray, low: Any = -math.inf, high: Any = math.inf, **bounds: Any) -> np.ndarray:
    return clamped(a, bounds.get("min", low), bounds.get("max", high))


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix product as three nested loops, of stacks as well."""

    def loops(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.array(
            [[sum(x * y for x, y in zip(row, column, strict=True)) for column in b.T] for row in a],
            float,
        ).reshape(a.shape[0], b.shape[1])

    left, right = np.atleast_2d(a), b[:, None] if b.ndim == 1 else b
    found = np.vectorize(loops, signature="(n,k),(k,m)->(n,m)")(left, right)
    if b.ndim == 1:
        found = found[..., 0]
    return found[..., 0, :] if a.ndim == 1 and b.ndim > 1 else found[0] if a.ndim == 1 else found


def linear(x: np.ndarray, weight: np.ndarray, bias: Any = None) -> np.ndarray:
    found = product(x, np.transpose(weight))
    return found if bias is None else each(lambda a, b: a + b)(found, bias)


def gather(a: np.ndarray, dim: int, index: np.ndarray) -> np.ndarray:
    found = np.empty(index.shape)
    for place in np.ndindex(index.shape):
        source = list(place) or [0]
        source[dim] = index[place]
        found[place] = a[tuple(source)]
    return found


def triangle(keep: Callable[[int, int], bool]) -> Reference:
    def kept(a: np.ndarray, diagonal: int = 0) -> np.ndarray:
        found = np.zeros(a.shape)
        for place in np.ndindex(a.shape):
            if keep(place[-1] - place[-2], diagonal):
                found[place] = a[place]
        return found

    return kept


def flip(a: np.ndarray, dims: Any) -> np.ndarray:
    found = np.empty(a.shape)
    turned = [dims] if isinstance(dims, int) else dims
    for place in np.ndindex(a.shape):
        mirrored = [
            n - 1 - k if d in turned else k
            for d, (k, n) in enumerate(zip(place, a.shape, strict=True))
        ]
        found[tuple(mirrored)] = a[place]
    return found


def joined(arrays: Any, dim: int = 0) -> np.ndarray:
    if dim % 2 == 1:
        return np.transpose(joined([np.transpose(a) for a in arrays]))
    return np.array([row for a in arrays for row in a.tolist()])


def stacked(arrays: Any, dim: int = 0) -> np.ndarray:
    return np.moveaxis(np.array([a.tolist() for a in arrays]), 0, dim)


def parts(a: np.ndarray, size: Any, dim: int = 0) -> tuple[np.ndarray, ...]:
    length = a.shape[dim]
    sizes = [size] * (length // size) + [length % size] if isinstance(size, int) else size
    stops = list(itertools.accumulate(sizes))
    rows = [range(stop - count, stop) for stop, count in zip(stops, sizes, strict=True) if count]
    return tuple(np.take(a, list(each), dim) for each in rows)


def chunks(a: np.ndarray, count: int, dim: int = 0) -> tuple[np.ndarray, ...]:
    return parts(a, math.ceil(a.shape[dim] / count), dim)


def summed_to(a: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    found = np.zeros(shape)
    for place in np.ndindex(a.shape):
        target = place[len(place) - len(shape) :]
        found[tuple(k if n > 1 else 0 for k, n in zip(target, shape, strict=True))] += a[place]
    return found


def reduced(losses: np.ndarray, reduction: str) -> Any:
    numbers = np.ravel(losses).tolist()
    total = math.fsum(numbers)
    return {"none": losses, "sum": total, "mean": total / len(numbers)}[reduction]


def cross_entropy(
    z: np.ndarray,
    y: np.ndarray,
    weight: Any = 1.0,
    reduction: str = "mean",
    pos_weight: Any = 1.0,
) -> Any:
    @np.vectorize
    def loss(z: float, y: float, weight: float, positive: float) -> float:
        p = 1 / (1 + math.exp(-z))
        return -weight * (positive * y * math.log(p) + (1 - y) * math.log(1 - p))

    return reduced(loss(z, y, weight, pos_weight), reduction)


def squared_error(a: np.ndarray, b: np.ndarray, reduction: str = "mean", weight: Any = None) -> Any:
    losses = each(lambda a, b: (a - b) ** 2)(a, b)
    if weight is None:
        return reduced(losses, reduction)
    weighted = each(lambda loss, factor: loss * factor)(losses, weight)
    if reduction == "mean":
        return math.fsum(np.ravel(weighted)) / math.fsum(np.ravel(weight))
    return reduced(weighted, reduction)


def spread(function: Callable[..., float]) -> Reference:
    """A variance or its root, with ``unbiased`` after ``dim`` or in its place."""

    def found(
        a: np.ndarray, dim: Any = None, unbiased: Any = True, keepdim: bool = False, **params: Any
    ) -> np.ndarray:
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if params.get("correction", 1) is None:
            del params["correction"]
        return over(function)(a, dim, keepdim, unbiased=unbiased is not False, **params)

    return found


def near(a: float, b: float, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    return abs(a - b) <= atol + rtol * abs(b)


def shaped(a: np.ndarray, *sizes: Any, shape: Any = None, dtype: Any = None) -> np.ndarray:
    shape = sizes if shape is None else (shape,)
    kind = shape[0] if dtype is None and shape else dtype
    if isinstance(kind, edugrad.dtype):
        return np.frombuffer(a.tobytes(), kind.numpy).reshape(*a.shape[:-1], -1)
    wanted = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    return np.array(a.ravel().tolist()).reshape(wanted)


def expanded(a: np.ndarray, *shape: Any, size: Any = None) -> np.ndarray:
    shape = shape if size is None else (size,)
    wanted = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    lead = len(wanted) - a.ndim
    full = [a.shape[k - lead] if n == -1 else n for k, n in enumerate(wanted)]
    return a + np.zeros(full)


def squeezed(a: np.ndarray, dim: Any = None) -> np.ndarray:
    dims = range(a.ndim) if dim is None else [d % a.ndim for d in np.atleast_1d(dim)]
    return shaped(a, [n for k, n in enumerate(a.shape) if n != 1 or k not in dims])


def unsqueezed(a: np.ndarray, dim: int) -> np.ndarray:
    shape = list(a.shape)
    shape.insert(dim % (a.ndim + 1), 1)
    return shaped(a, shape)


def flattened(a: np.ndarray, start: int = 0) -> np.ndarray:
    return shaped(a, (*a.shape[:start], -1))


REFERENCES: dict[str, Reference] = {
    "add": each(lambda a, b, alpha=1: a + alpha * b),
    "sub": each(lambda a, b, alpha=1: a - alpha * b),
    "mul": each(lambda a, b: a * b),
    "div": each(lambda a, b, rounding_mode=None: a / b),
    "floor_divide": each(lambda a, b: a // b),
    "remainder": each(lambda a, b: a - b * math.floor(a / b)),
    "pow": each(lambda a, b: a**b),
    "square": each(lambda a: a * a),
    "maximum": each(lambda a, b: max(a, b)),
    "minimum": each(lambda a, b: min(a, b)),
    "neg": each(lambda a: 0 - a),
    "exp": each(math.exp),
    "expm1": each(math.expm1),
    "log": each(math.log),
    "log1p": each(math.log1p),
    "sqrt": each(math.sqrt),
    "rsqrt": each(lambda a: a**-0.5),
    "reciprocal": each(lambda a: 1 / a),
    "abs": each(math.fabs),
    "sin": each(math.sin),
    "cos": each(math.cos),
    "tan": each(math.tan),
    "tanh": each(math.tanh),
    "sigmoid": each(lambda a: 1 / (1 + math.exp(-a))),
    "relu": each(lambda a: max(a, 0)),
    "sign": each(lambda a: math.copysign(1, a)),
    "floor": each(math.floor),
    "ceil": each(math.ceil),
    "trunc": each(math.trunc),
    "round": each(lambda a, decimals=0: round(a, decimals)),
    "clamp": clamp,
    "softmax": along(softmax),
    "log_softmax": along(lambda row: [x - logsumexp(row) for x in row]),
    "cumsum": along(lambda row: list(itertools.accumulate(row))),
    "where": each(lambda condition, a, b: a if condition else b),
    "masked_fill": each(lambda a, mask, value: value if mask else a),
    "bitwise_not": lambda a: (
        each(lambda x: not x, bool)(a) if a.dtype == bool else each(lambda x: -x - 1, int)(a)
    ),
    "eq": each(lambda a, b: a == b, bool),
    "ne": each(lambda a, b: a != b, bool),
    "lt": each(lambda a, b: a < b, bool),
    "le": each(lambda a, b: a <= b, bool),
    "gt": each(lambda a, b: a > b, bool),
    "ge": each(lambda a, b: a >= b, bool),
    "logical_and": each(lambda a, b: bool(a and b), bool),
    "logical_or": each(lambda a, b: bool(a or b), bool),
    "logical_xor": each(lambda a, b: bool(a) != bool(b), bool),
    "logical_not": each(lambda a: not a, bool),
    "isnan": each(math.isnan, bool),
    "isinf": each(math.isinf, bool),
    "isfinite": each(math.isfinite, bool),
    "isclose": each(near, bool),
    "allclose": lambda a, b: all(map(near, a.tolist(), b.tolist())),
    "equal": lambda a, b: a.tolist() == b.tolist(),
    "clone": lambda a: np.array(a.tolist()),
    "contiguous": lambda a: np.array(a.tolist()),
    "gather": gather,
    "nonzero": lambda a: np.array([list(place) for place in np.ndindex(a.shape) if a[place]]),
    "flip": flip,
    "tril": triangle(lambda offset, diagonal: offset <= diagonal),
    "triu": triangle(lambda offset, diagonal: offset >= diagonal),
    "view": shaped,
    "reshape": shaped,
    "permute": lambda a, dims: np.moveaxis(a, dims, range(a.ndim)),
    "transpose": lambda a, dim0, dim1: np.einsum("ijk->kji", a) if a.ndim == 3 else a.T,
    "t": lambda a: np.array(list(zip(*a.tolist(), strict=True))) if a.ndim == 2 else a,
    "squeeze": squeezed,
    "unsqueeze": unsqueezed,
    "flatten": flattened,
    "expand": expanded,
    "broadcast_to": expanded,
    "sum_to_size": summed_to,
    "cat": joined,
    "stack": stacked,
    "unbind": lambda a, dim=0: tuple(np.take(a, k, dim) for k in range(a.shape[dim])),
    "split": parts,
    "chunk": chunks,
    "narrow": lambda a, dim, start, length: np.take(a, range(start, start + length), dim),
    "select": lambda a, dim, index: np.take(a, index, dim),
    "matmul": product,
    "mm": product,
    "bmm": product,
    "mv": product,
    "dot": product,
    "linear": linear,
    "binary_cross_entropy_with_logits": cross_entropy,
    "mse_loss": squared_error,
    "sum": over(math.fsum),
    "mean": over(lambda row: math.fsum(row) / len(row)),
    "var": spread(variance),
    "std": spread(lambda row, **params: math.sqrt(variance(row, **params))),
    "var_mean": lambda *args, **params: [
        spread(variance)(*args, **params),
        spread(lambda row, **_: math.fsum(row) / len(row))(*args, **params),
    ],
    "std_mean": lambda *args, **params: [
        spread(lambda row, **params: math.sqrt(variance(row, **params)))(*args, **params),
        spread(lambda row, **_: math.fsum(row) / len(row))(*args, **params),
    ],
    "amax": over(max),
    "amin": over(min),
    "argmax": first_of(max),
    "argmin": first_of(min),
    "max": extreme(max),
    "min": extreme(min),
    "all": over(all, bool),
    "any": over(any, bool),
    "logsumexp": over(logsumexp),
    **LAYOUT,
    **FORMS,
    **LINALG,
    **LOSSES,
    **NETWORK,
    **WINDOWS,
    **FUNCTIONS,
    **ORDER,
}
for _name, _bits in (
    ("bitwise_and", lambda a, b: a & b),
    ("bitwise_or", lambda a, b: a | b),
    ("bitwise_xor", lambda a, b: a ^ b),
):
    REFERENCES[_name] = np.frompyfunc(_bits, 2, 1)
