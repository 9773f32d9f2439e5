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
BYTES = tensor([5, 6], dtype=edugrad.uint8)

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
    "arange of a short type counts its steps before it cuts them": (
        lambda: edugrad.arange(0.0, -8.000001, -4.0, dtype=edugrad.int32),
        [0, -4, -8],
    ),
    "linspace of a type without sign, downwards": (
        lambda: edugrad.linspace(250, 0, 7, dtype=edugrad.uint8),
        [250, 208, 166, 125, 83, 41, 0],
    ),
    "linspace of whole numbers steps in double precision": (
        lambda: edugrad.linspace(4.3, -3, 50, dtype=edugrad.int64).sum(),
        22,
    ),
    "index_add takes away from a type without sign": (
        lambda: BYTES.index_add(0, tensor([0]), BYTES[:1] // 5, alpha=-1),
        [4, 6],
    ),
    "index_select of a number into out": (
        lambda: edugrad.index_select(tensor(3.0), 0, tensor([0]), out=edugrad.empty(())),
        3.0,
    ),
    "index_add to a number into out": (
        lambda: edugrad.index_add(tensor(3.0), 0, tensor([0]), tensor(3.0), out=edugrad.empty(())),
        6.0,
    ),
    "index_copy to a number into out": (
        lambda: edugrad.index_copy(tensor(3.0), 0, tensor([0]), tensor(4.0), out=edugrad.empty(())),
        4.0,
    ),
    "argmax into out": (
        lambda: edugrad.argmax(WHOLE, 1, out=edugrad.empty(0, dtype=edugrad.int64)),
        [1, 1],
    ),
    "argmin into out": (
        lambda: edugrad.argmin(WHOLE, 1, out=edugrad.empty(0, dtype=edugrad.int64)),
        [0, 0],
    ),
    "diag into out": (lambda: edugrad.diag(WHOLE, out=WHOLE.new_empty(2)), [0, 3]),
    "bernoulli with one probability": (lambda: edugrad.bernoulli(ONES, 0.0), [0.0, 0.0]),
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
    "out is one number, expanded": (
        lambda: edugrad.cat([ONES, ONES], out=edugrad.empty(1).expand(4)),
        RuntimeError,
        "more than one element of the written-to tensor refers to a single memory location",
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
