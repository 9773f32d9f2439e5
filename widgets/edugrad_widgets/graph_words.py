"""How a graph's numbers and nodes are put into words: every text that GraphView shows.

Numbers have four significant digits, so the same graph reads the same on every platform.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from edugrad.autograd.graph import GraphNode, SourceLine, Summary, TensorInfo

from .look.units import number, plural

UNKNOWN = "not known"
NO_GRADIENT = "no gradient"
_LINE = 30
_ORIGINS = {
    "recorded": "kept by the recording",
    "live": "read from the tensor",
    "saved": "kept for the derivative",
    "recomputed": "computed again from the inputs",
}


def shorten(text: str, width: int) -> str:
    """Cut ``text`` to ``width`` characters, the last an ellipsis where something was cut."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def shape_text(shape: Sequence[int]) -> str:
    """``[2, 3]``; the empty text for a scalar, which has no sizes to show."""
    return f"[{', '.join(map(str, shape))}]" if shape else ""


def type_text(tensor: TensorInfo) -> str:
    """``float32[2, 3]``."""
    return f"{tensor.dtype}[{', '.join(map(str, tensor.shape))}]"


def flatten(values: Any) -> list[Any]:
    """List the numbers of a nested list in order."""
    if not isinstance(values, list | tuple):
        return [values]
    return [number for part in values for number in flatten(part)]


def flaw(summary: Summary | None) -> str:
    """Count what is not finite: ``'2 NaN'``, ``'1 NaN, 3 inf'``, or the empty text."""
    if summary is None:
        return ""
    counts = ((summary.nans, "NaN"), (summary.infs, "inf"))
    return ", ".join(f"{count} {what}" for count, what in counts if count)


def all_numbers(summary: Summary | None, width: int) -> str:
    """All numbers of an array, or the empty text where they take more than ``width`` characters."""
    if summary is None or summary.values is None:
        return ""
    text = _inline(summary.values)
    return text if len(text) <= width else ""


def brief(summary: Summary | None, width: int = 16) -> str:
    """Say a value in a few characters: all its numbers where they fit, else their mean."""
    if summary is None:
        return UNKNOWN
    return all_numbers(summary, width) or flaw(summary) or _mean_text(summary)


def brief_gradient(summary: Summary | None, width: int = 16) -> str:
    """Say a gradient in a few characters: all its numbers where they fit, else their norm."""
    if summary is None:
        return NO_GRADIENT
    return all_numbers(summary, width) or flaw(summary) or f"norm {number(summary.norm or 0.0)}"


def equals(text: str, gradient: Summary | None) -> str:
    """Say what a gradient comes to: ``grad · b = 3``, else ``grad · b (norm 1.47)``."""
    if gradient is None:
        return text
    numbers = all_numbers(gradient, 28)
    if not numbers:
        return f"{text} ({brief_gradient(gradient)})"
    in_prose = re.search(r"[a-z]{2,} [a-z]{2,}", text)
    return f"{numbers} ({text})" if in_prose else f"{text} = {numbers}"


def described(tensor: TensorInfo, width: int = 32) -> str:
    """Say a tensor's value in a sentence: its numbers, or its type and their mean."""
    if tensor.value is None:
        return f"{type_text(tensor)}, whose numbers were not kept"
    numbers = all_numbers(tensor.value, width)
    return numbers or f"{type_text(tensor)} with {brief(tensor.value, width)}"


def _mean_text(summary: Summary) -> str:
    return "empty" if summary.mean is None else f"mean {number(_mean(summary))}"


def _mean(summary: Summary) -> float:
    """The mean, 0 where it is only rounding error next to the extremes."""
    mean = summary.mean or 0.0
    largest = max(abs(summary.minimum or 0.0), abs(summary.maximum or 0.0))
    return 0.0 if abs(mean) < 1e-7 * largest else mean


def _inline(values: Any) -> str:
    if not isinstance(values, list | tuple):
        return number(values)
    return f"[{', '.join(map(_inline, values))}]"


