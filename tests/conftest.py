"""What all tests share."""

from __future__ import annotations

import os

import hypothesis
import pytest

# They import torch: run by tests/test_as_torch.py, and by `make parity`.
collect_ignore_glob = ["teaching/*", "parity/*", "serialization/data/*"]

# No test depends on the clock, nor on chance: examples are drawn from a fixed seed.
hypothesis.settings.register_profile("edugrad", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "edugrad"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests last: Playwright's event loop must not be in the way of the kernels."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
