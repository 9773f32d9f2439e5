"""LightningModule: a network together with how it is trained."""

from __future__ import annotations

import inspect
from typing import Any, Self

from .. import nn
from ..errors import teach
from .checkpoints import read
from .metrics import Metric


class Hyperparameters(dict[str, Any]):
    """Arguments by name: ``hparams.lr`` and ``hparams["lr"]``."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no hyperparameter {name!r}") from None


class LightningModule(nn.Module):
    """A network that says itself what a training step is and which optimizer it wants.

    A subclass defines ``training_step`` and ``configure_optimizers``; where they are wanted also
    ``validation_step``, ``test_step``, ``predict_step``, and any of the hooks of
    :class:`edugrad.training.Callback`, without their arguments ``trainer`` and ``module``.

    Attributes
    ----------
    trainer : Trainer
        The trainer that runs it.
    automatic_optimization : bool
        Set it to False to call ``optimizers()``, ``manual_backward`` and ``step`` yourself.
    hparams : dict
        What :meth:`save_hyperparameters` has kept.

    Examples
    --------
    >>> import edugrad
    >>> from edugrad import nn
    >>> from edugrad.training import LightningModule, Trainer
    >>> class Line(LightningModule):
    ...     def __init__(self, lr=0.1):
    ...         super().__init__()
    ...         self.save_hyperparameters()
    ...         self.linear = nn.Linear(1, 1)
    ...
    ...     def training_step(self, batch, batch_idx):
    ...         x, y = batch
    ...         return nn.functional.mse_loss(self.linear(x), y)
    ...
    ...     def configure_optimizers(self):
    ...         return edugrad.optim.SGD(self.parameters(), lr=self.hparams.lr)
    >>> x = edugrad.linspace(-1, 1, 64).unsqueeze(1)
    >>> trainer = Trainer(max_epochs=20, enable_progress_bar=False)
    >>> history = trainer.fit(Line(), x, 2 * x)
    >>> history["loss"][-1] < 0.05
    True

    Notes
    -----
    Lightning: ``lightning.LightningModule``.
    """

    automatic_optimization = True

    def __init__(self) -> None:
        super().__init__()
        self.hparams = Hyperparameters()
        self._trainer: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """A copy of a module is not attached to the trainer, with all its data."""
        return {**vars(self), "_trainer": None}

    @property
    def trainer(self) -> Any:
        if self._trainer is None:
            raise RuntimeError(
                teach(
                    f"{type(self).__name__} is not attached to a Trainer",
                    got="a use of self.trainer outside fit, validate, test and predict",
                    mend="call it from a step or a hook",
                )
            )
        return self._trainer

    @property
    def current_epoch(self) -> int:
        return self.trainer.current_epoch if self._trainer is not None else 0

    @property
    def global_step(self) -> int:
        return self.trainer.global_step if self._trainer is not None else 0

    @property
    def device(self) -> Any:
        return next(self.parameters()).device

    @property
    def logger(self) -> Any:
        return self.trainer.logger

    # What a subclass defines

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        """The loss of a batch: a tensor of one number, or a dict with such a ``"loss"``."""
        raise NotImplementedError(_missing(self, "training_step"))

    def validation_step(self, batch: Any, batch_idx: int) -> Any:
        """Log what is to be known of a batch of validation data."""
        raise NotImplementedError(_missing(self, "validation_step"))

    def test_step(self, batch: Any, batch_idx: int) -> Any:
        """Log what is to be known of a batch of test data."""
        raise NotImplementedError(_missing(self, "test_step"))

    def predict_step(self, batch: Any, batch_idx: int) -> Any:
        """The predictions of a batch: the output for its inputs, unless overridden."""
        return self(batch[0] if isinstance(batch, (tuple, list)) else batch)

    def configure_optimizers(self) -> Any:
        """The optimizer, perhaps with its learning-rate scheduler; None trains nothing.

        Returns
        -------
        Optimizer, or [optimizers], or ([optimizers], [schedulers]), or a dict
            ``{"optimizer": …, "lr_scheduler": …}``; a scheduler may be a dict
            ``{"scheduler": …, "interval": "epoch" or "step", "frequency": 1, "monitor": …}``.
        """
        raise NotImplementedError(_missing(self, "configure_optimizers"))

    # What a step calls

    def log(self, name: str, value: Any, **options: Any) -> None:
        """Log a number or a metric.

        Parameters
        ----------
        name : str
        value : number, Tensor of one element, or Metric
        on_step, on_epoch : bool, optional
            Whether loggers get each value, or the mean of an epoch. In ``training_step`` the first
            unless given, elsewhere the second.
        prog_bar : bool
            Whether the progress bar shows it.
        logger : bool
            Whether loggers get it at all.
        batch_size : int, optional
            How many samples the value stands for; read off the batch unless given.
        """
        self.trainer.log(name, value, **options)

    def log_dict(self, values: dict[str, Any], **options: Any) -> None:
        """:meth:`log` each item."""
        for name, value in values.items():
            self.log(name, value, **options)

    def print(self, *values: Any) -> None:
        """Print without tearing the progress bar."""
        self.trainer.print(*values)

    def optimizers(self) -> Any:
        """The optimizer, or the list of them, for manual optimization."""
        found = self.trainer.optimizers
        return found[0] if len(found) == 1 else found

    def lr_schedulers(self) -> Any:
        """The scheduler, the list of them, or None."""
        found = [each.scheduler for each in self.trainer.schedules]
        return found[0] if len(found) == 1 else found or None

    def manual_backward(self, loss: Any) -> None:
        """``loss.backward()`` with the hooks around it, for manual optimization."""
        self.trainer.manual_backward(loss)

    def freeze(self) -> None:
        """Keep all parameters as they are, in evaluation mode."""
        self.requires_grad_(False)
        self.eval()

    def unfreeze(self) -> None:
        """Train all parameters again."""
        self.requires_grad_(True)
        self.train()

    def metric_objects(self) -> dict[str, Metric]:
        """The metrics among the attributes, whose sums go into checkpoints."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Metric)}

    def save_hyperparameters(self, *names: str, ignore: Any = ()) -> None:
        """Keep the arguments of the ``__init__`` that calls this in ``hparams`` and checkpoints.

        Parameters
        ----------
        *names
            Which; all unless given.
        ignore : str or list of str
            Which not.
        """
        frame = inspect.currentframe()
        assert frame is not None
        assert frame.f_back is not None
        arguments = inspect.getargvalues(frame.f_back)
        given = {name: arguments.locals[name] for name in arguments.args[1:]}
        if arguments.keywords is not None:
            given |= arguments.locals[arguments.keywords]
        left_out = [ignore] if isinstance(ignore, str) else list(ignore)
        chosen = names or tuple(given)
        self.hparams.update({name: given[name] for name in chosen if name not in left_out})

    @classmethod
    def load_from_checkpoint(cls, path: Any, **arguments: Any) -> Self:
        """Make the module with its saved hyperparameters, and load its weights.

        Parameters
        ----------
        path : path
            A checkpoint that a Trainer has written.
        **arguments
            Arguments of ``__init__`` in place of the saved ones.
        """
        checkpoint = read(path)
        module = cls(**{**checkpoint["hyper_parameters"], **arguments})
        module.load_state_dict(checkpoint["state_dict"])
        return module


TrainingModule = LightningModule


def _missing(module: Any, name: str) -> str:
    arguments = "self" if name == "configure_optimizers" else "self, batch, batch_idx"
    return teach(
        f"{type(module).__name__} has no {name}",
        got=f"a class that does not define {name}",
        mend=f"define def {name}({arguments}): … in the class",
    )
