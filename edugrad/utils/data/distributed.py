"""The part of a dataset that one of several training processes reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from ...errors import teach
from ...random import Generator, randperm
from .sampler import Sampler


class DistributedSampler(Sampler[int]):
    """Every ``num_replicas``-th index, beginning with ``rank``: the processes share a dataset.

    Parameters
    ----------
    dataset : sized
    num_replicas, rank : int
        How many processes there are, and which of them this is.
    shuffle : bool
        Whether the order is random; it is the same in all processes, and every epoch's own where
        :meth:`set_epoch` is called.
    seed : int
        Of the shuffles; the same in all processes.
    drop_last : bool
        Where the samples do not divide evenly: leave some out, or let some come twice.

    Raises
    ------
    RuntimeError
        If ``num_replicas`` or ``rank`` is not given: edugrad cannot ask yet which process it is.
    ValueError
        If there is no process of this rank.

    Examples
    --------
    >>> [list(DistributedSampler(range(5), 2, rank, shuffle=False)) for rank in range(2)]
    [[0, 2, 4], [1, 3, 0]]

    Notes
    -----
    PyTorch: ``torch.utils.data.DistributedSampler``, with the same order under one seed.
    """

    def __init__(
        self,
        dataset: Any,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise RuntimeError(
                teach(
                    "Requires distributed package to be available",
                    got=f"num_replicas={num_replicas}, rank={rank}",
                    mend="say how many processes there are and which this is: "
                    "DistributedSampler(dataset, num_replicas=2, rank=0)",
                )
            )
        if not 0 <= rank < num_replicas:
            raise ValueError(
                teach(
                    f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]",
                    got=f"rank={rank} of {num_replicas} processes",
                    mend="ranks count from 0",
                )
            )
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        count = len(dataset)
        self.num_samples = count // num_replicas if drop_last else -(-count // num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self) -> Iterator[int]:
        order = list(range(len(self.dataset)))
        if self.shuffle:
            generator = Generator().manual_seed(self.seed + self.epoch)
            order = randperm(len(order), generator=generator).tolist()
        return itertools.islice(
            itertools.cycle(order), self.rank, self.total_size, self.num_replicas
        )

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Shuffle anew for this epoch; call it before each one."""
        self.epoch = epoch
