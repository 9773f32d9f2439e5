"""Random numbers are PyTorch's: ``random_numbers.json`` holds what PyTorch 2.13 drew on a CPU."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import edugrad

RECORDED = json.loads((Path(__file__).parent / "random_numbers.json").read_text())


@pytest.fixture(autouse=True)
def _same_stream_after() -> Iterator[None]:
    state = edugrad.get_rng_state()
    yield
    edugrad.set_rng_state(state)


def digest(array: np.ndarray) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()[:16]


@pytest.mark.parametrize(("dtype", "seed", "size", "first", "sha", "after"), RECORDED["rand"])
def test_rand_is_pytorchs_bit_for_bit(
    dtype: str, seed: int, size: int, first: list[float], sha: str, after: list[float]
) -> None:
    edugrad.manual_seed(seed)
    drawn = edugrad.rand(size, dtype=getattr(edugrad, dtype))
    assert drawn[:3].tolist() == first
    assert digest(drawn.numpy()) == sha
    assert edugrad.rand(2).tolist() == after, "the stream stands where PyTorch's stands"


@pytest.mark.parametrize(("dtype", "seed", "size", "ends", "checksum", "after"), RECORDED["randn"])
def test_randn_is_pytorchs_to_the_last_digit(
    dtype: str, seed: int, size: int, ends: list[float], checksum: float, after: list[float]
) -> None:
    edugrad.manual_seed(seed)
    drawn = edugrad.randn(size, dtype=getattr(edugrad, dtype))
    digits = {"float32": 3e-7, "float64": 5e-16}[dtype]
    values = drawn.tolist()
    np.testing.assert_allclose(values[:3] + values[-3:], ends, rtol=4 * digits, atol=digits)
    weighted = float((drawn.double().numpy() * np.cos(np.arange(size))).sum())
    assert weighted == pytest.approx(checksum, abs=size * 4 * digits)
    assert edugrad.rand(2).tolist() == after


@pytest.mark.parametrize(("seed", "low", "high", "expected"), RECORDED["randint"])
def test_randint_is_pytorchs(seed: int, low: int, high: int, expected: list[int]) -> None:
    edugrad.manual_seed(seed)
    assert edugrad.randint(low, high, (4,)).tolist() == expected


@pytest.mark.parametrize(("seed", "n", "expected"), RECORDED["randperm"])
def test_randperm_is_pytorchs(seed: int, n: int, expected: list[int]) -> None:
    edugrad.manual_seed(seed)
    assert edugrad.randperm(n).tolist() == expected


@pytest.mark.parametrize("seed", range(4))
def test_a_mixed_sequence_keeps_the_spare_normal_number(seed: int) -> None:
    edugrad.manual_seed(seed)
    for drawn_with, name, arguments, expected in RECORDED["mixed"]:
        if drawn_with == seed:
            drawn = getattr(edugrad, name)(*arguments)
            np.testing.assert_allclose(drawn.tolist(), expected, rtol=2e-6, atol=1e-7)


def test_float16_numbers_are_rounded_float32_numbers() -> None:
    edugrad.manual_seed(0)
    drawn = edugrad.rand(3, dtype=edugrad.float16).tolist()
    assert drawn == [0.496337890625, 0.76806640625, 0.0885009765625]
    edugrad.manual_seed(0)
    blocks = edugrad.randn(18, dtype=edugrad.float16).tolist()
    expected = [-1.1260, -1.1523, -1.3525, -1.6963, 0.5669, 0.7935]
    np.testing.assert_allclose(blocks[:6], expected, atol=6e-4)
    edugrad.manual_seed(0)
    assert edugrad.rand(1_000_000, dtype=edugrad.float16).max().item() < 1


def test_rand_lies_between_zero_and_one() -> None:
    edugrad.manual_seed(0)
    drawn = edugrad.rand(100_000)
    assert drawn.min().item() >= 0
    assert drawn.max().item() < 1
    assert drawn.mean().item() == pytest.approx(0.5, abs=0.005)


class TestGenerator:
    def test_has_a_stream_of_its_own(self) -> None:
        edugrad.manual_seed(1)
        generator = edugrad.Generator().manual_seed(0)
        assert edugrad.rand(2, generator=generator).tolist() == pytest.approx(
            [0.49626, 0.76822], abs=1e-5
        )
        assert edugrad.rand(1).item() == pytest.approx(0.75763, abs=1e-5)

    def test_starts_from_pytorchs_default_seed(self) -> None:
        generator = edugrad.Generator()
        assert generator.initial_seed() == 67280421310721
        assert edugrad.rand(2, generator=generator).tolist() == pytest.approx(
            [0.2673, 0.8725], abs=1e-4
        )

    def test_gives_the_same_numbers_from_the_same_state(self) -> None:
        generator = edugrad.Generator().manual_seed(3)
        edugrad.randn(3, generator=generator)
        state = generator.get_state()
        first = edugrad.randn(5, generator=generator).tolist()
        assert generator.set_state(state) is generator
        assert edugrad.randn(5, generator=generator).tolist() == first

    def test_writes_its_state_as_pytorch_does(self) -> None:
        edugrad.manual_seed(0)
        edugrad.randn(3)
        state = edugrad.get_rng_state()
        assert state.dtype is edugrad.uint8
        assert state.shape == (5056,)
        assert hashlib.sha256(state.numpy().tobytes()).hexdigest() == (
            "5f273c33f4160de64fac7c23955badc140a32e236e861b993e52685fd195d97d"
        )

    @pytest.mark.parametrize("drawn", [0, 1, 623, 624, 625, 1248])
    def test_restores_a_state_from_anywhere_in_the_stream(self, drawn: int) -> None:
        edugrad.manual_seed(7)
        edugrad.rand(drawn)
        state = edugrad.get_rng_state()
        expected = edugrad.rand(4).tolist()
        edugrad.manual_seed(1)
        edugrad.set_rng_state(state)
        assert edugrad.rand(4).tolist() == expected
        assert edugrad.initial_seed() == 7

    @pytest.mark.parametrize(
        ("state", "error", "text"),
        [
            (
                edugrad.zeros(5056),
                TypeError,
                "RNG state must be a ByteTensor\n  got:  edugrad.float32",
            ),
            ([1], TypeError, "RNG state must be a ByteTensor\n  got:  list"),
            (
                edugrad.zeros(4, dtype=edugrad.uint8),
                RuntimeError,
                "Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size ",
            ),
        ],
    )
    def test_refuses_what_is_no_state(self, state: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error) as raised:
            edugrad.set_rng_state(state)
        assert text in str(raised.value)


class TestSeeds:
    @pytest.mark.parametrize(
        ("seed", "initial", "first"),
        [
            (-1, 2**64 - 1, 0.9937993884086609),
            (-5, 2**64 - 5, 0.9308151006698608),
            (2**63, 2**63, 0.49625658988952637),
            (2**40 + 3, 2**40 + 3, 0.004263520240783691),
        ],
    )
    def test_large_and_negative_seeds(self, seed: int, initial: int, first: float) -> None:
        edugrad.manual_seed(seed)
        assert edugrad.initial_seed() == initial
        assert edugrad.rand(1).item() == first

    def test_seed_starts_an_unpredictable_stream_that_can_be_repeated(self) -> None:
        chosen = edugrad.seed()
        first = edugrad.rand(4).tolist()
        edugrad.manual_seed(chosen)
        assert edugrad.rand(4).tolist() == first
        assert edugrad.seed() != chosen

    def test_a_seed_is_a_whole_number(self) -> None:
        with pytest.raises(ValueError) as raised:
            edugrad.manual_seed("a")  # type: ignore[arg-type]
        assert str(raised.value) == (
            "invalid literal for int() with base 10: 'a'; a seed is a whole number\n  got:  'a'\n"
            "  mend: e.g. edugrad.manual_seed(0)"
        )


def test_like_functions_take_shape_dtype_and_device() -> None:
    x = edugrad.zeros(2, 3, dtype=edugrad.float64)
    assert edugrad.rand_like(x).dtype is edugrad.float64
    assert edugrad.randn_like(x, dtype=edugrad.float32).dtype is edugrad.float32
    assert edugrad.rand_like(x).shape == (2, 3)
    assert edugrad.rand(2, requires_grad=True).requires_grad
    assert edugrad.rand(size=(2, 1)).shape == (2, 1)
    assert edugrad.randint(3, 5, size=(7,), dtype=edugrad.int32).dtype is edugrad.int32
    assert edugrad.randint(low=3, high=4, size=(2,)).tolist() == [3, 3]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: edugrad.randint(5, 5, (2,)),
            RuntimeError,
            "random_ expects 'from' to be less than 'to', but got from=5 >= to=5\n"
            "  got:  an empty range: from 5 up to, not including, 5\n"
            "  mend: the upper bound is not included: randint(0, 1, …) gives zeros",
        ),
        (
            lambda: edugrad.randint(300, (2,), dtype=edugrad.uint8),
            RuntimeError,
            "to - 1 is out of bounds for uint8",
        ),
        (lambda: edugrad.randint(5), TypeError, "randint() needs an upper bound and a size"),
        (
            lambda: edugrad.rand(2, dtype=edugrad.int64),
            RuntimeError,
            "rand draws floating-point numbers",
        ),
        (
            lambda: edugrad.randperm(-1),
            RuntimeError,
            "Trying to create tensor with negative dimension -1: [-1]",
        ),
        (
            lambda: edugrad.randn(2.5),
            TypeError,
            "randn(): argument 'size' must be tuple of ints\n  got:  2.5",
        ),
    ],
)
def test_errors_say_the_rule(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as raised:
        call()
    assert text in str(raised.value)


def test_numbers_are_drawn_in_the_order_of_memory_and_one_by_one_where_it_has_gaps() -> None:
    edugrad.manual_seed(0)
    across = edugrad.empty(2, 3).t().uniform_()
    edugrad.manual_seed(0)
    assert edugrad.equal(across.t(), edugrad.rand(2, 3))
    edugrad.manual_seed(0)
    assert edugrad.equal(edugrad.rand_like(across), across)
    edugrad.manual_seed(0)
    drawn = edugrad.randn_like(edugrad.ones(2, 8).t())
    assert drawn.stride() == (1, 8)
    edugrad.manual_seed(0)
    singly = [edugrad.randn(1).item() for _ in range(16)]  # PyTorch draws blocks of 16 otherwise
    assert drawn.t().flatten().tolist() == singly


@pytest.mark.parametrize(
    ("method", "error", "text"),
    [
        ("normal_", NotImplementedError, '"normal_kernel_cpu" not implemented for edugrad.int64'),
        ("uniform_", NotImplementedError, '"check_uniform_bounds" not implemented for'),
        ("log_normal_", NotImplementedError, '"log_normal_cpu" not implemented for'),
        ("exponential_", RuntimeError, "Exponential distribution is a continuous probability"),
        ("cauchy_", RuntimeError, "Cauchy distribution is a continuous probability"),
    ],
)
def test_whole_numbers_are_not_drawn_from_continuous_distributions(
    method: str, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        getattr(edugrad.ones(2, dtype=edugrad.int64), method)()
