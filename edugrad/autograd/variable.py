"""Variable: what a tensor with gradients was before PyTorch 0.4; older scripts still write it."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor


class _AnyTensor(type):
    """Every tensor is an instance."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_AnyTensor):
    """``Variable(tensor)`` is a tensor that shares its memory: one is as good as the other.

    Parameters
    ----------
    data : Tensor
    requires_grad : bool

    Examples
    --------
    >>> import edugrad
    >>> Variable(edugrad.ones(2), requires_grad=True)
    tensor([1., 1.], requires_grad=True)

    Notes
    -----
    PyTorch: ``torch.autograd.Variable``.
    """

    def __new__(cls, data: Tensor, requires_grad: bool = False) -> Tensor:  # type: ignore[misc]
        return data.detach().requires_grad_(True) if requires_grad else data
