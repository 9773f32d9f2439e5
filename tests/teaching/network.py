"""A network as a module: defined, trained by hand, watched by hooks, saved and loaded."""

import torch
import torch.nn.functional as F
from torch import nn


class Network(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.flatten = nn.Flatten()
        self.layers = nn.ModuleList(
            nn.Linear(inputs if k == 0 else hidden, hidden) for k in range(3)
        )
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(hidden, outputs))
        self.register_buffer("mean", torch.zeros(inputs))
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        x = self.flatten(x) - self.mean
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.head(x) * self.scale


torch.manual_seed(0)
model = Network(12, 12, 3)
print(model)
print("parameters:", sum(p.numel() for p in model.parameters() if p.requires_grad))
for name, parameter in model.named_parameters():
    print(f"{name:20} {list(parameter.shape)} {parameter.mean().item():.4f}")

x = torch.randint(0, 10, (32, 3, 4)).float() / 10
y = (x.sum((1, 2)) * 0.5).long() % 3
for epoch in range(40):
    loss = F.cross_entropy(model(x), y)
    model.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.5 * p.grad
    if epoch % 10 == 0:
        print(f"epoch {epoch}: loss {loss.item():.4f}, gradient {norm.item():.4f}")

shapes = []
handles = [
    m.register_forward_hook(lambda m, args, out: shapes.append((type(m).__name__, list(out.shape))))
    for m in model.modules()
    if not list(m.children())
]
model.eval()
with torch.no_grad():
    model(x[:2])
for handle in handles:
    handle.remove()
print(shapes)

other = Network(12, 12, 3)
print(other.load_state_dict(model.state_dict()))
print(torch.equal(other(x), model(x)), other.training, model.training)
try:
    Network(12, 8, 3).load_state_dict({k: v for k, v in model.state_dict().items() if k != "mean"})
except RuntimeError as error:
    lines = str(error).splitlines()
    print("\n".join(line for line in lines if not line.startswith("  ")))


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)


model.apply(init_weights)
print([round(v, 4) for v in model.head[1].weight[0, :4].tolist()])
