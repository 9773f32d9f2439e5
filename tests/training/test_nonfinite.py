"""A loss that is nan or infinite ends the run, and the operation that made it is named."""

from __future__ import annotations

import math
from typing import Any

import pytest

import edugrad
from edugrad import nn
from edugrad.training import LightningModule, Trainer
from tests.training.examples import loader, network, points, trainer, weights


class Step(LightningModule):
    """A module whose loss goes through a function of its output."""

    def __init__(self, function: Any, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = network(dropout=dropout)
        self.function = function

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        x, _ = batch
        return self.function(self.layers(x)).mean()

    def configure_optimizers(self) -> Any:
        return edugrad.optim.SGD(self.parameters(), lr=0.1)


def stop(model: nn.Module) -> str:
    before = weights(model)
    run = Trainer(enable_progress_bar=False)
    with pytest.raises(FloatingPointError) as found:
        run.fit(model, loader())
    assert weights(model) == before
    return str(found.value)


def test_the_operation_and_the_line_are_named():
    def through_log(output: Any) -> Any:
        shifted = output - 100
        return shifted.log() * 2

    text = stop(Step(through_log))
    assert "the loss became nan in epoch 0, batch 0, step 0" in text
    assert "nan made by log, at line" in text
    assert "of test_nonfinite.py: return shifted.log() * 2" in text


def test_an_infinity_that_became_nan_is_followed_back():
    text = stop(Step(lambda output: (output * 0 + 1000).exp() - (output * 0 + 1000).exp()))
    assert "nan made by sub, at line" in text
    assert "the inf made by exp, at line" in text


def test_infinity():
    text = stop(Step(lambda output: 1 / (output * 0)))
    assert "the loss became inf" in text or "the loss became nan" in text
    assert "inf made by" in text


def test_masks_of_minus_infinity_are_not_blamed():
    def masked(output: Any) -> Any:
        scores = output.masked_fill(output > 1e9, -math.inf).softmax(1)
        hidden = output.masked_fill(edugrad.tensor([[True, False]]), -math.inf).softmax(1)
        return (scores + hidden) * output.sum().mul(0).sub(1).sqrt()

    assert "nan made by sqrt" in stop(Step(masked))


def test_a_gradient_of_a_finite_loss():
    text = stop(Step(lambda output: (output * 0).sqrt()))
    assert "the gradient of layers.2.weight became" in text or "the gradient of layers.0" in text
    assert "made by the derivative of" in text
    assert "(output * 0).sqrt()" in text


def test_the_step_is_run_again_with_the_same_random_numbers():
    """Few numbers are dropped: only the same draw gives the nan again."""

    def unlucky(output: Any) -> Any:
        kept = nn.functional.dropout(edugrad.ones(60), 0.003)
        return (output + (kept.min() - 0.5).sqrt()).abs()

    model = Step(unlucky)
    edugrad.manual_seed(2)
    run = Trainer(enable_progress_bar=False, max_epochs=20)
    with pytest.raises(FloatingPointError, match="nan made by sqrt"):
        run.fit(model, loader())
    assert run.global_step > 0
    assert all(math.isfinite(value) for values in weights(model) for value in values)


def test_nan_in_the_data_or_the_parameters():
    x, y = points(20)
    x[3, 1] = math.nan
    model = network()
    with pytest.raises(FloatingPointError, match=r"nan in the data: batch\[0\]"):
        trainer(model).fit(model, x, y)
    model = network()
    with edugrad.no_grad():
        model[2].bias[0] = math.inf
    with pytest.raises(FloatingPointError, match=r"inf in the parameter 2\.bias, from before"):
        trainer(model).fit(model, loader())


def test_it_can_be_switched_off():
    model = Step(lambda output: (output - 100).log())
    run = Trainer(enable_progress_bar=False, stop_on_nonfinite=False)
    assert math.isnan(run.fit(model, loader())["loss"][0])


def test_on_the_stand_in_for_a_gpu(gpu: Any):
    model = Step(lambda output: (output - 100).log())
    run = Trainer(enable_progress_bar=False, accelerator="gpu")
    with pytest.raises(FloatingPointError, match="nan made by log"):
        run.fit(model, loader())
