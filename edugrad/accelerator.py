"""The accelerator of this machine, which is a GPU of NVIDIA or none: ``torch.accelerator``."""

from __future__ import annotations

from typing import Any

from . import cuda
from .devices import Device, device
from .errors import teach


def is_available() -> bool:
    """Whether there is one. PyTorch: ``torch.accelerator.is_available``."""
    return cuda.is_available()


def device_count() -> int:
    """How many there are. PyTorch: ``torch.accelerator.device_count``."""
    return cuda.device_count()


def current_accelerator(check_available: bool = False) -> Device | None:
    """Its device, None if there is none. PyTorch: ``torch.accelerator.current_accelerator``.

    Examples
    --------
    >>> import edugrad
    >>> found = current_accelerator()
    >>> kind = "cpu" if found is None else found.type
    """
    return device("cuda") if cuda.is_available() else None


def synchronize(device: Any = None, /) -> None:
    """Wait until the accelerator has done its work.

    Raises
    ------
    RuntimeError
        If there is none.

    Notes
    -----
    PyTorch: ``torch.accelerator.synchronize``.
    """
    if not cuda.is_available():
        raise RuntimeError(
            teach(
                "Cannot access accelerator device when none is available.",
                got="accelerator.synchronize() on a machine without one",
                mend="ask accelerator.is_available() first",
            )
        )
    cuda.synchronize(device)
