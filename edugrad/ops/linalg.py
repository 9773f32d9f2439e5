"""Products of vectors, matrices and stacks of matrices."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..autograd.function import Op
from ..autograd.short_path import OfTwo
from ..errors import teach
from ..tensor import Tensor
from .reduction import SumOver
from .registry import Sample, T, register
from .shape import Transpose


class MatrixProduct(OfTwo):
    """Product of matrices, or of stacks of them whose leading dimensions are broadcast."""

    op_name = "mm"
    formula = "a @ b"
    derivatives = ("grad @ bᵀ", "aᵀ @ grad")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_a, need_b = ctx.needs_input_grad
        ctx.save_for_backward(a if need_b else None, b if need_a else None)
        ctx.shapes = a.shape, b.shape
        return ctx.xp.matmul(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        shape_a, shape_b = ctx.shapes
        return (
            _summed(ctx.apply(grad, _turned(b)), shape_a) if need_a else None,
            _summed(ctx.apply(_turned(a), grad), shape_b) if need_b else None,
        )


class BatchedProduct(MatrixProduct):
    """Product of two stacks of matrices."""

    op_name = "bmm"


class StackedProduct(MatrixProduct):
    """Product of stacks of matrices; PyTorch shows the reshaping that its product ends with."""

    op_name = "matmul"
    node_name = "UnsafeViewBackward0"


class MatrixVector(OfTwo):
    """Product of a matrix and a vector."""

    op_name = "mv"
    formula = "a @ b"
    derivatives = ("grad ⊗ b", "aᵀ @ grad")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_a, need_b = ctx.needs_input_grad
        ctx.save_for_backward(a if need_b else None, b if need_a else None)
        return ctx.xp.matmul(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        flat = grad if grad._array.ndim == 1 else grad.flatten()
        return (
            grad.unsqueeze(-1) * b if need_a else None,
            MatrixVector.apply(_turned(_rows(a)), flat) if need_b else None,
        )


class TimesVector(MatrixVector):
    """Product of a stack of matrices and a vector."""

    node_name = "UnsafeViewBackward0"


class VectorMatrix(OfTwo):
    """Product of a vector and a matrix, or a stack of matrices."""

    op_name = "matmul"
    node_name = "SqueezeBackward4"
    formula = "a @ b"
    derivatives = ("b @ grad", "a ⊗ grad")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_a, need_b = ctx.needs_input_grad
        ctx.save_for_backward(a if need_b else None, b if need_a else None)
        ctx.shape = a.shape
        return ctx.xp.matmul(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        return (
            _summed(matmul(b, grad.unsqueeze(-1)).squeeze(-1), ctx.shape) if need_a else None,
            a.unsqueeze(-1) * grad.unsqueeze(-2) if need_b else None,
        )


class StackTimes(VectorMatrix):
    """Product of a vector and a stack of matrices."""

    node_name = "UnsafeViewBackward0"


class Dot(OfTwo):
    """Product of two vectors."""

    op_name = "dot"
    formula = "Σ a · b"
    derivatives = ("grad · b", "grad · a")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_a, need_b = ctx.needs_input_grad
        ctx.save_for_backward(a if need_b else None, b if need_a else None)
        return ctx.xp.dot(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        return grad * b if need_a else None, grad * a if need_b else None


class Linear(Op):
    """A matrix product with a transposed weight, plus a bias: one layer of a network."""

    op_name = "linear"
    node_name = "AddmmBackward0"
    formula = "x @ wᵀ + b"
    derivatives: ClassVar[tuple[str, ...]] = ("grad @ w", "gradᵀ @ x", "Σ grad over the batch")
    symbols: ClassVar[tuple[str, ...]] = ("x", "w", "b")
    quiet = True

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, bias: Any = None) -> Any:
        need_x, need_weight, *_ = ctx.needs_input_grad
        ctx.save_for_backward(x if need_weight else None, weight if need_x else None)
        result = ctx.xp.matmul(x, weight.T)
        if bias is not None:
            result += bias
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        x, weight = ctx.saved_tensors
        need_x, need_weight, *need_bias = ctx.needs_input_grad
        rows = _rows(grad)
        gradients = (
            matmul(grad, weight) if need_x else None,
            MatrixProduct.apply(_turned(rows), _rows(x)) if need_weight else None,
        )
        total = [
            SumOver.apply(rows, dims=(0,), keepdim=False) if need else None for need in need_bias
        ]
        return (*gradients, *total)

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """The bias comes first, as in the ``addmm(bias, x, wᵀ)`` that this is in PyTorch."""
        *factors, last = super().next_functions
        return (last, *factors) if len(factors) == 2 else (*factors, last)


class LinearWithoutBias(Linear):
    """A matrix product with a transposed weight."""

    node_name = "MmBackward0"
    formula = "x @ wᵀ"
    derivatives = ("grad @ w", "gradᵀ @ x")
    symbols = ("x", "w")


class LinearOfMany(Linear):
    """The layer on more (or fewer) dimensions than two: PyTorch reshapes what it gets."""

    node_name = "ViewBackward0"


class LinearOfPieces(Linear):
    """The layer on what does not lie in one piece: PyTorch adds the bias at the end."""

    node_name = "AddBackward0"


class LinearOfManyWithoutBias(LinearWithoutBias):
    """The layer without a bias on more dimensions than two."""

    node_name = "UnsafeViewBackward0"


class LinearOfOneWithoutBias(LinearWithoutBias):
    """The layer without a bias on a vector."""

    node_name = "SqueezeBackward4"


def _turned(a: Any) -> Any:
    """The transposes of a stack of matrices."""
    last = a._array.ndim - 1
    return Transpose.apply(a, dim0=last - 1, dim1=last)


def _rows(a: Any) -> Any:
    """All rows of a stack of matrices as one matrix."""
    *stack, columns = a._array.shape
    return a if len(stack) == 1 else a.reshape(math.prod(stack), columns)


def _summed(product: Any, shape: tuple[int, ...]) -> Any:
    return product if product._array.shape == shape else product.sum_to_size(shape)


def _check_stacks(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    for k in range(1, min(len(a), len(b)) + 1):
        if a[-k] != b[-k] and 1 not in (a[-k], b[-k]):
            raise RuntimeError(
                teach(
                    f"The size of tensor a ({a[-k]}) must match the size of tensor b ({b[-k]}) at "
                    f"non-singleton dimension {max(len(a), len(b)) - k}",
                    got=f"stacks of {a} and {b} matrices",
                    mend="the dimensions before the last two must be equal or 1",
                )
            )


def _mismatch(a: tuple[int, ...], b: tuple[int, ...]) -> RuntimeError:
    inner_a, inner_b = a[-1], b[-2] if len(b) > 1 else b[0]
    first, second = "x".join(map(str, a)), "x".join(map(str, b))
    mend = "reshape or transpose one of them until they are"
    if a[-1] == b[-1]:
        mend = "transpose the second: a @ b.T"
    elif len(a) > 1 and a[-2] == inner_b:
        mend = "transpose the first: a.T @ b"
    return RuntimeError(
        teach(
            f"mat1 and mat2 shapes cannot be multiplied ({first} and {second}): "
            f"the inner sizes {inner_a} and {inner_b} must be equal",
            got=f"shapes {a} and {b}",
            mend=mend,
        )
    )


def _same_dtype(*tensors: Any) -> None:
    """Refuse to multiply matrices of different types: a conversion would copy whole matrices."""
    first = tensors[0]._array.dtype
    for each in tensors:
        if each._array.dtype != first:
            raise RuntimeError(
                teach(
                    "expected m1 and m2 to have the same dtype, but got: "
                    f"{tensors[0].dtype.name} != {each.dtype.name}",
                    got=" and ".join(str(tensor.dtype) for tensor in tensors),
                    mend=f"convert one of them, e.g. with .to({tensors[0].dtype!r}); NumPy's own "
                    "arrays are float64 unless told otherwise",
                )
            )


def _tensors(name: str, *values: Any) -> None:
    for position, value in enumerate(values, 1):
        if not isinstance(value, Tensor):
            raise TypeError(
                teach(
                    f"{name}(): argument {position} must be Tensor, not {type(value).__name__}",
                    got=" and ".join(type(each).__name__ for each in values),
                    mend="use * to multiply by a number, edugrad.tensor(…) to make a tensor",
                )
            )


def _demand(name: str, value: Any, ndim: int, what: str) -> None:
    if value.ndim != ndim:
        raise RuntimeError(
            teach(
                f"{name}() expects {what}",
                got=f"a tensor of shape {tuple(value.shape)}",
                mend="use matmul (or @), which takes vectors, matrices and stacks of matrices",
            )
        )


@register(
    None,
    samples=[
        Sample(T(2, 3), T(3, 4)),
        Sample(T(3), T(3)),
        Sample(T(2, 3), T(3)),
        Sample(T(3), T(3, 2)),
        Sample(T(5, 2, 3), T(5, 3, 4)),
        Sample(T(5, 2, 3), T(3, 4)),
        Sample(T(4, 1, 2, 3), T(5, 3, 2)),
        Sample(T(5, 2, 3), T(3)),
        Sample(T(3), T(5, 3, 2)),
        Sample(T(2, 0), T(0, 3)),
    ],
)
def matmul(input: Any, other: Any, *, out: Any = None) -> Any:
    r"""Matrix product of two tensors.

    Two vectors give their dot product, a matrix and a vector a vector, two matrices a matrix; with
    more dimensions the leading ones count stacks of matrices and are broadcast.

    .. math:: c_{ij} = \sum_k a_{ik} b_{kj}

    Parameters
    ----------
    input, other : Tensor
        Of at least one dimension.

    Raises
    ------
    RuntimeError
        If the inner sizes or the dtypes differ.

    Examples
    --------
    >>> import edugrad
    >>> a = edugrad.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> a @ a
    tensor([[ 7., 10.],
            [15., 22.]])

    Notes
    -----
    PyTorch: ``torch.matmul``.
    """
    _tensors("matmul", input, other)
    a, b = input._array.shape, other._array.shape
    if len(a) == len(b) == 2 and a[1] == b[0]:
        _same_dtype(input, other)
        return MatrixProduct.apply(input, other, out=out)
    if not a or not b:
        raise RuntimeError(
            teach(
                f"both arguments to matmul need to be at least 1D, but they are {len(a)}D and "
                f"{len(b)}D",
                got=f"shapes {a} and {b}",
                mend="use * to multiply by a single number",
            )
        )
    if a[-1] != (b[-2] if len(b) > 1 else b[0]):
        raise _mismatch(a, b)
    _check_stacks(a[:-2], b[:-2])
    _same_dtype(input, other)
    if len(b) == 1:
        op = {1: Dot, 2: MatrixVector}.get(len(a), TimesVector)
        return op.apply(input, other, out=out)
    if len(a) == 1:
        op = VectorMatrix if len(b) == 2 else StackTimes
        return op.apply(input, other, out=out)
    return StackedProduct.apply(input, other, out=out)


@register(MatrixProduct, samples=[Sample(T(2, 3), T(3, 4))])
def mm(input: Any, mat2: Any, *, out: Any = None) -> Any:
    """Product of two matrices. PyTorch: ``torch.mm``."""
    for value in (input, mat2):
        _demand("mm", value, 2, "two matrices")
    return matmul(input, mat2, out=out)


@register(BatchedProduct, samples=[Sample(T(5, 2, 3), T(5, 3, 4))])
def bmm(input: Any, mat2: Any, *, out: Any = None) -> Any:
    """Products of two stacks of as many matrices. PyTorch: ``torch.bmm``."""
    for value in (input, mat2):
        _demand("bmm", value, 3, "two stacks of matrices (3 dimensions)")
    a, b = input._array.shape, mat2._array.shape
    if a[-1] != b[-2]:
        raise _mismatch(a, b)
    if a[0] != b[0]:
        raise RuntimeError(
            teach(
                f"Expected size for first two dimensions of batch2 tensor to be: [{a[0]}, {a[2]}] "
                f"but got: [{b[0]}, {b[1]}].",
                got=f"bmm() of shapes {a} and {b}",
                mend="use matmul, which broadcasts stacks, or expand one of them",
            )
        )
    _same_dtype(input, mat2)
    return BatchedProduct.apply(input, mat2, out=out)


@register(MatrixVector, samples=[Sample(T(2, 3), T(3))])
def mv(input: Any, vec: Any, *, out: Any = None) -> Any:
    """Product of a matrix and a vector. PyTorch: ``torch.mv``."""
    _demand("mv", input, 2, "a matrix and a vector")
    _demand("mv", vec, 1, "a matrix and a vector")
    return matmul(input, vec, out=out)


@register(Dot, samples=[Sample(T(3), T(3)), Sample(T(0), T(0))])
def dot(input: Any, tensor: Any, *, out: Any = None) -> Any:
    """Product of two vectors: the sum of the products of their elements. PyTorch: ``torch.dot``."""
    for value in (input, tensor):
        _demand("dot", value, 1, "two vectors")
    return matmul(input, tensor, out=out)


@register(
    Linear,
    samples=[
        Sample(T(2, 3), T(4, 3), T(4)),
        Sample(T(2, 3), T(4, 3)),
        Sample(T(5, 2, 3), T(4, 3), T(4)),
        Sample(T(3), T(4, 3), T(4)),
    ],
    method=False,
    namespace="edugrad.nn.functional",
    out=True,
)
def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """One layer of a network: ``input @ weight.T + bias``.

    Parameters
    ----------
    input : Tensor of shape (…, in)
    weight : Tensor of shape (out, in)
    bias : Tensor of shape (out,), optional

    Returns
    -------
    Tensor of shape (…, out)

    Raises
    ------
    RuntimeError
        If the inner sizes differ.

    Notes
    -----
    PyTorch: ``torch.nn.functional.linear``.
    """
    _tensors("linear", input, weight)
    a, b = input._array.shape, weight._array.shape
    if len(b) != 2:
        _demand("linear", weight, 2, "a weight of two dimensions, (out, in)")
    if not a or a[-1] != b[-1]:
        raise _mismatch(a, b[::-1])
    if bias is None:
        _same_dtype(input, weight)
        op = {1: LinearOfOneWithoutBias, 2: LinearWithoutBias}.get(len(a), LinearOfManyWithoutBias)
        return op.apply(input, weight)
    _tensors("linear", bias)
    if bias._array.shape != (b[0],):
        raise RuntimeError(
            teach(
                f"linear(): a bias for {b[0]} outputs has shape ({b[0]},)",
                got=f"a bias of shape {tuple(bias.shape)} and a weight of shape {b}",
                mend="the bias has one number for each row of the weight",
            )
        )
    _same_dtype(input, weight, bias)
    if len(a) == 2:
        return Linear.apply(input, weight, bias)
    whole = input.is_contiguous()
    return (LinearOfMany if whole else LinearOfPieces).apply(input, weight, bias)
