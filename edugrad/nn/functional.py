"""Functions of networks, under PyTorch's names: ``torch.nn.functional``."""

from ..ops.activation import log_softmax, softmax
from ..ops.elementwise import relu, sigmoid, tanh
from ..ops.linalg import linear
from ..ops.loss import binary_cross_entropy_with_logits, mse_loss

__all__ = [
    "binary_cross_entropy_with_logits",
    "linear",
    "log_softmax",
    "mse_loss",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]
