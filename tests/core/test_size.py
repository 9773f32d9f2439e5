"""Size: a tuple with PyTorch's name and manners."""

from __future__ import annotations

import pickle

import edugrad


def test_is_a_tuple_that_prints_its_name() -> None:
    size = edugrad.ones(2, 3).shape
    assert repr(size) == str(size) == "edugrad.Size([2, 3])"
    assert repr(edugrad.Size([])) == "edugrad.Size([])"
    assert size == (2, 3)
    assert hash(size) == hash((2, 3))
    assert isinstance(size, tuple)


def test_stays_a_size_when_cut_and_joined() -> None:
    size = edugrad.Size([2, 3, 4])
    assert repr(size[1:]) == "edugrad.Size([3, 4])"
    assert size[-1] == 4
    seven = (7,)
    assert repr(size[:1] + seven) == "edugrad.Size([2, 7])"
    assert repr(seven + size[:1]) == "edugrad.Size([7, 2])"
    assert repr(edugrad.Size([2]) * 2) == "edugrad.Size([2, 2])"


def test_counts_elements() -> None:
    assert edugrad.Size([2, 3]).numel() == 6
    assert edugrad.Size([]).numel() == 1
    assert edugrad.Size([2, 0]).numel() == 0


def test_unpacks_and_pickles() -> None:
    rows, columns = edugrad.ones(2, 3).shape
    assert (rows, columns) == (2, 3)
    again = pickle.loads(pickle.dumps(edugrad.Size([2, 3])))
    assert repr(again) == "edugrad.Size([2, 3])"


def test_makes_tensors() -> None:
    assert edugrad.zeros(edugrad.Size([2, 1])).shape == (2, 1)
    assert edugrad.Tensor(edugrad.Size([2, 3])).shape == (2, 3)
