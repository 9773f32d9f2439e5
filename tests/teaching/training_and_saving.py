"""Train with an optimizer and a schedule, save, load, go on."""

import os
import tempfile

import torch
import torch.nn as nn
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR

torch.manual_seed(0)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
inputs = torch.linspace(-1, 1, 32, device=device).unsqueeze(1)
targets = 2 * inputs**2 - 1


def make():
    model = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 1)).to(device)
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    return model, optimizer, StepLR(optimizer, step_size=20, gamma=0.5)


def train(model, optimizer, scheduler, epochs):
    model.train()
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
        scheduler.step()
    return loss.item()


model, optimizer, scheduler = make()
print(optimizer)
print(f"loss {train(model, optimizer, scheduler, 30):.3f}, lr {scheduler.get_last_lr()[0]}")

path = os.path.join(tempfile.mkdtemp(), "model.pth")
torch.save(model.state_dict(), path)
model.load_state_dict(torch.load(path, weights_only=True))
checkpoint = {
    "epoch": 30,
    "model_state_dict": model.state_dict(),
    "optimizer_state_dict": optimizer.state_dict(),
    "scheduler_state_dict": scheduler.state_dict(),
}
torch.save(checkpoint, path)

again, other, schedule = make()
loaded = torch.load(path, map_location=device)
again.load_state_dict(loaded["model_state_dict"])
other.load_state_dict(loaded["optimizer_state_dict"])
schedule.load_state_dict(loaded["scheduler_state_dict"])
print(f"epoch {loaded['epoch']}, keys {list(loaded['model_state_dict'])}")
first = train(model, optimizer, scheduler, 20)
second = train(again, other, schedule, 20)
print(first == second, f"loss {second:.3f}, lr {schedule.get_last_lr()[0]}")
again.eval()
with torch.no_grad():
    print(again(torch.tensor([[0.0], [1.0]], device=device)).shape)

optimizer = optim.Adam(
    [{"params": again[0].parameters()}, {"params": again[2].parameters(), "lr": 0.01}]
)
print([group["lr"] for group in optimizer.param_groups])
try:
    optim.SGD(again.parameters(), lr=-1)
except ValueError as error:
    print(str(error).splitlines()[0])
