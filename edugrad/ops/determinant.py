"""Determinants of square matrices, and their logarithms."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..return_types import result_type
from .decomposition import svd
from .lapack import need_matrix
from .linalg import matmul
from .registry import Sample, T, register
from .solving import Inverse

SlogdetResult = result_type("linalg_slogdet", "sign", "logabsdet")


class Det(Op):
    """The determinant of a matrix."""

    op_name = "linalg_det"
    formula = "det a"
    derivatives = ("grad · det a · a⁻ᵀ, the cofactors",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = ctx.xp.linalg.det(a)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        if bool((result.detach() == 0).any()):
            return grad[..., None, None] * _cofactors(a)
        return (grad * result)[..., None, None] * Inverse.apply(a.mT)


def _cofactors(a: Any) -> Any:
    """The derivative of the determinant, which has no inverse to be made from if it is 0."""
    from .cumulative import shifted

    u, s, vh = svd(a)
    before = shifted(s, s.ndim - 1, 1).cumprod(-1)
    after = shifted(s.flip(-1), s.ndim - 1, 1).cumprod(-1).flip(-1)
    others = before * after * (Det.apply(u) * Det.apply(vh)).unsqueeze(-1)
    return matmul(u * others.unsqueeze(-2), vh)


class Slogdet(Op):
    """Sign and logarithm of the size of a determinant."""

    op_name = "linalg_slogdet"
    formula = "sign(det a), ln |det a|"
    derivatives = ("grad of the logarithm · a⁻ᵀ",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        sign, logarithm = ctx.xp.linalg.slogdet(a)
        return ctx.xp.asarray(sign), ctx.xp.asarray(logarithm)

    @staticmethod
    def backward(ctx: Any, _: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad[..., None, None] * Inverse.apply(a.mT)


@register(
    Det,
    samples=[Sample(T(3, 3)), Sample(T(2, 2, 2)), Sample(T(1, 1)), Sample(T(0, 0))],
    method=False,
    namespace="edugrad.linalg",
)
def det(A: Any, *, out: Any = None) -> Any:
    """Determinant of a square matrix.

    Notes
    -----
    The gradient at a singular matrix is exact; PyTorch gives 0. PyTorch: ``torch.linalg.det``.
    """
    need_matrix("linalg.det", A)
    return Det.apply(A, out=out)


@register(
    Slogdet,
    samples=[Sample(T(3, 3)), Sample(T(2, 2, 2))],
    method=False,
    namespace="edugrad.linalg",
)
def slogdet(A: Any, *, out: Any = None) -> Any:
    """Sign and logarithm of the absolute value of a determinant, without overflow.

    Returns
    -------
    namedtuple (sign, logabsdet)

    Notes
    -----
    PyTorch: ``torch.linalg.slogdet``.
    """
    need_matrix("linalg.slogdet", A)
    return SlogdetResult(*Slogdet.apply(A, out=out))
