"""Products beyond ``@``: inner and outer products, Kronecker's, crossed vectors, chains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..errors import teach
from ..tensor import check_dim
from .arithmetic import mul
from .checks import need_kernel, need_tensors
from .linalg import Dot, _demand, matmul
from .registry import Sample, T, register


class Vdot(Dot):
    """Product of two vectors; of real numbers it is that of ``dot``."""

    op_name = "vdot"


@register(Vdot, samples=[Sample(T(3), T(3))])
def vdot(input: Any, other: Any, *, out: Any = None) -> Any:
    """Product of two vectors, as that of ``dot`` for real numbers. PyTorch: ``torch.vdot``."""
    need_tensors("vdot", input=input, other=other)
    for value in (input, other):
        _demand("vdot", value, 1, "two vectors")
    if input.dtype is not other.dtype or input.shape != other.shape:
        return matmul(input, other)
    return Vdot.apply(input, other, out=out)


@register(None, samples=[Sample(T(2), T(3)), Sample(T(2), T(3, kind="int"))], aliases=("ger",))
def outer(input: Any, vec2: Any, *, out: Any = None) -> Any:
    """Each element of one vector times each of another. PyTorch: ``torch.outer``."""
    need_tensors("outer", input=input, vec2=vec2)
    for name, value in (("self", input), ("vec2", vec2)):
        if value.ndim != 1:
            raise RuntimeError(
                teach(
                    f"outer: Expected 1-D argument {name}, but got {value.ndim}-D",
                    got=f"shapes {tuple(input.shape)} and {tuple(vec2.shape)}",
                    mend="for products of all elements of any tensors use kron or tensordot",
                )
            )
    return mul(input.unsqueeze(1), vec2, out=out)


@register(
    None,
    samples=[
        Sample(T(3), T(3)),
        Sample(T(2, 3), T(4, 3)),
        Sample(T(2, 1, 3), T(4, 3)),
        Sample(T(2, 3), T(3)),
        Sample(T(), T(2, 3)),
    ],
)
def inner(input: Any, other: Any, *, out: Any = None) -> Any:
    """Products of the rows of two tensors: sums over the last dimension of both.

    Raises
    ------
    RuntimeError
        If the last dimensions differ.

    Notes
    -----
    PyTorch: ``torch.inner``.
    """
    need_tensors("inner", input=input, other=other)
    a, b = input._array.shape, other._array.shape
    if not a or not b:
        return mul(input, other, out=out)
    if a[-1] != b[-1]:
        raise RuntimeError(
            teach(
                "inner() the last dimension must match on both input tensors but got shapes "
                f"{list(a)} and {list(b)}",
                got=f"last dimensions of {a[-1]} and {b[-1]}",
                mend="transpose one of them, e.g. with .mT",
            )
        )
    return tensordot(input, other, dims=([-1], [-1]), out=out)


@register(
    None,
    samples=[
        Sample(T(2, 3, 4), T(3, 4, 2)),
        Sample(T(2, 3), T(3, 4), dims=1),
        Sample(T(2, 3), T(4), dims=0),
        Sample(T(2, 3, 4), T(4, 5, 2), dims=([0, 2], [2, 0])),
        Sample(T(2, 3), T(1, 4), dims=([1], [0])),
    ],
    method=False,
)
def tensordot(a: Any, b: Any, dims: Any = 2, out: Any = None) -> Any:
    """Sum of products over some dimensions of two tensors; the others remain.

    Parameters
    ----------
    a, b : Tensor
    dims : int or pair of lists of int
        How many dimensions, the last of ``a`` and the first of ``b``; or which of each.

    Raises
    ------
    RuntimeError
        If the dimensions that are summed over differ.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.tensordot(edugrad.ones(2, 3), edugrad.ones(3, 2), dims=1)
    tensor([[3., 3.],
            [3., 3.]])

    Notes
    -----
    PyTorch: ``torch.tensordot``.
    """
    need_tensors("tensordot", a=a, b=b)
    left, right = _contracted(dims, a.ndim, b.ndim)
    for i, j in zip(left, right, strict=True):
        first, second = a.shape[i], b.shape[j]
        if first != second and 1 not in (first, second):
            raise RuntimeError(
                teach(
                    f"contracted dimensions need to match, but first has size {first} in dim {i} "
                    f"and second has size {second} in dim {j}",
                    got=f"shapes {tuple(a.shape)} and {tuple(b.shape)}",
                    mend="name other dimensions in dims=([…], […])",
                )
            )
        a = a.sum(i, keepdim=True) if second == 1 else a
        b = b.sum(j, keepdim=True) if first == 1 else b
    rows = [k for k in range(a.ndim) if k not in [i % a.ndim for i in left]]
    columns = [k for k in range(b.ndim) if k not in [j % b.ndim for j in right]]
    shape = [a.shape[k] for k in rows] + [b.shape[k] for k in columns]
    count = math.prod(a.shape[i] for i in left)
    height, width = (math.prod(t.shape[k] for k in kept) for t, kept in ((a, rows), (b, columns)))
    first = a.permute(*rows, *left).reshape(height, count) if a.ndim else a.reshape(1, 1)
    second = b.permute(*right, *columns).reshape(count, width) if b.ndim else b.reshape(1, 1)
    result = matmul(first, second).reshape(shape)
    return result if out is None else mul(result, 1, out=out)


def _contracted(dims: Any, a: int, b: int) -> tuple[list[int], list[int]]:
    """The dimensions that are summed over, of each tensor."""
    if isinstance(dims, int):
        if not 0 <= dims <= min(a, b):
            limit = ">= 0" if dims < 0 else "< ndim_a or ndim_b"
            raise RuntimeError(
                teach(
                    f"tensordot expects dims {limit}, but got dims={dims}",
                    got=f"tensors of {a} and {b} dimensions",
                    mend="dims counts dimensions that both tensors have",
                )
            )
        return list(range(a - dims, a)), list(range(dims))
    left, right = ([each] if isinstance(each, int) else list(each) for each in dims)
    if len(left) != len(right):
        raise RuntimeError(
            teach(
                "both dimension lists should have same length",
                got=f"{len(left)} and {len(right)}",
                mend="name one dimension of the second tensor for each of the first",
            )
        )
    return [check_dim(i, a) for i in left], [check_dim(j, b) for j in right]


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 2)),
        Sample(T(2), T(2, 3)),
        Sample(T(2, 2, 2), T(3)),
        Sample(T(), T(3)),
        Sample(T(2), T(2, kind="int")),
    ],
)
def kron(input: Any, other: Any, *, out: Any = None) -> Any:
    """Kronecker product: each element of one tensor times the whole other. PyTorch: ``torch.kron``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.kron(edugrad.tensor([[1, 10]]), edugrad.tensor([[1, 2], [3, 4]]))
    tensor([[ 1,  2, 10, 20],
            [ 3,  4, 30, 40]])
    """
    need_tensors("kron", input=input, other=other)
    count = max(input.ndim, other.ndim)
    a, b = ([1] * (count - t.ndim) + list(t.shape) for t in (input, other))
    blocks = input.reshape([size for n in a for size in (n, 1)])
    elements = other.reshape([size for n in b for size in (1, n)])
    result = (blocks * elements).reshape([n * m for n, m in zip(a, b, strict=True)])
    return result if out is None else mul(result, 1, out=out)


@register(
    None,
    samples=[Sample(T(3), T(3)), Sample(T(2, 3), T(2, 3)), Sample(T(3, 2), T(3, 1), dim=0)],
)
def cross(input: Any, other: Any, dim: int | None = None, *, out: Any = None) -> Any:
    """Cross product of vectors along ``dim``, by default the first of size 3.

    PyTorch: ``torch.cross``.
    """
    need_tensors("cross", input=input, other=other)
    if dim is None:
        sizes = list(input.shape)
        if 3 not in sizes:
            raise RuntimeError(
                teach(
                    "no dimension of size 3 in input",
                    got=f"a tensor of shape {tuple(sizes)}",
                    mend="the cross product is one of vectors of three numbers",
                )
            )
        dim = sizes.index(3)
    result = crossed(input, other, dim)
    return result if out is None else mul(result, 1, out=out)


def crossed(a: Any, b: Any, dim: int) -> Any:
    """The cross product: of each two components the next two of the others."""
    if a.ndim != b.ndim:
        raise RuntimeError(
            teach(
                "linalg.cross: inputs must have the same number of dimensions.",
                got=f"shapes {tuple(a.shape)} and {tuple(b.shape)}",
                mend="add dimensions of size 1 with unsqueeze",
            )
        )
    axis = check_dim(dim, a.ndim)
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise RuntimeError(
            teach(
                f"linalg.cross: inputs dimension {dim} must have length 3. "
                f"Got {a.shape[axis]} and {b.shape[axis]}",
                got=f"shapes {tuple(a.shape)} and {tuple(b.shape)}",
                mend="say with dim= where the three numbers of a vector are",
            )
        )
    return (a * b.roll(-1, axis) - a.roll(-1, axis) * b).roll(-1, axis)


@register(None, samples=[Sample(T(3, 3)), Sample(T(2, 3)), Sample(T(3, 3, kind="int"))])
def trace(input: Any) -> Any:
    """Sum of a matrix's diagonal. PyTorch: ``torch.trace``."""
    need_tensors("trace", input=input)
    if input.ndim != 2:
        raise RuntimeError(
            teach(
                f"trace: expected a matrix, but got tensor with dim {input.ndim}",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="of stacks of matrices: x.diagonal(0, -2, -1).sum(-1)",
            )
        )
    need_kernel("trace", "fiu", input._array)
    return input.diagonal().sum()


