"""DataLoader: batches of a dataset, in the order of a sampler."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from ... import cuda
from ...errors import teach
from ...random import Generator
from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .fetch import IterableFetcher, MapFetcher
from .sampler import BatchSampler, RandomSampler, SequentialSampler, draw_seed
from .workers import Turns

T = TypeVar("T", covariant=True)
FIXED = (
    "batch_size",
    "batch_sampler",
    "sampler",
    "drop_last",
    "dataset",
    "persistent_workers",
)


class DataLoader(Generic[T]):
    """Batches of a dataset; each ``for`` over it is one epoch.

    Parameters
    ----------
    dataset : Dataset or IterableDataset
        Anything with ``__getitem__`` and ``__len__``, or an :class:`IterableDataset`.
    batch_size : int or None
        Samples a batch; None gives single samples, not put together.
    shuffle : bool, optional
        Whether each epoch has a new random order.
    sampler : iterable, optional
        The order of the indices, in place of ``shuffle``.
    batch_sampler : iterable, optional
        Lists of indices, one a batch, in place of ``batch_size``, ``shuffle``, ``sampler`` and
        ``drop_last``.
    collate_fn : callable, optional
        What makes a batch of a list of samples; :func:`default_collate` unless given.
    drop_last : bool
        Whether a last batch that is not full is left out.
    generator : Generator, optional
        Whose numbers shuffle; the default stream unless given.
    num_workers : int
        How many workers load in turn, each with its copy of the dataset and its random streams,
        as PyTorch's processes; here they take their turns in this process.
    pin_memory, pin_memory_device, in_order
        Accepted, without effect.
    timeout, worker_init_fn, multiprocessing_context, prefetch_factor, persistent_workers
        Concern workers; ``worker_init_fn(id)`` is called when one begins, the others are checked
        as in PyTorch and without effect.

    Raises
    ------
    ValueError
        If options exclude each other or are out of range.

    Examples
    --------
    >>> import edugrad
    >>> from edugrad.utils.data import TensorDataset
    >>> pairs = TensorDataset(edugrad.arange(5), edugrad.arange(5) ** 2)
    >>> for x, y in DataLoader(pairs, batch_size=2):
    ...     print(x.tolist(), y.tolist())
    [0, 1] [0, 1]
    [2, 3] [4, 9]
    [4] [16]

    Notes
    -----
    PyTorch: ``torch.utils.data.DataLoader``, with the same batches under one seed.
    """

    _initialized = False

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        if multiprocessing_context is not None and num_workers == 0:
            raise ValueError(_needs_workers("multiprocessing_context", multiprocessing_context))
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self.persistent_workers = persistent_workers
        self.generator = generator

        streams = isinstance(dataset, IterableDataset)
        if streams:
            _check_stream(shuffle, sampler, batch_sampler)
        _check_order(batch_size, bool(shuffle), sampler, batch_sampler, drop_last)
        if sampler is None:
            sampler = self._default_sampler(streams, bool(shuffle))
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn
        self._announced: int | None = None
        self._initialized = True

    def _default_sampler(self, streams: bool, shuffle: bool) -> Iterable[Any]:
        if streams:
            return _Endless()
        if shuffle:
            return RandomSampler(self.dataset, generator=self.generator)
        return SequentialSampler(self.dataset)

    def __setattr__(self, name: str, value: Any) -> None:
        if self._initialized and name in FIXED:
            raise ValueError(
                teach(
                    f"{name} attribute should not be set after {type(self).__name__} is "
                    "initialized",
                    got=f"{name} = {value!r}",
                    mend="make a new DataLoader",
                )
            )
        super().__setattr__(name, value)

    @property
    def _index_sampler(self) -> Any:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __iter__(self) -> Iterator[T]:
        return _Epoch(self)

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self._index_sampler)
        count = self._announced = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is None:
            return count
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


class _Endless:
    """The sampler of a stream, which ends when the stream does."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)


