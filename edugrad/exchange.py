"""Exchanging tensors with other libraries without copying: DLPack.

Source: the Python array API's data interchange protocol; ``torch.from_dlpack``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import devices, dtypes
from .errors import teach
from .tensor import Tensor


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor on the memory of another library's array: a change of one is a change of the other.

    Parameters
    ----------
    ext_tensor : object with ``__dlpack__``
        A NumPy or CuPy array, a tensor of PyTorch or JAX, …
    device : str or Device, optional
        Where the result is to be, if not where the array is.
    copy : bool, optional
        True always copies.

    Raises
    ------
    TypeError
        If the object does not offer its memory.

    Examples
    --------
    >>> import edugrad, numpy
    >>> array = numpy.zeros(2)
    >>> tensor = edugrad.from_dlpack(array)
    >>> array[0] = 5
    >>> tensor
    tensor([5., 0.], dtype=edugrad.float64)

    Notes
    -----
    PyTorch: ``torch.from_dlpack``.
    """
    if not hasattr(ext_tensor, "__dlpack__"):
        raise TypeError(
            teach(
                "from_dlpack() takes an object that offers its memory by __dlpack__",
                got=type(ext_tensor).__name__,
                mend="use edugrad.tensor(…) to copy lists and numbers",
            )
        )
    if isinstance(ext_tensor, np.ndarray):
        array: Any = ext_tensor
    else:
        kind, _ = ext_tensor.__dlpack_device__()
        module = np if kind == CPU_KIND else devices.array_module("cuda")
        array = module.from_dlpack(ext_tensor)
    dtypes.of_array(array)
    made: Tensor = Tensor._wrap(array)
    return made if device is None and not copy else made.to(device, copy=bool(copy))


CPU_KIND = 1


def dlpack(self: Tensor, **options: Any) -> Any:
    """The memory of the tensor as a DLPack capsule, for another library to share.

    Raises
    ------
    RuntimeError
        If the tensor requires a gradient: another library could not follow it.
    """
    if self.requires_grad:
        raise RuntimeError(
            teach(
                "Can't export tensors that require gradient",
                got="a tensor that is part of a graph",
                mend="use tensor.detach()",
            )
        )
    return self._array.__dlpack__(**options)


def dlpack_device(self: Tensor) -> tuple[int, int]:
    """The kind and number of the tensor's device in DLPack's terms."""
    kind, number = self._array.__dlpack_device__()
    return int(kind), int(number)
