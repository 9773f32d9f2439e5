"""What a small operation costs, forward and backward, against PyTorch: ``make parity`` installs it.

Run with ``.parity/bin/python benchmarks/tiny_ops.py``. Both libraries take turns in one process;
printed are medians of the rounds and the median of the rounds' ratios.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

import edugrad

OPS = 500
ROUNDS = 60


def chain(library: Any) -> Callable[[], tuple[float, float]]:
    """A round: ``OPS`` products and sums of 10 elements, then their backward; seconds an op."""
    x = library.ones(10, requires_grad=True)

    def once() -> tuple[float, float]:
        start = time.perf_counter()
        y = x
        for _ in range(OPS // 2):
            y = y * 1.0001
            y = y + x
        loss = y.sum()
        middle = time.perf_counter()
        loss.backward()
        end = time.perf_counter()
        x.grad = None
        return (middle - start) / OPS, (end - middle) / OPS

    return once


def main() -> None:
    torch.set_num_threads(1)
    ours, theirs = chain(edugrad), chain(torch)
    rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
    for name, column in (("edugrad", 0), ("PyTorch", 1)):
        forward = median(each[column][0] for each in rounds) * 1e6
        backward = median(each[column][1] for each in rounds) * 1e6
        print(f"{name}: {forward:.2f} µs forward, {backward:.2f} µs backward, an op")
    ratio = median(sum(mine) / sum(other) for mine, other in rounds)
    print(f"edugrad takes {ratio:.2f} times as long as PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
