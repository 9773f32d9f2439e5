"""How far one distribution is from another: the Kullback-Leibler divergence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..errors import teach
from ..linalg import solve_triangular
from .bernoulli import Bernoulli
from .categorical import Categorical
from .distribution import Distribution
from .exponential import Exponential
from .independent import Independent
from .laplace import Laplace
from .multivariate_normal import MultivariateNormal
from .normal import Normal
from .uniform import Uniform

_RULES: dict[tuple[type, type], Callable[[Any, Any], Any]] = {}
INFINITY = float("inf")


def register_kl(type_p: type, type_q: type) -> Callable[[Any], Any]:
    """Give the divergence of two kinds of distributions a formula, as a decorator.

    PyTorch: ``torch.distributions.register_kl``.
    """

    def decorated(rule: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        _RULES[type_p, type_q] = rule
        return rule

    return decorated


def kl_divergence(p: Distribution, q: Distribution) -> Any:
    r"""The Kullback-Leibler divergence of ``q`` from ``p``.

    .. math:: KL(p \| q) = \int p(x) \ln \frac{p(x)}{q(x)} dx

    Raises
    ------
    NotImplementedError
        If there is no formula for the two kinds.

    Examples
    --------
    >>> kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
    tensor(0.5000)

    Notes
    -----
    PyTorch: ``torch.distributions.kl_divergence``. Source: Kullback and Leibler, "On Information
    and Sufficiency", 1951.
    """
    for kind_p in type(p).__mro__:
        for kind_q in type(q).__mro__:
            if (kind_p, kind_q) in _RULES:
                return _RULES[kind_p, kind_q](p, q)
    raise NotImplementedError(
        teach(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type "
            f"{type(q).__name__}",
            got=f"{p!r} and {q!r}",
            mend="estimate it: (p.log_prob(x) - q.log_prob(x)).mean() over x = p.sample((n,)), or "
            "give its formula with register_kl",
        )
    )


@register_kl(Normal, Normal)
def _normal(p: Normal, q: Normal) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(Categorical, Categorical)
def _categorical(p: Categorical, q: Categorical) -> Any:
    terms = p.probs * (p.logits - q.logits)
    terms = terms.masked_fill(q.probs == 0, INFINITY)
    return terms.masked_fill(p.probs == 0, 0).sum(-1)


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Bernoulli, q: Bernoulli) -> Any:
    softplus = ops.OPS["softplus"].function
    yes = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    yes = yes.masked_fill(q.probs == 0, INFINITY).masked_fill(p.probs == 0, 0)
    no = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    return yes + no.masked_fill(q.probs == 1, INFINITY).masked_fill(p.probs == 1, 0)


@register_kl(Uniform, Uniform)
def _uniform(p: Uniform, q: Uniform) -> Any:
    result = ((q.high - q.low) / (p.high - p.low)).log()
    return result.masked_fill((q.low > p.low) | (q.high < p.high), INFINITY)


@register_kl(Exponential, Exponential)
def _exponential(p: Exponential, q: Exponential) -> Any:
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@register_kl(Laplace, Laplace)
def _laplace(p: Laplace, q: Laplace) -> Any:
    ratio = p.scale / q.scale
    away = (p.loc - q.loc).abs()
    return -ratio.log() + away / q.scale + ratio * (-away / p.scale).exp() - 1


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p: MultivariateNormal, q: MultivariateNormal) -> Any:
    size = p.event_shape[0]
    spread = solve_triangular(q.scale_tril, p.scale_tril, upper=False).pow(2).sum((-2, -1))
    away = solve_triangular(q.scale_tril, (q.loc - p.loc).unsqueeze(-1), upper=False)
    squares = away.squeeze(-1).pow(2).sum(-1)
    return q.half_log_det() - p.half_log_det() + 0.5 * (spread + squares - size)


@register_kl(Independent, Independent)
def _independent(p: Independent, q: Independent) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(
            teach(
                "the two have as many dimensions of the batch in their events",
                got=f"{p.reinterpreted_batch_ndims} and {q.reinterpreted_batch_ndims}",
                mend="make both with the same reinterpreted_batch_ndims",
            )
        )
    return p.summed(kl_divergence(p.base_dist, q.base_dist))
