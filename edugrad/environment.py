"""How PyTorch is asked about, and told of, its surroundings; what edugrad answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from . import devices, dtypes
from .devices import Device
from .errors import teach
from .tensor import Tensor


def get_num_threads() -> int:
    """How many cores there are for the array library. PyTorch: ``torch.get_num_threads``."""
    return os.cpu_count() or 1


get_num_interop_threads = get_num_threads


def set_num_threads(num: int) -> None:
    """Accepted and without effect: OMP_NUM_THREADS decides, before the start.

    PyTorch: ``torch.set_num_threads``.
    """


def set_num_interop_threads(num: int) -> None:
    """Accepted and without effect. PyTorch: ``torch.set_num_interop_threads``."""


def get_float32_matmul_precision() -> str:
    """Always "highest": products are computed as they are written.

    PyTorch: ``torch.get_float32_matmul_precision``.
    """
    return "highest"


def set_float32_matmul_precision(precision: str) -> None:
    """Accepted and without effect. PyTorch: ``torch.set_float32_matmul_precision``."""


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accepted and without effect: there are no others.

    PyTorch: ``torch.use_deterministic_algorithms``.
    """


def are_deterministic_algorithms_enabled() -> bool:
    """Always True. PyTorch: ``torch.are_deterministic_algorithms_enabled``."""
    return True


def get_default_device() -> Device:
    """Where tensors are made unless told otherwise. PyTorch: ``torch.get_default_device``."""
    return devices.resolve(None)


def set_default_device(device: Any) -> None:
    """Make tensors on that device unless told otherwise; None is the CPU.

    Raises
    ------
    RuntimeError
        If there is no such device here.

    Notes
    -----
    PyTorch: ``torch.set_default_device``. For a block alone: ``with edugrad.device("cuda"):``.
    """
    devices.set_default(device)


def set_default_tensor_type(t: Any) -> None:
    """Set the default dtype by a type such as ``FloatTensor``, or its name.

    PyTorch: ``torch.set_default_tensor_type``.
    """
    name = t if isinstance(t, str) else t.__name__
    kinds = {"HalfTensor": "float16", "FloatTensor": "float32", "DoubleTensor": "float64"}
    kind = kinds.get(name.rpartition(".")[2])
    if kind is None:
        raise TypeError(
            teach(
                "only floating-point types are supported as the default type",
                got=name,
                mend="use FloatTensor or DoubleTensor, or set_default_dtype",
            )
        )
    dtypes.set_default_dtype(dtypes.named(kind))


def compile(model: Any = None, **options: Any) -> Any:
    """The function or module itself: edugrad has no compiler.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.compile(edugrad.exp) is edugrad.exp
    True

    Notes
    -----
    PyTorch: ``torch.compile``, whose result computes the same.
    """
    if model is None:
        identity: Callable[[Any], Any] = lambda function: function  # noqa: E731
        return identity
    return model


def is_floating_point(input: Tensor) -> bool:
    """Whether the elements are floating-point numbers. PyTorch: ``torch.is_floating_point``."""
    return input.is_floating_point()


def is_complex(input: Tensor) -> bool:
    """Always False: edugrad has no complex types yet. PyTorch: ``torch.is_complex``."""
    return input.is_complex()


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element is not zero. PyTorch: ``torch.is_nonzero``."""
    return bool(input)


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have one shape. PyTorch: ``torch.is_same_size``."""
    return input.shape == other.shape


def result_type(tensor: Any, other: Any) -> dtypes.DType:
    """The dtype that an operation of both would have. PyTorch: ``torch.result_type``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.result_type(edugrad.tensor([1, 2]), 1.5)
    edugrad.float32
    """
    return dtypes.result_type(
        [
            (each.dtype, each.ndim) if isinstance(each, Tensor) else (dtypes.of_scalar(each), None)
            for each in (tensor, other)
        ]
    )


def can_cast(from_: Any, to: Any) -> bool:
    """Whether a category of dtypes may be written into another. PyTorch: ``torch.can_cast``."""
    return dtypes.check(from_).category <= dtypes.check(to).category
