"""Activations without corners: the relatives of ELU, softplus, SiLU, GELU and gates."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..tensor import check_dim
from .checks import need_floating
from .elementwise import Unary, logistic
from .registry import Sample, T, register
from .selection import where
from .special import compute

FUNCTIONAL = "edugrad.nn.functional"
POINTS = T(13, low=-7.1, high=7.3, distinct=True)
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
ROOT_2_OVER_PI = math.sqrt(2 / math.pi)
CUBIC = 0.044715


class Elu(Unary):
    """Positive elements as they are, negative ones on an exponential that levels off."""

    op_name = "elu"
    formula = "scale · (a where a > 0, else alpha · (exp(rate · a) - 1))"
    derivatives = ("scale · grad · (1 where a > 0, else alpha · rate · exp(rate · a))",)

    @staticmethod
    def forward(ctx: Any, a: Any, alpha: float, scale: float, rate: float) -> Any:
        ctx.save_for_backward(a)
        xp = ctx.xp
        low = xp.expm1(xp.minimum(a, 0) * rate) * (alpha * scale)
        return xp.where(a > 0, a if scale == 1 else a * scale, low)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        alpha, scale, rate = (ctx.params[name] for name in ("alpha", "scale", "rate"))
        low = (a.clamp(max=0) * rate).exp() * (alpha * scale * rate)
        return where(a <= 0, grad * low, grad * scale)


class Celu(Elu):
    """Positive elements as they are, negative ones on an exponential of matching slope."""

    op_name = "celu"


class Softplus(Unary):
    """A smooth positive part: the logarithm of 1 plus the exponential."""

    op_name = "softplus"
    formula = "ln(1 + exp(β · a)) / β"
    derivatives = ("grad · σ(β · a)",)

    @staticmethod
    def forward(ctx: Any, a: Any, beta: float, threshold: float) -> Any:
        ctx.save_for_backward(a)
        xp = ctx.xp
        scaled = a * beta
        smooth = (xp.log1p(xp.exp(-xp.abs(scaled))) + xp.maximum(scaled, 0)) / beta
        return xp.where(scaled > threshold, a, smooth)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        scaled = a * ctx.params["beta"]
        return where(scaled > ctx.params["threshold"], grad, grad * scaled.sigmoid())


class LogSigmoid(Unary):
    """The logarithm of the logistic function, computed without overflow."""

    op_name = "logsigmoid"
    node_name = "LogSigmoidBackward0"
    formula = "-ln(1 + exp(-a))"
    derivatives = ("grad · σ(-a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        xp = ctx.xp
        return xp.minimum(a, 0) - xp.log1p(xp.exp(-xp.abs(a)))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * (-a).sigmoid()


class Silu(Unary):
    """Each element times its logistic function."""

    op_name = "silu"
    formula = "a · σ(a)"
    derivatives = ("grad · σ(a) · (1 + a · (1 - σ(a)))",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return a * logistic(ctx.xp, a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        share = a.sigmoid()
        return grad * (share * (1 + a * (1 - share)))


class Mish(Unary):
    """Each element times the hyperbolic tangent of its softplus."""

    op_name = "mish"
    formula = "a · tanh(ln(1 + exp(a)))"
    derivatives = ("grad · (t + a · σ(a) · (1 - t²)), t = tanh(ln(1 + exp(a)))",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        xp = ctx.xp
        return a * xp.tanh(xp.log1p(xp.exp(-xp.abs(a))) + xp.maximum(a, 0))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        bent = softplus(a).tanh()
        return grad * (bent + a * a.sigmoid() * (1 - bent * bent))


class NormalCdf(Unary):
    """The share of a standard normal distribution that lies below each element."""

    op_name = "normal_cdf"
    formula = "Φ(a) = (1 + erf(a / √2)) / 2"
    derivatives = ("grad · exp(-a² / 2) / √(2π)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return compute(ctx.xp, "ndtr", a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * _normal_density(a)


class Gelu(Unary):
    """Each element times the share of a normal distribution that lies below it."""

    op_name = "gelu"
    formula = "a · Φ(a)"
    derivatives = ("grad · (Φ(a) + a · exp(-a² / 2) / √(2π))",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return a * compute(ctx.xp, "ndtr", a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * (NormalCdf.apply(a) + a * _normal_density(a))


class GeluTanh(Unary):
    """An approximation of GELU by a hyperbolic tangent."""

    op_name = "gelu_tanh"
    node_name = "GeluBackward0"
    formula = "a · (1 + tanh(√(2/π) · (a + 0.044715 a³))) / 2"
    derivatives = ("grad · ((1 + t) / 2 + a · (1 - t²) · √(2/π) · (1 + 0.134145 a²) / 2)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return 0.5 * a * (1 + ctx.xp.tanh(ROOT_2_OVER_PI * (a + CUBIC * (a * a * a))))

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        square = a * a
        bent = (ROOT_2_OVER_PI * (a + CUBIC * (square * a))).tanh()
        slope = (1 - bent * bent) * (ROOT_2_OVER_PI * (1 + 3 * CUBIC * square))
        return grad * (0.5 * (1 + bent) + 0.5 * a * slope)


def _normal_density(a: Any) -> Any:
    return (-0.5 * (a * a)).exp() * math.sqrt(0.5 / math.pi)


def _run(op: type[Op], input: Any, inplace: bool, **params: Any) -> Any:
    return (op.apply_ if inplace else op.apply)(input, **params)


@register(
    Elu, samples=[Sample(POINTS), Sample(POINTS, alpha=0.5)], method=False, namespace=FUNCTIONAL
)
def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    r"""Leave positive elements; bend negative ones towards ``-alpha``.

    .. math:: a > 0 ? a : \alpha (e^a - 1)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.functional.elu(edugrad.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])

    Notes
    -----
    PyTorch: ``torch.nn.functional.elu``.
    """
    need_floating("elu_cpu", input)
    return _run(Elu, input, inplace, alpha=alpha, scale=1.0, rate=1.0)


@register(Elu, samples=[Sample(POINTS)], method=False, namespace=FUNCTIONAL)
def selu(input: Any, inplace: bool = False) -> Any:
    """ELU scaled so that layers keep mean 0 and variance 1.

    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017.

    Notes
    -----
    PyTorch: ``torch.nn.functional.selu``.
    """
    need_floating("elu_cpu", input)
    return _run(Elu, input, inplace, alpha=SELU_ALPHA, scale=SELU_SCALE, rate=1.0)


@register(
    Celu, samples=[Sample(POINTS), Sample(POINTS, alpha=0.5)], method=False, namespace=FUNCTIONAL
)
def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    r"""ELU whose slope is continuous for every ``alpha``.

    .. math:: \max(a, 0) + \min(0, \alpha (e^{a / \alpha} - 1))

    Raises
    ------
    RuntimeError
        If ``alpha`` is 0.

    Notes
    -----
    PyTorch: ``torch.nn.functional.celu``.
    """
    need_floating("elu_cpu", input)
    if alpha == 0:
        raise RuntimeError(
            teach(
                "ZeroDivisionError: alpha cannot be 0 for CELU",
                got="alpha=0",
                mend="alpha is where negative elements level off, e.g. 1.0",
            )
        )
    return _run(Celu, input, inplace, alpha=alpha, scale=1.0, rate=1.0 / alpha)


@register(
    Gelu,
    samples=[Sample(POINTS), Sample(POINTS, approximate="tanh")],
    method=False,
    namespace=FUNCTIONAL,
    out=True,
)
def gelu(input: Any, *, approximate: str = "none") -> Any:
    r"""Each element times the share of a normal distribution that lies below it.

    .. math:: a \cdot \Phi(a)

    Parameters
    ----------
    input : Tensor
    approximate : "none" or "tanh"
        The exact function, or an approximation by a hyperbolic tangent.

    Raises
    ------
    RuntimeError
        If ``approximate`` is neither.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.functional.gelu(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1587,  0.0000,  0.8413])

    Notes
    -----
    PyTorch: ``torch.nn.functional.gelu``.
    """
    need_floating("GeluKernelImpl", input)
    if approximate not in ("none", "tanh"):
        raise RuntimeError(
            teach(
                "approximate argument must be either none or tanh.",
                got=f"approximate={approximate!r}",
                mend='use "none" for the exact function',
            )
        )
    return (Gelu if approximate == "none" else GeluTanh).apply(input)


@register(Silu, samples=[Sample(POINTS)], method=False, namespace=FUNCTIONAL)
def silu(input: Any, inplace: bool = False) -> Any:
    """Each element times its logistic function ("swish"). PyTorch: ``torch.nn.functional.silu``."""
    need_floating("silu_cpu", input)
    return _run(Silu, input, inplace)


@register(Mish, samples=[Sample(POINTS)], method=False, namespace=FUNCTIONAL)
def mish(input: Any, inplace: bool = False) -> Any:
    """Each element times tanh of its :func:`softplus`. PyTorch: ``torch.nn.functional.mish``."""
    need_floating("mish_cpu", input)
    return _run(Mish, input, inplace)


@register(
    Softplus,
    samples=[Sample(POINTS), Sample(POINTS, beta=2), Sample(POINTS, 0.5, threshold=2.0)],
    method=False,
    namespace=FUNCTIONAL,
    out=True,
)
def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    r"""A smooth positive part; the element itself where ``beta`` times it is above ``threshold``.

    .. math:: \frac{1}{\beta} \ln(1 + e^{\beta a})

    Notes
    -----
    PyTorch: ``torch.nn.functional.softplus``.
    """
    need_floating("softplus_cpu", input)
    return Softplus.apply(input, beta=beta, threshold=threshold)


@register(
    LogSigmoid,
    samples=[Sample(POINTS), Sample(T(2, 3, low=-200.0))],
    method=False,
    namespace=FUNCTIONAL,
    out=True,
)
def logsigmoid(input: Any) -> Any:
    """The logarithm of the logistic function, without overflow.

    Notes
    -----
    PyTorch: ``torch.nn.functional.logsigmoid``.
    """
    need_floating("log_sigmoid_cpu", input)
    return LogSigmoid.apply(input)


@register(None, samples=[Sample(POINTS)], method=False, namespace=FUNCTIONAL)
def softsign(input: Any) -> Any:
    """Each element over 1 plus its absolute value. PyTorch: ``torch.nn.functional.softsign``."""
    return input / (input.abs() + 1)


@register(None, samples=[Sample(POINTS)], method=False, namespace=FUNCTIONAL)
def tanhshrink(input: Any) -> Any:
    """Each element minus its hyperbolic tangent. PyTorch: ``torch.nn.functional.tanhshrink``."""
    return input - input.tanh()


@register(
    None,
    samples=[Sample(T(2, 4)), Sample(T(4, 3), dim=0), Sample(T(2, 4, 2), 1)],
    method=False,
    namespace=FUNCTIONAL,
)
def glu(input: Any, dim: int = -1) -> Any:
    """The first half along ``dim``, gated by the sigmoid of the second half.

    Raises
    ------
    RuntimeError
        If the length along ``dim`` is odd, or there are no dimensions.

    Notes
    -----
    PyTorch: ``torch.nn.functional.glu``.
    """
    if input.ndim == 0:
        raise RuntimeError(
            teach(
                "glu does not support 0-dimensional tensors",
                got="a tensor without dimensions",
                mend="the values and their gates are the two halves of one dimension",
            )
        )
    axis = check_dim(dim, input.ndim)
    length = input._array.shape[axis]
    if length % 2:
        raise RuntimeError(
            teach(
                f"Halving dimension must be even, but dimension {axis} is size {length}",
                got=f"shape {tuple(input.shape)}",
                mend="the values and their gates are the two halves of that dimension",
            )
        )
    before = (slice(None),) * axis
    need_floating("glu_cpu", input)
    half = length // 2
    return input[(*before, slice(half))] * input[(*before, slice(half, None))].sigmoid()


def elu_(input: Any, alpha: float = 1.0) -> Any:
    """In-place version of :func:`elu`."""
    return elu(input, alpha, inplace=True)


def selu_(input: Any) -> Any:
    """In-place version of :func:`selu`."""
    return selu(input, inplace=True)


def celu_(input: Any, alpha: float = 1.0) -> Any:
    """In-place version of :func:`celu`."""
    return celu(input, alpha, inplace=True)
