"""``edugrad.summary`` beside torchinfo: the same models, the same totals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .modules import evaluate
from .semantics import check

MODELS = {
    "Sequential(Flatten(), Linear(784, 512), ReLU(), Linear(512, 10))": (64, 28, 28),
    "Sequential(Conv2d(1, 8, 3), BatchNorm2d(8), ReLU(), MaxPool2d(2), Conv2d(8, 16, 3, bias=False,"
    " groups=2), AdaptiveAvgPool2d(1), Flatten(), Dropout(), Linear(16, 10))": (4, 1, 28, 28),
    "Sequential(*[Linear(5, 5)] * 3)": (2, 5),
    "Sequential(Conv1d(3, 6, 5, padding=2), GroupNorm(2, 6), ConvTranspose1d(6, 2, 3))": (2, 3, 20),
    "Sequential(ConvTranspose2d(3, 6, 3, groups=3), InstanceNorm2d(6, affine=True))": (2, 3, 8, 8),
    "LSTM(5, 7, 2, batch_first=True)": (2, 6, 5),
    "GRU(5, 7, bidirectional=True, batch_first=True)": (2, 6, 5),
    "Sequential(Linear(4, 3), LayerNorm(3), PReLU())": (6, 4),
}
TOTALS = (
    "total_params",
    "trainable_params",
    "total_mult_adds",
    "total_output_bytes",
    "total_param_bytes",
)


@check
def summaries(edugrad: Any, torch: Any) -> Iterator[str]:
    import torchinfo

    for text, size in MODELS.items():
        ours = edugrad.summary(evaluate(edugrad, text, 0), size, verbose=False)
        model = evaluate(torch, text, 0)
        theirs = torchinfo.summary(model, input_size=size, verbose=0, device="cpu")
        for total in TOTALS:
            mine, other = getattr(ours, total), getattr(theirs, total)
            if mine != other:
                yield f"{text}: {total} {mine} here, {other} in torchinfo"
