"""Samplers: in which order a dataset is read, and how the order is cut into batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

from ... import dtypes
from ...creation import as_tensor, empty
from ...errors import teach
from ...random import Generator, randint, randperm
from ...sampling import multinomial, random_

T = TypeVar("T", covariant=True)
CHUNK = 32  # PyTorch draws with replacement in pieces of 32


class Sampler(Generic[T]):
    """An order of indices, or of lists of indices. A subclass writes ``__iter__``.

    It writes ``__len__`` too where the number of indices is known.

    Notes
    -----
    PyTorch: ``torch.utils.data.Sampler``.
    """

    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError(
            teach(
                "Subclasses of Sampler should implement __iter__.",
                got=f"{type(self).__name__}, which does not",
                mend="write def __iter__(self): …, which yields indices",
            )
        )


class SequentialSampler(Sampler[int]):
    """Every index once, in order.

    Examples
    --------
    >>> list(SequentialSampler("abc"))
    [0, 1, 2]

    Notes
    -----
    PyTorch: ``torch.utils.data.SequentialSampler``.
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Indices in random order, each once; or drawn anew each time, with replacement.

    Parameters
    ----------
    data_source : sized
        What is sampled; only its length is asked for.
    replacement : bool
        Whether an index may come again before all others were drawn.
    num_samples : int, optional
        How many to draw; as many as there are samples unless given. Without replacement, more of
        them begin a new permutation.
    generator : Generator, optional
        Whose numbers are drawn. Without one, each pass draws a seed from the default stream.

    Raises
    ------
    TypeError
        If ``replacement`` is not a bool.
    ValueError
        If ``num_samples`` is not a positive whole number.

    Examples
    --------
    >>> list(RandomSampler("abcde", generator=Generator().manual_seed(0)))
    [4, 0, 1, 3, 2]

    Notes
    -----
    PyTorch: ``torch.utils.data.RandomSampler``, with the same order under one seed.
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(_not_bool("replacement", replacement))
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(_not_positive("num_samples", self.num_samples))

    @property
    def num_samples(self) -> int:
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        count, generator = len(self.data_source), self.generator
        if generator is None:
            generator = Generator().manual_seed(draw_seed())
        if self.replacement:
            for start in range(0, self.num_samples, CHUNK):
                size = min(CHUNK, self.num_samples - start)
                yield from randint(count, (size,), generator=generator).tolist()
        else:
            for _ in range(self.num_samples // count):
                yield from randperm(count, generator=generator).tolist()
            rest = self.num_samples % count
            yield from randperm(count, generator=generator).tolist()[:rest]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """Chosen indices in random order, each once.

    Examples
    --------
    >>> list(SubsetRandomSampler([2, 4, 6], generator=Generator().manual_seed(0)))
    [6, 2, 4]

    Notes
    -----
    PyTorch: ``torch.utils.data.SubsetRandomSampler``, with the same order under one seed.
    """

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for place in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[place]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices drawn as often as their weights say, e.g. to balance rare classes.

    Parameters
    ----------
    weights : sequence of float
        One an index; they need not sum up to 1.
    num_samples : int
        How many to draw.
    replacement : bool
        Whether an index may be drawn again.
    generator : Generator, optional
        Whose numbers are drawn; the default stream unless given.

    Raises
    ------
    ValueError
        If an argument is not as described.

    Notes
    -----
    PyTorch: ``torch.utils.data.WeightedRandomSampler``. With replacement the indices are PyTorch's
    under one seed; without, PyTorch draws through MKL, and the stream differs.
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        if not _is_count(num_samples):
            raise ValueError(_not_positive("num_samples", num_samples))
        if not isinstance(replacement, bool):
            raise ValueError(_not_bool("replacement", replacement))
        self.weights = as_tensor(weights, dtype=dtypes.float64)
        if self.weights.ndim != 1:
            shape = tuple(self.weights.shape)
            raise ValueError(
                teach(
                    f"weights should be a 1d sequence but given weights have shape {shape}",
                    got=f"weights of shape {shape}",
                    mend="give one weight a sample",
                )
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        drawn = multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """The indices of another sampler in lists of ``batch_size``.

    Parameters
    ----------
    sampler : iterable
    batch_size : int
    drop_last : bool
        Whether a last list that is not full is left out.

    Raises
    ------
    ValueError
        If ``batch_size`` is not a positive whole number or ``drop_last`` is not a bool.

    Examples
    --------
    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    >>> list(BatchSampler(range(5), batch_size=2, drop_last=True))
    [[0, 1], [2, 3]]

    Notes
    -----
    PyTorch: ``torch.utils.data.BatchSampler``.
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        if not _is_count(batch_size):
            raise ValueError(_not_positive("batch_size", batch_size))
        if not isinstance(drop_last, bool):
            raise ValueError(_not_bool("drop_last", drop_last))
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


def draw_seed(generator: Generator | None = None) -> int:
    """A seed from a stream, of 63 random bits, as PyTorch draws it."""
    return int(random_(empty((), dtype=dtypes.int64), generator=generator).item())


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _not_positive(name: str, value: Any) -> str:
    return teach(
        f"{name} should be a positive integer value, but got {name}={value}",
        got=f"{name}={value!r}",
        mend=f"a whole number from 1, e.g. {name}=32"
        if value != 0
        else f"at least one sample is needed: is the dataset empty? Otherwise e.g. {name}=32",
    )


def _not_bool(name: str, value: Any) -> str:
    return teach(
        f"{name} should be a boolean value, but got {name}={value}",
        got=f"{name}={value!r}",
        mend=f"{name}=True or {name}=False",
    )
