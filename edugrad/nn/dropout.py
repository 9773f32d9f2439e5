"""Dropout as modules: in training, some elements or channels are left out at random.

In evaluation (``model.eval()``) they give back their input. The random numbers come from the
default stream; PyTorch's may differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..errors import teach
from . import functional as F
from .module import Module


class _DropoutNd(Module):
    """Something left out with probability ``p``."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(
                teach(
                    f"dropout probability has to be between 0 and 1, but got {p}",
                    got=f"p={p}",
                    mend="p is the share that is left out, e.g. 0.5",
                )
            )
        self.p = p
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        return self.function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    r"""Leave out each element with probability ``p``; what is kept is divided by 1 - p.

    .. math:: \text{out}_i = \frac{m_i}{1 - p} \, x_i \qquad m_i \sim \text{Bernoulli}(1 - p)

    Parameters
    ----------
    p : float
        The probability of an element to become 0.
    inplace : bool
        Replace the values of the input.

    Raises
    ------
    ValueError
        If ``p`` is no probability.

    Examples
    --------
    >>> import edugrad
    >>> _ = edugrad.manual_seed(0)
    >>> layer = edugrad.nn.Dropout(0.5)
    >>> layer(edugrad.ones(6))
    tensor([0., 0., 2., 0., 0., 0.])
    >>> layer.eval()(edugrad.ones(6))
    tensor([1., 1., 1., 1., 1., 1.])

    Notes
    -----
    PyTorch: ``torch.nn.Dropout``. Source: Srivastava et al., "Dropout", 2014.
    """

    function = staticmethod(F.dropout)


class Dropout1d(_DropoutNd):
    """Leave out each channel of (batch, channels, length) with probability ``p``.

    Neighbours in a sequence tell each other's values; leaving out single ones would hide little.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Dropout1d(0.0)(edugrad.ones(1, 2, 3)).shape
    edugrad.Size([1, 2, 3])

    Notes
    -----
    PyTorch: ``torch.nn.Dropout1d``. Source: Tompson et al., "Efficient Object Localization Using
    Convolutional Networks", 2014.
    """

    function = staticmethod(F.dropout1d)


class Dropout2d(_DropoutNd):
    """Leave out each channel of (batch, channels, height, width) with probability ``p``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Dropout2d(0.0)(edugrad.ones(1, 2, 3, 3)).shape
    edugrad.Size([1, 2, 3, 3])

    Notes
    -----
    PyTorch: ``torch.nn.Dropout2d``. Source: as for :class:`Dropout1d`.
    """

    function = staticmethod(F.dropout2d)


class Dropout3d(_DropoutNd):
    """Leave out each channel of (batch, channels, depth, height, width) with probability ``p``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Dropout3d(0.0)(edugrad.ones(1, 2, 3, 3, 3)).shape
    edugrad.Size([1, 2, 3, 3, 3])

    Notes
    -----
    PyTorch: ``torch.nn.Dropout3d``. Source: as for :class:`Dropout1d`.
    """

    function = staticmethod(F.dropout3d)


class AlphaDropout(_DropoutNd):
    """Dropout for SELU: elements are set to its lower end, and mean and variance are kept.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.AlphaDropout(0.0)(edugrad.ones(3))
    tensor([1., 1., 1.])

    Notes
    -----
    PyTorch: ``torch.nn.AlphaDropout``. Source: Klambauer et al., "Self-Normalizing Neural
    Networks", 2017.
    """

    function = staticmethod(F.alpha_dropout)


class FeatureAlphaDropout(_DropoutNd):
    """:class:`AlphaDropout` of whole channels (dimension 1).

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.FeatureAlphaDropout(0.0)(edugrad.ones(1, 2, 2)).shape
    edugrad.Size([1, 2, 2])

    Notes
    -----
    PyTorch: ``torch.nn.FeatureAlphaDropout``. Source: as for :class:`AlphaDropout`.
    """

    function = staticmethod(F.feature_alpha_dropout)
