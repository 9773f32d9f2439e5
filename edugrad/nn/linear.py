"""Layers without a kernel: Linear and Identity."""

from __future__ import annotations

import math
from typing import Any

from .. import creation
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class Identity(Module):
    """Gives back its input, whatever it was made with; holds a place. PyTorch: ``nn.Identity``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input


class Linear(Module):
    r"""A layer in which every output depends on every input.

    .. math:: y = x W^\top + b

    Parameters
    ----------
    in_features, out_features : int
        Numbers a sample, before and after.
    bias : bool
        Whether there is a :math:`b`.
    device, dtype : optional
        Of the parameters.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in_features)
    bias : Parameter of shape (out_features,), or None
        Both begin uniform between :math:`\pm 1 / \sqrt{\text{in\_features}}`.

    Notes
    -----
    Input ``(*, in_features)``, output ``(*, out_features)``. PyTorch: ``torch.nn.Linear``.

    Examples
    --------
    >>> import edugrad
    >>> layer = Linear(20, 30)
    >>> layer(edugrad.ones(128, 20)).shape
    edugrad.Size([128, 30])
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        options = {"device": device, "dtype": dtype}
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(creation.empty((out_features, in_features), **options))
        if bias:
            self.bias = Parameter(creation.empty(out_features, **options))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Any) -> Any:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
