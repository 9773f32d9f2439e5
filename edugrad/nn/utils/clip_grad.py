"""Keeping gradients small: ``torch.nn.utils.clip_grad_norm_`` and its like."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from ... import creation, linalg
from ...autograd.grad_mode import no_grad
from ...errors import teach
from ...ops.joining import stack
from ...tensor import Tensor


@no_grad()
def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all elements of several tensors, as if they were one vector.

    Parameters
    ----------
    tensors : Tensor or iterable of Tensor
    norm_type : float
        The order of the norm; ``float("inf")`` is the largest absolute value.
    error_if_nonfinite : bool
        Whether to raise where the norm is nan or infinite.
    foreach : bool, optional
        Taken for the sake of PyTorch's programs; it changes nothing.

    Returns
    -------
    Tensor of shape ()

    Notes
    -----
    PyTorch: ``torch.nn.utils.get_total_norm``.
    """
    several = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not several:
        return creation.tensor(0.0)
    order = float(norm_type)
    norms = [linalg.vector_norm(each, order).to(several[0].device) for each in several]
    total = linalg.vector_norm(stack(norms), order)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(
            teach(
                f"The total norm of order {order} for gradients from `parameters` is non-finite, "
                "so it cannot be clipped. To disable this error and scale the gradients by the "
                "non-finite norm anyway, set `error_if_nonfinite=False`",
                got=f"a norm of {total.item()}",
                mend="find where it begins: with edugrad.autograd.detect_anomaly(): …",
            )
        )
    return total


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    r"""Scale the gradients of all parameters, in place, so that their norm is at most ``max_norm``.

    .. math:: g \leftarrow g \cdot \min(1, \text{max\_norm} / (\|g\| + 10^{-6}))

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those without a gradient are passed over.
    max_norm : float
    norm_type : float
        The order of the norm.
    error_if_nonfinite : bool
        Whether to raise where the norm is nan or infinite.
    foreach : bool, optional
        Changes nothing here.

    Returns
    -------
    Tensor
        The norm before.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([3.0, 4.0], requires_grad=True)
    >>> (x * x / 2).sum().backward()
    >>> clip_grad_norm_([x], max_norm=1.0)
    tensor(5.)
    >>> x.grad
    tensor([0.6000, 0.8000])

    Notes
    -----
    Pascanu et al., "On the difficulty of training recurrent neural networks", 2013.
    PyTorch: ``torch.nn.utils.clip_grad_norm_``.
    """
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    if not given and isinstance(parameters, Iterator):
        warnings.warn(
            "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2
        )
    total = get_total_norm(_gradients(given), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(given, max_norm, total)
    return total


@no_grad()
def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    total_norm: Tensor,
    foreach: bool | None = None,
) -> None:
    """Scale the gradients as :func:`clip_grad_norm_` does, by a norm that is known already."""
    factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    for gradient in _gradients(parameters):
        gradient.mul_(factor.to(gradient.device))


@no_grad()
def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Bring every element of the gradients, in place, between ``-clip_value`` and ``clip_value``.

    PyTorch: ``torch.nn.utils.clip_grad_value_``.
    """
    bound = float(clip_value)
    for gradient in _gradients(parameters):
        gradient.clamp_(-bound, bound)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Any]:
    given = [parameters] if isinstance(parameters, Tensor) else parameters
    return [each.grad for each in given if each.grad is not None]
