"""What several ops refuse, and how they say so."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from ..tensor import Tensor


def need_float(rule: str, *inputs: Any) -> None:
    """Refuse tensors that do not hold floating-point numbers.

    Raises
    ------
    RuntimeError
        That begins with ``rule``.
    """
    for each in inputs:
        if not each.is_floating_point():
            raise RuntimeError(
                teach(
                    rule, got=f"a tensor of {each.dtype}", mend="convert it first, with x.float()"
                )
            )


KINDS = {
    "bool": "Bool",
    "uint8": "Byte",
    "int8": "Char",
    "int16": "Short",
    "int32": "Int",
    "int64": "Long",
    "float16": "Half",
    "float32": "Float",
    "float64": "Double",
}


def scalar_type(tensor: Tensor) -> str:
    """What PyTorch's messages call the type of a tensor's elements: Float, Long and so on."""
    return KINDS[tensor._array.dtype.name]


def need_kernel(kernel: str, kinds: str, array: Any) -> None:
    """Refuse an array of a dtype for which there is no such computation.

    Parameters
    ----------
    kernel : str
        PyTorch's name of the computation.
    kinds : str
        Letters of the dtypes that are taken: "f", "i", "u", "b".
    array : array

    Raises
    ------
    NotImplementedError
        As in PyTorch.
    """
    if array.dtype.kind in kinds:
        return
    taken = "floating-point" if kinds == "f" else "integer" if kinds == "iu" else "other"
    raise NotImplementedError(
        teach(
            f"\"{kernel}\" not implemented for '{KINDS[array.dtype.name]}'",
            got=f"a tensor of {array.dtype.name}",
            mend=f"it takes {taken} tensors: convert with .float() or .int() first",
        )
    )


def need_tensors(name: str, **arguments: Any) -> None:
    """Refuse arguments that are no tensors.

    Raises
    ------
    TypeError
        That names the first such argument of the function ``name``.
    """
    for position, (argument, value) in enumerate(arguments.items(), 1):
        if not isinstance(value, Tensor):
            kind = type(value).__name__
            raise TypeError(
                teach(
                    f"{name}(): argument '{argument}' (position {position}) must be Tensor, "
                    f"not {kind}",
                    got=f"{value!r:.60}",
                    mend="wrap a number or a list with edugrad.tensor(…)",
                )
            )


def need_floating(kernel: str, *inputs: Any) -> None:
    """Refuse what PyTorch has no kernel for: tensors that hold no floating-point numbers.

    Raises
    ------
    NotImplementedError
        In PyTorch's words, with the name of its ``kernel``.
    """
    for each in inputs:
        need_kernel(kernel, "f", each._array)
