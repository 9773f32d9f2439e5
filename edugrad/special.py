"""Special functions under PyTorch's names: ``torch.special``."""

from .ops.activation import log_softmax, softmax
from .ops.elementwise import expm1, log1p, sigmoid
from .ops.logarithms import exp2, logit, xlogy
from .ops.probability_functions import (
    entr,
    erfcx,
    i0,
    i0e,
    i1,
    i1e,
    log_ndtr,
    ndtr,
    ndtri,
    xlog1py,
)
from .ops.reduction import logsumexp
from .ops.registry import OPS
from .ops.rounding import round
from .ops.special import digamma, erf, erfc, erfinv, lgamma, polygamma
from .ops.trigonometry import sinc

expit = sigmoid
gammaln = lgamma
psi = digamma

__all__ = [
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammainc",
    "gammaincc",
    "gammaln",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlog1py",
    "xlogy",
]

multigammaln = OPS["mvlgamma"].function
gammainc = OPS["igamma"].function
gammaincc = OPS["igammac"].function
globals().update(
    {
        name: info.function
        for name, info in OPS.items()
        if info.namespace == __name__ or (info.namespace == "edugrad" and name in __all__)
    }
)
