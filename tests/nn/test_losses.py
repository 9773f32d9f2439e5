"""Losses with something to them: CTC and several labels."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn, ones, tensor, zeros


def test_labels_that_do_not_fit_into_the_steps_are_impossible() -> None:
    even = edugrad.full((3, 2, 3), 1 / 3).log()
    labels, steps, counts = tensor([[1, 1], [1, 2]]), (2, 3), (2, 2)
    losses = nn.CTCLoss(reduction="none")(even, labels, steps, counts)
    assert losses[0].item() == math.inf
    np.testing.assert_allclose(losses[1].item(), -math.log(5 / 27), 1e-5)
    even.requires_grad_()
    nn.CTCLoss(zero_infinity=True)(even, labels, steps, counts).backward()
    assert (even.grad[:, 0] == 0).all()
    assert even.grad.isfinite().all()


def test_an_empty_sequence_of_labels_is_all_blanks() -> None:
    scores = edugrad.randn(4, 1, 3).log_softmax(-1)
    loss = nn.CTCLoss()(scores, zeros(1, 0).long(), (4,), (0,))
    np.testing.assert_allclose(loss.item(), -scores[:, 0, 0].sum().item(), 1e-5)


def test_labels_in_a_row_are_those_in_rows() -> None:
    scores = edugrad.randn(6, 2, 4).log_softmax(-1)
    rows, steps = tensor([[1, 2, 3], [3, 0, 0]]), tensor([6, 5])
    one = nn.CTCLoss(reduction="none")(scores, rows, steps, tensor([3, 1]))
    other = nn.CTCLoss(reduction="none")(scores, tensor([1, 2, 3, 3]), steps, tensor([3, 1]))
    assert one.tolist() == other.tolist()


SCORES, LABELS = zeros(5, 2, 4), tensor([[1, 2], [3, 3]])
ERRORS: dict[str, tuple[Callable[[], Any], str]] = {
    "too many steps": (
        lambda: nn.CTCLoss()(SCORES, LABELS, (6, 4), (2, 2)),
        "Expected input_lengths to have value at most 5, but got value 6",
    ),
    "too few lengths": (
        lambda: nn.CTCLoss()(SCORES, LABELS, (5,), (2, 2)),
        "input_lengths must be of size batch_size",
    ),
    "too few numbers of labels": (
        lambda: nn.CTCLoss()(SCORES, LABELS, (5, 4), (2,)),
        "target_lengths must be of size batch_size",
    ),
    "another blank": (
        lambda: nn.CTCLoss(blank=4)(SCORES, LABELS, (5, 4), (2, 2)),
        "blank must be in label range",
    ),
    "too few labels": (
        lambda: nn.CTCLoss()(SCORES, LABELS, (5, 4), (2, 3)),
        "Expected targets to have at least 3 labels, but got 2",
    ),
    "half a step": (
        lambda: nn.CTCLoss()(SCORES, LABELS, tensor([4.5, 4.0]), (2, 2)),
        "lengths must be integral",
    ),
    "labels of another shape": (
        lambda: nn.MultiLabelMarginLoss()(ones(2, 4), tensor([3, 0, -1, 1])),
        "inconsistent target size: [4] for input of size: [2, 4]",
    ),
    "a label that is not there": (
        lambda: nn.MultiLabelMarginLoss()(ones(4), tensor([4, -1, 0, 0])),
        "argument #2 'target' is out of range",
    ),
    "labels that are no numbers of classes": (
        lambda: nn.MultiLabelMarginLoss()(ones(4), ones(4)),
        "expected scalar type Long but found Float",
    ),
}


@pytest.mark.parametrize("mistake", ERRORS)
def test_a_mistake_is_named(mistake: str) -> None:
    make, rule = ERRORS[mistake]
    with pytest.raises(RuntimeError) as caught:
        make()
    assert str(caught.value).startswith(rule)
    assert "mend:" in str(caught.value)
