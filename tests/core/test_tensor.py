"""What a tensor says of itself, and how it turns into Python's and NumPy's values."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import edugrad


def raises(error: type[Exception], rule: str, got: str, mend: str, call: Any) -> None:
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == f"{rule}\n  got:  {got}\n  mend: {mend}"


class TestAttributes:
    def test_of_a_matrix(self) -> None:
        x = edugrad.ones(2, 3)
        assert x.shape == x.size() == (2, 3)
        assert (x.size(0), x.size(-1)) == (2, 3)
        assert x.ndim == x.dim() == x.ndimension() == 2
        assert x.numel() == x.nelement() == 6
        assert x.element_size() == x.itemsize == 4
        assert x.nbytes == 24
        assert x.dtype is edugrad.float32
        assert str(x.device) == "cpu"
        assert x.is_cuda is False
        assert x.is_floating_point() is True
        assert x.is_complex() is False
        assert x.output_nr == 0
        assert isinstance(x, edugrad.Tensor)
        assert edugrad.is_tensor(x)
        assert not edugrad.is_tensor([1])

    def test_strides_count_elements(self) -> None:
        x = edugrad.ones(2, 3)
        assert x.stride() == (3, 1)
        assert x.stride(-1) == 1
        assert x.T.stride() == (1, 3)
        assert x.is_contiguous()
        assert not x.T.is_contiguous()
        assert x[:, 1].storage_offset() == 1
        assert x[1].data_ptr() == x.data_ptr() + 12

    def test_a_dimension_that_is_not_there(self) -> None:
        raises(
            IndexError,
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
            "dim=2 for a tensor of 2 dimensions",
            "dimensions count from 0, or from the end with -1",
            lambda: edugrad.ones(2, 3).size(2),
        )

    def test_an_attribute_that_is_not_there(self) -> None:
        with pytest.raises(AttributeError, match="'Tensor' object has no attribute 'foo'"):
            _ = edugrad.ones(1).foo

    def test_nothing_but_the_known_attributes_can_be_set(self) -> None:
        with pytest.raises(AttributeError):
            edugrad.ones(1).shape = (2,)  # type: ignore[misc]


class TestNumbers:
    @pytest.mark.parametrize(
        ("tensor", "value"),
        [
            (edugrad.tensor(2.5), 2.5),
            (edugrad.ones(1, 1), 1.0),
            (edugrad.tensor([3]), 3),
            (edugrad.tensor(True), True),
        ],
    )
    def test_item_gives_a_python_number(self, tensor: edugrad.Tensor, value: Any) -> None:
        assert tensor.item() == value
        assert type(tensor.item()) is type(value)

    def test_item_needs_one_element(self) -> None:
        raises(
            RuntimeError,
            "a Tensor with 2 elements cannot be converted to Scalar",
            "shape (2,)",
            "choose one element, e.g. x[0].item(), or use tolist() for all of them",
            lambda: edugrad.ones(2).item(),
        )

    def test_tolist(self) -> None:
        assert edugrad.tensor([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]
        assert edugrad.tensor(1.5).tolist() == 1.5
        assert edugrad.zeros(0).tolist() == []

    def test_float_and_int(self) -> None:
        assert float(edugrad.tensor(2)) == 2.0
        assert int(edugrad.tensor(2.7)) == 2
        assert round(edugrad.tensor(2.5).item()) == 2
        raises(
            ValueError,
            "only one element tensors can be converted to Python scalars",
            "shape (2,)",
            "choose one element, e.g. float(x[0]), or use tolist() for all of them",
            lambda: float(edugrad.ones(2)),
        )

    def test_index(self) -> None:
        assert ["a", "b"][edugrad.tensor(1)] == "b"
        assert list(range(edugrad.tensor(2))) == [0, 1]
        with pytest.raises(TypeError, match="only integer tensors of a single element"):
            _ = ["a"][edugrad.tensor(0.0)]

    @pytest.mark.parametrize(("value", "truth"), [(0.0, False), (2, True), ([1], True)])
    def test_truth_of_one_element(self, value: Any, truth: bool) -> None:
        assert bool(edugrad.tensor(value)) is truth

    @pytest.mark.parametrize(("count", "words"), [(0, "no values"), (2, "more than one value")])
    def test_truth_of_several_is_ambiguous(self, count: int, words: str) -> None:
        raises(
            RuntimeError,
            f"Boolean value of Tensor with {words} is ambiguous",
            f"shape ({count},)",
            "say which you mean: (x > 0).any() or (x > 0).all()",
            lambda: bool(edugrad.zeros(count)),
        )

    def test_format(self) -> None:
        assert f"{edugrad.tensor(3.14159):.2f}" == "3.14"
        assert f"{edugrad.tensor(3):>5d}" == "    3"
        assert f"{edugrad.tensor([1.0, 2.0])}" == "tensor([1., 2.])"
        assert f"{edugrad.tensor(2.0, requires_grad=True):.1f}" == "2.0"
        raises(
            TypeError,
            "unsupported format string passed to Tensor.__format__",
            "'.2f' for a tensor of shape (2,)",
            "format one number, f'{x.item():.2f}', or use edugrad.set_printoptions",
            lambda: f"{edugrad.ones(2):.2f}",
        )


class TestContainer:
    def test_length_is_that_of_the_first_dimension(self) -> None:
        assert len(edugrad.ones(3, 2)) == 3
        with pytest.raises(TypeError, match="len\\(\\) of a 0-d tensor"):
            len(edugrad.tensor(1))

    def test_iteration_gives_rows(self) -> None:
        rows = list(edugrad.tensor([[1, 2], [3, 4]]))
        assert [row.tolist() for row in rows] == [[1, 2], [3, 4]]
        first, second = edugrad.tensor([1.5, 2.5])
        assert (first.item(), second.item()) == (1.5, 2.5)
        with pytest.raises(TypeError, match="iteration over a 0-d tensor"):
            list(edugrad.tensor(1))

    def test_gradients_flow_through_iteration(self) -> None:
        x = edugrad.tensor([1.0, 2.0, 3.0], requires_grad=True)
        total = edugrad.tensor(0.0)
        for weight, element in enumerate(x):
            total = total + weight * element
        total.backward()
        assert x.grad.tolist() == [0.0, 1.0, 2.0]

    def test_contains(self) -> None:
        assert 1 in edugrad.tensor([1, 2])
        assert 5 not in edugrad.tensor([1, 2])
        assert edugrad.tensor(2) in edugrad.tensor([1, 2])
        raises(
            RuntimeError,
            "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
            "<class 'str'>.",
            "'a'",
            "look for a number: 3 in x",
            lambda: "a" in edugrad.ones(1),
        )

    def test_tensors_are_hashed_by_identity(self) -> None:
        x, y = edugrad.ones(1), edugrad.ones(1)
        assert {x: "x", y: "y"}[x] == "x"
        assert len({x, y, x}) == 2


class TestIndexing:
    @pytest.mark.parametrize(
        ("index", "shape"),
        [
            (0, (3, 4)),
            (-1, (3, 4)),
            (slice(1, None), (1, 3, 4)),
            (slice(None, None, 2), (1, 3, 4)),
            (slice(5, 9), (0, 3, 4)),
            ((0, 1), (4,)),
            ((0, 1, 2), ()),
            ((slice(None), 0), (2, 4)),
            ((..., 0), (2, 3)),
            ((0, ..., 0), (3,)),
            (..., (2, 3, 4)),
            (None, (1, 2, 3, 4)),
            ((slice(None), None, 0), (2, 1, 4)),
            ((), (2, 3, 4)),
            ([0, 1, 0], (3, 3, 4)),
            ((slice(None), [0, 2]), (2, 2, 4)),
            (([0, 1], [0, 2]), (2, 4)),
            (([0, 1], slice(None), [0, 2]), (2, 3)),
            (edugrad.tensor([[0, 1], [1, 0]]), (2, 2, 3, 4)),
            (edugrad.tensor(1), (3, 4)),
            (edugrad.tensor([True, False]), (1, 3, 4)),
            (edugrad.zeros(2, 3, dtype=edugrad.bool), (0, 4)),
            (edugrad.ones(2, 3, 4, dtype=edugrad.bool), (24,)),
            (np.array([0, 1]), (2, 3, 4)),
            (np.int64(1), (3, 4)),
            (True, (1, 2, 3, 4)),
            (False, (0, 2, 3, 4)),
            ([], (0, 3, 4)),
        ],
        ids=repr,
    )
    def test_shapes_are_pytorchs(self, index: Any, shape: tuple[int, ...]) -> None:
        assert edugrad.zeros(2, 3, 4)[index].shape == shape

    def test_numbers_and_slices_look_at_the_same_memory(self) -> None:
        x = edugrad.zeros(2, 3)
        x[0][1] = 5
        x[:, 2][1] = 7
        assert x.tolist() == [[0.0, 5.0, 0.0], [0.0, 0.0, 7.0]]

    def test_index_tensors_copy(self) -> None:
        x = edugrad.zeros(3)
        x[[0, 1]].fill_(5)
        x[x == 0].fill_(5)
        assert x.tolist() == [0.0, 0.0, 0.0]

    @pytest.mark.parametrize("index", [(slice(None), [2, 1]), ([0, 1], slice(None), [0, 2])])
    def test_copies_are_contiguous(self, index: Any) -> None:
        x = edugrad.arange(24).reshape(2, 3, 4)
        assert x[index].is_contiguous()
        assert x[index].view(-1).tolist() == x.numpy()[index].reshape(-1).tolist()

    @pytest.mark.parametrize(
        ("index", "value", "expected"),
        [
            (0, 9, [[9, 9, 9], [3, 4, 5]]),
            ((slice(None), 1), 9, [[0, 9, 2], [3, 9, 5]]),
            ((..., -1), edugrad.tensor([7, 8]), [[0, 1, 7], [3, 4, 8]]),
            (slice(None), edugrad.tensor([7, 8, 9]), [[7, 8, 9], [7, 8, 9]]),
            ((1, 1), edugrad.tensor(9), [[0, 1, 2], [3, 9, 5]]),
            ([0], 9, [[9, 9, 9], [3, 4, 5]]),
            ((slice(None), [0, 2]), edugrad.tensor([7, 9]), [[7, 1, 9], [7, 4, 9]]),
            (([0, 1], [2, 0]), edugrad.tensor([7, 9]), [[0, 1, 7], [9, 4, 5]]),
            (edugrad.tensor([False, True]), 9, [[0, 1, 2], [9, 9, 9]]),
            (edugrad.arange(6).reshape(2, 3) % 2 == 0, 9, [[9, 1, 9], [3, 9, 5]]),
            (..., 9, [[9, 9, 9], [9, 9, 9]]),
            (0, edugrad.tensor([7, 8, 9]), [[7, 8, 9], [3, 4, 5]]),
            (0, 2.7, [[2, 2, 2], [3, 4, 5]]),
        ],
        ids=repr,
    )
    def test_writing(self, index: Any, value: Any, expected: Any) -> None:
        x = edugrad.arange(6).reshape(2, 3).clone()
        x[index] = value
        assert x.tolist() == expected


class TestNumPy:
    def test_numpy_of_a_tensor_in_a_graph(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        for tensor in (x, x * 2):
            raises(
                RuntimeError,
                "Can't call numpy() on Tensor that requires grad. "
                "Use tensor.detach().numpy() instead.",
                "a tensor that is part of a graph, which NumPy cannot follow",
                "use tensor.detach().numpy()",
                tensor.numpy,
            )
        assert x.numpy(force=True).tolist() == [1.0, 1.0]

    def test_numpy_reads_tensors(self) -> None:
        x = edugrad.tensor([1.0, 4.0])
        assert np.asarray(x).dtype == np.float32
        assert np.array(x, dtype=np.float64).tolist() == [1.0, 4.0]
        assert isinstance(np.sqrt(x), edugrad.Tensor)
        assert np.sqrt(x).tolist() == [1.0, 2.0]
        np.testing.assert_allclose(x, [1.0, 4.0])

    def test_numbers_of_numpy_do_not_widen(self) -> None:
        x = edugrad.ones(2)
        for product in (x * np.float64(2), np.float64(2) * x, np.float32(2) * x):
            assert isinstance(product, edugrad.Tensor)
            assert product.dtype is edugrad.float32
            assert product.tolist() == [2.0, 2.0]
        assert (np.float64(3) - x).tolist() == [2.0, 2.0]


class TestCopies:
    def test_pickle(self) -> None:
        x = edugrad.tensor([[1.5, 2.5]], dtype=edugrad.float64, requires_grad=True)
        again = pickle.loads(pickle.dumps(x))
        assert repr(again) == repr(x)
        assert again.requires_grad
        assert again.data_ptr() != x.data_ptr()

    def test_pickle_of_a_view_keeps_its_values(self) -> None:
        column = edugrad.arange(6).reshape(2, 3)[:, 1]
        assert pickle.loads(pickle.dumps(column)).tolist() == [1, 4]

    def test_deepcopy_copies_values_and_gradient(self) -> None:
        x = edugrad.tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()
        again = copy.deepcopy(x)
        x.grad.zero_()
        with edugrad.no_grad():
            x.zero_()
        assert again.tolist() == [1.0, 2.0]
        assert again.grad.tolist() == [2.0, 4.0]
        assert again.requires_grad

    def test_deepcopy_keeps_one_tensor_one(self) -> None:
        x = edugrad.ones(2)
        first, second = copy.deepcopy([x, x])
        assert first is second
        assert first is not x

    def test_deepcopy_of_a_result(self) -> None:
        y = edugrad.ones(1, requires_grad=True) * 2
        raises(
            RuntimeError,
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
            "protocol at the moment.",
            "the result of <MulBackward0>",
            "copy tensor.detach() instead",
            lambda: copy.deepcopy(y),
        )


class TestGradients:
    def test_requires_grad_is_for_floating_types(self) -> None:
        raises(
            RuntimeError,
            "only Tensors of floating point dtype can require gradients",
            "a tensor of edugrad.int64",
            "write the numbers with a decimal point, or pass dtype=edugrad.float32",
            lambda: edugrad.ones(2, dtype=edugrad.int64).requires_grad_(),
        )
        assert not edugrad.ones(2, dtype=edugrad.int64).requires_grad_(False).requires_grad

    def test_requires_grad_of_a_result_cannot_be_switched_off(self) -> None:
        y = edugrad.ones(2, requires_grad=True) * 2
        assert y.requires_grad_() is y
        raises(
            RuntimeError,
            "you can only change requires_grad flags of leaf variables. If you want to use a "
            "computed variable in a subgraph that doesn't require differentiation use "
            "var_no_grad = var.detach().",
            "the result of <MulBackward0>",
            "use detach() for a tensor that shares the values but not the graph",
            lambda: y.requires_grad_(False),
        )

    def test_requires_grad_is_a_bool(self) -> None:
        with pytest.raises(TypeError, match=r"argument 'requires_grad' must be bool, not str"):
            edugrad.ones(1).requires_grad_("a")  # type: ignore[arg-type]
        with pytest.raises(RuntimeError, match=r"requires_grad must be a bool"):
            edugrad.ones(1).requires_grad = 5  # type: ignore[assignment]

    def test_grad_can_be_set_and_cleared(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        x.grad = edugrad.tensor([3.0, 4.0])
        x.sum().backward()
        assert x.grad.tolist() == [4.0, 5.0]
        x.grad = None
        assert x.grad is None
        x.grad = edugrad.zeros(2)
        del x.grad
        assert x.grad is None

    @pytest.mark.parametrize(
        ("value", "error", "rule"),
        [
            (
                edugrad.ones(3),
                RuntimeError,
                "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. Please "
                "ensure that the gradient and the tensor are the same size",
            ),
            (
                edugrad.ones(2, dtype=edugrad.float64),
                RuntimeError,
                "attempting to assign a gradient with dtype 'float64' to a tensor with dtype "
                "'float32'",
            ),
            (
                1,
                TypeError,
                "assigned grad expected to be a Tensor or None but got grad of type int",
            ),
        ],
    )
    def test_grad_fits_its_tensor(self, value: Any, error: type[Exception], rule: str) -> None:
        x = edugrad.ones(2, requires_grad=True)
        with pytest.raises(error) as raised:
            x.grad = value
        assert str(raised.value).split("\n")[0] == rule
        assert x.grad is None

    def test_data_and_detach_share_values_and_version(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        for shared in (x.data, x.detach()):
            assert shared.data_ptr() == x.data_ptr()
            assert not shared.requires_grad
            before = x._version
            shared.add_(1)
            assert x._version == shared._version == before + 1
        assert x.tolist() == [3.0, 3.0]

    def test_data_can_be_replaced(self) -> None:
        x = edugrad.ones(2, requires_grad=True)
        x.data = edugrad.tensor([5.0, 6.0])
        assert x.requires_grad
        assert x.is_leaf
        (x * x).sum().backward()
        assert x.grad.tolist() == [10.0, 12.0]
