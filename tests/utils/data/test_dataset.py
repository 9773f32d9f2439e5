"""Datasets, their combinations, and random_split; tests/parity/data.py compares with PyTorch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import edugrad
from edugrad.utils.data import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)


class Batched(Dataset):
    """Counts how often it is asked for a whole batch."""

    def __init__(self) -> None:
        self.asked = 0

    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> int:
        return index * 10

    def __getitems__(self, indices: list[int]) -> list[int]:
        self.asked += 1
        return [index * 10 for index in indices]


class Stream(IterableDataset):
    def __init__(self, *values: int) -> None:
        self.values = values

    def __iter__(self) -> Iterator[int]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)


def test_tensors_side_by_side() -> None:
    dataset = TensorDataset(edugrad.arange(6).reshape(3, 2), edugrad.tensor([7, 8, 9]))
    assert len(dataset) == 3
    assert [part.tolist() for part in dataset[-1]] == [[4, 5], 9]
    assert [part.tolist() for part in dataset[1:]] == [[[2, 3], [4, 5]], [8, 9]]


def test_tensors_of_different_lengths() -> None:
    with pytest.raises(AssertionError) as caught:
        TensorDataset(edugrad.ones(3), edugrad.ones(4))
    assert str(caught.value) == (
        "Size mismatch between tensors\n"
        "  got:  tensors of 3 and 4 samples\n"
        "  mend: every tensor has one entry a sample in its first dimension"
    )


def test_one_after_the_other() -> None:
    joined = Batched() + Batched()
    assert isinstance(joined, ConcatDataset)
    assert joined.cumulative_sizes == [5, 10]
    assert [joined[index] for index in (0, 4, 5, 9, -1, -10)] == [0, 40, 0, 40, 40, 0]
    with pytest.raises(ValueError, match=r"index -11 for 10 samples"):
        joined[-11]
    with pytest.raises(IndexError, match=r"indices run from -10 to 9"):
        joined[10]


def test_streams_one_after_the_other() -> None:
    chain = Stream(1, 2) + Stream(3)
    assert isinstance(chain, ChainDataset)
    assert (list(chain), len(chain)) == ([1, 2, 3], 3)
    with pytest.raises(AssertionError, match="use ConcatDataset for datasets with an index"):
        list(ChainDataset([Stream(1), [2]]))
    with pytest.raises(AssertionError, match="use ChainDataset for streams"):
        ConcatDataset([Stream(1)])


def test_a_stream_without_iter_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        IterableDataset()


def test_side_by_side_asks_for_whole_batches() -> None:
    batched = Batched()
    stacked = StackDataset(tens=batched, letters="abcde")
    assert stacked.__getitems__([1, 3]) == [
        {"tens": 10, "letters": "b"},
        {"tens": 30, "letters": "d"},
    ]
    assert batched.asked == 1
    assert StackDataset(batched, "abcde").__getitems__([4]) == [(40, "e")]


def test_a_wrong_number_of_samples_is_found() -> None:
    batched = Batched()
    batched.__getitems__ = lambda indices: [0]  # type: ignore[method-assign]
    with pytest.raises(ValueError, match=r"output size mismatch\. Expected 2, got 1"):
        StackDataset(batched).__getitems__([0, 1])


def test_a_subset_of_a_subset() -> None:
    batched = Batched()
    subset = Subset(Subset(batched, [4, 2, 0]), [2, 1])
    assert (len(subset), subset[0], subset[1]) == (2, 0, 20)
    assert subset.__getitems__([1, 0]) == [20, 0]
    assert batched.asked == 1


def test_a_subclass_of_subset_overrides_both() -> None:
    class Doubled(Subset):
        def __getitem__(self, index: int) -> int:
            return 2 * super().__getitem__(index)

    with pytest.raises(NotImplementedError, match="Doubled overrides __getitem__ but not"):
        Doubled([1, 2], [0])


def test_a_split_has_every_sample_once() -> None:
    parts = random_split(range(23), [0.3, 0.3, 0.4])
    assert [len(part) for part in parts] == [7, 7, 9]
    assert sorted(sample for part in parts for sample in part) == list(range(23))


def test_an_empty_part_is_announced() -> None:
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        assert [len(part) for part in random_split(range(2), [0.9, 0.1])] == [2, 0]


def test_lengths_that_do_not_fit() -> None:
    with pytest.raises(ValueError) as caught:
        random_split(range(10), [3, 4])
    assert str(caught.value) == (
        "Sum of input lengths does not equal the length of the input dataset!\n"
        "  got:  3 + 4 = 7 for 10 samples\n"
        "  mend: choose lengths that sum up to 10, or fractions that sum up to 1"
    )


def test_what_a_subclass_forgot() -> None:
    with pytest.raises(NotImplementedError, match=r"write def __getitem__\(self, index\)"):
        Dataset()[0]
