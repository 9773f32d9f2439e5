"""Making tensors; the expected values, types and first lines of errors are PyTorch 2.13's."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import tensor

f16, f32, f64 = edugrad.float16, edugrad.float32, edugrad.float64
i8, i32, i64, u8, b = edugrad.int8, edugrad.int32, edugrad.int64, edugrad.uint8, edugrad.bool


def check(made: edugrad.Tensor, values: Any, dtype: Any) -> None:
    assert made.tolist() == values
    assert made.dtype is dtype
    assert made.is_leaf
    assert not made.requires_grad


@pytest.mark.parametrize(
    ("data", "values", "dtype"),
    [
        (3, 3, i64),
        (3.0, 3.0, f32),
        (True, True, b),
        ([], [], f32),
        ((), [], f32),
        ([[]], [[]], f32),
        ([[], []], [[], []], f32),
        ([1, 2.5], [1.0, 2.5], f32),
        ([True, 2], [1, 2], i64),
        ([True, 2.0], [1.0, 2.0], f32),
        ((1, 2), [1, 2], i64),
        ([(1, 2), [3, 4]], [[1, 2], [3, 4]], i64),
        (range(3), [0, 1, 2], i64),
        ([range(2), range(2)], [[0, 1], [0, 1]], i64),
        (2**63 - 1, 2**63 - 1, i64),
        (float("inf"), float("inf"), f32),
        (1e40, float("inf"), f32),
        (np.float32(3), 3.0, f32),
        (np.float64(3), 3.0, f64),
        (np.int8(3), 3, i8),
        (np.bool_(True), True, b),
        (np.arange(3, dtype=np.int32), [0, 1, 2], i32),
        ([np.float32(3), 1.0], [3.0, 1.0], f32),
        ([np.float64(3), 1.0], [3.0, 1.0], f64),
        ([1.0, np.float64(3)], [1.0, 3.0], f64),
        ([np.int32(3), np.int32(1)], [3, 1], i32),
        ([np.int64(3), np.float32(1)], [3.0, 1.0], f32),
        ([np.arange(2), np.arange(2)], [[0, 1], [0, 1]], i64),
        ([np.arange(2.0), np.arange(2.0)], [[0.0, 1.0], [0.0, 1.0]], f64),
        ([tensor(1.0), tensor(2)], [1.0, 2.0], f32),
        ([tensor(1.0, dtype=f64), tensor(2)], [1.0, 2.0], f64),
        ([tensor([1.0]), 2], [1.0, 2.0], f32),
        ([[tensor(1.0), 2], [3, 4]], [[1.0, 2.0], [3.0, 4.0]], f32),
        ([[1, 2], tensor([3, 4])], [[1, 2], [3, 4]], i64),
        ([tensor([[1]])], [1], i64),
        ([tensor(True)], [True], b),
        (tensor([1, 2]), [1, 2], i64),
    ],
    ids=repr,
)
def test_tensor_infers_the_dtype(data: Any, values: Any, dtype: Any) -> None:
    check(tensor(data), values, dtype)


@pytest.mark.parametrize(
    ("data", "dtype", "values"),
    [
        ([1, 2], f16, [1.0, 2.0]),
        ([True], f32, [1.0]),
        (3.7, i32, 3),
        (-3.7, i32, -3),
        ([1.0, float("nan"), 0.0], b, [True, True, False]),
        (-1, u8, 255),
        ([-200], u8, [56]),
        (1e6, f16, float("inf")),
        (np.array([300]), u8, [44]),
        ([1.0, 2.0], float, [1.0, 2.0]),
    ],
    ids=repr,
)
def test_tensor_converts(data: Any, dtype: Any, values: Any) -> None:
    made = tensor(data, dtype=dtype)
    assert made.tolist() == values


ONLY_ONE = "only one element tensors can be converted to Python scalars"


@pytest.mark.parametrize(
    ("data", "error", "rule", "got"),
    [
        ("a", TypeError, "new(): invalid data type 'str'", "data of type str: 'a'"),
        (b"a", TypeError, "new(): invalid data type 'bytes'", "data of type bytes: b'a'"),
        (["a"], ValueError, "too many dimensions 'str'", "data of type str: 'a'"),
        (None, RuntimeError, "Could not infer dtype of NoneType", "data of type NoneType: None"),
        (
            [1, None],
            RuntimeError,
            "Could not infer dtype of NoneType",
            "data of type NoneType: None",
        ),
        ({1}, RuntimeError, "Could not infer dtype of set", "data of type set: {1}"),
        ({}, RuntimeError, "Could not infer dtype of dict", "data of type dict: {}"),
        (
            [[1], [2, 3]],
            ValueError,
            "expected sequence of length 1 at dim 1 (got 2)",
            "[[1], [2, 3]]",
        ),
        (
            [[1, 2], [3]],
            ValueError,
            "expected sequence of length 2 at dim 1 (got 1)",
            "[[1, 2], [3]]",
        ),
        (
            [[[1], [2]], [[3]]],
            ValueError,
            "expected sequence of length 2 at dim 1 (got 1)",
            "[[[1], [2]], [[3]]]",
        ),
        ([[1], 2], TypeError, "not a sequence", "2 among lists"),
        (
            [1, [2]],
            TypeError,
            "'list' object cannot be interpreted as an integer",
            "[1, [2]]: a list among numbers",
        ),
        (
            [1.5, [2]],
            TypeError,
            "must be real number, not list",
            "[1.5, [2]]: a list among numbers",
        ),
        (2**63, ValueError, "Overflow when unpacking long long", "9223372036854775808"),
        ([2**64], ValueError, "Overflow when unpacking long long", "18446744073709551616"),
        ([tensor([1.0, 2.0])], ValueError, ONLY_ONE, "a list of tensors of shape (2,)"),
        (1 + 2j, TypeError, "edugrad has no complex64", "data of type complex: (1+2j)"),
        (
            np.array(["a"]),
            TypeError,
            "can't convert np.ndarray of type numpy.str_.",
            "an array of <U1",
        ),
        (
            np.array([1j]),
            TypeError,
            "can't convert np.ndarray of type numpy.complex128.",
            "an array",
        ),
    ],
    ids=repr,
)
def test_tensor_refuses(data: Any, error: type[Exception], rule: str, got: str) -> None:
    with pytest.raises(error) as raised:
        tensor(data)
    message = str(raised.value)
    assert message.startswith(rule)
    assert f"\n  got:  {got}" in message
    assert re.search(r"\n  mend: \S.{15}", message)


@pytest.mark.parametrize(
    ("data", "dtype"),
    [(300, u8), ([-300], u8), ([-200], i8), (3e10, i32), (float("nan"), i32), (float("inf"), i64)],
)
def test_numbers_too_large_for_an_integer_type(data: Any, dtype: Any) -> None:
    with pytest.raises(RuntimeError) as raised:
        tensor(data, dtype=dtype)
    rule = f"value cannot be converted to type {dtype.name} without overflow\n  got:  "
    assert str(raised.value).startswith(rule)


def test_tensor_copies() -> None:
    array = np.ones(2)
    made = tensor(array)
    again = tensor(made)
    array[0] = 5
    made[1] = 7
    assert made.tolist() == [1.0, 7.0]
    assert again.tolist() == [1.0, 1.0]


def test_tensor_can_ask_for_gradients() -> None:
    assert tensor([1.0], requires_grad=True).requires_grad
    with pytest.raises(RuntimeError) as raised:
        tensor([1, 2], requires_grad=True)
    assert str(raised.value) == (
        "only Tensors of floating point dtype can require gradients\n"
        "  got:  a tensor of edugrad.int64\n"
        "  mend: write the numbers with a decimal point, or pass dtype=edugrad.float32"
    )


class TestSharing:
    def test_from_numpy_shares_memory_both_ways(self) -> None:
        array = np.zeros(3)
        made = edugrad.from_numpy(array)
        array[0] = 1
        made[1] = 2
        assert made.tolist() == [1.0, 2.0, 0.0]
        assert array.tolist() == [1.0, 2.0, 0.0]
        assert made.data_ptr() == array.ctypes.data

    def test_numpy_shares_memory_both_ways(self) -> None:
        made = edugrad.zeros(2)
        array = made.numpy()
        array[0] = 1
        assert made.tolist() == [1.0, 0.0]
        assert np.shares_memory(array, made[0:1].numpy())

    def test_as_tensor_shares_where_it_can(self) -> None:
        array = np.zeros(2)
        shared = edugrad.as_tensor(array)
        array[0] = 1
        assert shared.tolist() == [1.0, 0.0]
        converted = edugrad.as_tensor(array, dtype=f32)
        array[0] = 9
        assert converted.tolist() == [1.0, 0.0]
        made = edugrad.ones(2)
        assert edugrad.as_tensor(made) is made
        assert edugrad.as_tensor([1, 2]).dtype is i64

    def test_from_numpy_keeps_strides(self) -> None:
        assert edugrad.from_numpy(np.arange(6).reshape(2, 3).T).stride() == (1, 3)

    def test_from_numpy_takes_arrays_only(self) -> None:
        with pytest.raises(TypeError) as raised:
            edugrad.from_numpy([1])  # type: ignore[arg-type]
        assert str(raised.value) == (
            "expected np.ndarray (got list)\n"
            "  got:  list\n"
            "  mend: use edugrad.tensor(…) for lists and numbers"
        )

    def test_from_numpy_refuses_to_walk_backwards(self) -> None:
        with pytest.raises(ValueError) as raised:
            edugrad.from_numpy(np.ones(3)[::-1])
        assert str(raised.value) == (
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported.\n"
            "  got:  an array of shape (3,) that is walked backwards\n"
            "  mend: copy it first: edugrad.from_numpy(array.copy())"
        )


class TestFilled:
    @pytest.mark.parametrize(
        ("made", "values", "dtype"),
        [
            (edugrad.zeros(2), [0.0, 0.0], f32),
            (edugrad.zeros((2, 1)), [[0.0], [0.0]], f32),
            (edugrad.zeros([1, 2], dtype=i64), [[0, 0]], i64),
            (edugrad.zeros(()), 0.0, f32),
            (edugrad.zeros(2, 0), [[], []], f32),
            (edugrad.zeros(size=(1,)), [0.0], f32),
            (edugrad.zeros(np.int64(1)), [0.0], f32),
            (edugrad.zeros(tensor(1), 2), [[0.0, 0.0]], f32),
            (edugrad.ones(2, dtype=b), [True, True], b),
            (edugrad.ones(size=(1,)), [1.0], f32),
            (edugrad.full((2,), 3), [3, 3], i64),
            (edugrad.full((2,), 3.0), [3.0, 3.0], f32),
            (edugrad.full((2,), True), [True, True], b),
            (edugrad.full((), 7, dtype=f64), 7.0, f64),
            (edugrad.full((2,), tensor(2)), [2, 2], i64),
            (edugrad.eye(2), [[1.0, 0.0], [0.0, 1.0]], f32),
            (edugrad.eye(1, 3, dtype=i64), [[1, 0, 0]], i64),
            (edugrad.eye(0), [], f32),
            (edugrad.zeros_like(edugrad.ones(2, dtype=i32)), [0, 0], i32),
            (edugrad.ones_like(edugrad.zeros(2), dtype=f64), [1.0, 1.0], f64),
            (edugrad.full_like(edugrad.zeros(2), 3), [3.0, 3.0], f32),
            (edugrad.full_like(edugrad.zeros(2, dtype=i64), 3.7), [3, 3], i64),
            (edugrad.zeros_like(edugrad.zeros(1, requires_grad=True)), [0.0], f32),
            (edugrad.ones(1).new_tensor([1, 2]), [1.0, 2.0], f32),
            (edugrad.ones(1, dtype=f64).new_zeros(1, 2), [[0.0, 0.0]], f64),
            (edugrad.ones(1, dtype=f64).new_full((2,), 3), [3.0, 3.0], f64),
            (edugrad.ones(1).new_ones((2,), dtype=i64), [1, 1], i64),
            (edugrad.Tensor([1, 2]), [1.0, 2.0], f32),
        ],
        ids=lambda value: repr(value)[:30],
    )
    def test_values_and_dtype(self, made: edugrad.Tensor, values: Any, dtype: Any) -> None:
        check(made, values, dtype)

    def test_empty_has_only_a_shape_and_a_type(self) -> None:
        assert edugrad.empty(2, 3).shape == (2, 3)
        assert edugrad.empty((2, 3), dtype=i32).dtype is i32
        assert edugrad.empty_like(edugrad.ones(2, dtype=f64)).dtype is f64
        assert edugrad.ones(1).new_empty(4).shape == (4,)
        assert edugrad.Tensor(2, 3).shape == (2, 3)
        assert edugrad.Tensor().shape == (0,)

    def test_each_has_memory_of_its_own(self) -> None:
        x = edugrad.ones(2)
        y = edugrad.ones_like(x)
        y[0] = 5
        assert x.tolist() == [1.0, 1.0]


class TestSequences:
    @pytest.mark.parametrize(
        ("made", "values", "dtype"),
        [
            (edugrad.arange(3), [0, 1, 2], i64),
            (edugrad.arange(3.0), [0.0, 1.0, 2.0], f32),
            (edugrad.arange(1, 4), [1, 2, 3], i64),
            (edugrad.arange(1, 6, 2), [1, 3, 5], i64),
            (edugrad.arange(0, 1, 0.25), [0.0, 0.25, 0.5, 0.75], f32),
            (edugrad.arange(3, 0, -1), [3, 2, 1], i64),
            (edugrad.arange(0), [], i64),
            (edugrad.arange(2, dtype=f64), [0.0, 1.0], f64),
            (edugrad.arange(2.5, dtype=i64), [0, 1], i64),
            (edugrad.arange(start=1, end=3), [1, 2], i64),
            (edugrad.arange(end=2), [0, 1], i64),
            (edugrad.arange(1, 4, step=2), [1, 3], i64),
            (edugrad.arange(tensor(2)), [0, 1], i64),
            (edugrad.arange(np.int64(2)), [0, 1], i64),
            (edugrad.linspace(0, 1, 3), [0.0, 0.5, 1.0], f32),
            (edugrad.linspace(0, 1, 1), [0.0], f32),
            (edugrad.linspace(0, 1, 0), [], f32),
            (edugrad.linspace(0, 10, 5, dtype=i64), [0, 2, 5, 7, 10], i64),
            (edugrad.linspace(start=0, end=1, steps=2, dtype=f64), [0.0, 1.0], f64),
        ],
        ids=lambda value: repr(value)[:30],
    )
    def test_values_and_dtype(self, made: edugrad.Tensor, values: Any, dtype: Any) -> None:
        check(made, values, dtype)

    def test_arange_counts_its_steps_before_it_adds_them(self) -> None:
        made = edugrad.arange(0.0, 1.0, 0.1)
        assert made.shape == (10,)
        assert repr(made) == (
            "tensor([0.0000, 0.1000, 0.2000, 0.3000, 0.4000, 0.5000, 0.6000, 0.7000, 0.8000,\n"
            "        0.9000])"
        )

    def test_linspace_is_pytorchs_to_the_last_digit(self) -> None:
        assert edugrad.linspace(-10, 10, 7).tolist() == [
            -10.0,
            -6.6666669845581055,
            -3.3333334922790527,
            2.384185791015625e-07,
            3.3333334922790527,
            6.6666669845581055,
            10.0,
        ]


@pytest.mark.parametrize(
    ("call", "error", "rule"),
    [
        (lambda: edugrad.zeros(2.0), TypeError, "zeros(): argument 'size' must be tuple of ints"),
        (
            lambda: edugrad.zeros((2.0,)),
            TypeError,
            "zeros(): argument 'size' must be tuple of ints",
        ),
        (lambda: edugrad.ones("a"), TypeError, "ones(): argument 'size' must be tuple of ints"),
        (
            lambda: edugrad.empty(2, (3,)),
            TypeError,
            "empty(): argument 'size' must be tuple of ints",
        ),
        (
            lambda: edugrad.zeros(2, -1),
            RuntimeError,
            "Trying to create tensor with negative dimension -1: [2, -1]",
        ),
        (
            lambda: edugrad.full((2,), "a"),
            TypeError,
            "full(): argument 'fill_value' must be Number, not str",
        ),
        (
            lambda: edugrad.full((2,), 300, dtype=u8),
            RuntimeError,
            "value cannot be converted to type uint8 without overflow",
        ),
        (lambda: edugrad.eye(-1), RuntimeError, "n must be greater or equal to 0, got -1"),
        (
            lambda: edugrad.arange(5, 1),
            RuntimeError,
            "upper bound and lower bound inconsistent with step sign",
        ),
        (lambda: edugrad.arange(1, 5, 0), RuntimeError, "step must be nonzero"),
        (lambda: edugrad.arange(0, float("inf")), RuntimeError, "unsupported range: 0 -> inf"),
        (lambda: edugrad.arange("a"), TypeError, "arange(): its bounds must be Numbers, not str"),
        (
            lambda: edugrad.arange(),
            TypeError,
            "arange() received an invalid combination of arguments",
        ),
        (
            lambda: edugrad.linspace(0, 1, -1),
            RuntimeError,
            "number of steps must be non-negative",
        ),
        (
            lambda: edugrad.ones(2, dtype=i32, requires_grad=True),
            RuntimeError,
            "only Tensors of floating point dtype can require gradients",
        ),
    ],
)
def test_errors_say_rule_got_and_mend(call: Any, error: type[Exception], rule: str) -> None:
    with pytest.raises(error) as raised:
        call()
    first, got, mend = str(raised.value).split("\n")
    assert first == rule
    assert got.startswith("  got:  ")
    assert mend.startswith("  mend: ")


@pytest.mark.parametrize(
    "make",
    [
        edugrad.zeros_like,
        edugrad.ones_like,
        edugrad.empty_like,
        edugrad.rand_like,
        edugrad.randn_like,
        lambda like, **options: edugrad.full_like(like, 2, **options),
        lambda like, **options: edugrad.randint_like(like, 9, **options),
    ],
)
def test_a_likeness_lies_in_memory_as_its_model(make: Any) -> None:
    images = edugrad.ones(2, 3, 4, 5)
    assert make(images.to(memory_format=edugrad.channels_last)).stride() == (60, 1, 15, 3)
    assert make(images, memory_format=edugrad.channels_last).stride() == (60, 1, 15, 3)
    assert make(images.transpose(0, 3)).stride() == (1, 20, 5, 60)
    assert make(images[:, ::2]).stride() == (40, 20, 5, 1)
    assert make(edugrad.ones(1, 3).expand(4, 3)).stride() == (3, 1)
    assert make(edugrad.ones(2, 3).t(), memory_format=edugrad.contiguous_format).stride() == (2, 1)
    assert make(edugrad.ones(2, 3).t(), requires_grad=True, dtype=edugrad.float64).is_leaf
