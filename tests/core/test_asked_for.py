"""What teaching code asks for besides operations: limits, types, comparing, mapping, windows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad import func, tensor

VALUES: dict[str, tuple[Callable[[], Any], Any]] = {
    "eps": (lambda: edugrad.finfo(edugrad.float32).eps, 2**-23),
    "the default dtype's": (lambda: edugrad.finfo().bits, 32),
    "largest double": (lambda: edugrad.finfo(edugrad.float64).max, 1.7976931348623157e308),
    "smallest byte": (lambda: edugrad.iinfo(edugrad.int8).min, -128),
    "result_type": (lambda: edugrad.result_type(tensor([1]), 1.5), edugrad.float32),
    "can_cast up": (lambda: edugrad.can_cast(edugrad.int64, edugrad.float32), True),
    "can_cast down": (lambda: edugrad.can_cast(edugrad.float32, edugrad.int64), False),
    "scalar_tensor": (lambda: edugrad.scalar_tensor(2).dtype, edugrad.float32),
    "is_floating_point": (lambda: edugrad.is_floating_point(tensor(1.0)), True),
    "is_nonzero": (lambda: edugrad.is_nonzero(tensor(0)), False),
    "LongTensor": (lambda: edugrad.LongTensor([1.7]).tolist(), [1]),
    "FloatTensor of a shape": (lambda: edugrad.FloatTensor(2, 3).shape, (2, 3)),
    "an instance": (lambda: isinstance(edugrad.ones(1), edugrad.FloatTensor), True),
    "no instance": (lambda: isinstance(edugrad.ones(1), edugrad.LongTensor), False),
    "type by type": (lambda: edugrad.ones(1).type(edugrad.LongTensor).dtype, edugrad.int64),
    "type by name": (lambda: edugrad.ones(1).type("torch.DoubleTensor").dtype, edugrad.float64),
    "hann": (lambda: edugrad.hann_window(4).tolist(), [0.0, 0.5, 1.0, 0.5]),
    "bartlett": (lambda: edugrad.bartlett_window(5, False).tolist(), [0.0, 0.5, 1.0, 0.5, 0.0]),
    "hamming": (
        lambda: edugrad.hamming_window(3, periodic=False, dtype=edugrad.float64).tolist(),
        [pytest.approx(0.08), 1.0, pytest.approx(0.08)],
    ),
    "blackman": (
        lambda: edugrad.blackman_window(3, False, dtype=edugrad.float64)[1].item(),
        pytest.approx(1.0),
    ),
    "apply_": (lambda: tensor([1.0, 2.0]).apply_(lambda x: x * 3).tolist(), [3, 6]),
    "map_": (lambda: tensor([1, 2]).map_(tensor([5, 7]), lambda a, b: a * b).tolist(), [5, 14]),
    "fill_diagonal_": (
        lambda: edugrad.zeros(4, 2).fill_diagonal_(1, wrap=True).tolist(),
        [[1, 0], [0, 1], [0, 0], [1, 0]],
    ),
    "in place as a function": (lambda: edugrad.relu_(tensor([-1.0, 2.0])).tolist(), [0, 2]),
    "compile": (lambda: edugrad.compile()(math.sqrt)(4.0), 2.0),
    "constants": (lambda: (edugrad.pi, edugrad.inf), (math.pi, math.inf)),
    "lu_solve": (
        lambda: edugrad.linalg.lu_solve(
            *edugrad.linalg.lu_factor(tensor([[0.0, 2.0], [1.0, 1.0]])), tensor([[2.0], [3.0]])
        ).tolist(),
        [[2.0], [1.0]],
    ),
    "pivots": (
        lambda: edugrad.linalg.lu_factor(tensor([[0.0, 2.0], [1.0, 1.0]])).pivots.tolist(),
        [2, 2],
    ),
    "grad of grad": (lambda: func.grad(func.grad(lambda x: x**3))(tensor(2.0)).item(), 12),
    "grad by the second": (
        lambda: func.grad(lambda a, b: a * b * b, argnums=1)(tensor(3.0), tensor(2.0)).item(),
        12,
    ),
    "value": (lambda: func.grad_and_value(lambda x: x * x)(tensor(3.0))[1].item(), 9),
    "vmap": (
        lambda: edugrad.vmap(lambda a, b: a * b, in_dims=(0, None))(
            tensor([1.0, 2.0]), tensor([3.0, 4.0])
        ).tolist(),
        [[3, 4], [6, 8]],
    ),
    "vmap of grad": (
        lambda: edugrad.vmap(func.grad(lambda x: x**2))(tensor([1.0, 2.0])).tolist(),
        [2, 4],
    ),
    "vmap into the second dimension": (
        lambda: edugrad.vmap(lambda a: a * 2, out_dims=1)(tensor([[1.0, 2.0]])).tolist(),
        [[2], [4]],
    ),
    "jacrev": (
        lambda: func.jacrev(edugrad.square)(tensor([1.0, 2.0])).tolist(),
        [[2, 0], [0, 4]],
    ),
    "hessian": (
        lambda: func.hessian(lambda x: (x**3).sum())(tensor([1.0, 2.0])).tolist(),
        [[6, 0], [0, 12]],
    ),
    "vjp": (
        lambda: func.vjp(lambda x: x * x, tensor([1.0, 2.0]))[1](tensor([1.0, 10.0]))[0].tolist(),
        [2, 40],
    ),
    "jvp": (
        lambda: func.jvp(lambda x: x * x, (tensor([3.0]),), (tensor([1.0]),))[1].tolist(),
        [6],
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    call, expected = VALUES[name]
    assert call() == expected


ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "finfo of whole numbers": (
        lambda: edugrad.finfo(edugrad.int64),
        TypeError,
        "requires a floating point input type",
    ),
    "iinfo of floats": (lambda: edugrad.iinfo(edugrad.float32), TypeError, "an integer input type"),
    "eig": (
        lambda: edugrad.linalg.eig(edugrad.eye(2)),
        NotImplementedError,
        "gives complex numbers(.|\n)*eigh takes symmetric",
    ),
    "another default device": (
        lambda: edugrad.set_default_device("cuda"),
        RuntimeError,
        "a CUDA device needs",
    ),
    "apply_ in a graph": (
        lambda: edugrad.ones(1, requires_grad=True).apply_(abs),
        TypeError,
        r"Can't call apply_\(\) on Variable that requires grad",
    ),
    "grad of a vector": (
        lambda: func.grad(lambda x: x * 2)(edugrad.ones(2)),
        RuntimeError,
        "to return a scalar Tensor",
    ),
    "weights that do not fit": (
        lambda: edugrad.cov(edugrad.ones(3), fweights=tensor([1])),
        RuntimeError,
        "expected fweights to have the same numel",
    ),
    "renorm of a vector": (
        lambda: edugrad.renorm(edugrad.ones(3), 2, 0, 1.0),
        RuntimeError,
        "needs at least 2 dimensions, got 1 dimensions",
    ),
    "gcd with a number": (
        lambda: edugrad.gcd(tensor([4]), 2),
        TypeError,
        r"argument 'other' \(position 2\) must be Tensor, not int",
    ),
    "vmap of two lengths": (
        lambda: edugrad.vmap(edugrad.add)(edugrad.ones(2), edugrad.ones(3)),
        ValueError,
        "the same size in the mapped dimension",
    ),
    "unequal tensors": (
        lambda: edugrad.testing.assert_close(edugrad.ones(3), tensor([1.0, 2.0, 1.0])),
        AssertionError,
        r"Mismatched elements: 1 / 3 \(33.3%\)\nGreatest absolute difference: 1.0 at index \(1,\) "
        r"\(up to 1e-05 allowed\)\nGreatest relative difference: 0.5 at index \(1,\)",
    ),
    "unequal shapes": (
        lambda: edugrad.testing.assert_close(edugrad.ones(3), edugrad.ones(4)),
        AssertionError,
        "'shape' do not match",
    ),
    "unequal dtypes": (
        lambda: edugrad.testing.assert_close(edugrad.ones(3), edugrad.ones(3).double()),
        AssertionError,
        "'dtype' do not match: edugrad.float32 != edugrad.float64",
    ),
    "unequal numbers in a list": (
        lambda: edugrad.testing.assert_close([1, tensor(1)], [1, tensor(2)]),
        AssertionError,
        r"Scalars are not equal!\n\nExpected 2 but got 1.(.|\n)*occurred for item \[1\]",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    call, kind, words = ERRORS[name]
    with pytest.raises(kind, match=words):
        call()


def test_close_tensors_are_close() -> None:
    edugrad.testing.assert_close(edugrad.ones(2), edugrad.ones(2) + 1e-7)
    edugrad.testing.assert_close({"a": tensor(1)}, {"a": tensor(1)})
    nan = tensor([math.nan])
    edugrad.testing.assert_close(nan, nan, equal_nan=True)
    with pytest.raises(AssertionError):
        edugrad.testing.assert_close(nan, nan)


def test_the_stream_is_put_back() -> None:
    edugrad.manual_seed(0)
    with edugrad.random.fork_rng():
        first = edugrad.rand(2)
    assert edugrad.equal(edugrad.rand(2), first)


def test_settings_that_are_accepted() -> None:
    edugrad.set_num_threads(edugrad.get_num_threads())
    edugrad.set_float32_matmul_precision("high")
    edugrad.set_default_device("cpu")
    edugrad.set_default_tensor_type(edugrad.DoubleTensor)
    assert edugrad.get_default_dtype() is edugrad.float64
    edugrad.set_default_tensor_type("torch.FloatTensor")
    assert edugrad.get_default_dtype() is edugrad.float32
    assert edugrad.get_default_device() == edugrad.device("cpu")


def test_new_makes_a_tensor_of_the_same_kind() -> None:
    x = edugrad.ones(2, 3, dtype=edugrad.float64)
    assert x.new([1, 2]).tolist() == [1.0, 2.0]
    assert x.new([1, 2]).dtype is edugrad.float64
    assert x.long().new([1.5]).tolist() == [1]
    shapes = [x.new(4, 2), x.new(edugrad.Size([2])), x.new(), x.new(x.numpy())]
    assert [tuple(each.shape) for each in shapes] == [(4, 2), (2,), (0,), (2, 3)]
