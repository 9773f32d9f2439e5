"""DLPack: memory is shared with NumPy, both ways, and only where that is honest."""

from __future__ import annotations

import numpy as np
import pytest

import edugrad


def test_a_tensor_looks_at_the_memory_of_an_array() -> None:
    array = np.arange(4.0)
    tensor = edugrad.from_dlpack(array)
    array[1] = 50
    assert tensor.tolist() == [0, 50, 2, 3]


def test_numpy_looks_at_the_memory_of_a_tensor() -> None:
    tensor = edugrad.zeros(2, 3)
    array = np.from_dlpack(tensor)
    tensor[1, 2] = 7
    assert array.tolist() == [[0, 0, 0], [0, 0, 7]]
    assert tensor.__dlpack_device__() == (1, 0)


def test_a_tensor_with_a_graph_is_not_handed_over() -> None:
    with pytest.raises(RuntimeError, match="Can't export tensors that require gradient") as caught:
        np.from_dlpack(edugrad.ones(2, requires_grad=True))
    assert "mend: use tensor.detach()" in str(caught.value)


def test_only_what_offers_its_memory_is_taken() -> None:
    with pytest.raises(TypeError, match=r"__dlpack__[\s\S]*got:  list"):
        edugrad.from_dlpack([1, 2])


def test_logspace_has_equal_distances_of_exponents() -> None:
    assert edugrad.logspace(0, 3, 4).tolist() == [1, 10, 100, 1000]
    assert edugrad.logspace(0, 3, 4, base=2, dtype=edugrad.int64).tolist() == [1, 2, 4, 8]
    assert edugrad.logspace(-1, 1, 1).tolist() == pytest.approx([0.1])
