"""Training: the chapter's network on real digits follows PyTorch's loss curve for 100 steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edugrad.training import Callback, Trainer

from .semantics import check

STEPS = 100
TOLERANCE = 1e-4


def network(library: Any) -> Any:
    """The chapter's network, for images of 8 × 8."""
    nn = library.nn
    library.manual_seed(0)
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 512),
        nn.ReLU(),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Linear(512, 10),
    )


def loader(library: Any) -> Any:
    """scikit-learn's digits in shuffled batches of 64; the order comes from the seed."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    inputs = library.tensor((images / 16).astype(np.float32).reshape(-1, 8, 8))
    data = library.utils.data
    dataset = data.TensorDataset(inputs, library.tensor(labels))
    return data.DataLoader(dataset, batch_size=64, shuffle=True)


def losses_by_hand(library: Any) -> list[float]:
    """The loop that one writes, in either library."""
    model = network(library)
    optimizer = library.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loss_function = library.nn.CrossEntropyLoss()
    batches = loader(library)
    library.manual_seed(1)
    losses: list[float] = []
    while len(losses) < STEPS:
        for inputs, labels in batches:
            loss = loss_function(model(inputs), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses[:STEPS]


class Losses(Callback):
    """Keeps the loss of each step."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def on_train_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.values.append(outputs.item())


def losses_by_trainer(library: Any) -> list[float]:
    """The same by edugrad's Trainer."""
    model = network(library)
    losses = Losses()
    trainer = Trainer(
        loss=library.nn.CrossEntropyLoss(),
        optimizer=library.optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
        callbacks=[losses],
        max_steps=STEPS,
        enable_progress_bar=False,
    )
    batches = loader(library)
    library.manual_seed(1)
    trainer.fit(model, batches)
    return losses.values


@check
def training_on_digits(edugrad: Any, torch: Any) -> Iterator[str]:
    """Both loss curves against PyTorch's; it has fallen by the end."""
    expected = np.array(losses_by_hand(torch))
    for name, losses in (
        ("a loop by hand", losses_by_hand(edugrad)),
        ("the Trainer", losses_by_trainer(edugrad)),
    ):
        distance = np.abs(np.array(losses) - expected)
        if len(losses) != STEPS or distance.max() > TOLERANCE:
            step = int(distance.argmax())
            yield f"{name}: step {step}: {losses[step]} here, {expected[step]} in PyTorch"
    if not expected[-10:].mean() < 0.3 < expected[0]:
        yield f"PyTorch's loss fell from {expected[0]} to {expected[-1]} only"
