"""How numbers are written, the same in every widget; ``units.js`` is its twin in the browser.

Four significant digits, so that the same number reads the same on every platform, and SI prefixes.
"""

from __future__ import annotations

import math
from typing import Any

_PREFIXES = {
    -12: "p",
    -9: "n",
    -6: "µ",
    -3: "m",
    0: "",
    3: "k",
    6: "M",
    9: "G",
    12: "T",
    15: "P",
    18: "E",
}


def number(value: Any, digits: int = 4) -> str:
    """Write one number with four significant digits, an integer in full.

    Examples
    --------
    >>> number(2 / 3), number(12345), number(1234567.0), number(-0.0)
    ('0.6667', '12345', '1.235e+06', '0')
    """
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, complex):
        return f"{value:.{digits}g}"
    if math.isnan(value):
        return "NaN"
    text = f"{value:.{digits}g}"
    return "0" if text == "-0" else text


def quantity(value: float, unit: str = "", digits: int = 4) -> str:
    """Write a number with its unit and an SI prefix.

    Without a unit only the prefixes from kilo upwards are used: a loss of 0.2 is no "200 m".

    Examples
    --------
    >>> quantity(0.00042, "s")
    '420 µs'
    >>> quantity(1.5e12, "FLOP/s")
    '1.5 TFLOP/s'
    >>> quantity(20_000), quantity(0.2)
    ('20 k', '0.2')
    """
    value = float(value)
    if not math.isfinite(value) or not value:
        return _joined(number(value), unit)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = min(max(int(exponent) // 3 * 3, -12), 18)
    if not unit and power <= 0:
        return number(value, digits)
    scaled = float(f"{mantissa}e{int(exponent) - power}")
    return _joined(number(scaled, digits), _PREFIXES[power] + unit)


def _joined(number_: str, unit: str) -> str:
    return f"{number_} {unit}" if unit else number_


def plural(count: int, noun: str) -> str:
    """Count something.

    Examples
    --------
    >>> plural(1, "op"), plural(2048, "op")
    ('1 op', '2,048 ops')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
