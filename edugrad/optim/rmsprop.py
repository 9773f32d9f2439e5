"""RMSprop: steps divided by the root of the mean square of recent gradients."""

from __future__ import annotations

from typing import Any

from .. import creation
from ..tensor import Tensor
from . import checks
from .averages import add_square, move_towards
from .optimizer import Group, Optimizer, State


class RMSprop(Optimizer):
    r"""Gradients divided by their root mean square.

    .. math::

        g_t &= \nabla L(\theta_{t-1}) + \lambda\, \theta_{t-1} \\
        v_t &= \alpha v_{t-1} + (1 - \alpha)\, g_t^2 \\
        \bar g_t &= \alpha \bar g_{t-1} + (1 - \alpha)\, g_t
            \quad\text{if centered, else } 0 \\
        b_t &= \mu\, b_{t-1} + \frac{g_t}{\sqrt{v_t - \bar g_t^2} + \epsilon} \\
        \theta_t &= \theta_{t-1} - \eta\, b_t

    Parameters
    ----------
    params : iterable
        Tensors, ``(name, tensor)`` pairs, or dicts that describe groups.
    lr : float or Tensor
        Learning rate η.
    alpha : float
        α, the share that the averages keep.
    eps : float
        ε, which keeps the denominator from being zero.
    weight_decay : float
        λ, the strength of the L2 penalty.
    momentum : float
        μ, the share of the last update that is kept.
    centered : bool
        Divide by the standard deviation instead of the root mean square.
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
    >>> w = edugrad.tensor([4.0, 0.004], requires_grad=True)
    >>> optimizer = RMSprop([w], lr=0.01)
    >>> (w**2).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([ 3.9000, -0.0960], requires_grad=True)

    Notes
    -----
    Tieleman and Hinton, "Lecture 6.5: RMSprop", Coursera 2012; centered: Graves, "Generating
    Sequences With Recurrent Neural Networks", arXiv:1308.0850. PyTorch: ``torch.optim.RMSprop``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        checks.learning_rate(lr)
        checks.not_negative(eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """The averages begin at zero, and so does the momentum."""
        state = {"step": checks.counter(), "square_avg": creation.zeros_like(parameter)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = creation.zeros_like(parameter)
        if group["centered"]:
            state["grad_avg"] = creation.zeros_like(parameter)
        return state

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp, lr, alpha = parameter.device.xp, float(group["lr"]), float(group["alpha"])
        centered, momentum = group["centered"], group["momentum"]
        checks.advance(state)
        kept = [state["square_avg"]]
        kept += [state["grad_avg"]] if centered else []
        kept += [state["momentum_buffer"]] if momentum > 0 else []
        for g, p, v, *others, t in self.blocks(parameter, group, *kept, scratch=1):
            add_square(xp, v, g, alpha, t)
            if centered:
                mean = others[0]
                move_towards(xp, mean, g, 1 - alpha, t)
                xp.multiply(mean, mean, out=t)
                xp.subtract(v, t, out=t)
                xp.sqrt(t, out=t)
            else:
                xp.sqrt(v, out=t)
            xp.add(t, group["eps"], out=t)
            xp.divide(g, t, out=t)
            if momentum > 0:
                b = others[-1]
                xp.multiply(b, momentum, out=b)
                xp.add(b, t, out=b)
                xp.multiply(b, lr, out=t)
            else:
                xp.multiply(t, lr, out=t)
            xp.subtract(p, t, out=p)
