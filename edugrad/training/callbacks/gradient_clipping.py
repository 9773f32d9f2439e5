"""Gradient clipping: no update is larger than a bound allows."""

from __future__ import annotations

from typing import Any, ClassVar

from ...errors import teach
from ...nn import utils
from .callback import Callback


class GradientClipping(Callback):
    r"""Limits the gradients before each update.

    Parameters
    ----------
    value : float
        The largest norm of all gradients together, or the largest absolute value of each number.
    algorithm : {"norm", "value"}
        With "norm" all gradients are multiplied by :math:`\min(1, \text{value} / \|g\|)`.

    Notes
    -----
    PyTorch: ``torch.nn.utils.clip_grad_norm_`` and ``clip_grad_value_``. Source: Pascanu, Mikolov
    and Bengio, "On the difficulty of training recurrent neural networks", 2013.
    """

    order: ClassVar[int] = 10

    def __init__(self, value: float, algorithm: str = "norm") -> None:
        if algorithm not in ("norm", "value") or not value > 0:
            raise ValueError(
                teach(
                    'gradients are clipped by "norm" or by "value", at a bound above 0',
                    got=f"{value!r}, {algorithm!r}",
                    mend='GradientClipping(1.0, "norm")',
                )
            )
        self.value, self.algorithm = value, algorithm

    def on_before_optimizer_step(self, trainer: Any, module: Any, optimizer: Any) -> None:
        """Clip the gradients of the parameters that this optimizer updates."""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        if self.algorithm == "norm":
            utils.clip_grad_norm_(parameters, self.value)
        else:
            utils.clip_grad_value_(parameters, self.value)
