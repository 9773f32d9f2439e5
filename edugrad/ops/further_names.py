"""Functions under names that PyTorch keeps beside others: older ones, copies, plain answers.

They do what another function does, and are no ops of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import creation, dtypes
from ..autograd.writing import deliver
from ..errors import teach
from ..return_types import result_type
from ..storage import Storage
from ..tensor import Tensor
from . import (
    arithmetic,
    conversion,
    diagonals,
    joining,
    matrix_forms,
    strided,
    triangular,
)
from .dropout import alpha_dropout as functional_alpha_dropout
from .dropout import dropout as functional_dropout
from .dropout import feature_alpha_dropout as functional_feature_alpha_dropout
from .embedding import embedding as functional_embedding
from .naming import public, takes_out
from .normalization import batch_norm as functional_batch_norm
from .normalization import group_norm as functional_group_norm
from .normalization import layer_norm as functional_layer_norm
from .norms import matrix_norm, vector_norm
from .rectifier import rrelu as functional_rrelu
from .rectifier import threshold as functional_threshold
from .shape import lengths
from .smooth_activation import celu as functional_celu
from .smooth_activation import selu as functional_selu

LuWithInfoResult = result_type("_lu_with_info", "LU", "pivots", "info")
TriangularSolveResult = result_type("triangular_solve", "solution", "cloned_coefficient")
LuUnpackResult = result_type("lu_unpack", "P", "L", "U")


def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """``other - alpha · input``. PyTorch: ``torch.rsub``."""
    made: Tensor = other - (input if alpha == 1 else arithmetic.mul(input, alpha))
    return made


def real(input: Tensor) -> Tensor:
    """The tensor itself: edugrad has no complex numbers. PyTorch: ``torch.real``."""
    return input


def conj(input: Tensor) -> Tensor:
    """The tensor itself: edugrad has no complex numbers. PyTorch: ``torch.conj``."""
    return input


def isreal(input: Tensor) -> Tensor:
    """True for each element: edugrad has no complex numbers. PyTorch: ``torch.isreal``."""
    made: Tensor = input.new_ones(input.shape, dtype=dtypes.bool_)
    return made


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> Any:
    """Copies of at most ``chunks`` parts of equal size. PyTorch: ``torch.unsafe_chunk``."""
    return tuple(each.clone() for each in joining.chunk(input, chunks, dim))


def unsafe_split(input: Tensor, split_size: int, dim: int = 0) -> Any:
    """Copies of parts of one size. PyTorch: ``torch.unsafe_split``."""
    return tuple(each.clone() for each in joining.split(input, split_size, dim))


def narrow_copy(
    input: Tensor, dim: int, start: int, length: int, *, out: Tensor | None = None
) -> Tensor:
    """A copy of part of a dimension. PyTorch: ``torch.narrow_copy``."""
    made: Tensor = deliver("narrow_copy", input.narrow(dim, start, length).clone(), out, input)
    return made


def as_strided_scatter(
    input: Tensor, src: Tensor, size: Any, stride: Any, storage_offset: int | None = None
) -> Tensor:
    """A copy with ``src`` in the place of ``input.as_strided(…)``.

    PyTorch: ``torch.as_strided_scatter``.
    """
    copied: Tensor = input.clone()
    strided.as_strided(copied, size, stride, storage_offset).copy_(src)
    return copied


def resize_(input: Tensor, *shape: Any, size: Any = None, memory_format: Any = None) -> Tensor:
    """Give the tensor itself another shape; what is new in it is zero. PyTorch: ``Tensor.resize_``.

    Where it grows it moves to memory of its own; what shared its memory stays behind.

    Raises
    ------
    RuntimeError
        If the tensor requires a gradient, or is a view.
    """
    if input.requires_grad or input._is_view():
        raise RuntimeError(
            teach(
                "cannot resize variables that require grad",
                got="a tensor in a graph, or a view",
                mend="use reshape for the same elements, or pad for more of them",
            )
        )
    wanted = lengths(shape if size is None else (size,))
    count = math.prod(wanted)
    if count > input.numel() or not input.is_contiguous():
        moved = input.new_zeros(max(count, input.numel()))._array
        moved[: input.numel()] = input._array.reshape(-1)
        memory = Storage(moved)
        memory.version = input._version  # what was saved of it stays out of date
        input._array, input._memory = moved, memory
    input._array = input._array.reshape(-1)[:count].reshape(wanted)
    input._storage.bump("resize_")
    return input


def resize_as_(input: Tensor, the_template: Tensor, *, memory_format: Any = None) -> Tensor:
    """:func:`resize_` to the shape of another tensor. PyTorch: ``torch.resize_as_``."""
    return resize_(input, the_template.shape)


def frobenius_norm(input: Tensor, dim: Any, keepdim: bool = False, *, out: Any = None) -> Any:
    """Root of the sum of squares. PyTorch: ``torch.frobenius_norm``."""
    return vector_norm(input, 2, None if dim == [] else dim, keepdim, out=out)


def nuclear_norm(
    input: Tensor, dim: Any = (-2, -1), keepdim: bool = False, *, out: Any = None
) -> Any:
    """Sum of the singular values. PyTorch: ``torch.nuclear_norm``."""
    return matrix_norm(input, "nuc", dim, keepdim, out=out)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of numbers side by side, the highest first unless ``increasing``.

    PyTorch: ``torch.vander``.
    """
    count = len(x) if N is None else N
    powers: Tensor = matrix_forms.vander(x, N=count) if count else x.new_zeros(len(x), 0)
    return powers if increasing else powers.flip(-1)


