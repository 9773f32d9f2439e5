"""NVIDIA GPUs: whether there is one, and which."""

from __future__ import annotations

from .. import devices


def is_available() -> bool:
    """Whether tensors can be put on ``"cuda"``: CuPy is installed and finds a GPU.

    Notes
    -----
    PyTorch: ``torch.cuda.is_available``.
    """
    return devices.cuda_is_available()


def device_count() -> int:
    """The number of GPUs. PyTorch: ``torch.cuda.device_count``."""
    if not is_available():
        return 0
    return int(devices.array_module("cuda").cuda.runtime.getDeviceCount())


def get_device_name(device: int = 0) -> str:
    """The name of a GPU, as its driver gives it. PyTorch: ``torch.cuda.get_device_name``."""
    runtime = devices.array_module("cuda").cuda.runtime
    return str(runtime.getDeviceProperties(device)["name"].decode())
