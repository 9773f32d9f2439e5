"""Special functions under PyTorch's names: ``torch.special``."""

from .ops.activation import log_softmax, softmax
from .ops.elementwise import expm1, log1p, sigmoid
from .ops.logarithms import exp2, logit, xlogy
from .ops.reduction import logsumexp
from .ops.rounding import round
from .ops.special import digamma, erf, erfc, erfinv, lgamma, polygamma
from .ops.trigonometry import sinc

expit = sigmoid
gammaln = lgamma
psi = digamma

__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "log1p",
    "log_softmax",
    "logit",
    "logsumexp",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlogy",
]
