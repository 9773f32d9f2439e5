"""The pretended GPU, and no leftovers in the random streams."""

from __future__ import annotations

from tests.ops.conftest import gpu

__all__ = ["gpu"]
