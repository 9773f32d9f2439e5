"""Activation functions as layers."""

from __future__ import annotations

from typing import Any

from . import functional as F
from .module import Module


class ReLU(Module):
    """The positive part of each element.

    Parameters
    ----------
    inplace : bool
        Write the result over the input.

    Notes
    -----
    PyTorch: ``torch.nn.ReLU``.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        return F.relu(input, inplace=self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""
