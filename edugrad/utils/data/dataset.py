"""Datasets: what a training loop reads its samples from; several as one, and parts of one."""

from __future__ import annotations

import bisect
import itertools
import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from ...errors import teach
from ...random import Generator, default_generator, randperm
from ...tensor import Tensor

T = TypeVar("T", covariant=True)


class Dataset(Generic[T]):
    """A collection whose samples are found by an index. Derive from it.

    A subclass writes ``__getitem__(index)``, and ``__len__`` if it is to be shuffled or read to
    its end. A method ``__getitems__(indices)``, where there is one, gives a batch's samples as a
    list at once. ``first + second`` joins two datasets.

    Examples
    --------
    >>> class Squares(Dataset):
    ...     def __len__(self):
    ...         return 5
    ...
    ...     def __getitem__(self, index):
    ...         return index * index
    >>> Squares()[4]
    16
    >>> len(Squares() + Squares())
    10

    Notes
    -----
    PyTorch: ``torch.utils.data.Dataset``.
    """

    def __getitem__(self, index: Any) -> T:
        raise NotImplementedError(
            teach(
                "Subclasses of Dataset should implement __getitem__.",
                got=f"{type(self).__name__}, which does not",
                mend="write def __getitem__(self, index): …, which returns one sample",
            )
        )

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T], Iterable[T]):
    """A stream of samples, read in its own order. A subclass writes ``__iter__``.

    It is for data that come one after the other, from a file or a socket, and cannot be shuffled
    by index. ``first + second`` reads one after the other. A class without ``__iter__`` cannot be
    instantiated.

    Examples
    --------
    >>> class Countdown(IterableDataset):
    ...     def __iter__(self):
    ...         return iter([3, 2, 1])
    >>> list(Countdown() + Countdown())
    [3, 2, 1, 3, 2, 1]

    Notes
    -----
    PyTorch: ``torch.utils.data.IterableDataset``.
    """

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors side by side: sample ``i`` is the tuple of their elements ``i``.

    Parameters
    ----------
    *tensors : Tensor
        Of the same length in their first dimension.

    Raises
    ------
    AssertionError
        If the lengths differ.

    Examples
    --------
    >>> import edugrad
    >>> pairs = TensorDataset(edugrad.tensor([[1.0], [2.0]]), edugrad.tensor([0, 1]))
    >>> pairs[1]
    (tensor([2.]), tensor(1))

    Notes
    -----
    PyTorch: ``torch.utils.data.TensorDataset``.
    """

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: Tensor) -> None:
        lengths = [tensor.size(0) for tensor in tensors]
        if len(set(lengths)) > 1:
            raise AssertionError(
                teach(
                    "Size mismatch between tensors",
                    got=f"tensors of {_listed(lengths)} samples",
                    mend="every tensor has one entry a sample in its first dimension",
                )
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].size(0)


class ConcatDataset(Dataset[T]):
    """Several datasets one after the other.

    Raises
    ------
    AssertionError
        If there are none, or one of them is an :class:`IterableDataset`.

    Examples
    --------
    >>> both = ConcatDataset(["ab", "cde"])
    >>> len(both), both[2], both[-1]
    (5, 'c', 'e')

    Notes
    -----
    PyTorch: ``torch.utils.data.ConcatDataset``.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError(
                teach(
                    "datasets should not be an empty iterable",
                    got="no dataset",
                    mend="pass at least one: ConcatDataset([first, second])",
                )
            )
        for dataset in self.datasets:
            if isinstance(dataset, IterableDataset):
                raise AssertionError(
                    teach(
                        "ConcatDataset does not support IterableDataset",
                        got=type(dataset).__name__,
                        mend="use ChainDataset for streams",
                    )
                )
        self.cumulative_sizes = list(itertools.accumulate(map(len, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> T:
        place = index + len(self) if index < 0 else index
        if place < 0:
            raise ValueError(
                teach(
                    "absolute value of index should not exceed dataset length",
                    got=f"index {index} for {len(self)} samples",
                    mend=f"indices run from {-len(self)} to {len(self) - 1}",
                )
            )
        which = bisect.bisect_right(self.cumulative_sizes, place)
        if which == len(self.datasets):
            raise IndexError(
                teach(
                    "list index out of range",
                    got=f"index {index} for {len(self)} samples",
                    mend=f"indices run from {-len(self)} to {len(self) - 1}",
                )
            )
        start = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][place - start]


class ChainDataset(IterableDataset[T]):
    """Several streams one after the other.

    Raises
    ------
    AssertionError
        When it is read, if one of them is no :class:`IterableDataset`.

    Notes
    -----
    PyTorch: ``torch.utils.data.ChainDataset``.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[T]:
        for dataset in self.datasets:
            yield from _stream(dataset)

    def __len__(self) -> int:
        return sum(len(_stream(dataset)) for dataset in self.datasets)


def _stream(dataset: Any) -> Any:
    if isinstance(dataset, IterableDataset):
        return dataset
    raise AssertionError(
        teach(
            "ChainDataset only supports IterableDataset",
            got=type(dataset).__name__,
            mend="use ConcatDataset for datasets with an index",
        )
    )


class StackDataset(Dataset[T]):
    """Datasets side by side: sample ``i`` is a tuple, or a dict, of their samples ``i``.

    Parameters
    ----------
    *args, **kwargs : Dataset
        Without names the samples are tuples, with names they are dicts; of equal length.

    Raises
    ------
    ValueError
        If the lengths differ, there is no dataset, or some have names and others not.

    Examples
    --------
    >>> StackDataset("ab", [1, 2])[1]
    ('b', 2)
    >>> StackDataset(letter="ab", number=[1, 2])[1]
    {'letter': 'b', 'number': 2}

    Notes
    -----
    PyTorch: ``torch.utils.data.StackDataset``.
    """

    datasets: tuple[Any, ...] | dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and kwargs:
            raise ValueError(
                teach(
                    "Supported either ``tuple``- (via ``args``) or ``dict``- (via ``kwargs``) "
                    "like input/output, but both types are given.",
                    got=f"{len(args)} datasets without a name and {len(kwargs)} with one",
                    mend="name all of them or none",
                )
            )
        if not args and not kwargs:
            raise ValueError(
                teach(
                    "At least one dataset should be passed",
                    got="no dataset",
                    mend="StackDataset(images, labels) or StackDataset(image=images, …)",
                )
            )
        self.datasets = args or kwargs
        lengths = [len(dataset) for dataset in self._members()]
        if len(set(lengths)) > 1:
            raise ValueError(
                teach(
                    "Size mismatch between datasets",
                    got=f"datasets of {_listed(lengths)} samples",
                    mend="each dataset has one entry a sample",
                )
            )
        self._length = lengths[0]

    def _members(self) -> list[Any]:
        named = isinstance(self.datasets, dict)
        return list(self.datasets.values()) if named else list(self.datasets)  # type: ignore[union-attr]

    def _sample(self, parts: Iterable[Any]) -> Any:
        if isinstance(self.datasets, dict):
            return dict(zip(self.datasets, parts, strict=True))
        return tuple(parts)

    def __getitem__(self, index: Any) -> Any:
        return self._sample(dataset[index] for dataset in self._members())

    def __getitems__(self, indices: list[int]) -> list[Any]:
        columns = [items_of(dataset, indices) for dataset in self._members()]
        for column in columns:
            if len(column) != len(indices):
                raise ValueError(
                    teach(
                        "Nested dataset's output size mismatch. "
                        f"Expected {len(indices)}, got {len(column)}",
                        got=f"{len(column)} samples from __getitems__ for {len(indices)} indices",
                        mend="__getitems__ returns a list with one sample an index",
                    )
                )
        return [self._sample(parts) for parts in zip(*columns, strict=True)]

    def __len__(self) -> int:
        return self._length


def items_of(dataset: Any, indices: list[int]) -> list[Any]:
    """The samples of some indices, by the dataset's ``__getitems__`` where it has one."""
    if callable(getattr(dataset, "__getitems__", None)):
        return dataset.__getitems__(indices)
    return [dataset[index] for index in indices]


class Subset(Dataset[T]):
    """The samples of a dataset at chosen indices.

    A subclass that overrides ``__getitem__`` overrides ``__getitems__`` too, since the DataLoader
    asks for whole batches.

    Raises
    ------
    NotImplementedError
        If a subclass overrides ``__getitem__`` alone.

    Examples
    --------
    >>> vowels = Subset("abcdefghi", [0, 4, 8])
    >>> len(vowels), vowels[1]
    (3, 'e')

    Notes
    -----
    PyTorch: ``torch.utils.data.Subset``.
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices
        kind = type(self)
        if kind.__getitem__ is not Subset.__getitem__ and kind.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                teach(
                    f"{kind.__name__} overrides __getitem__ but not __getitems__.",
                    got="a subclass of Subset whose batches would not pass through its __getitem__",
                    mend="add def __getitems__(self, indices): return [self[i] for i in indices]",
                )
            )

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[each] for each in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: list[int]) -> list[Any]:
        return items_of(self.dataset, [self.indices[index] for index in indices])

    def __len__(self) -> int:
        return len(self.indices)


def random_split(
    dataset: Any,
    lengths: Sequence[int | float],
    generator: Generator | None = default_generator,
) -> list[Subset[Any]]:
    """Divide a dataset at random into parts that do not overlap.

    Parameters
    ----------
    dataset : Dataset
        With a length.
    lengths : sequence
        Numbers of samples that sum up to the dataset's, or fractions that sum up to 1. Fractions
        are rounded down; what is left over is dealt out one by one, beginning with the first part.
    generator : Generator, optional
        Whose numbers shuffle; the default stream unless given.

    Raises
    ------
    ValueError
        If the lengths do not sum up to the dataset's, or a fraction is not between 0 and 1.

    Examples
    --------
    >>> train, test = random_split(range(10), [0.8, 0.2], generator=Generator().manual_seed(0))
    >>> list(train), list(test)
    ([4, 1, 7, 5, 3, 9, 0, 8], [6, 2])

    Notes
    -----
    PyTorch: ``torch.utils.data.random_split``, with the same parts under one seed.
    """
    total = len(dataset)
    counts = list(lengths)
    if math.isclose(sum(counts), 1) and sum(counts) <= 1:
        counts = _counts(counts, total)
    if sum(counts) != total:
        raise ValueError(
            teach(
                "Sum of input lengths does not equal the length of the input dataset!",
                got=f"{' + '.join(map(str, counts))} = {sum(counts)} for {total} samples",
                mend=f"choose lengths that sum up to {total}, or fractions that sum up to 1",
            )
        )
    order = randperm(total, generator=generator).tolist()
    ends = itertools.accumulate(counts)
    return [
        Subset(dataset, order[end - count : end]) for end, count in zip(ends, counts, strict=True)
    ]


def _counts(fractions: Sequence[float], total: int) -> list[int | float]:
    """Numbers of samples for fractions of a total."""
    for k, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(
                teach(
                    f"Fraction at index {k} is not between 0 and 1",
                    got=f"{fraction}",
                    mend="fractions are parts of 1, e.g. [0.8, 0.2]",
                )
            )
    counts = [math.floor(total * fraction) for fraction in fractions]
    for k in range(total - sum(counts)):
        counts[k % len(counts)] += 1
    for k, count in enumerate(counts):
        if count == 0:
            warnings.warn(
                f"Length of split at index {k} is 0. This might result in an empty dataset.",
                stacklevel=3,
            )
    return list(counts)


def _listed(lengths: list[int]) -> str:
    return " and ".join(map(str, lengths))
