"""Every listed op on a real GPU, against the CPU: ``pytest -m gpu`` where there is a card."""

from __future__ import annotations

import numpy as np
import pytest

import edugrad
from edugrad import Device, devices
from edugrad.ops.registry import OpInfo, Sample

from .calls import Call, arrays, cases, gradients, has_gradient, in_a_graph, tensors

pytestmark = pytest.mark.gpu

# Vectors of a decomposition, and the indices of equal elements, are the library's choice.
CHOSEN_BY_THE_LIBRARY = frozenset({"linalg.eigh", "linalg.svd", "svd", "linalg.qr", "qr"})
TOLERANCE = {"float64": (1e-9, 1e-10), "float32": (1e-4, 1e-5)}


@pytest.fixture(scope="module")
def card() -> Device:
    """The first GPU; without one these tests fail instead of passing unseen."""
    devices.use_array_module("cuda", None)
    assert edugrad.cuda.is_available(), "pytest -m gpu needs CuPy and an NVIDIA GPU"
    return devices.resolve("cuda")


def agree(found: object, expected: object, dtype: str) -> None:
    rtol, atol = TOLERANCE[dtype]
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol)


@pytest.mark.parametrize("dtype", TOLERANCE)
@cases(lambda info: info.name not in CHOSEN_BY_THE_LIBRARY)
def test_a_card_computes_what_the_cpu_computes(
    info: OpInfo, sample: Sample, dtype: str, card: Device
) -> None:
    results = []
    for device in ("cpu", card):
        edugrad.manual_seed(0)
        call = Call(info, sample, dtype=dtype, device=str(device), gradients=has_gradient(info))
        results.append((call, call.run()))
    (host, expected), (there, found) = results
    for one, other in zip(tensors(expected), tensors(found), strict=True):
        assert other.device is card
        assert other.dtype is one.dtype
        assert other.shape == one.shape
        agree(arrays(other), arrays(one), dtype)
    if in_a_graph(expected):
        for one, other in zip(gradients(host, expected), gradients(there, found), strict=True):
            agree(other, one, dtype)


def test_devices_do_not_mix(card: Device) -> None:
    with pytest.raises(RuntimeError, match=r"same device[\s\S]*\.to\(\"cuda:0\"\)"):
        edugrad.ones(2) + edugrad.ones(2, device=card)


def test_the_chapters_network(card: Device) -> None:
    edugrad.manual_seed(0)
    x, y = edugrad.ones(5), edugrad.zeros(3)
    w, b = edugrad.randn(5, 3), edugrad.randn(3)
    slopes = []
    for device in ("cpu", card):
        weight, bias = (each.to(device).detach().requires_grad_() for each in (w, b))
        z = x.to(device) @ weight + bias
        loss = edugrad.nn.functional.binary_cross_entropy_with_logits(z, y.to(device))
        loss.backward()
        slopes.append((weight.grad.numpy(force=True), bias.grad.numpy(force=True)))
    for one, other in zip(*slopes, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-7)
