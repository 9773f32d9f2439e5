"""Integration, scattered views, forms of matrices, special functions, whole numbers, grids, CTC."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import integrate, special

from .references_functions import each
from .references_linalg import stacks

Reference = Callable[..., Any]


def trapezia(y: Any, x: Any = None, dx: float = 1.0, dim: int = -1) -> list[Any]:
    """Their areas, one after the other."""
    rows = np.moveaxis(y, dim, 0)
    if x is None:
        widths: Any = [dx] * (len(rows) - 1)
    elif x.ndim == 1:
        widths = np.diff(x)
    else:
        widths = np.diff(np.moveaxis(np.broadcast_to(x, y.shape), dim, 0), axis=0)
    return [(rows[k] + rows[k + 1]) / 2 * widths[k] for k in range(len(rows) - 1)]


def cumulated(y: Any, x: Any = None, dx: float = 1.0, dim: int = -1) -> Any:
    return np.stack(list(itertools.accumulate(trapezia(y, x, dx, dim))), dim)


def with_selected(a: Any, src: Any, dim: int, index: int) -> Any:
    rows = list(np.moveaxis(a, dim, 0))
    rows[index] = src
    return np.stack(rows, dim)


def with_slice(
    a: Any, src: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> Any:
    rows, new = list(np.moveaxis(a, dim, 0)), iter(np.moveaxis(src, dim, 0))
    for k in range(*slice(start, end, step).indices(len(rows))):
        rows[k] = next(new)
    return np.stack(rows, dim)


def with_diagonal(a: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    made = np.moveaxis(a.copy(), (dim1, dim2), (-2, -1))
    for k in range(src.shape[-1]):
        made[..., k + max(-offset, 0), k + max(offset, 0)] = src[..., k]
    return np.moveaxis(made, (-2, -1), (dim1, dim2))


def exponential(a: Any) -> Any:
    """By steps of Euler's method, extrapolated: (1 + A/n)ⁿ for growing n."""
    tables: list[list[Any]] = []
    for level in range(12):
        n = 2 ** (level + 6)
        row = [np.linalg.matrix_power(np.eye(len(a)) + a / n, n)]
        for k, before in enumerate(tables[-1] if tables else []):
            row.append(row[k] + (row[k] - before) / (2 ** (k + 1) - 1))
        tables.append(row)
    return tables[-1][-1]


def condition(a: Any, p: Any = None) -> Any:
    return np.linalg.cond(a, p)


