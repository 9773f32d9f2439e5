"""Relatives of Adam: NAdam looks ahead, RAdam warms up, Adamax takes the largest gradient."""

from __future__ import annotations

import math
from typing import Any

from .. import creation
from ..tensor import Tensor
from . import checks
from .averages import add_square, move_towards
from .optimizer import Group, Optimizer, State


class NAdam(Optimizer):
    r"""Adam with Nesterov's momentum.

    .. math::

        g_t &= \nabla L(\theta_{t-1}) + \lambda\, \theta_{t-1} \\
        \mu_t &= \beta_1 \left(1 - \tfrac12\, 0.96^{\,t \psi}\right) \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2 \\
        \hat m_t &= \frac{\mu_{t+1}\, m_t}{1 - \prod_{i=1}^{t+1} \mu_i}
            + \frac{(1 - \mu_t)\, g_t}{1 - \prod_{i=1}^{t} \mu_i} \\
        \theta_t &= \theta_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, decoupled_weight_decay, maximize
        As for :class:`Adam`.
    momentum_decay : float
        ψ, how fast the momentum rises to β₁.
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
    >>> optimizer = NAdam([w], lr=0.1)
    >>> w.grad = edugrad.ones(1)
    >>> optimizer.step()
    >>> w
    tensor([3.8944], requires_grad=True)

    Notes
    -----
    Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop. PyTorch:
    ``torch.optim.NAdam``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        checks.learning_rate(lr)
        checks.not_negative(eps=eps)
        checks.averages(betas)
        checks.not_negative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """Both averages begin at zero, the product of the μ at one."""
        return {
            "step": checks.counter(),
            "mu_product": checks.counter(1.0),
            "exp_avg": creation.zeros_like(parameter),
            "exp_avg_sq": creation.zeros_like(parameter),
        }

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp, step, lr = parameter.device.xp, checks.advance(state), float(group["lr"])
        beta1, beta2 = map(float, group["betas"])
        decay = group["momentum_decay"]
        mu, next_mu = (beta1 * (1 - 0.5 * 0.96 ** (k * decay)) for k in (step, step + 1))
        state["mu_product"] *= mu
        product = float(state["mu_product"])
        of_gradient = lr * (1 - mu) / (1 - product)
        of_average = lr * next_mu / (1 - product * next_mu)
        averages = state["exp_avg"], state["exp_avg_sq"]
        for g, p, m, v, t, u in self.blocks(parameter, group, *averages, scratch=2):
            if group["decoupled_weight_decay"]:
                xp.multiply(p, 1 - lr * group["weight_decay"], out=p)
            move_towards(xp, m, g, 1 - beta1, t)
            add_square(xp, v, g, beta2, t)
            xp.divide(v, 1 - beta2**step, out=t)
            xp.sqrt(t, out=t)
            xp.add(t, group["eps"], out=t)
            for vector, size in ((g, of_gradient), (m, of_average)):
                xp.divide(vector, t, out=u)
                xp.multiply(u, size, out=u)
                xp.subtract(p, u, out=p)


class RAdam(Optimizer):
    r"""Adam that divides by the gradients' size only once that size is known well enough.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \qquad
        \hat m_t = \frac{m_t}{1 - \beta_1^t} \\
        \rho_\infty &= \frac{2}{1 - \beta_2} - 1, \qquad
        \rho_t = \rho_\infty - \frac{2\, t\, \beta_2^t}{1 - \beta_2^t} \\
        \theta_t &= \theta_{t-1} - \eta\, \hat m_t \begin{cases}
            \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\, \rho_\infty}
                {(\rho_\infty - 4)(\rho_\infty - 2)\, \rho_t}}\;
            \frac{\sqrt{1 - \beta_2^t}}{\sqrt{v_t} + \epsilon} & \rho_t > 5 \\
            1 & \text{otherwise}
        \end{cases}

    where :math:`g_t = \nabla L(\theta_{t-1}) + \lambda\, \theta_{t-1}`.

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, decoupled_weight_decay, maximize
        As for :class:`Adam`.
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
    >>> optimizer = RAdam([w], lr=0.1)
    >>> w.grad = edugrad.ones(1)
    >>> optimizer.step()
    >>> w
    tensor([3.9000], requires_grad=True)

    Notes
    -----
    Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", ICLR 2020. PyTorch:
    ``torch.optim.RAdam``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        checks.learning_rate(lr)
        checks.not_negative(eps=eps)
        checks.averages(betas)
        checks.not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """Both averages begin at zero."""
        return {
            "step": checks.counter(),
            "exp_avg": creation.zeros_like(parameter),
            "exp_avg_sq": creation.zeros_like(parameter),
        }

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp, step, lr = parameter.device.xp, checks.advance(state), float(group["lr"])
        beta1, beta2 = map(float, group["betas"])
        size, adaptive = rectified(step, beta2)
        size *= lr / (1 - beta1**step)
        averages = state["exp_avg"], state["exp_avg_sq"]
        for g, p, m, v, t in self.blocks(parameter, group, *averages, scratch=1):
            if group["decoupled_weight_decay"]:
                xp.multiply(p, 1 - lr * group["weight_decay"], out=p)
            move_towards(xp, m, g, 1 - beta1, t)
            add_square(xp, v, g, beta2, t)
            if adaptive:
                xp.sqrt(v, out=t)
                xp.add(t, group["eps"], out=t)
                xp.divide(m, t, out=t)
                xp.multiply(t, size, out=t)
            else:
                xp.multiply(m, size, out=t)
            xp.subtract(p, t, out=p)


