"""Embeddings of bags of words: rows of a table, summed or averaged."""

from __future__ import annotations

import itertools
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .embedding import embedding
from .joining import stack
from .registry import Sample, T, register


@register(
    None,
    samples=[
        Sample(T(2, 3, kind="int", low=0, high=5), T(5, 4)),
        Sample(T(5, kind="int", low=0, high=5), T(5, 2), T(2, kind="int", low=0, high=1)),
        Sample(T(2, 3, kind="int", low=0, high=5), T(5, 2), mode="max"),
        Sample(T(2, 2, kind="int", low=0, high=5), T(5, 2), mode="sum", per_sample_weights=T(2, 2)),
        Sample(T(2, 3, kind="int", low=0, high=3), T(3, 2), padding_idx=1),
    ],
    method=False,
    namespace="edugrad.nn.functional",
    torch="it has a second derivative here, also by per_sample_weights",
)
def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    """The sum, mean or maximum of the rows of a table that each bag names.

    Parameters
    ----------
    input : Tensor
        Row numbers: a bag a row, or all bags one after the other with ``offsets``.
    weight : Tensor
        The table, of shape (rows, features).
    offsets : Tensor
        Where each bag begins in a vector ``input``.
    mode : "mean", "sum" or "max"
    sparse : bool
        There are no sparse gradients here; True raises.
    per_sample_weights : Tensor
        Factors of the rows, for "sum".
    padding_idx : int
        A row that does not count.

    Raises
    ------
    ValueError, NotImplementedError
        If the arguments do not fit together.

    Notes
    -----
    PyTorch: ``torch.nn.functional.embedding_bag``.
    """
    _check(input, offsets, mode, per_sample_weights)
    if input.ndim == 2:
        starts = list(range(0, input.numel() + 1, input.shape[1]))
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights.reshape(-1)
        input = input.reshape(-1)
    else:
        assert offsets is not None
        starts = offsets.tolist() if include_last_offset else [*offsets.tolist(), input.numel()]
    rows = embedding(input, weight, None, max_norm, norm_type, scale_grad_by_freq, sparse)
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.unsqueeze(1)
    pad = None if padding_idx is None else padding_idx % len(weight)
    bags = []
    for start, end in itertools.pairwise(starts):
        bag = rows[start:end]
        bag = bag if pad is None else bag[input[start:end] != pad]
        bags.append(_reduced(bag, mode))
    return stack(bags) if bags else rows.new_zeros(0, weight.shape[1])


def _reduced(bag: Any, mode: str) -> Any:
    if mode == "sum" or not len(bag):
        return bag.sum(0)
    return bag.mean(0) if mode == "mean" else bag.max(0).values


def _check(input: Any, offsets: Any, mode: str, factors: Any) -> None:
    if mode not in ("mean", "sum", "max"):
        raise ValueError(
            teach(
                "mode has to be one of sum, mean or max",
                got=f"mode={mode!r}",
                mend='use "sum", "mean" or "max"',
            )
        )
    if (input.ndim == 1) != (offsets is not None) or input.ndim > 2:
        raise ValueError(
            teach(
                "offsets say where bags begin in a vector; in a matrix each row is a bag",
                got=f"input of {input.ndim} dimensions, offsets={'no' if offsets is None else 'a'} "
                "tensor",
                mend="pass a matrix without offsets, or a vector with them",
            )
        )
    if factors is not None and mode != "sum":
        raise NotImplementedError(
            teach(
                "embedding_bag: per_sample_weights was not None. per_sample_weights is only "
                f"supported for mode='sum' (got mode='{mode}')",
                got=f"mode={mode!r}",
                mend="use mode='sum', or multiply the table's rows beforehand",
            )
        )
