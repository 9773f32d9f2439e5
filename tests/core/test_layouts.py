"""Memory formats, and what keeps the order of the elements."""

from __future__ import annotations

import pytest

import edugrad


def test_a_clone_keeps_the_order_in_memory() -> None:
    assert edugrad.ones(3, 2).t().clone().stride() == (1, 2)
    assert edugrad.ones(2, 3, 4).permute(2, 0, 1)[::2].clone().stride() == (1, 6, 2)


def test_a_clone_in_index_order() -> None:
    x = edugrad.ones(3, 2).t().clone(memory_format=edugrad.contiguous_format)
    assert x.stride() == (3, 1)


def test_channels_last() -> None:
    x = edugrad.arange(120.0).reshape(2, 3, 4, 5)
    y = x.to(memory_format=edugrad.channels_last)
    assert y.stride() == (60, 1, 15, 3)
    assert y.is_contiguous(memory_format=edugrad.channels_last)
    assert not y.is_contiguous()
    assert y.contiguous(memory_format=edugrad.channels_last) is y
    assert edugrad.equal(x, y)
    assert y.contiguous().stride() == x.stride()


def test_channels_last_needs_images() -> None:
    with pytest.raises(RuntimeError, match=r"required rank 4 tensor to use channels_last format"):
        edugrad.ones(2, 3).contiguous(memory_format=edugrad.channels_last)
    assert not edugrad.ones(2, 3).is_contiguous(memory_format=edugrad.channels_last)


def test_formats_are_named() -> None:
    assert repr(edugrad.channels_last) == "edugrad.channels_last"
    assert isinstance(edugrad.preserve_format, edugrad.memory_format)
