"""Resilient backpropagation: only the signs of the gradients count."""

from __future__ import annotations

from typing import Any

from .. import creation
from ..tensor import Tensor
from . import checks
from .optimizer import Group, Optimizer, State


class Rprop(Optimizer):
    r"""Steps that grow while the gradient keeps its sign and shrink when it turns.

    .. math::

        s_t &= \min(\max(s_{t-1} \cdot \begin{cases}
            \eta_+ & g_{t-1}\, g_t > 0 \\ \eta_- & g_{t-1}\, g_t < 0 \\ 1 & \text{otherwise}
        \end{cases},\; s_{min}),\; s_{max}) \\
        g_t &\leftarrow 0 \quad\text{where } g_{t-1}\, g_t < 0 \\
        \theta_t &= \theta_{t-1} - s_t\, \mathrm{sign}(g_t)

    For full batches: signs of noisy gradients mean little.

    Parameters
    ----------
    params : iterable
        Tensors, ``(name, tensor)`` pairs, or dicts that describe groups.
    lr : float or Tensor
        s₀, the size of the first step.
    etas : (float, float)
        η₋ and η₊, the factors to the step.
    step_sizes : (float, float)
        The smallest and the largest step.
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
    >>> w = edugrad.tensor([4.0], requires_grad=True)
    >>> optimizer = Rprop([w], lr=0.5)
    >>> for gradient in (0.001, 1000.0):
    ...     w.grad = edugrad.tensor([gradient])
    ...     optimizer.step()
    >>> w
    tensor([2.9000], requires_grad=True)

    Notes
    -----
    Riedmiller and Braun, "A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP
    Algorithm", ICNN 1993. PyTorch: ``torch.optim.Rprop``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        checks.learning_rate(lr)
        checks.require(
            0.0 < etas[0] < 1.0 < etas[1],
            f"Invalid eta values: {etas[0]}, {etas[1]}",
            got=f"etas={etas}",
            mend="the first shrinks a step (between 0 and 1), the second lets it grow (above 1)",
        )
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """No gradient came before; every step is of size ``lr``."""
        return {
            "step": checks.counter(),
            "prev": creation.zeros_like(parameter),
            "step_size": creation.full_like(parameter, float(group["lr"])),
        }

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp = parameter.device.xp
        shrink, grow = group["etas"]
        checks.advance(state)
        kept = state["prev"], state["step_size"]
        for g, p, before, size, t in self.blocks(parameter, group, *kept, scratch=1):
            xp.multiply(g, before, out=t)
            turned = t < 0
            size[turned] *= shrink
            size[t > 0] *= grow
            xp.clip(size, *group["step_sizes"], out=size)
            before[...] = g
            before[turned] = 0
            xp.sign(before, out=t)
            xp.multiply(t, size, out=t)
            xp.subtract(p, t, out=p)
