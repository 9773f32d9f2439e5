"""``gradient``, ``histogram``, ``zeta``, ``igamma``, ``nextafter``, ``poisson``: special values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad.nn import functional as F

SQUARES = edugrad.tensor([0.0, 1.0, 4.0, 9.0, 16.0])


def test_the_gradient_of_a_parabola_is_exact_with_second_order_edges() -> None:
    places = edugrad.tensor([0.0, 1.0, 3.0, 4.0, 7.0])
    (found,) = edugrad.gradient(places**2, spacing=(places,), edge_order=2)
    assert edugrad.allclose(found, 2 * places)
    assert edugrad.gradient(edugrad.tensor(3.0)) == ()


@pytest.mark.parametrize(
    ("call", "error", "rule"),
    [
        (lambda: edugrad.gradient(SQUARES[:1]), RuntimeError, "at least edge_order+1"),
        (lambda: edugrad.gradient(SQUARES, edge_order=3), RuntimeError, "edge_order=1 and"),
        (lambda: edugrad.gradient(SQUARES, spacing=[1, 2]), RuntimeError, "got a list of length 2"),
        (lambda: edugrad.gradient(SQUARES, spacing=SQUARES), TypeError, "invalid combination"),
        (lambda: edugrad.histogram(SQUARES, 0), RuntimeError, "bins must be > 0"),
        (
            lambda: edugrad.histogram(SQUARES, 2, range=(2, 1)),
            RuntimeError,
            "min should not exceed",
        ),
        (lambda: edugrad.histogram(SQUARES.long(), 2), NotImplementedError, "histogramdd"),
        (lambda: edugrad.igamma(SQUARES.long(), SQUARES.long()), NotImplementedError, "igamma_cpu"),
        (
            lambda: edugrad.igamma(SQUARES.clone().requires_grad_(), SQUARES).sum().backward(),
            NotImplementedError,
            "the derivative for 'igamma: input' is not implemented.",
        ),
        (
            lambda: edugrad.nextafter(SQUARES.long(), SQUARES.long()),
            NotImplementedError,
            "nextafter_cpu",
        ),
        (
            lambda: F.grid_sample(edugrad.ones(1, 1, 2, 2), edugrad.zeros(1, 1, 1, 2), "cubic"),
            ValueError,
            "expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: 'cubic'",
        ),
        (
            lambda: F.grid_sample(edugrad.ones(1, 1, 2, 2), edugrad.zeros(1, 1, 1, 3)),
            RuntimeError,
            "expected grid to have size 2 in last dimension",
        ),
        (
            lambda: F.grid_sample(
                edugrad.ones(1, 1, 2, 2, 2), edugrad.zeros(1, 1, 1, 1, 3), "bicubic"
            ),
            RuntimeError,
            "bicubic interpolation only supports 4D input",
        ),
        (lambda: edugrad.poisson(-SQUARES), RuntimeError, "expected rate to be non-negative"),
    ],
)
def test_mistakes(call: Callable[[], Any], error: type[Exception], rule: str) -> None:
    with pytest.raises(error) as raised:
        call()
    assert rule in str(raised.value)


def test_histograms_of_nothing_and_of_equal_elements() -> None:
    assert edugrad.histogram(SQUARES[:0], 2).bin_edges.tolist() == [0.0, 0.5, 1.0]
    found = edugrad.histogram(edugrad.ones(3), 2)
    assert found.hist.tolist() == [0.0, 3.0]
    assert found.bin_edges.tolist() == [0.5, 1.0, 1.5]
    edges = edugrad.tensor([0.0, 1.0, 9.0])
    assert edugrad.histogram(SQUARES, edges).hist.tolist() == [1.0, 3.0]


def test_known_numbers() -> None:
    assert float(edugrad.special.zeta(edugrad.tensor(2.0), 1.0)) == pytest.approx(1.6449341)
    assert float(edugrad.special.gammainc(edugrad.tensor(1.0), edugrad.tensor(1.0))) == (
        pytest.approx(0.6321206)
    )


def test_counts_of_rare_events_have_their_mean_and_variance() -> None:
    edugrad.manual_seed(0)
    drawn = edugrad.poisson(edugrad.full((20_000,), 3.0))
    assert drawn.dtype is edugrad.float32
    assert float(drawn.mean()) == pytest.approx(3, abs=0.05)
    assert float(drawn.var()) == pytest.approx(3, abs=0.1)
