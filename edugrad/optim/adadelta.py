"""Adadelta: steps as large as the recent ones, without a learning rate to choose."""

from __future__ import annotations

from typing import Any

from .. import creation
from ..tensor import Tensor
from . import checks
from .averages import add_square
from .optimizer import Group, Optimizer, State


class Adadelta(Optimizer):
    r"""Gradients scaled by the ratio of recent steps to recent gradients.

    .. math::

        g_t &= \nabla L(\theta_{t-1}) + \lambda\, \theta_{t-1} \\
        v_t &= \rho v_{t-1} + (1 - \rho)\, g_t^2 \\
        d_t &= \frac{\sqrt{u_{t-1} + \epsilon}}{\sqrt{v_t + \epsilon}}\, g_t \\
        u_t &= \rho u_{t-1} + (1 - \rho)\, d_t^2 \\
        \theta_t &= \theta_{t-1} - \eta\, d_t

    Parameters
    ----------
    params : iterable
        Tensors, ``(name, tensor)`` pairs, or dicts that describe groups.
    lr : float or Tensor
        η, a factor to the step; 1 in the paper.
    rho : float
        ρ, the share that the averages keep.
    eps : float
        ε, which keeps the denominator from being zero and lets the first step be made.
    weight_decay : float
        λ, the strength of the L2 penalty.
    maximize : bool
        Climb instead of descending.
    foreach
        Accepted for PyTorch's sake; without effect.

    Raises
    ------
    ValueError
        If a value is out of range.
    NotImplementedError
        For ``capturable=True`` and ``differentiable=True``.

    Examples
    --------
    >>> import edugrad
    >>> w = edugrad.tensor([4.0], dtype=edugrad.float64, requires_grad=True)
    >>> optimizer = Adadelta([w], eps=1e-2)
    >>> w.grad = edugrad.ones_like(w)
    >>> optimizer.step()
    >>> w
    tensor([3.6985], dtype=edugrad.float64, requires_grad=True)

    Notes
    -----
    Zeiler, "ADADELTA: An Adaptive Learning Rate Method", arXiv:1212.5701. PyTorch:
    ``torch.optim.Adadelta``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        checks.learning_rate(lr)
        checks.require(
            0.0 <= rho <= 1.0,
            f"Invalid rho value: {rho}",
            got=f"rho={rho}",
            mend="rho is the share of the past in an average: from 0 to 1",
        )
        checks.not_negative(eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """Both averages begin at zero."""
        return {
            "step": checks.counter(),
            "square_avg": creation.zeros_like(parameter),
            "acc_delta": creation.zeros_like(parameter),
        }

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp, lr, rho = parameter.device.xp, float(group["lr"]), float(group["rho"])
        checks.advance(state)
        averages = state["square_avg"], state["acc_delta"]
        for g, p, v, u, d, t in self.blocks(parameter, group, *averages, scratch=2):
            add_square(xp, v, g, rho, t)
            xp.add(v, group["eps"], out=t)
            xp.sqrt(t, out=t)
            xp.add(u, group["eps"], out=d)
            xp.sqrt(d, out=d)
            xp.divide(d, t, out=d)
            xp.multiply(d, g, out=d)
            add_square(xp, u, d, rho, t)
            xp.multiply(d, lr, out=d)
            xp.subtract(p, d, out=p)
