"""NaN and the infinities: values and gradients as recorded from PyTorch 2.13."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest

import edugrad

Numbers = list[float]

ONE: Numbers = [nan, inf, -inf, 0.0, -0.0]
UNARY: dict[str, tuple[Numbers, Numbers]] = {
    # value, gradient
    "neg": ([nan, -inf, inf, -0.0, 0.0], [-1.0, -1.0, -1.0, -1.0, -1.0]),
    "exp": ([nan, inf, 0.0, 1.0, 1.0], [nan, inf, 0.0, 1.0, 1.0]),
    "expm1": ([nan, inf, -1.0, 0.0, -0.0], [nan, inf, 0.0, 1.0, 1.0]),
    "log": ([nan, inf, nan, -inf, -inf], [nan, 0.0, -0.0, inf, -inf]),
    "log1p": ([nan, inf, nan, 0.0, -0.0], [nan, 0.0, -0.0, 1.0, 1.0]),
    "sqrt": ([nan, inf, nan, 0.0, -0.0], [nan, 0.0, nan, inf, -inf]),
    "rsqrt": ([nan, 0.0, nan, inf, -inf], [nan, -0.0, nan, -inf, inf]),
    "reciprocal": ([nan, 0.0, -0.0, inf, -inf], [nan, -0.0, -0.0, -inf, -inf]),
    "square": ([nan, inf, inf, 0.0, 0.0], [nan, inf, -inf, 0.0, -0.0]),
    "abs": ([nan, inf, inf, 0.0, 0.0], [0.0, 1.0, -1.0, 0.0, 0.0]),
    "sin": ([nan, nan, nan, 0.0, -0.0], [nan, nan, nan, 1.0, 1.0]),
    "cos": ([nan, nan, nan, 1.0, 1.0], [nan, nan, nan, -0.0, 0.0]),
    "tan": ([nan, nan, nan, 0.0, -0.0], [nan, nan, nan, 1.0, 1.0]),
    "tanh": ([nan, 1.0, -1.0, 0.0, -0.0], [nan, 0.0, 0.0, 1.0, 1.0]),
    "sigmoid": ([nan, 1.0, 0.0, 0.5, 0.5], [nan, 0.0, 0.0, 0.25, 0.25]),
    "relu": ([nan, inf, 0.0, 0.0, -0.0], [1.0, 1.0, 0.0, 0.0, 0.0]),
    "sign": ([0.0, 1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0]),
    "floor": ([nan, inf, -inf, 0.0, -0.0], [0.0, 0.0, 0.0, 0.0, 0.0]),
    "ceil": ([nan, inf, -inf, 0.0, -0.0], [0.0, 0.0, 0.0, 0.0, 0.0]),
    "trunc": ([nan, inf, -inf, 0.0, -0.0], [0.0, 0.0, 0.0, 0.0, 0.0]),
    "round": ([nan, inf, -inf, 0.0, -0.0], [0.0, 0.0, 0.0, 0.0, 0.0]),
}
FIRST: Numbers = [nan, 1.0, inf, inf, -inf, 0.0, 0.0, 1.0]
SECOND: Numbers = [1.0, nan, inf, -inf, 0.0, 0.0, -1.0, 0.0]
BINARY: dict[str, tuple[Numbers, Numbers, Numbers]] = {
    # value, gradients of the first and the second
    "add": (
        [nan, nan, inf, nan, -inf, 0.0, -1.0, 1.0],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    ),
    "sub": (
        [nan, nan, nan, inf, -inf, 0.0, 1.0, 1.0],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [-1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0],
    ),
    "mul": (
        [nan, nan, inf, -inf, nan, 0.0, -0.0, 0.0],
        [1.0, nan, inf, -inf, 0.0, 0.0, -1.0, 0.0],
        [nan, 1.0, inf, inf, -inf, 0.0, 0.0, 1.0],
    ),
    "div": (
        [nan, nan, nan, nan, -inf, nan, -0.0, inf],
        [1.0, nan, 0.0, -0.0, inf, inf, -1.0, inf],
        [nan, nan, nan, nan, inf, nan, -0.0, -inf],
    ),
    "pow": (
        [nan, 1.0, inf, 0.0, 1.0, 1.0, inf, 1.0],
        [1.0, nan, inf, nan, 0.0, 0.0, -inf, 0.0],
        [nan, 0.0, inf, nan, nan, 0.0, -inf, 0.0],
    ),
    "maximum": (
        [nan, nan, inf, inf, 0.0, 0.0, 0.0, 1.0],
        [1.0, 1.0, 0.5, 1.0, 0.0, 0.5, 1.0, 1.0],
        [1.0, 1.0, 0.5, 0.0, 1.0, 0.5, 0.0, 0.0],
    ),
    "minimum": (
        [nan, nan, inf, -inf, -inf, 0.0, -1.0, 0.0],
        [1.0, 1.0, 0.5, 0.0, 1.0, 0.5, 0.0, 0.0],
        [1.0, 1.0, 0.5, 1.0, 0.0, 0.5, 1.0, 1.0],
    ),
    "remainder": (
        [nan, nan, nan, nan, nan, nan, 0.0, nan],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [nan, nan, nan, nan, inf, nan, 0.0, -inf],
    ),
}
TABLE = [[1.0, nan, 3.0], [inf, 1.0, 2.0], [inf, 1.0, -inf], [-inf, -inf, -inf]]
ROWS: dict[str, tuple[Numbers, Numbers | None]] = {
    # value along dim 1, gradient
    "sum": ([nan, inf, nan, -inf], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    "mean": (
        [nan, inf, nan, -inf],
        [
            0.333333,
            0.333333,
            0.333333,
            0.333333,
            0.333333,
            0.333333,
            0.333333,
            0.333333,
            0.333333,
            0.333333,
            0.333333,
            0.333333,
        ],
    ),
    "amax": (
        [nan, inf, inf, -inf],
        [nan, nan, nan, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.333333, 0.333333, 0.333333],
    ),
    "amin": (
        [nan, 1.0, -inf, -inf],
        [nan, nan, nan, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.333333, 0.333333, 0.333333],
    ),
    "logsumexp": (
        [nan, inf, inf, -inf],
        [nan, nan, nan, nan, 0.0, 0.0, nan, 0.0, 0.0, nan, nan, nan],
    ),
    "softmax": (
        [nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan],
        [nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan],
    ),
    "log_softmax": (
        [nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan],
        [nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan],
    ),
    "cumsum": (
        [1.0, nan, nan, inf, inf, inf, inf, inf, nan, -inf, -inf, -inf],
        [3.0, 2.0, 1.0, 3.0, 2.0, 1.0, 3.0, 2.0, 1.0, 3.0, 2.0, 1.0],
    ),
    "var": ([nan, nan, nan, nan], [nan, nan, nan, nan, -inf, -inf, nan, nan, nan, nan, nan, nan]),
    "std": ([nan, nan, nan, nan], [nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan]),
    "argmax": ([1.0, 0.0, 0.0, 0.0], None),
    "argmin": ([1.0, 1.0, 2.0, 0.0], None),
    "max": ([nan, inf, inf, -inf], [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
    "min": ([nan, 1.0, -inf, -inf], [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]),
}


@pytest.mark.parametrize("name", UNARY)
def test_one_tensor(name: str) -> None:
    value, gradient = UNARY[name]
    x = leaf(ONE)
    y = getattr(edugrad, name)(x)
    assert_same(y, value)
    assert_same(slope(y, x), gradient)


@pytest.mark.parametrize("name", BINARY)
def test_two_tensors(name: str) -> None:
    value, *gradients = BINARY[name]
    a, b = leaf(FIRST), leaf(SECOND)
    y = getattr(edugrad, name)(a, b)
    assert_same(y, value)
    y.sum().backward()
    for each, wanted in zip((a, b), gradients, strict=True):
        assert_same(each.grad, wanted)


@pytest.mark.parametrize("name", ROWS)
def test_rows(name: str) -> None:
    value, gradient = ROWS[name]
    x = leaf(TABLE)
    y = getattr(x, name)(dim=1)
    y = y.values if name in ("max", "min") else y
    assert_same(y, value)
    if gradient is not None:
        assert_same(slope(y, x), gradient)


def test_the_largest_of_all_is_nan_and_its_gradient_goes_there() -> None:
    x = leaf([1.0, nan, 3.0, nan])
    assert_same(x.max(), [nan])
    assert_same(slope(x.max(), x), [0.0, 0.5, 0.0, 0.5])


def test_equal_ones_share_the_gradient_of_max_but_not_of_max_along_a_dimension() -> None:
    x = leaf([2.0, 5.0, 5.0])
    assert_same(slope(x.max(), x), [0.0, 0.5, 0.5])
    assert_same(slope(x.amax(0), x), [0.0, 0.5, 0.5])
    assert_same(slope(x.max(0).values, x), [0.0, 1.0, 0.0])
    assert_same(slope(x.min(), x), [1.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("z", "y", "loss", "gradient"),
    [
        (1000.0, 1.0, 0.0, 0.0),
        (1000.0, 0.0, 1000.0, 1.0),
        (-1000.0, 1.0, 1000.0, -1.0),
        (-1000.0, 0.0, 0.0, 0.0),
        (0.0, 0.5, 0.6931471805599453, 0.0),
        (nan, 1.0, nan, nan),
    ],
)
def test_cross_entropy_never_overflows(z: float, y: float, loss: float, gradient: float) -> None:
    logit = leaf([z])
    found = edugrad.nn.functional.binary_cross_entropy_with_logits(
        logit, edugrad.tensor([y], dtype=edugrad.float64)
    )
    assert_same(found, [loss])
    assert_same(slope(found, logit), [gradient])


@pytest.mark.parametrize("name", ["exp", "sigmoid", "tanh", "softmax", "log_softmax", "logsumexp"])
def test_large_numbers_do_not_overflow_where_the_result_is_finite(name: str) -> None:
    x = edugrad.tensor([-1000.0, 0.0, 80.0], requires_grad=True)
    params = {"dim": 0} if name.endswith(("max", "exp")) and name != "exp" else {}
    y = getattr(edugrad, name)(x, **params)
    y.sum().backward()
    assert np.isfinite(y.detach().numpy()).all()
    assert x.grad is not None
    assert np.isfinite(x.grad.numpy()).all()


def test_the_gradient_of_a_standard_deviation_of_equals_is_zero() -> None:
    x = leaf([3.0, 3.0, 3.0])
    assert_same(slope(x.std(), x), [0.0, 0.0, 0.0])


@pytest.mark.filterwarnings("ignore:std and var")
def test_a_single_number_has_no_variance() -> None:
    assert_same(leaf([3.0]).var(), [nan])
    assert_same(leaf([3.0]).std(), [nan])
    assert_same(leaf([3.0]).var(correction=0), [0.0])


def leaf(numbers: Any) -> edugrad.Tensor:
    return edugrad.tensor(numbers, dtype=edugrad.float64, requires_grad=True)


def slope(y: edugrad.Tensor, x: edugrad.Tensor) -> edugrad.Tensor:
    (found,) = edugrad.autograd.grad(y.sum(), x)
    assert found is not None
    return found


def assert_same(found: Any, wanted: Numbers) -> None:
    np.testing.assert_allclose(found.detach().numpy().ravel(), wanted, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("function", [edugrad.logaddexp, edugrad.logaddexp2])
def test_second_derivatives_of_far_apart_logarithms_are_numbers(function: Any) -> None:
    a = edugrad.tensor([0.0, -5000.0], requires_grad=True)
    b = edugrad.tensor([-5000.0, 0.0])
    (first,) = edugrad.autograd.grad(function(a, b).sum(), a, create_graph=True)
    assert first.tolist() == [1.0, 0.0]
    assert edugrad.autograd.grad(first.sum(), a)[0].tolist() == [0.0, 0.0]
