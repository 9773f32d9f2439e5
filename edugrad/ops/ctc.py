"""Connectionist temporal classification: the loss of a sequence whose alignment is not known."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .joining import cat, stack
from .registry import Sample, T, register
from .selection import where

NEVER = -1e30  # the logarithm of a probability of zero; -inf would have no gradient


def _lengths(value: Any, like: Tensor) -> Tensor:
    if isinstance(value, Tensor):
        return value.to(like.device).long()
    return like.new_tensor(list(value)).long()


def _padded(targets: Tensor, lengths: Tensor) -> Tensor:
    """Targets a row, also where they were given one after the other."""
    if targets.ndim == 2:
        return targets.long()
    longest = int(lengths.max()) if lengths.numel() else 0
    rows, start = targets.new_zeros(len(lengths), longest).long(), 0
    for number, length in enumerate(lengths.tolist()):
        rows[number, :length] = targets[start : start + length].long()
        start += length
    return rows


def _shifted(a: Tensor, by: int) -> Tensor:
    """Each row moved to the right, NEVER moving in."""
    return cat([a.new_full((len(a), by), NEVER), a[:, : a.shape[1] - by]], 1)


@register(
    None,
    samples=[
        Sample(T(6, 2, 4), T(2, 3, kind="int", low=1, high=4), (6, 5), (2, 3)),
        Sample(T(5, 2, 3), T(3, kind="int", low=1, high=3), (5, 5), (1, 2), reduction="sum"),
        Sample(T(5, 3), T(2, kind="int", low=0, high=2), (5,), (2,), 2, "none"),
    ],
    method=False,
    namespace="edugrad.nn.functional",
    torch="the gradient is that by log_probs; PyTorch's is right after a log_softmax only",
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
    r"""How unlikely a sequence of labels is, over all ways in which it may be spread over time.

    .. math:: -\ln \sum_{\pi \to \text{target}} \prod_t p_t(\pi_t)

    Parameters
    ----------
    log_probs : Tensor
        Logarithms of probabilities, of shape (T, N, C) or (T, C).
    targets : Tensor
        Labels of shape (N, S), or all of them one after the other.
    input_lengths, target_lengths : Tensor or tuple of int
        How much of each is used.
    blank : int
        The label that stands for none.
    reduction : "mean", "sum" or "none"
        "mean" divides each loss by the length of its target first.
    zero_infinity : bool
        Put 0 for the loss of a target that is too long for its input.

    Notes
    -----
    PyTorch: ``torch.nn.functional.ctc_loss``. Source: Graves and others, "Connectionist temporal
    classification", 2006.
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(
            teach(
                f"{reduction} is not a valid value for reduction",
                got=repr(reduction),
                mend='use "mean", "sum" or "none"',
            )
        )
    single = log_probs.ndim == 2
    if single:
        log_probs = log_probs.unsqueeze(1)
        targets = targets.reshape(1, -1)
    ends = _lengths(input_lengths, log_probs).reshape(-1)
    counts = _lengths(target_lengths, log_probs).reshape(-1)
    labels = _padded(targets, counts)
    states = 2 * labels.shape[1] + 1
    extended = labels.new_full((len(labels), states), blank)
    extended[:, 1::2] = labels
    jumps = (extended != blank) & (extended != _before_last(extended, blank))
    steps = log_probs.gather(2, extended.expand(len(log_probs), *extended.shape))
    alpha = cat([steps[0, :, :2], steps.new_full((len(labels), states - 2), NEVER)], 1)
    for time in range(1, len(steps)):
        ways = stack([alpha, _shifted(alpha, 1), where(jumps, _shifted(alpha, 2), NEVER)])
        alpha = where((ends > time)[:, None], steps[time] + ways.logsumexp(0), alpha)
    last = (2 * counts)[:, None]
    before = where(last > 0, alpha.gather(1, (last - 1).clamp(min=0)), NEVER)
    found = -stack([alpha.gather(1, last), before]).logsumexp(0).squeeze(1)
    impossible = found.detach() > -NEVER / 2
    found = found.masked_fill(impossible, 0.0 if zero_infinity else float("inf"))
    if reduction == "mean":
        return (found / counts.clamp(min=1)).mean()
    if reduction == "sum":
        return found.sum()
    return found.squeeze(0) if single else found


def _before_last(extended: Tensor, blank: int) -> Tensor:
    """The label two states back."""
    return cat([extended.new_full((len(extended), 2), blank), extended[:, :-2]], 1)
