"""Higher derivatives, an op of one's own, hooks and in-place rules."""

import math

import torch
from torch import nn
from torch.autograd import Function
from torch.autograd.functional import hessian, jacobian


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * 3 * x**2


x = torch.tensor(2.0, requires_grad=True)
(first,) = torch.autograd.grad(Cube.apply(x), x, create_graph=True)
(second,) = torch.autograd.grad(first, x)
print(first.item(), second.item())

root = torch.tensor(2.0, dtype=torch.float64)
for _ in range(6):
    root.requires_grad_()
    value = torch.cos(root)
    (slope,) = torch.autograd.grad(value, root)
    root = (root - value / slope).detach()
print(abs(root.item() - math.pi / 2) < 1e-9)

point = torch.tensor([1.0, 2.0])
print(jacobian(lambda v: torch.stack([v[0] * v[1], v.sum()]), point))
print(hessian(lambda v: (v**2).sum() + v[0] * v[1], point))

seen = []
w = torch.ones(3, requires_grad=True)
h = w * 2
handle = h.register_hook(lambda g: seen.append(g.tolist()))
h.retain_grad()
(h * torch.arange(3.0)).sum().backward()
handle.remove()
print(seen, h.grad, w.grad)

try:
    w += 1
except RuntimeError as error:
    print(str(error).splitlines()[0].rstrip("."))
y = w.exp()
y.mul_(2)
try:
    y.sum().backward()
except RuntimeError as error:
    print(str(error).splitlines()[0].partition(":")[0])
print(nn.functional.softmax(torch.tensor([1.0, 2.0, 3.0]), dim=0))
