"""What all tests share."""

from __future__ import annotations

import os
import re
from typing import Any

import hypothesis
import pytest

import edugrad

# They import torch: run by tests/test_as_torch.py, and by `make parity`.
collect_ignore_glob = ["teaching/*", "parity/*", "serialization/data/*"]

# No test depends on the clock, nor on chance: examples are drawn from a fixed seed.
hypothesis.settings.register_profile("edugrad", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "edugrad"))


@pytest.fixture(autouse=True)
def the_same_random_numbers_in_any_order_of_tests() -> None:
    edugrad.manual_seed(0)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share the tests among the workers of ``pytest -n``; notebooks and the browser stay whole."""
    from xdist.scheduler import LoadScopeScheduling

    class SharedByFunction(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith("tests/browser/"):
                return "the browser"
            return re.split(r"::Cell |\[", nodeid)[0]

    config.option.loadscopereorder = False  # the browser takes long: it must not come last
    return SharedByFunction(config, log)
