"""Bilinear: a layer that is linear in each of two inputs."""

from __future__ import annotations

import math
from typing import Any

from ..creation import empty
from ..errors import teach
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class Bilinear(Module):
    r"""A weighted sum of all products of an element of one input with one of the other.

    .. math:: y_k = x_1^\top A_k \, x_2 + b_k

    The inputs have shape (…, in1_features) and (…, in2_features), alike but for the last
    dimension; the result (…, out_features).

    Parameters
    ----------
    in1_features, in2_features, out_features : int
    bias : bool
        Whether to add b.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in1_features, in2_features)
        Drawn, like the bias, from between -1 and 1 over the root of ``in1_features``.
    bias : Parameter of shape (out_features,), or None

    Raises
    ------
    ValueError
        If the first input has no features.
    RuntimeError
        When called: if the inputs have other features.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.Bilinear(20, 30, 40)(edugrad.randn(8, 20), edugrad.randn(8, 30)).shape
    edugrad.Size([8, 40])

    Notes
    -----
    PyTorch: ``torch.nn.Bilinear``.
    """

    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise ValueError(
                teach(
                    f"in1_features must be > 0, but got (in1_features={in1_features})",
                    got=f"in1_features={in1_features}",
                    mend="give the length of the first input's last dimension",
                )
            )
        form = {"device": device, "dtype": dtype}
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, **form))
        if bias:
            self.bias = Parameter(empty(out_features, **form))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(self.weight.shape[1])
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Any, input2: Any) -> Any:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
