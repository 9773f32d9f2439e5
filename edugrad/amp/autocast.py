"""autocast: the block in which PyTorch chooses a precision for each operation."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from .. import cuda
from ..errors import teach


def is_autocast_available(device_type: str) -> bool:
    """Always False. PyTorch: ``torch.amp.is_autocast_available``."""
    return False


class autocast:
    """A block, or a decorated function, in which operations choose their precision.

    edugrad has none that do: the block is only entered where PyTorch switches it off, with
    ``enabled=False`` or, with PyTorch's warning, for "cuda" on a machine without a GPU.

    Parameters
    ----------
    device_type : str
        "cpu" or "cuda".
    dtype : dtype, optional
        The lower precision.
    enabled : bool
    cache_enabled : bool, optional
        Accepted, without effect.

    Raises
    ------
    NotImplementedError
        If PyTorch would compute in another precision than the tensors have.

    Examples
    --------
    >>> import edugrad
    >>> with edugrad.autocast("cpu", enabled=False):
    ...     print((edugrad.ones(2) @ edugrad.ones(2)).dtype)
    edugrad.float32

    Notes
    -----
    PyTorch: ``torch.amp.autocast``, ``torch.autocast``.
    """

    def __init__(
        self,
        device_type: str,
        dtype: Any = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if enabled and device_type == "cuda" and not cuda.is_available():
            warnings.warn(
                "CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=2
            )
            enabled = False
        if enabled:
            raise NotImplementedError(
                teach(
                    "edugrad computes in the precision of its tensors: it has no mixed precision "
                    "that chooses by itself",
                    got=f"autocast({device_type!r}) with enabled=True",
                    mend="pass enabled=False: results are float32; convert with .half() where it "
                    "is wanted",
                )
            )
        self.device = device_type

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to undo."""

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return decorated


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str = "cuda", cast_inputs: Any = None
) -> Any:
    """The function itself, since nothing is converted. PyTorch: ``torch.amp.custom_fwd``."""
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    return fwd


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str = "cuda") -> Any:
    """The function itself, since nothing is converted. PyTorch: ``torch.amp.custom_bwd``."""
    return functools.partial(custom_bwd, device_type=device_type) if bwd is None else bwd
