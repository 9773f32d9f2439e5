"""Ready-made parametrizations: of a largest singular value of 1, of a length apart, orthogonal."""

from __future__ import annotations

from typing import Any

from ... import linalg
from ...autograd.grad_mode import no_grad
from ...errors import teach
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .parametrize import register_parametrization
from .weight_norm import norm_except


class _SpectralNorm(Module):
    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__()
        self.dim = dim if dim >= 0 else dim + weight.ndim
        self.eps = eps
        if weight.ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._matrix(weight.detach())
            height, width = matrix.shape
            u, v = matrix.new_empty(height).normal_(0, 1), matrix.new_empty(width).normal_(0, 1)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._iterate(matrix, 15)

    def _matrix(self, weight: Tensor) -> Tensor:
        """The weight as a matrix, its dimension ``dim`` first."""
        first = weight.movedim(self.dim, 0)
        made: Tensor = first.flatten(1)
        return made

    @no_grad()
    def _iterate(self, matrix: Tensor, steps: int) -> None:
        """Move u and v towards the singular vectors of the largest singular value."""
        for _ in range(steps):
            self._u.copy_(F.normalize(matrix.mv(self._v), dim=0, eps=self.eps))
            self._v.copy_(F.normalize(matrix.T.mv(self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Any:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._iterate(matrix.detach(), self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()
        return weight / u.dot(matrix.mv(v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Any,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Any:
    r"""Divide a weight by its largest singular value, which power iteration estimates.

    .. math:: W / \sigma(W), \quad \sigma(W) = \max_{h \neq 0} \lVert W h \rVert / \lVert h \rVert

    Parameters
    ----------
    module : Module
    name : str
        The parameter.
    n_power_iterations : int
        Steps of the power iteration in each call, in training.
    eps : float
        The least length that is divided by.
    dim : int, optional
        Where the outputs are: 0, and 1 for transposed convolutions.

    Examples
    --------
    >>> import edugrad
    >>> layer = spectral_norm(edugrad.nn.Linear(3, 4))
    >>> float(edugrad.linalg.matrix_norm(layer.weight, 2)) < 1.1
    True

    Notes
    -----
    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018.
    PyTorch: ``torch.nn.utils.parametrizations.spectral_norm``.
    """
    weight = getattr(module, name)
    along = output_dimension(module) if dim is None else dim
    made = _SpectralNorm(weight, n_power_iterations, along, eps)
    return register_parametrization(module, name, made)


def output_dimension(module: Any) -> int:
    """Where the outputs are in a layer's weight."""
    return 1 if type(module).__name__.startswith("ConvTranspose") else 0


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Any:
        return weight_v * (weight_g / norm_except(weight_v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except(weight, self.dim), weight


def weight_norm(module: Any, name: str = "weight", dim: int = 0) -> Any:
    """A weight as its length, for each index of ``dim``, and its direction.

    Examples
    --------
    >>> import edugrad
    >>> layer = weight_norm(edugrad.nn.Linear(20, 40))
    >>> layer.parametrizations.weight.original0.shape
    edugrad.Size([40, 1])

    Notes
    -----
    PyTorch: ``torch.nn.utils.parametrizations.weight_norm``.
    """
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _Orthogonal(Module):
    base: Tensor

    def __init__(self, weight: Tensor, orthogonal_map: str) -> None:
        super().__init__()
        self.orthogonal_map = orthogonal_map
        self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Any:
        height, width = X.shape[-2:]
        tall = X if height >= width else X.mT
        size, columns = max(height, width), min(height, width)
        lower = tall.tril()
        if columns < size:
            filling = lower.new_zeros(*lower.shape[:-1], size - columns)
            lower = lower.new_zeros(0) if lower.numel() == 0 else _beside(lower, filling)
        skew = lower - lower.mT
        if self.orthogonal_map == "matrix_exp":
            found = linalg.matrix_exp(skew)
        else:
            identity = skew.new_ones(size).diag_embed()
            found = linalg.solve(identity - skew / 2, identity + skew / 2)
        found = (self.base @ found)[..., :columns]
        return found if height >= width else found.mT

    @no_grad()
    def right_inverse(self, Q: Tensor) -> Tensor:
        height, width = Q.shape[-2:]
        tall = Q if height >= width else Q.mT
        q, r = linalg.qr(tall, mode="complete")
        columns = tall.shape[-1]
        signs = r.diagonal(dim1=-2, dim2=-1).sign()
        q[..., :columns] *= signs.unsqueeze(-2)
        self._buffers["base"] = q
        start = Q.new_zeros(Q.shape)
        start.diagonal(dim1=-2, dim2=-1).fill_(-1)
        return start


def _beside(left: Tensor, right: Tensor) -> Tensor:
    from ...ops.joining import cat

    made: Tensor = cat([left, right], -1)
    return made


def orthogonal(
    module: Any,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Any:
    """A matrix whose columns (or rows, if it is wide) stay at right angles, of length 1.

    Parameters
    ----------
    module : Module
    name : str
        The parameter.
    orthogonal_map : {"matrix_exp", "cayley"}, optional
        How a matrix without constraint is made orthogonal; PyTorch's "householder" is not there.
    use_trivialization : bool
        Accepted: it starts from the orthogonal matrix next to the weight.

    Raises
    ------
    NotImplementedError
        For "householder".

    Notes
    -----
    PyTorch: ``torch.nn.utils.parametrizations.orthogonal``, whose default for matrices that are not
    square is "householder"; here it is "matrix_exp".
    """
    weight = getattr(module, name)
    if weight.ndim < 2:
        raise ValueError(
            teach(
                "Expected a matrix or batch of matrices.",
                got=f"a tensor of {weight.ndim} dimensions",
                mend="name a parameter that is a matrix",
            )
        )
    chosen = orthogonal_map or "matrix_exp"
    if chosen == "householder":
        raise NotImplementedError(
            teach(
                "edugrad has no householder map",
                got=f"orthogonal_map={orthogonal_map!r}",
                mend='use "matrix_exp" or "cayley"',
            )
        )
    if chosen not in ("matrix_exp", "cayley"):
        raise ValueError(
            teach(
                'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". '
                f"Got: {orthogonal_map}",
                got=repr(orthogonal_map),
                mend='use "matrix_exp"',
            )
        )
    return register_parametrization(module, name, _Orthogonal(weight, chosen), unsafe=True)
