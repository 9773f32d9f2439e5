"""GradScaler: a loss made larger so that its gradients fit into float16."""

from __future__ import annotations

import warnings
from typing import Any

from .. import cuda
from ..errors import teach


class GradScaler:
    """Scales a loss, and undoes it in the gradients; here only in its switched-off form.

    As in PyTorch it switches itself off, with a warning, on a machine without a GPU: ``scale``
    gives back the loss, ``step(optimizer)`` is ``optimizer.step()``.

    Raises
    ------
    NotImplementedError
        If it is enabled where there is a GPU, or for another device.

    Examples
    --------
    >>> import edugrad
    >>> scaler = GradScaler("cuda", enabled=False)
    >>> scaler.scale(edugrad.tensor(2.0)), scaler.get_scale()
    (tensor(2.), 1.0)

    Notes
    -----
    PyTorch: ``torch.amp.GradScaler``.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if enabled and device == "cuda" and not cuda.is_available():
            warnings.warn(
                "edugrad.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.",
                stacklevel=2,
            )
            enabled = False
        if enabled:
            raise NotImplementedError(
                teach(
                    "edugrad computes in the precision of its tensors: no loss needs to be scaled",
                    got=f"GradScaler({device!r}) with enabled=True",
                    mend="pass enabled=False",
                )
            )

    def scale(self, outputs: Any) -> Any:
        """The outputs themselves."""
        return outputs

    def unscale_(self, optimizer: Any) -> None:
        """Nothing was scaled."""

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """One step of the optimizer."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale: Any = None) -> None:
        """There is no scale to change."""

    def get_scale(self) -> float:
        """Always 1."""
        return 1.0

    def is_enabled(self) -> bool:
        """Always False."""
        return False

    def state_dict(self) -> dict[str, Any]:
        """Empty, as in PyTorch where it is switched off."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """There is no state to take."""
