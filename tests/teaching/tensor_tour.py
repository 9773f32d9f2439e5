"""A tour of tensors, as introductions give it: making, looking at, joining, printing."""

import torch

data = [[1, 2], [3, 4]]
t = torch.tensor(data)
print(t, t.dtype, t.shape, t.device, t.layout)
print(torch.ones_like(t), torch.zeros(2, 0), torch.empty(0), torch.full((2, 2), 7))
torch.manual_seed(0)
print(torch.rand_like(t, dtype=torch.float))
print(torch.rand(2, 3) * 1000, torch.randn(3, 3) * 1e-4, torch.randint(0, 100, (2, 2, 3)), sep="\n")

z = torch.ones(4, 4)
z[:, 1] = 0
print(z, z[0], z[:, 0], z[..., -1], torch.cat([z, z], dim=1), z @ z.T, sep="\n")
print(z.sum().item(), z.add_(5)[0], z.type(), z.long().type(), z.flatten().shape)
print(torch.arange(0, 1, 0.1), torch.linspace(0, 1, 5), torch.eye(3), sep="\n")
print(torch.tensor([1e-8, 1.0]), torch.tensor([1e8, 1.0]), torch.tensor([0.1, 0.22, 0.333]))
print(torch.tensor([[1.5, float("nan")], [float("inf"), -2]]), torch.tensor([True, False]))
print(torch.arange(2000), torch.arange(400.0).view(20, 20), sep="\n")

a = torch.ones(2, 3, requires_grad=True)
b = a * 2
print(a, b, b.sum(), b > 1, b.mean(dim=0), sep="\n")
with torch.no_grad():
    print(a[0], (a * 2).requires_grad)

print(t / 3, t // 2, t % 2, t**2, -t, (t > 2) & (t < 4), ~(t > 2), sep="\n")
print(t.max(), t.max(dim=1), t.argmin(), t.tolist(), t.unsqueeze(0).shape)
print(torch.stack([t, t]), torch.chunk(t, 2), t.repeat(2, 2), torch.unique(t % 2), sep="\n")
print(torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij"))
print(torch.finfo(torch.float32).eps, torch.iinfo(torch.int32).max, torch.get_default_dtype())
print(f"{torch.tensor(3.14159):.2f}", f"{torch.tensor(7)}", torch.LongTensor([1, 2]))

print(torch.func.grad(lambda w: (w**2).sum())(torch.ones(3)))
print(torch.vmap(torch.dot)(torch.eye(2), torch.ones(2, 2)))
print(torch.trapezoid(torch.tensor([1.0, 5.0, 10.0])), torch.hann_window(5))
print(torch.cov(torch.tensor([[0.0, 1, 2], [2, 1, 0]])), torch.linalg.cond(torch.eye(2) * 2))
print(torch.arange(3, out=torch.empty(3)), torch.zeros(3, 3).fill_diagonal_(1))
