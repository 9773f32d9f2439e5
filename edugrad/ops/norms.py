"""Norms: the lengths of vectors, the sizes of matrices."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.function import Op
from ..errors import teach
from ..tensor import check_dim
from .arithmetic import mul
from .checks import KINDS
from .reduction import Dims, axes, spread
from .registry import Sample, T, register
from .summation import total


class VectorNorm(Op):
    """The length of a vector: the p-th root of the sum of p-th powers."""

    op_name = "linalg_vector_norm"
    formula = "(Σ |a|ᵖ)^(1/p)"
    derivatives = ("grad · sign(a) · (|a| / norm)ᵖ⁻¹",)

    @staticmethod
    def forward(ctx: Any, a: Any, ord: float, dims: tuple[int, ...], keepdim: bool) -> Any:
        result = _length(ctx.xp, a, ord, dims, keepdim).astype(a.dtype, copy=False)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        p, dims = ctx.params["ord"], ctx.params["dims"]
        shape = a._array.shape
        grad, norm = spread(grad, shape, dims), spread(result, shape, dims)
        if p == 0:
            return None
        if p == 1:
            return grad * a.sign()
        if p == 2:
            return (a * (grad / norm)).masked_fill(norm.detach() == 0, 0)
        if math.isinf(p):
            reached = (a.detach().abs() == norm.detach()).to(grad.dtype)
            return a.sign() * reached * (grad / reached.sum(dims, keepdim=True))
        share = a.sign() * a.abs() ** (p - 1) * (grad * norm ** (1 - p))
        return share.masked_fill(a.detach() == 0, 0)


def _length(xp: Any, a: Any, p: float, dims: tuple[int, ...], keepdim: bool) -> Any:
    size = xp.abs(a)
    if p == 0:
        return total(xp.not_equal(a, 0).astype(a.dtype), dims, keepdim)
    if math.isinf(p):
        if all(a.shape[axis] for axis in dims):
            return size.max(dims, keepdims=keepdim) if p > 0 else size.min(dims, keepdims=keepdim)
        return total(size, dims, keepdim)
    if p == 1:
        return total(size, dims, keepdim)
    if p == 2:
        return xp.sqrt(total(a * a, dims, keepdim))
    return total(size**p, dims, keepdim) ** (1 / p)


def _converted(name: str, input: Any, dtype: Any) -> Any:
    """The tensor in the dtype that is asked for; refuse integers and a narrower dtype."""
    if not input.is_floating_point():
        raise RuntimeError(
            teach(
                f"linalg.{name}: Expected a floating point or complex tensor as input. Got "
                f"{KINDS[input.dtype.name]}",
                got=f"a tensor of {input.dtype}",
                mend="convert it first, with x.float()",
            )
        )
    if dtype is None:
        return input
    wanted = dtypes.check(dtype)
    if wanted.numpy.itemsize < input.dtype.numpy.itemsize or wanted.category < 2:
        raise RuntimeError(
            teach(
                f"linalg.{name}: the dtype of the input ({KINDS[input.dtype.name]}) should be "
                f"convertible without narrowing to the specified dtype ({KINDS[wanted.name]})",
                got=f"dtype={wanted!r}",
                mend="compute first, then convert the result with .to(…)",
            )
        )
    return input.to(wanted)


@register(
    VectorNorm,
    samples=[
        Sample(T(2, 3)),
        Sample(T(2, 3), 2, -1),
        Sample(T(2, 3), 1, dim=0, keepdim=True),
        Sample(T(2, 3), 3, dim=(0, 1)),
        Sample(T(2, 3), 1.5, dim=1),
        Sample(T(2, 3), 0.5, dim=1),
        Sample(T(2, 3), -1, dim=1),
        Sample(T(2, 3), 0, dim=1),
        Sample(T(2, 3, low=0.5, distinct=True), math.inf, dim=1),
        Sample(T(2, 3, low=0.5, distinct=True), -math.inf),
        Sample(T(), 2),
    ],
    method=False,
    namespace="edugrad.linalg",
)
def vector_norm(
    input: Any,
    ord: float = 2,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    r"""Length of a vector, or of all vectors along dimensions.

    .. math:: \Big(\sum_i |x_i|^p\Big)^{1/p}

    Parameters
    ----------
    input : Tensor
        Of floating-point numbers.
    ord : float
        The p above; ``inf`` is the largest, ``-inf`` the smallest size, 0 counts the nonzero.
    dim : int or tuple of int, optional
        Over which dimensions; over all by default.

    Raises
    ------
    RuntimeError
        For integers, and where nothing has a largest or a smallest element.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linalg.vector_norm(edugrad.tensor([3.0, 4.0]))
    tensor(5.)

    Notes
    -----
    The gradient at 0 is 0. PyTorch: ``torch.linalg.vector_norm``.
    """
    if not isinstance(ord, (int, float)):
        raise TypeError(
            teach(
                f"linalg_vector_norm(): argument 'ord' must be Number, not {type(ord).__name__}",
                got=repr(ord),
                mend='for "fro" and "nuc" use linalg.matrix_norm',
            )
        )
    input = _converted("vector_norm", input, dtype)
    dims = axes(dim, input.ndim)
    if (ord < 0 or math.isinf(ord)) and not all(input.shape[axis] for axis in dims):
        raise RuntimeError(
            teach(
                f"linalg.vector_norm cannot compute the {ord} norm on an empty tensor because the "
                "operation does not have an identity",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="check for an empty tensor first: x.numel() > 0",
            )
        )
    return VectorNorm.apply(input, ord=ord, dims=dims, keepdim=keepdim, out=out)


MATRIX = [
    Sample(T(3, 2)),
    Sample(T(2, 3, 4), "fro", dim=(0, 2), keepdim=True),
    Sample(T(3, 2), "nuc"),
    Sample(T(3, 2), 2),
    Sample(T(3, 2), -2),
    Sample(T(3, 2), 1),
    Sample(T(3, 2), -1),
    Sample(T(3, 2), math.inf),
    Sample(T(3, 2), -math.inf),
    Sample(T(3, 2, 4), "nuc", dim=(0, 1), keepdim=True),
    Sample(T(3, 2, 4), 1, dim=(-1, 0)),
]


@register(None, samples=MATRIX, method=False, namespace="edugrad.linalg")
def matrix_norm(
    input: Any,
    ord: float | str = "fro",
    dim: tuple[int, int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """Size of a matrix, or of all matrices of a stack.

    Parameters
    ----------
    input : Tensor
        Of floating-point numbers.
    ord : "fro", "nuc", 1, -1, 2, -2, inf, -inf
        Frobenius: root of the sum of squares. Nuclear: sum of the singular values. ±2: the largest
        and smallest of them. ±1: of the columns' sums of sizes. ±inf: of the rows'.

    Raises
    ------
    RuntimeError
        For another ``ord``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.linalg.matrix_norm(edugrad.tensor([[3.0, 0.0], [0.0, 4.0]]), 2)
    tensor(4.)

    Notes
    -----
    PyTorch: ``torch.linalg.matrix_norm``.
    """
    input = _converted("matrix_norm", input, dtype)
    rows, columns = _two_dims(input, dim)
    if ord == "fro":
        result = vector_norm(input, 2, (rows, columns), keepdim)
    elif ord == "nuc" or ord in (2, -2):
        result = _of_singular_values(input, ord, rows, columns)
        result = _kept(result, rows, columns) if keepdim else result
    elif ord in (1, -1, math.inf, -math.inf):
        along, across = (rows, columns) if abs(float(ord)) == 1 else (columns, rows)
        sums = vector_norm(input, 1, along, True)
        result = _largest(sums, across) if float(ord) > 0 else sums.amin(across, True)
        result = result if keepdim else result.squeeze((rows, columns))
    else:
        raise RuntimeError(
            teach(
                f"linalg.matrix_norm: Order {ord} not supported.",
                got=f"ord={ord!r}",
                mend='use "fro", "nuc", inf, -inf, 1, -1, 2 or -2; of all elements: vector_norm',
            )
        )
    return result if out is None else mul(result, 1, out=out)


def _two_dims(A: Any, dim: Any) -> tuple[int, int]:
    if A.ndim < 2:
        raise RuntimeError(
            teach(
                "linalg.matrix_norm: The input tensor A must have at least 2 dimensions.",
                got=f"a tensor of shape {tuple(A.shape)}",
                mend="use linalg.vector_norm",
            )
        )
    pair = tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)
    if len(pair) != 2:
        raise RuntimeError(
            teach(
                f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, pair))}",
                got=f"dim={dim}",
                mend="name the dimension of the rows and that of the columns",
            )
        )
    rows, columns = (check_dim(each, A.ndim) for each in pair)
    if rows == columns:
        raise RuntimeError(
            teach(
                f"linalg.matrix_norm: dims must be different. Got {pair}",
                got=f"dim={dim}",
                mend="name the dimension of the rows and that of the columns",
            )
        )
    return rows, columns


def _of_singular_values(A: Any, ord: Any, rows: int, columns: int) -> Any:
    from .decomposition import svdvals

    others = [axis for axis in range(A.ndim) if axis not in (rows, columns)]
    values = svdvals(A.permute(*others, rows, columns))
    if ord == "nuc":
        return values.sum(-1)
    return _largest(values, -1).squeeze(-1) if ord > 0 else values.amin(-1)


def _largest(sizes: Any, dim: int) -> Any:
    """The largest along a dimension; 0 where there is none."""
    return sizes.amax(dim, True) if sizes.shape[dim] else sizes.sum(dim, True)


def _kept(result: Any, rows: int, columns: int) -> Any:
    for axis in sorted((rows, columns)):
        result = result.unsqueeze(axis)
    return result


@register(
    None,
    samples=[
        *MATRIX,
        Sample(T(2, 3, 4)),
        Sample(T(3), 3),
        Sample(T(2, 3), None, 1),
        Sample(T(2, 3), 1, dim=0, keepdim=True),
        Sample(T(2, 3, 4), keepdim=True),
        Sample(T(2, 3, 4), dim=(0, 1)),
    ],
    method=False,
    namespace="edugrad.linalg",
)
def norm(
    input: Any,
    ord: float | str | None = None,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """Length of a vector or size of a matrix, as ``dim`` or the tensor has one or two dimensions.

    Without ``ord`` the root of the sum of squares of all elements.

    Raises
    ------
    RuntimeError
        If ``ord`` is given without ``dim`` for a tensor of other than one or two dimensions.

    Notes
    -----
    PyTorch: ``torch.linalg.norm``.
    """
    if ord is None:
        return vector_norm(input, 2, dim, keepdim, dtype=dtype, out=out)
    if dim is None and input.ndim not in (1, 2):
        raise RuntimeError(
            teach(
                "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. "
                f"Got {input.ndim}D.",
                got=f"a tensor of shape {tuple(input.shape)} and ord={ord!r}",
                mend="say with dim= along which dimensions",
            )
        )
    dims = (
        tuple(range(input.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    )
    if isinstance(ord, str) or len(dims) == 2:
        return matrix_norm(input, ord, dims, keepdim, dtype=dtype, out=out)  # type: ignore[arg-type]
    return vector_norm(input, ord, dims, keepdim, dtype=dtype, out=out)


MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


@register(
    None,
    samples=[
        Sample(T(3, 2), T(4, 2)),
        Sample(T(5, 3, 2), T(4, 2), p=1.0),
        Sample(T(3, 2), T(4, 2), 3.0),
        Sample(T(3, 2), T(4, 2), p=math.inf),
        Sample(T(3, 2), T(4, 2), compute_mode=MODES[2]),
    ],
    method=False,
    torch="PyTorch has a second derivative for p=2 only",
)
def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str = MODES[0]) -> Any:
    """Distance of each row of one matrix to each row of another: the ``p``-norm of differences.

    Parameters
    ----------
    x1 : Tensor of shape (…, m, d)
    x2 : Tensor of shape (…, n, d)
    p : float
        2 for the distance in space, 1 for that along the axes.
    compute_mode : str
        PyTorch's ways of computing; here differences are always taken, which is the precise way.

    Returns
    -------
    Tensor of shape (…, m, n)

    Notes
    -----
    PyTorch: ``torch.cdist``.
    """
    for number, value in enumerate((x1, x2), 1):
        if value.ndim < 2:
            raise _cdist_error(
                f"cdist only supports at least 2D tensors, X{number} got: {value.ndim}D", x1, x2
            )
        if not value.is_floating_point():
            raise _cdist_error(
                f"cdist only supports floating-point dtypes, X{number} got: "
                f"{KINDS[value.dtype.name]}",
                x1,
                x2,
            )
    if x1.shape[-1] != x2.shape[-1]:
        raise _cdist_error(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} "
            f"X2: {x2.shape[-1]}",
            x1,
            x2,
        )
    if p < 0:
        raise _cdist_error("cdist only supports non-negative p values", x1, x2)
    if compute_mode not in MODES:
        raise ValueError(
            teach(
                f"{compute_mode} is not a valid value for compute_mode",
                got=f"compute_mode={compute_mode!r}",
                mend="leave compute_mode away",
            )
        )
    away = x1.unsqueeze(-2) - x2.unsqueeze(-3)
    return vector_norm(away, p, -1) if away.shape[-1] else away.sum(-1)


def _cdist_error(rule: str, x1: Any, x2: Any) -> RuntimeError:
    return RuntimeError(
        teach(
            rule,
            got=f"shapes {tuple(x1.shape)} and {tuple(x2.shape)}, {x1.dtype} and {x2.dtype}",
            mend="give two matrices of points, one a row, with as many columns, and p from 0 up",
        )
    )
