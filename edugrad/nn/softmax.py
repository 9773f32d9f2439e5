"""Softmax and its relatives as modules."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from . import functional as F
from .activation import Activation


class Softmax(Activation):
    r"""Turn numbers into proportions that sum to 1 along a dimension.

    .. math:: \text{out}_i = e^{a_i} / \sum_j e^{a_j}

    Parameters
    ----------
    dim : int
        Along which they sum to 1. Without it a rule chooses, with a warning.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Softmax(dim=1)(edugrad.tensor([[0.0, 0.0], [0.0, 1.0]]))
    tensor([[0.5000, 0.5000],
            [0.2689, 0.7311]])

    Notes
    -----
    PyTorch: ``torch.nn.Softmax``.
    """

    settings = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        return F.softmax(input, self.dim, _stacklevel=5)


class LogSoftmax(Softmax):
    r"""The logarithm of the softmax, stable for large numbers; what ``NLLLoss`` expects.

    .. math:: \text{out}_i = a_i - \ln \sum_j e^{a_j}

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.LogSoftmax(dim=0)(edugrad.tensor([0.0, 0.0]))
    tensor([-0.6931, -0.6931])

    Notes
    -----
    PyTorch: ``torch.nn.LogSoftmax``.
    """

    def forward(self, input: Any) -> Any:
        return F.log_softmax(input, self.dim, _stacklevel=5)


class Softmin(Softmax):
    r"""The softmax of the negative: the smallest gets the most.

    .. math:: \text{out}_i = e^{-a_i} / \sum_j e^{-a_j}

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Softmin(dim=0)(edugrad.tensor([0.0, 1.0]))
    tensor([0.7311, 0.2689])

    Notes
    -----
    PyTorch: ``torch.nn.Softmin``.
    """

    def forward(self, input: Any) -> Any:
        return F.softmin(input, self.dim, _stacklevel=5)


class Softmax2d(Activation):
    """The softmax over the channels at each place of an image.

    The input has shape (batch, channels, height, width) or (channels, height, width).

    Raises
    ------
    ValueError
        If the input has another number of dimensions.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Softmax2d()(edugrad.zeros(4, 1, 2))[0]
    tensor([[0.2500, 0.2500]])

    Notes
    -----
    PyTorch: ``torch.nn.Softmax2d``.
    """

    def forward(self, input: Any) -> Any:
        if input.ndim not in (3, 4):
            raise ValueError(
                teach(
                    f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead",
                    got=f"an input of shape {tuple(input.shape)}",
                    mend="give (batch, channels, height, width), or use Softmax(dim=…)",
                )
            )
        return F.softmax(input, -3)
