"""Adagrad: steps that shrink as gradients add up, for each parameter on its own."""

from __future__ import annotations

from typing import Any

from .. import creation
from ..tensor import Tensor
from . import checks
from .optimizer import Group, Optimizer, State


class Adagrad(Optimizer):
    r"""Gradients divided by the root of the sum of all their squares so far.

    .. math::

        g_t &= \nabla L(\theta_{t-1}) + \lambda\, \theta_{t-1} \\
        s_t &= s_{t-1} + g_t^2 \\
        \theta_t &= \theta_{t-1}
            - \frac{\eta}{1 + (t - 1)\, \delta}\, \frac{g_t}{\sqrt{s_t} + \epsilon}

    Parameters
    ----------
    params : iterable
        Tensors, ``(name, tensor)`` pairs, or dicts that describe groups.
    lr : float or Tensor
        Learning rate η.
    lr_decay : float
        δ, how fast the learning rate decays.
    weight_decay : float
        λ, the strength of the L2 penalty.
    initial_accumulator_value : float
        What the sums of squares begin at.
    eps : float
        ε, which keeps the denominator from being zero.
    maximize : bool
        Climb instead of descending.
    foreach, fused
        Accepted for PyTorch's sake; without effect.

    Raises
    ------
    ValueError
        If a value is negative.
    NotImplementedError
        For ``differentiable=True``.

    Examples
    --------
    >>> import edugrad
    >>> w = edugrad.tensor([4.0], requires_grad=True)
    >>> optimizer = Adagrad([w], lr=0.5)
    >>> for _ in range(2):
    ...     w.grad = edugrad.ones(1)
    ...     optimizer.step()
    >>> w
    tensor([3.1464], requires_grad=True)

    Notes
    -----
    Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization", JMLR 12, 2011. PyTorch: ``torch.optim.Adagrad``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        checks.learning_rate(lr)
        checks.not_negative(
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)
        for group in self.param_groups:
            for parameter in group["params"]:
                self.state[parameter] = self.init_single(parameter, group)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """The sum of squares begins at ``initial_accumulator_value``."""
        start = self.defaults["initial_accumulator_value"]
        return {"step": checks.counter(), "sum": creation.full_like(parameter, start)}

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp, step = parameter.device.xp, checks.advance(state)
        size = float(group["lr"]) / (1 + (step - 1) * group["lr_decay"])
        for g, p, s, t in self.blocks(parameter, group, state["sum"], scratch=1):
            xp.multiply(g, g, out=t)
            xp.add(s, t, out=s)
            xp.sqrt(s, out=t)
            xp.add(t, group["eps"], out=t)
            xp.divide(g, t, out=t)
            xp.multiply(t, size, out=t)
            xp.subtract(p, t, out=p)
