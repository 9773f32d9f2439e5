"""Adam, and AdamW, which decays the weights apart from the gradient."""

from __future__ import annotations

import math
from typing import Any

from .. import creation
from ..tensor import Tensor
from . import checks
from .averages import add_square, move_towards
from .optimizer import Group, Optimizer, State


class Adam(Optimizer):
    r"""Steps of one size for every parameter, whatever the scale of its gradients.

    .. math::

        g_t &= \nabla L(\theta_{t-1}) + \lambda\, \theta_{t-1} \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2 \\
        \theta_t &= \theta_{t-1} - \eta\, \frac{m_t / (1 - \beta_1^t)}
            {\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}

    With ``amsgrad`` the largest :math:`v` so far takes the place of :math:`v_t` in the last line.

    Parameters
    ----------
    params : iterable
        Tensors, ``(name, tensor)`` pairs, or dicts that describe groups.
    lr : float or Tensor
        Learning rate η.
    betas : (float, float)
        β₁ and β₂, the shares that the averages of the gradient and of its square keep.
    eps : float
        ε, which keeps the denominator from being zero.
    weight_decay : float
        λ, the strength of the L2 penalty.
    amsgrad : bool
        Never let the denominator become smaller.
    maximize : bool
        Climb instead of descending.
    decoupled_weight_decay : bool
        Decay the weights as :class:`AdamW` does.
    foreach, fused
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
    >>> w = edugrad.tensor([4.0, 0.004], requires_grad=True)
    >>> optimizer = Adam([w], lr=0.1)
    >>> (w**2).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([ 3.9000, -0.0960], requires_grad=True)

    Notes
    -----
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015; Reddi, Kale and Kumar,
    "On the Convergence of Adam and Beyond", ICLR 2018 (AMSGrad). PyTorch: ``torch.optim.Adam``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        checks.learning_rate(lr, foreach)
        checks.not_negative(eps=eps)
        checks.averages(betas)
        checks.not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": tuple(betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """Both averages begin at zero."""
        state = {
            "step": checks.counter(),
            "exp_avg": creation.zeros_like(parameter),
            "exp_avg_sq": creation.zeros_like(parameter),
        }
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = creation.zeros_like(parameter)
        return state

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp, step = parameter.device.xp, checks.advance(state)
        beta1, beta2 = map(float, group["betas"])
        size = float(group["lr"]) / (1 - beta1**step)
        scale = math.sqrt(1 - beta2**step)
        kept = 1.0 - float(group["lr"]) * group["weight_decay"]
        averages = [state["exp_avg"], state["exp_avg_sq"]]
        if group["amsgrad"]:
            averages.append(state["max_exp_avg_sq"])
        for g, p, m, v, *largest, t in self.blocks(parameter, group, *averages, scratch=1):
            if group["decoupled_weight_decay"]:
                xp.multiply(p, kept, out=p)
            move_towards(xp, m, g, 1 - beta1, t)
            add_square(xp, v, g, beta2, t)
            for top in largest:
                xp.maximum(top, v, out=top)
            xp.sqrt(largest[0] if largest else v, out=t)
            xp.divide(t, scale, out=t)
            xp.add(t, group["eps"], out=t)
            xp.divide(m, t, out=t)
            xp.multiply(t, size, out=t)
            xp.subtract(p, t, out=p)


class AdamW(Adam):
    r"""Adam whose weight decay stays out of the averages.

    .. math::

        \theta'_{t-1} &= (1 - \eta\lambda)\, \theta_{t-1} \\
        \theta_t &= \theta'_{t-1} - \eta\, \frac{m_t / (1 - \beta_1^t)}
            {\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}

    where :math:`m_t` and :math:`v_t` are :class:`Adam`'s averages of the gradient alone. The
    parameters are Adam's; ``weight_decay`` is 0.01 unless told otherwise.

    Examples
    --------
    >>> import edugrad
    >>> w = edugrad.tensor([1.0], requires_grad=True)
    >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
    >>> w.grad = edugrad.zeros(1)
    >>> optimizer.step()
    >>> w
    tensor([0.9500], requires_grad=True)

    Notes
    -----
    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019. PyTorch:
    ``torch.optim.AdamW``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Decay the weights as AdamW does, also with a state that Adam saved."""
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
