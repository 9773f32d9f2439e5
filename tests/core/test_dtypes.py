"""Types and promotion: the tables hold what ``torch.result_type`` of PyTorch 2.13 answers."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import dtypes

SHORT = {
    "b": edugrad.bool,
    "u1": edugrad.uint8,
    "i1": edugrad.int8,
    "i2": edugrad.int16,
    "i4": edugrad.int32,
    "i8": edugrad.int64,
    "f2": edugrad.float16,
    "f4": edugrad.float32,
    "f8": edugrad.float64,
}

# Rows and columns in the order of SHORT: two tensors with dimensions.
TENSORS = """
b  u1 i1 i2 i4 i8 f2 f4 f8
u1 u1 i2 i2 i4 i8 f2 f4 f8
i1 i2 i1 i2 i4 i8 f2 f4 f8
i2 i2 i2 i2 i4 i8 f2 f4 f8
i4 i4 i4 i4 i4 i8 f2 f4 f8
i8 i8 i8 i8 i8 i8 f2 f4 f8
f2 f2 f2 f2 f2 f2 f2 f4 f8
f4 f4 f4 f4 f4 f4 f4 f4 f8
f8 f8 f8 f8 f8 f8 f8 f8 f8
"""

# A tensor with dimensions (row) and a 0-d tensor (column).
ZERO_D = """
b  u1 i1 i2 i4 i8 f2 f4 f8
u1 u1 u1 u1 u1 u1 f2 f4 f8
i1 i1 i1 i1 i1 i1 f2 f4 f8
i2 i2 i2 i2 i2 i2 f2 f4 f8
i4 i4 i4 i4 i4 i4 f2 f4 f8
i8 i8 i8 i8 i8 i8 f2 f4 f8
f2 f2 f2 f2 f2 f2 f2 f2 f2
f4 f4 f4 f4 f4 f4 f4 f4 f4
f8 f8 f8 f8 f8 f8 f8 f8 f8
"""

# A tensor of any number of dimensions (row) and True, 2, 2.5.
NUMBERS = """
b  i8 f4
u1 u1 f4
i1 i1 f4
i2 i2 f4
i4 i4 f4
i8 i8 f4
f2 f2 f2
f4 f4 f4
f8 f8 f8
"""


def cells(table: str, columns: list[Any]) -> list[tuple[Any, Any, Any]]:
    rows = table.split("\n")[1:-1]
    return [
        (row, column, SHORT[cell])
        for row, line in zip(SHORT.values(), rows, strict=True)
        for column, cell in zip(columns, line.split(), strict=True)
    ]


@pytest.mark.parametrize(("a", "b", "expected"), cells(TENSORS, list(SHORT.values())))
def test_two_tensors(a: Any, b: Any, expected: Any) -> None:
    assert edugrad.promote_types(a, b) is expected
    assert (edugrad.ones(2, dtype=a) * edugrad.ones(2, dtype=b)).dtype is expected
    assert (edugrad.ones((), dtype=a) * edugrad.ones((), dtype=b)).dtype is expected


@pytest.mark.parametrize(("a", "b", "expected"), cells(ZERO_D, list(SHORT.values())))
def test_a_0d_tensor_decides_only_by_its_category(a: Any, b: Any, expected: Any) -> None:
    many, one = edugrad.ones(2, dtype=a), edugrad.ones((), dtype=b)
    assert (many * one).dtype is expected
    assert (one * many).dtype is expected


@pytest.mark.parametrize(("a", "number", "expected"), cells(NUMBERS, [True, 2, 2.5]))
def test_a_python_number_never_widens(a: Any, number: Any, expected: Any) -> None:
    for tensor in (edugrad.ones(2, dtype=a), edugrad.ones((), dtype=a)):
        assert (tensor * number).dtype is expected
        assert (number * tensor).dtype is expected


@pytest.mark.parametrize("dtype", SHORT.values(), ids=repr)
def test_a_quotient_is_floating(dtype: Any) -> None:
    expected = dtype if dtype.is_floating_point else edugrad.float32
    assert (edugrad.ones(2, dtype=dtype) / 2).dtype is expected
    assert (edugrad.ones(2, dtype=dtype) / edugrad.ones(2, dtype=dtype)).dtype is expected


def test_whole_numbers_divide_as_in_pytorch() -> None:
    assert repr(edugrad.tensor([1, 2]) / edugrad.tensor([2, 2])) == "tensor([0.5000, 1.0000])"


def test_values_survive_promotion() -> None:
    total = edugrad.tensor([250], dtype=edugrad.uint8) + edugrad.tensor([-6], dtype=edugrad.int8)
    assert total.dtype is edugrad.int16
    assert total.tolist() == [244]
    wrapped = edugrad.tensor([250], dtype=edugrad.uint8) + 10
    assert wrapped.dtype is edugrad.uint8
    assert wrapped.tolist() == [4]


class TestDType:
    @pytest.mark.parametrize(
        ("dtype", "text", "itemsize", "floating", "signed"),
        [
            (edugrad.float16, "edugrad.float16", 2, True, True),
            (edugrad.float32, "edugrad.float32", 4, True, True),
            (edugrad.float64, "edugrad.float64", 8, True, True),
            (edugrad.uint8, "edugrad.uint8", 1, False, False),
            (edugrad.int8, "edugrad.int8", 1, False, True),
            (edugrad.int16, "edugrad.int16", 2, False, True),
            (edugrad.int32, "edugrad.int32", 4, False, True),
            (edugrad.int64, "edugrad.int64", 8, False, True),
            (edugrad.bool, "edugrad.bool", 1, False, False),
        ],
    )
    def test_says_what_it_is(
        self, dtype: Any, text: str, itemsize: int, floating: bool, signed: bool
    ) -> None:
        assert repr(dtype) == str(dtype) == text
        assert dtype.itemsize == itemsize
        assert dtype.is_floating_point is floating
        assert dtype.is_signed is signed
        assert dtype.is_complex is False
        assert isinstance(dtype, edugrad.dtype)

    def test_aliases_are_the_same_objects(self) -> None:
        assert edugrad.float is edugrad.float32
        assert edugrad.double is edugrad.float64
        assert edugrad.half is edugrad.float16
        assert edugrad.long is edugrad.int64
        assert edugrad.int is edugrad.int32
        assert edugrad.short is edugrad.int16

    @pytest.mark.parametrize("dtype", SHORT.values(), ids=repr)
    def test_is_one_object_after_pickling(self, dtype: Any) -> None:
        assert pickle.loads(pickle.dumps(dtype)) is dtype

    def test_python_types_stand_for_dtypes(self) -> None:
        assert edugrad.zeros(1, dtype=float).dtype is edugrad.float64
        assert edugrad.zeros(1, dtype=int).dtype is edugrad.int64
        assert edugrad.zeros(1, dtype=bool).dtype is edugrad.bool
        assert edugrad.zeros(1, dtype=np.float16).dtype is edugrad.float16


class TestDefaultDtype:
    def test_is_what_floats_become(self) -> None:
        try:
            edugrad.set_default_dtype(edugrad.float64)
            assert edugrad.get_default_dtype() is edugrad.float64
            assert edugrad.tensor([1.5]).dtype is edugrad.float64
            assert edugrad.zeros(1).dtype is edugrad.float64
            assert (edugrad.tensor([1]) / 2).dtype is edugrad.float64
            assert (edugrad.tensor([1]) * 2.5).dtype is edugrad.float64
            assert edugrad.rand(1).dtype is edugrad.float64
            assert edugrad.tensor([1]).dtype is edugrad.int64
        finally:
            edugrad.set_default_dtype(edugrad.float32)
        assert edugrad.tensor([1.5]).dtype is edugrad.float32

    @pytest.mark.parametrize("wrong", [edugrad.int32, "float32", None])
    def test_must_be_floating(self, wrong: Any) -> None:
        with pytest.raises(TypeError) as raised:
            edugrad.set_default_dtype(wrong)
        assert str(raised.value) == (
            "only floating-point types are supported as the default type\n"
            f"  got:  {wrong!r}\n"
            "  mend: pass edugrad.float16, edugrad.float32 or edugrad.float64"
        )


class TestErrors:
    @pytest.mark.parametrize("wrong", ["no such type", 3, np.complex64, object])
    def test_what_is_no_dtype(self, wrong: Any) -> None:
        with pytest.raises(TypeError) as raised:
            edugrad.zeros(1, dtype=wrong)
        assert str(raised.value).startswith("dtype must be an edugrad dtype\n  got:  ")
        assert "dtype=edugrad.float32" in str(raised.value)

    @pytest.mark.parametrize("name", dtypes.ABSENT)
    def test_types_that_edugrad_has_not(self, name: str) -> None:
        with pytest.raises(AttributeError) as raised:
            getattr(edugrad, name)
        assert str(raised.value) == (
            f"edugrad has no {name}: NumPy has no such type, or it is not supported yet\n"
            f"  got:  dtype {name}\n"
            "  mend: use one of edugrad.float16, edugrad.float32, edugrad.float64"
        )

    def test_promote_types_takes_dtypes(self) -> None:
        with pytest.raises(TypeError, match=r"argument .type2. must be edugrad\.dtype, not int"):
            edugrad.promote_types(edugrad.float32, 1)  # type: ignore[arg-type]
