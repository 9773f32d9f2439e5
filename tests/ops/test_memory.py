"""Every listed op, however its arguments lie in memory, and whatever happens to them afterwards."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor
from edugrad.ops.registry import OpInfo, Sample

from .calls import (
    Call,
    arrays,
    cases,
    gradients,
    has_gradient,
    in_a_graph,
    place_for,
    takes_out,
    tensors,
    weighted_sum,
)

pytestmark = pytest.mark.slow


def transposed(leaf: Tensor) -> Tensor:
    """The same elements, stored in the opposite order of dimensions."""
    order = tuple(reversed(range(leaf.ndim)))
    return leaf.permute(order).contiguous().permute(order) if leaf.ndim else leaf


def every_second(leaf: Tensor) -> Tensor:
    """The same elements, each followed in memory by one that is none of them."""
    return edugrad.stack([leaf, leaf * 0 + 99], -1).select(-1, 0)


BOUND_TO_THE_LAYOUT = frozenset({"view", "Tensor.view_as", "as_strided"})
LAYOUTS = {"transposed": transposed, "every second": every_second}


@pytest.mark.parametrize("layout", LAYOUTS)
@cases(lambda info: info.name not in BOUND_TO_THE_LAYOUT)
def test_the_layout_in_memory_changes_nothing(info: OpInfo, sample: Sample, layout: str) -> None:
    plain = Call(info, sample, gradients=True)
    changed = Call(info, sample, gradients=True, change=LAYOUTS[layout])
    expected, found = plain.run(), changed.run()
    for one, other in zip(flat(expected), flat(found), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12)
    if in_a_graph(expected):
        pairs = zip(gradients(plain, expected), gradients(changed, found), strict=True)
        for one, other in pairs:
            np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12)


def test_a_view_of_scattered_memory_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"view size is not compatible(.|\n)*use reshape"):
        transposed(edugrad.ones(2, 3)).view(6)
    assert transposed(edugrad.ones(2, 3)).reshape(6).shape == (6,)


@cases(lambda info: info.inplace is not None)
def test_in_place_equals_out_of_place(info: OpInfo, sample: Sample) -> None:
    plain, changed = (Call(info, sample, gradients=True) for _ in range(2))
    expected = plain.run()
    target = changed.args[0].clone() if isinstance(changed.args[0], Tensor) else None
    if target is None or target.shape != expected.shape or target.dtype != expected.dtype:
        return
    version = target._version
    assert info.inplace is not None
    assert info.inplace(target, *changed.args[1:], **changed.kwargs) is target
    assert target._version == version + 1
    np.testing.assert_array_equal(arrays(target), arrays(expected))
    if in_a_graph(expected):
        for one, other in zip(gradients(plain, expected), gradients(changed, target), strict=True):
            np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12)


@cases(takes_out)
def test_out_receives_the_result(info: OpInfo, sample: Sample) -> None:
    call = Call(info, sample)
    expected = call.run()
    target = place_for(expected)
    versions = [each._version for each in tensors(target)]
    found = info.function(*call.args, **call.kwargs, out=target)
    for one, other, wanted in zip(*map(tensors, (found, target, expected)), strict=True):
        assert one is other
        np.testing.assert_array_equal(arrays(one), arrays(wanted))
    assert all(each._version > v for each, v in zip(tensors(target), versions, strict=True))


@cases(takes_out)
def test_out_is_refused_while_a_graph_is_recorded(info: OpInfo, sample: Sample) -> None:
    call = Call(info, sample, gradients=True)
    if not call.leaves:
        return
    with edugrad.no_grad():
        target = place_for(call.run())
    with pytest.raises(RuntimeError, match=r"out=\.\.\. arguments don't support automatic"):
        info.function(*call.args, **call.kwargs, out=target)


@cases(has_gradient)
def test_a_change_after_the_forward_never_makes_a_gradient_wrong(
    info: OpInfo, sample: Sample
) -> None:
    """Backward raises, or it still gives the gradient of what was computed."""
    expected = None
    for number in itertools.count():
        call = Call(info, sample, gradients=True, change=lambda leaf: leaf.clone())
        given = list(tensors([*call.args, *call.kwargs.values()]))
        result = call.run()
        if not in_a_graph(result):
            return
        if expected is None:
            expected = gradients(call, result)
            continue
        if number > len(given):
            return
        total = weighted_sum(result)
        given[number - 1].zero_()
        try:
            total.backward()
        except RuntimeError as error:
            assert "modified by an inplace operation" in str(error)  # noqa: PT017
        else:
            for leaf, wanted in zip(call.leaves, expected, strict=True):
                found = np.zeros(leaf.shape) if leaf.grad is None else arrays(leaf.grad)
                np.testing.assert_array_equal(found, wanted)


@cases(has_gradient)
def test_a_change_of_the_result_never_makes_a_gradient_wrong(info: OpInfo, sample: Sample) -> None:
    call = Call(info, sample, gradients=True, change=lambda leaf: leaf.clone())
    result = call.run()
    if not in_a_graph(result):
        return
    expected = gradients(call, result)
    call = Call(info, sample, gradients=True, change=lambda leaf: leaf.clone())
    result = call.run()
    total = weighted_sum(result)
    with edugrad.no_grad():
        for each in tensors(result):
            if not each._is_view():
                each.zero_()
    try:
        total.backward()
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)  # noqa: PT017
    else:
        for leaf, wanted in zip(call.leaves, expected, strict=True):
            found = np.zeros(leaf.shape) if leaf.grad is None else arrays(leaf.grad)
            np.testing.assert_array_equal(found, wanted)


@cases(has_gradient)
def test_gradients_have_memory_of_their_own(info: OpInfo, sample: Sample) -> None:
    call = Call(info, sample, gradients=True)
    result = call.run()
    if not in_a_graph(result):
        return
    weighted_sum(result).backward()
    found = [leaf.grad for leaf in call.leaves if leaf.grad is not None]
    others = [*call.leaves, *(each.detach() for each in tensors(result))]
    for grad, other in itertools.product(found, others):
        assert not np.shares_memory(grad._array, other._array)
    for one, other in itertools.combinations(found, 2):
        assert not np.shares_memory(one._array, other._array)
    for leaf, grad in zip(call.leaves, found, strict=False):
        assert grad.dtype is leaf.dtype
        assert grad.device is leaf.device
        assert not grad.requires_grad


@cases()
def test_the_arguments_are_left_as_they_are(info: OpInfo, sample: Sample) -> None:
    call = Call(info, sample)
    before = [each.copy() for each in flat([*call.args, *call.kwargs.values()])]
    call.run()
    after = flat([*call.args, *call.kwargs.values()])
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def flat(value: Any) -> list[np.ndarray]:
    return [np.asarray(arrays(each)) for each in tensors(value)]
