"""The order in memory of results, and what happens to the gradients of what draws numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad import linalg
from edugrad.autograd import gradcheck, gradgradcheck
from edugrad.nn import functional as F

POSITIVE = edugrad.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]])
IMAGES = edugrad.rand(2, 3, 4, 4).contiguous(memory_format=edugrad.channels_last)

STRIDES: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "an empty result": (lambda: edugrad.empty(2, 0, 3) + 1, (3, 3, 1)),
    "inv": (lambda: linalg.inv(POSITIVE), (1, 3)),
    "solve": (lambda: linalg.solve(POSITIVE, edugrad.ones(3, 2)), (1, 3)),
    "cholesky": (lambda: linalg.cholesky(POSITIVE, upper=True), (1, 3)),
    "qr": (lambda: linalg.qr(POSITIVE).Q, (1, 3)),
    "svd": (lambda: linalg.svd(POSITIVE).Vh, (1, 3)),
    "eigh": (lambda: linalg.eigh(POSITIVE).eigenvectors, (1, 3)),
    "lu_factor": (lambda: linalg.lu_factor(POSITIVE).LU, (1, 3)),
    "nonzero": (lambda: edugrad.eye(3).nonzero(), (1, 3)),
    "rot90": (lambda: edugrad.ones(2, 3).rot90(), (1, 3)),
    "flip of a transposed matrix": (lambda: edugrad.ones(2, 3).T.flip(0), (1, 3)),
    "ravel of every second": (lambda: edugrad.ones(6)[::2].ravel(), (1,)),
    "repeat_interleave of one": (lambda: edugrad.ones(1).repeat_interleave(2), (1,)),
    "max_pool2d": (lambda: F.max_pool2d(IMAGES, 2), (12, 1, 6, 3)),
    "interpolate": (lambda: F.interpolate(IMAGES, scale_factor=2), (192, 1, 24, 3)),
}


@pytest.mark.parametrize("name", STRIDES)
def test_results_lie_in_memory_as_those_of_pytorch(name: str) -> None:
    call, strides = STRIDES[name]
    assert call().stride() == strides


def test_an_interleaved_copy_may_be_written_to() -> None:
    copy = edugrad.ones(1).repeat_interleave(2)
    copy[0] = 5
    assert copy.tolist() == [5, 1]


@pytest.mark.parametrize("upper", [False, True])
def test_the_triangle_of_a_root_has_the_gradient_of_finite_differences(upper: bool) -> None:
    root = linalg.cholesky(POSITIVE.double(), upper=upper).contiguous().requires_grad_()
    b = edugrad.rand(3, 2, dtype=edugrad.float64).requires_grad_()

    def triangle(factor: Any) -> Any:
        return factor.triu() if upper else factor.tril()

    def inverse(factor: Any) -> Any:
        return edugrad.cholesky_inverse(triangle(factor), upper)

    def solved(rows: Any, factor: Any) -> Any:
        return edugrad.cholesky_solve(rows, triangle(factor), upper)

    assert gradcheck(inverse, (root,))
    assert gradgradcheck(inverse, (root,))
    assert gradcheck(solved, (b, root))
    assert gradgradcheck(solved, (b, root))


def test_the_gradient_of_drawn_numbers_is_zero() -> None:
    mean = edugrad.ones(2, 1, requires_grad=True)
    std = edugrad.ones(3, requires_grad=True)
    edugrad.normal(mean, std).sum().backward()
    assert mean.grad is not None
    assert std.grad is not None
    assert (mean.grad.tolist(), std.grad.tolist()) == ([[0], [0]], [0, 0, 0])
    chance = edugrad.full((2,), 0.5, requires_grad=True)
    assert edugrad.autograd.grad(edugrad.bernoulli(chance).sum(), chance)[0].tolist() == [0, 0]


def test_edges_of_what_functions_take() -> None:
    zero_d = F.multilabel_margin_loss(edugrad.tensor(1.0), edugrad.tensor(0))
    assert zero_d.item() == 0
    assert F.batch_norm(edugrad.ones(0), None, None, training=True).shape == (0,)
    assert edugrad.ones(5).gather(0, edugrad.ones(2, 0, dtype=edugrad.uint8)).shape == (2, 0)
    assert linalg.norm(edugrad.ones(0, 0), 2).item() == 0
    assert linalg.inv_ex(edugrad.ones(2, 0, 0)).info.tolist() == [0, 0]
    assert edugrad.ones(1).resize_as_(edugrad.tensor(0.0)).shape == ()
    with pytest.raises(RuntimeError, match="cauchy_ expects sigma > 0"):
        edugrad.ones(1).cauchy_(0, 0)
    with pytest.raises(RuntimeError, match="log_normal_ expects std > 0"):
        edugrad.ones(1).log_normal_(0, 0)
    assert edugrad.arange(3).narrow(0, edugrad.tensor(1), 2).tolist() == [1, 2]
    with pytest.raises(RuntimeError, match="start must be an 0-dim integral Tensor"):
        edugrad.arange(3).narrow(0, edugrad.tensor(1.0), 2)
    with pytest.raises(RuntimeError, match="LU without pivoting is not implemented"):
        linalg.lu(POSITIVE, pivot=False)


def test_a_tensor_is_resized_in_its_memory_and_grows_out_of_it() -> None:
    x = edugrad.arange(6.0)
    part, whole = x[1:], x.detach()
    x.resize_(2, 2).mul_(10)
    assert part.tolist() == [10.0, 20.0, 30.0, 4.0, 5.0]
    version = x._version
    x.resize_(3, 3)
    x.fill_(7)
    assert x._version > version
    assert whole.tolist() == [0.0, 10.0, 20.0, 30.0, 4.0, 5.0]
    with pytest.raises(RuntimeError, match="cannot resize"):
        part.resize_(2)
