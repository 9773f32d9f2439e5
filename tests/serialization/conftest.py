"""The pretended GPU, as the ops' tests have it."""

from tests.ops.conftest import gpu  # noqa: F401
