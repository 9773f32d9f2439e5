"""The dtypes of results: recorded from PyTorch 2.13 for each op's first sample in each dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor

from .calls import INFOS, tensors

GIVEN = ("int64", "int32", "uint8", "bool", "float16")
RESULTS = {
    # Integers become the default floating type.
    ("float32", "float32", "float32", "float32", "float16"): """
        div exp expm1 log log1p sqrt rsqrt reciprocal sin cos tan tanh sigmoid clamp logsumexp""",
    # The type stays.
    ("int64", "int32", "uint8", "bool", "float16"): """
        where masked_fill add mul maximum minimum sign clone gather tril triu amax amin max min view
        reshape permute transpose t squeeze unsqueeze flatten expand broadcast_to contiguous cat
        stack unbind split chunk narrow select""",
    ("int64", "int32", "uint8", "refused", "float16"): "sub neg floor_divide remainder pow",
    ("int64", "int32", "uint8", "int64", "float16"): "square",
    # Sums of integers are int64.
    ("int64", "int64", "int64", "int64", "float16"): "sum cumsum sum_to_size",
    ("int64", "int64", "int64", "int64", "int64"): "nonzero",
    ("bool", "bool", "bool", "bool", "bool"): """
        eq ne lt le gt ge logical_and logical_or logical_xor logical_not isnan isinf isfinite
        isclose all any""",
    ("refused", "refused", "refused", "refused", "float16"): """
        softmax log_softmax mean var std binary_cross_entropy_with_logits mse_loss""",
}
CASES = [
    pytest.param(name, given, wanted, id=f"{name} of {given}")
    for row, names in RESULTS.items()
    for name in names.split()
    for given, wanted in zip(GIVEN, row, strict=True)
]


@pytest.mark.parametrize(("name", "given", "wanted"), CASES)
def test_the_dtype_is_that_of_pytorch(name: str, given: str, wanted: str) -> None:
    info = INFOS[name]

    def wrap(array: np.ndarray) -> Tensor:
        if array.dtype == np.float64:
            array = (np.abs(array) * 3 + 1).astype(given)
        return edugrad.tensor(array)

    args, kwargs = info.samples[0].build(np.random.default_rng(0), wrap)
    if wanted == "refused":
        with pytest.raises(RuntimeError, match="mend: "):
            info.function(*args, **kwargs)
    else:
        found = next(tensors(info.function(*args, **kwargs)))
        assert found.dtype is getattr(edugrad, wanted)


i8, i64 = edugrad.tensor([1], dtype=edugrad.int8), edugrad.tensor([1])
f16, f64 = (
    edugrad.tensor([1.0], dtype=edugrad.float16),
    edugrad.tensor([1.0], dtype=edugrad.float64),
)
mask = edugrad.tensor([True])
zero_d = edugrad.tensor(1.5, dtype=edugrad.float64)
MIXED: list[tuple[str, Any, Any]] = [
    ("int64 + 0.5", lambda: i64 + 0.5, edugrad.float32),
    ("int8 + 300", lambda: i8 * 2, edugrad.int8),
    ("float16 + 0.5", lambda: f16 + 0.5, edugrad.float16),
    ("float16 + 0-d float64", lambda: f16 + zero_d, edugrad.float16),
    ("int64 + 0-d float64", lambda: i64 + zero_d, edugrad.float64),
    ("int8 + int64", lambda: i8 + i64, edugrad.int64),
    ("int64 + float16", lambda: i64 + f16, edugrad.float16),
    ("bool + True", lambda: mask + True, edugrad.bool),
    ("bool + 1", lambda: mask + 1, edugrad.int64),
    ("bool * 0.5", lambda: mask * 0.5, edugrad.float32),
    ("int64 / int64", lambda: i64 / i64, edugrad.float32),
    ("int64 // 2", lambda: i64 // 2, edugrad.int64),
    ("int64 ** 0.5", lambda: i64**0.5, edugrad.float32),
    ("2.0 ** int64", lambda: 2.0**i64, edugrad.float32),
    ("where of numbers", lambda: edugrad.where(mask, 1.0, 0.0), edugrad.float32),
    ("where of integers", lambda: edugrad.where(mask, 1, 0), edugrad.int64),
    ("where of a number", lambda: edugrad.where(mask, f16, 0.0), edugrad.float16),
    ("cat", lambda: edugrad.cat([i64, f16]), edugrad.float16),
    ("clamp of int by int", lambda: i64.clamp(0, 5), edugrad.int64),
    ("clamp of int by float", lambda: i64.clamp(0.5), edugrad.float32),
    ("trunc of int", lambda: i64.div(2, rounding_mode="trunc"), edugrad.int64),
    ("sum in float64", lambda: f16.sum(dtype=edugrad.float64), edugrad.float64),
    ("mean of int as float", lambda: i64.mean(dtype=edugrad.float32), edugrad.float32),
    ("argmax", lambda: f16.argmax(), edugrad.int64),
    ("softmax in float64", lambda: i64.softmax(0, dtype=edugrad.float64), edugrad.float64),
]


@pytest.mark.parametrize(("compute", "wanted"), [pytest.param(*c[1:], id=c[0]) for c in MIXED])
def test_mixed_types_promote_as_in_pytorch(compute: Any, wanted: edugrad.DType) -> None:
    assert compute().dtype is wanted


@pytest.mark.parametrize("name", ["add", "mul", "sub", "div", "pow", "where", "cat", "maximum"])
def test_the_gradient_has_the_dtype_of_its_tensor(name: str) -> None:
    narrow = edugrad.tensor([1.0, 2.0], requires_grad=True)
    wide = edugrad.tensor([3.0, 4.0], dtype=edugrad.float64, requires_grad=True)
    function = INFOS[name].function
    if name == "where":
        result = function(edugrad.tensor([True, False]), narrow, wide)
    else:
        result = function([narrow, wide]) if name == "cat" else function(narrow, wide)
    assert result.dtype is edugrad.float64
    result.sum().backward()
    assert narrow.grad is not None
    assert wide.grad is not None
    assert (narrow.grad.dtype, wide.grad.dtype) == (edugrad.float32, edugrad.float64)


@pytest.mark.parametrize(
    ("a", "b", "result"),
    [
        ("float16", "int64", "float16"),
        ("float16", "float32", "float32"),
        ("float64", "float16", "float64"),
        ("int64", "float16", "float16"),
        ("int64", "int32", "float32"),
    ],
)
def test_ldexp_promotes_two_floating_types(a: str, b: str, result: str) -> None:
    first, second = (edugrad.ones(2, dtype=getattr(edugrad, name)) for name in (a, b))
    assert edugrad.ldexp(first, second).dtype is getattr(edugrad, result)


def test_a_number_may_stand_first_whatever_its_type() -> None:
    whole = edugrad.tensor([1, 2])
    assert edugrad.xlogy(True, whole).tolist() == edugrad.xlogy(1.0, whole).tolist()
    assert edugrad.bitwise_left_shift(True, whole).tolist() == [2, 4]


@pytest.mark.parametrize("name", ["bitwise_and", "bitwise_or", "bitwise_xor"])
def test_floating_numbers_have_no_bits(name: str) -> None:
    with pytest.raises(NotImplementedError, match="only implemented on integer and Boolean-type"):
        getattr(edugrad, name)(edugrad.ones(2), edugrad.ones(2))
