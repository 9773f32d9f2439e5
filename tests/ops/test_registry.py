"""Every listed op on every sample: its value, its first and second derivative, its listing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor
from edugrad.autograd import gradcheck, gradgradcheck
from edugrad.autograd.function import Op
from edugrad.ops import OPS
from edugrad.ops.registry import METHODS, OpInfo, Sample, T

from .calls import INFOS, Call, arrays, cases, has_gradient, in_a_graph, tensors
from .references import REFERENCES

SYMMETRIC = ("symmetric", "positive")
PARTLY_IN_A_GRAPH = frozenset({"linalg.lstsq", "linalg.lu"})
ALWAYS_FLOAT64 = frozenset({"float_power"})


def test_every_op_has_a_reference_and_every_reference_an_op() -> None:
    assert sorted(REFERENCES) == sorted(INFOS)


@cases(lambda info: info.name in REFERENCES)
def test_the_value_is_that_of_the_reference(info: OpInfo, sample: Sample) -> None:
    call = Call(info, sample)
    expected = REFERENCES[info.name](*arrays(call.args), **arrays_by_name(call.kwargs))
    assert_close(arrays(call.run()), expected, 1e-9)


@cases(lambda info: info.name not in ALWAYS_FLOAT64)
def test_float32_stays_float32_and_agrees_with_float64(info: OpInfo, sample: Sample) -> None:
    if any(isinstance(each, edugrad.dtype) for each in (*sample.args, *sample.kwargs.values())):
        return
    single, double = Call(info, sample, "float32").run(), Call(info, sample).run()
    assert_close(arrays(single), arrays(double), 2e-5)
    for narrow, wide in zip(tensors(single), tensors(double), strict=True):
        expected = edugrad.float32 if wide.dtype is edugrad.float64 else wide.dtype
        assert narrow.dtype is expected


@cases(has_gradient)
def test_first_derivative(info: OpInfo, sample: Sample) -> None:
    function, leaves = of_leaves(info, sample)
    if in_a_graph(function(*leaves)):
        assert gradcheck(function, leaves)


@cases(has_gradient)
def test_second_derivative(info: OpInfo, sample: Sample) -> None:
    function, leaves = of_leaves(info, sample)
    if in_a_graph(function(*leaves)):
        assert gradgradcheck(function, leaves)


@cases(lambda info: info.name not in PARTLY_IN_A_GRAPH)
def test_the_result_requires_a_gradient_just_where_there_is_one(
    info: OpInfo, sample: Sample
) -> None:
    call = Call(info, sample, gradients=True)
    found = [each.requires_grad for each in tensors(call.run()) if each.is_floating_point()]
    assert found == [bool(call.leaves) and has_gradient(info)] * len(found)
    assert not any(each.requires_grad for each in tensors(call.run()) if each.dtype is edugrad.bool)


@cases(has_gradient)
def test_without_grad_nothing_is_recorded(info: OpInfo, sample: Sample) -> None:
    call = Call(info, sample, gradients=True)
    with edugrad.no_grad():
        found = list(tensors(call.run()))
    known = {id(leaf) for leaf in call.leaves}
    new = [each for each in found if id(each) not in known and not each._is_view()]
    assert not any(each.requires_grad for each in new)


def test_each_name_is_listed_once() -> None:
    functions = [info.function for info in INFOS.values()]
    assert len(set(map(id, functions))) == len(functions)
    for name, info in OPS.items():
        assert info is INFOS[info.name], f"{name} is listed twice"


@pytest.mark.parametrize("name", OPS)
def test_the_function_is_public_under_its_name(name: str) -> None:
    place: Any = edugrad
    for part in OPS[name].namespace.split(".")[1:]:
        place = getattr(place, part)
    assert getattr(place, name.rpartition(".")[2]) is OPS[name].function


@pytest.mark.parametrize("name", METHODS)
def test_the_method_is_bound(name: str) -> None:
    assert getattr(Tensor, name) is METHODS[name]


@pytest.mark.parametrize("info", INFOS.values(), ids=INFOS)
def test_it_is_described(info: OpInfo) -> None:
    assert info.samples
    assert info.function.__doc__
    assert info.function.__doc__.strip().splitlines()[0].endswith(".")
    if info.op is not None:
        assert issubclass(info.op, Op)
        assert info.op.formula
        assert info.op.derivatives or not info.op.differentiable


def of_leaves(info: OpInfo, sample: Sample) -> tuple[Any, tuple[Tensor, ...]]:
    """The op as a function of its floating-point tensors alone, and these."""
    call = Call(info, sample, gradients=True)
    leaves = tuple(call.leaves)
    symmetric = any(isinstance(each, T) and each.kind in SYMMETRIC for each in sample.args)

    def function(*new: Tensor) -> Any:
        if symmetric:
            new = tuple([(each + each.mT) / 2 for each in new])
        replaced = dict(zip(map(id, leaves), new, strict=True))
        return info.function(
            *_replace(call.args, replaced),
            **{name: _replace(value, replaced) for name, value in call.kwargs.items()},
        )

    return function, leaves


def _replace(value: Any, replaced: dict[int, Tensor]) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_replace(each, replaced) for each in value)
    return replaced.get(id(value), value)


def arrays_by_name(values: dict[str, Any]) -> dict[str, Any]:
    return {name: arrays(value) for name, value in values.items()}


def assert_close(found: Any, expected: Any, tolerance: float) -> None:
    if isinstance(found, list):
        assert len(found) == len(expected)
        for each, wanted in zip(found, expected, strict=True):
            assert_close(each, wanted, tolerance)
        return
    wanted = np.asarray(expected)
    assert np.shape(found) == wanted.shape
    np.testing.assert_allclose(
        np.asarray(found, float), wanted.astype(float), rtol=tolerance, atol=tolerance
    )
