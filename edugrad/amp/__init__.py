"""Mixed precision: PyTorch's words for it, for scripts that use it on GPUs alone: ``torch.amp``.

edugrad computes in the precision of its tensors. Where PyTorch switches mixed precision off (no
GPU, or ``enabled=False``), so does edugrad; where it would convert, edugrad says that it does not.
"""

from __future__ import annotations

from .autocast import autocast, custom_bwd, custom_fwd, is_autocast_available
from .grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]
