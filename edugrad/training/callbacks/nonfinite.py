"""Stopping at a loss or a gradient that is nan or infinite, and naming the operation that made it.

The check costs one look at the loss and one pass over the gradients. Only when it fails is the step
run once more, on the same batch with the same random numbers, with every operation watched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from ...autograd.grad_mode import mode
from ...autograd.node import AccumulateGrad
from ...callsite import call_site
from ...errors import teach
from ...random import get_rng_state, set_rng_state
from ...tensor import Tensor
from .callback import Callback


class StopOnNonFinite(Callback):
    """Raises before an update would spoil the parameters; they are left as they were.

    Raises
    ------
    FloatingPointError
        Names the operation that made the first nan or infinite number, and the line it is on.

    Notes
    -----
    A Trainer has it unless ``stop_on_nonfinite=False``.
    """

    order: ClassVar[int] = -100

    def __init__(self) -> None:
        self.batch: Any = None

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        """Note what is needed to run the step again."""
        self.batch = batch, batch_idx
        self.random = get_rng_state()

    def on_before_backward(self, trainer: Any, module: Any, loss: Any) -> None:
        """Look at the loss."""
        if isinstance(loss, Tensor) and not math.isfinite(loss.item()):
            self._explain(trainer, module, f"the loss became {loss.item()}")

    def on_before_optimizer_step(self, trainer: Any, module: Any, optimizer: Any) -> None:
        """Look at the gradients."""
        gradients = {n: p.grad for n, p in module.named_parameters() if p.grad is not None}
        if are_finite(gradients.values()):
            return
        for name, gradient in gradients.items():
            if not is_finite(gradient):
                self._explain(trainer, module, f"the gradient of {name} became {kind(gradient)}")

    def teardown(self, trainer: Any, module: Any) -> None:
        """Let go of the batch."""
        self.batch = None

    def _explain(self, trainer: Any, module: Any, rule: str) -> None:
        batch, index = self.batch
        place = f"in epoch {trainer.current_epoch}, batch {index}, step {trainer.global_step}"
        culprit = self._from_data(module, batch)
        if not culprit and trainer.is_automatic:
            culprit = self._from_step(trainer, batch, index)
        elif not culprit:
            culprit = "in a training_step with its own updates, which is not run again"
        self._clear(module)
        mend = "a smaller learning rate, gradient_clip_val=1.0, or a stable form of the operation"
        raise FloatingPointError(teach(f"{rule} {place}", got=culprit, mend=mend))

    def _from_data(self, module: Any, batch: Any) -> str:
        """Whether the numbers came in with the batch, or were in the parameters before."""
        for place, tensor in tensors_of(batch):
            if not is_finite(tensor):
                return f"{kind(tensor)} in the data: batch{place}"
        for name, parameter in module.named_parameters():
            if not is_finite(parameter):
                return f"{kind(parameter)} in the parameter {name}, from before this step"
        return ""

    def _from_step(self, trainer: Any, batch: Any, index: int) -> str:
        self._clear(trainer.model)
        set_rng_state(self.random)
        with trainer.muted(), watch() as watched:
            loss = trainer.step_functions["train"](batch, index)
            loss = loss["loss"] if isinstance(loss, dict) else loss
            found = watched.origin_of(loss)
            if found is None and isinstance(loss, Tensor):
                loss.backward()
                found = watched.gradient
        return found or "it did not happen again when the step was run once more"

    @staticmethod
    def _clear(module: Any) -> None:
        for parameter in module.parameters():
            parameter.grad = None


@dataclass(frozen=True)
class Origin:
    """Where a number stopped being finite."""

    has_nan: bool
    text: str


class watch:
    """Watches operations and keeps, for each tensor that is not finite, where that began."""

    def __init__(self) -> None:
        self.gradient: str | None = None
        self._origins: dict[int, Origin | None] = {}
        self._tensors: list[Any] = []
        self._sites: dict[Any, str] = {}

    def __enter__(self) -> watch:
        self._before = mode.recorder
        mode.watch(recorder=self)
        return self

    def __exit__(self, *exception: object) -> None:
        mode.watch(recorder=self._before)

    def origin_of(self, tensor: Any) -> str | None:
        """The operation that the numbers of this tensor go back to."""
        origin = self._origins.get(id(tensor))
        return None if origin is None else origin.text

    def inputs(self, inputs: Any) -> None:
        """Look at the inputs of an operation that is about to write over them."""
        for each in inputs:
            self._look(each)

    def operation(self, node: Any, inputs: Any, outputs: Any, params: dict[str, Any]) -> None:
        """An operation has run: what it made goes back to an input, or begins here."""
        if mode.backward:
            return
        name = getattr(node, "op_name", type(node).__name__)
        where = f"{name}, at {call_site()}"
        self._sites[node] = where
        before = [origin for each in inputs if (origin := self._look(each)) is not None]
        for output in outputs:
            self._tensors.append(output)
            self._origins[id(output)] = self._follow(output, before, where)

    def _look(self, value: Any) -> Origin | None:
        if not isinstance(value, Tensor):
            return None
        if id(value) not in self._origins:
            self._tensors.append(value)
            origin = (
                None if is_finite(value) else Origin(has_nan(value), f"{kind(value)} from before")
            )
            self._origins[id(value)] = origin
        return self._origins[id(value)]

    @staticmethod
    def _follow(output: Tensor, before: list[Origin], where: str) -> Origin | None:
        if is_finite(output):
            return None
        nan = has_nan(output)
        same = [origin for origin in before if origin.has_nan == nan]
        if same:
            return same[0]
        text = f"{kind(output)} made by {where}"
        if before:
            text += f"; the {before[0].text} went into it"
        return Origin(nan, text)

    def gradients(self, node: Any, arriving: Any, leaving: Any) -> None:
        """A gradient has passed a node: the first that is not finite began here."""
        if self.gradient is not None or isinstance(node, AccumulateGrad):
            return
        wrong = [each for each in leaving if each is not None and not is_finite(each)]
        if wrong:
            where = self._sites.get(node, type(node).__name__)
            self.gradient = f"{kind(wrong[0])} made by the derivative of {where}"


def are_finite(tensors: Any) -> bool:
    """Whether all numbers seem finite: one pass and one answer from the device for all of them.

    False may also mean that a square was too large, so that each tensor has to be looked at.
    """
    total: Any = 0.0
    for tensor in tensors:
        flat = tensor._array.ravel()
        total = total + flat.dot(flat)
    return math.isfinite(float(total))


def is_finite(tensor: Any) -> bool:
    """Whether all numbers are finite."""
    return tensor._array.dtype.kind != "f" or bool(tensor.device.xp.isfinite(tensor._array).all())


def has_nan(tensor: Any) -> bool:
    """Whether a number is nan."""
    return bool((tensor._array != tensor._array).any())


def kind(tensor: Any) -> str:
    """The word for what is wrong in a tensor: "nan" or "inf"."""
    return "nan" if has_nan(tensor) else "inf"


def tensors_of(batch: Any, place: str = "") -> Any:
    """The tensors of a batch, each with its place, such as ``[0]``."""
    if isinstance(batch, Tensor):
        yield place, batch
    elif isinstance(batch, dict):
        for key, value in batch.items():
            yield from tensors_of(value, f"{place}[{key!r}]")
    elif isinstance(batch, (tuple, list)):
        for number, value in enumerate(batch):
            yield from tensors_of(value, f"{place}[{number}]")