def pdist(input: Tensor, p: float = 2) -> Tensor:
    """Distances between all rows of a matrix, each pair once. PyTorch: ``torch.pdist``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.pdist(edugrad.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]))
    tensor([5.0000, 1.0000, 4.2426])
    """
    if input.ndim != 2:
        raise RuntimeError(
            teach(
                f"pdist only supports 2D tensors, got: {input.ndim}D",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="give one point a row",
            )
        )
    first, second = diagonals.triu_indices(len(input), len(input), 1, device=input.device)
    away = input[first] - input[second]
    found: Tensor = vector_norm(away, p, -1) if away.numel() else away.sum(-1)
    return found


def empty_strided(size: Any, stride: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """A tensor of this shape whose memory has these strides. PyTorch: ``torch.empty_strided``."""
    like = creation.empty(0, dtype=dtype, device=options.pop("device", None))
    needs = options.get("requires_grad", False)
    made: Tensor = strided.empty_strided(like, size, stride, requires_grad=needs)
    return made


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A tensor on the memory of a buffer, such as a bytearray. PyTorch: ``torch.frombuffer``."""
    kind = dtypes.check(dtype)
    array = np.frombuffer(buffer, kind.numpy, count, offset)
    return creation.from_numpy(array).requires_grad_(requires_grad)


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """The factors of :func:`edugrad.linalg.lu_factor`, and zeros with ``get_infos``.

    PyTorch: ``torch.lu``.
    """
    packed, pivots = triangular.lu_factor(A, pivot=pivot, out=out)  # type: ignore[call-arg]
    if not get_infos:
        return packed, pivots
    return LuWithInfoResult(packed, pivots, pivots.new_zeros(A.shape[:-2]))


@takes_out
def lu_unpack(
    LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True
) -> Any:
    """P, L and U from the result of :func:`lu`. PyTorch: ``torch.lu_unpack``."""
    height, width = LU_data.shape[-2:]
    size = min(height, width)
    empty = LU_data.new_empty(0)
    lower, upper = empty, empty
    if unpack_data:
        ones = LU_data.new_zeros(height, size).fill_diagonal_(1)
        lower = LU_data[..., :size].tril(-1) + ones
        upper = LU_data[..., :size, :].triu()
    order = triangular.permutation(LU_data, LU_pivots).mT if unpack_pivots else empty
    return LuUnpackResult(order, lower, upper)


@takes_out
def lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """X with A X = ``input``, of the A that :func:`lu` took apart. PyTorch: ``torch.lu_solve``."""
    made: Tensor = triangular.lu_solve(LU_data, LU_pivots, input)
    return made


@takes_out
def triangular_solve(
    input: Tensor,
    A: Tensor,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
) -> Any:
    """X with A X = ``input``, of a triangular A, and A. PyTorch: ``torch.triangular_solve``."""
    triangle = A.mT if transpose else A
    solution = triangular.solve_triangular(
        triangle, input, upper=upper != transpose, unitriangular=unitriangular
    )
    return TriangularSolveResult(solution, A.clone())


def typename(obj: Any, /) -> str:
    """The name of an object's type; of a tensor that of its elements. PyTorch: ``torch.typename``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.typename(edugrad.ones(2))
    'edugrad.FloatTensor'
    """
    if isinstance(obj, Tensor):
        return str(conversion.type_(obj))
    kind = type(obj)
    home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{home}{kind.__qualname__}"


def dropout(input: Tensor, p: float, train: bool) -> Any:
    """:func:`edugrad.nn.functional.dropout`. PyTorch: ``torch.dropout``."""
    return functional_dropout(input, p, train)


def alpha_dropout(input: Tensor, p: float, train: bool) -> Any:
    """:func:`edugrad.nn.functional.alpha_dropout`. PyTorch: ``torch.alpha_dropout``."""
    return functional_alpha_dropout(input, p, train)


def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Any:
    """:func:`edugrad.nn.functional.feature_alpha_dropout`. PyTorch: ``torch.…`` of that name."""
    return functional_feature_alpha_dropout(input, p, train)


def embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """:func:`edugrad.nn.functional.embedding`, the table first. PyTorch: ``torch.embedding``."""
    padding = None if padding_idx < 0 else padding_idx
    return functional_embedding(
        indices, weight, padding, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse
    )


def layer_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Any:
    """:func:`edugrad.nn.functional.layer_norm`. PyTorch: ``torch.layer_norm``."""
    return functional_layer_norm(input, normalized_shape, weight, bias, eps)


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Any:
    """:func:`edugrad.nn.functional.group_norm`. PyTorch: ``torch.group_norm``."""
    return functional_group_norm(input, num_groups, weight, bias, eps)


def batch_norm(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Any:
    """:func:`edugrad.nn.functional.batch_norm`. PyTorch: ``torch.batch_norm``."""
    return functional_batch_norm(
        input, running_mean, running_var, weight, bias, training, momentum, eps
    )


def celu(input: Tensor, alpha: float = 1.0) -> Any:
    """:func:`edugrad.nn.functional.celu`. PyTorch: ``torch.celu``."""
    return functional_celu(input, alpha)


def selu(input: Tensor) -> Any:
    """:func:`edugrad.nn.functional.selu`. PyTorch: ``torch.selu``."""
    return functional_selu(input)


def rrelu(
    input: Tensor,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    generator: Any = None,
) -> Any:
    """:func:`edugrad.nn.functional.rrelu`. PyTorch: ``torch.rrelu``."""
    return functional_rrelu(input, lower, upper, training)


def threshold(input: Tensor, threshold: float, value: float, *, out: Any = None) -> Any:
    """:func:`edugrad.nn.functional.threshold`. PyTorch: ``torch.threshold``."""
    return deliver("threshold", functional_threshold(input, threshold, value), out, input)


def offered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with NumPy's names, unless it has them from :func:`takes_out`."""
    return function if hasattr(function, "__wrapped__") else public(function)


FUNCTIONS = {
    function.__name__: offered(function)
    for function in (
        rsub,
        vander,
        pdist,
        empty_strided,
        frombuffer,
        real,
        conj,
        isreal,
        unsafe_chunk,
        unsafe_split,
        narrow_copy,
        as_strided_scatter,
        resize_as_,
        frobenius_norm,
        nuclear_norm,
        lu,
        lu_unpack,
        lu_solve,
        triangular_solve,
        typename,
        dropout,
        alpha_dropout,
        feature_alpha_dropout,
        embedding,
        layer_norm,
        group_norm,
        batch_norm,
        celu,
        selu,
        rrelu,
        threshold,
        conversion.detach,
    )
}
METHODS: dict[str, Callable[..., Any]] = {
    function.__name__: offered(function)
    for function in (
        conj,
        isreal,
        unsafe_chunk,
        unsafe_split,
        narrow_copy,
        as_strided_scatter,
        resize_,
        resize_as_,
        lu_solve,
        triangular_solve,
    )
}