def substituted(a: Any, b: Any, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    """Row by row."""
    if not left:
        turned = substituted(a.swapaxes(-1, -2), b.swapaxes(-1, -2), not upper, True, unitriangular)
        return turned.swapaxes(-1, -2)
    n = a.shape[-1]
    x = np.zeros_like(b)
    for row in reversed(range(n)) if upper else range(n):
        known = range(row + 1, n) if upper else range(row)
        rest = b[..., row, :] - sum(a[..., row, k, None] * x[..., k, :] for k in known)
        x[..., row, :] = rest if unitriangular else rest / a[..., row, row, None]
    return x


def lu(a: Any) -> Any:
    from scipy.linalg import lu as factors

    return factors(a)


def from_factor(factor: Any, upper: bool) -> Any:
    lower = np.triu(factor).swapaxes(-1, -2) if upper else np.tril(factor)
    return lower @ lower.swapaxes(-1, -2)


def covariance(a: Any, correction: int = 1) -> Any:
    rows = np.atleast_2d(a)
    found = np.empty((len(rows), len(rows)))
    for i, j in np.ndindex(found.shape):
        pairs = zip(rows[i] - rows[i].mean(), rows[j] - rows[j].mean(), strict=True)
        found[i, j] = math.fsum(x * y for x, y in pairs) / (rows.shape[1] - correction)
    return found.squeeze()


def correlation(a: Any) -> Any:
    matrix = np.atleast_2d(covariance(a))
    deviations = np.sqrt(np.diag(matrix))
    return (matrix / np.outer(deviations, deviations)).squeeze()


def renormed(a: Any, p: float, dim: int, maxnorm: float) -> Any:
    rows = []
    for row in np.moveaxis(a, dim, 0):
        norm = math.fsum(np.abs(row).reshape(-1) ** p) ** (1 / p)
        rows.append(row * (maxnorm / (norm + 1e-7)) if norm > maxnorm else row)
    return np.stack(rows, dim)


def centres(length: int, align_corners: bool) -> list[float]:
    if align_corners:
        return [2 * k / (length - 1) - 1 for k in range(length)] if length > 1 else [0.0]
    return [(2 * k + 1) / length - 1 for k in range(length)]


def affine_grid(theta: Any, size: Any, align_corners: bool = False) -> Any:
    n, _, height, width = size
    made = np.empty((n, height, width, 2))
    rows, columns = centres(height, align_corners), centres(width, align_corners)
    for k, i, j in np.ndindex(n, height, width):
        made[k, i, j] = theta[k] @ [columns[j], rows[i], 1]
    return made


def pixel_of(value: float, length: int, align_corners: bool) -> float:
    low, high = (0, length - 1) if align_corners else (-0.5, length - 0.5)
    return low + (value + 1) / 2 * (high - low)


def brought_inside(pixel: float, length: int, padding: str, align_corners: bool) -> float:
    low, high = (0, length - 1) if align_corners else (-0.5, length - 0.5)
    if padding == "reflection":
        while not low <= pixel <= high:
            pixel = 2 * (low if pixel < low else high) - pixel
    return pixel if padding == "zeros" else min(max(pixel, 0), length - 1)


def keys(distance: float, a: float = -0.75) -> float:
    """The kernel of cubic convolution."""
    d = abs(distance)
    if d <= 1:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a if d < 2 else 0.0


def shares(
    value: float, length: int, mode: str, padding: str, align_corners: bool
) -> list[tuple[int, float]]:
    """The pixels on one axis that count for a place, and how much each does."""
    pixel = pixel_of(value, length, align_corners)
    if mode == "bicubic":
        first = math.floor(pixel)
        taps = range(first - 1, first + 3)
        inside = [brought_inside(k, length, padding, align_corners) for k in taps]
        return [(int(at), keys(pixel - k)) for at, k in zip(inside, taps, strict=True)]
    pixel = brought_inside(pixel, length, padding, align_corners)
    if mode == "nearest":
        return [(round(pixel), 1.0)]
    return [(k, max(0, 1 - abs(pixel - k))) for k in range(length)]


def grid_sample(
    image: Any,
    grid: Any,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool = False,
) -> Any:
    lengths = image.shape[2:]
    made = np.zeros((*image.shape[:2], *grid.shape[1:-1]))
    for k, *where in np.ndindex(grid.shape[:-1]):
        values = grid[(k, *where)][::-1]
        axes = [
            shares(value, length, mode, padding_mode, align_corners)
            for value, length in zip(values, lengths, strict=True)
        ]
        for taps in itertools.product(*axes):
            index = tuple(at for at, _ in taps)
            if all(0 <= at < length for at, length in zip(index, lengths, strict=True)):
                weight = math.prod(share for _, share in taps)
                made[(k, slice(None), *where)] += weight * image[(k, slice(None), *index)]
    return made


def bags(
    index: Any,
    table: Any,
    offsets: Any = None,
    mode: str = "mean",
    per_sample_weights: Any = None,
    padding_idx: int | None = None,
) -> Any:
    if index.ndim == 2:
        rows = [list(row) for row in index]
    else:
        bounds = [*offsets, len(index)]
        rows = [list(index[a:b]) for a, b in itertools.pairwise(bounds)]
    made = []
    for k, bag in enumerate(rows):
        factors = [1.0] * len(bag) if per_sample_weights is None else per_sample_weights[k]
        kept = [f * table[i] for i, f in zip(bag, factors, strict=True) if i != padding_idx]
        if not kept:
            made.append(np.zeros(table.shape[1]))
        elif mode == "max":
            made.append(np.max(kept, 0))
        else:
            made.append(np.sum(kept, 0) / (len(kept) if mode == "mean" else 1))
    return np.stack(made)


def normal_area(x: float) -> float:
    """The integral of the density, by quadrature."""
    density = lambda t: math.exp(-t * t / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    return 0.5 + integrate.quad(density, 0, x, epsabs=1e-13)[0]


def bessel(order: int) -> Callable[[float], float]:
    """The integral that defines the modified Bessel function."""

    def value(x: float) -> float:
        inside = lambda t: math.exp(x * math.cos(t)) * math.cos(order * t)  # noqa: E731
        return integrate.quad(inside, 0, math.pi, epsabs=1e-13)[0] / math.pi

    return value


FORMS: dict[str, Reference] = {
    "trapezoid": lambda *args, **kwargs: np.sum(trapezia(*args, **kwargs), 0),
    "cumulative_trapezoid": cumulated,
    "select_scatter": with_selected,
    "slice_scatter": with_slice,
    "diagonal_scatter": with_diagonal,
    "linalg.cond": condition,
    "linalg.matrix_exp": stacks(exponential, "(n,n)->(n,n)"),
    "linalg.vander": lambda x, N=None: np.stack(
        [x**k for k in range(x.shape[-1] if N is None else N)], -1
    ),
    "linalg.vecdot": lambda x, y, dim=-1: np.sum(x * y, dim),
    "linalg.tensorinv": lambda a, ind=2: np.linalg.tensorinv(a, ind),
    "linalg.tensorsolve": np.linalg.tensorsolve,
    "linalg.solve_triangular": substituted,
    "linalg.lu": lu,
    "fill": lambda a, value: np.full_like(a, value),
    "cholesky_solve": lambda b, factor, upper=False: np.linalg.solve(from_factor(factor, upper), b),
    "cholesky_inverse": lambda factor, upper=False: np.linalg.inv(from_factor(factor, upper)),
    "cov": covariance,
    "corrcoef": correlation,
    "renorm": renormed,
    "affine_grid": affine_grid,
    "grid_sample": grid_sample,
    "embedding_bag": bags,
    "erfcx": each(lambda x: math.exp(x * x) * math.erfc(x)),
    "i0": each(bessel(0)),
    "i1": each(bessel(1)),
    "i0e": each(lambda x: bessel(0)(x) * math.exp(-abs(x))),
    "i1e": each(lambda x: bessel(1)(x) * math.exp(-abs(x))),
    "entr": each(lambda x: -x * math.log(x)),
    "ndtr": each(normal_area),
    "ndtri": each(special.ndtri),
    "log_ndtr": each(lambda x: math.log(normal_area(x))),
    "xlog1py": each(lambda x, y: x * math.log1p(y)),
    "mvlgamma": each(
        lambda x, p: (
            p * (p - 1) / 4 * math.log(math.pi) + sum(math.lgamma(x - k / 2) for k in range(p))
        )
    ),
    "gcd": each(math.gcd, int),
    "lcm": each(math.lcm, int),
    "ldexp": each(lambda x, e: x * 2**e),
    "frexp": lambda x: (each(lambda a: math.frexp(a)[0])(x), each(lambda a: math.frexp(a)[1])(x)),
    "unravel_index": lambda index, shape: np.unravel_index(index, shape),
}
