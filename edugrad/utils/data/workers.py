"""Workers of a DataLoader, whose turns are taken in this process, one after the other.

PyTorch starts ``num_workers`` processes. Each has a copy of the dataset and random streams of its
own, and they load the batches in turn. Taken in turn here, they load the same batches, with the
same random numbers; only the time that processes beside each other save is not saved.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...random import get_rng_state, manual_seed, set_rng_state


@dataclass(frozen=True)
class WorkerInfo:
    """Who loads. PyTorch: the result of ``torch.utils.data.get_worker_info``.

    Attributes
    ----------
    id : int
        The worker's number, from 0.
    num_workers : int
    seed : int
        What its random streams started from.
    dataset : Dataset
        Its copy of the dataset.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


_current: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """The worker that loads just now; None outside of workers.

    PyTorch: ``torch.utils.data.get_worker_info``.
    """
    return _current


class Worker:
    """One worker: its copy of the dataset, its random streams, and what fetches its batches."""

    def __init__(
        self,
        info: WorkerInfo,
        start: Callable[[int], None] | None,
        make_fetcher: Callable[[Any], Any],
    ) -> None:
        self.info = info
        self._streams = _streams()
        with _Turn(self):
            random.seed(info.seed)
            manual_seed(info.seed)
            words = [info.id, (info.seed - info.id) & 0xFFFFFFFF, (info.seed - info.id) >> 32, 0]
            np.random.seed(np.random.SeedSequence(words).generate_state(4))  # noqa: NPY002
            if start is not None:
                start(info.id)
            self._fetcher = make_fetcher(info.dataset)

    def fetch(self, index: Any) -> Any:
        """The batch of an index; ``StopIteration`` at the end of the worker's stream."""
        with _Turn(self):
            return self._fetcher.fetch(index)


class _Turn:
    """The block in which a worker is the one that loads and draws."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def __enter__(self) -> None:
        global _current
        self._outside = _streams(), _current
        _draw_from(self._worker._streams)
        _current = self._worker.info

    def __exit__(self, *exception: object) -> None:
        global _current
        self._worker._streams = _streams()
        streams, _current = self._outside
        _draw_from(streams)


class Turns:
    """Fetches batches with several workers in turn; one whose stream has ended is left out."""

    def __init__(
        self,
        dataset: Any,
        count: int,
        seed: int,
        start: Callable[[int], None] | None,
        make_fetcher: Callable[[Any], Any],
    ) -> None:
        infos = [
            WorkerInfo(number, count, seed + number, copy.copy(dataset)) for number in range(count)
        ]
        self._workers = [Worker(info, start, make_fetcher) for info in infos]
        self._next = 0

    def fetch(self, index: Any) -> Any:
        """The batch of an index, by the worker whose turn it is."""
        while self._workers:
            self._next %= len(self._workers)
            try:
                batch = self._workers[self._next].fetch(index)
            except StopIteration:
                del self._workers[self._next]
                continue
            self._next += 1
            return batch
        raise StopIteration


def _streams() -> tuple[Any, ...]:
    """Where the random streams of edugrad, Python and NumPy stand."""
    return get_rng_state(), random.getstate(), np.random.get_state()  # noqa: NPY002


def _draw_from(streams: tuple[Any, ...]) -> None:
    """Take the random streams to where they stood."""
    ours, pythons, numpys = streams
    set_rng_state(ours)
    random.setstate(pythons)
    np.random.set_state(numpys)  # noqa: NPY002
