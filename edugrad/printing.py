"""How a tensor prints: PyTorch's text, digit for digit.

Source: the behaviour of ``torch.set_printoptions`` and ``repr(torch.Tensor)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import devices, dtypes
from .errors import teach

if TYPE_CHECKING:
    from .tensor import Tensor


@dataclass(frozen=True)
class Options:
    """What :func:`set_printoptions` sets."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


PROFILES = {
    "default": Options(),
    "short": Options(precision=2, edgeitems=2),
    "full": Options(threshold=math.inf),
}
_options = Options()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors print.

    Parameters
    ----------
    precision : int
        Digits after the decimal point (4).
    threshold : float
        Tensors of more elements are summarised (1000).
    edgeitems : int
        Elements shown at each end of a summarised dimension (3).
    linewidth : int
        Characters a line (80).
    profile : "default", "short" or "full"
        A set of the above to start from.
    sci_mode : bool or None
        Scientific notation always, never, or (None) where the numbers ask for it.

    Raises
    ------
    ValueError
        If there is no such profile.

    Notes
    -----
    PyTorch: ``torch.set_printoptions``.
    """
    global _options
    if profile is not None:
        if profile not in PROFILES:
            raise ValueError(
                teach(
                    f"profile is one of {', '.join(PROFILES)}",
                    got=repr(profile),
                    mend="set_printoptions(profile='default') restores the defaults",
                )
            )
        _options = PROFILES[profile]
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    _options = replace(
        _options,
        sci_mode=sci_mode,
        **{name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
    )


def tensor_text(tensor: Tensor) -> str:
    """``repr(tensor)``: its values, then what is not usual about it."""
    array = devices.to_numpy(tensor._array)
    prefix = "tensor("
    text = prefix + _array_text(array, len(prefix))
    return _with_suffixes(text, _suffixes(tensor), len(prefix)) + ")"


def _suffixes(tensor: Tensor) -> list[str]:
    suffixes = []
    if tensor._device.type != "cpu":
        suffixes.append(f"device='{tensor._device}'")
    empty = tensor._array.size == 0
    if empty and tensor._array.ndim != 1:
        suffixes.append(f"size={tuple(tensor._array.shape)}")
    usual = {dtypes.get_default_dtype()}
    if not empty:
        usual |= {dtypes.int64, dtypes.bool_}
    if tensor.dtype not in usual:
        suffixes.append(f"dtype={tensor.dtype!r}")
    if tensor.grad_fn is not None:
        suffixes.append(f"grad_fn={tensor.grad_fn!r}")
    elif tensor.requires_grad:
        suffixes.append("requires_grad=True")
    return suffixes


def _with_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    line_length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if line_length + len(suffix) + 2 > _options.linewidth:
            text += ",\n" + " " * indent + suffix
            line_length = indent + len(suffix)
        else:
            text += ", " + suffix
            line_length += len(suffix) + 2
    return text


def _array_text(array: np.ndarray, indent: int) -> str:
    if array.size == 0:
        return "[]"
    summarize = array.size > _options.threshold
    numbers = NumberFormat(_edges(array) if summarize else array)
    return _nested_text(array, indent, summarize, numbers)


def _edges(array: np.ndarray) -> np.ndarray:
    """The elements that a summary shows."""
    for axis, length in enumerate(array.shape):
        if length > 2 * _options.edgeitems:
            shown = [*range(_options.edgeitems), *range(length - _options.edgeitems, length)]
            array = array.take(shown, axis)
    return array


def _nested_text(array: np.ndarray, indent: int, summarize: bool, numbers: NumberFormat) -> str:
    if array.ndim == 0:
        return numbers.text(array.item())
    edge = _options.edgeitems
    shorten = summarize and len(array) > 2 * edge
    shown = [*array[:edge], *array[len(array) - edge :]] if shorten else list(array)
    if array.ndim == 1:
        items = [numbers.text(value.item()) for value in shown]
    else:
        items = [_nested_text(np.asarray(part), indent + 1, summarize, numbers) for part in shown]
    if shorten:
        items.insert(edge, " ..." if array.ndim == 1 else "...")
    if array.ndim > 1:
        return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(items) + "]"
    per_line = max(1, (_options.linewidth - indent) // (numbers.width + 2))
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


class NumberFormat:
    """One format for all numbers of an array, chosen from the numbers as PyTorch chooses it."""

    def __init__(self, array: np.ndarray) -> None:
        self.floating = array.dtype.kind == "f"
        self.integral = True
        self.scientific = False
        self.width = 1
        if not self.floating:
            self.width = max(len(str(value)) for value in array.ravel().tolist())
            return
        finite = array[np.isfinite(array) & (array != 0)]
        if finite.size == 0:
            return
        self._choose(finite)
        if _options.sci_mode is not None:
            self.scientific = _options.sci_mode
        self.width = max(self.width, *(len(self._raw(value)) for value in finite.tolist()))

    def _choose(self, finite: np.ndarray) -> None:
        sizes = np.abs(finite.astype(np.float64))
        smallest, largest = float(sizes.min()), float(sizes.max())
        self.integral = bool(np.all(finite == np.ceil(finite)))
        self.scientific = largest / smallest > 1000.0 or largest > 1.0e8
        if not self.integral:
            self.scientific = self.scientific or smallest < 1.0e-4

    def _raw(self, value: Any) -> str:
        if not self.floating:
            return str(value)
        if self.scientific:
            return f"{value:.{_options.precision}e}"
        if self.integral:
            return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"
        return f"{value:.{_options.precision}f}"

    def text(self, value: Any) -> str:
        return self._raw(value).rjust(self.width)
