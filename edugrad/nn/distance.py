"""How far apart, or how alike in direction, two tensors are: as modules."""

from __future__ import annotations

from typing import Any

from . import functional as F
from .module import Module


class CosineSimilarity(Module):
    r"""The cosine of the angle between two tensors of vectors.

    .. math:: \frac{x_1 \cdot x_2}
        {\max(\lVert x_1 \rVert, \epsilon) \max(\lVert x_2 \rVert, \epsilon)}

    Parameters
    ----------
    dim : int
        Along which the vectors lie.
    eps : float
        The shortest length that is divided by.

    Examples
    --------
    >>> import edugrad
    >>> first, second = edugrad.tensor([[1.0, 0.0]]), edugrad.tensor([[1.0, 1.0]])
    >>> edugrad.nn.CosineSimilarity()(first, second)
    tensor([0.7071])

    Notes
    -----
    PyTorch: ``torch.nn.CosineSimilarity``.
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Any, x2: Any) -> Any:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    r"""The distance between vectors of two tensors, row by row.

    .. math:: \lVert x_1 - x_2 + \epsilon \rVert_p

    Parameters
    ----------
    p : float
        Which norm measures it.
    eps : float
        Keeps the distance from 0, where it has no derivative.
    keepdim : bool
        Keep the last dimension, of length 1.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.PairwiseDistance()(edugrad.tensor([[0.0, 0.0]]), edugrad.tensor([[3.0, 4.0]]))
    tensor([5.0000])

    Notes
    -----
    PyTorch: ``torch.nn.PairwiseDistance``.
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Any, x2: Any) -> Any:
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
