"""What a snapshot says of a tensor and of an op: statistics of an array, words of a formula."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from ... import devices
from ...callsite import CallSite
from .data import SourceLine, Summary


def summarize(array: Any, limit: int) -> Summary:
    """The statistics of an array, and its values if it has at most ``limit`` elements."""
    host = devices.to_numpy(array)
    values = host.tolist() if host.size <= limit else None
    if host.size == 1 and math.isfinite(host.item()):
        number = float(host.item())
        return Summary(number, number, number, 0.0, abs(number), 0, 0, values)
    numbers = host.astype(np.float64).reshape(-1)
    finite = numbers[np.isfinite(numbers)]
    nans = int(np.isnan(numbers).sum())
    infs = int(numbers.size - finite.size - nans)
    if not finite.size:
        return Summary(None, None, None, None, None, nans, infs, values)
    mean = float(finite.sum()) / finite.size
    away = finite - mean
    return Summary(
        float(finite.min()),
        float(finite.max()),
        mean,
        math.sqrt(float(away @ away) / finite.size),
        math.sqrt(float(finite @ finite)),
        nans,
        infs,
        values,
    )


def source_line(site: CallSite | None) -> SourceLine | None:
    return None if site is None else SourceLine(site.file, site.line, site.text)


def in_names(text: str, symbols: tuple[str, ...], names: list[str]) -> str:
    """A formula with the inputs' names, or numbers, in place of its symbols."""
    words = dict(zip(symbols, names, strict=False))
    return re.sub(r"[A-Za-z_]+", lambda word: words.get(word[0], word[0]), text)


def param_text(value: Any) -> str:
    """A parameter of an op in a few characters, without memory addresses."""
    if hasattr(value, "shape"):
        return f"array of shape {tuple(value.shape)}"
    if isinstance(value, tuple) and len(value) > 8:
        return f"({len(value)} items)"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(param_text, value)) + ("," if len(value) == 1 else "") + ")"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
