"""What is left out says so where it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad.absent import OF_TENSOR


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: edugrad.stft(edugrad.ones(3)), "edugrad has no stft: it has no complex numbers"),
        (lambda: edugrad.sparse_coo_tensor([[0]], [1.0]), "edugrad has no sparse_coo_tensor"),
        (lambda: edugrad.ones(2).to_sparse(), "Tensor has no to_sparse: it has no sparse tensors"),
        (lambda: edugrad.quantize_per_tensor, "it has no quantised numbers"),
        (lambda: edugrad.jit.script, "it has no compiler"),
        (lambda: edugrad.distributed, "it has no tensors that processes share"),
        (lambda: edugrad.nn.SyncBatchNorm(3), "edugrad.nn has no SyncBatchNorm"),
        (lambda: edugrad.ones(2).bfloat16(), "use float32"),
        (lambda: edugrad.no_such_name, "module 'edugrad' has no attribute 'no_such_name'"),
        (lambda: edugrad.nn.NoSuch, "module 'edugrad.nn' has no attribute 'NoSuch'"),
    ],
)
def test_a_name_that_is_left_out_says_so(use: Callable[[], Any], words: str) -> None:
    with pytest.raises(AttributeError) as raised:
        use()
    assert words in str(raised.value)


def test_who_looks_for_them_finds_nothing() -> None:
    x = edugrad.ones(2)
    assert not any(hasattr(x, name) or hasattr(edugrad.Tensor, name) for name in OF_TENSOR)
    assert not hasattr(edugrad, "complex")
