"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import teach
from ...ops.joining import cat
from ...tensor import Tensor
from ..naming import typename


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The elements of all parameters, one after the other; gradients flow through it.

    Examples
    --------
    >>> from edugrad import nn
    >>> parameters_to_vector(nn.Linear(3, 2).parameters()).shape
    edugrad.Size([8])

    Notes
    -----
    PyTorch: ``torch.nn.utils.parameters_to_vector``.
    """
    given = list(parameters)
    _check_devices(given)
    vector: Tensor = cat([each.reshape(-1) for each in given])
    return vector


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Give the parameters the elements of a vector, whose memory they share from then on.

    Raises
    ------
    TypeError
        If ``vec`` is no tensor, or the parameters are on several devices.
    RuntimeError
        If it has too few elements; as in PyTorch, what is left over is not used.

    Notes
    -----
    PyTorch: ``torch.nn.utils.vector_to_parameters``.
    """
    if not isinstance(vec, Tensor):
        raise TypeError(
            teach(
                f"expected edugrad.Tensor, but got: {typename(vec)}",
                got=type(vec).__name__,
                mend="pass a vector such as parameters_to_vector gives",
            )
        )
    given = list(parameters)
    _check_devices(given)
    first = 0
    for parameter in given:
        last = first + parameter.numel()
        parameter.data = vec.detach()[first:last].view(parameter.shape)
        first = last


def _check_devices(parameters: list[Any]) -> None:
    devices = {str(each.device) for each in parameters}
    if len(devices) > 1:
        raise TypeError(
            teach(
                "Found two parameters on different devices, this is currently not supported.",
                got=f"parameters on {' and '.join(sorted(devices))}",
                mend="move the whole model to one device: model.to(device)",
            )
        )
