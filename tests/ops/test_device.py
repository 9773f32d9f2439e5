"""Every listed op on a GPU's arrays, which a strict stand-in for CuPy plays, and the stand-in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Device
from edugrad.ops.registry import OpInfo, Sample
from tests import standin

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
)

pytestmark = pytest.mark.slow


@cases()
def test_the_gpu_computes_what_the_cpu_computes(info: OpInfo, sample: Sample, gpu: Device) -> None:
    host, there = (Call(info, sample, device=str(d), gradients=True) for d in ("cpu", gpu))
    expected, found = host.run(), there.run()
    for one, other in zip(tensors(expected), tensors(found), strict=True):
        assert other.device is gpu
        assert isinstance(other._array, standin.ndarray)
        assert other.dtype is one.dtype
        np.testing.assert_array_equal(arrays(other), arrays(one))
    if in_a_graph(expected):
        pairs = zip(gradients(host, expected), gradients(there, found), strict=True)
        for one, other in pairs:
            np.testing.assert_array_equal(other, one)
        for leaf in there.leaves:
            assert leaf.grad is None or leaf.grad.device is gpu


@cases(has_gradient)
def test_second_derivatives_stay_on_the_gpu(info: OpInfo, sample: Sample, gpu: Device) -> None:
    found = [
        second_derivatives(Call(info, sample, device=str(d), gradients=True), d)
        for d in (edugrad.device("cpu"), gpu)
    ]
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(other, one)


def second_derivatives(call: Call, device: Device) -> list[np.ndarray]:
    found = [(each * each).sum() for each in tensors(call.run()) if each.requires_grad]
    if not found:
        return []
    first = edugrad.autograd.grad(found, call.leaves, create_graph=True, allow_unused=True)
    slopes = [each for each in first if each is not None and each.requires_grad]
    if not slopes:
        return []
    squares = [(each * each).sum() for each in slopes]
    found = edugrad.autograd.grad(squares, call.leaves, allow_unused=True)
    assert all(each is None or each.device is device for each in found)
    return [arrays(each) for each in found if each is not None]


@cases(lambda info: info.inplace is not None)
def test_in_place_on_the_gpu(info: OpInfo, sample: Sample, gpu: Device) -> None:
    call = Call(info, sample, device=str(gpu))
    expected = call.run()
    target = call.args[0]
    if not hasattr(target, "_array") or target.shape != expected.shape:
        return
    if target.dtype is not expected.dtype:
        return
    assert info.inplace is not None
    info.inplace(target, *call.args[1:], **call.kwargs)
    assert isinstance(target._array, standin.ndarray)
    np.testing.assert_array_equal(arrays(target), arrays(expected))


@cases(takes_out)
def test_out_on_the_gpu(info: OpInfo, sample: Sample, gpu: Device) -> None:
    call = Call(info, sample, device=str(gpu))
    expected = call.run()
    target = place_for(expected)
    info.function(*call.args, **call.kwargs, out=target)
    for one, wanted in zip(tensors(target), tensors(expected), strict=True):
        assert isinstance(one._array, standin.ndarray)
        np.testing.assert_array_equal(arrays(one), arrays(wanted))


INDICES: dict[str, Any] = {
    "number": 1,
    "from the end": -1,
    "slice": slice(0, 2),
    "step": (slice(None), slice(None, None, 2)),
    "new dimension": (None, 0),
    "rest": (..., 1),
    "list": [2, 0, 2],
    "array": np.array([1, 1]),
    "two lists": ([0, 2], [1, 3]),
    "list and slice": ([0, 2], slice(1, 3)),
    "mask": np.arange(12).reshape(3, 4) % 3 == 0,
    "mask of rows": np.array([True, False, True]),
}


@pytest.mark.parametrize("name", INDICES)
def test_indexing_on_the_gpu(name: str, gpu: Device) -> None:
    index = INDICES[name]
    results = []
    for device in ("cpu", gpu):
        x = edugrad.arange(12.0, device=device).reshape(3, 4).requires_grad_()
        picked = x[index]
        (picked * picked).sum().backward()
        y = x.detach().clone()
        y[index] = -y[index]
        z = x.detach().clone()
        z[index] = 5
        assert x.grad is not None
        results.append([arrays(each) for each in (picked, x.grad, y, z)])
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(other, one)


@pytest.mark.parametrize("index", [[0, 3], [-4, 0], ([0, 1], [0, 4]), (slice(None), [4])])
def test_an_index_out_of_bounds_is_refused_although_cupy_wraps_it(index: Any, gpu: Device) -> None:
    x = edugrad.zeros(3, 4, device=gpu)
    with pytest.raises(IndexError, match=r"is out of bounds for dimension [01] with size [34]"):
        x[index]
    with pytest.raises(IndexError, match=r"is out of bounds for dimension [01] with size [34]"):
        x[index] = 1.0
    raw: Any = x._array
    assert raw[standin.array([0, 3])].shape == (2, 4)


def test_devices_do_not_mix(gpu: Device) -> None:
    here, there = edugrad.ones(2), edugrad.ones(2, device=gpu)
    for compute in (lambda: here + there, lambda: there @ here, lambda: edugrad.cat([here, there])):
        with pytest.raises(RuntimeError) as error:
            compute()
        text = str(error.value)
        assert text.startswith("Expected all tensors to be on the same device")
        assert "cpu" in text
        assert 'mend: nothing moves by itself: bring them together with .to("cuda:0")' in text


def test_moving_there_and_back_is_part_of_the_graph(gpu: Device) -> None:
    x = edugrad.tensor([1.0, 2.0], requires_grad=True)
    (x.to(gpu) * 3).cpu().sum().backward()
    assert x.grad is not None
    assert x.grad.device.type == "cpu"
    assert x.grad.tolist() == [3.0, 3.0]


class TestStandIn:
    """It must refuse what CuPy refuses, or the tests above prove nothing."""

    array: Any = standin.array([1.0, 2.0, 3.0])
    host = np.array([1.0, 2.0, 3.0])

    @pytest.mark.parametrize(
        "mix",
        [
            lambda a, host: a + host,
            lambda a, host: host + a,
            lambda a, host: a == host,
            lambda a, host: standin.add(a, host),
            lambda a, host: standin.where(a > 0, a, host),
            lambda a, host: standin.concatenate([a, host]),
            lambda a, host: a.__setitem__(slice(None), host),
            lambda a, host: standin.add.at(a, standin.array([0]), host[:1]),
            lambda a, host: np.exp(a),
            lambda a, host: np.asarray(a),
            lambda a, host: np.concatenate([host, a]),
        ],
    )
    def test_refuses_numpy_arrays(self, mix: Any) -> None:
        with pytest.raises(TypeError):
            mix(self.array.copy(), self.host)

    @pytest.mark.parametrize(
        "use",
        [
            lambda a: standin.exp(a, where=a > 0),
            lambda a: a.sum(where=a > 0),
            lambda a: a.max(initial=0),
            lambda a: [1, 2, 3][standin.array(1)],
        ],
    )
    def test_lacks_the_keywords_that_cupy_lacks(self, use: Any) -> None:
        with pytest.raises(TypeError):
            use(self.array)

    def test_lacks_the_functions_that_cupy_lacks(self) -> None:
        for name in standin.ABSENT:
            assert not hasattr(standin, name)

    def test_results_without_dimensions_stay_arrays(self) -> None:
        for found in (
            self.array.sum(),
            self.array[0],
            standin.exp(self.array[0]),
            self.array.max(),
        ):
            assert isinstance(found, standin.ndarray)
            assert found.shape == ()

    def test_takes_numbers_of_python_and_of_numpy(self) -> None:
        assert (self.array * 2 + np.float64(1)).get().tolist() == [3.0, 5.0, 7.0]

    def test_a_copy_on_the_host_shares_no_memory(self) -> None:
        self.array.get()[0] = 9.0
        assert self.array.get()[0] == 1.0
        assert standin.asarray(self.host).data.ptr != self.host.ctypes.data

    def test_knows_what_is_a_view(self) -> None:
        assert self.array.copy().base is None
        assert self.array[1:].base is not None
