"""Convolutions, pools, norms, padding and their like: numbers recorded from PyTorch, errors."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor, arange, ones, tensor, zeros
from edugrad.nn import functional as F

IMAGE = arange(16.0).reshape(1, 1, 4, 4)
SMALL = IMAGE[:, :, :2, :2]
INF, NAN = math.inf, math.nan


def close(found: Tensor, wanted: Any) -> bool:
    return np.allclose(found.detach().numpy(), wanted, rtol=1e-5, atol=1e-7, equal_nan=True)


def test_convolution_of_the_same_size_pads_evenly() -> None:
    wanted = [[10, 18, 24, 18], [27, 45, 54, 39], [51, 81, 90, 63], [42, 66, 72, 50]]
    assert F.conv2d(IMAGE, ones(1, 1, 3, 3), padding="same")[0, 0].tolist() == wanted


def test_transposed_convolution_spreads_the_kernel() -> None:
    kernel = arange(4.0).reshape(1, 1, 2, 2)
    wanted = [[0, 0, 0, 1], [0, 0, 2, 3], [0, 4, 0, 5], [8, 12, 10, 15]]
    assert F.conv_transpose2d(SMALL, kernel, stride=2)[0, 0].tolist() == wanted


def test_transposed_convolution_takes_a_gradient_back() -> None:
    edugrad.manual_seed(0)
    x, kernel = edugrad.randn(2, 4, 6, 5).requires_grad_(), edugrad.randn(6, 2, 3, 2)
    options = {"stride": 2, "padding": 1, "groups": 2}
    y = F.conv2d(x, kernel, **options)
    (found,) = edugrad.autograd.grad(y, x, edugrad.ones_like(y))
    back = F.conv_transpose2d(edugrad.ones_like(y), kernel, output_padding=(1, 1), **options)
    assert close(found, back.detach().numpy()[:, :, :6, :5])


def test_a_convolution_of_many_images_goes_by_blocks() -> None:
    edugrad.manual_seed(0)
    x, kernel = edugrad.randn(200, 8, 20, 20), edugrad.randn(4, 8, 3, 3)
    whole = F.conv2d(x, kernel)
    parts = [F.conv2d(x[k : k + 1], kernel) for k in (0, 57, 199)]
    assert close(whole[[0, 57, 199]], np.concatenate([part.numpy() for part in parts]))


def test_a_convolution_of_no_images_is_empty() -> None:
    assert F.conv2d(zeros(0, 1, 4, 4), ones(2, 1, 3, 3)).shape == (0, 2, 2, 2)


def test_unfold_lists_what_lies_under_each_place() -> None:
    wanted = [[0, 2, 8, 10], [1, 3, 9, 11], [4, 6, 12, 14], [5, 7, 13, 15]]
    assert F.unfold(IMAGE, 2, stride=2)[0].tolist() == wanted


def test_max_pooling_finds_values_and_places() -> None:
    values, places = F.max_pool2d(IMAGE, 3, 2, 1, return_indices=True)
    assert values[0, 0].tolist() == places[0, 0].tolist() == [[5, 7], [13, 15]]


def test_max_pooling_passes_nan_on_and_never_chooses_padding() -> None:
    assert close(F.max_pool1d(tensor([[NAN, 1.0, 2.0, 3.0]]), 2), [[NAN, 3.0]])
    values, places = F.max_pool1d(edugrad.full((1, 4), -INF), 3, 1, 1, return_indices=True)
    assert close(values, [[-INF] * 4])
    assert places.tolist() == [[0, 0, 1, 2]]


def test_overlapping_windows_add_their_gradients() -> None:
    x = tensor([[0.0, 5.0, 1.0]], requires_grad=True)
    F.max_pool1d(x, 2, 1).sum().backward()
    assert x.grad.tolist() == [[0.0, 2.0, 0.0]]


def test_unpooling_puts_back_what_pooling_chose() -> None:
    values, places = F.max_pool2d(IMAGE, 2, return_indices=True)
    found = F.max_unpool2d(values, places, 2)[0, 0]
    assert found.tolist() == [[0, 0, 0, 0], [0, 5, 0, 7], [0, 0, 0, 0], [0, 13, 0, 15]]


def test_average_pooling_may_leave_the_padding_out() -> None:
    found = F.avg_pool2d(IMAGE, 3, 2, 1, count_include_pad=False)
    assert found[0, 0].tolist() == [[2.5, 4.0], [8.5, 10.0]]


def test_an_infinity_stays_in_its_window() -> None:
    x = tensor([[INF, 1.0, 2.0, 3.0]])
    assert close(F.adaptive_avg_pool1d(x, 2), [[INF, 2.5]])
    assert close(F.interpolate(x[None], size=2)[0], [[INF, 2.0]])


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("bilinear", [[0, 0.25, 0.75, 1], [1, 1.25, 1.75, 2], [3, 3.25, 3.75, 4]]),
        (
            "bicubic",
            [
                [-0.52734375, -0.1953125, 0.3515625, 0.68359375],
                [0.80078125, 1.1328125, 1.6796875, 2.01171875],
                [2.98828125, 3.3203125, 3.8671875, 4.19921875],
            ],
        ),
    ],
)
def test_interpolation(mode: str, wanted: Any) -> None:
    assert close(F.interpolate(SMALL, scale_factor=2, mode=mode)[0, 0, :3], wanted)


def test_batch_norm_gathers_statistics_and_uses_them() -> None:
    mean, variance = zeros(1), ones(1)
    found = F.batch_norm(IMAGE, mean, variance, training=True)
    assert close(found[0, 0, 0], [-1.62697, -1.410041, -1.193112, -0.976182])
    assert close(mean, [0.75])
    assert close(variance, [3.1666667])
    assert close(F.batch_norm(IMAGE, mean, variance)[0, 0, 0, :1], [-0.75 / math.sqrt(3.16667667)])


def test_instance_norm_gathers_the_mean_over_the_batch() -> None:
    mean, variance = zeros(2), ones(2)
    F.instance_norm(arange(12.0).reshape(2, 2, 3), mean, variance)
    assert close(mean, [0.4, 0.7])
    assert close(variance, [1.0, 1.0])


@pytest.mark.parametrize("shift", [0.0, 1e2, 1e4])
def test_norms_keep_their_digits_far_from_zero(shift: float) -> None:
    numbers = np.random.default_rng(0).standard_normal((64, 3, 50)) + shift
    x = tensor(numbers.astype(np.float32))
    exact = x.double()
    wanted = F.batch_norm(exact, None, None, training=True)
    away = (F.batch_norm(x, None, None, training=True) - wanted).abs().max()
    assert float(away) <= 1e-6 * max(shift, 1.0)


def test_embedding_shortens_rows_and_spares_the_padding() -> None:
    table = tensor([[3.0, 4.0], [0.3, 0.4], [6.0, 8.0]], requires_grad=True)
    options = {"padding_idx": 2, "max_norm": 1.0, "scale_grad_by_freq": True}
    rows = F.embedding(tensor([0, 1, 0, 2]), table, **options)
    assert close(rows, [[0.6, 0.8], [0.3, 0.4], [0.6, 0.8], [0.6, 0.8]])
    assert close(table, [[0.6, 0.8], [0.3, 0.4], [0.6, 0.8]])
    rows.sum().backward()
    assert table.grad.tolist() == [[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]


def test_attention_is_causal_and_gives_zeros_where_nothing_may_be_seen() -> None:
    q = edugrad.eye(3)[None]
    third = [0.26445818, 0.26445818, 0.4710836]
    causal = F.scaled_dot_product_attention(q, q, q, is_causal=True)
    assert close(causal[0], [[1, 0, 0], [0.35954043, 0.64045957, 0], third])
    mask = tensor([[True, False, False], [False] * 3, [True] * 3])
    masked = F.scaled_dot_product_attention(q.requires_grad_(), q, q, mask)
    assert close(masked[0], [[1, 0, 0], [0, 0, 0], third])
    masked.sum().backward()
    assert bool(q.grad.isfinite().all())


def test_activations_are_exact_at_extremes() -> None:
    x = tensor([-100.0, -20.0, 0.0, 20.0, 100.0])
    assert close(F.softplus(x), [3.7835e-44, 2.0611537e-09, 0.6931472, 20.0, 100.0])
    assert close(F.logsigmoid(x), [-100.0, -20.0, -0.6931472, -2.0611537e-09, -3.8e-44])
    assert close(F.mish(x), [-3.78e-42, -4.1223075e-08, 0.0, 20.0, 100.0])
    for function in (F.softplus, F.elu, F.gelu, F.silu, F.mish, F.logsigmoid):
        leaf = tensor([-1e4, 1e4], requires_grad=True)
        (slope,) = edugrad.autograd.grad(function(leaf).sum(), leaf, create_graph=True)
        (bend,) = edugrad.autograd.grad(slope.sum(), leaf)
        assert bool(slope.isfinite().all())
        assert bool(bend.isfinite().all())


def test_in_place_activations_write_into_their_input() -> None:
    for name in ("relu", "leaky_relu", "elu", "selu", "celu", "hardtanh"):
        leaf = tensor([-1.5, 0.3, 2.0], requires_grad=True)
        twin = leaf.detach().clone().requires_grad_()
        x = leaf * 1
        assert getattr(F, f"{name}_")(x) is x
        wanted = getattr(F, name)(twin)
        assert x.tolist() == wanted.tolist()
        x.sum().backward()
        wanted.sum().backward()
        assert leaf.grad.tolist() == twin.grad.tolist()


def test_randomised_slopes_lie_between_their_bounds() -> None:
    edugrad.manual_seed(0)
    found = F.rrelu(-ones(1000), 0.1, 0.3, training=True)
    assert -0.3 <= float(found.min()) < -0.29
    assert -0.11 < float(found.max()) <= -0.1


def test_gumbel_softmax_draws_by_weight() -> None:
    edugrad.manual_seed(0)
    logits = tensor([0.1, 0.2, 0.7]).log().expand(4000, 3)
    hard = F.gumbel_softmax(logits, hard=True)
    assert np.allclose(hard.mean(0).numpy(), [0.1, 0.2, 0.7], atol=0.03)
    assert np.allclose(F.gumbel_softmax(logits, tau=0.5).sum(1).numpy(), 1)


def test_softmax_without_a_dimension_warns_and_chooses() -> None:
    with pytest.warns(UserWarning, match="Implicit dimension choice for softmax"):
        found = F.softmax(ones(2, 4))
    assert found[0].tolist() == [0.25] * 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.softmax(ones(2, 4), dim=1)


Mistake = tuple[Callable[[], Any], type[Exception], str]
MISTAKES: dict[str, Mistake] = {
    "channels": (
        lambda: F.conv2d(IMAGE, ones(2, 3, 2, 2)),
        RuntimeError,
        "Given groups=1, weight of size [2, 3, 2, 2], expected input[1, 1, 4, 4] to have 3 "
        "channels, but got 1 channels instead",
    ),
    "kernel": (
        lambda: F.conv2d(IMAGE, ones(1, 1, 5, 5)),
        RuntimeError,
        "Calculated padded input size per channel: (4 x 4). Kernel size: (5 x 5). Kernel size "
        "can't be greater than actual input size",
    ),
    "rank": (
        lambda: F.conv2d(ones(4, 4), ones(1, 1, 2, 2)),
        RuntimeError,
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [4, 4]",
    ),
    "bias": (
        lambda: F.conv1d(ones(1, 1, 4), ones(2, 1, 2), ones(3)),
        RuntimeError,
        "expected bias to be 1-dimensional with 2 elements, but got bias of size [3] instead",
    ),
    "dtypes": (
        lambda: F.conv2d(IMAGE, ones(1, 1, 2, 2).double()),
        RuntimeError,
        "Input type (float32) and weight type (float64) should be the same",
    ),
    "strided same": (
        lambda: F.conv2d(IMAGE, ones(1, 1, 2, 2), stride=2, padding="same"),
        RuntimeError,
        "padding='same' is not supported for strided convolutions",
    ),
    "output padding": (
        lambda: F.conv_transpose2d(IMAGE, ones(1, 1, 2, 2), output_padding=1),
        RuntimeError,
        "output padding must be smaller than either stride or dilation",
    ),
    "fold": (
        lambda: F.fold(ones(1, 4, 5), (4, 4), 2, stride=2),
        RuntimeError,
        "2 * 2 = 4, but got input.size(2)=5.",
    ),
    "window": (
        lambda: F.max_pool2d(IMAGE, 5),
        RuntimeError,
        "Given input size: (1x4x4). Calculated output size: (1x0x0). Output size is too small",
    ),
    "padded window": (
        lambda: F.avg_pool2d(IMAGE, 2, padding=2),
        RuntimeError,
        "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2",
    ),
    "unpooling": (
        lambda: F.max_unpool2d(SMALL, tensor([[[[0, 1], [2, 20]]]]), 2),
        RuntimeError,
        "Found an invalid max index: 20 (output volumes are of size 4x4)",
    ),
    "reflection": (
        lambda: F.pad(ones(1, 1, 3), (3, 0), "reflect"),
        RuntimeError,
        "Padding size should be less than the corresponding input dimension, but got: padding "
        "(3, 0) at dimension 2 of input [1, 1, 3]",
    ),
    "padding mode": (
        lambda: F.pad(ones(1, 1, 3), (1, 0), "mirror"),
        NotImplementedError,
        "Unrecognised padding mode mirror",
    ),
    "one value": (
        lambda: F.batch_norm(ones(1, 3), None, None, training=True),
        ValueError,
        "Expected more than 1 value per channel when training, got input size",
    ),
    "no statistics": (
        lambda: F.batch_norm(ones(2, 3), None, None),
        RuntimeError,
        "running_mean must be defined in evaluation mode",
    ),
    "normalized shape": (
        lambda: F.layer_norm(ones(2, 3), (2,)),
        RuntimeError,
        "Given normalized_shape=[2], expected input with shape [*, 2], but got input of size[2, 3]",
    ),
    "groups": (
        lambda: F.group_norm(ones(2, 3, 2), 2),
        RuntimeError,
        "Expected number of channels in input to be divisible by num_groups",
    ),
    "row": (
        lambda: F.embedding(tensor([3]), ones(3, 2)),
        IndexError,
        "index out of range in self",
    ),
    "table first": (
        lambda: F.embedding(ones(3, 2), tensor([[1]])),
        RuntimeError,
        "Expected tensor for argument #1 'indices' to have one of the following scalar types",
    ),
    "padding row": (
        lambda: F.embedding(tensor([0]), ones(3, 2), padding_idx=3),
        AssertionError,
        "Padding_idx must be within num_embeddings",
    ),
    "two masks": (
        lambda: F.scaled_dot_product_attention(
            ones(2, 2), ones(2, 2), ones(2, 2), ones(2, 2), is_causal=True
        ),
        RuntimeError,
        "Explicit attn_mask should not be set when is_causal=True",
    ),
    "sizes": (
        lambda: F.interpolate(IMAGE, size=3, scale_factor=2),
        ValueError,
        "only one of size or scale_factor should be defined",
    ),
    "mode": (
        lambda: F.interpolate(ones(1, 1, 4), size=3, mode="bilinear"),
        NotImplementedError,
        "Got 3D input, but bilinear mode needs 4D input",
    ),
    "integers": (
        lambda: F.gelu(arange(3)),
        NotImplementedError,
        "\"GeluKernelImpl\" not implemented for 'Long'",
    ),
    "gate": (
        lambda: F.glu(ones(3)),
        RuntimeError,
        "Halving dimension must be even, but dimension 0 is size 3",
    ),
    "slopes": (
        lambda: F.prelu(ones(2, 3), ones(2)),
        RuntimeError,
        "Mismatch of parameter numbers and input channel size",
    ),
    "shuffle": (
        lambda: F.pixel_shuffle(ones(1, 3, 2, 2), 2),
        RuntimeError,
        "but input.size(-3)=3 is not divisible by 4",
    ),
    "bilinear": (
        lambda: F.bilinear(ones(2, 3), ones(2, 4), ones(5, 3, 3)),
        RuntimeError,
        "input2 size does not match weight size: got 4 but expected 3",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake: str) -> None:
    call, kind, rule = MISTAKES[mistake]
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    first, got, mend = str(caught.value).splitlines()
    assert rule in first
    assert got.startswith("  got:  ")
    assert mend.startswith("  mend: ")


def test_empty_batches_go_through_windows_and_norms() -> None:
    assert F.unfold(ones(0, 1, 5, 5), 2).shape == (0, 4, 16)
    assert F.pad(ones(0, 3, 3), (1, 2), mode="reflect").shape == (0, 3, 6)
    assert F.group_norm(ones(0, 4), 2).shape == (0, 4)
    mean, variance = zeros(2), ones(2)
    assert F.batch_norm(ones(0, 2), mean, variance, training=True).shape == (0, 2)
    assert mean.tolist() == [0.0, 0.0]
    assert variance.tolist() == [1.0, 1.0]


def test_adaptive_pools_name_the_dimensions_a_size_needs() -> None:
    for pool in (F.adaptive_avg_pool2d, F.adaptive_max_pool2d):
        with pytest.raises(ValueError, match="Input dimension should be at least 3"):
            pool(ones(2, 2), (2, 2))


def test_rrelu_refuses_exchanged_bounds() -> None:
    with pytest.raises(RuntimeError, match="Lower bound should be less than or equal"):
        F.rrelu(ones(2), 0.3, 0.1)


def test_rms_norm_of_float16_squares_in_float32() -> None:
    x = tensor([300.0, -400.0], dtype=edugrad.float16)
    found = F.rms_norm(x, (2,), tensor([1.0, 2.0], dtype=edugrad.float16))
    assert found.dtype is edugrad.float16
    assert found.tolist() == [0.8486328125, -2.263671875]
    small = F.rms_norm(tensor([0.01, -0.02, 0.5], dtype=edugrad.float16), (3,))
    assert small.tolist() == [0.03460693359375, -0.0692138671875, 1.73046875]
    with pytest.raises(NotImplementedError, match="\"rms_norm\" not implemented for 'Long'"):
        F.rms_norm(tensor([1, 2]), (2,))
