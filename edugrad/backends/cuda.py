"""Switches of PyTorch's CUDA kernels, kept and without effect: ``torch.backends.cuda``."""

from __future__ import annotations

from types import SimpleNamespace

from .. import cuda

matmul = SimpleNamespace(allow_tf32=False)


def is_built() -> bool:
    """Whether CUDA can be used here. PyTorch: ``torch.backends.cuda.is_built``."""
    return cuda.is_available()
