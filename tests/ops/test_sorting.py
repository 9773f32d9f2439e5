"""Special cases of sorting, sets and searching; numbers from PyTorch 2.13."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import tensor

nan, inf = math.nan, math.inf
SEQUENCE = tensor([1, 3, 5])

CASES: dict[str, tuple[Callable[[], Any], Any]] = {
    "NaN comes last": (lambda: tensor([nan, 1.0, inf]).sort(), ([1.0, inf, nan], [1, 2, 0])),
    "or first": (
        lambda: tensor([1.0, nan, inf]).sort(descending=True),
        ([nan, inf, 1.0], [1, 2, 0]),
    ),
    "equals stay in order": (
        lambda: tensor([2, 1, 2, 1]).sort(descending=True),
        ([2, 2, 1, 1], [0, 2, 1, 3]),
    ),
    "smallest int8": (
        lambda: tensor([-128, 3], dtype=edugrad.int8).sort(descending=True),
        ([3, -128], [1, 0]),
    ),
    "booleans": (lambda: tensor([True, False]).sort(), ([False, True], [1, 0])),
    "argsort of a number": (lambda: tensor(5.0).argsort(), 0),
    "topk along": (
        lambda: tensor([[1.0, 5.0], [7.0, 2.0]]).topk(1, dim=0, largest=False),
        ([[1.0, 2.0]], [[0, 1]]),
    ),
    "the largest of many": (
        lambda: tensor([nan, *map(float, range(20))]).topk(2),
        ([nan, 19.0], [0, 20]),
    ),
    "the smallest of many": (
        lambda: tensor([5, 1, 1, *[9] * 20]).topk(2, largest=False),
        ([1, 1], [1, 2]),
    ),
    "no NaN equals another": (
        lambda: tensor([nan, 1.0, nan]).unique(return_counts=True),
        ([1.0, nan, nan], [1, 1, 1]),
    ),
    "rows": (
        lambda: tensor([[3, 1], [3, 1], [0, 2]]).unique(
            dim=0, return_inverse=True, return_counts=True
        ),
        ([[0, 2], [3, 1]], [1, 1, 0], [1, 2]),
    ),
    "of a number": (lambda: tensor(2.5).unique(return_inverse=True), ([2.5], 0)),
    "runs": (
        lambda: tensor([1, 1, 2, 2, 3, 1, 1]).unique_consecutive(True, True),
        ([1, 2, 3, 1], [0, 0, 1, 1, 2, 3, 3], [2, 2, 1, 2]),
    ),
    "left": (lambda: edugrad.searchsorted(SEQUENCE, tensor([3, 6, 0])), [1, 3, 0]),
    "right": (lambda: edugrad.searchsorted(SEQUENCE, tensor([3, 6, 0]), right=True), [2, 3, 0]),
    "one number": (lambda: edugrad.searchsorted(SEQUENCE, 4), 2),
    "row by row": (
        lambda: edugrad.searchsorted(tensor([[1, 3], [2, 4]]), tensor([[3], [3]]), side="right"),
        [[2], [1]],
    ),
    "by a sorter": (
        lambda: edugrad.searchsorted(tensor([5, 1, 3]), tensor([3]), sorter=tensor([1, 2, 0])),
        [1],
    ),
    "NaN belongs behind": (
        lambda: edugrad.bucketize(tensor([nan, 1.0]), tensor([1.0, 2.0])),
        [2, 0],
    ),
    "isin": (lambda: edugrad.isin(2, tensor([1, 2])), True),
    "isin nothing": (lambda: edugrad.isin(tensor([1, 2]), edugrad.zeros(0)), [False, False]),
}


@pytest.mark.parametrize("name", CASES)
def test_special_cases(name: str) -> None:
    call, expected = CASES[name]
    found = call()
    if isinstance(expected, tuple):
        pairs = zip(found, expected, strict=True)
    else:
        pairs = zip([found], [expected], strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one.numpy(), other)


def test_indices_are_int64_unless_asked() -> None:
    assert tensor([2.0, 1.0]).sort().indices.dtype is edugrad.int64
    assert tensor([2, 2]).unique(return_inverse=True)[1].dtype is edugrad.int64
    assert edugrad.searchsorted(SEQUENCE, 3).dtype is edugrad.int64
    assert edugrad.bucketize(3, SEQUENCE, out_int32=True).dtype is edugrad.int32


def test_gradients_go_back_to_where_the_elements_were() -> None:
    x = tensor([3.0, 1.0, 2.0], requires_grad=True)
    (x.sort().values * tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [100.0, 1.0, 10.0]
    x.grad = None
    x.topk(2).values.sum().backward()
    assert x.grad.tolist() == [1.0, 0.0, 1.0]


ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "topk": (lambda: tensor([1.0]).topk(2), RuntimeError, "selected index k out of range"),
    "topk of booleans": (lambda: tensor([True]).topk(1), RuntimeError, "topk does not support"),
    "sort of no dim": (lambda: tensor([1.0]).sort(1), IndexError, "Dimension out of range"),
    "unique of a number": (lambda: tensor(1.0).unique(dim=0), IndexError, "has no dimensions"),
    "opposite sides": (
        lambda: edugrad.searchsorted(SEQUENCE, 1, side="left", right=True),
        RuntimeError,
        "side and right can't be set to opposites",
    ),
    "unknown side": (
        lambda: edugrad.searchsorted(SEQUENCE, 1, side="middle"),
        RuntimeError,
        "side can only be 'left' or 'right'",
    ),
    "rows that differ": (
        lambda: edugrad.searchsorted(edugrad.ones(2, 3), edugrad.ones(3, 3)),
        RuntimeError,
        "the first N-1 dimensions of boundaries tensor and input value tensor must match",
    ),
    "boundaries": (
        lambda: edugrad.bucketize(SEQUENCE, edugrad.ones(2, 3)),
        RuntimeError,
        "boundaries tensor must be 1 dimension, but got dim(2)",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    call, kind, text = ERRORS[name]
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
    assert "\n  got:  " in str(caught.value)
    assert "\n  mend: " in str(caught.value)
