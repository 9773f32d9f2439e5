"""Callback: what can be hooked into a run, and when."""

from __future__ import annotations

from typing import Any, ClassVar


class Callback:
    """Something that watches a run or adds to it, without a line of the loop being changed.

    A subclass defines the hooks that it needs. ``trainer`` tells how far the run has come and what
    was measured (``current_epoch``, ``global_step``, ``callback_metrics``); setting
    ``trainer.should_stop`` ends the run after the batch.

    Attributes
    ----------
    order : int
        Callbacks of lower order are called first; those of equal order in the order given.

    Examples
    --------
    >>> class Announce(Callback):
    ...     def on_train_epoch_end(self, trainer, module):
    ...         print("epoch", trainer.current_epoch)

    Notes
    -----
    Lightning: ``lightning.Callback``. A module's own hooks of the same names, without ``trainer``
    and ``module``, are called before those of callbacks.
    """

    order: ClassVar[int] = 0

    def setup(self, trainer: Any, module: Any) -> None:
        """Before a fit, a validation, a test or a prediction."""

    def teardown(self, trainer: Any, module: Any) -> None:
        """After it, whether it succeeded or not."""

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """Before training, with data and optimizers in place."""

    def on_train_start(self, trainer: Any, module: Any) -> None:
        """Before the first epoch of this call of ``fit``."""

    def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
        """Before the batches of an epoch."""

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        """A batch is on the device, nothing is computed yet."""

    def on_before_backward(self, trainer: Any, module: Any, loss: Any) -> None:
        """The loss is computed."""

    def on_after_backward(self, trainer: Any, module: Any) -> None:
        """The gradients of this batch are added to the parameters' ``grad``."""

    def on_before_optimizer_step(self, trainer: Any, module: Any, optimizer: Any) -> None:
        """The gradients of all batches of the update are there."""

    def on_train_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """The parameters are updated; ``outputs`` is the loss."""

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """All batches of an epoch were seen, and validated if that was due."""

    def on_train_end(self, trainer: Any, module: Any) -> None:
        """Training ends, also where it is stopped."""

    def on_fit_end(self, trainer: Any, module: Any) -> None:
        """All is done."""

    def on_validation_start(self, trainer: Any, module: Any) -> None:
        """Before a validation."""

    def on_validation_epoch_start(self, trainer: Any, module: Any) -> None:
        """Before the batches of a validation."""

    def on_validation_batch_start(
        self, trainer: Any, module: Any, batch: Any, batch_idx: int
    ) -> None:
        """Before a batch of a validation."""

    def on_validation_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """After a batch of a validation."""

    def on_validation_epoch_end(self, trainer: Any, module: Any) -> None:
        """After the batches of a validation; more can be logged here."""

    def on_validation_end(self, trainer: Any, module: Any) -> None:
        """After a validation, with its metrics."""

    def on_test_start(self, trainer: Any, module: Any) -> None:
        """Before a test."""

    def on_test_epoch_start(self, trainer: Any, module: Any) -> None:
        """Before the batches of a test."""

    def on_test_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        """Before a batch of a test."""

    def on_test_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """After a batch of a test."""

    def on_test_epoch_end(self, trainer: Any, module: Any) -> None:
        """After the batches of a test."""

    def on_test_end(self, trainer: Any, module: Any) -> None:
        """After a test, with its metrics."""

    def on_predict_start(self, trainer: Any, module: Any) -> None:
        """Before a prediction."""

    def on_predict_epoch_start(self, trainer: Any, module: Any) -> None:
        """Before the batches of a prediction."""

    def on_predict_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        """Before a batch of a prediction."""

    def on_predict_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """After a batch of a prediction."""

    def on_predict_epoch_end(self, trainer: Any, module: Any) -> None:
        """After the batches of a prediction."""

    def on_predict_end(self, trainer: Any, module: Any) -> None:
        """After a prediction."""

    def on_exception(self, trainer: Any, module: Any, exception: BaseException) -> None:
        """The run ends by an exception, which is raised afterwards."""

    def on_save_checkpoint(self, trainer: Any, module: Any, checkpoint: dict[str, Any]) -> None:
        """A checkpoint is about to be written; it may be added to."""

    def on_load_checkpoint(self, trainer: Any, module: Any, checkpoint: dict[str, Any]) -> None:
        """A checkpoint is about to be resumed."""

    def before_hooks(self, hook: str) -> None:
        """Before anything else is called for the hook of this name: for measuring."""

    def after_hooks(self, hook: str) -> None:
        """After all that is called for the hook of this name."""

    def state_dict(self) -> dict[str, Any]:
        """What has to be known to go on after a resume: tensors and plain values."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from the state of a checkpoint."""
