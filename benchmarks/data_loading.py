"""What a batch of a TensorDataset costs, against PyTorch: ``make parity`` installs it.

Run with ``.parity/bin/python benchmarks/data_loading.py``. Both libraries take turns in one
process; printed are medians of the rounds and the median of the rounds' ratios.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

import edugrad

SAMPLES, FEATURES, BATCH = 6_400, 784, 64
ROUNDS = 15


def epochs(library: Any) -> Callable[[], float]:
    """A round: one shuffled epoch; seconds a batch."""
    pairs = library.utils.data.TensorDataset(
        library.rand(SAMPLES, FEATURES), library.randint(10, (SAMPLES,))
    )
    loader = library.utils.data.DataLoader(pairs, BATCH, shuffle=True)

    def once() -> float:
        start = time.perf_counter()
        for _ in loader:
            pass
        return (time.perf_counter() - start) / len(loader)

    return once


def main() -> None:
    torch.set_num_threads(1)
    ours, theirs = epochs(edugrad), epochs(torch)
    rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
    for name, column in (("edugrad", 0), ("PyTorch", 1)):
        print(f"{name}: {median(each[column] for each in rounds) * 1e6:.0f} µs a batch of {BATCH}")
    ratio = median(mine / other for mine, other in rounds)
    print(f"edugrad takes {ratio:.2f} times as long as PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
