"""Softmax and its logarithm; the element-wise activations are in ``elementwise``."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..autograd.function import Op
from ..tensor import check_dim
from .checks import need_float
from .registry import Sample, T, register


class Softmax(Op):
    """Exponentials divided by their sum along a dimension."""

    op_name = "softmax"
    formula = "exp(a) / Σ exp(a)"
    derivatives = ("out · (grad - Σ grad · out)",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        xp = ctx.xp
        powers = xp.exp(a - a.max(dim, keepdims=True)) if a.size else xp.exp(a)
        result = powers / powers.sum(dim, keepdims=True) if a.ndim else xp.ones_like(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        dim = ctx.params["dim"]
        weighted = grad * result
        return weighted - result * weighted.sum(dim, keepdim=True)


class LogSoftmax(Op):
    """The logarithm of softmax, computed without overflow or lost digits."""

    op_name = "log_softmax"
    formula = "a - ln Σ exp(a)"
    derivatives = ("grad - softmax(a) · Σ grad",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        xp = ctx.xp
        shifted = a - a.max(dim, keepdims=True) if a.size and a.ndim else a - a
        result = shifted
        if a.ndim:
            result = shifted - xp.log(xp.exp(shifted).sum(dim, keepdims=True))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad - result.exp() * grad.sum(ctx.params["dim"], keepdim=True)


@register(Softmax, samples=[Sample(T(2, 3), 1), Sample(T(2, 3, 4), dim=0), Sample(T(3), -1)])
def softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    r"""Turn numbers into proportions that sum to 1 along ``dim``.

    .. math:: \text{out}_i = e^{a_i} / \sum_j e^{a_j}

    Examples
    --------
    >>> import edugrad
    >>> edugrad.softmax(edugrad.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])

    Notes
    -----
    PyTorch: ``torch.softmax``.
    """
    input = input if dtype is None else input.to(dtypes.check(dtype))
    need_float("softmax() is not implemented for integers", input)
    return Softmax.apply(input, dim=check_dim(dim, input.ndim))


@register(LogSoftmax, samples=[Sample(T(2, 3), 1), Sample(T(2, 3, 4), dim=0), Sample(T(3), -1)])
def log_softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The logarithm of :func:`softmax`, stable for large numbers.

    PyTorch: ``torch.log_softmax``.
    """
    input = input if dtype is None else input.to(dtypes.check(dtype))
    need_float("log_softmax() is not implemented for integers", input)
    return LogSoftmax.apply(input, dim=check_dim(dim, input.ndim))
