"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from typing import Any

from .. import creation
from ..tensor import Tensor
from . import checks
from .optimizer import Group, Optimizer, State


class SGD(Optimizer):
    r"""Gradient descent, optionally with (Nesterov) momentum.

    .. math::

        g_t &= \nabla L(\theta_{t-1}) + \lambda\, \theta_{t-1} \\
        b_t &= \mu\, b_{t-1} + (1 - \tau)\, g_t, \qquad b_1 = g_1 \\
        \theta_t &= \theta_{t-1} - \eta \begin{cases}
            g_t & \mu = 0 \\ b_t & \text{momentum} \\ g_t + \mu\, b_t & \text{Nesterov}
        \end{cases}

    Parameters
    ----------
    params : iterable
        Tensors, ``(name, tensor)`` pairs, or dicts that describe groups.
    lr : float or Tensor
        Learning rate η.
    momentum : float
        μ, the share of the last update that is kept.
    dampening : float
        τ, how much less a new gradient counts.
    weight_decay : float
        λ, the strength of the L2 penalty.
    nesterov : bool
        Look ahead along the momentum.
    maximize : bool
        Climb instead of descending.
    foreach, fused
        Accepted for PyTorch's sake; without effect.

    Raises
    ------
    ValueError
        If a value is out of range, or Nesterov's momentum has none.
    NotImplementedError
        For ``differentiable=True``.

    Examples
    --------
    >>> import edugrad
    >>> w = edugrad.tensor([4.0], requires_grad=True)
    >>> optimizer = SGD([w], lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     loss = (w**2).sum()
    ...     loss.backward()
    ...     optimizer.step()
    ...     print(w.item())
    3.200000047683716
    1.840000033378601

    Notes
    -----
    Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML
    2013; as in PyTorch the learning rate multiplies the momentum too. PyTorch: ``torch.optim.SGD``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        checks.learning_rate(lr)
        checks.not_negative(momentum=momentum, weight_decay=weight_decay)
        checks.require(
            not nesterov or (momentum > 0 and dampening == 0),
            "Nesterov momentum requires a momentum and zero dampening",
            got=f"nesterov=True, momentum={momentum}, dampening={dampening}",
            mend="pass e.g. momentum=0.9 and leave dampening away",
        )
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        if group["momentum"] == 0:
            self._descend(parameter, group)
            return
        first = state.get("momentum_buffer") is None
        if first:
            state = self.state[parameter]
            state["momentum_buffer"] = creation.empty_like(parameter)
        self._roll(parameter, state["momentum_buffer"], first, group)

    def _descend(self, parameter: Tensor, group: Group) -> None:
        xp, lr = parameter.device.xp, float(group["lr"])
        for g, p, t in self.blocks(parameter, group, scratch=1):
            xp.multiply(g, lr, out=t)
            xp.subtract(p, t, out=p)

    def _roll(self, parameter: Tensor, buffer: Tensor, first: bool, group: Group) -> None:
        xp, lr, momentum = parameter.device.xp, float(group["lr"]), float(group["momentum"])
        share = 1.0 - group["dampening"]
        for g, p, b, t in self.blocks(parameter, group, buffer, scratch=1):
            if first:
                b[...] = g
            elif share == 1.0:
                xp.multiply(b, momentum, out=b)
                xp.add(b, g, out=b)
            else:
                xp.multiply(b, momentum, out=b)
                xp.multiply(g, share, out=t)
                xp.add(b, t, out=b)
            if group["nesterov"]:
                xp.multiply(b, momentum, out=t)
                xp.add(t, g, out=t)
                xp.multiply(t, lr, out=t)
            else:
                xp.multiply(b, lr, out=t)
            xp.subtract(p, t, out=p)
