"""A schedule that watches a loss or a score."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ...errors import teach
from ..optimizer import Optimizer
from .base import EPOCH_WARNING, LRScheduler, check_optimizer, set_value, values


class ReduceLROnPlateau(LRScheduler):
    """Make the learning rate smaller when a measured value stops getting better.

    Parameters
    ----------
    optimizer : Optimizer
    mode : "min" or "max"
        Whether smaller is better (a loss) or larger (a score).
    factor : float
        What the learning rate is multiplied by; below 1.
    patience : int
        How many epochs without an improvement are accepted.
    threshold : float
        How much better counts as better.
    threshold_mode : "rel" or "abs"
        Whether the threshold is a share of the best value, or a difference to it.
    cooldown : int
        Epochs after a change in which nothing is counted.
    min_lr : float or list
        Where it ends, for all groups or for each.
    eps : float
        Smaller changes are not made.

    Raises
    ------
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> import edugrad
    >>> optimizer = edugrad.optim.SGD([edugrad.ones(1, requires_grad=True)], lr=1.0)
    >>> schedule = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in (0.9, 0.8, 0.8, 0.8):
    ...     optimizer.step()
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.5]

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.ReduceLROnPlateau``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: Any = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(
                teach(
                    "Factor should be < 1.0.",
                    got=f"factor={factor}",
                    mend="e.g. factor=0.1 divides the learning rate by ten",
                )
            )
        self.factor = factor
        check_optimizer(optimizer)
        self.optimizer = optimizer
        count = len(optimizer.param_groups)
        several = isinstance(min_lr, (list, tuple))
        if several and len(min_lr) != count:
            raise ValueError(
                teach(
                    f"expected {count} min_lrs, got {len(min_lr)}",
                    got=f"min_lr={min_lr!r}",
                    mend="give one for each group, or a single number for all",
                )
            )
        self.default_min_lr = None if several else min_lr
        self.min_lrs = list(min_lr) if several else [min_lr] * count
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = values(optimizer)
        _check_choice("mode", mode, ("min", "max"))
        _check_choice("threshold mode", threshold_mode, ("rel", "abs"))
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self._reset()

    def _reset(self) -> None:
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    @property
    def in_cooldown(self) -> bool:
        """Whether the last change was a moment ago."""
        return self.cooldown_counter > 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Look at the value of this epoch, and make the learning rate smaller if it is time."""
        current = float(metrics)
        if epoch is not None:
            warnings.warn(EPOCH_WARNING, UserWarning, stacklevel=2)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = values(self.optimizer)

    def _is_better(self, value: float, best: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            bar = best * (1.0 + sign * self.threshold)
        else:
            bar = best + sign * self.threshold
        return value > bar if self.mode == "max" else value < bar

    def _reduce(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    teach(
                        f"The number of param groups in the `optimizer` ({len(groups)}) differs "
                        "from when `ReduceLROnPlateau` was initialized "
                        f"({len(self.min_lrs)}), usually due to a new param group being added to "
                        "the optimizer.",
                        got=f"min_lrs={self.min_lrs}",
                        mend="add the new group's value: scheduler.min_lrs.append(0)",
                    )
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, smallest in zip(groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, smallest)
            if old - new > self.eps:
                set_value(group, "lr", new)


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(
            teach(f"{name} {value} is unknown!", got=repr(value), mend=" or ".join(choices))
        )
