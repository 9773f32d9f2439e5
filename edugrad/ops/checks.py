"""What several ops refuse, and how they say so."""

from __future__ import annotations

from typing import Any

from ..errors import teach


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
