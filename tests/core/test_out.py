"""``out=``: of functions that make tensors, and which dtypes and memory it may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad

X = edugrad.tensor([[1.0, 2.0], [3.0, 4.0]])

MADE: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "zeros": (lambda out: edugrad.zeros(2, out=out), [0, 0]),
    "ones": (lambda out: edugrad.ones(2, out=out), [1, 1]),
    "full": (lambda out: edugrad.full((2,), 3, out=out), [3, 3]),
    "eye": (lambda out: edugrad.eye(2, out=out), [[1, 0], [0, 1]]),
    "arange": (lambda out: edugrad.arange(1, 4, out=out), [1, 2, 3]),
    "linspace": (lambda out: edugrad.linspace(0, 2, 3, out=out), [0, 1, 2]),
    "logspace": (lambda out: edugrad.logspace(0, 2, 3, out=out), [1, 10, 100]),
}


@pytest.mark.parametrize("dtype", [edugrad.float64, edugrad.int64])
@pytest.mark.parametrize("name", MADE)
def test_functions_that_make_tensors(name: str, dtype: Any) -> None:
    call, expected = MADE[name]
    out = edugrad.empty(0, dtype=dtype)
    assert call(out) is out
    assert out.dtype is dtype
    assert out.tolist() == expected


def test_random_numbers_are_drawn_in_the_dtype_of_out() -> None:
    for draw in (edugrad.rand, edugrad.randn):
        edugrad.manual_seed(0)
        wanted = draw(3, dtype=edugrad.float64)
        edugrad.manual_seed(0)
        out = edugrad.empty(3, dtype=edugrad.float64)
        draw(3, out=out)
        assert edugrad.equal(out, wanted)


def test_options_that_change_nothing() -> None:
    x = edugrad.zeros(2, layout=edugrad.strided, pin_memory=False)
    assert edugrad.ones_like(x, memory_format=edugrad.preserve_format).tolist() == [1, 1]
    with pytest.raises(NotImplementedError, match="edugrad stores all elements"):
        edugrad.zeros(2, layout="sparse")


MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "two dtypes": (
        lambda: edugrad.zeros(2, dtype=edugrad.int64, out=edugrad.empty(2)),
        r"dtype edugrad.int64 does not match dtype of out parameter \(edugrad.float32\)",
    ),
    "a tensor in a graph": (
        lambda: edugrad.zeros(2, out=edugrad.ones(2, requires_grad=True)),
        "don't support automatic differentiation",
    ),
    "a product in another precision": (
        lambda: edugrad.mm(X, X, out=X.double()),
        "Expected out tensor to have dtype edugrad.float32, but got edugrad.float64 instead",
    ),
    "a sorted tensor of another dtype": (
        lambda: edugrad.msort(X, out=X.long()),
        "Expected out tensor to have dtype edugrad.float32, but got edugrad.int64",
    ),
    "a fraction into whole numbers": (
        lambda: edugrad.exp(X, out=X.long()),
        "result type float32 can't be cast to the desired output type int64",
    ),
    "elements that are read and written at once": (
        lambda: edugrad.exp(X.view(4)[1:], out=X.view(4)[:-1]),
        "refer to a single memory location",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_out_may_not_be(name: str) -> None:
    call, words = MISTAKES[name]
    with pytest.raises(RuntimeError, match=words):
        call()


def test_element_wise_results_may_be_widened() -> None:
    out = X.double()
    assert edugrad.exp(edugrad.zeros(2, 2), out=out).tolist() == [[1, 1], [1, 1]]
    assert edugrad.sum(X, 0, out=edugrad.empty(2, dtype=edugrad.int64)).tolist() == [4, 6]


@pytest.mark.parametrize(
    "call",
    [
        lambda: edugrad.cumsum([1.0, 2.0], 0),
        lambda: edugrad.softmax([1.0, 2.0], 0),
        lambda: edugrad.mean([1.0, 2.0]),
        lambda: edugrad.nn.functional.cross_entropy([[1.0]], edugrad.tensor([0])),
        lambda: edugrad.nn.functional.gelu([1.0]),
        lambda: edugrad.relu([1.0]),
        lambda: edugrad.max(2, 3),
        lambda: edugrad.linalg.norm([3.0, 4.0]),
    ],
)
def test_a_list_is_no_tensor(call: Callable[[], Any]) -> None:
    with pytest.raises(
        TypeError, match=r"argument 'input' \(position 1\) must be Tensor, not|'A' \(position 1\)"
    ):
        call()
