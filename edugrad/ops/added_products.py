"""Products of matrices and vectors that are scaled and added to something: ``addmm`` and kin."""

from __future__ import annotations

from typing import Any, ClassVar

from ..autograd.function import Op
from ..autograd.writing import cannot_grow
from ..errors import teach
from .checks import need_tensors
from .linalg import _mismatch, _same_dtype, matmul
from .registry import Sample, T, register


class AddedProduct(Op):
    """β · c + α · (a @ b); what the product is, each subclass says."""

    formula = "β · c + α · (a @ b)"
    derivatives: ClassVar[tuple[str, ...]] = ("β · grad", "α · grad @ bᵀ", "α · aᵀ @ grad")
    symbols: ClassVar[tuple[str, ...]] = ("c", "a", "b")
    broadcasts = True

    @classmethod
    def forward(cls, ctx: Any, c: Any, a: Any, b: Any, beta: Any, alpha: Any) -> Any:
        _, need_a, need_b = ctx.needs_input_grad
        ctx.save_for_backward(a if need_b else None, b if need_a else None)
        ctx.stack = a.shape[0]
        result = cls.product(ctx.xp, a, b)
        if alpha != 1:
            result = result * alpha
        if c.ndim > result.ndim:
            raise cannot_grow(cls.op_name, result.shape, c.shape)
        if beta == 0:
            return result + ctx.xp.zeros_like(c)
        return result + (c if beta == 1 else c * beta)

    @staticmethod
    def product(xp: Any, a: Any, b: Any) -> Any:
        return xp.matmul(a, b)

    @classmethod
    def backward(cls, ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_c, need_a, need_b = ctx.needs_input_grad
        beta, alpha = ctx.params["beta"], ctx.params["alpha"]
        scaled = grad if alpha == 1 else grad * alpha
        return (
            grad * beta if need_c else None,
            cls.to_first(ctx, scaled, b) if need_a else None,
            cls.to_second(ctx, scaled, a) if need_b else None,
        )

    @staticmethod
    def to_first(ctx: Any, grad: Any, b: Any) -> Any:
        return matmul(grad, b.mT)

    @staticmethod
    def to_second(ctx: Any, grad: Any, a: Any) -> Any:
        return matmul(a.mT, grad)


class Addmm(AddedProduct):
    """A product of two matrices, added to a tensor."""

    op_name = "addmm"


class Baddbmm(AddedProduct):
    """Products of two stacks of matrices, added to a tensor."""

    op_name = "baddbmm"


class Addbmm(AddedProduct):
    """The sum of the products of two stacks of matrices, added to a matrix."""

    op_name = "addbmm"
    formula = "β · c + α · Σ (a @ b)"

    @staticmethod
    def product(xp: Any, a: Any, b: Any) -> Any:
        return xp.matmul(a, b).sum(0, dtype=a.dtype)

    @staticmethod
    def to_first(ctx: Any, grad: Any, b: Any) -> Any:
        return matmul(grad.expand(ctx.stack, *grad.shape), b.mT)

    @staticmethod
    def to_second(ctx: Any, grad: Any, a: Any) -> Any:
        return matmul(a.mT, grad.expand(ctx.stack, *grad.shape))


class Addmv(AddedProduct):
    """A product of a matrix and a vector, added to a vector."""

    op_name = "addmv"
    derivatives = ("β · grad", "α · grad ⊗ b", "α · aᵀ @ grad")

    @staticmethod
    def to_first(ctx: Any, grad: Any, b: Any) -> Any:
        return grad.unsqueeze(1) * b

    @staticmethod
    def to_second(ctx: Any, grad: Any, a: Any) -> Any:
        return matmul(a.mT, grad)


class Addr(AddedProduct):
    """The outer product of two vectors, added to a matrix."""

    op_name = "addr"
    formula = "β · c + α · (a ⊗ b)"
    derivatives = ("β · grad", "α · grad @ b", "α · gradᵀ @ a")

    @staticmethod
    def product(xp: Any, a: Any, b: Any) -> Any:
        return a[:, None] * b

    @staticmethod
    def to_first(ctx: Any, grad: Any, b: Any) -> Any:
        return matmul(grad, b)

    @staticmethod
    def to_second(ctx: Any, grad: Any, a: Any) -> Any:
        return matmul(grad.mT, a)


FORMS = {1: "a vector", 2: "a matrix", 3: "a 3D tensor"}
Number = float


def _added(
    op: type[AddedProduct], ndims: tuple[int, int], c: Any, a: Any, b: Any, beta: Any, alpha: Any
) -> tuple[tuple[Any, Any, Any], dict[str, Any]]:
    """The inputs and parameters of the op, once they are found to fit each other."""
    name = op.op_name
    need_tensors(name, input=c, a=a, b=b)
    for position, value, ndim in zip((1, 2), (a, b), ndims, strict=True):
        if value.ndim != ndim:
            raise RuntimeError(
                teach(
                    f"{name}: Expected argument {position} to be {FORMS[ndim]}, "
                    f"but got {value.ndim}-D",
                    got=f"shapes {tuple(a.shape)} and {tuple(b.shape)}",
                    mend=f"{name} multiplies {FORMS[ndims[0]]} and {FORMS[ndims[1]]}",
                )
            )
    if op is not Addr:
        _check_product(name, tuple(a.shape), tuple(b.shape))
        _same_dtype(a, b, c)
    if not any(each.is_floating_point() for each in (c, a, b)):
        beta, alpha = _whole(op, (c, a, b), beta=beta, alpha=alpha)
    return (c, a, b), {"beta": beta, "alpha": alpha}


def _check_product(name: str, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    if a[-1] != b[-2 if len(b) > 1 else 0]:
        raise _mismatch(a[-2:], b[-2:])
    if len(b) == 3 and a[0] != b[0]:
        raise RuntimeError(
            teach(
                f"{name}: batch1 and batch2 must have same number of batches, got "
                f"{a[0]} and {b[0]}",
                got=f"shapes {a} and {b}",
                mend="two stacks of as many matrices are multiplied pair by pair",
            )
        )


def _whole(op: type[AddedProduct], inputs: Any, **factors: Any) -> list[Any]:
    """The factors of whole numbers: rounded towards 0, as in PyTorch, where it takes fractions."""
    for name, value in factors.items():
        if isinstance(value, float) and op is Addr:
            raise RuntimeError(
                teach(
                    f"For integral input tensors, argument {name} must not be a floating point "
                    "number.",
                    got=f"{name}={value}",
                    mend="use a whole number, or convert the tensors with .float()",
                )
            )
    kind = bool if all(each.dtype.name == "bool" for each in inputs) else int
    return [kind(value) for value in factors.values()]


def _addmm_(input: Any, mat1: Any, mat2: Any, *, beta: Number = 1, alpha: Number = 1) -> Any:
    """In-place version of :func:`addmm`."""
    inputs, params = _added(Addmm, (2, 2), input, mat1, mat2, beta, alpha)
    return Addmm.apply_(*inputs, **params)


@register(
    Addmm,
    samples=[
        Sample(T(2, 4), T(2, 3), T(3, 4)),
        Sample(T(2, 4), T(2, 3), T(3, 4), beta=0.5, alpha=-2),
        Sample(T(2, 4), T(2, 3), T(3, 4), beta=0),
    ],
    inplace=_addmm_,
)
def addmm(
    input: Any, mat1: Any, mat2: Any, *, beta: Number = 1, alpha: Number = 1, out: Any = None
) -> Any:
    """Product of two matrices, added to ``input``: ``beta * input + alpha * (mat1 @ mat2)``.

    With ``beta=0`` the input counts for nothing, even where it is NaN. PyTorch: ``torch.addmm``.
    """
    inputs, params = _added(Addmm, (2, 2), input, mat1, mat2, beta, alpha)
    return Addmm.apply(*inputs, **params, out=out)


def _addmv_(input: Any, mat: Any, vec: Any, *, beta: Number = 1, alpha: Number = 1) -> Any:
    """In-place version of :func:`addmv`."""
    inputs, params = _added(Addmv, (2, 1), input, mat, vec, beta, alpha)
    return Addmv.apply_(*inputs, **params)


@register(
    Addmv,
    samples=[
        Sample(T(2), T(2, 3), T(3)),
        Sample(T(2), T(2, 3), T(3), beta=0.5, alpha=-2),
        Sample(T(2), T(2, 3), T(3), beta=0),
    ],
    inplace=_addmv_,
)
def addmv(
    input: Any, mat: Any, vec: Any, *, beta: Number = 1, alpha: Number = 1, out: Any = None
) -> Any:
    """Product of a matrix and a vector, added: ``beta * input + alpha * (mat @ vec)``.

    With ``beta=0`` the input counts for nothing, even where it is NaN. PyTorch: ``torch.addmv``.
    """
    inputs, params = _added(Addmv, (2, 1), input, mat, vec, beta, alpha)
    return Addmv.apply(*inputs, **params, out=out)


def _addr_(input: Any, vec1: Any, vec2: Any, *, beta: Number = 1, alpha: Number = 1) -> Any:
    """In-place version of :func:`addr`."""
    inputs, params = _added(Addr, (1, 1), input, vec1, vec2, beta, alpha)
    return Addr.apply_(*inputs, **params)


@register(
    Addr,
    samples=[
        Sample(T(2, 3), T(2), T(3)),
        Sample(T(2, 3), T(2), T(3), beta=0.5, alpha=-2),
        Sample(T(2, 3), T(2), T(3), beta=0),
    ],
    inplace=_addr_,
)
def addr(
    input: Any, vec1: Any, vec2: Any, *, beta: Number = 1, alpha: Number = 1, out: Any = None
) -> Any:
    """Outer product of two vectors, added: ``beta * input + alpha * outer(vec1, vec2)``.

    With ``beta=0`` the input counts for nothing, even where it is NaN. PyTorch: ``torch.addr``.
    """
    inputs, params = _added(Addr, (1, 1), input, vec1, vec2, beta, alpha)
    return Addr.apply(*inputs, **params, out=out)


def _addbmm_(input: Any, batch1: Any, batch2: Any, *, beta: Number = 1, alpha: Number = 1) -> Any:
    """In-place version of :func:`addbmm`."""
    inputs, params = _added(Addbmm, (3, 3), input, batch1, batch2, beta, alpha)
    return Addbmm.apply_(*inputs, **params)


@register(
    Addbmm,
    samples=[
        Sample(T(2, 4), T(5, 2, 3), T(5, 3, 4)),
        Sample(T(2, 4), T(5, 2, 3), T(5, 3, 4), beta=0.5, alpha=-2),
        Sample(T(2, 4), T(5, 2, 3), T(5, 3, 4), beta=0),
    ],
    inplace=_addbmm_,
)
def addbmm(
    input: Any, batch1: Any, batch2: Any, *, beta: Number = 1, alpha: Number = 1, out: Any = None
) -> Any:
    """Sum of the products of two stacks of matrices, added to ``input``.

    With ``beta=0`` the input counts for nothing, even where it is NaN. PyTorch: ``torch.addbmm``.
    """
    inputs, params = _added(Addbmm, (3, 3), input, batch1, batch2, beta, alpha)
    return Addbmm.apply(*inputs, **params, out=out)


def _baddbmm_(input: Any, batch1: Any, batch2: Any, *, beta: Number = 1, alpha: Number = 1) -> Any:
    """In-place version of :func:`baddbmm`."""
    inputs, params = _added(Baddbmm, (3, 3), input, batch1, batch2, beta, alpha)
    return Baddbmm.apply_(*inputs, **params)


@register(
    Baddbmm,
    samples=[
        Sample(T(5, 2, 4), T(5, 2, 3), T(5, 3, 4)),
        Sample(T(5, 2, 4), T(5, 2, 3), T(5, 3, 4), beta=0.5, alpha=-2),
        Sample(T(5, 2, 4), T(5, 2, 3), T(5, 3, 4), beta=0),
    ],
    inplace=_baddbmm_,
)
def baddbmm(
    input: Any, batch1: Any, batch2: Any, *, beta: Number = 1, alpha: Number = 1, out: Any = None
) -> Any:
    """Products of two stacks of matrices, added: ``beta * input + alpha * (batch1 @ batch2)``.

    With ``beta=0`` the input counts for nothing, even where it is NaN. PyTorch: ``torch.baddbmm``.
    """
    inputs, params = _added(Baddbmm, (3, 3), input, batch1, batch2, beta, alpha)
    return Baddbmm.apply(*inputs, **params, out=out)
