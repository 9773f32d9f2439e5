"""What linear algebra must give: sums of products written out, determinants by their definition.

Signs of eigenvectors and singular vectors are arbitrary; for these NumPy's own answer stands here,
and ``test_linalg.py`` checks that they decompose the matrix.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

Reference = Callable[..., Any]


def stacks(function: Callable[..., Any], signature: str) -> Reference:
    """Apply a function of one matrix to each of a stack."""
    return np.vectorize(function, otypes=[float], signature=signature)


def determinant(a: Any) -> float:
    """The sum over all permutations, by its definition."""
    total = 0.0
    for order in itertools.permutations(range(len(a))):
        inversions = sum(x > y for x, y in itertools.combinations(order, 2))
        total += (-1) ** inversions * math.prod(a[row][k] for row, k in enumerate(order))
    return total


def inverse(a: np.ndarray) -> np.ndarray:
    """Cofactors over the determinant."""
    count = len(a)
    found = np.empty((count, count))
    for i, j in np.ndindex(count, count):
        minor = np.delete(np.delete(a, i, 0), j, 1)
        found[j, i] = (-1) ** (i + j) * determinant(minor) / determinant(a)
    return found


def root(a: np.ndarray, upper: bool = False) -> np.ndarray:
    found = np.zeros(a.shape)
    for i, j in np.ndindex(a.shape):
        rest = a[i, j] - math.fsum(found[i, k] * found[j, k] for k in range(min(i, j)))
        if i == j:
            found[i, j] = math.sqrt(rest)
        elif i > j:
            found[i, j] = rest / found[j, j]
    return found.T if upper else found


def reflections(a: np.ndarray, mode: str = "reduced") -> tuple[np.ndarray, np.ndarray]:
    """QR of stacks by mirrors, each of which clears a column below the diagonal."""
    if a.ndim > 2:
        pairs = [reflections(each, mode) for each in a]
        return np.array([q for q, _ in pairs]), np.array([r for _, r in pairs])
    height, width = a.shape
    q, r = np.eye(height), a.copy()
    for k in range(min(height - 1, width)):
        mirror = r[k:, k].copy()
        mirror[0] += math.copysign(math.hypot(*mirror), mirror[0])
        turn = np.eye(height)
        turn[k:, k:] -= 2 * np.outer(mirror, mirror) / (mirror @ mirror)
        q, r = q @ turn, turn @ r
    count = height if mode == "complete" else min(height, width)
    return q[:, :count], np.triu(r)[:count]


def power(numbers: list[float], p: float) -> float:
    sizes = [abs(number) for number in numbers]
    if math.isinf(p):
        return max(sizes) if p > 0 else min(sizes)
    if p == 0:
        return sum(size != 0 for size in sizes)
    return math.fsum(size**p for size in sizes) ** (1 / p)


def length(a: np.ndarray, ord: float = 2, dim: Any = None, keepdim: bool = False) -> np.ndarray:
    dims = range(a.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    axes = [axis % max(a.ndim, 1) for axis in dims] if a.ndim else []
    kept = [axis for axis in range(a.ndim) if axis not in axes]
    found = np.empty([a.shape[axis] for axis in kept])
    rows = a.transpose(kept + axes).reshape(*found.shape, -1)
    for place in np.ndindex(found.shape):
        found[place] = power(rows[place].tolist(), ord)
    shape = [1 if axis in axes else n for axis, n in enumerate(a.shape)]
    return found.reshape(shape) if keepdim else found


def size(a: np.ndarray, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False) -> Any:
    """The norm of a matrix; singular values are roots of the eigenvalues of aᵀ a."""
    rows, columns = (axis % a.ndim for axis in dim)
    matrices = np.moveaxis(a, (rows, columns), (-2, -1))

    def one(matrix: np.ndarray) -> float:
        squares = matrix.T @ matrix if matrix.shape[1] <= matrix.shape[0] else matrix @ matrix.T
        values = [math.sqrt(each) for each in np.linalg.eigvals(squares).real.tolist()]
        by_column = [math.fsum(map(abs, column)) for column in matrix.T.tolist()]
        by_row = [math.fsum(map(abs, row)) for row in matrix.tolist()]
        return {
            "fro": math.hypot(*values),
            "nuc": math.fsum(values),
            2: max(values),
            -2: min(values),
            1: max(by_column),
            -1: min(by_column),
            math.inf: max(by_row),
            -math.inf: min(by_row),
        }[ord]

    found = stacks(one, "(m,n)->()")(matrices)
    return np.expand_dims(found, tuple(sorted((rows, columns)))) if keepdim else found


def norm(a: np.ndarray, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Any:
    if ord is None:
        return length(a, 2, dim, keepdim)
    dims = tuple(range(a.ndim)) if dim is None else dim
    if not isinstance(dims, int) and len(dims) == 2:
        return size(a, ord, dims, keepdim)
    return length(a, ord, dims, keepdim)


def older_norm(a: np.ndarray, p: Any = "fro", dim: Any = None, keepdim: bool = False) -> Any:
    if p == "nuc":
        return size(a, p, (0, 1) if dim is None else dim, keepdim)
    return length(a, 2 if p == "fro" else p, dim, keepdim)


def added(product: str) -> Reference:
    def found(c: Any, a: Any, b: Any, beta: float = 1, alpha: float = 1) -> np.ndarray:
        return beta * c + alpha * np.einsum(product, a, b)

    return found


def contracted(a: np.ndarray, b: np.ndarray, dims: Any = 2) -> np.ndarray:
    if not isinstance(dims, int) and a.shape[dims[0][0]] != b.shape[dims[1][0]]:
        a = a.sum(dims[0][0], keepdims=True)
    return np.tensordot(a, b, dims)


def crossed(a: np.ndarray, b: np.ndarray, dim: int = -1) -> np.ndarray:
    first, second = (np.moveaxis(each, dim, 0) for each in np.broadcast_arrays(a, b))
    found = [first[k - 2] * second[k - 1] - first[k - 1] * second[k - 2] for k in range(3)]
    return np.moveaxis(np.array(found), 0, dim)


def einstein(*args: Any) -> np.ndarray:
    """NumPy's, which multiplies numbers one by one; it does not know of spaces around commas."""
    if isinstance(args[0], str):
        return np.einsum(args[0].replace(" ", ""), *args[1:])
    return np.einsum(*args)


