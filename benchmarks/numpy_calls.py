"""What tensor operations cost more than NumPy's own calls: the price of the bookkeeping.

Run with ``.venv/bin/python benchmarks/numpy_calls.py``. edugrad and NumPy take turns on one thread;
times are the processor's, the smallest of the rounds. For ten numbers the difference is printed, in
microseconds: what a tensor costs beside an array. For a million numbers the ratio says whether
anything is copied or computed that NumPy does not; its own notes say where that is on purpose.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import edugrad

Call = Callable[[], Any]
TINY, MILLION = 10, 1_000_000
PURPOSE = {
    "cumsum(0)": "added in float64, as PyTorch does",
    "sum of columns": "added in blocks: NumPy's own sum loses digits",
    "sort": "with the indices",
}


def calls(size: int) -> dict[str, tuple[Call, Call]]:
    """The same calls on tensors and on arrays of ``size`` numbers."""
    random = np.random.default_rng(0)
    a, b = (random.uniform(0.5, 2.0, size).astype("float32") for _ in range(2))
    x, y = edugrad.from_numpy(a), edugrad.from_numpy(b)
    rows = size // 10
    m, u = a.reshape(rows, 10), x.reshape(rows, 10)
    places, index = a.argsort(), x.argsort()
    return {
        "x + y": (lambda: x + y, lambda: a + b),
        "x * 2": (lambda: x * 2, lambda: a * 2),
        "x / y": (lambda: x / y, lambda: a / b),
        "x ** 2": (lambda: x**2, lambda: a**2),
        "x += y": (lambda: x.add_(y), lambda: np.add(a, b, out=a)),
        "x.exp()": (lambda: y.exp(), lambda: np.exp(b)),
        "x.sqrt()": (lambda: y.sqrt(), lambda: np.sqrt(b)),
        "x.abs()": (lambda: x.abs(), lambda: np.abs(a)),
        "x > y": (lambda: x > y, lambda: a > b),
        "x == y": (lambda: x == y, lambda: a == b),
        "maximum": (lambda: edugrad.maximum(x, y), lambda: np.maximum(a, b)),
        "where": (lambda: edugrad.where(x > y, x, y), lambda: np.where(a > b, a, b)),
        "clamp": (lambda: x.clamp(0.7, 1.5), lambda: np.clip(a, 0.7, 1.5)),
        "sum": (lambda: x.sum(), lambda: a.sum()),
        "sum of rows": (lambda: u.sum(1), lambda: m.sum(1)),
        "sum of columns": (lambda: u.sum(0), lambda: m.sum(0)),
        "mean": (lambda: x.mean(), lambda: a.mean()),
        "max": (lambda: x.max(), lambda: a.max()),
        "argmax": (lambda: x.argmax(), lambda: a.argmax()),
        "any": (lambda: (x > y).any(), lambda: (a > b).any()),
        "cumsum(0)": (lambda: x.cumsum(0), lambda: a.cumsum(0)),
        "sort": (lambda: y.sort(), lambda: (b.argsort(kind="stable"), np.sort(b))),
        "x.T": (lambda: u.T, lambda: m.T),
        "reshape": (lambda: x.reshape(10, rows), lambda: a.reshape(10, rows)),
        "x[2:5]": (lambda: x[2:5], lambda: a[2:5]),
        "x[2]": (lambda: x[2], lambda: a[2]),
        "x[:, 1]": (lambda: u[:, 1], lambda: m[:, 1]),
        "x[index]": (lambda: x[index], lambda: a[places]),
        "x[x > y]": (lambda: x[x > y], lambda: a[a > b]),
        "cat": (lambda: edugrad.cat((x, y)), lambda: np.concatenate((a, b))),
        "stack": (lambda: edugrad.stack((x, y)), lambda: np.stack((a, b))),
        "flip": (lambda: x.flip(0), lambda: np.flip(a, 0).copy()),
        "clone": (lambda: x.clone(), lambda: a.copy()),
        "double": (lambda: x.double(), lambda: a.astype("float64")),
        "matrix @ matrix": (lambda: u.T @ u, lambda: m.T @ m),
        "zeros": (lambda: edugrad.zeros(size), lambda: np.zeros(size, "float32")),
        "ones": (lambda: edugrad.ones(size), lambda: np.ones(size, "float32")),
        "full": (lambda: edugrad.full((size,), 2.5), lambda: np.full((size,), 2.5, "float32")),
        "arange": (lambda: edugrad.arange(size), lambda: np.arange(size)),
    }


def best(work: Call, repeats: int) -> float:
    start = time.thread_time()
    for _ in range(repeats):
        work()
    return (time.thread_time() - start) / repeats * 1e6


def measured(pair: tuple[Call, Call], rounds: int, repeats: int) -> tuple[float, float]:
    """The smallest microseconds a call of both, which take turns."""
    ours, theirs = pair
    ours(), theirs()
    times = [(best(ours, repeats), best(theirs, repeats)) for _ in range(rounds)]
    mine, other = (min(column) for column in zip(*times, strict=True))
    return mine, other


def main() -> None:
    print(f"{'':18}{'ten numbers':>30}{'a million numbers':>34}")
    print(
        f"{'':18}{'edugrad':>10}{'NumPy':>10}{'more':>10}{'edugrad':>14}{'NumPy':>10}{'ratio':>10}"
    )
    tiny, million = calls(TINY), calls(MILLION)
    with edugrad.no_grad():
        for name in tiny:
            few, few_numpy = measured(tiny[name], 30, 100)
            many, many_numpy = measured(million[name], 15, 1)
            print(
                f"{name:18}{few:10.2f}{few_numpy:10.2f}{few - few_numpy:10.2f}"
                f"{many:14.0f}{many_numpy:10.0f}{many / many_numpy:10.2f}  {PURPOSE.get(name, '')}"
            )
    print(f"\nmicroseconds a call; NumPy {np.__version__}")


if __name__ == "__main__":
    main()