def matrix(values: Any) -> str:
    """Write a nested list as aligned rows, the way NumPy prints an array."""
    texts = [number(value) for value in flatten(values)]
    cell = max(map(len, texts), default=0)
    return _block(values, iter(text.rjust(cell) for text in texts), cell, depth=0)


def _block(values: Any, texts: Iterable[str], cell: int, depth: int) -> str:
    if not isinstance(values, list | tuple):
        return next(iter(texts))
    indent = " " * (depth + 1)
    if not values or not isinstance(values[0], list | tuple):
        cells = [next(iter(texts)) for _ in values]
        per_line = max(1, (_LINE - len(indent)) // (cell + 2))
        lines = [", ".join(cells[i : i + per_line]) for i in range(0, len(cells), per_line)]
        return "[" + (",\n" + indent).join(lines) + "]"
    rows = [_block(part, texts, cell, depth + 1) for part in values]
    return "[" + (",\n" + indent).join(rows) + "]"


def statistics(summary: Summary) -> list[tuple[str, str]]:
    """Names and numbers: extremes, mean, spread and norm of the finite elements."""
    if summary.mean is None:
        return []
    parts = (
        ("min", summary.minimum),
        ("max", summary.maximum),
        ("mean", _mean(summary)),
        ("std", summary.std),
        ("norm", summary.norm),
    )
    return [(name, number(value)) for name, value in parts if value is not None]


def origin_text(tensor: TensorInfo) -> str:
    """Where a shown value comes from, in words."""
    return _ORIGINS[tensor.origin] if tensor.origin else ""


def bytes_text(count: int) -> str:
    """``'48 bytes'``, ``'1.5 KiB'``, ``'3 MiB'``."""
    size, units = float(count), ["KiB", "MiB", "GiB", "TiB"]
    if size < 1024:
        return plural(count, "byte")
    while size >= 1024 and units:
        size, unit = size / 1024, units.pop(0)
    return f"{number(size)} {unit}"


def error_parts(message: str) -> tuple[str, str]:
    """Split an error into its type and its first line: ``("ValueError", "n is odd")``."""
    kind, colon, text = message.splitlines()[0].partition(": ")
    return (kind, text) if colon and kind.isidentifier() else ("error", message.splitlines()[0])


def place(source: SourceLine) -> str:
    """Where a source line stands: ``'train.py, line 3'``; a notebook cell has no file to name."""
    file = source.file.replace("\\", "/")
    name = file.rsplit("/", 1)[-1]
    if "ipykernel" in file or name.startswith("<"):
        name = "notebook cell"
    return f"{name}, line {source.line}"


def is_numbered(name: str | None) -> bool:
    """Whether a snapshot made this name up, such as v1."""
    return name is not None and re.fullmatch(r"v\d+", name) is not None


def node_name(node: GraphNode) -> str:
    """The shortest name that a sentence can use for a node: its tensor's name, else its op."""
    if node.kind != "op":
        return node.label
    names = [output.name for output in node.outputs if output.name]
    return ", ".join(names) or node.formula or node.label


def node_title(node: GraphNode) -> str:
    """``d = a · b`` for a named result, ``a · b`` for a nameless one, ``a`` for a leaf."""
    if node.kind != "op":
        return node.label
    names = [output.name for output in node.outputs if output.name]
    formula = node.formula or node.label
    return f"{', '.join(names)} = {formula}" if names else formula


def local_derivative(sent: str) -> str | None:
    """Read the local derivative off the gradient that is sent: ``grad · b`` gives ``b``.

    None where the gradient is not the product of ``grad`` and a factor (a matrix product, say).
    """
    if sent == "0":
        return "0"
    match = re.fullmatch(r"(-?)grad(?: · (?P<factor>.+)|(?P<rest> / .+| where .+)|)", sent)
    if match is None or "," in sent:
        return None
    return match[1] + (match["factor"] or "1" + (match["rest"] or ""))
