"""Losses at their edges: numbers recorded from PyTorch, extremes, errors that teach."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor
from edugrad.nn import functional as F

LOGITS = [[0.1, 0.2, 0.3], [1.0, 2.0, 3.0], [0.5, 0.4, 0.1], [0.0, 0.0, 1.0]]


def logits(**options: Any) -> Tensor:
    return edugrad.tensor(LOGITS, **options)


def close(found: Tensor, wanted: Any) -> bool:
    return np.allclose(found.detach().numpy(), wanted, rtol=1e-5, atol=1e-6, equal_nan=True)


# Cross-entropy


def test_cross_entropy_is_log_softmax_and_nll_loss() -> None:
    x = logits(requires_grad=True)
    loss = F.cross_entropy(x, edugrad.tensor([0, 1, 2, 2]))
    assert loss.grad_fn.name() == "NllLossBackward0"
    assert loss.grad_fn.next_functions[0][0].name() == "LogSoftmaxBackward0"


def test_cross_entropy_of_places_is_named_after_images() -> None:
    x = edugrad.zeros(2, 3, 4, 4, requires_grad=True)
    loss = F.cross_entropy(x, edugrad.zeros(2, 4, 4, dtype=edugrad.int64))
    assert loss.grad_fn.name() == "NllLoss2DBackward0"
    assert close(loss, math.log(3))


@pytest.mark.parametrize("size", [1e3, 1e5, 1e30])
def test_cross_entropy_of_huge_logits_is_exact(size: float) -> None:
    x = edugrad.tensor([[size, 0.0], [-size, 0.0]], requires_grad=True)
    losses = F.cross_entropy(x, edugrad.tensor([0, 0]), reduction="none")
    assert close(losses, [0.0, size])
    losses.sum().backward()
    assert close(x.grad, [[0.0, 0.0], [-1.0, 1.0]])


def test_an_ignored_row_may_hold_anything() -> None:
    x = edugrad.tensor([[-math.inf, 0.0], [1.0, 2.0]])
    assert close(F.cross_entropy(x, edugrad.tensor([0, 1]), ignore_index=0), 0.3132617)


@pytest.mark.parametrize(
    ("reduction", "wanted"), [("mean", math.nan), ("sum", 0.0), ("none", [0.0] * 4)]
)
def test_where_all_targets_are_ignored(reduction: str, wanted: Any) -> None:
    x = logits(requires_grad=True)
    loss = F.cross_entropy(x, edugrad.full((4,), -100), reduction=reduction)
    assert close(loss, wanted)
    loss.sum().backward()
    assert close(x.grad, np.zeros((4, 3)))


@pytest.mark.parametrize(("reduction", "wanted"), [("mean", math.nan), ("sum", 0.0)])
def test_cross_entropy_of_nothing(reduction: str, wanted: float) -> None:
    target = edugrad.zeros(0, dtype=edugrad.int64)
    assert close(F.cross_entropy(edugrad.zeros(0, 3), target, reduction=reduction), wanted)


def test_cross_entropy_takes_transposed_logits() -> None:
    x = logits().t().requires_grad_()
    F.cross_entropy(x, edugrad.tensor([0, 1, 3])).backward()
    wanted = [
        [-0.2764, 0.1400, 0.0849, 0.0515],
        [0.0367, -0.1115, 0.0448, 0.0300],
        [0.0178, 0.2651, 0.0146, -0.2975],
    ]
    assert np.allclose(x.grad.numpy(), wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("target", "kind", "rule", "mend"),
    [
        ([0, 1, 2, 5], IndexError, "Target 5 is out of bounds.", "from 0 on"),
        ([0, 1, 2, -1], IndexError, "Target -1 is out of bounds.", "ignore_index"),
        (
            [0, 1, 2],
            ValueError,
            "Expected input batch_size (4) to match target batch_size (3).",
            "one target for each row",
        ),
        (
            [[0], [1], [2], [0]],
            RuntimeError,
            "0D or 1D target tensor expected, multi-target not",
            "squeeze(1)",
        ),
        (
            [0.0, 1.0, 2.0, 0.0],
            RuntimeError,
            "expected target dtype to be Long or Byte, but got Float",
            "target.long()",
        ),
        (
            [[0, 0, 1]] * 4,
            RuntimeError,
            "Expected floating point type for target with class probabilities, got Long",
            "target.float()",
        ),
    ],
)
def test_targets_that_do_not_fit(target: Any, kind: Any, rule: str, mend: str) -> None:
    with pytest.raises(kind) as caught:
        F.cross_entropy(logits(), edugrad.tensor(target))
    assert str(caught.value).startswith(rule)
    assert mend in str(caught.value).split("mend: ")[1]


def test_a_target_of_other_places() -> None:
    with pytest.raises(RuntimeError, match=r"Expected target size \[2, 4\], got \[2, 5\]"):
        F.cross_entropy(edugrad.zeros(2, 3, 4), edugrad.zeros(2, 5, dtype=edugrad.int64))


def test_weights_of_classes_are_constants_one_for_each_class() -> None:
    target = edugrad.tensor([0, 1, 2, 0])
    with pytest.raises(RuntimeError, match="all 3 classes or no classes"):
        F.cross_entropy(logits(), target, weight=edugrad.ones(2))
    with pytest.raises(RuntimeError, match=r"not differentiable with respect to argument 'weight'"):
        F.cross_entropy(logits(), target, weight=edugrad.ones(3, requires_grad=True))
    with pytest.raises(RuntimeError, match="expected scalar type Float but found Double"):
        F.cross_entropy(logits(), target, weight=edugrad.ones(3, dtype=edugrad.float64))


@pytest.mark.parametrize("smoothing", [-0.1, 1.1])
def test_label_smoothing_is_a_share(smoothing: float) -> None:
    with pytest.raises(RuntimeError, match=r"label_smoothing must be between 0\.0 and 1\.0"):
        F.cross_entropy(logits(), edugrad.tensor([0, 1, 2, 0]), label_smoothing=smoothing)


# Shapes of predictions and targets


@pytest.mark.parametrize(
    "loss",
    [
        F.mse_loss,
        F.l1_loss,
        F.smooth_l1_loss,
        F.huber_loss,
        F.poisson_nll_loss,
        F.kl_div,
        F.hinge_embedding_loss,
        F.soft_margin_loss,
        F.binary_cross_entropy,
        F.binary_cross_entropy_with_logits,
    ],
    ids=lambda loss: loss.__name__,
)
@pytest.mark.filterwarnings("ignore")
def test_a_column_against_a_row_is_refused(loss: Any) -> None:
    with pytest.raises(ValueError, match="must be the same") as caught:
        loss(edugrad.full((4, 1), 0.5), edugrad.full((4,), 0.5))
    assert "(4, 1)" in str(caught.value)
    assert "squeeze(1)" in str(caught.value)


def test_a_target_for_all_rows_is_spread_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="Using a target size"):
        loss = F.mse_loss(edugrad.ones(4, 2), edugrad.tensor([1.0, 3.0]))
    assert close(loss, 2.0)


def test_equal_shapes_give_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.l1_loss(edugrad.ones(4), edugrad.zeros(4))


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"size_average": False}, 6.0),
        ({"reduce": False}, [1.0, 1.0, 4.0]),
        ({"reduce": True}, 2.0),
    ],
)
def test_the_older_way_to_ask_for_a_reduction(options: Any, wanted: Any) -> None:
    with pytest.warns(UserWarning, match="please use reduction="):
        found = F.mse_loss(edugrad.tensor([1.0, -1.0, 2.0]), edugrad.zeros(3), **options)
    assert close(found, wanted)


def test_an_unknown_reduction() -> None:
    with pytest.raises(ValueError, match="average is not a valid value for reduction"):
        F.l1_loss(edugrad.ones(2), edugrad.ones(2), reduction="average")


# Extremes


def test_binary_cross_entropy_of_certain_probabilities_is_finite() -> None:
    p = edugrad.tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    losses = F.binary_cross_entropy(p, edugrad.tensor([0.0, 1.0, 1.0, 0.0]), reduction="none")
    assert close(losses, [0.0, 0.0, 100.0, 100.0])
    losses.sum().backward()
    assert close(p.grad, [0.0, 0.0, -1e12, 1e12])


def test_binary_cross_entropy_takes_probabilities_alone() -> None:
    for p, y, what in ((1.5, 1.0, "input"), (math.nan, 1.0, "input"), (0.5, 3.0, "target")):
        with pytest.raises(RuntimeError, match=f"all elements of {what} should be between 0 and 1"):
            F.binary_cross_entropy(edugrad.tensor([p]), edugrad.tensor([y]))


def test_logits_of_any_size() -> None:
    z, y = edugrad.tensor([1e4, -1e4, math.inf]), edugrad.tensor([0.0, 1.0, 0.0])
    losses = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    assert close(losses[:2], [1e4, 1e4])
    assert close(
        F.soft_margin_loss(edugrad.tensor([-1000.0, 1000.0]), edugrad.ones(2), reduction="none"),
        [1000.0, 0.0],
    )


def test_large_differences_do_not_overflow() -> None:
    far = edugrad.tensor([1e30, math.inf, math.nan])
    for loss in (F.smooth_l1_loss, F.huber_loss):
        assert close(loss(far, edugrad.zeros(3), reduction="none"), [1e30, math.inf, math.nan])


def test_a_probability_of_zero_adds_nothing_to_a_divergence() -> None:
    guess = edugrad.tensor([0.3, 0.2, 0.5]).log()
    truth = edugrad.tensor([0.0, 0.5, 0.5])
    assert close(F.kl_div(guess, truth, reduction="sum"), 0.5 * math.log(2.5))


def test_a_mean_divergence_warns_and_one_by_batch_does_not() -> None:
    x, y = edugrad.zeros(2, 3), edugrad.ones(2, 3)
    with pytest.warns(UserWarning, match="'batchmean'"):
        F.kl_div(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.kl_div(x, y, reduction="batchmean")


def test_variances() -> None:
    ones = edugrad.ones(3)
    for var in (-ones, -1.0):
        with pytest.raises(ValueError, match="var has negative entry/entries"):
            F.gaussian_nll_loss(ones, ones, var)
    with pytest.raises(ValueError, match="var is of incorrect size"):
        F.gaussian_nll_loss(edugrad.ones(3, 2), edugrad.ones(3, 2), edugrad.ones(2))


# Lengths of nothing


def test_vectors_of_zeros_have_finite_gradients() -> None:
    def gradient(function: Any) -> Any:
        x = edugrad.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
        function(x).sum().backward()
        return x.grad

    ones = edugrad.ones(2, 2)
    assert close(gradient(lambda x: F.normalize(x))[0], [1e12, 1e12])
    assert np.isfinite(gradient(lambda x: F.cosine_similarity(x, ones)).numpy()).all()
    assert close(
        gradient(lambda x: F.pairwise_distance(x, edugrad.zeros(2, 2), eps=0)),
        [[0.0, 0.0], [0.6, 0.8]],
    )


def test_a_pair_that_is_neither_alike_nor_not() -> None:
    x = edugrad.ones(2, 3)
    losses = F.cosine_embedding_loss(x, x, edugrad.tensor([0, 2]), reduction="none")
    assert close(losses, [0.0, 0.0])


def test_triplets_need_a_margin_and_one_number_of_dimensions() -> None:
    ones = edugrad.ones(3)
    with pytest.raises(ValueError, match="margin must be greater than 0, got 0"):
        F.triplet_margin_loss(ones, ones, ones, margin=0)
    with pytest.raises(RuntimeError, match="anchor 1D, positive 2D, and negative 1D"):
        F.triplet_margin_loss(ones, edugrad.ones(1, 3), ones)


# Dropout


@pytest.mark.parametrize("name", ["dropout", "alpha_dropout"])
def test_dropout_keeps_the_mean(name: str) -> None:
    edugrad.manual_seed(0)
    x = edugrad.randn(100_000)
    found = getattr(F, name)(x, 0.3, True)
    assert abs(found.mean().item()) < 0.02
    assert (found == x).sum() == 0
    if name == "alpha_dropout":
        assert abs(found.var().item() - 1) < 0.02


def test_dropout_leaves_out_the_share() -> None:
    edugrad.manual_seed(0)
    found = F.dropout(edugrad.ones(100_000), 0.3)
    assert abs((found == 0).float().mean().item() - 0.3) < 0.01
    assert close(found.max(), 1 / 0.7)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("dropout1d", (50, 4, 6)), ("dropout2d", (50, 4, 3, 2)), ("dropout3d", (50, 4, 3, 2, 1))],
)
def test_channels_are_left_out_whole(name: str, shape: tuple[int, ...]) -> None:
    edugrad.manual_seed(0)
    found = getattr(F, name)(edugrad.ones(shape), 0.5).numpy().reshape(200, 6)
    assert set(map(tuple, found)) == {(0.0,) * 6, (2.0,) * 6}


def test_dropout_in_evaluation_is_the_input_itself() -> None:
    x = edugrad.ones(3)
    assert F.dropout(x, 0.5, training=False) is x
    assert F.dropout(x, 0.0) is x


def test_dropout_in_place() -> None:
    edugrad.manual_seed(0)
    x = edugrad.ones(20)
    assert F.dropout(x, 0.5, inplace=True) is x
    assert set(x.tolist()) == {0.0, 2.0}


def test_dropout_of_everything_passes_nan_on() -> None:
    assert close(F.dropout(edugrad.tensor([1.0, math.nan]), 1.0), [0.0, math.nan])


def test_the_gradient_goes_where_the_numbers_went() -> None:
    edugrad.manual_seed(0)
    x = edugrad.ones(10, requires_grad=True)
    found = F.dropout(x, 0.5)
    found.sum().backward()
    assert x.grad.tolist() == found.tolist()


def test_dropout_refuses() -> None:
    with pytest.raises(ValueError, match=r"has to be between 0 and 1, but got 1\.5"):
        F.dropout(edugrad.ones(3), 1.5)
    with pytest.raises(RuntimeError, match="can't be cast to the desired output type Int"):
        F.dropout(edugrad.ones(3, dtype=edugrad.int32), 0.5)
    with pytest.raises(RuntimeError, match="dropout1d: Expected 2D or 3D input"):
        F.dropout1d(edugrad.ones(3))
    with (
        pytest.raises(RuntimeError, match="at least 2 dimensions"),
        pytest.warns(UserWarning, match="Received a 1-D input"),
    ):
        F.dropout2d(edugrad.ones(3))


def test_targets_must_not_change_between_forward_and_backward() -> None:
    target = edugrad.tensor([0, 1, 2, 0])
    loss = F.cross_entropy(logits(requires_grad=True), target)
    target.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_multi_margin_loss_takes_a_single_number() -> None:
    one, first = edugrad.tensor(0.5, requires_grad=True), edugrad.tensor(0)
    loss = F.multi_margin_loss(one, first)
    loss.backward()
    assert loss.item() == 0.0
    assert one.grad.item() == 0.0
    assert F.multi_margin_loss(one, first.reshape(1), reduction="none").tolist() == [0.0]
    with pytest.raises(ValueError, match="weight must be one-dimensional"):
        F.multi_margin_loss(logits(), edugrad.tensor([0, 1, 2, 0]), weight=edugrad.ones(1, 3))
