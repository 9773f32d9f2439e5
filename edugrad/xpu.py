"""Intel's GPUs, which edugrad does not use: ``torch.xpu``."""

from __future__ import annotations


def is_available() -> bool:
    """Always False. PyTorch: ``torch.xpu.is_available``."""
    return False


def device_count() -> int:
    """Always 0. PyTorch: ``torch.xpu.device_count``."""
    return 0
