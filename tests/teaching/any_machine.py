"""What scripts ask and set so that they run on any machine, here on one without a GPU."""

import warnings

import torch
from torch import nn

torch.backends.cudnn.deterministic = True
torch.backends.cudnn.benchmark = False
torch.backends.cuda.matmul.allow_tf32 = True
torch.cuda.manual_seed_all(0)
torch.manual_seed(0)

kinds = torch.cuda.is_available(), torch.backends.mps.is_available(), torch.xpu.is_available()
print(kinds, torch.accelerator.is_available(), torch.accelerator.current_accelerator())
print(torch.cuda.device_count(), torch.cuda.memory_allocated(), torch.cuda.empty_cache())
print(torch.version.cuda, torch.backends.cudnn.is_available(), torch.backends.cudnn.version())
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print(device, type(device), type(torch.ones(1)), type(torch.ones(1).shape), type(torch.int8))

for ask in (torch.cuda.synchronize, torch.accelerator.synchronize, torch.cuda.current_device):
    try:
        ask()
    except (AssertionError, RuntimeError) as error:
        print(type(error).__name__, str(error).splitlines()[0])

model = nn.DataParallel(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))).to(device)
print(model, list(model.state_dict()), sep="\n")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    scaler = torch.amp.GradScaler()
    block = torch.autocast("cuda", dtype=torch.float16)
print([str(each.message) for each in caught])

x, y = torch.rand(16, 4), torch.randint(2, (16,))
for step in range(3):
    optimizer.zero_grad(set_to_none=True)
    with block:
        loss = nn.functional.cross_entropy(model(x), y)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    print(step, f"{loss.item():.4f} {norm.item():.4f}", loss.dtype, scaler.get_scale())
print(scaler.state_dict(), scaler.is_enabled(), torch.is_grad_enabled())


@torch.autocast("cpu", enabled=False)
def predict(x):
    return model.module(x).argmax(1)


print(predict(x[:5]), predict.__name__)
