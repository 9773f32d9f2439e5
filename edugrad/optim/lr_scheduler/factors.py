"""Schedules that multiply the learning rate: by a function, at steps, along a curve."""

from __future__ import annotations

import types
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from ...errors import teach
from ..optimizer import Optimizer
from .base import LRScheduler, values


class _ByFunction(LRScheduler):
    """A schedule that is given by functions of the epoch, one for each group."""

    lr_lambdas: list[Callable[[int], float]]

    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        count = len(optimizer.param_groups)
        given = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * count
        if len(given) != count:
            raise ValueError(
                teach(
                    f"Expected {count} lr_lambdas, but got {len(given)}",
                    got=f"{len(given)} functions for {count} groups",
                    mend="give one function for each group, or a single one for all",
                )
            )
        self.lr_lambdas = given
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on; functions are left out, of callable objects the state."""
        state = super().state_dict()
        state["lr_lambdas"] = [
            None if isinstance(each, types.FunctionType) else each.__dict__.copy()
            for each in self.lr_lambdas
        ]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state that ``state_dict`` gave; the functions stay."""
        rest = {key: value for key, value in state_dict.items() if key != "lr_lambdas"}
        super().load_state_dict(rest)
        for function, state in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if state is not None:
                function.__dict__.update(state)


class LambdaLR(_ByFunction):
    r"""The first learning rate times a function of the epoch, :math:`\eta_t = \eta_0\, f(t)`.

    Parameters
    ----------
    optimizer : Optimizer
    lr_lambda : function or list of functions
        f, one for all groups or one for each.
    last_epoch : int

    Examples
    --------
    >>> import edugrad
    >>> optimizer = edugrad.optim.SGD([edugrad.ones(1, requires_grad=True)], lr=1.0)
    >>> schedule = LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [0.5]

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.LambdaLR``.
    """

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        pairs = zip(self.lr_lambdas, self.base_lrs, strict=True)
        return [base * function(self.last_epoch) for function, base in pairs]


