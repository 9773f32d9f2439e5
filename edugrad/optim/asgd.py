"""Averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from .. import creation
from ..tensor import Tensor
from . import checks
from .averages import move_towards
from .optimizer import Group, Optimizer, State


class ASGD(Optimizer):
    r"""Gradient descent that also keeps the average of the parameters.

    .. math::

        g_t &= \nabla L(\theta_{t-1}) + w\, \theta_{t-1} \\
        \theta_t &= (1 - \lambda \eta_t)\, \theta_{t-1} - \eta_t\, g_t, \qquad
        \eta_{t+1} = \frac{\eta}{(1 + \lambda \eta t)^{\alpha}} \\
        a_t &= a_{t-1} + \mu_t\, (\theta_t - a_{t-1}), \qquad
        \mu_{t+1} = \frac{1}{\max(1, t - t_0)}

    The average :math:`a` is ``optimizer.state[parameter]["ax"]``.

    Parameters
    ----------
    params : iterable
        Tensors, ``(name, tensor)`` pairs, or dicts that describe groups.
    lr : float or Tensor
        Learning rate η.
    lambd : float
        λ, the decay.
    alpha : float
        α, how fast the learning rate falls.
    t0 : float
        t₀, the step at which averaging begins.
    weight_decay : float
        w, the strength of the L2 penalty.
    maximize : bool
        Climb instead of descending.
    foreach
        Accepted for PyTorch's sake; without effect.

    Raises
    ------
    ValueError
        If a value is negative.
    NotImplementedError
        For ``capturable=True`` and ``differentiable=True``.

    Examples
    --------
    >>> import edugrad
    >>> w = edugrad.tensor([4.0], requires_grad=True)
    >>> optimizer = ASGD([w], lr=0.5, t0=0)
    >>> for _ in range(2):
    ...     w.grad = edugrad.ones(1)
    ...     optimizer.step()
    >>> w, optimizer.state[w]["ax"]
    (tensor([2.9996], requires_grad=True), tensor([2.9996]))

    Notes
    -----
    Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM Journal on
    Control and Optimization 30, 1992. PyTorch: ``torch.optim.ASGD``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        checks.learning_rate(lr)
        checks.not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """The first step has the learning rate itself, and its result is the average."""
        return {
            "step": checks.counter(),
            "eta": checks.counter(float(group["lr"])),
            "mu": checks.counter(1.0),
            "ax": creation.zeros_like(parameter),
        }

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp, step = parameter.device.xp, checks.advance(state)
        eta, mu = float(state["eta"]), float(state["mu"])
        lr, lambd = float(group["lr"]), group["lambd"]
        for g, p, average, t in self.blocks(parameter, group, state["ax"], scratch=1):
            xp.multiply(g, eta, out=t)
            xp.multiply(p, 1 - lambd * eta, out=p)
            xp.subtract(p, t, out=p)
            if mu == 1:
                average[...] = p
            else:
                move_towards(xp, average, p, mu, t)
        state["eta"].fill_(lr / (1 + lambd * lr * step) ** group["alpha"])
        state["mu"].fill_(1 / max(1, step - group["t0"]))
