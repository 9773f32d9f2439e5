"""nn.init: variances, structures, errors; the numbers are compared in ``make parity``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest

import edugrad
from edugrad import nn
from edugrad.nn import init

XAVIER = [
    [-0.008201400749385357, 0.5876445174217224, -0.9016007781028748],
    [-0.8061808347702026, -0.4219154715538025, 0.29375168681144714],
]
TRUNCATED = [
    [1.5409960746765137, -0.293428897857666, -0.7192575931549072],
    [0.5684312582015991, -1.0845223665237427, -1.3985954523086548],
]


def test_numbers_of_pytorch():
    """What PyTorch 2.13 gives after ``torch.manual_seed(0)``."""
    edugrad.manual_seed(0)
    assert init.xavier_uniform_(edugrad.empty(2, 3)).tolist() == XAVIER
    edugrad.manual_seed(0)
    weight = init.trunc_normal_(edugrad.empty(2, 3))
    assert weight.tolist() == [pytest.approx(row, rel=1e-6) for row in TRUNCATED]


@pytest.mark.parametrize(
    ("fill", "std"),
    [
        (lambda w: init.xavier_uniform_(w, gain=2), 2 * math.sqrt(2 / 500)),
        (lambda w: init.xavier_normal_(w), math.sqrt(2 / 500)),
        (lambda w: init.kaiming_uniform_(w, nonlinearity="relu"), math.sqrt(2 / 300)),
        (lambda w: init.kaiming_normal_(w, mode="fan_out"), math.sqrt(2 / 200)),
        (lambda w: init.kaiming_normal_(w, a=1), math.sqrt(1 / 300)),
        (lambda w: init.normal_(w, std=0.3), 0.3),
    ],
)
def test_standard_deviation(fill: Callable[[edugrad.Tensor], edugrad.Tensor], std: float):
    edugrad.manual_seed(0)
    assert fill(edugrad.empty(200, 300)).std().item() == pytest.approx(std, rel=0.02)


def test_a_kernel_counts_for_the_fan():
    assert init._calculate_fan_in_and_fan_out(edugrad.empty(8, 4, 3, 5)) == (60, 120)


@pytest.mark.parametrize(("mean", "low", "high"), [(0.0, -1.0, 2.0), (0.0, 1.5, 2.5)])
def test_truncated_normal_numbers(mean: float, low: float, high: float):
    """Both ways of drawing: between the bounds, with the mean that the density gives."""
    edugrad.manual_seed(0)
    drawn = init.trunc_normal_(edugrad.empty(20000), mean, 1.0, low, high)
    assert drawn.min().item() >= low
    assert drawn.max().item() <= high

    def density(x: float) -> float:
        return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    def below(x: float) -> float:
        return (1 + math.erf(x / math.sqrt(2))) / 2

    expected = mean + (density(low) - density(high)) / (below(high) - below(low))
    assert drawn.mean().item() == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 2, 3), (6, 6)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]):
    weight = init.orthogonal_(edugrad.empty(*shape, dtype=edugrad.float64), gain=2)
    flat = weight.reshape(shape[0], -1)
    product = flat @ flat.t() if flat.shape[0] < flat.shape[1] else flat.t() @ flat
    assert edugrad.allclose(product, 4 * edugrad.eye(len(product), dtype=edugrad.float64))


def test_sparse_columns():
    weight = init.sparse_(edugrad.empty(10, 4), 0.25)
    assert (weight == 0).sum(0).tolist() == [3, 3, 3, 3]


def test_dirac_passes_channels_on():
    x = edugrad.rand(2, 4, 5, 6)
    weight = init.dirac_(edugrad.empty(4, 2, 3, 3), groups=2)
    y = nn.functional.conv2d(x, weight, padding=1, groups=2)
    assert edugrad.equal(x, y)


def test_parameters_keep_their_place_and_need_no_graph():
    weight = nn.Parameter(edugrad.empty(3, 3))
    assert init.eye_(weight) is weight
    assert weight.is_leaf
    assert weight.tolist() == edugrad.eye(3).tolist()


def test_old_names_warn():
    with pytest.warns(FutureWarning, match="`nn.init.uniform` is now deprecated in favor"):
        init.uniform(edugrad.empty(2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: init.xavier_uniform_(edugrad.empty(3)),
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions\n"
            "  got:  shape (3,)\n"
            "  mend: use uniform_, normal_, zeros_ or ones_ for a bias",
        ),
        (
            lambda: init.kaiming_normal_(edugrad.empty(2, 2), mode="fan"),
            "Mode fan not supported, please use one of ['fan_in', 'fan_out']",
        ),
        (lambda: init.eye_(edugrad.empty(3)), "Only tensors with 2 dimensions are supported"),
        (
            lambda: init.dirac_(edugrad.empty(3, 3)),
            "Only tensors with 3, 4, or 5 dimensions are supported",
        ),
        (
            lambda: init.dirac_(edugrad.empty(3, 3, 3), groups=2),
            "dim 0 must be divisible by groups\n  got:  3 output channels in 2 groups",
        ),
        (
            lambda: init.orthogonal_(edugrad.empty(3)),
            "Only tensors with 2 or more dimensions are supported",
        ),
        (lambda: init.calculate_gain("gelu"), "Unsupported nonlinearity gelu"),
        (
            lambda: init.calculate_gain("leaky_relu", True),
            "negative_slope True not a valid number",
        ),
    ],
)
def test_errors_teach(call: Callable[[], object], words: str):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()
