"""The pretended GPU."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import edugrad
from edugrad import devices
from tests import standin


@pytest.fixture
def gpu() -> Iterator[edugrad.Device]:
    """The device "cuda:0", which the strict stand-in for CuPy answers for."""
    devices.use_array_module("cuda", standin)
    yield devices.resolve("cuda")
    devices.use_array_module("cuda", None)
