"""What small operations cost, forward and backward, against PyTorch: ``make parity`` installs it.

Run with ``.parity/bin/python benchmarks/tiny_ops.py``. Both libraries take turns in one process, on
one thread; times are the processor's, so that other programs disturb them little. Printed are the
medians of the rounds, in microseconds a call, and the medians of the rounds' ratios. The target is
the first row: a tiny op in a graph costs no more than PyTorch's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

import edugrad

ROUNDS = 60
CALLS = 50
LINKS = 500
Work = Callable[[], None]


class Inputs:
    """The same small tensors in one library."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.functional = library.nn.functional
        self.x = library.ones(10, requires_grad=True)
        self.y = library.ones(10, requires_grad=True)
        self.matrix = library.ones(3, 3, requires_grad=True)
        self.batch = library.ones(10, 8)
        self.weight = library.ones(3, 8, requires_grad=True)
        self.bias = library.ones(3, requires_grad=True)
        self.logits = library.ones(10, 3, requires_grad=True)
        self.classes = library.arange(10) % 3
        self.number = library.tensor(2.5)


FORWARD_AND_BACKWARD: dict[str, Callable[[Any], Any]] = {
    "x * y": lambda t: t.x * t.y,
    "x + 1": lambda t: t.x + 1,
    "1 - x": lambda t: 1 - t.x,
    "x.exp()": lambda t: t.x.exp(),
    "x ** 2": lambda t: t.x**2,
    "x.sum()": lambda t: t.x.sum(),
    "x.mean()": lambda t: t.x.mean(),
    "x.max()": lambda t: t.x.max(),
    "matrix.sum(1)": lambda t: t.matrix.sum(1),
    "matrix @ matrix": lambda t: t.matrix @ t.matrix,
    "matrix @ vector": lambda t: t.matrix @ t.bias,
    "matrix.T": lambda t: t.matrix.T,
    "matrix.transpose(0, 1)": lambda t: t.matrix.transpose(0, 1),
    "x.view(2, 5)": lambda t: t.x.view(2, 5),
    "x.reshape(5, 2)": lambda t: t.x.reshape(5, 2),
    "x[2]": lambda t: t.x[2],
    "x[2:5]": lambda t: t.x[2:5],
    "matrix[:, 1]": lambda t: t.matrix[:, 1],
    "x[classes]": lambda t: t.x[t.classes],
    "cat((x, y))": lambda t: t.library.cat((t.x, t.y)),
    "stack((x, y))": lambda t: t.library.stack((t.x, t.y)),
    "where(x > 0, x, y)": lambda t: t.library.where(t.x > 0, t.x, t.y),
    "relu(x)": lambda t: t.x.relu(),
    "sigmoid(x)": lambda t: t.x.sigmoid(),
    "tanh(x)": lambda t: t.x.tanh(),
    "linear(...)": lambda t: t.functional.linear(t.batch, t.weight, t.bias),
    "relu(linear(...))": lambda t: t.functional.relu(
        t.functional.linear(t.batch, t.weight, t.bias)
    ),
    "softmax(logits, 1)": lambda t: t.functional.softmax(t.logits, 1),
    "log_softmax(logits, 1)": lambda t: t.functional.log_softmax(t.logits, 1),
    "cross_entropy(logits, classes)": lambda t: t.functional.cross_entropy(t.logits, t.classes),
    "mse_loss(x, y)": lambda t: t.functional.mse_loss(t.x, t.y),
}
WITHOUT_GRADIENT: dict[str, Callable[[Any], Any]] = {
    "x * y": lambda t: t.x * t.y,
    "x + 1": lambda t: t.x + 1,
    "x.sum()": lambda t: t.x.sum(),
    "x[2]": lambda t: t.x[2],
    "x > 0": lambda t: t.x > 0,
    "zeros(3)": lambda t: t.library.zeros(3),
    "ones(3)": lambda t: t.library.ones(3),
    "empty(3)": lambda t: t.library.empty(3),
    "arange(10)": lambda t: t.library.arange(10),
    "tensor([1.0, 2.0, 3.0])": lambda t: t.library.tensor([1.0, 2.0, 3.0]),
    "batch += 1": lambda t: t.batch.add_(1.0),
    "x.detach()": lambda t: t.x.detach(),
    "number.item()": lambda t: t.number.item(),
    "x.shape": lambda t: t.x.shape,
    "with no_grad(): pass": lambda t: no_grad(t.library),
}


def no_grad(library: Any) -> None:
    with library.no_grad():
        pass


def chain(inputs: Inputs) -> Work:
    """``LINKS`` products and sums of 10 elements, one after the other, then their backward."""
    x = inputs.x

    def work() -> None:
        y = x
        for _ in range(LINKS // 2):
            y = y * 1.0001
            y = y + x
        y.sum().backward()
        x.grad = None

    return work


def with_backward(inputs: Inputs, compute: Callable[[Any], Any]) -> Work:
    gradient = inputs.library.ones_like(compute(inputs))

    def work() -> None:
        for _ in range(CALLS):
            compute(inputs).backward(gradient)

    return work


def without_gradient(inputs: Inputs, compute: Callable[[Any], Any]) -> Work:
    def work() -> None:
        with inputs.library.no_grad():
            for _ in range(CALLS):
                compute(inputs)

    return work


def seconds(work: Work) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def compare(name: str, ours: Work, theirs: Work, calls: int) -> None:
    ours(), theirs()
    rounds = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    mine, other = (median(column) / calls * 1e6 for column in zip(*rounds, strict=True))
    ratio = median(a / b for a, b in rounds)
    print(f"{name:32}{mine:10.2f}{other:10.2f}{ratio:8.2f}")


def main() -> None:
    torch.set_num_threads(1)
    ours, theirs = Inputs(edugrad), Inputs(torch)
    print(f"{'forward and backward':32}{'edugrad':>10}{'PyTorch':>10}{'ratio':>8}")
    compare("a link of a chain of x * c + x", chain(ours), chain(theirs), LINKS)
    for name, compute in FORWARD_AND_BACKWARD.items():
        compare(name, with_backward(ours, compute), with_backward(theirs, compute), CALLS)
    print("\nno_grad")
    for name, compute in WITHOUT_GRADIENT.items():
        compare(name, without_gradient(ours, compute), without_gradient(theirs, compute), CALLS)
    print(f"\nmicroseconds a call; PyTorch {torch.__version__}; medians of {ROUNDS} rounds")


if __name__ == "__main__":
    main()
