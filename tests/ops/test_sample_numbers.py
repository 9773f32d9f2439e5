"""Numbers from PyTorch's own sample inputs, where edugrad once differed."""

from __future__ import annotations

import pytest

import edugrad
from edugrad import tensor

MASK = tensor([True, False, True])


def test_masked_fill_passes_the_gradient_to_its_value() -> None:
    x = edugrad.ones(3, requires_grad=True)
    value = tensor(5.0, requires_grad=True)
    filled = x.masked_fill(MASK, value)
    assert filled.tolist() == [5.0, 1.0, 5.0]
    filled.backward(tensor([1.0, 10.0, 100.0]))
    assert x.grad.tolist() == [0.0, 10.0, 0.0]
    assert value.grad.item() == 101.0


def test_masked_fill_in_place_passes_the_gradient_to_its_value() -> None:
    x = edugrad.ones(3)
    value = tensor(5.0, requires_grad=True)
    x.masked_fill_(MASK, value)
    x.sum().backward()
    assert x.tolist() == [5.0, 1.0, 5.0]
    assert value.grad.item() == 2.0


def test_masked_fill_takes_one_value() -> None:
    with pytest.raises(RuntimeError, match="only supports a 0-dimensional value tensor"):
        edugrad.ones(3).masked_fill(MASK, edugrad.ones(1))


def test_negative_powers_of_integers_by_a_tensor() -> None:
    powers = tensor([1, -1, 0, 2, -1, -3]) ** tensor([-2, -3, -1, -1, -2, -1])
    assert powers.tolist() == [1, -1, 0, 0, 1, 0]
    assert (2 ** tensor([-1, 2])).tolist() == [0, 4]


def test_put_of_nothing_into_one_number() -> None:
    none = edugrad.empty(0, dtype=edugrad.int64)
    assert tensor(3.0).put(none, edugrad.empty(0)).item() == 3.0


def test_searchsorted_without_elements() -> None:
    empty = edugrad.empty(0, 0)
    assert edugrad.searchsorted(empty, empty).shape == (0, 0)


def test_sum_to_one_number_counts_bools() -> None:
    summed = tensor(True).sum_to_size(())
    assert summed.dtype is edugrad.int64
    assert summed.item() == 1


def test_round_in_place() -> None:
    x = tensor([2.5, -1.26])
    assert x.round_() is x
    assert x.tolist() == [2.0, -1.0]
    assert tensor([2.75], dtype=edugrad.float64).round_(decimals=1).tolist() == [2.8]


def test_new_empty_strided_takes_a_dtype() -> None:
    made = edugrad.ones(5).new_empty_strided((2, 3), (7, 8), dtype=edugrad.float64)
    assert made.dtype is edugrad.float64
    assert made.stride() == (7, 8)


@pytest.mark.parametrize(
    ("weights", "count", "words"),
    [
        (edugrad.ones(1, 2, 3), 2, "prob_dist must be 1 or 2 dim"),
        (tensor([1, 2]), 1, "multinomial only supports floating-point dtypes for input"),
        (edugrad.ones(2), 0, "cannot sample n_sample <= 0 samples"),
    ],
)
def test_multinomial_refuses(weights: edugrad.Tensor, count: int, words: str) -> None:
    with pytest.raises(RuntimeError, match=words):
        edugrad.multinomial(weights, count)
