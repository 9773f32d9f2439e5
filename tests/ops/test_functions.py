"""Special values, dtypes and errors of element-wise functions; numbers from PyTorch 2.13."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import tensor

nan, inf = math.nan, math.inf

VALUES: dict[str, tuple[Callable[[], Any], Any]] = {
    "fmod keeps the sign": (lambda: tensor([-5.5, 5.5]).fmod(2), [-1.5, 1.5]),
    "fmod by 0": (lambda: tensor([1.0]).fmod(0), [nan]),
    "frac": (lambda: tensor([-1.25, 2.5]).frac(), [-0.25, 0.5]),
    "fmax of NaN": (lambda: edugrad.fmax(tensor([nan, 1.0]), tensor([2.0, nan])), [2.0, 1.0]),
    "signbit of -0": (lambda: tensor([-0.0, 0.0, -inf]).signbit(), [True, False, True]),
    "isposinf": (lambda: tensor([-inf, inf]).isposinf(), [False, True]),
    "heaviside": (
        lambda: edugrad.heaviside(tensor([-1.0, 0.0, nan]), tensor(0.5)),
        [0.0, 0.5, 0.0],
    ),
    "xlogy of 0 and 0": (
        lambda: edugrad.xlogy(tensor([0.0, 0.0]), tensor([0.0, nan])),
        [0.0, nan],
    ),
    "logaddexp of infinities": (
        lambda: edugrad.logaddexp(tensor([-inf, inf]), tensor([-inf, inf])),
        [-inf, inf],
    ),
    "hypot does not overflow": (
        lambda: edugrad.hypot(tensor([3e38]), tensor([0.0])),
        [np.float32(3e38)],
    ),
    "sinc at 0": (lambda: tensor([0.0]).sinc(), [1.0]),
    "logit at the ends": (lambda: tensor([0.0, 1.0, 2.0]).logit(), [-inf, inf, nan]),
    "lerp is exact at its ends": (
        lambda: edugrad.lerp(tensor([1e8, 1e8]), tensor([0.1, 0.1]), tensor([0.0, 1.0])),
        [1e8, np.float32(0.1)],
    ),
    "nan_to_num": (
        lambda: tensor([nan, inf, -inf]).nan_to_num(),
        [0.0, np.finfo(np.float32).max, np.finfo(np.float32).min],
    ),
    "erfinv at the ends": (lambda: tensor([-1.0, 1.0, 2.0]).erfinv(), [-inf, inf, nan]),
    "lgamma at infinity": (lambda: tensor([-inf, inf, 0.0]).lgamma(), [inf, inf, inf]),
    "digamma at 0": (lambda: tensor([0.0, -0.0, -inf]).digamma(), [-inf, inf, nan]),
    "shift by too much": (lambda: tensor([-5, 5]) >> 70, [-1, 0]),
    "shift by a negative": (lambda: tensor([1, 2]) << -1, [0, 0]),
    "number shifted": (lambda: 1 << tensor([1, 2]), [2, 4]),
    "uint8 overflows": (lambda: tensor([200], dtype=edugrad.uint8) << 1, [144]),
    "comparison in place": (lambda: tensor([1.0, 3.0]).gt_(2), [0.0, 1.0]),
    "logic in place": (lambda: tensor([2, 0]).logical_not_(), [0, 1]),
    "float_power": (lambda: edugrad.float_power(tensor([-1.0, 4.0]), 0.5), [nan, 2.0]),
}


@pytest.mark.parametrize("name", VALUES)
def test_special_values(name: str) -> None:
    call, expected = VALUES[name]
    np.testing.assert_array_equal(call().numpy(), np.asarray(expected, call().numpy().dtype))


def test_trigamma_of_negative_numbers() -> None:
    found = edugrad.polygamma(1, tensor([-0.5, -1.5, 0.3]))
    np.testing.assert_allclose(found.numpy(), [8.934802, 9.379247, 12.245364], rtol=1e-5)


def test_integers_become_floating_point_numbers() -> None:
    whole = tensor([1, 0])
    for function in (edugrad.erf, edugrad.asin, edugrad.exp2, edugrad.sinc, edugrad.deg2rad):
        assert function(whole).dtype is edugrad.float32
    assert edugrad.atan2(whole, whole).dtype is edugrad.float32
    assert edugrad.float_power(whole, 2).dtype is edugrad.float64
    assert edugrad.nan_to_num(whole).dtype is edugrad.int64


def test_gradients_where_PyTorch_makes_a_choice() -> None:
    a = tensor([1.0, nan, 0.0], requires_grad=True)
    b = tensor([1.0, 2.0, -0.0], requires_grad=True)
    edugrad.fmax(a, b).sum().backward()
    assert a.grad is not None
    assert b.grad is not None
    assert (a.grad.tolist(), b.grad.tolist()) == ([1.0, 0.0, 1.0], [0.0, 1.0, 0.0])
    zero = tensor([0.0], requires_grad=True)
    (edugrad.atan2(zero, zero) + zero.sinc() + zero.copysign(-1.0)).sum().backward()
    assert zero.grad is not None
    assert zero.grad.tolist() == [0.0]


ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "a number where a tensor is due": (
        lambda: edugrad.hypot(tensor([1.0]), 2.0),
        TypeError,
        "hypot(): argument 'other' (position 2) must be Tensor, not float",
    ),
    "hypot of integers": (
        lambda: edugrad.hypot(tensor([1]), tensor([1])),
        NotImplementedError,
        "\"hypot_cpu\" not implemented for 'Long'",
    ),
    "shift of floats": (
        lambda: tensor([1.0]) << 1,
        NotImplementedError,
        "\"lshift_cpu\" not implemented for 'Float'",
    ),
    "fmod by 0": (lambda: tensor([1]).fmod(0), RuntimeError, "ZeroDivisionError"),
    "lerp of two dtypes": (
        lambda: edugrad.lerp(tensor([1.0]), tensor([1.0]).double(), 0.5),
        RuntimeError,
        "expected dtype float",
    ),
    "addcdiv of integers": (
        lambda: edugrad.addcdiv(tensor([1]), tensor([1]), tensor([1])),
        RuntimeError,
        "Integer division with addcdiv is no longer supported",
    ),
    "heaviside of two dtypes": (
        lambda: edugrad.heaviside(tensor([1.0]), tensor([1])),
        RuntimeError,
        "heaviside is not yet implemented for tensors with different dtypes.",
    ),
    "plus of booleans": (lambda: +tensor([True]), RuntimeError, "The `+` operator"),
    "float_power_": (
        lambda: tensor([1.0]).float_power_(2),
        RuntimeError,
        "the operation's result requires dtype",
    ),
    "negative order": (lambda: edugrad.polygamma(-1, tensor([1.0])), RuntimeError, "negative n"),
    "no bound": (lambda: tensor([1.0]).clamp_min(None), TypeError, "a tensor or a number"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    call, kind, text = ERRORS[name]
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
    assert "\n  got:  " in str(caught.value)
    assert "\n  mend: " in str(caught.value)