def rectified(step: float, beta2: float) -> tuple[float, bool]:
    """RAdam's factor to the step, and whether the step is to be divided by the root of ``v``."""
    limit = 2 / (1 - beta2) - 1
    known = 1 - beta2**step
    length = limit - 2 * step * beta2**step / known
    if length <= 5:
        return 1.0, False
    ratio = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    return math.sqrt(ratio * known), True


class Adamax(Optimizer):
    r"""Adam that divides by the largest recent gradient instead of their root mean square.

    .. math::

        g_t &= \nabla L(\theta_{t-1}) + \lambda\, \theta_{t-1} \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t \\
        u_t &= \max(\beta_2 u_{t-1},\; |g_t| + \epsilon) \\
        \theta_t &= \theta_{t-1} - \frac{\eta}{1 - \beta_1^t}\, \frac{m_t}{u_t}

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, maximize
        As for :class:`Adam`.
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
    >>> optimizer = Adamax([w], lr=0.1)
    >>> w.grad = edugrad.ones(1)
    >>> optimizer.step()
    >>> w
    tensor([3.9000], requires_grad=True)

    Notes
    -----
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 7.1. PyTorch:
    ``torch.optim.Adamax``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        checks.learning_rate(lr)
        checks.not_negative(eps=eps)
        checks.averages(betas)
        checks.not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        checks.switches(defaults)
        super().__init__(params, defaults)

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """The average and the largest gradient begin at zero."""
        return {
            "step": checks.counter(),
            "exp_avg": creation.zeros_like(parameter),
            "exp_inf": creation.zeros_like(parameter),
        }

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``."""
        xp, step = parameter.device.xp, checks.advance(state)
        beta1, beta2 = map(float, group["betas"])
        size = float(group["lr"]) / (1 - beta1**step)
        averages = state["exp_avg"], state["exp_inf"]
        for g, p, m, largest, t in self.blocks(parameter, group, *averages, scratch=1):
            move_towards(xp, m, g, 1 - beta1, t)
            xp.multiply(largest, beta2, out=largest)
            xp.absolute(g, out=t)
            xp.add(t, group["eps"], out=t)
            xp.maximum(largest, t, out=largest)
            xp.divide(m, largest, out=t)
            xp.multiply(t, size, out=t)
            xp.subtract(p, t, out=p)
