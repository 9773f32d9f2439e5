"""What operations on a million numbers, and convolutions, cost against PyTorch.

Run with ``OPENBLAS_NUM_THREADS=1 .parity/bin/python benchmarks/medium_ops.py`` after ``make
parity``. Both libraries take turns on one thread; times are the processor's. Printed are the
medians of the rounds, in milliseconds a call, and the medians of the rounds' ratios.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch

import edugrad

ROUNDS = 9
MILLION = 1_000_000
ON_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "x * x": lambda x: x * x,
    "exp": lambda x: x.exp(),
    "sum": lambda x: x.sum(),
    "cumsum": lambda x: x.cumsum(0),
    "sort": lambda x: x.sort(),
    "topk(10)": lambda x: x.topk(10),
    "unique": lambda x: x.unique(),
    "unique with places": lambda x: x.unique(return_inverse=True),
}
CONVOLUTIONS = [((64, 16, 28, 28), 32), ((64, 32, 14, 14), 64), ((8, 64, 56, 56), 64)]


def seconds(work: Callable[[], Any]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def compare(name: str, ours: Callable[[], float], theirs: Callable[[], float]) -> None:
    """Print a row; each of the two does its work once and returns the seconds."""
    ours(), theirs()
    rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
    mine, other = (median(column) * 1e3 for column in zip(*rounds, strict=True))
    print(f"{name:44}{mine:10.2f}{other:10.2f}{median(a / b for a, b in rounds):8.2f}")


def timed(compute: Callable[[Any], Any], x: Any) -> Callable[[], float]:
    return lambda: seconds(lambda: compute(x))


def convolution(library: Any, image: np.ndarray, kernel: np.ndarray, backward: bool) -> Any:
    x, w = (library.tensor(each, requires_grad=True) for each in (image, kernel))
    conv2d = library.nn.functional.conv2d
    gradient = library.ones_like(conv2d(x, w, padding=1))

    def once() -> float:
        if not backward:
            return seconds(lambda: conv2d(x, w, padding=1))
        y = conv2d(x, w, padding=1)
        return seconds(lambda: y.backward(gradient))

    return once


def main() -> None:
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    print(f"{'':44}{'edugrad':>10}{'PyTorch':>10}{'ratio':>8}")
    numbers = random.standard_normal(MILLION).astype("float32")
    for name, compute in ON_NUMBERS.items():
        x, y = edugrad.tensor(numbers), torch.tensor(numbers)
        compare(f"{name} of a million float32", timed(compute, x), timed(compute, y))
    for shape, channels in CONVOLUTIONS:
        image = random.standard_normal(shape).astype("float32")
        kernel = random.standard_normal((channels, shape[1], 3, 3)).astype("float32")
        for backward in (False, True):
            name = f"conv2d {shape} to {channels}, {'backward' if backward else 'forward'}"
            pair = (convolution(each, image, kernel, backward) for each in (edugrad, torch))
            compare(name, *pair)
    print(f"\nmilliseconds a call; PyTorch {torch.__version__}; medians of {ROUNDS} rounds")


if __name__ == "__main__":
    main()
