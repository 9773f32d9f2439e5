"""What is not an op: promotion, random streams, printed text, error types, autograd."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from .compare import compare, compare_calls
from .programs import PROGRAMS, program_differences

Check = Callable[[Any, Any], Iterator[str]]
CHECKS: dict[str, Check] = {}

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


def check(function: Check) -> Check:
    """List a check under its name."""
    CHECKS[function.__name__.replace("_", " ")] = function
    return function


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "==": lambda a, b: a == b,
    "-": lambda a, b: a - b,
}


def operands(library: Any) -> list[Any]:
    """A tensor with dimensions and a 0-d one of each type, and numbers."""
    types = [getattr(library, name) for name in DTYPES]
    return [
        *(library.ones(2, dtype=dtype) for dtype in types),
        *(library.ones((), dtype=dtype) for dtype in types),
        True,
        3,
        2.5,
    ]


@check
def type_promotion(edugrad: Any, torch: Any) -> Iterator[str]:
    pairs = zip(
        itertools.product(operands(edugrad), repeat=2),
        itertools.product(operands(torch), repeat=2),
        strict=True,
    )
    for (sign, operation), (ours, theirs) in itertools.product(OPERATIONS.items(), list(pairs)):
        found = compare_calls(partial(operation, *ours), partial(operation, *theirs))
        if found:
            yield f"{ours[0]!r} {sign} {ours[1]!r}: {found.text}"


@check
def random_streams(edugrad: Any, torch: Any) -> Iterator[str]:
    sizes = (1, 2, 3, 15, 16, 17, 31, 32, 33, 100, 1000)
    draws: dict[str, Callable[[Any, int], Any]] = {
        "rand": lambda lib, n: lib.rand(n),
        "rand float64": lambda lib, n: lib.rand(n, dtype=lib.float64),
        "randn": lambda lib, n: lib.randn(n),
        "randn float64": lambda lib, n: lib.randn(n, dtype=lib.float64),
        "randint": lambda lib, n: lib.randint(0, 10, (n,)),
        "randint negative": lambda lib, n: lib.randint(-5, 1000003, (n,)),
        "randperm": lambda lib, n: lib.randperm(n),
        "after each other": lambda lib, n: [
            lib.randn(3),
            lib.rand(n),
            lib.randn(n),
            lib.randperm(5),
            lib.randn(1),
        ],
        "normal": lambda lib, n: lib.normal(2.0, 3.0, (n,)),
        "uniform_": lambda lib, n: lib.empty(n).uniform_(-1, 2),
        "normal_": lambda lib, n: lib.empty(n).normal_(1, 2),
        "normal_ of a transposed tensor": lambda lib, n: lib.empty(3, n).t().normal_(1, 2),
        "normal_ of every other": lambda lib, n: lib.empty(3, 2 * n)[:, ::2].normal_(),
        "uniform_ of a transposed tensor": lambda lib, n: lib.empty(3, n).t().uniform_(),
        "random_ of permuted dimensions": lambda lib, n: (
            lib.empty(2, n, 3).permute(2, 0, 1).random_(9)
        ),
        "rand_like": lambda lib, n: lib.rand_like(lib.ones(3, n).t()),
        "randn_like": lambda lib, n: lib.randn_like(lib.ones(3, n).t()),
        "randint_like": lambda lib, n: lib.randint_like(lib.ones(3, n).t(), 50),
        "normal of tensors": lambda lib, n: lib.normal(lib.ones(3, n).t(), 2.0),
        "log_normal_": lambda lib, n: lib.empty(n).log_normal_(),
        "cauchy_": lambda lib, n: lib.empty(n).cauchy_(),
        "geometric_": lambda lib, n: lib.empty(n).geometric_(0.3),
    }
    for (name, draw), seed, size in itertools.product(draws.items(), (0, 1, 12345), sizes):
        results = []
        for library in (edugrad, torch):
            library.manual_seed(seed)
            try:
                results.append(draw(library, size))
            except AttributeError as error:
                results.append(str(error))
        found = compare(*results)
        if found:
            yield f"{name}, seed {seed}, size {size}: {found.text}"


PRINTED: tuple[Callable[[Any], Any], ...] = (
    lambda t: t.tensor(3),
    lambda t: t.tensor(3.5),
    lambda t: t.tensor([]),
    lambda t: t.zeros(2, 0),
    lambda t: t.zeros(0, dtype=t.int64),
    lambda t: t.tensor([1, -20, 300]),
    lambda t: t.tensor([1.0, 2.0, 3.0]),
    lambda t: t.tensor([1.0, 2.5, -3.25]),
    lambda t: t.tensor([1e-5, 1.0]),
    lambda t: t.tensor([1e10, 1.0]),
    lambda t: t.tensor([1e10, 1.5]),
    lambda t: t.tensor([123456.0, 1.0]),
    lambda t: t.tensor([float("nan"), 1.0, float("inf"), -float("inf")]),
    lambda t: t.tensor([float("nan"), 1.5]),
    lambda t: t.tensor([True, False]),
    lambda t: t.tensor([[True], [False]]),
    lambda t: t.arange(24).view(2, 3, 4),
    lambda t: t.arange(24.0).view(2, 3, 4) / 7,
    lambda t: t.arange(1001),
    lambda t: t.arange(10000.0).view(100, 100),
    lambda t: t.arange(8000).view(20, 20, 20),
    lambda t: t.arange(40) * 1000,
    lambda t: t.arange(50.0) / 3,
    lambda t: t.tensor([1.5], dtype=t.float64),
    lambda t: t.tensor([1.5], dtype=t.float16),
    lambda t: t.tensor([1], dtype=t.int32),
    lambda t: t.tensor([1], dtype=t.uint8),
    lambda t: t.ones(2, requires_grad=True),
    lambda t: t.ones(2, requires_grad=True) * 2,
    lambda t: (t.ones(30, requires_grad=True) * 2).exp(),
    lambda t: t.ones(2, 2, dtype=t.float64, requires_grad=True) @ t.ones(2, 2, dtype=t.float64),
    lambda t: t.tensor(float("nan")),
    lambda t: t.tensor(1e-8),
    lambda t: t.tensor([0.0, 0.0]),
    lambda t: t.tensor([-0.0, 1e-3]),
    lambda t: t.Size([2, 3]),
    lambda t: t.ones(3).max(0),
    lambda t: t.device("cpu"),
)


def _text(value: Any) -> str:
    return re.sub(r"\btorch\.", "edugrad.", repr(value))


@check
def printed_text(edugrad: Any, torch: Any) -> Iterator[str]:
    for k, make in enumerate(PRINTED):
        ours, theirs = _text(make(edugrad)), _text(make(torch))
        if ours != theirs:
            yield f"number {k}:\n{ours}\n{theirs}"
    for options in ({"precision": 2}, {"sci_mode": True}, {"linewidth": 40}, {"profile": "short"}):
        for library in (edugrad, torch):
            library.set_printoptions(**options)
        ours, theirs = (_text(library.arange(30.0) / 7) for library in (edugrad, torch))
        for library in (edugrad, torch):
            library.set_printoptions(profile="default")
        if ours != theirs:
            yield f"set_printoptions({options}):\n{ours}\n{theirs}"


def _in_place_leaf(t: Any) -> Any:
    t.ones(2, requires_grad=True).add_(1)


def _twice(t: Any) -> Any:
    y = (t.ones(2, requires_grad=True) ** 2).sum()
    y.backward()
    y.backward()


def _changed(t: Any) -> Any:
    y = t.ones(2, requires_grad=True).exp()
    y.add_(1)
    y.sum().backward()


MISTAKES: tuple[Callable[[Any], Any], ...] = (
    lambda t: t.ones(3) + t.ones(4),
    lambda t: t.ones(2, 3) @ t.ones(2, 3),
    lambda t: t.ones(2, 3) @ t.ones(2),
    lambda t: t.ones(3) @ t.tensor(2.0),
    lambda t: t.mm(t.ones(2), t.ones(2, 2)),
    lambda t: t.ones(2, requires_grad=True).backward(),
    lambda t: t.ones(()).backward(),
    lambda t: t.ones(2, requires_grad=True).numpy(),
    _in_place_leaf,
    _twice,
    _changed,
    lambda t: t.tensor([1, 2], requires_grad=True),
    lambda t: t.tensor("a"),
    lambda t: t.tensor([[1, 2], [3]]),
    lambda t: t.ones(3).long().add_(1.5),
    lambda t: t.ones(3).add_(t.ones(2, 3)),
    lambda t: t.ones(3).sum(dim=3),
    lambda t: t.ones(3).view(2),
    lambda t: t.ones(3).reshape(2, -1),
    lambda t: t.ones(2, 3).t().view(6),
    lambda t: t.ones(3).item(),
    lambda t: bool(t.ones(3)),
    lambda t: t.ones(3)[5],
    lambda t: t.ones(3)[1.5],
    lambda t: t.ones(2, 3).transpose(0, 5),
    lambda t: t.cat([t.ones(2, 3), t.ones(2, 4)]),
    lambda t: t.stack([t.ones(2), t.ones(3)]),
    lambda t: t.nn.functional.binary_cross_entropy_with_logits(t.ones(3, 1), t.ones(3)),
    lambda t: t.ones(3, dtype=t.int64).mean(),
    lambda t: -t.tensor([True]),
    lambda t: t.tensor([True]) - t.tensor([True]),
    lambda t: t.ones(3).to("nowhere"),
    lambda t: t.autograd.grad(t.ones(2, requires_grad=True).sum(), t.ones(2, requires_grad=True)),
    lambda t: (t.ones(3, requires_grad=True) * 2).backward(t.ones(2)),
    lambda t: t.zeros(1).expand(3).add_(1),
    lambda t: t.ones(2).foo,
    lambda t: t.arange(4) ** -1,
    lambda t: t.ones(3).expand(2),
    lambda t: t.ones(2, 3).permute(0),
    lambda t: t.ones(3).gather(0, t.tensor([5])),
    lambda t: t.where(t.ones(2), 1.0, 0.0),
    lambda t: len(t.tensor(1)),
    lambda t: list(t.tensor(1)),
    lambda t: int(t.ones(2)),
    lambda t: t.randint(5, 5, (2,)),
    lambda t: t.zeros(-1),
    lambda t: t.from_numpy([1]),
)


@check
def error_types(edugrad: Any, torch: Any) -> Iterator[str]:
    for k, mistake in enumerate(MISTAKES):
        found = compare_calls(partial(mistake, edugrad), partial(mistake, torch))
        if found:
            yield f"number {k}: {found.text}"


@check
def random_programs(edugrad: Any, torch: Any) -> Iterator[str]:
    yield from program_differences(edugrad, torch, range(PROGRAMS))
