"""edugrad.utils.data against torch.utils.data: orders, splits, batches and error types."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from .compare import compare, compare_calls
from .semantics import check

Point = namedtuple("Point", ["x", "y"])
Call = Callable[[Any], Any]


def pairs(t: Any, count: int = 10) -> Any:
    x = t.arange(2 * count, dtype=t.float32).reshape(count, 2)
    return t.utils.data.TensorDataset(x, t.arange(count))


def subset(t: Any) -> Any:
    return t.utils.data.Subset(t.utils.data.Subset(pairs(t), [1, 3, 5, 7, 9]), [4, -1, 0])


def stream(t: Any, count: int = 7, length: bool = False) -> Any:
    def read(self: Any) -> Iterator[int]:
        return iter(range(count))

    names: dict[str, Any] = {"__iter__": read}
    if length:
        names["__len__"] = lambda self: count
    return type("Stream", (t.utils.data.IterableDataset,), names)()


def seeded(t: Any, seed: int = 5) -> Any:
    return t.Generator().manual_seed(seed)


ORDERS: dict[str, Call] = {
    "RandomSampler": lambda t: t.utils.data.RandomSampler(range(50)),
    "RandomSampler, fewer": lambda t: t.utils.data.RandomSampler(range(50), num_samples=20),
    "RandomSampler, more": lambda t: t.utils.data.RandomSampler(range(7), num_samples=20),
    "RandomSampler, twice": lambda t: t.utils.data.RandomSampler(range(7), num_samples=14),
    "RandomSampler, generator": lambda t: t.utils.data.RandomSampler(range(9), generator=seeded(t)),
    "RandomSampler, replacement": lambda t: t.utils.data.RandomSampler(range(9), True),
    "RandomSampler, 70 with replacement": lambda t: t.utils.data.RandomSampler(
        range(1000), True, 70
    ),
    "RandomSampler, 64 with replacement": lambda t: t.utils.data.RandomSampler(range(9), True, 64),
    "SubsetRandomSampler": lambda t: t.utils.data.SubsetRandomSampler([3, 1, 4, 1, 5]),
    "WeightedRandomSampler": lambda t: t.utils.data.WeightedRandomSampler([0.1, 0.5, 0, 2.0], 40),
    **{
        f"DistributedSampler {options}": partial(
            lambda options, t: t.utils.data.DistributedSampler(range(17), **options), options
        )
        for options in (
            {"num_replicas": 4, "rank": 0},
            {"num_replicas": 4, "rank": 3, "seed": 5},
            {"num_replicas": 4, "rank": 1, "drop_last": True},
            {"num_replicas": 17, "rank": 2, "drop_last": True},
            {"num_replicas": 40, "rank": 39, "shuffle": False},
        )
    },
    "BatchSampler": lambda t: t.utils.data.BatchSampler(
        t.utils.data.RandomSampler(range(10)), 4, False
    ),
    "BatchSampler, drop_last": lambda t: t.utils.data.BatchSampler(
        t.utils.data.RandomSampler(range(10)), 4, True
    ),
    "random_split": lambda t: [
        list(part) for part in t.utils.data.random_split(range(20), [11, 9])
    ],
    "random_split, fractions": lambda t: [
        list(part) for part in t.utils.data.random_split(range(23), [0.3, 0.3, 0.4])
    ],
    "random_split, generator": lambda t: [
        list(part) for part in t.utils.data.random_split(range(8), [0.5, 0.5], seeded(t))
    ],
}


@check
def orders_of_samples(edugrad: Any, torch: Any) -> Iterator[str]:
    for name, make in ORDERS.items():
        for seed in (0, 1, 99):
            passes = []
            for library in (edugrad, torch):
                library.manual_seed(seed)
                order = make(library)
                passes.append([list(order), list(order), len(order), library.rand(2)])
            yield compare(*passes, f"{name}, seed {seed}").text


LOADERS: dict[str, Call] = {
    "plain": lambda t: t.utils.data.DataLoader(pairs(t), 3),
    "shuffled": lambda t: t.utils.data.DataLoader(pairs(t), 3, shuffle=True),
    "shuffled, generator": lambda t: t.utils.data.DataLoader(
        pairs(t), 4, shuffle=True, generator=seeded(t)
    ),
    "drop_last": lambda t: t.utils.data.DataLoader(pairs(t), 4, shuffle=True, drop_last=True),
    "single samples": lambda t: t.utils.data.DataLoader(pairs(t, 3), batch_size=None),
    "sampler": lambda t: t.utils.data.DataLoader(pairs(t), 2, sampler=[3, 1, -1]),
    "sampler of indices from NumPy": lambda t: t.utils.data.DataLoader(
        pairs(t), 2, sampler=list(np.array([3, 1, 2]))
    ),
    "sampler of tensors": lambda t: t.utils.data.DataLoader(
        pairs(t), 2, sampler=list(t.tensor([3, 1, 2]))
    ),
    "sampler of bools": lambda t: t.utils.data.DataLoader(pairs(t), 2, sampler=[True, False]),
    "batch_sampler": lambda t: t.utils.data.DataLoader(pairs(t), batch_sampler=[[0], [2, 4, 6]]),
    "whole batches from a sampler": lambda t: t.utils.data.DataLoader(
        pairs(t), batch_size=None, sampler=[[0, 1], [2]]
    ),
    "collate_fn": lambda t: t.utils.data.DataLoader(pairs(t), 4, collate_fn=len),
    "subset": lambda t: t.utils.data.DataLoader(subset(t), 2),
    "subset, shuffled": lambda t: t.utils.data.DataLoader(subset(t), 2, shuffle=True),
    "split": lambda t: t.utils.data.DataLoader(
        t.utils.data.random_split(pairs(t), [0.7, 0.3])[0], 3, shuffle=True
    ),
    "with gradients": lambda t: t.utils.data.DataLoader(
        t.utils.data.TensorDataset(t.ones(4, 2, requires_grad=True)), 3
    ),
    "stacked": lambda t: t.utils.data.DataLoader(
        t.utils.data.StackDataset(a=pairs(t), b=range(10)), 4
    ),
    "concatenated": lambda t: t.utils.data.DataLoader(pairs(t, 3) + pairs(t, 4), 4, shuffle=True),
    "numbers": lambda t: t.utils.data.DataLoader([1.5, 2.5, 3.5], 2),
    "texts": lambda t: t.utils.data.DataLoader([("a", 1), ("b", 2)], 2),
    "stream": lambda t: t.utils.data.DataLoader(stream(t), 3),
    "stream, drop_last": lambda t: t.utils.data.DataLoader(stream(t), 3, drop_last=True),
    "stream, single": lambda t: t.utils.data.DataLoader(stream(t), batch_size=None),
    "streams": lambda t: t.utils.data.DataLoader(stream(t) + stream(t), 4),
    "stream of a length": lambda t: t.utils.data.DataLoader(stream(t, 7, True), 3),
}


def epochs(library: Any, make: Call, seed: int) -> list[Any]:
    library.manual_seed(seed)
    loader = make(library)
    return [list(loader), list(loader), library.rand(2)]


def length(library: Any, make: Call) -> int:
    return len(make(library))


@check
def batches(edugrad: Any, torch: Any) -> Iterator[str]:
    for name, make in LOADERS.items():
        for seed in (0, 7):
            runs = [partial(epochs, library, make, seed) for library in (edugrad, torch)]
            found = compare_calls(*runs).text
            yield f"{name}, seed {seed}: {found}" if found else ""
        lengths = [
            partial(lambda library, make: len(make(library)), t, make) for t in (edugrad, torch)
        ]
        found = compare_calls(*lengths).text
        yield f"len of {name}: {found}" if found else ""


COLLATED: tuple[Call, ...] = (
    lambda t: [1, 2],
    lambda t: [1.5, 2],
    lambda t: [True, False],
    lambda t: ["a", "b"],
    lambda t: [b"a", b"b"],
    lambda t: [np.float32(1), np.float32(2)],
    lambda t: [np.int64(1), np.int64(2)],
    lambda t: [np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)],
    lambda t: [t.ones(2), t.zeros(2)],
    lambda t: [(1, 2.0), (3, 4.0)],
    lambda t: [[1, "a"], [3, "b"]],
    lambda t: [Point(1, 2.0), Point(3, 4.0)],
    lambda t: [{"a": 1, "b": [1, 2]}, {"a": 2, "b": [3, 4]}],
    lambda t: [OrderedDict(a=1), OrderedDict(a=2)],
    lambda t: [range(3), range(3)],
    lambda t: [[1], [1, 2]],
    lambda t: [t.ones(2), t.ones(3)],
    lambda t: [None, None],
    lambda t: [np.array("a"), np.array("b")],
    lambda t: [{1}, {2}],
    lambda t: [{"a": 1}, {"b": 2}],
    lambda t: [],
)
CONVERTED: tuple[Call, ...] = (
    lambda t: 1,
    lambda t: "a",
    lambda t: np.array([1.5]),
    lambda t: np.float64(2),
    lambda t: np.array(["a"]),
    lambda t: Point(np.array(0), 1),
    lambda t: (np.array([1]), "a"),
    lambda t: [np.array([1]), [np.array([2])]],
    lambda t: {"a": np.array([1]), "b": None},
    lambda t: range(2),
)


@check
def collation(edugrad: Any, torch: Any) -> Iterator[str]:
    for name, cases in (("default_collate", COLLATED), ("default_convert", CONVERTED)):
        for k, make in enumerate(cases):
            calls = [
                partial(getattr(library.utils.data, name), make(library))
                for library in (edugrad, torch)
            ]
            found = compare_calls(*calls).text
            yield f"{name} number {k}: {found}" if found else ""


def _set(t: Any) -> None:
    t.utils.data.DataLoader(pairs(t)).batch_size = 3


DATA_MISTAKES: tuple[Call, ...] = (
    lambda t: t.utils.data.TensorDataset(t.ones(2), t.ones(3)),
    lambda t: len(t.utils.data.TensorDataset()),
    lambda t: t.utils.data.Dataset()[0],
    lambda t: len(t.utils.data.Dataset()),
    lambda t: iter(t.utils.data.IterableDataset()),
    lambda t: iter(t.utils.data.Sampler()),
    lambda t: len(t.utils.data.Sampler()),
    lambda t: t.utils.data.ConcatDataset([]),
    lambda t: t.utils.data.ConcatDataset([stream(t)]),
    lambda t: t.utils.data.ConcatDataset(["ab"])[-3],
    lambda t: t.utils.data.ConcatDataset(["ab"])[2],
    lambda t: list(t.utils.data.ChainDataset(["ab"])),
    lambda t: len(t.utils.data.ChainDataset([stream(t)])),
    lambda t: t.utils.data.StackDataset(),
    lambda t: t.utils.data.StackDataset("ab", "c"),
    lambda t: t.utils.data.StackDataset("ab", b="ab"),
    lambda t: t.utils.data.random_split(range(10), [3, 4]),
    lambda t: t.utils.data.random_split(range(10), [1.5, -0.5]),
    lambda t: t.utils.data.random_split(range(10), [0.5, 0.6]),
    lambda t: t.utils.data.RandomSampler([]),
    lambda t: t.utils.data.RandomSampler("ab", 1),
    lambda t: t.utils.data.RandomSampler("ab", num_samples=0),
    lambda t: t.utils.data.RandomSampler("ab", num_samples=1.5),
    lambda t: t.utils.data.WeightedRandomSampler([1.0], 0),
    lambda t: t.utils.data.WeightedRandomSampler([1.0], 1, 1),
    lambda t: t.utils.data.WeightedRandomSampler([[1.0]], 1),
    lambda t: t.utils.data.DistributedSampler("ab", 2, 2),
    lambda t: t.utils.data.BatchSampler("ab", 0, False),
    lambda t: t.utils.data.BatchSampler("ab", True, False),
    lambda t: t.utils.data.BatchSampler("ab", 2, 0),
    lambda t: t.utils.data.DataLoader("ab", 0),
    lambda t: t.utils.data.DataLoader("ab", 1.5),
    lambda t: t.utils.data.DataLoader("ab", num_workers=-1),
    lambda t: t.utils.data.DataLoader("ab", timeout=-1),
    lambda t: t.utils.data.DataLoader("ab", prefetch_factor=2),
    lambda t: t.utils.data.DataLoader("ab", persistent_workers=True),
    lambda t: t.utils.data.DataLoader("ab", multiprocessing_context="spawn"),
    lambda t: t.utils.data.DataLoader("ab", sampler=[0], shuffle=True),
    lambda t: t.utils.data.DataLoader("ab", batch_sampler=[[0]], batch_size=2),
    lambda t: t.utils.data.DataLoader("ab", batch_sampler=[[0]], drop_last=True),
    lambda t: t.utils.data.DataLoader("ab", batch_size=None, drop_last=True),
    lambda t: t.utils.data.DataLoader([], shuffle=True),
    lambda t: list(t.utils.data.DataLoader([])),
    lambda t: t.utils.data.DataLoader(stream(t), shuffle=True),
    lambda t: t.utils.data.DataLoader(stream(t), sampler=[0]),
    lambda t: t.utils.data.DataLoader(stream(t), batch_sampler=[[0]]),
    lambda t: len(t.utils.data.DataLoader(stream(t))),
    lambda t: iter(t.utils.data.DataLoader("ab", timeout=1)),
    lambda t: next(iter(t.utils.data.DataLoader(pairs(t), sampler=[99]))),
    lambda t: next(iter(t.utils.data.DataLoader(pairs(t), sampler=["a"]))),
    lambda t: next(iter(t.utils.data.DataLoader([None, None], 2))),
    _set,
    lambda t: t.utils.data.get_worker_info(),
)


@check
def errors_of_data(edugrad: Any, torch: Any) -> Iterator[str]:
    for k, mistake in enumerate(DATA_MISTAKES):
        found = compare_calls(partial(mistake, edugrad), partial(mistake, torch)).text
        yield f"number {k}: {found}" if found else ""
