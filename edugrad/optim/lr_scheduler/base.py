"""LRScheduler: what all schedules of learning rates share.

A schedule is a method ``get_lr``. Most give the next learning rate from the last one (the chainable
form), so that several can act on one optimizer; where a formula gives it from the epoch alone,
``_get_closed_form_lr`` is that formula.
"""

from __future__ import annotations

import warnings
from typing import Any

from ...errors import teach
from ...tensor import Tensor
from ..optimizer import Optimizer

ORDER_WARNING = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. Call them the other way "
    "round, first `optimizer.step()`, then `lr_scheduler.step()`: otherwise the first value of the "
    "schedule is skipped."
)
OVERRIDDEN_WARNING = (
    "Seems like `optimizer.step()` has been overridden after learning rate scheduler "
    "initialization. Please make sure to call `optimizer.step()` before `lr_scheduler.step()`."
)
EPOCH_WARNING = (
    "The epoch parameter in `scheduler.step()` is deprecated: call `scheduler.step()`. With an "
    "epoch, the closed form of the schedule is used where there is one."
)
GET_LR_WARNING = (
    "To get the last learning rate computed by the scheduler, please use `get_last_lr()`."
)


def check_optimizer(optimizer: Any) -> None:
    """Refuse what is not an optimizer."""
    if not isinstance(optimizer, Optimizer):
        name = type(optimizer).__name__
        raise TypeError(
            teach(
                f"{name} is not an Optimizer",
                got=name,
                mend="pass the optimizer first: StepLR(optimizer, …)",
            )
        )


def set_value(group: dict[str, Any], key: str, value: Any) -> None:
    """Set an option of a group; a tensor stays the same tensor."""
    if isinstance(group[key], Tensor):
        group[key].fill_(float(value))
    else:
        group[key] = value


def values(optimizer: Optimizer, key: str = "lr") -> list[Any]:
    """An option of every group; of tensors, copies."""
    found = [group[key] for group in optimizer.param_groups]
    return [value.clone() if isinstance(value, Tensor) else value for value in found]


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """A value for every group, given as one for all or as a list."""
    count = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * count
    if len(value) != count:
        raise ValueError(
            teach(
                f"{name} must have the same length as optimizer.param_groups. {name} has "
                f"{len(value)} values, param_groups has {count}.",
                got=f"{name}={value!r}",
                mend="give one value for each group, or a single number for all",
            )
        )
    return list(value)


class LRScheduler:
    """Base of all schedules. One of your own derives from it and defines ``get_lr``.

    Making a schedule sets the optimizer's learning rates to its first values.

    Parameters
    ----------
    optimizer : Optimizer
    last_epoch : int
        -1 begins at the start; otherwise the epoch to go on from, with an optimizer whose groups
        have ``"initial_lr"`` (as a loaded state gives it).

    Attributes
    ----------
    last_epoch : int
        How often ``step`` was called.
    base_lrs : list
        The learning rates before any schedule.

    Raises
    ------
    TypeError
        If ``optimizer`` is none.
    KeyError
        If ``last_epoch`` is given and a group has no ``"initial_lr"``.

    Examples
    --------
    >>> import edugrad
    >>> class Halving(LRScheduler):
    ...     def get_lr(self):
    ...         return [base / 2**self.last_epoch for base in self.base_lrs]
    >>> optimizer = edugrad.optim.SGD([edugrad.ones(1, requires_grad=True)], lr=0.8)
    >>> schedule = Halving(optimizer)
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     schedule.step()
    >>> schedule.get_last_lr()
    [0.1]

    Notes
    -----
    PyTorch: ``torch.optim.lr_scheduler.LRScheduler``.
    """

    _get_lr_called_within_step = False
    _is_initial = False
    _last_lr: list[Any]

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                lr = group["lr"]
                group.setdefault("initial_lr", lr.clone() if isinstance(lr, Tensor) else lr)
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{number}] when resuming "
                    f"scheduler with last_epoch >= 0 (it is {last_epoch}): load the state_dict of "
                    "the optimizer first, or leave last_epoch away to begin anew"
                )
        self.base_lrs = values(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``, one for each group; ``step`` calls it."""
        raise NotImplementedError(
            teach(
                f"{type(self).__name__} does not say what its learning rates are",
                got="no method get_lr",
                mend="define get_lr(self), which returns one learning rate for each group",
            )
        )

    def get_last_lr(self) -> list[Any]:
        """The learning rates that ``step`` set last, one for each group."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Set the learning rates of the next epoch; call it after ``optimizer.step()``."""
        if self._step_count == 1:
            self._check_order()
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _check_order(self) -> None:
        if not hasattr(self.optimizer.step, "calls_hooks"):
            warnings.warn(OVERRIDDEN_WARNING, UserWarning, stacklevel=3)
        elif not self.optimizer._opt_called:
            warnings.warn(ORDER_WARNING, UserWarning, stacklevel=3)

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed = None if epoch is None else getattr(self, "_get_closed_form_lr", None)
        self._set(self._ask() if closed is None else closed())

    def _ask(self) -> list[Any]:
        """What ``get_lr`` says, without its warning."""
        self._get_lr_called_within_step = True
        try:
            return self.get_lr()
        finally:
            self._get_lr_called_within_step = False

    def _set(self, rates: list[Any]) -> None:
        for group, lr in zip(self.optimizer.param_groups, rates, strict=True):
            set_value(group, "lr", lr)
        self._last_lr = values(self.optimizer)

    def _warn_outside_step(self) -> None:
        if not self._get_lr_called_within_step:
            warnings.warn(GET_LR_WARNING, UserWarning, stacklevel=3)

    def _scaled(self, factor: float) -> list[Any]:
        """The learning rates of now, multiplied."""
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on, but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state that ``state_dict`` gave."""
        self.__dict__.update(state_dict)
