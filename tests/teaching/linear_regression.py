"""Fit a line to noisy points by gradient descent, with nothing but tensors and autograd."""

import torch

torch.manual_seed(0)
x = torch.linspace(-1, 1, 40).unsqueeze(1)
y = 3 * x - 0.5 + 0.1 * torch.randn(40, 1)

weight = torch.zeros(1, 1, requires_grad=True)
bias = torch.zeros(1, requires_grad=True)

for step in range(201):
    prediction = x @ weight + bias
    loss = ((prediction - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for parameter in (weight, bias):
            parameter -= 0.1 * parameter.grad
            parameter.grad.zero_()
    if step % 50 == 0:
        print(f"step {step:3d}: loss {loss.item():.4f}")

print(f"y = {weight.item():.3f} x + {bias.item():.3f}")
print(weight, bias)
