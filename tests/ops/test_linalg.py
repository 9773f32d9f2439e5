"""Linear algebra: decompositions put together again, derivatives at the edge, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor, linalg


def matrix(*shape: int) -> Tensor:
    return edugrad.tensor(np.random.default_rng(7).normal(size=shape))


def close(a: Tensor, b: Tensor) -> bool:
    return bool(edugrad.allclose(a, b, rtol=1e-10, atol=1e-10))


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 3, 4)])
@pytest.mark.parametrize("full", [True, False])
def test_singular_vectors_and_values_make_the_matrix(shape: tuple[int, ...], full: bool) -> None:
    a = matrix(*shape)
    u, s, vh = linalg.svd(a, full_matrices=full)
    count = s.shape[-1]
    assert close((u[..., :count] * s.unsqueeze(-2)) @ vh[..., :count, :], a)
    identity = edugrad.eye(u.shape[-1], dtype=edugrad.float64)
    assert close(u.mT @ u, identity.expand(*u.shape[:-2], *identity.shape))
    assert bool((s[..., :-1] >= s[..., 1:]).all())


@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 4)])
def test_eigenvectors_are_stretched_by_the_eigenvalues(shape: tuple[int, ...]) -> None:
    a = matrix(*shape)
    a = a + a.mT
    values, vectors = linalg.eigh(a)
    assert close(a @ vectors, vectors * values.unsqueeze(-2))
    assert bool((values[..., :-1] <= values[..., 1:]).all())
    assert close(linalg.eigvalsh(a.tril()), values)


def test_the_gradient_of_a_determinant_exists_where_there_is_no_inverse() -> None:
    a = edugrad.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    linalg.det(a).backward()
    np.testing.assert_allclose(a.grad.numpy(), [[4.0, -2.0], [-2.0, 1.0]], atol=1e-5)


def test_the_gradient_of_a_length_at_zero_is_zero() -> None:
    a = edugrad.zeros(3, requires_grad=True)
    linalg.vector_norm(a).backward()
    assert a.grad.tolist() == [0.0, 0.0, 0.0]


def test_results_have_the_names_and_the_look_of_pytorch() -> None:
    found = linalg.slogdet(edugrad.eye(2))
    assert (float(found.sign), float(found.logabsdet)) == (1.0, 0.0)
    assert repr(found) == (
        "edugrad.return_types.linalg_slogdet(\nsign=tensor(1.),\nlogabsdet=tensor(0.))"
    )
    assert linalg.qr(edugrad.eye(2))._fields == ("Q", "R")
    assert linalg.svd(edugrad.eye(2))._fields == ("U", "S", "Vh")
    assert linalg.eigh(edugrad.eye(2))._fields == ("eigenvalues", "eigenvectors")


SINGULAR = [[1.0, 2.0], [2.0, 4.0]]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (linalg.inv, "linalg.inv: The diagonal element 2 is zero, the inversion could not be"),
        (
            lambda a: linalg.inv(edugrad.stack([edugrad.eye(2), a])),
            "linalg.inv: (Batch element 1): The diagonal element 2 is zero",
        ),
        (
            lambda a: linalg.solve(a, edugrad.ones(2)),
            "torch.linalg.solve: The solver failed because the input matrix is singular.",
        ),
        (
            lambda a: linalg.cholesky(-a),
            "linalg.cholesky: The factorization could not be completed because the input is not "
            "positive-definite (the leading minor of order 1 is not positive-definite).",
        ),
        (
            lambda a: linalg.svd(a / 0),
            "linalg.svd: The algorithm failed to converge because the input matrix contained "
            "non-finite values.",
        ),
    ],
)
def test_what_a_matrix_does_not_allow_is_a_linalg_error(function: Any, words: str) -> None:
    with pytest.raises(linalg.LinAlgError) as caught:
        function(edugrad.tensor(SINGULAR))
    assert str(caught.value).startswith(words)
    assert "\n  got:  " in str(caught.value)
    assert "\n  mend: " in str(caught.value)
    assert isinstance(caught.value, RuntimeError)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: linalg.det(edugrad.ones(2, 3)),
            "linalg.det: A must be batches of square matrices, but they are 2 by 3 matrices",
        ),
        (
            lambda: linalg.inv(edugrad.ones(3)),
            "linalg.inv: The input tensor A must have at least 2 dimensions.",
        ),
        (
            lambda: linalg.svd(edugrad.ones(2, 2).long()),
            "linalg.svd: Expected a floating point or complex tensor as input. Got Long",
        ),
        (
            lambda: linalg.solve(edugrad.eye(2), edugrad.ones(3)),
            "linalg.solve: Incompatible shapes of A and B for the equation AX = B (2x2 and 3x1)",
        ),
        (
            lambda: edugrad.einsum("ij,jk", edugrad.ones(3, 4), edugrad.ones(3, 4)),
            "einsum(): subscript j has size 3 for operand 1 which does not broadcast with "
            "previously seen size 4",
        ),
        (
            lambda: edugrad.einsum("ij,jk->iz", edugrad.ones(3, 4), edugrad.ones(4, 4)),
            "einsum(): output subscript z does not appear in the equation for any input operand",
        ),
        (
            lambda: edugrad.einsum("i1", edugrad.ones(3, 3)),
            "einsum(): invalid subscript given at index 1 in the equation string",
        ),
        (
            lambda: edugrad.addmm(edugrad.ones(5, 2, 4), edugrad.ones(2, 3), edugrad.ones(3, 4)),
            "output with shape [2, 4] doesn't match the broadcast shape [5, 2, 4]",
        ),
        (
            lambda: linalg.matrix_norm(edugrad.ones(2, 2), 3),
            "linalg.matrix_norm: Order 3 not supported.",
        ),
        (
            lambda: edugrad.tensordot(edugrad.ones(3, 4), edugrad.ones(3, 4), 1),
            "contracted dimensions need to match, but first has size 4 in dim 1 and second has "
            "size 3 in dim 0",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, words: str) -> None:
    with pytest.raises(RuntimeError) as caught:
        call()
    assert str(caught.value).startswith(words)


def test_a_chain_is_multiplied_in_the_order_of_least_work() -> None:
    chain = [edugrad.ones(10, 2, requires_grad=True), edugrad.ones(2, 10), edugrad.ones(10, 2)]
    product = linalg.multi_dot(chain)
    inner = product.grad_fn.next_functions[1][0]
    assert product.tolist() == [[20.0, 20.0]] * 10
    assert inner is None


def test_beta_zero_leaves_even_nan_out() -> None:
    c = edugrad.full((2, 2), float("nan"))
    assert edugrad.addmm(c, edugrad.eye(2), edugrad.eye(2), beta=0).tolist() == [
        [1.0, 0.0],
        [0.0, 1.0],
    ]


@pytest.mark.parametrize("rows", [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
def test_equal_singular_values_have_a_gradient_unless_the_vectors_are_used(
    rows: list[list[float]],
) -> None:
    """Equal values leave the vectors undetermined: PyTorch, too, gives nan for their gradient."""
    wanted = {"nuc": 1.0, 2: 0.5, -2: 0.5}
    for ord, share in wanted.items():
        a = edugrad.tensor(rows, requires_grad=True)
        linalg.matrix_norm(a, ord).backward()
        assert a.grad.tolist() == [[share, 0.0], [0.0, share]]
    a = edugrad.tensor(rows, requires_grad=True)
    linalg.eigvalsh(a).sum().backward()
    assert a.grad.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    a = edugrad.tensor(rows, requires_grad=True)
    with np.errstate(all="ignore"):
        linalg.svd(a).U.sum().backward()
    assert bool(a.grad.isnan().all())


def test_tolerances_may_be_tensors_with_one_number_for_each_matrix() -> None:
    stack = edugrad.stack([edugrad.eye(3), edugrad.tensor([1.0, 0.1, 0.01]).diag()])
    limits = edugrad.tensor([0.5, 0.05])
    assert linalg.matrix_rank(stack, atol=limits).tolist() == [3, 2]
    assert linalg.matrix_rank(stack, rtol=limits).tolist() == [3, 2]
    assert linalg.matrix_rank(0.1 * edugrad.eye(3), atol=limits).tolist() == [0, 3]
    wanted = [[1.0, 0.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 0.0]]
    assert np.allclose(linalg.pinv(stack, atol=limits)[1].numpy(), wanted)


@pytest.mark.parametrize(("driver", "count"), [("gels", 3), ("gelsd", 3), ("gelsy", 0), (None, 0)])
def test_residuals_of_least_squares_come_with_the_drivers_that_give_them(
    driver: str | None, count: int
) -> None:
    assert linalg.lstsq(matrix(4, 3), matrix(4, 3), driver=driver).residuals.shape == (count,)


def test_hermitian_reads_the_lower_triangle() -> None:
    a = matrix(2, 3, 3)
    symmetric = a.tril() + a.tril(-1).mT
    assert close(linalg.pinv(a, hermitian=True), linalg.pinv(symmetric))
    uneven = edugrad.tensor([[1.0, 5.0], [1.0, 1.0]])
    assert linalg.matrix_rank(uneven, hermitian=True).item() == 1
    assert linalg.matrix_rank(uneven).item() == 2
