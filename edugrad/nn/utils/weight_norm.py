"""Weight normalisation: a weight as a direction and a length, learnt apart."""

from __future__ import annotations

from typing import Any

from ... import linalg
from ...tensor import Tensor
from ..parameter import Parameter
from .weight_hooks import refuse_second, take_away


class WeightNorm:
    """The pre-hook that computes the weight from its two parts before every call."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = dim

    def weight(self, module: Any) -> Tensor:
        """The weight in the length that ``g`` says."""
        direction = getattr(module, f"{self.name}_v")
        length = getattr(module, f"{self.name}_g")
        weight: Tensor = direction * (length / norm_except(direction, self.dim))
        return weight

    def __call__(self, module: Any, args: Any) -> None:
        setattr(module, self.name, self.weight(module))


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    r"""Replace a weight by its direction ``weight_v`` and its length ``weight_g``.

    .. math:: w = g \frac{v}{\|v\|}

    Parameters
    ----------
    module : Module
    name : str
        The parameter to replace.
    dim : int or None
        Where each index has a length of its own: 0 for each output. None for one length for all.

    Returns
    -------
    Module
        The module itself.

    Raises
    ------
    RuntimeError
        If it is normalised already.

    Examples
    --------
    >>> from edugrad import nn
    >>> layer = weight_norm(nn.Linear(20, 40))
    >>> layer.weight_g.shape, layer.weight_v.shape
    (edugrad.Size([40, 1]), edugrad.Size([40, 20]))

    Notes
    -----
    Salimans and Kingma, "Weight normalization", 2016. PyTorch: ``torch.nn.utils.weight_norm``.
    """
    refuse_second(module, WeightNorm, name, "weight_norm")
    hook = WeightNorm(name, dim)
    weight = getattr(module, name)
    delattr(module, name)
    module.register_parameter(f"{name}_g", Parameter(norm_except(weight.detach(), dim)))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    setattr(module, name, hook.weight(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """Make the weight a parameter again, with the values that it has.

    PyTorch: ``torch.nn.utils.remove_weight_norm``.
    """
    hook = take_away(module, WeightNorm, name, "weight_norm")
    weight = hook.weight(module).detach()
    for part in (name, f"{name}_g", f"{name}_v"):
        delattr(module, part)
    setattr(module, name, Parameter(weight))
    return module


def norm_except(tensor: Tensor, dim: int | None) -> Tensor:
    """The Euclidean norm over all dimensions but one; over all of them for None."""
    if dim is None or dim == -1:
        return linalg.vector_norm(tensor)
    others = [each for each in range(tensor.ndim) if each != dim % tensor.ndim]
    if not others:
        return tensor.abs()
    return linalg.vector_norm(tensor, dim=others, keepdim=True)
