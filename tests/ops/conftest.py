"""The pretended GPU."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

import edugrad
from edugrad import devices
from tests import standin


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[edugrad.Device]:
    """The device "cuda:0", which the strict stand-in for CuPy answers for."""
    monkeypatch.setattr(standin, "__name__", "cupy")
    monkeypatch.setitem(sys.modules, "cupyx", standin.extended)
    monkeypatch.setitem(sys.modules, "cupyx.scipy.special", standin.special)
    devices.use_array_module("cuda", standin)
    yield devices.resolve("cuda")
    devices.use_array_module("cuda", None)
