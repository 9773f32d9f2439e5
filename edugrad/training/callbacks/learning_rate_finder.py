"""LearningRateFinder: a short run with growing learning rates, to see which are any good.

Source: Smith, "Cyclical learning rates for training neural networks", 2017; smoothing and stopping
follow the practice of fastai and Lightning.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np

from ...errors import teach
from ..plotting import panels
from ..randomness import random_state, set_random_state
from .callback import Callback


class LearningRateFinder(Callback):
    """Raises the learning rate from batch to batch and notes the loss.

    ``trainer.lr_find(model, x, y)`` runs it and leaves the model as it was.

    Parameters
    ----------
    min_lr, max_lr : float
        The first and the last rate.
    num_training : int
        How many rates are tried.
    mode : {"exponential", "linear"}
        How they grow.
    early_stop_threshold : float or None
        Stop where the smoothed loss is so many times the best one.

    Attributes
    ----------
    results : dict
        "lr" and "loss", lists of one length.

    Examples
    --------
    >>> finder = LearningRateFinder(min_lr=1e-4, max_lr=1.0, num_training=5)
    >>> [round(finder.rate(k), 4) for k in range(5)]
    [0.0001, 0.001, 0.01, 0.1, 1.0]
    """

    SMOOTHING = 0.9

    def __init__(
        self,
        min_lr: float = 1e-6,
        max_lr: float = 10.0,
        num_training: int = 100,
        mode: str = "exponential",
        early_stop_threshold: float | None = 4.0,
    ) -> None:
        if not 0 < min_lr < max_lr or num_training < 2 or mode not in ("exponential", "linear"):
            raise ValueError(
                teach(
                    "learning rates grow from min_lr to max_lr, exponentially or linearly",
                    got=f"min_lr={min_lr}, max_lr={max_lr}, num_training={num_training}, {mode=}",
                    mend="LearningRateFinder(1e-6, 10.0, num_training=100)",
                )
            )
        self.min_lr, self.max_lr, self.num_training = min_lr, max_lr, num_training
        self.mode, self.early_stop_threshold = mode, early_stop_threshold
        self.results: dict[str, list[float]] = {"lr": [], "loss": []}
        self._mean, self._best = 0.0, math.inf

    def rate(self, step: int) -> float:
        """The learning rate of a step."""
        share = step / (self.num_training - 1)
        if self.mode == "linear":
            return self.min_lr + share * (self.max_lr - self.min_lr)
        return self.min_lr * (self.max_lr / self.min_lr) ** share

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """Take the learning rate out of the schedulers' hands."""
        trainer.schedules = []

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        """Set the rate."""
        rate = self.rate(min(len(self.results["lr"]), self.num_training - 1))
        for optimizer in trainer.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate

    def on_train_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Note the loss, and stop when it has exploded."""
        count = len(self.results["lr"])
        self._mean = self.SMOOTHING * self._mean + (1 - self.SMOOTHING) * float(outputs)
        loss = self._mean / (1 - self.SMOOTHING ** (count + 1))
        self.results["lr"].append(self.rate(count))
        self.results["loss"].append(float(outputs))
        self._best = min(self._best, loss)
        threshold = self.early_stop_threshold
        exploded = threshold is not None and loss > threshold * self._best
        if count + 1 >= self.num_training or not math.isfinite(loss) or exploded:
            trainer.should_stop = True

    def search(self, trainer: Any, model: Any, x: Any, y: Any, **data: Any) -> LearningRateFinder:
        """Run on a copy of the trainer's settings; model, optimizer and random state come back."""
        before, random = copy.deepcopy(model.state_dict()), random_state()
        optimizer = trainer.optimizer_given
        saved = (
            copy.deepcopy(optimizer.state_dict()) if hasattr(optimizer, "param_groups") else None
        )
        short = trainer.similar(callbacks=[self], max_epochs=-1, max_steps=self.num_training)
        try:
            short.fit(model, x, y, **data)
        finally:
            model.load_state_dict(before)
            if saved is not None:
                optimizer.load_state_dict(saved)
            for parameter in model.parameters():
                parameter.grad = None
            set_random_state(random)
        return self

    def smoothed(self) -> np.ndarray:
        """The losses, each averaged with its neighbours by Gaussian weights."""
        losses = np.array(self.results["loss"])
        places = np.arange(len(losses))
        width = max(len(losses) / 25, 1.0)
        weights = np.exp(-0.5 * ((places[:, None] - places) / width) ** 2)
        return (weights * losses).sum(1) / weights.sum(1)

    def suggestion(self) -> float:
        """The rate at which the smoothed loss falls fastest, before it is at its lowest.

        The slope is that over the logarithm of the rate.

        Raises
        ------
        RuntimeError
            If there are too few points, or the loss never falls.
        """
        rates, losses = np.array(self.results["lr"]), self.smoothed()
        stop = int(losses.argmin()) + 1 if losses.size else 0
        if stop < 3:
            raise RuntimeError(
                teach(
                    "a suggestion needs some rates at which the loss falls",
                    got=f"{len(rates)} rates, and no fall of the loss",
                    mend="a larger num_training, a smaller min_lr, or another look at the model",
                )
            )
        slopes = np.gradient(losses[:stop], np.log(rates[:stop]))
        return float(rates[slopes.argmin()])

    def plot(self, suggest: bool = True) -> Any:
        """Draw the loss over the learning rate with matplotlib; return its figure."""
        figure, (axes,) = panels(width=5, height=3.4)
        rates, losses = self.results["lr"], self.smoothed()
        axes.plot(rates, self.results["loss"], alpha=0.35)
        axes.plot(rates, losses, color=axes.lines[0].get_color())
        if suggest:
            rate = self.suggestion()
            label = f"suggestion: {rate:.2g}"
            axes.plot([rate], [losses[rates.index(rate)]], "o", color="C1", label=label)
            axes.legend(frameon=False)
        scale = "log" if self.mode == "exponential" else "linear"
        axes.set(xlabel="learning rate", ylabel="loss", xscale=scale)
        low, high = min(self.results["loss"]), float(losses[0])
        margin = 0.15 * abs(high - low) + 1e-6
        axes.set_ylim(low - margin, high + 2 * margin)
        return figure