def solution(a: np.ndarray, b: np.ndarray, left: bool = True) -> np.ndarray:
    turned = stacks(inverse, "(n,n)->(n,n)")(a)
    if not left:
        return b @ turned
    vectors = b.ndim == 1 or b.shape == a.shape[:-1]
    return (turned @ b[..., None])[..., 0] if vectors else turned @ b


def pseudo(a: np.ndarray, **limits: float) -> np.ndarray:
    """By the inverse of aᵀ a or a aᵀ, which exists where no singular value counts as 0."""
    turned = np.swapaxes(a, -1, -2)
    inverses = stacks(inverse, "(n,n)->(n,n)")
    if a.shape[-2] >= a.shape[-1]:
        return inverses(turned @ a) @ turned
    return turned @ inverses(a @ turned)


def rank(a: np.ndarray, atol: float = 1e-12, rtol: float = 0.0) -> np.ndarray:
    values = np.linalg.svd(a, compute_uv=False)
    return np.sum(values > np.maximum(atol, rtol * values[..., :1]), -1)


def repeated(a: np.ndarray, n: int) -> np.ndarray:
    base = a if n >= 0 else stacks(inverse, "(n,n)->(n,n)")(a)
    found = np.zeros(a.shape, a.dtype) + np.eye(a.shape[-1], dtype=a.dtype)
    for _ in range(abs(n)):
        found = found @ base
    return found


