"""Workers take turns; what they draw and load is compared with PyTorch in teaching/worker_turns."""

from __future__ import annotations

import random

import pytest

import edugrad
from edugrad.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info


class Numbered(Dataset):
    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> tuple[int, int]:
        info = get_worker_info()
        return index, -1 if info is None else info.id


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(2))


def test_batches_come_in_order_from_workers_in_turn() -> None:
    loader = DataLoader(Numbered(), batch_size=2, num_workers=2)
    assert [[each.tolist() for each in batch] for batch in loader] == [
        [[0, 1], [0, 0]],
        [[2, 3], [1, 1]],
        [[4], [0]],
    ]
    assert get_worker_info() is None


def test_a_stream_is_read_by_each_worker_to_its_end() -> None:
    assert [each.item() for each in DataLoader(Stream(), num_workers=3)] == [0, 0, 0, 1, 1, 1]


def test_the_main_streams_stand_where_they_stood() -> None:
    edugrad.manual_seed(0)
    random.seed(0)
    list(DataLoader(Numbered()))
    expected = edugrad.rand(1), random.random()
    edugrad.manual_seed(0)
    random.seed(0)
    list(DataLoader(Numbered(), num_workers=2))
    assert (edugrad.rand(1), random.random()) == expected


def test_a_worker_is_told_who_it_is_and_has_its_own_copy() -> None:
    told = []
    data = Numbered()

    def start(number: int) -> None:
        info = get_worker_info()
        assert info is not None
        told.append((number, info.id, info.num_workers, info.dataset is data))

    edugrad.manual_seed(0)
    list(DataLoader(data, num_workers=2, worker_init_fn=start))
    assert told == [(0, 0, 2, False), (1, 1, 2, False)]


def test_a_mistake_in_a_worker_ends_its_turn() -> None:
    class Broken(Numbered):
        def __getitem__(self, index: int) -> tuple[int, int]:
            raise ValueError("no such sample")

    with pytest.raises(ValueError, match="no such sample"):
        next(iter(DataLoader(Broken(), num_workers=1)))
    assert get_worker_info() is None
