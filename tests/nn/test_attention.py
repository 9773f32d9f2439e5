"""Attention and the transformer: weights, masks, what may see what, and mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn, ones, randn, tensor
from edugrad.autograd import gradgradcheck


@pytest.fixture(autouse=True)
def seeded() -> None:
    edugrad.manual_seed(0)


def test_weights_sum_to_one_and_those_of_hidden_keys_are_zero() -> None:
    attention, x = nn.MultiheadAttention(4, 2, batch_first=True), randn(3, 5, 4)
    hidden = tensor([[False, False, True, False, True]] * 3)
    _, weights = attention(x, x, x, key_padding_mask=hidden)
    np.testing.assert_allclose(weights.sum(-1).numpy(force=True), 1, 1e-6)
    assert (weights[:, :, [2, 4]] == 0).all()
    assert attention(x, x, x, average_attn_weights=False)[1].shape == (3, 2, 5, 5)


def test_the_two_ways_to_compute_agree() -> None:
    attention, x = nn.MultiheadAttention(6, 3).double(), randn(4, 2, 6).double()
    mask, hidden = ones(4, 4).triu(1).bool(), tensor([[False] * 3 + [True], [False] * 4])
    slow = attention(x, x, x, hidden, True, mask)[0]
    fast = attention(x, x, x, hidden, False, mask)[0]
    np.testing.assert_allclose(slow.numpy(force=True), fast.numpy(force=True), 1e-12, 1e-14)


def test_a_mask_of_numbers_says_what_one_of_booleans_says() -> None:
    attention, x = nn.MultiheadAttention(4, 2), randn(3, 2, 4)
    numbers = nn.Transformer.generate_square_subsequent_mask(3)
    one = attention(x, x, x, attn_mask=numbers)[0]
    other = attention(x, x, x, attn_mask=numbers != 0)[0]
    np.testing.assert_array_equal(one.numpy(force=True), other.numpy(force=True))


def test_with_a_causal_mask_the_future_has_no_influence() -> None:
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    x = randn(1, 5, 4, requires_grad=True)
    layer(x, src_mask=mask, is_causal=True)[0, 2].sum().backward()
    seen = (x.grad[0] != 0).any(-1)
    assert seen.tolist() == [True, True, True, False, False]


def test_the_order_of_keys_makes_no_difference() -> None:
    attention, query, keys = nn.MultiheadAttention(4, 2), randn(2, 1, 4), randn(5, 1, 4)
    one = attention(query, keys, keys)[0].numpy(force=True)
    other = attention(query, keys.flip(0), keys.flip(0))[0].numpy(force=True)
    np.testing.assert_allclose(one, other, 1e-5, 1e-6)


def test_second_derivatives() -> None:
    attention = nn.MultiheadAttention(2, 1).double()
    x = randn(2, 1, 2, dtype=edugrad.float64, requires_grad=True)
    assert gradgradcheck(lambda x: attention(x, x, x)[0], (x,))


def test_copies_of_a_layer_begin_alike_and_learn_apart() -> None:
    stack = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), 2)
    first, second = stack.layers
    assert edugrad.equal(first.linear1.weight, second.linear1.weight)
    assert first.linear1.weight is not second.linear1.weight
    stack(randn(3, 2, 4)).pow(2).sum().backward()
    assert not edugrad.equal(first.linear1.weight.grad, second.linear1.weight.grad)


def test_a_custom_encoder_takes_the_place_of_the_usual_one() -> None:
    class Nothing(nn.Module):
        def forward(self, src: Any, **masks: Any) -> Any:
            return src

    model = nn.Transformer(4, 2, 1, 1, 8, 0.0, custom_encoder=Nothing())
    source, target = randn(3, 2, 4), randn(5, 2, 4)
    expected = model.decoder(target, source)
    np.testing.assert_array_equal(
        model(source, target).numpy(force=True), expected.numpy(force=True)
    )


ATTENTION, Q = nn.MultiheadAttention(4, 2), ones(2, 3, 4)
ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str, str, str]] = {
    # the mistake: how it is made, the error, its rule, what was got, the mend
    "heads that do not divide": (
        lambda: nn.MultiheadAttention(5, 2),
        AssertionError,
        "embed_dim must be divisible by num_heads",
        "embed_dim=5 and num_heads=2",
        "choose a divisor",
    ),
    "no features": (
        lambda: nn.MultiheadAttention(0, 2),
        ValueError,
        "embed_dim and num_heads must be greater than 0, got embed_dim=0 and num_heads=2 instead",
        "",
        "",
    ),
    "other features": (
        lambda: ATTENTION(ones(2, 3, 5), Q, Q),
        AssertionError,
        "was expecting embedding dimension of 4, but got 5",
        "query, key and value of shapes (2, 3, 5), (2, 3, 4), (2, 3, 4)",
        "(length, batch, features)",
    ),
    "four dimensions": (
        lambda: ATTENTION(ones(1, 2, 3, 4), Q, Q),
        AssertionError,
        "query should be unbatched 2D or batched 3D tensor but received 4-D query tensor",
        "",
        "",
    ),
    "keys without a batch": (
        lambda: ATTENTION(Q, ones(3, 4), ones(3, 4)),
        AssertionError,
        "For batched (3-D) `query`, expected `key` and `value` to be 3-D but found 2-D and 2-D "
        "tensors respectively",
        "",
        "",
    ),
    "more values than keys": (
        lambda: ATTENTION(Q, ones(4, 3, 4), ones(5, 3, 4)),
        AssertionError,
        "key shape edugrad.Size([4, 3, 4]) does not match value shape edugrad.Size([5, 3, 4])",
        "",
        "",
    ),
    "a mask of another shape": (
        lambda: ATTENTION(Q, Q, Q, attn_mask=ones(3, 3)),
        RuntimeError,
        "The shape of the 2D attn_mask is edugrad.Size([3, 3]), but should be (2, 2).",
        "a mask of shape (3, 3) for 2 queries and 2 keys in 3 examples",
        "(queries, keys)",
    ),
    "a padding mask of another shape": (
        lambda: ATTENTION(Q, Q, Q, key_padding_mask=ones(2, 3).bool()),
        AssertionError,
        "Expected key_padding_mask of shape (3, 2)",
        "",
        "key_padding_mask (batch, keys)",
    ),
    "a mask of integers": (
        lambda: ATTENTION(Q, Q, Q, key_padding_mask=ones(3, 2).long()),
        AssertionError,
        "only bool and floating types of key_padding_mask are supported",
        "",
        ".bool()",
    ),
    "causal without a mask": (
        lambda: ATTENTION(Q, Q, Q, is_causal=True),
        RuntimeError,
        "Need attn_mask if specifying the is_causal hint.",
        "",
        "",
    ),
    "another activation": (
        lambda: nn.TransformerEncoderLayer(4, 2, activation="tanh"),
        RuntimeError,
        "activation should be relu/gelu, not tanh",
        "",
        'use "relu", "gelu" or a function',
    ),
    "other batches": (
        lambda: nn.Transformer(4, 2, 1, 1, 8)(ones(2, 3, 4), ones(2, 2, 4)),
        RuntimeError,
        "the batch number of src and tgt must be equal",
        "",
        "",
    ),
    "other features of a target": (
        lambda: nn.Transformer(4, 2, 1, 1, 8)(ones(2, 3, 4), ones(2, 3, 2)),
        RuntimeError,
        "the feature number of src and tgt must be equal to d_model",
        "",
        "",
    ),
}


@pytest.mark.parametrize("mistake", ERRORS)
def test_a_mistake_is_named_and_mended(mistake: str) -> None:
    make, kind, rule, got, mend = ERRORS[mistake]
    with pytest.raises(kind) as caught:
        make()
    text = str(caught.value)
    assert text.startswith(rule)
    assert got in text.partition("got:")[2].partition("mend:")[0]
    assert mend in text.partition("mend:")[2]