def nearest(a: np.ndarray, b: np.ndarray, driver: str = "gelsy") -> list[np.ndarray]:
    columns = b[..., None] if b.ndim < a.ndim else b
    x = pseudo(a) @ columns
    count = np.full(a.shape[:-2], min(a.shape[-2:])) if driver != "gels" else np.empty(0)
    full = driver == "gelsd"
    residuals = np.sum((a @ x - columns) ** 2, -2) if full else np.empty(0)
    values = np.linalg.svd(a, compute_uv=False) if full else np.empty(0)
    return [x[..., 0] if b.ndim < a.ndim else x, residuals, count, values]


def chained(matrices: Any) -> np.ndarray:
    found = matrices[0]
    for each in matrices[1:]:
        found = found @ each
    return found


def distances(a: np.ndarray, b: np.ndarray, p: float = 2.0, compute_mode: str = "") -> np.ndarray:
    return length(a[..., :, None, :] - b[..., None, :, :], p, -1)


def signed(a: np.ndarray) -> list[Any]:
    found = stacks(determinant, "(n,n)->()")(a)
    return [np.sign(found), np.log(np.abs(found))]


def triangle_of(a: np.ndarray, UPLO: str = "L") -> Any:
    return np.linalg.eigh(a, UPLO)


def rotations(a: np.ndarray, some: bool = True) -> list[Any]:
    u, s, vh = np.linalg.svd(a, full_matrices=not some)
    return [u, s, np.swapaxes(vh, -1, -2)]


DETERMINANT = stacks(determinant, "(n,n)->()")
INVERSE = stacks(inverse, "(n,n)->(n,n)")
ROOT = np.vectorize(root, otypes=[float], signature="(n,n)->(n,n)", excluded=["upper"])

LINALG: dict[str, Reference] = {
    "vdot": lambda a, b: math.fsum(x * y for x, y in zip(a, b, strict=True)),
    "outer": lambda a, b: [[x * y for y in b.tolist()] for x in a.tolist()],
    "inner": lambda a, b: (
        a * b
        if not a.ndim
        else np.einsum("...i,ji->...j", a, b)
        if b.ndim > 1
        else np.einsum("...i,i->...", a, b)
    ),
    "tensordot": contracted,
    "kron": np.kron,
    "cross": lambda a, b, dim=None: crossed(a, b, a.shape.index(3) if dim is None else dim),
    "trace": lambda a: sum(a[k, k] for k in range(min(a.shape))),
    "chain_matmul": lambda *matrices: chained(matrices),
    "linalg.multi_dot": chained,
    "addmm": added("ij,jk->ik"),
    "addmv": added("ij,j->i"),
    "addr": added("i,j->ij"),
    "addbmm": added("nij,njk->ik"),
    "baddbmm": added("nij,njk->nik"),
    "einsum": einstein,
    "linalg.vector_norm": length,
    "linalg.matrix_norm": size,
    "linalg.norm": norm,
    "norm": older_norm,
    "dist": lambda a, b, p=2: length(a - b, p),
    "cdist": distances,
    "linalg.det": DETERMINANT,
    "det": DETERMINANT,
    "linalg.slogdet": signed,
    "slogdet": signed,
    "logdet": lambda a: signed(a)[1],
    "linalg.inv": INVERSE,
    "inverse": INVERSE,
    "linalg.solve": solution,
    "linalg.pinv": pseudo,
    "pinverse": lambda a, rcond=0.0: pseudo(a),
    "linalg.matrix_rank": rank,
    "linalg.matrix_power": repeated,
    "matrix_power": repeated,
    "linalg.lstsq": nearest,
    "linalg.cross": crossed,
    "linalg.cholesky": ROOT,
    "cholesky": ROOT,
    "linalg.qr": reflections,
    "qr": lambda a, some=True: reflections(a, "reduced" if some else "complete"),
    "linalg.eigh": triangle_of,
    "linalg.eigvalsh": lambda a, UPLO="L": triangle_of(a, UPLO)[0],
    "linalg.svd": np.linalg.svd,
    "svd": rotations,
    "linalg.svdvals": lambda a: np.linalg.svd(a, compute_uv=False),
}