@register(
    None,
    samples=[Sample(T(2, 3), T(3, 4), T(4, 2)), Sample(T(2, 3), T(3, 4)), Sample(T(2, 3))],
    method=False,
)
def chain_matmul(*matrices: Any, out: Any = None) -> Any:
    """Product of matrices, in the order with the fewest multiplications.

    PyTorch: ``torch.chain_matmul``.
    """
    if len(matrices) == 1:
        return matrices[0] if out is None else mul(matrices[0], 1, out=out)
    return _chain(list(matrices), out)


@register(
    None,
    samples=[
        Sample([T(2, 3), T(3, 4), T(4, 2)]),
        Sample([T(3), T(3, 4), T(4)]),
        Sample([T(10, 2), T(2, 10), T(10, 2), T(2, 3)]),
        Sample((T(2, 3), T(3))),
    ],
    method=False,
    namespace="edugrad.linalg",
)
def multi_dot(tensors: Sequence[Any], *, out: Any = None) -> Any:
    """Product of matrices, in the order with the fewest multiplications.

    The first may be a row, the last a column: vectors of one dimension.

    Raises
    ------
    RuntimeError
        If there are fewer than two, or two neighbours cannot be multiplied.

    Notes
    -----
    PyTorch: ``torch.linalg.multi_dot``. Source: Cormen et al., *Introduction to Algorithms*,
    "Matrix-chain multiplication".
    """
    chain = list(tensors)
    if len(chain) < 2:
        raise RuntimeError(
            teach(
                f"multi_dot(): expected at least 2 tensors but got {len(chain)}",
                got=f"{len(chain)} tensors",
                mend="give a list of two or more",
            )
        )
    return _chain(chain, out)


