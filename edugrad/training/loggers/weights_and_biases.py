"""A logger for Weights & Biases, which works without a network too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import teach
from ...tensor import Tensor
from .logger import Logger, image_array, numbers, setting

PROMPTNESS = "x_transaction_log_flush_interval"  # seconds; 15 unless set, and not in older versions


class WandbLogger(Logger):
    """Writes a run for Weights & Biases; in offline mode to this machine only.

    Parameters
    ----------
    project : str
        What the run belongs to.
    folder : path, optional
        Where the folder ``wandb`` with the runs is made; the current folder unless given.
    name : str, optional
        Of the run.
    mode : {"offline", "online", "disabled"}, optional
        What the variable WANDB_MODE says unless given, and offline where it says nothing: a run
        leaves this machine only when asked to. ``wandb sync <folder of the run>`` uploads an
        offline run later.
    **options
        Any others of ``wandb.init``.

    Attributes
    ----------
    run : wandb.Run
        For what the interface of loggers does not have.

    Raises
    ------
    ModuleNotFoundError
        If the package wandb is not installed.
    RuntimeError
        If the mode is online and nobody is logged in.

    Notes
    -----
    The step is logged as a metric and is the x-axis of all others, so that steps may come in any
    order (W&B's own counter drops what comes late). wandb writes by a process of its own, which is
    told to do so within a twentieth of a second: a killed run loses no more. There is no place for
    graphs. wandb's reports of its own errors to its makers are switched off, unless
    WANDB_ERROR_REPORTING says otherwise.
    """

    def __init__(
        self,
        project: str = "edugrad",
        *,
        folder: Any = None,
        name: str | None = None,
        mode: str | None = None,
        **options: Any,
    ) -> None:
        self._wandb = _package()
        mode = mode or os.environ.get("WANDB_MODE", "offline")
        if mode == "online" and not self._wandb.login(prompt=False, verify=False):
            raise RuntimeError(
                teach(
                    "an online run needs a login at Weights & Biases",
                    got='mode="online", and neither WANDB_API_KEY nor a stored login',
                    mend='run "wandb login" in a terminal once; or use mode="offline", which '
                    'writes to this machine, and "wandb sync" to upload later',
                )
            )
        if PROMPTNESS in self._wandb.Settings.model_fields:
            options.setdefault("settings", {PROMPTNESS: 0.05})
        self.run: Any = self._wandb.init(
            project=project, dir=folder, name=name, mode=mode, **options
        )
        self.run.define_metric("*", step_metric="step")

    def log_metrics(self, metrics: Mapping[str, Any], step: int) -> None:
        self.run.log({**numbers(metrics), "step": step})

    def log_hyperparameters(self, parameters: Mapping[str, Any]) -> None:
        settings = {name: setting(value) for name, value in parameters.items()}
        self.run.config.update(settings, allow_val_change=True)

    def log_histogram(self, name: str, values: Any, step: int) -> None:
        array = values.numpy(force=True) if isinstance(values, Tensor) else np.asarray(values)
        self.run.log({name: self._wandb.Histogram(array), "step": step})

    def log_image(self, name: str, image: Any, step: int) -> None:
        array = image_array(name, image).transpose(1, 2, 0)
        if array.dtype.kind == "f":
            array = (array * 255).astype(np.uint8)
        self.run.log({name: self._wandb.Image(array), "step": step})

    def close(self) -> None:
        """End the run."""
        if self.run is not None:
            self.run.finish()
            self.run = None


def _package() -> Any:
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    try:
        import wandb
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            teach(
                "WandbLogger writes with the package wandb",
                got="an environment without it",
                mend="install it: pip install wandb (the extra monitoring brings it); "
                "CSVLogger needs no package",
            )
        ) from error
    return wandb
