"""What a step of an optimizer costs, against PyTorch: ``make parity`` installs it.

Run with ``.parity/bin/python benchmarks/optimizer_step.py``. The parameters are those of a network
784-512-512-10, 0.67 million in float32. Both libraries take turns in one process; printed are the
medians of the rounds and the median of the rounds' ratios.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

import edugrad

SIZES = (784, 512, 512, 10)
ROUNDS = 200
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"lr": 1e-3}),
    "SGD with momentum": ("SGD", {"lr": 1e-3, "momentum": 0.9}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {}),
    "RMSprop": ("RMSprop", {}),
}


def stepper(library: Any, name: str, options: dict[str, Any]) -> Callable[[], float]:
    """Make a function that makes a step and gives its seconds."""
    shapes = [shape for n, m in itertools.pairwise(SIZES) for shape in ((m, n), (m,))]
    library.manual_seed(0)
    parameters = [library.randn(*shape).requires_grad_() for shape in shapes]
    for parameter in parameters:
        parameter.grad = 0.01 * library.randn(*parameter.shape)
    optimizer = getattr(library.optim, name)(parameters, **options)

    def step() -> float:
        start = time.perf_counter()
        optimizer.step()
        return time.perf_counter() - start

    return step


def main() -> None:
    print(f"PyTorch {torch.__version__} on {torch.get_num_threads()} threads")
    for label, (name, options) in OPTIMIZERS.items():
        ours, theirs = (stepper(library, name, options) for library in (edugrad, torch))
        rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
        mine, other = (1e3 * median(column) for column in zip(*rounds, strict=True))
        ratio = median(a / b for a, b in rounds)
        print(f"{label:18} edugrad {mine:6.2f} ms, PyTorch {other:6.2f} ms, ratio {ratio:5.2f}")


if __name__ == "__main__":
    main()
