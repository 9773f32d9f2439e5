"""The mistakes of beginners: PyTorch's type of error, and a text with rule, finding and mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad import Tensor, ones, tensor
from edugrad.nn.functional import (
    binary_cross_entropy_with_logits,
    linear,
    mse_loss,
)

X = ones(2, 3)
Y = ones(2, 4)
ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str, str, str]] = {
    # the mistake: how it is made, the error, its rule, what was got, the mend
    "shapes in +": (
        lambda: X + Y,
        RuntimeError,
        "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
        "add() of shapes (2, 3) and (2, 4); compared from the right, 3 meets 4",
        "sizes must be equal or 1",
    ),
    "shapes in *=": (
        lambda: ones(3).mul_(ones(2, 3)),
        RuntimeError,
        "output with shape [3] doesn't match the broadcast shape [2, 3]",
        "mul_() on a tensor of shape (3,)",
        "an in-place op cannot grow its tensor",
    ),
    "shapes in @": (
        lambda: ones(64, 10) @ ones(12, 3),
        RuntimeError,
        "mat1 and mat2 shapes cannot be multiplied (64x10 and 12x3): the inner sizes 10 and 12 "
        "must be equal",
        "shapes (64, 10) and (12, 3)",
        "reshape or transpose one of them",
    ),
    "transposed in @": (
        lambda: ones(64, 10) @ ones(3, 10),
        RuntimeError,
        "mat1 and mat2 shapes cannot be multiplied (64x10 and 3x10)",
        "shapes (64, 10) and (3, 10)",
        "transpose the second: a @ b.T",
    ),
    "stacks in @": (
        lambda: ones(2, 3, 4) @ ones(3, 4, 2),
        RuntimeError,
        "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0",
        "",
        "",
    ),
    "dtypes in @": (
        lambda: X.double() @ ones(3, 2),
        RuntimeError,
        "expected m1 and m2 to have the same dtype, but got: ",
        "float64",
        "convert one of them",
    ),
    "0-d in @": (
        lambda: tensor(2.0) @ X,
        RuntimeError,
        "both arguments to matmul need to be at least 1D, but they are 0D and 2D",
        "shapes () and (2, 3)",
        "use * to multiply by a single number",
    ),
    "number in @": (lambda: X @ 3, TypeError, "matmul(): argument", "int", ""),
    "linear": (
        lambda: linear(ones(64, 10), ones(5, 12)),
        RuntimeError,
        "mat1 and mat2 shapes cannot be multiplied (64x10 and 12x5): the inner sizes 10 and 12 "
        "must be equal",
        "",
        "",
    ),
    "bias of linear": (
        lambda: linear(X, ones(4, 3), ones(3)),
        RuntimeError,
        "linear(): a bias for 4 outputs has shape (4,)",
        "a bias of shape (3,)",
        "one number for each row of the weight",
    ),
    "cat": (
        lambda: edugrad.cat([X, Y]),
        RuntimeError,
        "Sizes of tensors must match except in dimension 0",
        "(2, 4)",
        "",
    ),
    "cat of different dimensions": (
        lambda: edugrad.cat([X, ones(3)]),
        RuntimeError,
        "Tensors must have same number of dimensions: got 2 and 1",
        "",
        "",
    ),
    "cat of a tensor": (lambda: edugrad.cat(X), TypeError, "cat()", "Tensor", ""),
    "cat of numbers": (lambda: edugrad.cat([X, 3]), TypeError, "expected Tensor as el", "int", ""),
    "cat of nothing": (lambda: edugrad.cat([]), ValueError, "expected a non-empty list", "", ""),
    "stack": (
        lambda: edugrad.stack([X, Y]),
        RuntimeError,
        "stack expects each tensor to be equal size, but got [2, 3] at entry 0 and [2, 4] at entry",
        "",
        "",
    ),
    "view": (
        lambda: X.view(4),
        RuntimeError,
        "shape '[4]' is invalid for input of size 6",
        "a tensor of 6 elements",
        "the lengths must multiply to that number",
    ),
    "reshape": (lambda: X.reshape(-1, 4), RuntimeError, "shape '[-1, 4]' is invalid", "6", ""),
    "two unknown lengths": (
        lambda: X.reshape(-1, -1),
        RuntimeError,
        "only one dimension can be inferred",
        "",
        "-1",
    ),
    "view of a transpose": (
        lambda: X.t().view(6),
        RuntimeError,
        "view size is not compatible with input tensor's size and stride",
        "shape (3, 2) with strides (1, 3)",
        "use reshape(…)",
    ),
    "expand": (
        lambda: X.expand(3, 3),
        RuntimeError,
        "The expanded size of the tensor (3) must match the existing size (2) at non-singleton "
        "dimension 0",
        "expand(3, 3) of a tensor of shape (2, 3)",
        "only dimensions of length 1 can be expanded",
    ),
    "permute": (lambda: X.permute(0, 0), RuntimeError, "duplicate dims", "(0, 0)", "exactly once"),
    "t of three dimensions": (
        lambda: ones(2, 3, 4).t(),
        RuntimeError,
        "t() expects a tensor with <= 2 dimensions, but self is 3D",
        "shape (2, 3, 4)",
        "x.mT",
    ),
    "a dimension twice": (
        lambda: X.sum((0, 0)),
        RuntimeError,
        "dim 0 appears multiple times in the list of dims",
        "",
        "name each dimension once",
    ),
    "split": (lambda: X.split([1, 1], 1), RuntimeError, "split_with_sizes expects", "[1, 1]", ""),
    "narrow": (
        lambda: X.narrow(1, 2, 2),
        RuntimeError,
        "start (2) + length (2) exceeds dimension size (3)",
        "",
        "",
    ),
    "a loss of (N, 1) and (N,)": (
        lambda: mse_loss(ones(4, 1), ones(4)),
        ValueError,
        "Target size (edugrad.Size([4])) must be the same as input size (edugrad.Size([4, 1]))",
        "which would be broadcast against each other",
        "prediction.squeeze(1) or target.unsqueeze(1)",
    ),
    "cross-entropy of (N, 1) and (N,)": (
        lambda: binary_cross_entropy_with_logits(ones(4, 1), ones(4)),
        ValueError,
        "Target size (edugrad.Size([4])) must be the same as input size (edugrad.Size([4, 1]))",
        "a prediction of shape (4, 1) and a target of shape (4,)",
        "",
    ),
    "integer targets": (
        lambda: binary_cross_entropy_with_logits(ones(4), tensor([0, 1, 0, 1])),
        RuntimeError,
        "",
        "int64",
        "",
    ),
    "reduction": (
        lambda: mse_loss(X, X, reduction="average"),
        ValueError,
        "average is not a valid value for reduction",
        "reduction='average'",
        '"mean", "sum" or "none"',
    ),
    "text": (
        lambda: X + "1",
        TypeError,
        "add() takes tensors and Python numbers",
        "Tensor and str",
        "convert the text to a number first: float(text)",
    ),
    "list": (
        lambda: X * [1, 2, 3],
        TypeError,
        "mul() takes tensors and Python numbers",
        "Tensor and list",
        "edugrad.tensor([…])",
    ),
    "None": (
        lambda: X - None,
        TypeError,
        "sub() takes tensors and Python numbers",
        "None",
        "a function without return gives None",
    ),
    "complex": (lambda: X * 1j, TypeError, "mul() takes tensors", "complex", "no complex types"),
    "mean of integers": (
        lambda: tensor([1, 2]).mean(),
        RuntimeError,
        "mean(): could not infer output dtype. Input dtype must be",
        "edugrad.int64",
        "",
    ),
    "minus a mask": (
        lambda: -tensor([True]),
        RuntimeError,
        "Negation, the `-` operator, on a bool tensor is not supported",
        "",
        "~x",
    ),
    "mask minus mask": (
        lambda: tensor([True]) - tensor([False]),
        RuntimeError,
        "Subtraction, the `-` operator, with a bool tensor is not supported",
        "",
        "a ^ b",
    ),
    "masks by and of floats": (lambda: X & X, RuntimeError, "", "", ""),
    "not of floats": (lambda: ~X, TypeError, "", "", ""),
    "division of integers by zero": (
        lambda: tensor([1]) // 0,
        RuntimeError,
        "ZeroDivisionError",
        "a divisor that is 0",
        "x.float()",
    ),
    "negative power of integers": (
        lambda: tensor([2]) ** -1,
        RuntimeError,
        "Integers to negative integer powers are not allowed",
        "",
        "x.float() ** -1",
    ),
    "index": (
        lambda: X[2],
        IndexError,
        "index 2 is out of bounds for dimension 0 with size 2",
        "index into a tensor of shape (2, 3)",
        "run from -n to n - 1",
    ),
    "index tensor": (
        lambda: X[:, tensor([3])],
        IndexError,
        "index 3 is out of bounds for dimension 1 with size 3",
        "(2, 3)",
        "",
    ),
    "too many indices": (
        lambda: X[0, 0, 0],
        IndexError,
        "too many indices for tensor of dimension 2",
        "(2, 3)",
        "",
    ),
    "float index": (
        lambda: X[0.5],
        IndexError,
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte",
        "0.5 of type float",
        "index with whole numbers",
    ),
    "text as index": (lambda: X["a"], TypeError, "invalid data type 'str'", "'a'", "whole num"),
    "float tensor as index": (
        lambda: X[tensor([0.0])],
        IndexError,
        "tensors used as indices must be long, int, byte or bool tensors",
        "edugrad.float32",
        "x[x > 0]",
    ),
    "mask of another shape": (
        lambda: X[ones(3) > 0],
        IndexError,
        "The shape of the mask [3] at index 0 does not match the shape of the indexed tensor "
        "[2, 3]",
        "",
        "a boolean mask has the shape of what it masks",
    ),
    "negative step": (
        lambda: X[::-1],
        ValueError,
        "step must be greater than zero",
        "",
        "x.flip(dim)",
    ),
    "value of another shape": (
        lambda: X.clone().__setitem__(0, ones(2)),
        RuntimeError,
        "",
        "(3,)",
        "",
    ),
    "gather out of bounds": (
        lambda: X.gather(1, tensor([[3], [0]])),
        RuntimeError,
        "index 3 is out of bounds for dimension 1 with size 3",
        "indices from 0 to 3",
        "indices run from 0 to 2",
    ),
    "gather by another number of dimensions": (
        lambda: X.gather(1, tensor([0])),
        RuntimeError,
        "Index tensor must have the same number of dimensions as input tensor",
        "(1,)",
        "",
    ),
    "condition that is no mask": (
        lambda: edugrad.where(X, X, 0.0),
        RuntimeError,
        "where expected condition to be a boolean tensor",
        "edugrad.float32",
        "x > 0",
    ),
    "condition that is no tensor": (
        lambda: edugrad.where(True, X, 0.0),
        TypeError,
        "where expected condition to be a boolean tensor",
        "bool",
        "",
    ),
    "fill of several": (
        lambda: X.masked_fill(X > 0, [1, 2]),
        TypeError,
        "masked_fill() takes one number to fill in",
        "list",
        "edugrad.where",
    ),
    "clamp without bounds": (
        lambda: X.clamp(),
        RuntimeError,
        "At least one of 'min' or 'max' must not be None",
        "",
        "x.clamp(min=0)",
    ),
    "float into integers": (
        lambda: tensor([1, 2]).add_(0.5),
        RuntimeError,
        "result type float32 can't be cast to the desired output type int64",
        "add() into a tensor of edugrad.int64",
        "x = x.to(edugrad.float32)",
    ),
    "one dtype for isclose": (
        lambda: X.isclose(X.double()),
        RuntimeError,
        "float32 did not match float64",
        "",
        "",
    ),
}


@pytest.mark.parametrize("mistake", ERRORS)
def test_the_error_teaches(mistake: str) -> None:
    make, kind, rule, got, mend = ERRORS[mistake]
    with pytest.raises(kind) as caught:
        make()
    text = str(caught.value)
    first, _, rest = text.partition("\n  got:  ")
    assert rule in first
    found, _, advice = rest.partition("\n  mend: ")
    assert found
    assert got in found
    assert advice
    assert mend in advice


def test_comparing_with_something_else_is_just_unequal() -> None:
    assert (X == None) is False  # noqa: E711
    assert (X != None) is True  # noqa: E711
    assert (X == "text") is False
    assert X not in [None, "text"][:0]


def test_numpy_arrays_and_numbers_are_welcome() -> None:
    import numpy as np

    for result in (X + np.ones((2, 3), np.float32), np.ones((2, 3), np.float32) + X):
        assert isinstance(result, Tensor)
        assert result.dtype is edugrad.float32
        assert result.tolist() == [[2.0] * 3] * 2
    assert (X * np.float32(2)).tolist() == [[2.0] * 3] * 2


def test_a_failed_call_changes_nothing() -> None:
    x = ones(3)
    with pytest.raises(RuntimeError):
        x.add_(ones(2, 3))
    assert x.tolist() == [1.0, 1.0, 1.0]
    assert x._version == 0
