"""How long ``import edugrad`` takes, beside ``import numpy``: the target is a ratio of at most 2.

Fresh processes import one and the other in turn; the medians are compared. A first, unmeasured
round warms the disk's cache.

    python benchmarks/import_time.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 15
PROGRAM = "import time; start = time.perf_counter(); import {0}; print(time.perf_counter() - start)"


def seconds(module: str) -> float:
    """Time the import of ``module`` in a fresh Python."""
    command = [sys.executable, "-c", PROGRAM.format(module)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    rounds = [(seconds("numpy"), seconds("edugrad")) for _ in range(ROUNDS + 1)][1:]
    numpy, edugrad = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"import numpy    {numpy * 1e3:6.1f} ms")
    print(f"import edugrad  {edugrad * 1e3:6.1f} ms")
    print(f"ratio           {edugrad / numpy:6.2f}   (median of {ROUNDS}, target: at most 2)")


if __name__ == "__main__":
    main()
