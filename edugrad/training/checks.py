"""Checks: mistakes that learners make, and what they are told."""

from __future__ import annotations

from typing import Any

from .. import optim
from ..errors import teach
from ..tensor import Tensor


def check_parameters(model: Any) -> None:
    """Refuse a model without anything to train."""
    parameters = list(model.parameters())
    if any(parameter.requires_grad for parameter in parameters):
        return
    raise ValueError(
        teach(
            "a model has to have parameters that can be trained",
            got=f"{type(model).__name__}, "
            + ("whose parameters are all frozen" if parameters else "which has no parameters"),
            mend="model.requires_grad_(True) thaws them"
            if parameters
            else "assign layers to attributes, self.layer = nn.Linear(…); layers in a list or dict "
            "are not found: use nn.ModuleList or nn.ModuleDict",
        )
    )


def check_ownership(optimizer: Any, model: Any) -> None:
    """Refuse an optimizer that was made for another model."""
    own = {id(parameter) for parameter in model.parameters()}
    given = [p for group in optimizer.param_groups for p in group["params"]]
    if not any(id(parameter) in own for parameter in given):
        raise ValueError(
            teach(
                "the optimizer has to hold the model's parameters",
                got=f"{type(optimizer).__name__} of {len(given)} others, of an earlier model",
                mend="make it anew: optimizer=optim.Adam(model.parameters())",
            )
        )


def check_shapes(output: Any, target: Any) -> None:
    """Refuse outputs (N, 1) for targets (N,) and the reverse: they broadcast to N × N.

    Raises
    ------
    ValueError
        If one has a dimension of length 1 that the other lacks.
    """
    if not isinstance(output, Tensor) or not isinstance(target, Tensor) or output.ndim == 0:
        return
    mine, theirs = tuple(output.shape), tuple(target.shape)
    if mine == (*theirs, 1) and target.is_floating_point():
        mend = "y.reshape(-1, 1), or output.squeeze(-1) in forward"
    elif theirs == (*mine, 1):
        mend = "y.reshape(-1)"
    elif len(mine) == 2 and mine[1] > 1 and theirs == (mine[0], 1):
        mend = "one label for each sample: y.reshape(-1)"
    else:
        return
    raise ValueError(
        teach(
            "the model's output and the targets must be of one shape",
            got=f"output {mine} and targets {theirs}",
            mend=mend,
        )
    )


def check_loss(loss: Any, task: Any) -> None:
    """A loss is a tensor of one number.

    Raises
    ------
    TypeError
        If nothing, or something else than a tensor, was returned.
    ValueError
        If it has more than one number.
    """
    step = "the loss function" if not hasattr(task, "forward") else "training_step"
    if not isinstance(loss, Tensor):
        raise TypeError(
            teach(
                f"{step} has to return the loss, a tensor of one number",
                got="nothing (None)" if loss is None else f"a {type(loss).__name__}",
                mend=f'end it with "return loss"{"" if loss is None else "; do not call item()"}',
            )
        )
    if loss.numel() != 1:
        raise ValueError(
            teach(
                "the loss has to be one number",
                got=f"a loss of shape {tuple(loss.shape)}",
                mend='return loss.mean(), or leave out reduction="none"',
            )
        )


def check_accumulation(optimizer: Any, batches: int) -> None:
    """LBFGS evaluates a batch several times, so that gradients of several cannot add up.

    Raises
    ------
    ValueError
        If both are wanted.
    """
    if batches > 1 and isinstance(optimizer, optim.LBFGS):
        raise ValueError(
            teach(
                "LBFGS needs all of an update's data in one batch",
                got=f"accumulate_grad_batches={batches}",
                mend="a larger batch_size and accumulate_grad_batches=1",
            )
        )


def no_batches(stage: str, epoch: int) -> str:
    """What is said of data without a single batch."""
    return teach(
        f"the {stage} data has to yield at least one batch",
        got="none" + (f" in epoch {epoch}: a generator can be read once only" if epoch else ""),
        mend="a DataLoader or a list of batches can be read anew each epoch"
        if epoch
        else "look at len(dataset), batch_size and drop_last",
    )
