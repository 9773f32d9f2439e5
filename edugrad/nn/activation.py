"""Activations as modules: the smooth ones, and what all of them share.

Those made of straight pieces are in :mod:`edugrad.nn.rectifier`, the softmaxes in
:mod:`edugrad.nn.softmax`. Each takes a tensor of any shape and gives one of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from . import functional as F
from .module import Module


class Activation(Module):
    """A function of a tensor whose settings are the module's attributes.

    Class attributes
    ----------------
    function : callable
        Called with the input and the settings.
    settings : tuple of str
        The attributes to pass, in the function's order; the repr shows them.
    """

    function: ClassVar[Callable[..., Any]]
    settings: ClassVar[tuple[str, ...]] = ()

    def forward(self, input: Any) -> Any:
        return self.function(input, *[getattr(self, name) for name in self.settings])

    def extra_repr(self) -> str:
        shown = [name for name in self.settings if name != "inplace" or self.inplace]
        return ", ".join(f"{name}={getattr(self, name)}" for name in shown)


class InPlaceActivation(Activation):
    """An activation whose only setting is to replace the values of its input."""

    settings = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class Sigmoid(Activation):
    r"""Squeeze each element between 0 and 1.

    .. math:: \sigma(x) = \frac{1}{1 + e^{-x}}

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Sigmoid()(edugrad.tensor([-2.0, 0.0, 2.0]))
    tensor([0.1192, 0.5000, 0.8808])

    Notes
    -----
    PyTorch: ``torch.nn.Sigmoid``.
    """

    function = staticmethod(F.sigmoid)


class LogSigmoid(Activation):
    r"""The logarithm of the sigmoid, without overflow.

    .. math:: \ln \frac{1}{1 + e^{-x}}

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.LogSigmoid()(edugrad.tensor([-100.0, 0.0]))
    tensor([-100.0000,   -0.6931])

    Notes
    -----
    PyTorch: ``torch.nn.LogSigmoid``.
    """

    function = staticmethod(F.logsigmoid)


class Tanh(Activation):
    r"""The hyperbolic tangent: squeeze each element between -1 and 1.

    .. math:: \tanh x = \frac{e^x - e^{-x}}{e^x + e^{-x}}

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Tanh()(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.7616,  0.0000,  0.7616])

    Notes
    -----
    PyTorch: ``torch.nn.Tanh``.
    """

    function = staticmethod(F.tanh)


class Tanhshrink(Activation):
    r"""What the hyperbolic tangent takes away: small elements nearly vanish.

    .. math:: x - \tanh x

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Tanhshrink()(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.2384,  0.0000,  0.2384])

    Notes
    -----
    PyTorch: ``torch.nn.Tanhshrink``.
    """

    function = staticmethod(F.tanhshrink)


class Softsign(Activation):
    r"""Squeeze each element between -1 and 1, more slowly than tanh.

    .. math:: \frac{x}{1 + |x|}

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Softsign()(edugrad.tensor([-1.0, 0.0, 3.0]))
    tensor([-0.5000,  0.0000,  0.7500])

    Notes
    -----
    PyTorch: ``torch.nn.Softsign``.
    """

    function = staticmethod(F.softsign)


class Softplus(Activation):
    r"""A smooth form of the ReLU, always positive.

    .. math:: \frac{1}{\beta} \ln(1 + e^{\beta x})

    Parameters
    ----------
    beta : float
        How sharp the bend is.
    threshold : float
        Where beta · x exceeds it the function is taken to be x itself.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Softplus()(edugrad.tensor([-1.0, 0.0, 30.0]))
    tensor([ 0.3133,  0.6931, 30.0000])

    Notes
    -----
    PyTorch: ``torch.nn.Softplus``.
    """

    function = staticmethod(F.softplus)
    settings = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold


class ELU(Activation):
    r"""Linear above zero, an exponential that ends at -alpha below.

    .. math:: x \text{ if } x > 0, \text{ else } \alpha (e^x - 1)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.ELU()(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.6321,  0.0000,  1.0000])

    Notes
    -----
    PyTorch: ``torch.nn.ELU``. Source: Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep
    Network Learning by Exponential Linear Units", 2015.
    """

    function = staticmethod(F.elu)
    settings = ("alpha", "inplace")

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace


class CELU(ELU):
    r"""An ELU whose slope is continuous for every alpha.

    .. math:: \max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.CELU(2.0)(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.7869,  0.0000,  1.0000])

    Notes
    -----
    PyTorch: ``torch.nn.CELU``. Source: Barron, "Continuously Differentiable Exponential Linear
    Units", 2017.
    """

    function = staticmethod(F.celu)


class SELU(InPlaceActivation):
    r"""A scaled ELU that keeps mean 0 and variance 1 through many layers.

    .. math:: 1.0507 \, (\max(0, x) + \min(0, 1.6733 \, (e^x - 1)))

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.SELU()(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-1.1113,  0.0000,  1.0507])

    Notes
    -----
    PyTorch: ``torch.nn.SELU``. Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """

    function = staticmethod(F.selu)


class GELU(Activation):
    r"""Each element times the probability that a standard normal number is below it.

    .. math:: x \, \Phi(x)

    Parameters
    ----------
    approximate : "none" or "tanh"
        Compute it exactly, or by a hyperbolic tangent.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.GELU()(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1587,  0.0000,  0.8413])

    Notes
    -----
    PyTorch: ``torch.nn.GELU``. Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Any) -> Any:
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(InPlaceActivation):
    r"""Each element times its sigmoid, also called swish.

    .. math:: x \, \sigma(x)

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.SiLU()(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.2689,  0.0000,  0.7311])

    Notes
    -----
    PyTorch: ``torch.nn.SiLU``. Source: Elfwing, Uchibe and Doya, "Sigmoid-Weighted Linear Units",
    2017.
    """

    function = staticmethod(F.silu)


class Mish(InPlaceActivation):
    r"""Each element times the tanh of its softplus.

    .. math:: x \tanh(\ln(1 + e^x))

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Mish()(edugrad.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.3034,  0.0000,  0.8651])

    Notes
    -----
    PyTorch: ``torch.nn.Mish``. Source: Misra, "Mish: A Self Regularized Non-Monotonic Activation
    Function", 2019.
    """

    function = staticmethod(F.mish)


class GLU(Activation):
    r"""One half of a tensor times the sigmoid of the other: a gate.

    .. math:: a \, \sigma(b)

    Parameters
    ----------
    dim : int
        The dimension that is cut in two; the result is half as long there.

    Raises
    ------
    RuntimeError
        If the dimension has an odd length.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.GLU()(edugrad.tensor([4.0, 6.0, 0.0, 100.0]))
    tensor([2., 6.])

    Notes
    -----
    PyTorch: ``torch.nn.GLU``. Source: Dauphin et al., "Language Modeling with Gated Convolutional
    Networks", 2016.
    """

    function = staticmethod(F.glu)
    settings = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim
