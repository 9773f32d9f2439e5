"""Schedules along half a wave of the cosine, once or again and again."""

from __future__ import annotations

import math
from typing import Any

from ...errors import teach
from ..optimizer import Optimizer
from .base import LRScheduler, values


class CosineAnnealingLR(LRScheduler):
    r"""From the first learning rate to the smallest along half a wave of the cosine.

    .. math::

        \eta_t = \eta_{min} + \frac{\eta_0 - \eta_{min}}{2}
            \left(1 + \cos\left(\pi \frac{t}{T_{max}}\right)\right)

    After :math:`T_{max}` it rises again. It is computed from the last learning rate, so that other
    schedules can act as well.

    Parameters
    ----------
    optimizer : Optimizer
    T_max : int
        The epochs from the largest to the smallest.
    eta_min : float
    last_epoch : int

    Examples
    --------
    >>> import edugrad
    >>> optimizer = edugrad.optim.SGD([edugrad.ones(1, requires_grad=True)], lr=1.0)
    >>> schedule = CosineAnnealingLR(optimizer, T_max=4)
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     optimizer.step()
    ...     schedule.step()
    >>> [round(rate, 3) for rate in rates]
    [1.0, 0.854, 0.5, 0.146, 0.0]

    Notes
    -----
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017,
    without the restarts. PyTorch: ``torch.optim.lr_scheduler.CosineAnnealingLR``.
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        epoch, period = self.last_epoch, self.T_max
        now = values(self.optimizer)
        if self._is_initial:
            return now
        if self._step_count == 1 and epoch > 0:
            return self._get_closed_form_lr()
        if (epoch - 1 - period) % (2 * period) == 0:  # the last one was the smallest
            rise = (1 - math.cos(math.pi / period)) / 2
            pairs = zip(now, self.base_lrs, strict=True)
            return [lr + (base - self.eta_min) * rise for lr, base in pairs]
        ratio = (1 + math.cos(math.pi * epoch / period)) / (
            1 + math.cos(math.pi * (epoch - 1) / period)
        )
        return [ratio * (lr - self.eta_min) + self.eta_min for lr in now]

    def _get_closed_form_lr(self) -> list[Any]:
        height = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    r"""Half waves of the cosine, one after the other, each beginning at the first learning rate.

    .. math::

        \eta_t = \eta_{min} + \frac{\eta_0 - \eta_{min}}{2}
            \left(1 + \cos\left(\pi \frac{T_{cur}}{T_i}\right)\right)

    with :math:`T_{cur}` epochs since the last restart, and :math:`T_i` between restarts.

    Parameters
    ----------
    optimizer : Optimizer
    T_0 : int
        The epochs until the first restart.
    T_mult : int
        How many times longer each wave is than the one before.
    eta_min : float
    last_epoch : int

    Raises
    ------
    ValueError
        If a value is out of range.

    Notes
    -----
    ``step`` takes fractions of epochs: ``schedule.step(epoch + batch / batches)``.

    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017.
    PyTorch: ``torch.optim.lr_scheduler.CosineAnnealingWarmRestarts``.
    """

    T_cur: float

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        _check(
            isinstance(T_0, int) and T_0 > 0, f"Expected positive integer T_0, but got {T_0}", T_0
        )
        _check(
            isinstance(T_mult, int) and T_mult >= 1,
            f"Expected integer T_mult >= 1, but got {T_mult}",
            T_mult,
        )
        _check(
            isinstance(eta_min, (int, float)),
            f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}",
            eta_min,
        )
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``T_cur`` epochs after the last restart."""
        self._warn_outside_step()
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go on by an epoch, or to an epoch that is given, which may be a fraction."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            _check(epoch >= 0, f"Expected non-negative epoch, but got {epoch}", epoch)
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        self._set(self._ask())

    def _go_to(self, epoch: float) -> None:
        """Find the wave of an epoch, and the place in it."""
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            times = self.T_mult - 1
            wave = int(math.log(epoch / self.T_0 * times + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**wave - 1) / times
            self.T_i = self.T_0 * self.T_mult**wave


def _check(holds: bool, rule: str, value: Any) -> None:
    if not holds:
        raise ValueError(
            teach(
                rule,
                got=repr(value),
                mend="T_0 and T_mult are whole numbers of epochs, at least 1; epochs count from 0",
            )
        )
