"""Write docs/ops.md, the page of every operation, from the registry."""

from __future__ import annotations

import importlib
import inspect
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import edugrad
from edugrad.ops.registry import OPS, OpInfo

PAGE = Path(__file__).parent.parent / "docs" / "ops.md"

HEAD = """# The operations

Generated from the registry by `python scripts/ops_page.py`; a test compares it with the code.

Names, arguments, defaults and result types are PyTorch's. Every op with a gradient is
differentiable at least twice; each is checked against finite differences, on a stand-in for the
GPU's arrays, and by `make parity` against PyTorch itself. *Shapes* are those of the first sample
that the tests use: inputs → outputs. *Gradient* is what the op sends back to each input when `grad`
arrives. "yes" in the last column means: same names, values, dtypes and gradients as PyTorch.

Random numbers: `rand`, `randn`, `randint`, `randperm`, `normal`, `normal_`, `uniform_` and
`random_` give PyTorch's CPU numbers for the same seed. PyTorch draws `bernoulli`, `exponential_`,
`multinomial` and dropout through MKL where it has it: there the stream may differ, the distribution
does not.

`in place` marks ops that also exist with a trailing underscore (`add_`).
"""


def entries() -> dict[str, dict[str, tuple[OpInfo, list[str]]]]:
    """For each topic (the module) its ops by name, with their aliases."""
    topics: dict[str, dict[str, tuple[OpInfo, list[str]]]] = {}
    for name, info in OPS.items():
        module = (info.op or info.function).__module__.rpartition(".")[2]
        _, aliases = topics.setdefault(module, {}).setdefault(info.name, (info, []))
        if name != info.name:
            aliases.append(name)
    return topics


def topic_title(module: str) -> str:
    """The first line of the module's own description."""
    text = inspect.getdoc(importlib.import_module(f"edugrad.ops.{module}")) or module
    return _markdown(text.splitlines()[0].rstrip("."))


def _markdown(text: str) -> str:
    """A docstring's line without its roles and double quotes."""
    return re.sub(r":\w+:", "", text).replace("``", "`")


def shapes(info: OpInfo) -> str:
    """The shapes of the first sample: inputs → outputs."""
    seen: list[str] = []

    def wrap(array: np.ndarray) -> Any:
        seen.append(_shape(array.shape))
        return edugrad.tensor(array)

    edugrad.manual_seed(0)
    args, kwargs = info.samples[0].build(np.random.default_rng(0), wrap)
    with warnings.catch_warnings(action="ignore"):
        result = info.function(*args, **kwargs)
    found = result if isinstance(result, (tuple, list)) else [result]
    out = [_shape(tuple(x.shape)) if hasattr(x, "shape") else type(x).__name__ for x in found]
    return f"{', '.join(seen)} → {', '.join(out)}"


def _shape(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def _cell(text: str) -> str:
    return _markdown(text).replace("|", "\\|").replace("\n", " ")


def row(info: OpInfo, aliases: list[str]) -> str:
    """One line of a table."""
    summary = (inspect.getdoc(info.function) or "").splitlines()[0].rstrip(".")
    summary = summary.partition(". PyTorch")[0].partition(" PyTorch:")[0].rstrip(".")
    name = f"`{info.name}`"
    notes = [f"also {', '.join(f'`{alias}`' for alias in aliases)}"] if aliases else []
    notes += ["in place"] if info.inplace is not None else []
    if notes:
        name += f" ({'; '.join(notes)})"
    formula = gradient = ""
    if info.op is not None:
        formula = f"`{info.op.formula}`" if info.op.formula else ""
        gradient = "; ".join(f"`{each}`" for each in info.op.derivatives if each)
        if not info.op.differentiable:
            gradient = "none"
    same = "yes" if info.torch == "same" else f"differs: {info.torch}"
    return (
        "| " + " | ".join(map(_cell, (name, summary, formula, gradient, shapes(info), same))) + " |"
    )


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for module, ops in sorted(entries().items()):
        parts.append(f"## {topic_title(module)}\n")
        parts.append("| Op | What it does | Formula | Gradient | Shapes | Same in PyTorch |")
        parts.append("| --- | --- | --- | --- | --- | --- |")
        parts += [row(info, aliases) for _, (info, aliases) in sorted(ops.items())]
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
