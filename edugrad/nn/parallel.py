"""DataParallel, for scripts that wrap their model in it: ``torch.nn.parallel``."""

from __future__ import annotations

from typing import Any

from .module import Module


class DataParallel(Module):
    """A module as the part ``module`` of another, which passes calls on to it.

    PyTorch splits a batch over several GPUs and, where there are none, does what edugrad does
    everywhere: it calls the module with the whole batch, which gives the same numbers.

    Parameters
    ----------
    module : Module
    device_ids, output_device, dim
        Accepted, without effect.

    Examples
    --------
    >>> from edugrad import nn
    >>> list(DataParallel(nn.Linear(2, 1)).state_dict())
    ['module.weight', 'module.bias']

    Notes
    -----
    PyTorch: ``torch.nn.DataParallel``.
    """

    def __init__(
        self, module: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[Any] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)
