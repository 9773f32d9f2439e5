"""What a step of the chapter's network costs, against PyTorch: ``make parity`` installs it.

Run with ``.parity/bin/python benchmarks/training_step.py [threads]``. The network is
784-512-512-10, the batch has 64 images, the optimizer is SGD with momentum. Both libraries take
turns in one process; printed are medians of the rounds and the median of the rounds' ratios, for
the whole step and for each part of it. The last line is the price of the Trainer around the step.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

import edugrad
from edugrad.training import Trainer

ROUNDS, STEPS = 25, 5
PARTS = "forward", "backward", "update", "step"


def network(library: Any) -> Any:
    nn = library.nn
    library.manual_seed(0)
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Linear(512, 10),
    )


def steps(library: Any) -> Callable[[], dict[str, float]]:
    """A round: some steps; seconds a step for each part."""
    model = network(library)
    optimizer = library.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    loss_function = library.nn.CrossEntropyLoss()
    images = library.rand(64, 1, 28, 28)
    labels = library.randint(0, 10, (64,))

    def once() -> dict[str, float]:
        spent = dict.fromkeys(PARTS, 0.0)
        for _ in range(STEPS):
            start = time.perf_counter()
            loss = loss_function(model(images), labels)
            forward = time.perf_counter()
            optimizer.zero_grad()
            loss.backward()
            backward = time.perf_counter()
            optimizer.step()
            end = time.perf_counter()
            spent["forward"] += (forward - start) / STEPS
            spent["backward"] += (backward - forward) / STEPS
            spent["update"] += (end - backward) / STEPS
            spent["step"] += (end - start) / STEPS
        return spent

    return once


def trainer_steps() -> Callable[[], float]:
    """A round: a longer epoch of the Trainer, over batches that are there; seconds a step."""
    model = network(edugrad)
    batches = [(edugrad.rand(64, 1, 28, 28), edugrad.randint(0, 10, (64,)))] * (4 * STEPS)
    trainer = Trainer(
        loss=edugrad.nn.CrossEntropyLoss(),
        optimizer=edugrad.optim.SGD(model.parameters(), lr=0.01, momentum=0.9),
        enable_progress_bar=False,
    )

    def once() -> float:
        start = time.perf_counter()
        trainer.fit(model, batches)
        return (time.perf_counter() - start) / len(batches)

    return once


def main(threads: int) -> None:
    torch.set_num_threads(threads)
    ours, theirs, trained = steps(edugrad), steps(torch), trainer_steps()
    rounds = [(ours(), theirs(), trained()) for _ in range(ROUNDS)]
    for part in PARTS:
        mine = median(each[0][part] for each in rounds) * 1e3
        other = median(each[1][part] for each in rounds) * 1e3
        ratio = median(each[0][part] / each[1][part] for each in rounds)
        print(f"{part:<9} edugrad {mine:6.2f} ms   PyTorch {other:6.2f} ms   ratio {ratio:.2f}")
    price = median(each[2] - each[0]["step"] for each in rounds) * 1e3
    print(f"the Trainer adds {price:.2f} ms to a step")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else torch.get_num_threads())
