"""A network with one hidden layer learns exclusive or; written out by hand."""

import torch
import torch.nn.functional as F

torch.manual_seed(1)
inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]])

w1 = (torch.randn(8, 2) * 0.8).requires_grad_()
b1 = torch.zeros(8, requires_grad=True)
w2 = (torch.randn(1, 8) * 0.8).requires_grad_()
b2 = torch.zeros(1, requires_grad=True)
parameters = [w1, b1, w2, b2]


def model(x):
    hidden = torch.tanh(F.linear(x, w1, b1))
    return F.linear(hidden, w2, b2)


for epoch in range(501):
    loss = F.binary_cross_entropy_with_logits(model(inputs), targets)
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for p, g in zip(parameters, gradients):
            p -= 0.5 * g
    if epoch % 100 == 0:
        print(f"epoch {epoch}: {loss:.3f}")

with torch.no_grad():
    probability = torch.sigmoid(model(inputs))
print((probability > 0.5).int().flatten().tolist())
print(probability.shape, probability.dtype == torch.float32, loss.grad_fn is not None)
