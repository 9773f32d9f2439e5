"""Softmax and its relatives; the element-wise activations are in files of their own."""

from __future__ import annotations

import warnings
from typing import Any

from .. import dtypes
from ..autograd.short_path import OfOne, OfTwo
from ..tensor import check_dim
from .checks import need_floating
from .registry import Sample, T, register
from .summation import largest, total

FUNCTIONAL = "edugrad.nn.functional"


class Softmax(OfOne):
    """Exponentials divided by their sum along a dimension."""

    op_name = "softmax"
    quiet = True
    formula = "exp(a) / Σ exp(a)"
    derivatives = ("out · (grad - Σ grad · out)",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        xp = ctx.xp
        powers = xp.exp(a - largest(a, dim)) if a.size and a.ndim else xp.exp(a)
        result = powers / _sum(powers, dim) if a.ndim else xp.ones_like(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return SoftmaxGradient.apply(grad, result, **ctx.params)


class SoftmaxGradient(OfTwo):
    """What softmax sends back, from what arrives (a) and its result (b)."""

    op_name = "softmax_backward_data"
    formula = "b · (a - Σ a · b)"
    derivatives = ("b · (grad - Σ grad · b)", "grad · (a - Σ a · b) - a · Σ grad · b")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, dim: int) -> Any:
        ctx.save_for_backward(a, b)
        weighted = a * b
        return weighted - b * _sum(weighted, dim)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        dim = ctx.params["dim"]
        need_a, need_b = ctx.needs_input_grad
        to_a = SoftmaxGradient.apply(grad, b, dim=dim) if need_a else None
        if not need_b:
            return to_a, None
        rest = a - (a * b).sum(dim, keepdim=True)
        return to_a, grad * rest - a * (grad * b).sum(dim, keepdim=True)


class LogSoftmax(OfOne):
    """The logarithm of softmax, computed without overflow or lost digits."""

    op_name = "log_softmax"
    quiet = True
    formula = "a - ln Σ exp(a)"
    derivatives = ("grad - softmax(a) · Σ grad",)

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int) -> Any:
        xp = ctx.xp
        shifted = a - largest(a, dim) if a.size and a.ndim else a - a
        result = shifted - xp.log(_sum(xp.exp(shifted), dim))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return LogSoftmaxGradient.apply(grad, result, **ctx.params)


class LogSoftmaxGradient(OfTwo):
    """What log_softmax sends back, from what arrives (a) and its result (b)."""

    op_name = "log_softmax_backward_data"
    formula = "a - exp(b) · Σ a"
    derivatives = ("grad - Σ grad · exp(b)", "-grad · exp(b) · Σ a")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, dim: int) -> Any:
        ctx.save_for_backward(a if ctx.needs_input_grad[1] else None, b)
        return a - ctx.xp.exp(b) * _sum(a, dim)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        dim = ctx.params["dim"]
        need_a, need_b = ctx.needs_input_grad
        share = grad * b.exp()
        return (
            grad - share.sum(dim, keepdim=True) if need_a else None,
            -share * a.sum(dim, keepdim=True) if need_b else None,
        )


def _sum(a: Any, dim: int) -> Any:
    return total(a, (dim,), True) if a.ndim else a


@register(
    Softmax,
    samples=[
        Sample(T(2, 3), 1),
        Sample(T(2, 3, 4), dim=0),
        Sample(T(3), -1),
        Sample(T(), 0),
        Sample(T(2, 3, kind="int"), 1, dtype=dtypes.float64),
    ],
    out=True,
)
def softmax(input: Any, dim: int, dtype: Any = None) -> Any:
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
    need_floating("softmax_lastdim_kernel_impl", input)
    return Softmax.apply(input, dim=check_dim(dim, input.ndim))


@register(
    LogSoftmax,
    samples=[
        Sample(T(2, 3), 1),
        Sample(T(2, 3, 4), dim=0),
        Sample(T(3), -1),
        Sample(T(2, 3, kind="int"), 1, dtype=dtypes.float64),
    ],
    out=True,
)
def log_softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """The logarithm of :func:`softmax`, stable for large numbers.

    PyTorch: ``torch.log_softmax``.
    """
    input = input if dtype is None else input.to(dtypes.check(dtype))
    need_floating("log_softmax_lastdim_kernel_impl", input)
    return LogSoftmax.apply(input, dim=check_dim(dim, input.ndim))


def _dim(name: str, dim: int | None, ndim: int, stacklevel: int) -> int:
    """The dimension that is meant where none is given: 0 for 0, 1 or 3 dimensions, else 1."""
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
        "dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def functional_softmax(
    input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Any:
    """:func:`softmax` as ``torch.nn.functional.softmax`` has it: ``dim`` may be left to a rule."""
    return softmax(input, _dim("softmax", dim, input.ndim, _stacklevel), dtype)


def functional_log_softmax(
    input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Any:
    """:func:`log_softmax` as ``torch.nn.functional.log_softmax`` has it."""
    return log_softmax(input, _dim("log_softmax", dim, input.ndim, _stacklevel), dtype)


@register(
    None,
    samples=[Sample(T(2, 3), 1), Sample(T(2, 3, 4), dim=0)],
    method=False,
    namespace=FUNCTIONAL,
)
def softmin(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Any:
    """:func:`softmax` of the negative: the smallest gets the most.

    Notes
    -----
    PyTorch: ``torch.nn.functional.softmin``.
    """
    return softmax(-input, _dim("softmin", dim, input.ndim, _stacklevel), dtype)


def gumbel_softmax(
    logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Any:
    """Draw from a categorical distribution in a way that has a gradient.

    Parameters
    ----------
    logits : Tensor
        Logarithms of the categories' weights.
    tau : float
        Temperature: near 0 the draw is nearly one-hot.
    hard : bool
        Return exactly one-hot draws, with the gradient of the soft ones.
    eps : float
        Without effect, as in PyTorch.
    dim : int
        Along which the categories lie.

    Notes
    -----
    PyTorch: ``torch.nn.functional.gumbel_softmax``; the stream of random numbers may differ.
    """
    noise = -logits.detach().new_empty(logits.shape).exponential_().log()
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    chosen = soft.detach().max(dim, keepdim=True).indices
    one_hot = soft.detach().new_zeros(soft.shape).scatter_(dim, chosen, 1.0)
    return one_hot - soft.detach() + soft
