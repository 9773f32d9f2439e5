"""L-BFGS: Newton's method with a curvature that is guessed from the last steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..autograd.grad_mode import enable_grad, no_grad
from ..creation import zeros
from ..errors import teach
from ..ops.joining import cat
from ..tensor import Tensor
from . import checks
from .hooks import with_hooks
from .line_search import Point, strong_wolfe
from .optimizer import Optimizer, State

MEMORY = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")


class LBFGS(Optimizer):
    r"""Limited-memory BFGS, for full batches and few thousands of parameters.

    With the last steps :math:`s_i = \theta_{i+1} - \theta_i` and the changes of the gradient
    :math:`y_i = g_{i+1} - g_i`, the direction is :math:`d = -H g`, where :math:`H` approximates
    the inverse of the Hessian:

    .. math::

        q &\leftarrow -g, \qquad
        a_i \leftarrow \rho_i\, s_i^T q,\quad q \leftarrow q - a_i y_i
            \quad\text{(newest to oldest)}, \qquad \rho_i = \frac{1}{y_i^T s_i} \\
        d &\leftarrow \frac{y^T s}{y^T y}\, q, \qquad
        d \leftarrow d + s_i\, (a_i - \rho_i\, y_i^T d) \quad\text{(oldest to newest)} \\
        \theta &\leftarrow \theta + t\, d

    The step :math:`t` is ``lr``, or found by a line search. One call of ``step`` makes up to
    ``max_iter`` such steps and calls the closure as often as it needs.

    Parameters
    ----------
    params : iterable
        Tensors or ``(name, tensor)`` pairs: one group.
    lr : float or Tensor
        The step, or the first one that the line search tries.
    max_iter : int
        Steps a call of ``step``.
    max_eval : int, optional
        Calls of the closure a call of ``step``; 1.25 times ``max_iter`` unless told otherwise.
    tolerance_grad : float
        Stop when no component of the gradient is larger.
    tolerance_change : float
        Stop when neither the loss nor a parameter changes by more.
    history_size : int
        How many steps are remembered.
    line_search_fn : "strong_wolfe" or None

    Raises
    ------
    ValueError
        For a negative learning rate, or several groups.
    TypeError
        If ``step`` is called without a closure.

    Examples
    --------
    >>> import edugrad
    >>> w = edugrad.tensor([-1.2, 1.0], dtype=edugrad.float64, requires_grad=True)
    >>> optimizer = LBFGS([w], max_iter=50, line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> print(f"{optimizer.step(closure).item():.1f}")
    24.2
    >>> w
    tensor([1.0000, 1.0000], dtype=edugrad.float64, requires_grad=True)

    Notes
    -----
    Nocedal, "Updating Quasi-Newton Matrices with Limited Storage", Mathematics of Computation 35,
    1980. PyTorch: ``torch.optim.LBFGS``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        checks.learning_rate(lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        checks.require(
            len(self.param_groups) == 1,
            "LBFGS doesn't support per-parameter options (parameter groups)",
            got=f"{len(self.param_groups)} groups",
            mend="pass one list of parameters: the curvature is that of all of them together",
        )

    @property
    def _params(self) -> list[Tensor]:
        return self.param_groups[0]["params"]

    @with_hooks
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make up to ``max_iter`` steps.

        Parameters
        ----------
        closure : callable
            Clears the gradients, computes the loss, calls ``backward`` and returns the loss.

        Returns
        -------
        The loss before the first step.
        """
        if closure is None:
            raise TypeError(
                teach(
                    "LBFGS.step() missing 1 required positional argument: 'closure'",
                    got="step()",
                    mend="write def closure(): optimizer.zero_grad(); loss = …; loss.backward(); "
                    "return loss, and call optimizer.step(closure)",
                )
            )
        with no_grad():
            return self._iterate(enable_grad()(closure))

    def _iterate(self, closure: Callable[[], Any]) -> Any:
        group, state = self.param_groups[0], self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = closure()
        loss, gradient = float(first_loss), self._flat_gradient()
        evaluated = 1
        state["func_evals"] += 1
        if gradient.abs().max() <= group["tolerance_grad"]:
            return first_loss
        memory = {name: state.get(name) for name in MEMORY}
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(gradient, memory, state)
            memory.update(d=direction, prev_flat_grad=gradient.clone(), prev_loss=loss)
            memory["t"] = group["lr"]
            if state["n_iter"] == 1:
                memory["t"] = min(1.0, 1.0 / gradient.abs().sum()) * group["lr"]
            slope = gradient.dot(direction)
            if slope > -group["tolerance_change"]:
                break
            last = iteration == group["max_iter"]
            here = Point(0, loss, gradient, slope)
            point, count = self._advance(closure, here, memory, last, evaluated)
            loss, gradient = point.loss, point.gradient
            evaluated += count
            state["func_evals"] += count
            if last or evaluated >= group["max_eval"] or self._arrived(point, memory):
                break
        state.update(memory)
        return first_loss

    def _direction(self, gradient: Tensor, memory: State, state: State) -> Tensor:
        """Minus the gradient times the approximate inverse of the Hessian."""
        if state["n_iter"] == 1:
            memory.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return gradient.neg()
        history_size = self.param_groups[0]["history_size"]
        changes, steps, ro = memory["old_dirs"], memory["old_stps"], memory["ro"]
        change, step = gradient - memory["prev_flat_grad"], memory["d"] * memory["t"]
        curvature = change.dot(step)
        if curvature > 1e-10:
            if len(changes) == history_size:
                for oldest in (changes, steps, ro):
                    oldest.pop(0)
            changes.append(change)
            steps.append(step)
            ro.append(1.0 / curvature)
            memory["H_diag"] = curvature / change.dot(change)
        shares = state.setdefault("al", [None] * history_size)
        direction = gradient.neg()
        for k in reversed(range(len(changes))):
            shares[k] = steps[k].dot(direction) * ro[k]
            direction.add_(changes[k], alpha=-float(shares[k]))
        direction = direction * memory["H_diag"]
        for k in range(len(changes)):
            share = changes[k].dot(direction) * ro[k]
            direction.add_(steps[k], alpha=float(shares[k] - share))
        return direction

    def _advance(
        self, closure: Callable[[], Any], here: Point, memory: State, last: bool, evaluated: int
    ) -> tuple[Point, int]:
        """Move along the direction; where that leads, and how often the loss was computed."""
        group, direction = self.param_groups[0], memory["d"]
        if group["line_search_fn"] is None:
            self._move(memory["t"], direction)
            if last:
                return here, 0
            loss = float(closure())
            return Point(memory["t"], loss, self._flat_gradient(), None), 1
        if group["line_search_fn"] != "strong_wolfe":
            raise RuntimeError(
                teach(
                    "only 'strong_wolfe' is supported",
                    got=f"line_search_fn={group['line_search_fn']!r}",
                    mend="pass line_search_fn='strong_wolfe', or leave it away",
                )
            )
        original = [parameter.clone() for parameter in self._params]

        def evaluate(t: Any) -> Point:
            self._move(t, direction)
            loss, gradient = float(closure()), self._flat_gradient()
            for parameter, values in zip(self._params, original, strict=True):
                parameter.copy_(values)
            return Point(t, loss, gradient, gradient.dot(direction))

        point, count = strong_wolfe(
            evaluate,
            here,
            memory["t"],
            reach=direction.abs().max(),
            change=group["tolerance_change"],
            limit=group["max_eval"] - evaluated,
        )
        memory["t"] = point.t
        self._move(point.t, direction)
        return point, count

    def _arrived(self, point: Point, memory: State) -> bool:
        group = self.param_groups[0]
        moved = (memory["d"] * memory["t"]).abs().max()
        return bool(
            point.gradient.abs().max() <= group["tolerance_grad"]
            or moved <= group["tolerance_change"]
            or abs(point.loss - memory["prev_loss"]) < group["tolerance_change"]
        )

    def _flat_gradient(self) -> Tensor:
        """All gradients in one row; zeros where there is none."""
        return cat(
            [
                zeros(each.numel(), dtype=each.dtype, device=each.device)
                if each.grad is None
                else each.grad.reshape(-1)
                for each in self._params
            ]
        ).detach()

    def _move(self, t: Any, direction: Tensor) -> None:
        """Add ``t`` times the direction to the parameters."""
        start = 0
        for parameter in self._params:
            part = direction[start : start + parameter.numel()].reshape(parameter.shape)
            parameter.add_(part, alpha=float(t))
            start += parameter.numel()
