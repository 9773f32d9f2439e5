"""Devices, and the only door to array modules: NumPy for "cpu", CuPy for "cuda"."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from .errors import teach

F = TypeVar("F", bound=Callable[..., Any])

_modules: dict[str, Any] = {"cpu": np}
_devices: dict[tuple[str, int | None], Device] = {}
_NOWHERE = contextlib.nullcontext()


class Device:
    """Where a tensor's elements live: ``"cpu"``, ``"cuda"`` or ``"cuda:1"``.

    There is one object for each device, so two devices are equal exactly if they are the same.

    Examples
    --------
    >>> device("cuda:1")
    device(type='cuda', index=1)
    >>> str(device("cpu"))
    'cpu'

    Notes
    -----
    PyTorch: ``torch.device``.
    """

    __slots__ = ("type", "index", "xp")
    type: str
    index: int | None
    xp: Any

    def __new__(cls, type: Any, index: int | None = None) -> Device:
        if isinstance(type, Device):
            return type
        kind, number = _parse(type, index)
        known = _devices.get((kind, number))
        if known is None:
            known = object.__new__(cls)
            known.type, known.index = kind, number
            _devices[kind, number] = known
        return known

    def __getattr__(self, name: str) -> Any:
        """Find the array module, ``xp``, when it is first asked for; then it is kept."""
        if name != "xp":
            raise AttributeError(f"'device' object has no attribute {name!r}")
        self.xp = array_module(self.type)
        return self.xp

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self) -> Any:
        return Device, (self.type, self.index)

    def __enter__(self) -> Device:
        """Make tensors here, within the block, unless told otherwise."""
        _defaults.append(resolve(self))
        return self

    def __exit__(self, *exception: object) -> None:
        _defaults.pop()

    def __call__(self, function: F) -> F:
        """The function, whose tensors are made here unless told otherwise."""

        @functools.wraps(function)
        def placed(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return placed  # type: ignore[return-value]


device = Device


def _parse(text: Any, index: int | None) -> tuple[str, int | None]:
    if isinstance(text, int) and not isinstance(text, bool):
        return "cuda", text
    kind, colon, number = text.partition(":") if isinstance(text, str) else ("", "", "")
    if kind not in ("cpu", "cuda"):
        raise _no_device(
            f"Expected one of cpu, cuda device type at start of device string: {text}", text
        )
    if colon and not number.isdigit():
        raise _no_device(f"Invalid device string: '{text}'", text)
    if number and index is not None:
        raise _no_device(
            f"type (string) must not include an index because index was passed explicitly: {text}",
            text,
        )
    if number:
        index = int(number)
    return kind, None if kind == "cpu" else index


def _no_device(rule: str, given: Any) -> RuntimeError:
    return RuntimeError(
        teach(
            rule,
            got=repr(given),
            mend='a device is "cpu", "cuda" or e.g. "cuda:1": '
            'use "cuda" if edugrad.cuda.is_available() else "cpu"',
        )
    )


def resolve(target: Any) -> Device:
    """The one device that is meant: None is where tensors are made, "cuda" the first GPU."""
    if target is None:
        return _defaults[-1]
    found = Device(target)
    return Device("cuda", 0) if found.type == "cuda" and found.index is None else found


def array_module(kind: str) -> Any:
    """The module whose arrays live on devices of this kind; loads CuPy on first use."""
    module = _modules.get(kind)
    if module is None:
        module = _modules[kind] = _load_cupy()
    return module


def use_array_module(kind: str, module: Any | None) -> None:
    """Answer for devices of this kind with ``module``; None goes back to the real one.

    The test-suite puts a strict stand-in for CuPy here, so that every op is tried on arrays that
    refuse to mix with NumPy's.
    """
    if module is None:
        _modules.pop(kind, None)
    else:
        _modules[kind] = module
    for known in _devices.values():
        if known.type == kind:
            with contextlib.suppress(AttributeError):
                del known.xp


def _load_cupy() -> Any:
    try:
        import cupy
    except ImportError:
        raise RuntimeError(
            teach(
                "a CUDA device needs CuPy",
                got="CuPy is not installed",
                mend='use device="cpu", or on a machine with an NVIDIA GPU '
                "pip install 'edugrad-lessons[cuda12]'",
            )
        ) from None
    if not cupy.cuda.is_available():
        raise RuntimeError(
            teach(
                "a CUDA device needs an NVIDIA GPU and its driver",
                got="CuPy is installed but finds no GPU",
                mend='use device="cpu"; `nvidia-smi` in a terminal says what the driver sees',
            )
        )
    return cupy


def cuda_is_available() -> bool:
    """Whether a tensor can be put on ``"cuda"``."""
    if "cuda" in _modules:
        return True
    try:
        array_module("cuda")
    except RuntimeError:
        return False
    return True


def on(target: Device) -> contextlib.AbstractContextManager[Any]:
    """Make ``target`` the current GPU while the block runs (nothing to do on the CPU)."""
    if target.type == "cpu":
        return _NOWHERE
    return target.xp.cuda.Device(target.index)


def of_array(array: Any) -> Device:
    """The device that an array lives on."""
    if isinstance(array, np.ndarray):
        return CPU
    return Device("cuda", array.device.id)


def to_numpy(array: Any) -> np.ndarray:
    """Copy an array from whatever device to a NumPy array (the same object if it is one)."""
    if isinstance(array, np.ndarray):
        return array
    return array.get()


def move(array: Any, source: Device, target: Device) -> Any:
    """Copy ``array`` from ``source`` to ``target``."""
    if source is target:
        return array
    if target.type == "cpu":
        return to_numpy(array)
    with on(target):
        return target.xp.asarray(array)


def set_default(target: Any) -> None:
    """Make tensors there unless told otherwise; None goes back to the CPU."""
    found = CPU if target is None else resolve(target)
    array_module(found.type)
    _defaults[0] = found


CPU = Device("cpu")
_defaults = [CPU]  # the last one counts: `with device(…):` adds one
