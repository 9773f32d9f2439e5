"""Two networks against each other on points of a sine, then a penalty on a gradient's length."""

import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(111)
points = torch.zeros(256, 2)
points[:, 0] = 2 * math.pi * torch.rand(256)
points[:, 1] = torch.sin(points[:, 0])
loader = DataLoader(TensorDataset(points), batch_size=64, shuffle=True)


def init_weights(m):
    if type(m) is nn.Linear:
        nn.init.normal_(m.weight.data, 0.0, 0.2)
        nn.init.constant_(m.bias.data, 0)


discriminator = nn.Sequential(
    nn.LazyLinear(32), nn.LeakyReLU(0.2, inplace=True), nn.LazyLinear(1), nn.Sigmoid()
)
generator = nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))
print(discriminator)
discriminator(points[:1])
discriminator.apply(init_weights)
print(generator.apply(init_weights))

loss_function = nn.BCELoss()
rates = {"lr": 1e-3, "betas": (0.5, 0.999)}
optimizer_d = torch.optim.Adam(discriminator.parameters(), **rates)
optimizer_g = torch.optim.Adam(generator.parameters(), **rates)
for epoch in range(4):
    for (real,) in loader:
        label = torch.full((len(real),), 1.0)
        optimizer_d.zero_grad()
        loss_real = loss_function(discriminator(real).view(-1), label)
        loss_real.backward()
        fake = generator(torch.randn(len(real), 2))
        loss_fake = loss_function(discriminator(fake.detach()).view(-1), label.fill_(0.0))
        loss_fake.backward()
        optimizer_d.step()
        optimizer_g.zero_grad()
        loss_g = loss_function(discriminator(fake).view(-1), label.fill_(1.0))
        loss_g.backward()
        optimizer_g.step()
    print(f"epoch {epoch}: D {loss_real.item() + loss_fake.item():.3f}, G {loss_g.item():.3f}")

share = torch.rand(len(real), 1)
between = (share * real + (1 - share) * fake.detach()).requires_grad_(True)
scores = discriminator(between)
(slopes,) = torch.autograd.grad(
    outputs=scores,
    inputs=between,
    grad_outputs=torch.ones_like(scores),
    create_graph=True,
    retain_graph=True,
    only_inputs=True,
)
penalty = ((slopes.norm(2, dim=1) - 1) ** 2).mean()
discriminator.zero_grad()
penalty.backward()
print(f"penalty {penalty.item():.4f}, {discriminator[0].weight.grad.abs().sum().item():.3f}")
for p in discriminator.parameters():
    p.data.clamp_(-0.1, 0.1)
print(max(p.abs().max().item() for p in discriminator.parameters()) <= 0.1001)
