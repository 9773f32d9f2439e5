"""What is done in another way for many elements gives what the plain way gives."""

from __future__ import annotations

import numpy as np
import pytest

import edugrad
from edugrad import tensor

SHAPES = [((5000,), 0), ((50, 60), 1), ((50, 60), 0), ((7, 30, 20), 1)]


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(("shape", "dim"), SHAPES)
@pytest.mark.parametrize("descending", [False, True])
def test_equal_elements_stay_in_order(
    shape: tuple[int, ...], dim: int, descending: bool, random: np.random.Generator
) -> None:
    """Infinities, both zeros and NaN of both signs are among the elements."""
    special = np.array([-np.inf, np.inf, 0.0, -0.0, np.nan, -np.nan, -1.5, 2.5], "float32")
    numbers = random.choice(special, shape)
    found = tensor(numbers).sort(dim, descending=descending)
    wide = numbers.astype("float64")  # for which nothing is packed
    expected = tensor(wide).sort(dim, descending=descending)
    assert found.indices.tolist() == expected.indices.tolist()
    assert np.array_equal(found.values.numpy(), expected.values.numpy(), equal_nan=True)


@pytest.mark.parametrize("shape", [(100_000,), (30, 4000), (4000, 30), (2, 3000, 40)])
@pytest.mark.parametrize("method", ["cumsum", "cumprod"])
def test_running_sums_are_rounded_once(
    shape: tuple[int, ...], method: str, random: np.random.Generator
) -> None:
    numbers = random.uniform(0.9, 1.1, shape).astype("float32")
    for dim in range(len(shape)):
        for array in (numbers, np.asfortranarray(numbers)):
            found = getattr(edugrad.from_numpy(array), method)(dim).numpy()
            expected = getattr(numbers.astype("float64"), method)(dim).astype("float32")
            assert np.array_equal(found, expected)


def test_running_sums_pass_nan_and_infinity_on() -> None:
    numbers = np.ones(100_000, "float32")
    numbers[50_000], numbers[90_000] = np.inf, -np.inf
    found = tensor(numbers).cumsum(0)
    assert found[49_999] == 50_000
    assert found[50_000:90_000].isinf().all()
    assert found[90_000:].isnan().all()


def test_bounds_of_numbers_and_of_tensors_are_the_same(random: np.random.Generator) -> None:
    x = tensor(random.standard_normal(100).astype("float32"))
    x[3], x[5] = float("nan"), float("inf")
    for low, high in ((-0.5, 0.5), (1, -1), (float("nan"), 0.5), (-1, 0.3)):
        found = x.clamp(low, high)
        expected = x.clamp(tensor(float(low)), tensor(float(high)))
        assert np.array_equal(found.numpy(), expected.numpy(), equal_nan=True)
        assert found.dtype is edugrad.float32
