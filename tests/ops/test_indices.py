"""Square brackets, scatter and their kin: shapes and errors as recorded from PyTorch 2.13."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import ones, tensor, zeros

X = edugrad.arange(24.0).reshape(2, 3, 4)
ENDS = tensor([0, 1])
MASK = tensor([True, False])
MASKS = tensor([[True, False, True], [False, True, False]])

SHAPES: list[tuple[Any, tuple[int, ...]]] = [
    ((0, slice(None), ENDS), (3, 2)),
    ((slice(None), 0, ENDS), (2, 2)),
    ((ENDS, slice(None), ENDS), (2, 3)),
    ((slice(None), ENDS, ENDS), (2, 2)),
    ((ENDS, None, slice(None), ENDS), (2, 1, 3)),
    ((None, ENDS), (1, 2, 3, 4)),
    ((..., ENDS), (2, 3, 2)),
    (tensor(1), (3, 4)),
    ((tensor(1), ENDS), (2, 4)),
    (True, (1, 2, 3, 4)),
    (False, (0, 2, 3, 4)),
    ((slice(None), True), (2, 1, 3, 4)),
    ((True, ENDS), (2, 3, 4)),
    ((True, slice(None), ENDS), (2, 2, 4)),
    ([0, 1], (2, 3, 4)),
    ([[0, 1], [0, 1]], (2, 4)),
    (([[0, 1], [1, 0]], slice(None)), (2, 2, 3, 4)),
    ([], (0, 3, 4)),
    ((), (2, 3, 4)),
    ([True, False], (1, 3, 4)),
    (MASK, (1, 3, 4)),
    (MASKS, (3, 4)),
    ((MASKS, ENDS[:1]), (3,)),
    ((MASK, ENDS), (2, 4)),
    (tensor([0, 1], dtype=edugrad.uint8), (1, 3, 4)),
    (np.array([0, 1]), (2, 3, 4)),
    (np.int64(1), (3, 4)),
    (np.array(1), (3, 4)),
    (slice(tensor(1), tensor(2)), (1, 3, 4)),
]


@pytest.mark.parametrize(("index", "shape"), SHAPES, ids=repr)
def test_the_shape_of_what_is_read(index: Any, shape: tuple[int, ...]) -> None:
    assert tuple(X[index].shape) == shape


def test_numbers_and_slices_look_at_the_same_memory_and_tensors_copy() -> None:
    x = zeros(2, 3)
    x[0, 1:] += 1
    x[None, 1].add_(5)
    x[ENDS].add_(7)
    assert x.tolist() == [[0, 1, 1], [5, 5, 5]]


MISTAKES: list[tuple[str, type[Exception], Callable[[], Any]]] = [
    ("shape of the mask [3] at index 0 does not match", IndexError, lambda: X[tensor([True] * 3)]),
    ("too many indices for tensor of dimension 3", IndexError, lambda: X[0, 0, 0, 0]),
    ("index 2 is out of bounds for dimension 0 with size 2", IndexError, lambda: X[2]),
    ("index 3 is out of bounds for dimension 1 with size 3", IndexError, lambda: X[0, 3]),
    ("index 5 is out of bounds", IndexError, lambda: X[:, tensor([5])]),
    (
        "could not be broadcast together with shapes [2], [3]",
        IndexError,
        lambda: X[ENDS, tensor([0, 1, 2])],
    ),
    ("invalid index of a 0-dim tensor", IndexError, lambda: ones(())[0]),
    ("slice() cannot be applied to a 0-dim tensor", IndexError, lambda: ones(())[:]),
    ("only integers, slices", IndexError, lambda: X[1.5]),
    ("must be long, int, byte or bool", IndexError, lambda: X[ones(2)]),
    ("step must be greater than zero", ValueError, lambda: X[::-1]),
    ("can't assign a list to a tensor", TypeError, lambda: zeros(2).__setitem__(0, [1])),
    (
        "Index put requires the source and dest",
        RuntimeError,
        lambda: zeros(2).__setitem__(ENDS, ENDS),
    ),
    (
        "value tensor of shape [3] cannot be",
        RuntimeError,
        lambda: zeros(2).__setitem__(ENDS, ones(3)),
    ),
    ("index out of range in self", IndexError, lambda: X.index_select(0, tensor([2]))),
    ("index 7 is out of bounds", RuntimeError, lambda: X.index_add(0, tensor([7]), ones(1, 3, 4))),
    ("must have the same scalar type", RuntimeError, lambda: zeros(2).index_add(0, ENDS, ENDS)),
    ("Number of indices (2) should be", RuntimeError, lambda: zeros(2).index_add(0, ENDS, ones(3))),
    (
        "only supports a 0-dimensional value",
        RuntimeError,
        lambda: zeros(2).index_fill(0, ENDS, ones(1)),
    ),
    ("number of ones in mask", RuntimeError, lambda: zeros(2).masked_scatter(MASK, ones(0))),
    ("tried to access index 24", IndexError, lambda: X.take(tensor([24]))),
    ("same number of elements", IndexError, lambda: zeros(3).put(ENDS, ones(3))),
    ("Expected self.dtype to be equal", RuntimeError, lambda: zeros(2).scatter(0, ENDS, ENDS)),
    ("index 9 is out of bounds", RuntimeError, lambda: zeros(2).scatter(0, tensor([9]), 1.0)),
    ("no larger size than src [1]", RuntimeError, lambda: zeros(2).scatter_add(0, ENDS, ones(1))),
    ("same number of dimensions as self", RuntimeError, lambda: X.scatter(0, ENDS, 1.0)),
    (
        "must be either sum, prod, mean",
        RuntimeError,
        lambda: zeros(2).scatter_reduce(0, ENDS, ones(2), "max"),
    ),
    (
        "either add or multiply",
        RuntimeError,
        lambda: zeros(2).scatter(0, ENDS, ones(2), reduce="max"),
    ),
    ("Class values must be smaller", RuntimeError, lambda: edugrad.nn.functional.one_hot(ENDS, 1)),
    (
        "Class values must be non-negative",
        RuntimeError,
        lambda: edugrad.nn.functional.one_hot(-ENDS),
    ),
]


@pytest.mark.parametrize(("rule", "kind", "mistake"), MISTAKES, ids=lambda value: str(value)[:20])
def test_a_mistake_is_named(rule: str, kind: type[Exception], mistake: Callable[[], Any]) -> None:
    with pytest.raises(kind) as caught:
        mistake()
    message = str(caught.value)
    assert rule in message
    assert "got:" in message
    assert "mend:" in message


def test_leading_ones_of_a_value_are_left_out() -> None:
    x = zeros(2, 3)
    x[0] = tensor([[[1.0, 2.0, 3.0]]])
    x[tensor([False, True])] = tensor([[[4.0, 5.0, 6.0]]])
    assert x.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_write_at_indices_of_a_view_reaches_the_graph_of_the_whole() -> None:
    x = ones(2, 3, requires_grad=True)
    value = tensor([10.0, 20.0], requires_grad=True)
    y = x * 2
    y[1, tensor([0, 2])] = value * 3
    (y * tensor([[1.0, 1.0, 1.0], [5.0, 6.0, 7.0]])).sum().backward()
    assert x.grad is not None
    assert value.grad is not None
    assert x.grad.tolist() == [[2, 2, 2], [0, 12, 0]]
    assert value.grad.tolist() == [15, 21]


def test_scatter_in_place_is_part_of_the_graph() -> None:
    x = ones(3, requires_grad=True)
    source = tensor([2.0, 3.0], requires_grad=True)
    y = x * 1
    y.scatter_add_(0, tensor([2, 2]), source).mul_(4)
    assert y.tolist() == [4, 4, 24]
    y.sum().backward()
    assert x.grad is not None
    assert source.grad is not None
    assert x.grad.tolist() == [4, 4, 4]
    assert source.grad.tolist() == [4, 4]


def test_the_part_of_a_source_beyond_the_index_has_no_gradient() -> None:
    source = ones(4, requires_grad=True)
    zeros(3).scatter_add(0, tensor([1, 1]), source).sum().backward()
    assert source.grad is not None
    assert source.grad.tolist() == [1, 1, 0, 0]


def test_a_product_with_zeros_has_the_gradient_of_the_other_factors() -> None:
    source = tensor([0.0, 3.0, 5.0], requires_grad=True)
    out = ones(2).scatter_reduce(0, tensor([0, 0, 1]), source, "prod")
    assert out.tolist() == [0, 5]
    out.sum().backward()
    assert source.grad is not None
    assert source.grad.tolist() == [3, 0, 1]


def test_equals_share_the_gradient_of_a_largest() -> None:
    source = tensor([2.0, 2.0, 1.0], requires_grad=True)
    zeros(1).scatter_reduce(0, tensor([0, 0, 0]), source, "amax").sum().backward()
    assert source.grad is not None
    assert source.grad.tolist() == [0.5, 0.5, 0]


def test_means_of_whole_numbers_are_rounded_down() -> None:
    index, source = tensor([0, 0, 1]), tensor([-1, -2, 3])
    found = zeros(2, dtype=edugrad.int64).scatter_reduce(
        0, index, source, "mean", include_self=False
    )
    assert found.tolist() == [-2, 3]


def test_indices_are_read_when_the_call_is_made() -> None:
    """Changing an index tensor later changes no gradient."""
    x, index = ones(3, requires_grad=True), tensor([0, 0])
    y = x[index]
    index.fill_(2)
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 0, 0]


def test_triangles_list_their_places() -> None:
    assert edugrad.tril_indices(2, 3).tolist() == [[0, 1, 1], [0, 0, 1]]
    assert edugrad.triu_indices(2, 3, 1, dtype=edugrad.int32).tolist() == [[0, 0, 1], [1, 2, 2]]
    with pytest.raises(RuntimeError, match="row must be non-negative"):
        edugrad.tril_indices(-1, 3)


@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "uint8", "bool", "float16"])
@pytest.mark.parametrize("reduce", ["sum", "prod", "amax", "amin"])
def test_a_gpu_reduces_types_without_atomic_operations(
    gpu: edugrad.Device, dtype: str, reduce: str
) -> None:
    start, sent = np.array([1, 0, 3]).astype(dtype), np.array([2, 0, 1, 1, 3]).astype(dtype)
    index = tensor([0, 0, 2, 2, 2])

    def reduced(device: Any) -> list[Any]:
        x, to, source = (tensor(each).to(device) for each in (start, index.numpy(), sent))
        found: list[Any] = x.scatter_reduce(0, to, source, reduce).tolist()
        return found

    assert reduced(gpu) == reduced("cpu")


def test_negative_whole_numbers_add_up_on_a_gpu(gpu: edugrad.Device) -> None:
    x, index = tensor([5, -7]).to(gpu), tensor([0, 0, 1]).to(gpu)
    assert x.index_add(0, index, tensor([-9, 1, -1]).to(gpu)).tolist() == [-3, -8]


def test_values_may_have_more_leading_dimensions_of_one_than_what_is_written_to() -> None:
    x = edugrad.zeros(4, 2, requires_grad=True)
    values = edugrad.ones(1, 3, 2, requires_grad=True)
    y = x * 1
    y[edugrad.tensor([0, 1, 3])] = values
    (y * edugrad.arange(8.0).view(4, 2)).sum().backward()
    assert values.grad.tolist() == [[[0.0, 1.0], [2.0, 3.0], [6.0, 7.0]]]
    assert x.grad.tolist() == [[0.0, 0.0], [0.0, 0.0], [4.0, 5.0], [0.0, 0.0]]


def test_an_index_that_changes_later_does_not_change_the_gradient() -> None:
    x, index = edugrad.ones(3, requires_grad=True), edugrad.tensor([0, 0, 2])
    picked = x[index]
    index.fill_(1)
    picked.sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 1.0]
