"""Which device a loaded tensor goes to: ``map_location``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import devices
from ..errors import teach
from ..tensor import Tensor


class Placement:
    """What ``map_location`` says, for one call of ``load``."""

    def __init__(self, map_location: Any) -> None:
        self.wanted = map_location
        if isinstance(map_location, (str, devices.Device)):
            self.wanted = devices.resolve(map_location)

    def tensor(self, array: np.ndarray, location: str) -> Tensor:
        """A tensor over the array, on the device that is meant for those of ``location``."""
        made: Tensor = Tensor._wrap(array, devices.CPU)
        target: Any = self.wanted
        if isinstance(target, dict):
            target = target.get(location, location)
        elif callable(target) and not isinstance(target, devices.Device):
            target = target(made, location)
            if isinstance(target, Tensor):
                return target
        return made.to(self._device(location if target is None else target))

    def _device(self, target: Any) -> devices.Device:
        try:
            device = devices.resolve(target)
        except RuntimeError:
            raise RuntimeError(_nowhere(f"device {target}")) from None
        if device.type == "cuda" and not devices.cuda_is_available():
            raise RuntimeError(_nowhere("edugrad.cuda.is_available() is False"))
        return device


def _nowhere(got: str) -> str:
    return teach(
        "Attempting to deserialize object on a device that is not here",
        got=got,
        mend='edugrad.load(path, map_location="cpu") brings all tensors to the CPU',
    )
