"""NVIDIA GPUs: whether there is one, and which."""

from __future__ import annotations

import importlib
from typing import Any

from .. import devices
from ..errors import teach


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


def is_initialized() -> bool:
    """Whether a GPU is in use. PyTorch: ``torch.cuda.is_initialized``."""
    return is_available()


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Always False: NumPy has no bfloat16. PyTorch: ``torch.cuda.is_bf16_supported``."""
    return False


def get_device_name(device: int = 0) -> str:
    """The name of a GPU, as its driver gives it. PyTorch: ``torch.cuda.get_device_name``."""
    runtime = _needed("get_device_name").runtime
    return str(runtime.getDeviceProperties(device)["name"].decode())


def current_device() -> int:
    """The number of the current GPU. PyTorch: ``torch.cuda.current_device``."""
    return int(_needed("current_device").Device().id)


def synchronize(device: Any = None) -> None:
    """Wait until a GPU has done its work. PyTorch: ``torch.cuda.synchronize``."""
    cupy_cuda = _needed("synchronize")
    index = None if device is None else devices.resolve(device).index
    (cupy_cuda.Device() if index is None else cupy_cuda.Device(index)).synchronize()


def manual_seed(seed: int) -> None:
    """Accepted and without effect: ``edugrad.manual_seed`` rules all devices.

    PyTorch: ``torch.cuda.manual_seed``.
    """


manual_seed_all = manual_seed


def empty_cache() -> None:
    """Give memory that is kept for reuse back to the GPU. PyTorch: ``torch.cuda.empty_cache``."""
    if is_available():
        devices.array_module("cuda").get_default_memory_pool().free_all_blocks()


def memory_allocated(device: Any = None) -> int:
    """The bytes that tensors take up on the GPU; 0 without one.

    PyTorch: ``torch.cuda.memory_allocated``.
    """
    if not is_available():
        return 0
    return int(devices.array_module("cuda").get_default_memory_pool().used_bytes())


def memory_reserved(device: Any = None) -> int:
    """The bytes that are kept for tensors on the GPU; 0 without one.

    PyTorch: ``torch.cuda.memory_reserved``.
    """
    if not is_available():
        return 0
    return int(devices.array_module("cuda").get_default_memory_pool().total_bytes())


def _needed(name: str) -> Any:
    """CuPy's ``cuda``, for what makes no sense without a GPU."""
    if not is_available():
        raise AssertionError(
            teach(
                "Torch not compiled with CUDA enabled",
                got=f"cuda.{name}() on a machine where edugrad finds no GPU",
                mend="ask cuda.is_available() first",
            )
        )
    return devices.array_module("cuda").cuda


def __getattr__(name: str) -> Any:
    """``amp`` is loaded when it is first used."""
    if name == "amp":
        return importlib.import_module(".amp", __name__)
    raise AttributeError(f"module 'edugrad.cuda' has no attribute {name!r}")
