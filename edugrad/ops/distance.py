"""Lengths, angles and distances of vectors."""

from __future__ import annotations

from typing import Any

from ..autograd.grad_mode import no_grad
from ..errors import teach
from ..tensor import Tensor
from .arithmetic import div
from .checks import scalar_type
from .norms import vector_norm
from .registry import Sample, T, register
from .reshaping import broadcast_tensors

FUNCTIONAL = "edugrad.nn.functional"


@register(
    None,
    samples=[
        Sample(T(2, 3)),
        Sample(T(2, 3), 1.0, 0),
        Sample(T(3), p=3.0, dim=-1, eps=1e-3),
        Sample(T(2, 3), dim=(0, 1), eps=9.0),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def normalize(input: Any, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Any = None) -> Any:
    r"""Divide vectors by their length: each has length 1 afterwards.

    .. math:: \frac{v}{\max(\lVert v \rVert_p, \epsilon)}

    Parameters
    ----------
    input : Tensor
    p : float
        Which length: 2 for the Euclidean.
    dim : int or tuple of int
        Along which dimension the vectors lie.
    eps : float
        What a shorter vector is divided by.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.functional.normalize(edugrad.tensor([[3.0, 4.0], [0.0, 0.0]]))
    tensor([[0.6000, 0.8000],
            [0.0000, 0.0000]])

    Notes
    -----
    PyTorch: ``torch.nn.functional.normalize``.
    """
    length = vector_norm(input, p, dim, True).clamp_min(eps).expand_as(input)
    return div(input, length, out=out)


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 3)),
        Sample(T(2, 3), T(2, 3), 0),
        Sample(T(2, 3, 4), T(3, 1), dim=-2, eps=1e-6),
        Sample(T(3), T(3), dim=0),
    ],
    method=False,
)
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    r"""The cosine of the angle between vectors: 1 for one direction, -1 for opposite ones.

    .. math:: \frac{x_1 \cdot x_2}
              {\max(\lVert x_1 \rVert, \epsilon) \, \max(\lVert x_2 \rVert, \epsilon)}

    Parameters
    ----------
    x1, x2 : Tensor
        Broadcast against each other.
    dim : int
        Along which the vectors lie.
    eps : float
        The least length.

    Raises
    ------
    RuntimeError
        If both hold whole numbers.

    Examples
    --------
    >>> import edugrad
    >>> x, y = edugrad.tensor([1.0, 1.0]), edugrad.tensor([2.0, 0.0])
    >>> edugrad.cosine_similarity(x, y, dim=0)
    tensor(0.7071)

    Notes
    -----
    PyTorch: ``torch.nn.functional.cosine_similarity``.
    """
    if not (x1.is_floating_point() or x2.is_floating_point()):
        raise RuntimeError(
            teach(
                "expected common dtype to be floating point, yet common dtype is "
                f"{scalar_type(x1)}",
                got=f"vectors of {x1.dtype} and {x2.dtype}",
                mend="convert them first, with x.float()",
            )
        )
    x1, x2 = x1.to(_common(x1, x2)), x2.to(_common(x1, x2))
    x1, x2 = broadcast_tensors(x1, x2)
    return (_unit(x1, dim, eps) * _unit(x2, dim, eps)).sum(dim)


def _common(x1: Tensor, x2: Tensor) -> Any:
    """The dtype of both: a floating one before an integer one, the wider of two."""
    floating = [each.dtype for each in (x1, x2) if each.is_floating_point()]
    return max(floating, key=lambda dtype: dtype.numpy.itemsize)


def _unit(vectors: Tensor, dim: int, eps: float) -> Any:
    """Vectors over their lengths; too short a length is raised without the gradient's notice."""
    length = vector_norm(vectors, 2, dim, True).clone()
    with no_grad():
        length.clamp_(min=eps)
    return vectors / length


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 3)),
        Sample(T(2, 3), T(3), 1.0),
        Sample(T(3), T(3), p=3.0, eps=1e-2, keepdim=True),
        Sample(T(2, 4, 3), T(4, 3), float("inf")),
    ],
    method=False,
)
def pairwise_distance(
    x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Any:
    r"""The distance of each vector in ``x1`` from the one at the same place in ``x2``.

    .. math:: \lVert x_1 - x_2 + \epsilon \rVert_p

    Parameters
    ----------
    x1, x2 : Tensor
        Vectors along the last dimension; broadcast against each other.
    p : float
        Which length: 2 for the Euclidean.
    eps : float
        Added to each difference, so that the gradient at a distance of 0 is finite.
    keepdim : bool
        Keep the last dimension with length 1.

    Examples
    --------
    >>> import edugrad
    >>> x, y = edugrad.tensor([[0.0, 0.0]]), edugrad.tensor([[3.0, 4.0]])
    >>> edugrad.pairwise_distance(x, y)
    tensor([5.0000])

    Notes
    -----
    PyTorch: ``torch.nn.functional.pairwise_distance``.
    """
    last = max(x1.ndim, x2.ndim) - 1
    return vector_norm(x1 - x2 + eps, p, last, keepdim)
