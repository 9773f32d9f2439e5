"""NVIDIA's library of layers: ``torch.backends.cudnn``.

edugrad does not call it; the switches that scripts set are kept and have no effect: what edugrad
computes is the same in every run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

enabled = True
benchmark = False
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """Always False. PyTorch: ``torch.backends.cudnn.is_available``."""
    return False


def version() -> None:
    """None: it is not there. PyTorch: ``torch.backends.cudnn.version``."""


@contextlib.contextmanager
def flags(
    enabled: bool = False,
    benchmark: bool = False,
    benchmark_limit: int = 10,
    deterministic: bool = False,
    allow_tf32: bool = True,
) -> Iterator[None]:
    """Accepted and without effect. PyTorch: ``torch.backends.cudnn.flags``."""
    yield
