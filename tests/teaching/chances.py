"""Distributions: drawing, log-probabilities, entropies, divergences, and gradients through them."""

import torch
from torch.distributions import (
    Bernoulli,
    Categorical,
    Exponential,
    Independent,
    Laplace,
    MultivariateNormal,
    Normal,
    Uniform,
    kl_divergence,
)

torch.manual_seed(0)
bell = Normal(0.0, 1.0)
print(bell, bell.sample(), bell.sample((3,)), bell.rsample((2,)), bell.log_prob(torch.tensor(1.0)))
many = Normal(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
print(many, many.batch_shape, many.mean, many.variance, many.entropy(), many.sample((2,)))
print(many.cdf(torch.zeros(2)), many.icdf(torch.tensor([0.5, 0.9])), many.mode, many.stddev)
flat = Uniform(torch.tensor([0.0, -1.0]), 2.0)
print(
    flat, flat.sample((2,)), flat.log_prob(torch.ones(2)), flat.entropy(), flat.cdf(torch.ones(2))
)
sharp = Laplace(0.0, 2.0)
print(sharp, sharp.sample((3,)), sharp.log_prob(torch.arange(3.0)), sharp.entropy(), sharp.variance)
wait = Exponential(torch.tensor([0.5, 2.0]))
print(wait, wait.mean, wait.log_prob(torch.ones(2)), wait.entropy(), wait.cdf(torch.ones(2)))

coin = Bernoulli(torch.tensor([0.25, 0.5]))
print(coin, coin.logits, coin.log_prob(torch.tensor([1.0, 0.0])), coin.entropy(), coin.variance)
print(Bernoulli(logits=torch.tensor(0.0)), Bernoulli(logits=torch.tensor(0.0)).probs)
dice = Categorical(torch.tensor([[1.0, 1.0, 2.0], [0.0, 1.0, 1.0]]))
print(dice, dice.probs, dice.logits, dice.entropy(), dice.mode, dice.param_shape)
print(dice.log_prob(torch.tensor([2, 1])), dice.enumerate_support(), dice.mean, dice.perplexity())
print(dice.sample((5,)).shape, Categorical(logits=torch.zeros(4)).log_prob(torch.tensor([0, 3])))
vector = Independent(many, 1)
print(vector, vector.batch_shape, vector.event_shape, vector.log_prob(torch.zeros(2)))
covariance = torch.tensor([[2.0, 0.6], [0.6, 1.0]])
cloud = MultivariateNormal(torch.zeros(2), covariance)
print(cloud, cloud.sample((2,)), cloud.log_prob(torch.ones(3, 2)), cloud.entropy(), cloud.variance)
print(cloud.scale_tril, cloud.precision_matrix, cloud.covariance_matrix)

pairs = [
    (bell, Normal(1.0, 2.0)),
    (dice, Categorical(torch.ones(2, 3))),
    (coin, Bernoulli(torch.tensor([0.5, 0.5]))),
    (Uniform(0.0, 1.0), Uniform(-1.0, 2.0)),
    (Uniform(-1.0, 2.0), Uniform(0.0, 1.0)),
    (sharp, Laplace(1.0, 1.0)),
    (wait, Exponential(torch.ones(2))),
    (vector, Independent(Normal(torch.zeros(2), torch.ones(2)), 1)),
    (cloud, MultivariateNormal(torch.ones(2), scale_tril=torch.eye(2))),
]
for p, q in pairs:
    print(type(p).__name__, kl_divergence(p, q))

print("gradients that pass through a sample, and by the score function")
mean = torch.zeros(3, requires_grad=True)
log_scale = torch.zeros(3, requires_grad=True)
drawn = Normal(mean, log_scale.exp()).rsample()
(drawn**2).sum().backward()
print(drawn, mean.grad, log_scale.grad)
preferences = torch.zeros(3, requires_grad=True)
policy = Categorical(logits=preferences)
actions, rewards = torch.tensor([0, 2, 2, 1]), torch.tensor([1.0, 2.0, 0.5, -1.0])
loss = -(policy.log_prob(actions) * rewards).mean() - 0.01 * policy.entropy()
loss.backward()
print(loss, preferences.grad)
factor = torch.eye(2, requires_grad=True)
MultivariateNormal(torch.zeros(2), scale_tril=factor).log_prob(torch.ones(2)).backward()
print(factor.grad, Normal(mean, 1.0))

mistakes = [
    lambda: Normal(0.0, -1.0),
    lambda: Normal(0.0, 1.0).log_prob(torch.tensor([float("nan")])),
    lambda: Normal(0.0, 1.0).log_prob(1.0),
    lambda: Categorical(torch.tensor([-1.0, 2.0])),
    lambda: Categorical(torch.ones(2)).log_prob(torch.tensor(2)),
    lambda: Categorical(),
    lambda: Bernoulli(torch.tensor(0.25)).log_prob(torch.tensor(0.5)),
    lambda: Uniform(1.0, 0.0),
    lambda: MultivariateNormal(torch.zeros(2), -torch.eye(2)),
]
for mistake in mistakes:
    try:
        mistake()
    except ValueError as error:
        print(str(error).splitlines()[0].rstrip(":"))
