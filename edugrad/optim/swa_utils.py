"""Averages of a model over its training: stochastic weight averaging, and moving averages.

Source: Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from .. import dtypes
from ..autograd.grad_mode import no_grad
from ..creation import tensor
from ..errors import teach
from ..nn.batch_norm import _BatchNorm
from ..nn.module import Module
from ..tensor import Tensor
from .lr_scheduler import LRScheduler
from .optimizer import Optimizer

__all__ = [
    "AveragedModel",
    "SWALR",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Average = Callable[[Any, Any, Any], Any]


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The rule of the exponential moving average: keep the share ``decay`` of the average.

    Raises
    ------
    ValueError
        If ``decay`` is not between 0 and 1.
    """
    if not 0 <= decay <= 1:
        raise ValueError(
            teach(
                f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.",
                got=f"decay={decay}",
                mend="0.999 keeps most of the average at each step",
            )
        )

    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return ema_param * decay + current_param * (1 - decay)

    return ema_update


def get_swa_avg_fn() -> Average:
    """The rule of the equal average of all models so far."""

    def swa_update(averaged_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def _of_lists(rule: Average) -> Average:
    def update(averages: list[Tensor], current: list[Tensor], num_averaged: Any) -> None:
        for average, value in zip(averages, current, strict=True):
            average.copy_(rule(average, value, num_averaged))

    return update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Average:
    """:func:`get_ema_avg_fn` for lists of tensors, in place."""
    return _of_lists(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn() -> Average:
    """:func:`get_swa_avg_fn` for lists of tensors, in place."""
    return _of_lists(get_swa_avg_fn())


class AveragedModel(Module):
    """A copy of a model, whose parameters are averages of the model's over its training.

    Parameters
    ----------
    model : Module
    device : optional
        Where the copy lives.
    avg_fn : callable, optional
        ``avg_fn(average, current, number)`` gives the new average; by default the equal one.
    multi_avg_fn : callable, optional
        The same for lists of tensors, in place.
    use_buffers : bool
        Whether buffers are averaged too, or taken over as they are.

    Examples
    --------
    >>> import edugrad
    >>> model = edugrad.nn.Linear(1, 1)
    >>> averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    >>> averaged.update_parameters(model)
    >>> int(averaged.n_averaged)
    1

    Notes
    -----
    PyTorch: ``torch.optim.swa_utils.AveragedModel``.
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: Average | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError(
                teach(
                    "Only one of avg_fn and multi_avg_fn should be provided",
                    got="both",
                    mend="give the one that suits",
                )
            )
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=dtypes.int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def _averaged(self, model: Module) -> list[Tensor]:
        buffers = list(model.buffers()) if self.use_buffers else []
        return [each.detach() for each in (*model.parameters(), *buffers)]

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Take the model's parameters into the average."""
        averages, current = self._averaged(self.module), self._averaged(model)
        current = [each.to(average.device) for each, average in zip(current, averages, strict=True)]
        if not int(self.n_averaged):
            for average, value in zip(averages, current, strict=True):
                average.copy_(value)
        elif self.multi_avg_fn is not None:
            self.multi_avg_fn(averages, current, self.n_averaged)
        else:
            _of_lists(self.avg_fn or get_swa_avg_fn())(averages, current, self.n_averaged)
        if not self.use_buffers:
            for mine, other in zip(self.module.buffers(), model.buffers(), strict=True):
                mine.detach().copy_(other.detach())
        self.n_averaged += 1


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the statistics of a model's batch normalisations anew, from all of the data.

    A batch that is a list or tuple counts with its first element. PyTorch:
    ``torch.optim.swa_utils.update_bn``.
    """
    layers = [each for each in model.modules() if isinstance(each, _BatchNorm)]
    if not layers:
        return
    kept = [layer.momentum for layer in layers]
    training = model.training
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None
    model.train()
    for batch in loader:
        given = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(given if device is None else given.to(device))
    for layer, momentum in zip(layers, kept, strict=True):
        layer.momentum = momentum
    model.train(training)


class SWALR(LRScheduler):
    r"""Learning rates that go to ``swa_lr`` in so many epochs, and stay there.

    .. math:: \eta = (1 - \alpha)\, \eta_0 + \alpha\, \eta_\text{swa}

    Parameters
    ----------
    optimizer : Optimizer
    swa_lr : float or list of float
        For all groups, or for each.
    anneal_epochs : int
    anneal_strategy : {"cos", "linear"}
        How :math:`\alpha` grows from 0 to 1.
    last_epoch : int

    Notes
    -----
    PyTorch: ``torch.optim.swa_utils.SWALR``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        groups = optimizer.param_groups
        rates = list(swa_lr) if isinstance(swa_lr, (list, tuple)) else [swa_lr] * len(groups)
        for rate, group in zip(rates, groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                teach(
                    "anneal_strategy must by one of 'cos' or 'linear', instead got "
                    f"{anneal_strategy}",
                    got=repr(anneal_strategy),
                    mend="'cos' begins and ends gently",
                )
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(
                teach(
                    f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}",
                    got=f"anneal_epochs={anneal_epochs}",
                    mend="give the number of epochs",
                )
            )
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, epoch: int) -> float:
        way = min(1.0, max(0.0, epoch / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * way)) / 2 if self._anneal_strategy == "cos" else way

    def get_lr(self) -> list[Any]:
        """The rates of this epoch, worked out from those of the one before."""
        epoch = self._step_count - 1
        if self.anneal_epochs == 0:
            epoch = max(1, epoch)
        before, now = self._share(epoch - 1), self._share(epoch)
        rates = []
        for group in self.optimizer.param_groups:
            target = group["swa_lr"]
            first = target if before == 1 else (group["lr"] - before * target) / (1 - before)
            rates.append(target * now + first * (1 - now))
        return rates
