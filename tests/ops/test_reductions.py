"""Accuracy and special cases of reductions and running results; numbers from PyTorch 2.13."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor, tensor
from edugrad.autograd import gradcheck, gradgradcheck
from edugrad.ops.summation import total

nan, inf = math.nan, math.inf


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape).astype(np.float32)


@pytest.mark.parametrize(
    ("array", "dims"),
    [
        (numbers(100000, 3), (0,)),
        (numbers(3, 100000).T, (0,)),
        (numbers(1000, 100)[:, ::2], (0, 1)),
        (numbers(50, 40, 60), (0, 2)),
        (numbers(50, 40, 60), (1,)),
        (numbers(99999), (0,)),
        (numbers(33, 65), (0,)),
    ],
)
def test_sums_of_float32_are_exact_to_a_few_units(array: np.ndarray, dims: tuple[int, ...]) -> None:
    exact = array.astype(np.float64).sum(dims)
    error = np.abs(total(array, dims) - exact) / exact
    assert error.max() < 1e-6


def test_a_million_rows_of_a_tenth() -> None:
    x = edugrad.full((1000000, 2), 0.1)
    np.testing.assert_allclose(x.sum(0).numpy(), [100000.0, 100000.0], rtol=2e-6)
    assert x.mean(0).tolist() == pytest.approx([0.1, 0.1], rel=2e-6)


def test_float16_is_added_in_float32() -> None:
    x = edugrad.full((3000,), 10.0, dtype=edugrad.float16)
    assert x.sum().item() == 30000.0
    assert edugrad.full((3000,), 30.0, dtype=edugrad.float16).mean().item() == 30.0


def test_running_sums_are_rounded_once() -> None:
    x = edugrad.full((100000,), 0.1)
    assert x.cumsum(0)[-1].item() == pytest.approx(10000.0, rel=1e-6)
    assert edugrad.full((4,), 2.0, dtype=edugrad.float16).cumprod(0).tolist() == [2, 4, 8, 16]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1e30, 2e30, 4e30], 1.5275252e30),
        ([1e-30, 2e-30, 4e-30], 1.5275252e-30),
        ([1e4, 1e4 + 0.01, 1e4 + 0.02], 0.009765625),
        ([3.0, 3.0, 3.0], 0.0),
    ],
)
def test_standard_deviation_of_extreme_numbers(values: list[float], expected: float) -> None:
    assert tensor(values).std().item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("values", "correction", "expected"), [([1.0], 1, nan), ([1.0, 2.0], 3, inf)]
)
def test_too_few_elements_for_a_variance(
    values: list[float], correction: int, expected: float
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = tensor(values).std(correction=correction)
    np.testing.assert_equal(found.item(), expected)
    assert any("degrees of freedom is <= 0" in str(each.message) for each in caught)


CASES: dict[str, tuple[Callable[[], Any], Any]] = {
    "nansum": (lambda: tensor([1.0, nan, 2.0]).nansum(), 3.0),
    "nanmean of nothing": (lambda: tensor([nan, nan]).nanmean(), nan),
    "median is the lower": (lambda: tensor([4.0, 1.0, 3.0, 2.0]).median(), 2.0),
    "median of NaN": (lambda: tensor([4.0, nan]).median(), nan),
    "median along": (lambda: tensor([[nan, 1.0], [5.0, 6.0]]).median(1), ([nan, 5.0], [0, 0])),
    "nanmedian": (lambda: tensor([4.0, nan, 1.0]).nanmedian(), 1.0),
    "nanmedian along": (lambda: tensor([4.0, nan, 1.0]).nanmedian(0), (1.0, 2)),
    "mode": (lambda: tensor([2, 1, 2, 1, 3]).mode(), (1, 3)),
    "mode of NaN": (lambda: tensor([nan, nan, 1.0]).mode(), (nan, 0)),
    "kthvalue": (lambda: tensor([3.0, 1.0, 2.0]).kthvalue(2), (2.0, 2)),
    "cummax": (lambda: tensor([nan, nan, 1.0, nan]).cummax(0), ([nan] * 4, [0, 1, 1, 3])),
    "cummin": (lambda: tensor([3, 1, 1, 2]).cummin(0), ([3, 1, 1, 1], [0, 1, 2, 2])),
    "logcumsumexp": (lambda: tensor([-inf, -inf, 0.0]).logcumsumexp(0), [-inf, -inf, 0.0]),
    "prod of nothing": (lambda: edugrad.zeros(0, 2).prod(0), [1.0, 1.0]),
    "prod of booleans": (lambda: tensor([True, False]).prod(), 0),
    "aminmax": (lambda: tensor([[3.0, 1.0], [2.0, 5.0]]).aminmax(dim=1), ([1.0, 2.0], [3.0, 5.0])),
    "all of uint8": (lambda: tensor([2, 0], dtype=edugrad.uint8).all(), 0),
    "any over no dim": (lambda: tensor([2, 0]).any(dim=()), [True, False]),
    "quantile of NaN": (lambda: tensor([1.0, nan]).quantile(0.5), nan),
    "nanquantile": (lambda: tensor([1.0, nan, 2.0]).nanquantile(0.5), 1.5),
    "quantiles first": (
        lambda: tensor([[1.0, 2.0], [3.0, 5.0]]).quantile(tensor([0.0, 0.5]), dim=1),
        [[1.0, 3.0], [1.5, 4.0]],
    ),
    "nearest to even": (lambda: tensor([1.0, 2.0]).quantile(0.5, interpolation="nearest"), 1.0),
    "histc of equals": (lambda: tensor([1.0, 1.0]).histc(3), [0.0, 2.0, 0.0]),
    "histc last edge": (lambda: tensor([0.0, 1.0, 2.0]).histc(2, 0, 2), [1.0, 2.0]),
    "bincount": (lambda: tensor([1, 1, 3]).bincount(minlength=5), [0, 2, 0, 1, 0]),
    "diff of booleans": (lambda: tensor([True, False, False]).diff(), [True, False]),
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


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_products_with_zero_factors_are_differentiable_twice(zeros: int) -> None:
    x = edugrad.tensor([1.5, -0.5, 2.0, 0.7], dtype=edugrad.float64)
    x[1 : 1 + zeros] = 0.0
    x.requires_grad_()
    for function in (Tensor.prod, lambda t: t.cumprod(0), lambda t: t.reshape(2, 2).prod(1)):
        assert gradcheck(function, (x,))
        assert gradgradcheck(function, (x,))


def test_the_gradient_of_a_running_logarithm_does_not_overflow() -> None:
    x = tensor([0.0, 500.0, -500.0], requires_grad=True)
    x.logcumsumexp(0).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1.0, 2.0, 0.0]


ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "prod over two": (lambda: tensor([[1.0]]).prod((0, 1)), TypeError, "one dimension at a time"),
    "both corrections": (
        lambda: tensor([1.0, 2.0]).var(unbiased=True, correction=1),
        TypeError,
        "correction=1 is unbiased=True",
    ),
    "median of booleans": (
        lambda: tensor([True]).median(),
        NotImplementedError,
        "\"median_cpu\" not implemented for 'Bool'",
    ),
    "median of nothing": (lambda: edugrad.zeros(0, 3).median(0), IndexError, "non-zero size"),
    "kthvalue": (lambda: tensor([1.0]).kthvalue(2), RuntimeError, "selected number k out of range"),
    "quantile of integers": (lambda: tensor([1]).quantile(0.5), RuntimeError, "float or double"),
    "quantile of nothing": (lambda: edugrad.zeros(0).quantile(0.5), RuntimeError, "non-empty"),
    "not a proportion": (
        lambda: tensor([1.0]).quantile(1.5),
        RuntimeError,
        "quantile() q must be in the range [0, 1] but got 1.5",
    ),
    "interpolation": (
        lambda: tensor([1.0]).quantile(0.5, interpolation="cubic"),
        RuntimeError,
        "must be one of linear, lower, higher, midpoint or nearest",
    ),
    "nanmean of integers": (lambda: tensor([1]).nanmean(), RuntimeError, "floating point"),
    "diff of a number": (lambda: tensor(1.0).diff(), RuntimeError, "at least one-dimensional"),
    "diff that does not fit": (
        lambda: edugrad.ones(3, 4).diff(prepend=edugrad.ones(1, 4)),
        RuntimeError,
        "input.size(0) = 3, but got tensor.size(0) = 1",
    ),
    "bincount of negatives": (
        lambda: tensor([-1]).bincount(),
        RuntimeError,
        "bincount only supports 1-d non-negative integral inputs",
    ),
    "histc of infinities": (lambda: tensor([inf]).histc(), RuntimeError, "is not finite"),
    "histc without bins": (lambda: tensor([1.0]).histc(0), RuntimeError, "bins must be > 0"),
    "argmax of booleans": (lambda: tensor([True]).argmax(), RuntimeError, "bool input"),
    "logcumsumexp of integers": (
        lambda: tensor([1]).logcumsumexp(0),
        NotImplementedError,
        "not implemented for 'Long'",
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
