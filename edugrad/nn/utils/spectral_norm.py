"""Spectral normalisation by a hook."""

from __future__ import annotations

from typing import Any

from ...autograd.grad_mode import no_grad
from ...tensor import Tensor
from ..parameter import Parameter
from .weight_hooks import refuse_second, take_away


class SpectralNorm:
    """The pre-hook that divides the weight by its largest singular value before every call."""

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float) -> None:
        self.name = name
        self.n_power_iterations = n_power_iterations
        self.dim = dim
        self.eps = eps

    def _matrix(self, weight: Tensor) -> Tensor:
        made: Tensor = weight.movedim(self.dim, 0).flatten(1)
        return made

    def _direction(self, vector: Tensor) -> Tensor:
        from ..functional import normalize  # nn.functional is loaded after nn.utils

        made: Tensor = normalize(vector, dim=0, eps=self.eps)
        return made

    def weight(self, module: Any, iterate: bool) -> Tensor:
        """The weight divided; in training u and v move on first."""
        weight = getattr(module, f"{self.name}_orig")
        u, v = (getattr(module, f"{self.name}_{each}") for each in "uv")
        matrix = self._matrix(weight)
        if iterate:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(self._direction(matrix.T.mv(u)))
                    u.copy_(self._direction(matrix.mv(v)))
            u, v = u.clone(), v.clone()
        divided: Tensor = weight / u.dot(matrix.mv(v))
        return divided

    def __call__(self, module: Any, args: Any) -> None:
        setattr(module, self.name, self.weight(module, module.training))


def spectral_norm(
    module: Any,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Any:
    """Divide a weight by its largest singular value before every call.

    The parameter is ``weight_orig`` then; :func:`parametrizations.spectral_norm` is the newer way.

    Raises
    ------
    RuntimeError
        If it is normalised already.

    Examples
    --------
    >>> from edugrad import nn
    >>> layer = spectral_norm(nn.Linear(20, 40))
    >>> list(layer.state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']

    Notes
    -----
    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018.
    PyTorch: ``torch.nn.utils.spectral_norm``.
    """
    refuse_second(module, SpectralNorm, name, "spectral_norm")
    transposed = type(module).__name__.startswith("ConvTranspose")
    hook = SpectralNorm(name, n_power_iterations, int(transposed) if dim is None else dim, eps)
    weight = getattr(module, name)
    height, width = hook._matrix(weight.detach()).shape
    u, v = (hook._direction(weight.detach().new_empty(n).normal_(0, 1)) for n in (height, width))
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """Make the weight a parameter again, with the values that it has.

    PyTorch: ``torch.nn.utils.remove_spectral_norm``.
    """
    hook = take_away(module, SpectralNorm, name, "spectral_norm")
    with no_grad():
        weight = hook.weight(module, iterate=False)
    for part in (name, f"{name}_u", f"{name}_v", f"{name}_orig"):
        delattr(module, part)
    module.register_parameter(name, Parameter(weight.detach()))
    return module
