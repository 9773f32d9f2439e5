"""Write the files that the tests read: ``.parity/bin/python tests/serialization/data/make.py``."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import torch

HERE = Path(__file__).parent


def main() -> None:
    torch.manual_seed(0)
    base = torch.arange(12.0).reshape(3, 4)
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.5)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    checkpoint = {
        "epoch": 3,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "losses": [0.5, float("inf")],
        "names": ("a", None, True),
        "set": {1, 2},
        "size": base.shape,
        "dtype": torch.float16,
        "device": torch.device("cpu"),
    }
    tensors = OrderedDict(
        base=base,
        row=base[1],
        transposed=base.t(),
        every_second=base[:, ::2],
        expanded=torch.ones(1, 2).expand(3, 2),
        empty=torch.zeros(0, 3),
        number=torch.tensor(7),
        parameter=torch.nn.Parameter(torch.ones(2)),
        learnt=torch.ones(2, requires_grad=True),
        bfloat16=torch.tensor([1.0, -2.5, 3.140625], dtype=torch.bfloat16),
    )
    for name in ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float64"):
        tensors[name] = torch.tensor([0, 1, 100]).to(getattr(torch, name))
    torch.save(checkpoint, HERE / "checkpoint.pt")
    torch.save(tensors, HERE / "tensors.pt")
    torch.save(base, HERE / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(model, HERE / "model.pt")


if __name__ == "__main__":
    main()
