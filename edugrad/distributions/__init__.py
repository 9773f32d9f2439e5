"""Distributions to draw from and to compute log-probabilities with: ``torch.distributions``.

Those that introductions to variational methods, flows and policy gradients use.
Samples of `Normal`, `Uniform`, `Laplace` and `MultivariateNormal` are PyTorch's, number for number;
`Categorical`, `Bernoulli` and `Exponential` draw where PyTorch asks MKL: their streams may differ.
"""

from . import constraints
from .bernoulli import Bernoulli
from .categorical import Categorical
from .distribution import Distribution
from .exponential import Exponential
from .independent import Independent
from .kl import kl_divergence, register_kl
from .laplace import Laplace
from .multivariate_normal import MultivariateNormal
from .normal import Normal
from .uniform import Uniform

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Exponential",
    "Independent",
    "Laplace",
    "MultivariateNormal",
    "Normal",
    "Uniform",
    "constraints",
    "kl_divergence",
    "register_kl",
]
