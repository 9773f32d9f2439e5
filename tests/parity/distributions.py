"""``torch.distributions``: numbers, gradients, shapes, samples, divergences, texts and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from .compare import compare_calls
from .semantics import check

Make = Callable[[Any, Any], Any]

# Each from a library and a parameter of shape (3,) with values between 0.2 and 0.8.
MADE: dict[str, Make] = {
    "Normal": lambda t, x: t.distributions.Normal(x, x * 2),
    "Normal of numbers": lambda t, x: t.distributions.Normal(0.5, 2.0),
    "Normal, broadcast": lambda t, x: t.distributions.Normal(x[:, None], x),
    "Laplace": lambda t, x: t.distributions.Laplace(x, x * 2),
    "Uniform": lambda t, x: t.distributions.Uniform(-x, x),
    "Exponential": lambda t, x: t.distributions.Exponential(x),
    "Bernoulli": lambda t, x: t.distributions.Bernoulli(x),
    "Bernoulli of logits": lambda t, x: t.distributions.Bernoulli(logits=x),
    "Categorical": lambda t, x: t.distributions.Categorical(x),
    "Categorical of logits": lambda t, x: t.distributions.Categorical(logits=x.expand(2, 3)),
    "MultivariateNormal": lambda t, x: t.distributions.MultivariateNormal(
        x, t.eye(3) + x[:, None] * x
    ),
    "MultivariateNormal of a factor": lambda t, x: t.distributions.MultivariateNormal(
        x, scale_tril=t.diag(x) + t.ones(3, 3).tril(-1)
    ),
    "MultivariateNormal of a precision": lambda t, x: t.distributions.MultivariateNormal(
        x, precision_matrix=t.eye(3) + x[:, None] * x
    ),
    "Independent": lambda t, x: t.distributions.Independent(t.distributions.Normal(x, x * 2), 1),
}
DRAWN_ALIKE = ("Normal", "Laplace", "Uniform", "Multivariate", "Independent")
VALUES = {
    "Uniform": [0.1, -0.1, 0.15],
    "Bernoulli": [0.0, 1.0, 1.0],
    "Categorical": [2.0, 0.0, 1.0],
}
ATTRIBUTES = ("mean", "mode", "variance", "stddev", "batch_shape", "event_shape", "has_rsample")


def parameter(t: Any) -> Any:
    return t.tensor([0.25, 0.5, 0.75], requires_grad=True)


def value(t: Any, name: str) -> Any:
    """What such a distribution can give."""
    numbers = VALUES.get(name.split()[0], [0.5, 1.5, 0.3])
    made = t.tensor(numbers)
    return made[:2] if name == "Categorical of logits" else made


def with_gradient(make: Make, of: Callable[[Any], Any], t: Any) -> Any:
    """A number of the distribution, and its gradient by the parameter."""
    x = parameter(t)
    found = of(make(t, x))
    if found.requires_grad:
        found.sum().backward()
    return found.detach(), x.grad


@check
def distributions(edugrad: Any, torch: Any) -> Iterator[str]:
    for name, make in MADE.items():
        for what, program in programs(name, make).items():
            found = compare_calls(partial(program, edugrad), partial(program, torch))
            if found:
                yield f"{name}, {what}: {found.text}"


def programs(name: str, make: Make) -> dict[str, Callable[[Any], Any]]:
    made: dict[str, Callable[[Any], Any]] = {
        "log_prob": lambda t: with_gradient(make, lambda d: d.log_prob(value(t, name)), t),
        "entropy": lambda t: with_gradient(make, lambda d: d.entropy(), t),
        "text": lambda t: repr(make(t, parameter(t))).replace("torch.", "edugrad."),
        "divergence": lambda t: with_gradient(
            make,
            lambda d: t.distributions.kl_divergence(d, make(t, t.tensor([0.3, 0.4, 0.8]))),
            t,
        ),
        "a value beyond the support": lambda t: make(t, parameter(t)).log_prob(
            t.full((3,), float("nan"))
        ),
        "a bad parameter": lambda t: make(t, parameter(t) * float("nan")),
        **{
            attribute: lambda t, attribute=attribute: _plain(
                getattr(make(t, parameter(t)), attribute)
            )
            for attribute in ATTRIBUTES
        },
    }
    if name.startswith(DRAWN_ALIKE):
        made["sample"] = partial(drawn, make, "sample")
        made["rsample"] = partial(drawn, make, "rsample")
    return made


def drawn(make: Make, method: str, t: Any) -> Any:
    t.manual_seed(3)
    return with_gradient(make, lambda d: getattr(d, method)((4, 2)), t)


def _plain(found: Any) -> Any:
    return found.detach() if hasattr(found, "detach") else found