class _Epoch(Iterator[Any]):
    """One pass over a DataLoader."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        if loader.timeout != 0 and loader.num_workers == 0:
            raise AssertionError(_needs_workers("timeout", loader.timeout))
        if loader.pin_memory and not cuda.is_available():
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device "
                "pinned memory won't be used.",
                stacklevel=3,
            )
        self._dataset = loader.dataset
        self._announced = loader._announced
        self._sampler = loader._index_sampler
        self._indices = iter(self._sampler)
        # PyTorch draws a seed for the workers here, whether or not there are any.
        seed = draw_seed(loader.generator)
        fetcher = IterableFetcher if isinstance(loader.dataset, IterableDataset) else MapFetcher
        batched = loader.batch_sampler is not None

        def fetch_from(dataset: Any) -> IterableFetcher | MapFetcher:
            return fetcher(dataset, loader.collate_fn, batched, loader.drop_last)

        count = loader.num_workers
        self._fetcher = (
            Turns(loader.dataset, count, seed, loader.worker_init_fn, fetch_from)
            if count
            else fetch_from(loader.dataset)
        )
        self._count = 0

    def __next__(self) -> Any:
        batch = self._fetcher.fetch(next(self._indices))
        self._count += 1
        if self._announced is not None and self._count > self._announced:
            warnings.warn(
                f"Length of IterableDataset {self._dataset} was reported to be {self._announced} "
                f"(when accessing len(dataloader)), but {self._count} samples have been fetched.",
                stacklevel=2,
            )
        return batch

    def __len__(self) -> int:
        return len(self._sampler)


def _check_workers(
    num_workers: int, timeout: float, prefetch_factor: int | None, persistent: bool
) -> None:
    if num_workers < 0:
        rule = "num_workers option should be non-negative; use num_workers=0 to disable "
        rule, got = rule + "multiprocessing.", f"num_workers={num_workers}"
        raise ValueError(teach(rule, got=got, mend="num_workers=0 loads in this process"))
    if timeout < 0:
        rule, got = "timeout option should be non-negative", f"timeout={timeout}"
        raise ValueError(teach(rule, got=got, mend="leave it out: without workers none waits"))
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            teach(
                "prefetch_factor option could only be specified in multiprocessing. "
                "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to "
                "None.",
                got=f"prefetch_factor={prefetch_factor} with num_workers=0",
                mend="leave prefetch_factor out",
            )
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        rule, got = "prefetch_factor option should be non-negative", str(prefetch_factor)
        raise ValueError(teach(rule, got=got, mend="leave prefetch_factor out"))
    if persistent and num_workers == 0:
        rule, got = "persistent_workers option needs num_workers > 0", "num_workers=0"
        raise ValueError(teach(rule, got=got, mend="leave persistent_workers out"))


def _check_stream(shuffle: bool | None, sampler: Any, batch_sampler: Any) -> None:
    """A stream has its own order."""
    given = {
        "shuffle": shuffle or None,
        "sampler": sampler,
        "batch_sampler": batch_sampler,
    }
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                teach(
                    f"DataLoader with IterableDataset: expected unspecified {name} option, but "
                    f"got {name}={value}",
                    got="an IterableDataset, which is read in its own order",
                    mend=f"leave {name} out, and choose the order in the dataset's __iter__",
                )
            )


def _check_order(
    batch_size: int | None, shuffle: bool, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    """Options that say the same thing twice."""
    if sampler is not None and shuffle:
        rule = "sampler option is mutually exclusive with shuffle"
        got, mend = "both", "use RandomSampler, or SubsetRandomSampler, for a random order"
    elif batch_sampler is not None and (
        batch_size != 1 or shuffle or sampler is not None or drop_last
    ):
        rule = "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and "
        rule += "drop_last"
        got, mend = "batch_sampler and one of these", "let the batch_sampler do all of it"
    elif batch_sampler is None and batch_size is None and drop_last:
        rule = "batch_size=None option disables auto-batching and is mutually exclusive with "
        rule += "drop_last"
        got, mend = "batch_size=None, drop_last=True", "leave drop_last out: there are no batches"
    else:
        return
    raise ValueError(teach(rule, got=got, mend=mend))


def _needs_workers(name: str, value: Any) -> str:
    return teach(
        f"{name} can only be used with multi-process loading (num_workers > 0)",
        got=f"{name}={value!r} with num_workers=0",
        mend=f"leave {name} out",
    )
