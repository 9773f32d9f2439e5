"""Small data and models that the tests train."""

from __future__ import annotations

from typing import Any

import edugrad
from edugrad import nn, optim
from edugrad.training import LightningModule, Trainer
from edugrad.utils.data import DataLoader, TensorDataset


def points(count: int = 50) -> tuple[edugrad.Tensor, edugrad.Tensor]:
    """Points of the plane, labelled by which coordinate is larger."""
    generator = edugrad.Generator().manual_seed(7)
    x = edugrad.randn(count, 2, generator=generator)
    return x, (x[:, 0] > x[:, 1]).long()


def loader(count: int = 50, batch_size: int = 8, shuffle: bool = True) -> DataLoader[Any]:
    return DataLoader(TensorDataset(*points(count)), batch_size=batch_size, shuffle=shuffle)


def network(seed: int = 0, dropout: float = 0.0) -> nn.Module:
    edugrad.manual_seed(seed)
    layers = [nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2)]
    if dropout:
        layers.insert(2, Drop(dropout))
    return nn.Sequential(*layers)


class Drop(nn.Module):
    """Dropout, which draws random numbers in every step."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Any) -> Any:
        return nn.functional.dropout(x, self.p, self.training)


def trainer(model: nn.Module, lr: float = 0.1, **options: Any) -> Trainer:
    """A quiet trainer with SGD and momentum."""
    given = {
        "loss": nn.functional.cross_entropy,
        "optimizer": optim.SGD(model.parameters(), lr=lr, momentum=0.9),
        "enable_progress_bar": False,
        "accelerator": "cpu",
    }
    return Trainer(**{**given, **options})


def weights(model: nn.Module) -> list[list[Any]]:
    """All numbers of a model, to be compared bit by bit."""
    return [tensor.detach().numpy().ravel().tolist() for tensor in model.state_dict().values()]


class Classifier(LightningModule):
    """A network that says itself how it is trained."""

    def __init__(self, lr: float = 0.1, width: int = 8, dropout: float = 0.0) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layers = network(dropout=dropout)

    def forward(self, x: Any) -> Any:
        return self.layers(x)

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        x, y = batch
        loss = nn.functional.cross_entropy(self(x), y)
        self.log("train_loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        x, y = batch
        self.log("val_loss", nn.functional.cross_entropy(self(x), y))

    def test_step(self, batch: Any, batch_idx: int) -> None:
        x, y = batch
        self.log("test_accuracy", (self(x).argmax(1) == y).float().mean())

    def configure_optimizers(self) -> Any:
        return optim.SGD(self.parameters(), lr=self.hparams.lr, momentum=0.9)