class MultiplicativeLR(_ByFunction):
    r"""Each learning rate is the last times a function, :math:`\eta_t = \eta_{t-1}\, f(t)`.

    The parameters are :class:`LambdaLR`'s. PyTorch: ``torch.optim.lr_scheduler.MultiplicativeLR``.
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        for each in lr_lambda if isinstance(lr_lambda, (list, tuple)) else [lr_lambda]:
            if not callable(each):
                raise TypeError(
                    teach(
                        f"lr_lambda should be a function, but got {type(each).__name__}",
                        got=repr(each),
                        mend="write e.g. lambda epoch: 0.95",
                    )
                )
        super().__init__(optimizer, lr_lambda, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        if self._is_initial:
            return values(self.optimizer)
        pairs = zip(self.lr_lambdas, self.optimizer.param_groups, strict=True)
        return [group["lr"] * function(self.last_epoch) for function, group in pairs]


class StepLR(LRScheduler):
    r"""A factor every so many epochs, :math:`\eta_t = \eta_0\, \gamma^{\lfloor t / k \rfloor}`.

    Parameters
    ----------
    optimizer : Optimizer
    step_size : int
        k, the epochs between two changes.
    gamma : float
        γ.
    last_epoch : int

    Examples
    --------
    >>> import edugrad
    >>> optimizer = edugrad.optim.SGD([edugrad.ones(1, requires_grad=True)], lr=1.0)
    >>> schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     optimizer.step()
    ...     schedule.step()
    >>> [round(rate, 3) for rate in rates]
    [1.0, 1.0, 0.5, 0.5, 0.25]

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.StepLR``.
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        if self.last_epoch == 0 or self.last_epoch % self.step_size:
            return values(self.optimizer)
        return self._scaled(self.gamma)

    def _get_closed_form_lr(self) -> list[Any]:
        factor = self.gamma ** (self.last_epoch // self.step_size)
        return [base * factor for base in self.base_lrs]


class MultiStepLR(LRScheduler):
    r"""A factor γ at each of the given epochs.

    Parameters
    ----------
    optimizer : Optimizer
    milestones : iterable of int
        The epochs, in rising order; one that is given twice counts twice.
    gamma : float
    last_epoch : int

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.MultiStepLR``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        times = self.milestones[self.last_epoch]
        return self._scaled(self.gamma**times) if times else values(self.optimizer)

    def _get_closed_form_lr(self) -> list[Any]:
        passed = bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return [base * self.gamma**passed for base in self.base_lrs]


class ConstantLR(LRScheduler):
    r"""A constant factor until an epoch, then none.

    Parameters
    ----------
    optimizer : Optimizer
    factor : float
        From 0 to 1.
    total_iters : int
        The epoch from which on the learning rate is whole.
    last_epoch : int

    Raises
    ------
    ValueError
        If the factor is not between 0 and 1.

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.ConstantLR``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 <= factor <= 1.0:
            raise ValueError(
                teach(
                    "Constant multiplicative factor expected to be between 0 and 1.",
                    got=f"factor={factor}",
                    mend="the factor makes the first epochs' learning rate smaller",
                )
            )
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        if self.last_epoch == 0:
            return self._scaled(self.factor)
        if self.last_epoch == self.total_iters:
            return self._scaled(1.0 / self.factor)
        return values(self.optimizer)

    def _get_closed_form_lr(self) -> list[Any]:
        factor = self.factor if self.last_epoch < self.total_iters else 1.0
        return [base * factor for base in self.base_lrs]


class LinearLR(LRScheduler):
    r"""A factor that goes in a straight line from one value to another; often to warm up.

    .. math::

        \eta_t = \eta_0 \left(f_0 + (f_1 - f_0) \frac{\min(t, T)}{T}\right)

    Parameters
    ----------
    optimizer : Optimizer
    start_factor, end_factor : float
        f₀ and f₁, from 0 (the start: above 0) to 1.
    total_iters : int
        T, the epoch at which f₁ is reached.
    last_epoch : int

    Raises
    ------
    ValueError
        If a factor is out of range.

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.LinearLR``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1.0:
            raise ValueError(
                teach(
                    "Starting multiplicative factor expected to be greater than 0 and less or "
                    "equal to 1.",
                    got=f"start_factor={start_factor}",
                    mend="the optimizer's learning rate is the largest; begin e.g. with 0.1",
                )
            )
        if not 0 <= end_factor <= 1.0:
            raise ValueError(
                teach(
                    "Ending multiplicative factor expected to be between 0 and 1.",
                    got=f"end_factor={end_factor}",
                    mend="the optimizer's learning rate is the largest; end e.g. with 1.0",
                )
            )
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        if self.last_epoch == 0:
            return self._scaled(self.start_factor)
        if self._is_initial or self.last_epoch > self.total_iters:
            return values(self.optimizer)
        rise = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return self._scaled(1.0 + rise / before)

    def _get_closed_form_lr(self) -> list[Any]:
        share = min(self.total_iters, self.last_epoch) / self.total_iters
        factor = self.start_factor + (self.end_factor - self.start_factor) * share
        return [base * factor for base in self.base_lrs]


class ExponentialLR(LRScheduler):
    r"""A factor every epoch, :math:`\eta_t = \eta_0\, \gamma^t`.

    Parameters
    ----------
    optimizer : Optimizer
    gamma : float
    last_epoch : int

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.ExponentialLR``.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        return values(self.optimizer) if self._is_initial else self._scaled(self.gamma)

    def _get_closed_form_lr(self) -> list[Any]:
        return [base * self.gamma**self.last_epoch for base in self.base_lrs]


class PolynomialLR(LRScheduler):
    r"""Down to zero along a power, :math:`\eta_t = \eta_0 (1 - \min(t, T) / T)^p`.

    Parameters
    ----------
    optimizer : Optimizer
    total_iters : int
        T, the epoch at which zero is reached.
    power : float
        p; 1 is a straight line.
    last_epoch : int

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.PolynomialLR``.
    """

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``."""
        self._warn_outside_step()
        if self._is_initial or self.last_epoch > self.total_iters:
            return values(self.optimizer)
        left = 1.0 - self.last_epoch / self.total_iters
        left_before = 1.0 - (self.last_epoch - 1) / self.total_iters
        return self._scaled((left / left_before) ** self.power)

    def _get_closed_form_lr(self) -> list[Any]:
        left = 1.0 - min(self.total_iters, self.last_epoch) / self.total_iters
        return [base * left**self.power for base in self.base_lrs]
