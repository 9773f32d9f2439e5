"""Forms, joins and repetitions: what is refused, what shares memory, and in-place views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad import Tensor, ones, tensor

MISTAKES: list[tuple[str, type[Exception], Callable[[], Any]]] = [
    ("maximum size for tensor at dimension 0", RuntimeError, lambda: ones(5).unfold(0, 6, 1)),
    ("step is 0 but must be > 0", RuntimeError, lambda: ones(5).unfold(0, 2, 0)),
    ("diagonal dimensions cannot be identical", RuntimeError, lambda: ones(2, 2).diagonal(0, 1, 1)),
    ("out of bounds for storage", RuntimeError, lambda: ones(5).as_strided((6,), (1,))),
    ("Negative strides are not supported", RuntimeError, lambda: ones(5).as_strided((2,), (-1,))),
    ("repeated dim in `source`", RuntimeError, lambda: ones(2, 3).movedim((0, 0), (0, 1))),
    (
        "don't multiply up to the size of dim 1",
        RuntimeError,
        lambda: ones(2, 6).unflatten(1, (4, 2)),
    ),
    ("must be divisible by 2", RuntimeError, lambda: ones(2, 5).view(edugrad.float64)),
    ("dim() cannot be 0", RuntimeError, lambda: ones(()).view(edugrad.float64)),
    ("only supported on matrices or batches", RuntimeError, lambda: ones(3).mT),
    ("number of sections must be larger than 0", RuntimeError, lambda: ones(3).tensor_split(0)),
    ("not divisible by the split_size 2", RuntimeError, lambda: ones(5).hsplit(2)),
    ("requires a tensor with at least 2 dimension", RuntimeError, lambda: ones(4).vsplit(2)),
    ("can not be smaller than number of dim", RuntimeError, lambda: ones(2, 3).repeat(2)),
    ("repeats can not be negative", RuntimeError, lambda: ones(1).repeat_interleave(tensor([-1]))),
    ("shifts and dimensions must align", RuntimeError, lambda: ones(3).roll((1, 2), 0)),
    ("Input must be >= 2-d", RuntimeError, lambda: ones(3).fliplr()),
    ("rotation dims to be different", RuntimeError, lambda: ones(2, 2).rot90(1, (0, 0))),
    ("indexing must be one of", RuntimeError, lambda: edugrad.meshgrid(ones(2), indexing="yx")),
    (
        "all tensors to have the same dtype",
        RuntimeError,
        lambda: edugrad.meshgrid(ones(2), tensor([1])),
    ),
    ("expected a non-empty list of Tensors", ValueError, lambda: edugrad.cat([])),
    ("expects a non-empty TensorList", RuntimeError, lambda: edugrad.hstack([])),
    ("must have 2 or fewer dimensions", RuntimeError, lambda: edugrad.block_diag(ones(1, 1, 1))),
]


@pytest.mark.parametrize(("rule", "kind", "mistake"), MISTAKES, ids=lambda value: str(value)[:20])
def test_a_mistake_is_named(rule: str, kind: type[Exception], mistake: Callable[[], Any]) -> None:
    with pytest.raises(kind) as caught:
        mistake()
    message = str(caught.value)
    assert rule in message
    assert "got:" in message
    assert "mend:" in message


def test_windows_and_diagonals_are_views_that_can_be_written_to() -> None:
    x = edugrad.zeros(3, 3)
    x.diagonal(1).fill_(5)
    x.unfold(1, 2, 1)[0, 0] = 7
    assert x.tolist() == [[7, 7, 0], [0, 0, 5], [0, 0, 0]]
    assert x.diagonal()._base is x


def test_a_write_through_a_diagonal_keeps_the_gradient_of_the_rest() -> None:
    x = tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 1
    y.diagonal().mul_(10)
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[10, 1], [1, 10]]


def test_a_write_through_a_view_of_a_transposed_result() -> None:
    """The gradient must lie in memory as the result does, or the view of it would be a copy."""
    x = edugrad.ones(2, 3, requires_grad=True)
    y = x.t() * 2
    y.t().view(6).mul_(3)
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[6, 6, 6], [6, 6, 6]]


def test_views_taken_before_a_tensor_is_turned_in_place() -> None:
    x = edugrad.ones(2, 3, requires_grad=True)
    y = x * 1
    row = y[0]
    assert y.t_() is y
    assert y.shape == (3, 2)
    row.mul_(4)
    (y * tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[4, 12, 20], [2, 4, 6]]


def test_in_place_views_change_the_form_alone() -> None:
    x = edugrad.arange(3.0)
    address = x.data_ptr()
    assert x.unsqueeze_(0).shape == (1, 3)
    assert x.transpose_(0, 1).shape == (3, 1)
    assert x.squeeze_().shape == (3,)
    assert x.data_ptr() == address
    assert x._version == 3


def test_an_in_place_view_of_a_leaf_is_refused() -> None:
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        edugrad.ones(2, 3, requires_grad=True).t_()


def test_an_in_place_view_without_grad_leaves_a_leaf_a_leaf() -> None:
    x = edugrad.ones(2, 3, requires_grad=True)
    with edugrad.no_grad():
        x.t_()
    (x * 2).sum().backward()
    assert x.grad is not None
    assert x.grad.shape == (3, 2)


def test_reading_bytes_as_another_type() -> None:
    x = tensor([1.0, -2.0])
    assert x.view(edugrad.int32).tolist() == [0x3F800000, -0x40000000]
    assert x.view(edugrad.uint8).shape == (8,)
    x.view(edugrad.int32)[0] = 0
    assert x.tolist() == [0, -2]


def test_joining_finds_the_common_type() -> None:
    whole, real = tensor([1]), tensor([1.5], dtype=edugrad.float64)
    assert edugrad.cat([whole, real]).dtype is edugrad.float64
    assert edugrad.stack([whole, tensor([True])]).dtype is edugrad.int64
    assert edugrad.cat([edugrad.zeros(0), whole]).dtype is edugrad.float32


def test_meshgrid_repeats_without_copying() -> None:
    first, second = edugrad.meshgrid(edugrad.arange(2), edugrad.arange(3), indexing="xy")
    assert (first.stride(), second.stride()) == ((0, 1), (1, 0))


def test_broadcast_shapes() -> None:
    assert edugrad.broadcast_shapes((2, 1), (3,), ()) == (2, 3)
    with pytest.raises(RuntimeError, match="must match the size of tensor b"):
        edugrad.broadcast_shapes((2,), (3,))


def test_several_tensors_at_once() -> None:
    found: tuple[Tensor, ...] = edugrad.atleast_2d(ones(2), ones(()))
    assert [tuple(each.shape) for each in found] == [(1, 2), (1, 1)]


@pytest.mark.parametrize(
    ("index", "strides"),
    [
        ((None,), (12, 4, 1)),
        ((slice(1, None), None), (4, 4, 1)),
        ((..., None), (4, 1, 1)),
        ((slice(None), None, 1), (4, 4)),
        ((0, None), (4, 1)),
    ],
)
def test_a_new_dimension_has_the_stride_that_pytorch_gives_it(index, strides):
    view = edugrad.arange(12).reshape(3, 4)[index]
    assert view.stride() == strides
