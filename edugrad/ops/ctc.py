"""The CTC loss: how unlikely a sequence of labels is when nobody says where each one lies."""

from __future__ import annotations

import math
from typing import Any

from ..creation import full, tensor
from ..errors import teach
from ..tensor import Tensor
from .checks import need_kernel
from .joining import stack
from .logarithms import logaddexp
from .loss import FUNCTIONAL, averaged, read_reduction
from .padding import constant_pad
from .registry import Sample, T, register
from .selection import where

# Minus infinity, but for its gradients, which would not be numbers.
NEVER = -1e30


@register(
    None,
    samples=[
        Sample(T(5, 2, 4), T(2, 2, kind="int", low=1, high=4), (5, 4), (2, 1)),
        Sample(T(5, 2, 4), T(3, kind="int", low=0, high=3), (4, 5), (2, 1), 3, "none"),
        Sample(T(4, 3), T(2, kind="int", low=1, high=3), (4,), (2,), reduction="sum"),
    ],
    method=False,
    namespace=FUNCTIONAL,
    torch="the gradient of the logarithms themselves; PyTorch's is that of the scores before "
    "log_softmax, which is the same once it has gone through log_softmax, and has no second one",
)
def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    r"""The negative logarithm of the probability of labels, summed over all their alignments.

    .. math:: \ell = -\ln \sum_{\pi \to y} \prod_t p_t(\pi_t)

    where an alignment π names a label or the blank at each step, and gives y when repetitions and
    then blanks are left out.

    Parameters
    ----------
    log_probs : Tensor of shape (steps, batch, classes) or (steps, classes)
        Logarithms of probabilities, as ``log_softmax`` gives them.
    targets : Tensor of int64 of shape (batch, labels), or all labels in a row
    input_lengths, target_lengths : Tensor or sequence of int
        How many steps and labels of each example count.
    blank : int
        The class that stands for no label.
    reduction : "mean", "sum" or "none"
        A mean is taken of losses that are divided by the number of labels.
    zero_infinity : bool
        Count examples with too few steps for their labels as 0 instead of infinity.

    Raises
    ------
    RuntimeError
        If the lengths or the blank do not fit.

    Notes
    -----
    PyTorch: ``torch.nn.functional.ctc_loss``. Source: Graves et al., "Connectionist Temporal
    Classification", 2006.
    """
    reduction = read_reduction(reduction)
    need_kernel("ctc_loss_cpu", "f", log_probs._array)
    steps, labels = _lengths(input_lengths), _lengths(target_lengths)
    alone = log_probs.ndim == 2
    if alone:
        log_probs = log_probs.unsqueeze(1)
        targets = targets.reshape(1, -1)
    _check(log_probs, targets, steps, labels, blank)
    path = _path(_rows(targets, labels), blank)
    losses = _losses(log_probs, path, steps, labels, blank)
    impossible = losses > -NEVER / 2
    losses = losses.masked_fill(impossible, 0.0 if zero_infinity else math.inf)
    if reduction == "mean":
        losses = losses / tensor([max(each, 1) for each in labels], device=losses.device)
    return averaged(losses.squeeze(0) if alone else losses, reduction)


def _losses(
    log_probs: Tensor, path: Tensor, steps: list[int], labels: list[int], blank: int
) -> Tensor:
    """The forward pass: after each step, how likely each place of the path is to be reached."""
    count, width = path.shape
    form: dict[str, Any] = {"dtype": log_probs.dtype, "device": log_probs.device}
    emitted = log_probs.gather(2, path.expand(len(log_probs), count, width))
    before = constant_pad(path[:, :-2], (2, 0), blank)
    skipping = full((count, width), 0.0, **form).masked_fill(
        (path == blank) | (path == before), NEVER
    )
    reached = constant_pad(full((count, 1), 0.0, **form), (0, width - 1), NEVER)
    lengths = tensor(steps, device=log_probs.device).unsqueeze(1)
    for t in range(max(steps)):
        one = constant_pad(reached[:, :-1], (1, 0), NEVER)
        two = constant_pad(reached[:, :-2], (2, 0), NEVER) + skipping
        new = logaddexp(logaddexp(reached, one), two) + emitted[t]
        reached = where(lengths > t, new, reached)
    last = tensor([[2 * each] for each in labels], device=log_probs.device)
    label = reached.gather(1, (last - 1).clamp_min(0)).masked_fill(last == 0, NEVER)
    found: Tensor = -logaddexp(reached.gather(1, last), label).squeeze(1)
    return found


def _path(rows: Tensor, blank: int) -> Tensor:
    """The labels with blanks before, between and behind them."""
    between = stack([full(rows.shape, blank, dtype=rows.dtype, device=rows.device), rows], 2)
    found: Tensor = constant_pad(between.flatten(1), (0, 1), blank)
    return found


def _rows(targets: Tensor, labels: list[int]) -> Tensor:
    """One row of labels for each example."""
    targets = targets.long()
    if targets.ndim == 2:
        return targets
    longest = max(labels)
    parts = targets.split(labels)
    found: Tensor = stack([constant_pad(each, (0, longest - len(each)), 0) for each in parts])
    return found


def _lengths(lengths: Any) -> list[int]:
    values = lengths.reshape(-1).tolist() if isinstance(lengths, Tensor) else list(lengths)
    if any(not isinstance(each, int) for each in values):
        raise RuntimeError(
            teach("lengths must be integral", got=f"{values}", mend="give whole numbers of steps")
        )
    return values


def _check(
    log_probs: Tensor, targets: Tensor, steps: list[int], labels: list[int], blank: int
) -> None:
    length, count, classes = log_probs.shape
    total = sum(labels) if targets.ndim == 1 else max(labels, default=0)
    if not 0 <= blank < classes:
        rule = "blank must be in label range"
    elif len(steps) != count:
        rule = "input_lengths must be of size batch_size"
    elif len(labels) != count:
        rule = "target_lengths must be of size batch_size"
    elif max(steps) > length:
        rule = f"Expected input_lengths to have value at most {length}, but got value {max(steps)}"
    elif targets.shape[-1] < total:
        rule = f"Expected targets to have at least {total} labels, but got {targets.shape[-1]}"
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"log_probs of shape {tuple(log_probs.shape)}, input_lengths {steps}, "
            f"target_lengths {labels} and blank={blank}",
            mend="log_probs has shape (steps, batch, classes), and there is one length of each "
            "kind for each example",
        )
    )
