"""Real data: scikit-learn's handwritten digits."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from edugrad import nn, optim
from edugrad.training import Trainer, seed_everything

pytestmark = pytest.mark.slow


def test_a_small_convolutional_network_reads_digits():
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 1, 8, 8) / 16
    train, test, train_labels, test_labels = train_test_split(
        images, labels, test_size=0.25, random_state=0, stratify=labels
    )
    seed_everything(0)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 2 * 2, 10),
    )
    epochs, batch_size = 8, 64
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    steps = epochs * -(-len(train) // batch_size)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2e-2, total_steps=steps)
    trainer = Trainer(
        loss=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        lr_scheduler={"scheduler": schedule, "interval": "step"},
        metrics=["accuracy"],
        enable_progress_bar=False,
    )
    trainer.fit(model, train, train_labels, epochs=epochs, batch_size=batch_size)
    assert trainer.test(model, test, test_labels)["test_accuracy"] >= 0.98