def _chain(matrices: list[Any], out: Any) -> Any:
    first, last = matrices[0].ndim == 1, matrices[-1].ndim == 1
    if first:
        matrices[0] = matrices[0].unsqueeze(0)
    if last:
        matrices[-1] = matrices[-1].unsqueeze(1)
    _check_chain(matrices)
    result = _best(matrices)
    if first or last:
        shape = result.shape[1 if first else 0 : 1 if last else 2]
        result = result.reshape(tuple(shape))
    return result if out is None else mul(result, 1, out=out)


def _check_chain(matrices: list[Any]) -> None:
    for k, matrix in enumerate(matrices):
        if matrix.ndim != 2:
            raise RuntimeError(
                teach(
                    f"multi_dot(): tensor {k} must be 2D but got {matrix.ndim}D",
                    got=f"shapes {[tuple(each.shape) for each in matrices]}",
                    mend="only the first and the last may be vectors",
                )
            )
    for k, (a, b) in enumerate(pairwise(matrices)):
        if a.shape[1] != b.shape[0]:
            raise RuntimeError(
                teach(
                    f"multi_dot(): tensors {k} and {k + 1} with shapes {list(a.shape)} and "
                    f"{list(b.shape)} cannot be multiplied",
                    got=f"inner sizes {a.shape[1]} and {b.shape[0]}",
                    mend="reshape or transpose one of them until they are equal",
                )
            )


def _best(matrices: list[Any]) -> Any:
    """The product by the cheapest order, found for longer and longer parts of the chain."""
    sizes = [matrices[0].shape[0], *[each.shape[1] for each in matrices]]
    count = len(matrices)
    cost = {(k, k): (0, k) for k in range(count)}
    for length in range(1, count):
        for start in range(count - length):
            stop = start + length
            cost[start, stop] = min(
                (
                    cost[start, cut][0]
                    + cost[cut + 1, stop][0]
                    + sizes[start] * sizes[cut + 1] * sizes[stop + 1],
                    cut,
                )
                for cut in range(start, stop)
            )

    def product(start: int, stop: int) -> Any:
        if start == stop:
            return matrices[start]
        cut = cost[start, stop][1]
        return matmul(product(start, cut), product(cut + 1, stop))

    return product(0, count - 1)
