"""What a random program may do: each step's name, and how it is written.

A step is ``(name, i, j, k)``: ``i`` and ``j`` choose tensors ``x`` and ``y``, counted from the
newest, and ``k`` is a small number that it may use. The same text serves a library's tensors and
the reference's, except where a helper ``at`` (see ``play``) has to translate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Step = tuple[str, int, int, int]
Action = Callable[[Any, Any, Any, int], Any]


def pattern(x: Any, k: int) -> np.ndarray:
    """True and False in the shape of ``x``, whatever its values."""
    size = int(np.prod(tuple(x.shape)))
    return (np.arange(size) % (k + 2) == 0).reshape(tuple(x.shape))


VIEWS: dict[str, Action] = {
    "row": lambda at, x, y, k: x[k % len(x)],
    "rows": lambda at, x, y, k: x[k % len(x) :],
    "column": lambda at, x, y, k: x[..., k % x.shape[-1]],
    "every other": lambda at, x, y, k: x[..., ::2],
    "transpose": lambda at, x, y, k: x.T,
    "flat": lambda at, x, y, k: x.view(-1),
    "unsqueeze": lambda at, x, y, k: x.unsqueeze(0),
    "expand": lambda at, x, y, k: x.expand(2, *x.shape),
    "unbind": lambda at, x, y, k: x.unbind(0)[k % len(x)],
    "split": lambda at, x, y, k: x.split(1)[k % len(x)],
    "detach": lambda at, x, y, k: x.detach(),
}

RESULTS: dict[str, Action] = {
    "listed rows": lambda at, x, y, k: x[[0, k % len(x), 0]],
    "clone": lambda at, x, y, k: x.clone(),
    "mul": lambda at, x, y, k: x * y,
    "add": lambda at, x, y, k: x + y,
    "sub": lambda at, x, y, k: x - y,
    "square": lambda at, x, y, k: x**2,
    "tanh": lambda at, x, y, k: x.tanh(),
    "relu": lambda at, x, y, k: x.relu(),
    "exp": lambda at, x, y, k: (x * 0.1).exp(),
    "div": lambda at, x, y, k: x / (y * y + 1),
    "sum": lambda at, x, y, k: x.sum(),
    "matmul": lambda at, x, y, k: x @ x.T,
    "cat": lambda at, x, y, k: at.cat(x, x * 0.5),
}

WRITES: dict[str, Action] = {
    "add_": lambda at, x, y, k: x.add_(y),
    "sub_": lambda at, x, y, k: x.sub_(y, alpha=2),
    "mul_": lambda at, x, y, k: x.mul_(y),
    "mul_ number": lambda at, x, y, k: x.mul_(0.5 * k - 1),
    "mul_ itself": lambda at, x, y, k: x.mul_(x),
    "div_": lambda at, x, y, k: x.div_(y * y + 1),
    "addcmul_": lambda at, x, y, k: x.addcmul_(y, y),
    "copy_": lambda at, x, y, k: x.copy_(y),
    "fill_": lambda at, x, y, k: x.fill_(0.5 * k),
    "zero_": lambda at, x, y, k: x.zero_(),
    "tanh_": lambda at, x, y, k: x.tanh_(),
    "neg_": lambda at, x, y, k: x.neg_(),
    "masked_fill_": lambda at, x, y, k: x.masked_fill_(at.mask(x, k), 0.7),
    "add out=": lambda at, x, y, k: at.write_out(x, y),
}

ASSIGNMENTS: dict[str, Action] = {
    "row = tensor": lambda at, x, y, k: x.__setitem__(k % len(x), y),
    "column = number": lambda at, x, y, k: x.__setitem__((..., k % x.shape[-1]), 0.4),
    "listed row = sum": lambda at, x, y, k: x.__setitem__([k % len(x)], y.sum()),
    "mask = number": lambda at, x, y, k: x.__setitem__(at.mask(x, k), 0.2),
    "row = row": lambda at, x, y, k: x.__setitem__(0, x[k % len(x)]),
    "row = row squared": lambda at, x, y, k: x.__setitem__(0, x[k % len(x)] ** 2),
}

GRADIENTS = ("backward", "backward and keep", "grad", "grad with graph")
SWITCHES = ("no_grad", "enable_grad", "leaf", "retain_grad", "hook", "doubling hook")
NAMES = (*VIEWS, *RESULTS, *WRITES, *ASSIGNMENTS, *GRADIENTS, *SWITCHES)

ACTIONS = {**VIEWS, **RESULTS, **WRITES, **ASSIGNMENTS}
MAKES = frozenset((*VIEWS, *RESULTS))
ROWS = frozenset(
    {*ASSIGNMENTS, *VIEWS, "listed rows", "matmul", "cat"}
    - {"flat", "unsqueeze", "expand", "detach"}
)


def applicable(name: str, x: Any) -> bool:
    """Whether a step makes sense for a tensor of this shape."""
    if name in ROWS and (x.ndim == 0 or 0 in x.shape):
        return False
    if name in ("transpose", "matmul"):
        return x.ndim == 2
    return not (name in ("unsqueeze", "expand") and x.ndim > 2)
