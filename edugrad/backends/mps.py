"""Apple's GPUs, which edugrad does not use: ``torch.backends.mps``."""

from __future__ import annotations


def is_available() -> bool:
    """Always False. PyTorch: ``torch.backends.mps.is_available``."""
    return False


def is_built() -> bool:
    """Always False. PyTorch: ``torch.backends.mps.is_built``."""
    return False
