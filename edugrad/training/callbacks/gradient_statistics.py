"""GradientStatistics: how large the gradients of each parameter are."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..plotting import panels
from .callback import Callback


class GradientStatistics(Callback):
    """Notes norm, largest value and share of zeros of each gradient before the update.

    Vanishing gradients show as norms that shrink from the last layer to the first, dead units as
    shares of zeros near 1.

    Parameters
    ----------
    every_n_steps : int
    log : bool
        Whether the norms go to the loggers, as "grad_norm/NAME" and "grad_norm".

    Attributes
    ----------
    rows : list of dict
        With the keys step, name, norm, max, mean, zeros and ratio, the norm of the gradient over
        that of the parameter.

    Notes
    -----
    They are taken after gradient accumulation and before clipping.
    """

    order: ClassVar[int] = 0

    def __init__(self, every_n_steps: int = 1, log: bool = True) -> None:
        self.every_n_steps, self.log = every_n_steps, log
        self.rows: list[dict[str, Any]] = []

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """Start anew."""
        self.rows = []

    def on_before_optimizer_step(self, trainer: Any, module: Any, optimizer: Any) -> None:
        """Look at the gradients."""
        if trainer.global_step % self.every_n_steps:
            return
        rows = [
            {"step": trainer.global_step, "name": name, **statistics(parameter)}
            for name, parameter in module.named_parameters()
            if parameter.grad is not None
        ]
        self.rows.extend(rows)
        if self.log:
            norms = {f"grad_norm/{row['name']}": row["norm"] for row in rows}
            trainer.log_metrics(norms | {"grad_norm": math.hypot(*norms.values())})

    def norms(self) -> dict[str, list[float]]:
        """The norms over the steps, by parameter."""
        found: dict[str, list[float]] = {}
        for row in self.rows:
            found.setdefault(row["name"], []).append(row["norm"])
        return found

    def plot(self) -> Any:
        """Draw the norms over the steps with matplotlib; return its figure."""
        figure, (axes,) = panels(width=6, height=3.5)
        for name in self.norms():
            rows = [row for row in self.rows if row["name"] == name]
            axes.plot([row["step"] for row in rows], [row["norm"] for row in rows], label=name)
        axes.set(xlabel="step", ylabel="norm of the gradient", yscale="log")
        axes.legend(fontsize="small", frameon=False)
        return figure


def statistics(parameter: Any) -> dict[str, float]:
    """What is to be known of the gradient of one parameter."""
    gradient = parameter.grad.detach().double()
    norm = gradient.norm().item()
    weight = parameter.detach().double().norm().item()
    return {
        "norm": norm,
        "max": gradient.abs().max().item(),
        "mean": gradient.mean().item(),
        "zeros": (gradient == 0).double().mean().item(),
        "ratio": norm / weight if weight else float("inf"),
    }
