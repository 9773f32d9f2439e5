"""Schedules that rise and fall, and move the momentum the other way round."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

from ...errors import teach
from ..optimizer import Optimizer
from .base import LRScheduler, check_optimizer, per_group, set_value


class _Cycle(LRScheduler):
    """A schedule that sets the momentum (of Adam and its kin β₁) too."""

    cycle_momentum: bool
    use_beta1: bool

    def _prepare_momentum(
        self, base: Any, largest: Any, fresh: bool
    ) -> tuple[list[Any], list[Any]]:
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            name = type(self.optimizer).__name__
            raise ValueError(
                teach(
                    "optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
                    got=f"{name}, which has neither",
                    mend="pass cycle_momentum=False",
                )
            )
        self.use_beta1 = "betas" in defaults
        bases = per_group("base_momentum", self.optimizer, base)
        tops = per_group("max_momentum", self.optimizer, largest)
        if fresh:
            for group, low, high in zip(self.optimizer.param_groups, bases, tops, strict=True):
                self._set_momentum(group, high)
                group["max_momentum"] = high
                group["base_momentum"] = low
        return bases, tops

    def _set_momentum(self, group: dict[str, Any], value: float) -> None:
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value


class OneCycleLR(_Cycle):
    r"""Up to the largest learning rate and down to almost nothing, once; a step a batch.

    Each phase goes from one value :math:`a` to the next :math:`b` along half a wave of the cosine,
    :math:`b + \frac{a - b}{2} (1 + \cos \pi s)` with the share :math:`s` of the phase, or in a
    straight line. The momentum falls while the learning rate rises.

    Parameters
    ----------
    optimizer : Optimizer
    max_lr : float or list
        The largest learning rate, for all groups or for each.
    total_steps : int, optional
        How many steps there will be; or else ``epochs`` and ``steps_per_epoch``.
    epochs, steps_per_epoch : int, optional
    pct_start : float
        The share of the steps in which the learning rate rises.
    anneal_strategy : "cos" or "linear"
    cycle_momentum : bool
        Whether the momentum is moved as well.
    base_momentum, max_momentum : float or list
        The momentum at the largest learning rate, and at both ends.
    div_factor : float
        The first learning rate is ``max_lr / div_factor``.
    final_div_factor : float
        The last is the first one divided by this.
    three_phase : bool
        Come down as slowly as up, then fall.
    last_epoch : int

    Raises
    ------
    ValueError
        If an option is out of range; or when there are more steps than announced.

    Examples
    --------
    >>> import edugrad
    >>> optimizer = edugrad.optim.SGD([edugrad.ones(1, requires_grad=True)], lr=1.0, momentum=0.9)
    >>> schedule = OneCycleLR(optimizer, max_lr=1.0, total_steps=6)
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     optimizer.step()
    ...     schedule.step()
    >>> [round(rate, 3) for rate in rates]
    [0.04, 0.994, 0.812, 0.463, 0.133]

    Notes
    -----
    Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning
    Rates", arXiv:1708.07120. PyTorch: ``torch.optim.lr_scheduler.OneCycleLR``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: Any,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: Any = 0.85,
        max_momentum: Any = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise _refuse(
                f"Expected float between 0 and 1 pct_start, but got {pct_start}",
                "e.g. 0.3: the learning rate rises in the first three tenths",
            )
        if anneal_strategy not in ("cos", "linear"):
            raise _refuse(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}",
                "leave it away for 'cos'",
            )
        self._anneal_func_type = anneal_strategy
        largest = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, largest, strict=True):
                group["initial_lr"] = lr / div_factor
                group["max_lr"] = lr
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._prepare_momentum(base_momentum, max_momentum, last_epoch == -1)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``; sets the momentum as well."""
        self._warn_outside_step()
        if self.last_epoch > self.total_steps:
            raise ValueError(
                teach(
                    f"Tried to step {self.last_epoch} times. The specified number of total steps "
                    f"is {self.total_steps}",
                    got=f"one step more than {self.total_steps}",
                    mend="call step() once a batch, and give the number of batches of all epochs "
                    "together as total_steps",
                )
            )
        phase, share = self._place()
        rates = []
        for group in self.optimizer.param_groups:
            rates.append(self._between(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._set_momentum(group, self._between(*ends, share))
        return rates

    def _place(self) -> tuple[dict[str, Any], float]:
        """The phase of ``last_epoch``, and which share of it is over."""
        start = 0.0
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if self.last_epoch <= end or phase is self._schedule_phases[-1]:
                break
            start = end
        return phase, (self.last_epoch - start) / (end - start)

    def _between(self, start: Any, end: Any, share: float) -> Any:
        if self._anneal_func_type == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def _total_steps(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    if total_steps is not None:
        return _positive("total_steps", total_steps)
    if epochs is not None and steps_per_epoch is not None:
        return _positive("epochs", epochs) * _positive("steps_per_epoch", steps_per_epoch)
    raise _refuse(
        "You must define either total_steps OR (epochs AND steps_per_epoch)",
        "e.g. epochs=10, steps_per_epoch=len(loader)",
    )


def _positive(name: str, value: Any) -> int:
    if not isinstance(value, int) or value <= 0:
        raise _refuse(f"Expected positive integer {name}, but got {value}", f"e.g. {name}=100")
    return value


def _refuse(rule: str, mend: str) -> ValueError:
    return ValueError(teach(rule, got="arguments of OneCycleLR", mend=mend))


def _phases(steps: int, rising: float, three: bool) -> list[dict[str, Any]]:
    """From which learning rate to which, until which step; the momentum goes the other way."""

    def phase(end: float, start_lr: str, end_lr: str) -> dict[str, Any]:
        momentum = {True: "base_momentum", False: "max_momentum"}
        return {
            "end_step": end,
            "start_lr": start_lr,
            "end_lr": end_lr,
            "start_momentum": momentum[start_lr == "max_lr"],
            "end_momentum": momentum[end_lr == "max_lr"],
        }

    up = phase(float(rising * steps) - 1, "initial_lr", "max_lr")
    if not three:
        return [up, phase(steps - 1, "max_lr", "min_lr")]
    down = phase(float(2 * rising * steps) - 2, "max_lr", "initial_lr")
    return [up, down, phase(steps - 1, "initial_lr", "min_lr")]


class CyclicLR(_Cycle):
    r"""Between two learning rates, up and down in straight lines; a step a batch.

    Parameters
    ----------
    optimizer : Optimizer
    base_lr, max_lr : float or list
        The smallest and the largest learning rate, for all groups or for each.
    step_size_up, step_size_down : int
        The steps of a rise and of a fall (as many, unless given).
    mode : "triangular", "triangular2" or "exp_range"
        Whether all peaks are equally high, each half as high as the last one, or scaled by
        ``gamma`` to the power of the step.
    gamma : float
    scale_fn : callable, optional
        What the height is multiplied by, in place of a mode.
    scale_mode : "cycle" or "iterations"
        Whether ``scale_fn`` is given the number of the cycle or of the step.
    cycle_momentum : bool
        Whether the momentum is moved as well, the other way round.
    base_momentum, max_momentum : float or list
    last_epoch : int

    Raises
    ------
    ValueError
        If the mode is unknown, or the optimizer has no momentum to move.

    Examples
    --------
    >>> import edugrad
    >>> optimizer = edugrad.optim.SGD([edugrad.ones(1, requires_grad=True)], lr=1.0)
    >>> schedule = CyclicLR(optimizer, 0.1, 0.5, step_size_up=2, cycle_momentum=False)
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     optimizer.step()
    ...     schedule.step()
    >>> [round(rate, 3) for rate in rates]
    [0.1, 0.3, 0.5, 0.3, 0.1]

    Notes
    -----
    Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017. PyTorch:
    ``torch.optim.lr_scheduler.CyclicLR``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: Any,
        max_lr: Any,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: Any = 0.8,
        max_momentum: Any = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        bases = per_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, bases, strict=True):
                set_value(group, "lr", lr)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up) + float(down)
        self.step_ratio = float(step_size_up) / self.total_size
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError(
                teach(
                    "mode is invalid and scale_fn is None",
                    got=f"mode={mode!r}",
                    mend="'triangular', 'triangular2' or 'exp_range'",
                )
            )
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._prepare_momentum(
                base_momentum, max_momentum, last_epoch == -1
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = bases

    def scale_fn(self, x: float) -> float:
        """What the height of a cycle, or at a step, is multiplied by."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x

    def get_lr(self) -> list[Any]:
        """The learning rates of ``last_epoch``; sets the momentum as well."""
        self._warn_outside_step()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        place = 1.0 + self.last_epoch / self.total_size - cycle
        rising = place <= self.step_ratio
        height = place / self.step_ratio if rising else (place - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            limits = zip(self.base_momentums, self.max_momentums, strict=True)
            for group, (low, high) in zip(self.optimizer.param_groups, limits, strict=True):
                self._set_momentum(group, high - (high - low) * height * scale)
        pairs = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * height * scale for low, high in pairs]

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on; a function is left out, of a callable object the state."""
        state = super().state_dict()
        own = state.pop("_scale_fn_custom")
        keeps = own is not None and not isinstance(own, types.FunctionType)
        state["_scale_fn_custom"] = own.__dict__.copy() if keeps else None
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state that ``state_dict`` gave; the function stays."""
        rest = {key: value for key, value in state_dict.items() if key != "_scale_fn_custom"}
        super().load_state_dict(rest)
        own = state_dict["_scale_fn_custom"]
        if own is not None:
            self._scale_fn_custom.__dict__.update(own)
