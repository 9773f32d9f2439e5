"""Where ops on the order of elements end: nothing to order, NaN and infinities, wrong arguments."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import tensor

nan, inf = math.nan, math.inf
ONES = edugrad.ones(2)

ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "median of no rows": (
        lambda: edugrad.zeros(0).median(0),
        IndexError,
        "median(): Expected reduction dim 0 to have non-zero size.",
    ),
    "mode of no columns": (
        lambda: edugrad.zeros(3, 0).mode(1),
        IndexError,
        "mode(): Expected reduction dim 1 to have non-zero size.",
    ),
    "max of nothing": (
        lambda: edugrad.zeros(0, 3).max(),
        RuntimeError,
        "max(): Expected reduction dim to be specified for input.numel() == 0.",
    ),
    "isin of booleans": (
        lambda: edugrad.isin(tensor([1, 2]), True),
        RuntimeError,
        "Unsupported input type encountered for isin(): Bool",
    ),
    "derivative of unique": (
        lambda: tensor([1.0, 1.0], requires_grad=True).unique().sum().backward(),
        NotImplementedError,
        "the derivative for '_unique2' is not implemented.",
    ),
    "derivative of runs": (
        lambda: tensor([1.0], requires_grad=True).unique_consecutive().sum().backward(),
        NotImplementedError,
        "the derivative for 'unique_consecutive' is not implemented.",
    ),
    "histc from NaN": (
        lambda: ONES.histc(2, nan, 1),
        RuntimeError,
        "torch.histc: range of [nan, 1] is not finite",
    ),
    "histc backwards": (
        lambda: ONES.histc(2, 3, 1),
        RuntimeError,
        "torch.histc: max must be larger than min",
    ),
    "a number as sequence": (
        lambda: edugrad.searchsorted(tensor(1.0), ONES),
        RuntimeError,
        "torch.searchsorted(): boundaries tensor should have positive dimension",
    ),
    "booleans as sequence": (
        lambda: edugrad.searchsorted(tensor([True]), tensor([True])),
        NotImplementedError,
        "\"searchsorted_out_cpu\" not implemented for 'Bool'",
    ),
    "sorter beyond the end": (
        lambda: edugrad.searchsorted(ONES, ONES, sorter=tensor([0, 3])),
        RuntimeError,
        "torch.searchsorted(): sorter index out of range",
    ),
    "diff with a matrix": (
        lambda: ONES.diff(prepend=edugrad.ones(1, 1)),
        RuntimeError,
        "diff expects prepend or append to be the same dimension as input",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    call, kind, text = ERRORS[name]
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(text)
    assert "\n  mend: " in str(caught.value)


def test_a_named_result_prints_one_field_a_line() -> None:
    assert repr(tensor([2, 1]).sort()) == (
        "edugrad.return_types.sort(\nvalues=tensor([1, 2]),\nindices=tensor([1, 0]))"
    )


def test_mode_counts_runs_and_compares_no_pairs() -> None:
    values, indices = edugrad.arange(100_000).remainder(50_000).fmax(tensor(7)).mode()
    assert (values.item(), indices.item()) == (7, 50_007)


@pytest.mark.parametrize("name", ["max", "median"])
def test_a_gradient_of_nan_stays_at_nan(name: str) -> None:
    x = tensor([1.0, nan, 3.0], requires_grad=True)
    getattr(x, name)().square().backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), [0.0, nan, 0.0])


@pytest.mark.parametrize("name", ["max", "median"])
def test_equal_elements_share_the_gradient(name: str) -> None:
    x = tensor([1.0, 3.0, 3.0, 3.0, 3.0], requires_grad=True)
    getattr(x, name)().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 0.25, 0.25, 0.25, 0.25]


def test_logcumsumexp_is_differentiable_twice_behind_infinity() -> None:
    x = tensor([-inf, 1.0, 2.0], dtype=edugrad.float64, requires_grad=True)
    (first,) = edugrad.autograd.grad(x.logcumsumexp(0)[2], x, create_graph=True)
    (second,) = edugrad.autograd.grad(first[1], x)
    share = 1 / (1 + math.e)
    np.testing.assert_allclose(first.detach().numpy(), [0, share, 1 - share])
    slope = share * (1 - share)
    np.testing.assert_allclose(second.numpy(), [0, slope, -slope])
