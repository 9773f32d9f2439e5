"""Calls that PyTorch tests its own functions with, where edugrad once differed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad import tensor

WHOLE = tensor([[0, 1], [2, 3]])
TRUE = tensor([True, False])
ONES = edugrad.ones(2)

RESULTS: dict[str, tuple[Callable[[], Any], Any]] = {
    "arange from a place to end=": (lambda: edugrad.arange(0, end=3), [0, 1, 2]),
    "arange with all but the start by name": (
        lambda: edugrad.arange(1, end=5, step=2),
        [1, 3],
    ),
    "logspace of whole numbers cuts its bounds": (
        lambda: edugrad.logspace(0.9, 3.7, 4, 2, dtype=edugrad.int64),
        [1, 2, 4, 8],
    ),
    "diff of order 0 leaves the ends away": (
        lambda: edugrad.diff(tensor([1, 4]), 0, prepend=tensor([9])),
        [1, 4],
    ),
    "addmm of whole numbers cuts its factors": (
        lambda: edugrad.addmm(WHOLE, WHOLE, WHOLE, beta=1.6),
        [[2, 4], [8, 14]],
    ),
    "baddbmm of whole numbers cuts its factors": (
        lambda: edugrad.baddbmm(WHOLE[None], WHOLE[None], WHOLE[None], alpha=1.6),
        [[[2, 4], [8, 14]]],
    ),
    "addr of truth values": (
        lambda: edugrad.addr(tensor([[True, True], [False, False]]), TRUE, TRUE, beta=3, alpha=2),
        [[True, True], [False, False]],
    ),
    "gather nothing, by an index of any type": (
        lambda: edugrad.gather(ONES, 0, edugrad.empty(0, dtype=edugrad.uint8)),
        [],
    ),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results(name: str) -> None:
    call, expected = RESULTS[name]
    assert call().tolist() == expected


def test_a_value_filled_in_twice_at_one_index_counts_once() -> None:
    value = tensor(2.0, requires_grad=True)
    filled = edugrad.zeros(3).index_fill(0, tensor([0, 0, -3]), value)
    (filled * tensor([5.0, 1.0, 1.0])).sum().backward()
    assert value.grad.item() == 5.0


MISTAKES: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "a number compared with a tensor": (
        lambda: edugrad.eq(2, ONES),
        TypeError,
        r"eq\(\): argument 'input' \(position 1\) must be Tensor, not int",
    ),
    "a number clamped to a tensor": (
        lambda: edugrad.clamp_min(2, ONES),
        TypeError,
        r"clamp_min\(\): argument 'input' \(position 1\) must be Tensor",
    ),
    "isclose to a number": (
        lambda: edugrad.isclose(ONES, 1),
        TypeError,
        r"isclose\(\): argument 'other' \(position 2\) must be Tensor, not int",
    ),
    "a negative tolerance": (
        lambda: edugrad.isclose(ONES, ONES, rtol=-0.5),
        RuntimeError,
        "rtol must be greater than or equal to zero, but got -0.5",
    ),
    "hsplit by a word": (
        lambda: edugrad.hsplit(ONES, "abc"),
        TypeError,
        r"hsplit\(\) received an invalid combination of arguments",
    ),
    "addr with a fraction": (
        lambda: edugrad.addr(WHOLE, WHOLE[0], WHOLE[0], beta=1.5),
        RuntimeError,
        "argument beta must not be a floating point number",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str) -> None:
    call, kind, words = MISTAKES[name]
    with pytest.raises(kind, match=words):
        call()
