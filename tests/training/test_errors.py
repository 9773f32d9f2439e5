"""Mistakes that learners make, and what they are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn, optim
from edugrad.training import EarlyStopping, LightningModule, Trainer, seed_everything
from edugrad.utils.data import DataLoader, TensorDataset
from tests.training.examples import Classifier, loader, network, points, trainer


def told(error: type[Exception], call: Any) -> str:
    with pytest.raises(error) as found:
        call()
    return str(found.value)


def fit(model: Any = None, *data: Any, **options: Any) -> str:
    model = network() if model is None else model
    given = {"x": loader()} if not data else dict(zip("xy", data, strict=False))
    return trainer(network(), **{"optimizer": lambda p: optim.SGD(p, lr=0.1), **options}).fit(
        model, **given
    )


def test_models():
    class Lost(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [nn.Linear(2, 2)]

    text = told(ValueError, lambda: fit(Lost()))
    assert "Lost, which has no parameters" in text
    assert "use nn.ModuleList" in text
    text = told(TypeError, lambda: fit(Lost))
    assert "got:  a type, a class and not yet an object" in text
    text = told(TypeError, lambda: fit(lambda x: x))
    assert "a Trainer trains an nn.Module\n  got:  a function" in text


def test_loss_and_optimizer():
    assert "the Trainer needs a loss" in told(ValueError, lambda: fit(loss=None))
    assert "the Trainer needs an optimizer" in told(ValueError, lambda: fit(optimizer=None))
    other = optim.SGD(network().parameters(), lr=0.1)
    text = told(ValueError, lambda: fit(optimizer=other))
    assert "SGD of 4 others, of an earlier model" in text
    text = told(ValueError, lambda: fit(optimizer="Adan"))
    assert "there is no optimizer of this name\n  got:  'Adan'" in text
    assert "did you mean 'Adam'? They are SGD, Adam, AdamW, " in text
    assert "lr_scheduler" not in text
    text = told(ValueError, lambda: fit(loss="CrossEntropie"))
    assert "did you mean 'cross_entropy'? They are binary_cross_entropy, " in text
    reduction = nn.CrossEntropyLoss(reduction="none")
    text = told(ValueError, lambda: fit(loss=reduction))
    assert "the loss has to be one number\n  got:  a loss of shape (8,)" in text
    text = told(TypeError, lambda: fit(loss=lambda output, y: None))
    assert "the loss function has to return the loss" in text
    assert 'end it with "return loss"' in text
    mean = nn.CrossEntropyLoss()
    text = told(TypeError, lambda: fit(loss=lambda output, y: mean(output, y).item()))
    assert "got:  a float" in text
    assert "do not call item()" in text
    lbfgs = {"optimizer": optim.LBFGS, "accumulate_grad_batches": 2}
    assert "all of an update's data in one batch" in told(ValueError, lambda: fit(**lbfgs))


def test_a_training_step_without_return():
    class Forgetful(Classifier):
        def training_step(self, batch: Any, batch_idx: int) -> Any:
            super().training_step(batch, batch_idx)

    run = Trainer(enable_progress_bar=False)
    text = told(TypeError, lambda: run.fit(Forgetful(), loader()))
    assert text == (
        "training_step has to return the loss, a tensor of one number\n"
        "  got:  nothing (None)\n"
        '  mend: end it with "return loss"'
    )


def test_a_loss_that_was_cut_off():
    class Cut(Classifier):
        def training_step(self, batch: Any, batch_idx: int) -> Any:
            return super().training_step(batch, batch_idx).detach()

    run = Trainer(enable_progress_bar=False)
    text = told(RuntimeError, lambda: run.fit(Cut(), loader()))
    assert "does not require grad" in text
    assert "detach" in text


def test_shapes_of_outputs_and_targets():
    x, y = points(40)
    mse = {"loss": lambda output, target: ((output - target) ** 2).mean()}
    model = nn.Linear(2, 1)
    text = told(ValueError, lambda: fit(model, x, y.float(), **mse))
    assert "got:  output (32, 1) and targets (32,)" in text
    assert "y.reshape(-1, 1)" in text
    flat = nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
    text = told(ValueError, lambda: fit(flat, x, y.float().unsqueeze(1), **mse))
    assert "got:  output (32,) and targets (32, 1)" in text
    text = told(ValueError, lambda: fit(None, x, y.unsqueeze(1)))
    assert "one label for each sample: y.reshape(-1)" in text


def test_data():
    x, y = points(40)
    text = told(ValueError, lambda: fit(None, x, y[:39]))
    assert "x and y need the same length" in text
    assert "got:  (40, 2) and (39,)" in text
    assert "data of length 0" in told(ValueError, lambda: fit(None, x[:0], y[:0]))
    assert "there has to be training data" in told(
        ValueError, lambda: trainer(m := network()).fit(m)
    )
    assert "got:  an array of <U1" in told(TypeError, lambda: fit(None, x, np.array(["a"] * 40)))
    assert "a batch for a plain module is (input, target)" in told(ValueError, lambda: fit(None, x))
    assert "an object of type int" in told(TypeError, lambda: fit(None, 3))
    dropped = DataLoader(TensorDataset(x, y), batch_size=64, drop_last=True)
    text = told(ValueError, lambda: fit(None, dropped))
    assert "the training data has to yield at least one batch\n  got:  none" in text
    once = iter([(x, y)])
    model = network()
    text = told(ValueError, lambda: trainer(model).fit(model, once, epochs=2))
    assert "none in epoch 1: a generator can be read once only" in text
    assert "validation_split=0.2 of DataLoader" in told(
        ValueError, lambda: trainer(m := network()).fit(m, loader(), validation_split=0.2)
    )
    text = told(TypeError, lambda: trainer(m := network()).fit(m, loader(), validation_data=7))
    assert "data is arrays x and y" in text


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (
            {"callbacks": [EarlyStopping]},
            TypeError,
            r"the class EarlyStopping itself\n.*Stopping\(\)",
        ),
        ({"callbacks": [print]}, TypeError, "a builtin_function_or_method"),
        ({"logger": "tensorboard"}, TypeError, "got:  a str"),
        ({"max_epoch": 3}, TypeError, "did you mean 'max_epochs'?"),
        ({"metrics": ["acuracy"]}, ValueError, "the names are accuracy"),
        ({"metrics": [3]}, TypeError, "a metric is a name"),
        ({"accumulate_grad_batches": 0}, ValueError, "a whole number from 1 on\n.*got:  0"),
        ({"max_epochs": 2.5}, ValueError, r"a whole number; -1 is without end\n.*got:  2\.5"),
        ({"limit_train_batches": 1.5}, ValueError, "or a share of them"),
        ({"limit_val_batches": -1}, ValueError, "or a share of them"),
        ({"limit_train_batches": 0.01}, ValueError, "0.01 of 7 batches"),
        ({"max_time": "soon"}, ValueError, "DD:HH:MM:SS"),
        ({"devices": 2}, ValueError, "a Trainer runs on one device"),
        ({"precision": "16-mixed"}, ValueError, '"32-true"'),
        ({"accelerator": "tpu"}, RuntimeError, "device type at start of device string"),
        ({"gradient_clip_val": 1.0, "gradient_clip_algorithm": "l2"}, ValueError, '"norm" or by'),
    ],
)
def test_options(options: dict[str, Any], error: type[Exception], text: str):
    with pytest.raises(error, match=text):
        fit(**options)


def test_evaluation_without_a_model_or_data():
    assert "a Trainer trains an nn.Module" in told(TypeError, lambda: Trainer().validate())
    run = Trainer(enable_progress_bar=False)
    text = told(ValueError, lambda: run.test(Classifier()))
    assert "define test_dataloader in the LightningModule" in text

    class Steps(nn.Module):
        training_step = LightningModule.training_step

    with pytest.raises(NotImplementedError, match="no step for this stage"):
        run.validate(Steps(), loader())


def test_seeds():
    assert seed_everything(7) == 7
    first = edugrad.rand(1).item(), np.random.rand()  # noqa: NPY002
    seed_everything(7)
    assert first == (edugrad.rand(1).item(), np.random.rand())  # noqa: NPY002
    for wrong in (-1, 2**32, 0.5, True):
        assert "a seed is a whole number" in told(ValueError, lambda: seed_everything(wrong))  # noqa: B023
