"""What PyTorch's back ends are asked about and told: ``torch.backends``.

edugrad computes on NumPy and CuPy, so the switches are kept and have no effect.
"""

from . import cuda, cudnn, mps

__all__ = ["cuda", "cudnn", "mps"]
