"""Other names and orders of arguments; ``out=`` of functions that have no parameter for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import edugrad

ONES = edugrad.ones(2, 2)
ROW = edugrad.tensor([1.0, 2.0])


@pytest.mark.parametrize(
    ("by_name", "plain"),
    [
        (lambda: edugrad.sum(x=ONES, axis=1, keepdims=True), lambda: ONES.sum(1, keepdim=True)),
        (lambda: edugrad.exp(a=ROW), ROW.exp),
        (lambda: edugrad.add(x1=ROW, x2=ROW, alpha=2), lambda: ROW * 3),
        (lambda: ROW.mul(x2=ROW), lambda: ROW * ROW),
        (lambda: ROW.clone().mul_(other=3), lambda: ROW * 3),
        (lambda: edugrad.linalg.norm(input=ROW), lambda: edugrad.linalg.norm(ROW)),
        (lambda: edugrad.isin(element=1.0, test_elements=ROW), lambda: edugrad.tensor(True)),
        (lambda: edugrad.hsplit(ONES, sections=2)[0], lambda: ONES[:, :1]),
        (lambda: edugrad.linalg.matrix_rank(ONES, tol=0.5), lambda: edugrad.tensor(1)),
    ],
)
def test_arguments_by_other_names(by_name: Callable[[], Any], plain: Callable[[], Any]) -> None:
    assert edugrad.equal(by_name(), plain())


def test_a_name_twice() -> None:
    with pytest.raises(TypeError, match=r"sum\(\) got multiple values for argument 'dim'"):
        ONES.sum(dim=0, axis=0)


@pytest.mark.parametrize(
    ("older", "value"),
    [
        (lambda: ROW.clone().add_(-0.5, ROW), [0.5, 1.0]),
        (lambda: edugrad.sub(ROW, 2, ROW), [-1.0, -2.0]),
        (lambda: ROW.clone().addcmul_(2, ROW, ROW), [3.0, 10.0]),
        (lambda: ROW.addcdiv(2, ROW, ROW), [3.0, 4.0]),
        (lambda: edugrad.addmv(0.5, ROW, 2, ONES, ROW), [6.5, 7.0]),
        (lambda: ROW.addmv(0.5, 2, ONES, ROW), [6.5, 7.0]),
    ],
)
def test_a_factor_before_the_tensors_works_and_warns(
    older: Callable[[], Any], value: list[float]
) -> None:
    with pytest.warns(UserWarning, match="deprecated") as caught:
        assert older().tolist() == value
    assert caught[0].filename == __file__


def test_too_many_tensors() -> None:
    with pytest.raises(TypeError, match=r"add\(\) takes 2 positional arguments but 3 were given"):
        edugrad.add(ROW, ROW, ROW)


def test_out_of_a_composed_function() -> None:
    target = edugrad.empty(2)
    assert edugrad.softmax(ROW, 0, out=target) is target
    assert edugrad.equal(target, ROW.softmax(0))
    with pytest.raises(RuntimeError, match="Expected out tensor to have dtype"):
        edugrad.softmax(ROW, 0, out=target.double())
    with pytest.raises(RuntimeError, match="don't support automatic differentiation"):
        edugrad.softmax(ROW.clone().requires_grad_(), 0, out=target)


def test_out_of_a_function_with_two_results() -> None:
    sign, logarithm = edugrad.empty(()), edugrad.empty(())
    found = edugrad.slogdet(edugrad.eye(2) * 2, out=(sign, logarithm))
    assert found.sign is sign
    assert sign.item() == 1
    assert found.logabsdet is logarithm
    assert logarithm.item() == pytest.approx(1.3862944)


def test_functions_tell_what_they_take() -> None:
    assert {"out", "layout", "pin_memory"} <= set(inspect.signature(edugrad.zeros).parameters)
    assert "out" in inspect.signature(edugrad.softmax).parameters
    assert list(inspect.signature(edugrad.nn.LazyLinear).parameters) == [
        "out_features",
        "bias",
        "device",
        "dtype",
    ]
    assert inspect.signature(edugrad.nn.LazyInstanceNorm1d).parameters["affine"].default is True


def test_asarray_shares_memory_unless_it_may_not() -> None:
    kept = edugrad.asarray(ROW)
    assert kept.data_ptr() == ROW.data_ptr()
    assert edugrad.asarray(ROW, copy=True).data_ptr() != ROW.data_ptr()
    assert edugrad.asarray([1.0], requires_grad=True).requires_grad
    with pytest.raises(ValueError, match="can't alias the memory of a list"):
        edugrad.asarray([1.0], copy=False)


def test_dimensions_beside_each_other_are_a_mistake() -> None:
    with pytest.raises(TypeError) as raised:
        ONES.sum(0, 1)
    assert str(raised.value) == (
        "sum(): argument 'keepdim' (position 3) must be bool, not int\n"
        "  got:  0, 1\n"
        "  mend: several dimensions go in a tuple, as in x.sum((0, 1))"
    )
