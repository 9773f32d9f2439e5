"""Linear algebra under PyTorch's names: ``torch.linalg``."""

from .ops.products import multi_dot

__all__ = ["multi_dot"]
