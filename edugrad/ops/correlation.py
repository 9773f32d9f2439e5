"""Covariance and correlation of variables, and vectors brought to a largest norm."""

from __future__ import annotations

from typing import Any

from ..dtypes import get_default_dtype
from ..errors import teach
from .norms import vector_norm
from .registry import Sample, T, register


@register(None, samples=[Sample(T(3, 5)), Sample(T(4)), Sample(T(2, 4), correction=0)])
def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """The covariance of variables (rows) over observations (columns).

    Parameters
    ----------
    input : Tensor
        A matrix, or one variable.
    correction : int
        What is taken from the number of observations in the divisor.
    fweights, aweights : Tensor, optional
        How often each observation was made, and how much it counts.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.cov(edugrad.tensor([[0.0, 2.0], [2.0, 0.0]]))
    tensor([[ 2., -2.],
            [-2.,  2.]])

    Notes
    -----
    PyTorch: ``torch.cov``.
    """
    _check_weights(input, fweights=fweights, aweights=aweights)
    rows = input.reshape(1, -1) if input.ndim < 2 else input
    if not rows.is_floating_point():
        rows = rows.to(get_default_dtype())
    weights = None
    if fweights is not None:
        weights = fweights
    if aweights is not None:
        weights = aweights if weights is None else weights * aweights
    if weights is None:
        count = rows.shape[1]
        centred = rows - rows.mean(1, keepdim=True)
        divisor: Any = count - correction
        product = centred @ centred.mT
    else:
        total = weights.sum()
        centred = rows - (rows * weights).sum(1, keepdim=True) / total
        divisor = total - correction
        if aweights is not None:
            divisor = total - correction * (weights * aweights).sum() / total
        product = (centred * weights) @ centred.mT
    return (product / divisor).squeeze()


def _check_weights(input: Any, **weights: Any) -> None:
    """Refuse more than two dimensions, and weights that are not one for each observation."""
    rule = "expected input to have two or fewer dimensions" if input.ndim > 2 else ""
    for name, given in weights.items():
        if given is None:
            continue
        if given.ndim > 1:
            rule = f"expected {name} to have one or fewer dimensions"
        elif given.is_floating_point() != (name == "aweights"):
            kind = "floating point" if name == "aweights" else "integral"
            rule = f"expected {name} to have {kind} dtype"
        elif given.numel() != (input.shape[-1] if input.ndim else 1):
            rule = f"expected {name} to have the same numel as there are observations in the input"
        elif bool((given < 0).any()):
            rule = f"{name} cannot be negative"
    if rule:
        raise RuntimeError(
            teach(
                f"cov(): {rule}",
                got=f"an input of shape {tuple(input.shape)} and weights",
                mend="rows are variables, columns observations, each of which has one weight",
            )
        )


@register(None, samples=[Sample(T(3, 5)), Sample(T(4))])
def corrcoef(input: Any) -> Any:
    """Pearson's correlation of variables (rows) over observations. PyTorch: ``torch.corrcoef``."""
    matrix = cov(input)
    if not matrix.ndim:
        return matrix / matrix
    deviation = matrix.diagonal().sqrt()
    return (matrix / deviation[:, None] / deviation).clamp(-1, 1)


@register(
    None,
    samples=[Sample(T(3, 4), 2, 0, 1.0), Sample(T(2, 3, 2), p=1, dim=1, maxnorm=2.0)],
    inplace=True,
    out=True,
)
def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Any:
    """Scale down each slice along ``dim`` whose p-norm is above ``maxnorm``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.renorm(edugrad.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])

    Notes
    -----
    PyTorch: ``torch.renorm``.
    """
    if input.ndim < 2:
        raise RuntimeError(
            teach(
                f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="make it a matrix with unsqueeze(0): its slices are scaled",
            )
        )
    others = [each for each in range(input.ndim) if each != dim % input.ndim]
    norms = vector_norm(input, p, others, True)
    factor = (maxnorm / (norms + 1e-7)).where(norms > maxnorm, norms.new_ones(()))
    return input * factor
