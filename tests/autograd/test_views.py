"""Views and in-place writes, through views of views; numbers and errors are PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import edugrad
from edugrad import tensor


def leaf(*shape: int) -> Any:
    count = 1
    for length in shape:
        count *= length
    return (edugrad.arange(float(count)) + 1).reshape(shape).clone().requires_grad_()


def message(raised: pytest.ExceptionInfo[Exception]) -> tuple[str, str, str]:
    rule, got, mend = str(raised.value).split("\n")
    return rule, got.removeprefix("  got:  "), mend.removeprefix("  mend: ")


class TestVersions:
    def test_views_share_memory_and_version(self) -> None:
        x = edugrad.zeros(2, 3)
        views = [x[0], x.T, x.view(6), x[:, 1:], x.unsqueeze(0), x.unbind(0)[0], x.detach()]
        assert x._version == 0
        for count, view in enumerate(views, 1):
            view.add_(1)
            assert {each._version for each in (x, *views)} == {count}

    @pytest.mark.parametrize(
        "write",
        [
            lambda x: x.add_(1),
            lambda x: x.mul_(2),
            lambda x: x.zero_(),
            lambda x: x.fill_(3),
            lambda x: x.copy_(edugrad.ones(3)),
            lambda x: x.masked_fill_(x > 0, 0),
            lambda x: x.exp_(),
            lambda x: x.__setitem__(0, 5),
            lambda x: x.__setitem__([0], 5),
            lambda x: x.__setitem__(x > 0, 5),
            lambda x: x.__iadd__(1),
            lambda x: edugrad.add(edugrad.ones(3), 1, out=x),
        ],
    )
    def test_every_write_counts_once(self, write: Callable[[Any], Any]) -> None:
        x = edugrad.ones(3)
        write(x)
        assert x._version == 1

    def test_a_new_tensor_starts_at_zero(self) -> None:
        x = edugrad.ones(3)
        x.add_(1)
        assert (x + 1)._version == 0
        assert x.clone()._version == 0
        assert x[[0]]._version == 0

    def test_views_know_their_base(self) -> None:
        x = leaf(2, 3) * 1
        assert x[0]._base is x
        assert x.T[0]._base is x
        assert x[0]._is_view()
        assert x._base is None
        assert not x.detach()._is_view()
        assert not x[[0]]._is_view()


class TestWrites:
    """Each writes into ``y = x * 1`` and gives the gradient of ``(y * weights).sum()``."""

    @pytest.mark.parametrize(
        ("write", "expected"),
        [
            (lambda y, v: y.mul_(10), [[10, 20, 30], [40, 50, 60]]),
            (lambda y, v: y.add_(1), [[1, 2, 3], [4, 5, 6]]),
            (lambda y, v: y.zero_(), [[0, 0, 0], [0, 0, 0]]),
            (lambda y, v: y[0].mul_(10), [[10, 20, 30], [4, 5, 6]]),
            (lambda y, v: y[:, 1].fill_(9), [[1, 0, 3], [4, 0, 6]]),
            (lambda y, v: y.T[0].mul_(10), [[10, 2, 3], [40, 5, 6]]),
            (lambda y, v: y.view(6)[4:].mul_(10), [[1, 2, 3], [4, 50, 60]]),
            (lambda y, v: y[0][1:][0].mul_(10), [[1, 20, 3], [4, 5, 6]]),
            (lambda y, v: y.unsqueeze(0)[0, 1].mul_(10), [[1, 2, 3], [40, 50, 60]]),
            (lambda y, v: y.__setitem__(0, 7), [[0, 0, 0], [4, 5, 6]]),
            (lambda y, v: y.__setitem__((..., -1), 7), [[1, 2, 0], [4, 5, 0]]),
            (lambda y, v: y.__setitem__([1], 7), [[1, 2, 3], [0, 0, 0]]),
            (lambda y, v: y.__setitem__((slice(None), [0, 2]), 7), [[0, 2, 0], [0, 5, 0]]),
            (lambda y, v: y.__setitem__(y.detach() > 4, 7), [[1, 2, 3], [4, 0, 0]]),
            (lambda y, v: y.masked_fill_(y.detach() > 4, 7), [[1, 2, 3], [4, 0, 0]]),
            (lambda y, v: y[0].copy_(y[1].clone()), [[0, 0, 0], [5, 7, 9]]),
            (lambda y, v: y.__setitem__(0, y[1] * 10), [[0, 0, 0], [14, 25, 36]]),
            (lambda y, v: y.mul_(y.clone()), [[2, 8, 18], [32, 50, 72]]),
            (lambda y, v: y[0].__iadd__(y[1]), [[1, 2, 3], [5, 7, 9]]),
        ],
    )
    def test_the_gradient_of_what_was_written_to(self, write: Any, expected: Any) -> None:
        x = leaf(2, 3)
        y = x * 1
        write(y, None)
        (y * leaf(2, 3).detach()).sum().backward()
        assert x.grad.tolist() == expected

    @pytest.mark.parametrize(
        ("write", "expected"),
        [
            (lambda y, v: y.copy_(v), [5, 7, 9]),
            (lambda y, v: y[1].copy_(v), [4, 5, 6]),
            (lambda y, v: y.__setitem__(0, v), [1, 2, 3]),
            (lambda y, v: y.__setitem__((slice(None), 0), v[:2]), [1, 4, 0]),
            (lambda y, v: y.__setitem__([0], v), [1, 2, 3]),
            (lambda y, v: y.__setitem__(([0, 1], [1, 2]), v[1:]), [0, 2, 6]),
            (lambda y, v: y.add_(v), [5, 7, 9]),
            (lambda y, v: y.T[2].mul_(v[2]), [0, 0, 3 * 3 + 6 * 6]),
            (lambda y, v: y.sub_(v, alpha=2), [-10, -14, -18]),
        ],
    )
    def test_the_gradient_of_what_was_written(self, write: Any, expected: Any) -> None:
        x, v = leaf(2, 3), leaf(3)
        y = x * 1
        write(y, v)
        (y * leaf(2, 3).detach()).sum().backward()
        assert v.grad.tolist() == expected

    def test_a_write_gives_a_fresh_tensor_a_graph(self) -> None:
        v = leaf(3)
        y = edugrad.zeros(2, 3)
        row = y[0]
        row.copy_(v)
        assert y.requires_grad
        assert row.requires_grad
        assert not y.is_leaf
        (y * 2).sum().backward()
        assert v.grad.tolist() == [2.0, 2.0, 2.0]

    def test_a_number_written_cuts_the_old_value_off(self) -> None:
        x = leaf(2)
        y = x * 3
        y.fill_(7.0)
        y.sum().backward()
        assert x.grad.tolist() == [0.0, 0.0]

    def test_writes_of_another_dtype_are_converted(self) -> None:
        v = edugrad.ones(2, dtype=edugrad.float64, requires_grad=True)
        y = edugrad.zeros(2, dtype=edugrad.float32)
        y.copy_(v * 3)
        (y * 2).sum().backward()
        assert y.dtype is edugrad.float32
        assert v.grad.tolist() == [6.0, 6.0]
        assert v.grad.dtype is edugrad.float64

    def test_second_derivatives_through_a_write(self) -> None:
        x = tensor([2.0, 3.0], requires_grad=True)
        y = x * 1
        y[0] = x[1] ** 3
        (first,) = edugrad.autograd.grad((y * y).sum(), x, create_graph=True)
        assert first.tolist() == [0.0, 6 * 3.0**5 + 2 * 3.0]
        (second,) = edugrad.autograd.grad(first.sum(), x)
        assert second.tolist() == [0.0, 30 * 3.0**4 + 2]


class TestOldViews:
    def test_a_view_made_before_a_write_to_its_base(self) -> None:
        x = leaf(2, 3)
        y = x * 1
        row = y[1]
        y.mul_(10)
        assert row.tolist() == [40.0, 50.0, 60.0]
        row.sum().backward()
        assert x.grad.tolist() == [[0, 0, 0], [10, 10, 10]]

    def test_a_view_made_before_a_write_through_another_view(self) -> None:
        x = leaf(2, 3)
        y = x * 1
        column, flat = y[:, 0], y.view(6)
        y[0].mul_(10)
        (column.sum() + flat[1]).backward()
        assert x.grad.tolist() == [[10, 10, 0], [1, 0, 0]]

    def test_a_view_of_a_view(self) -> None:
        x = leaf(2, 3)
        y = x * 1
        inner = y.T[1:][0]
        y.T[1].mul_(10)
        assert repr(inner.grad_fn) != repr((y * 1).grad_fn)
        inner.sum().backward()
        assert x.grad.tolist() == [[0, 10, 0], [0, 10, 0]]

    def test_a_view_of_a_tensor_that_had_no_graph(self) -> None:
        v = leaf(3)
        y = edugrad.zeros(2, 3)
        other = y[0]
        y[0] = v
        assert other.requires_grad
        other.sum().backward()
        assert v.grad.tolist() == [1.0, 1.0, 1.0]

    def test_a_used_value_keeps_its_old_graph(self) -> None:
        x = leaf(2)
        y = x * 1
        before = y + 0
        y.mul_(10)
        (before + y).sum().backward()
        assert x.grad.tolist() == [11.0, 11.0]

    def test_the_written_view_and_its_base_agree(self) -> None:
        x = leaf(4)
        y = x * 1
        head, tail = y[:2], y[2:]
        head.mul_(2)
        tail.mul_(3)
        (head.sum() + tail.sum() + y.sum()).backward()
        assert x.grad.tolist() == [4.0, 4.0, 6.0, 6.0]


class TestWritesWithoutGraph:
    def test_parameters_are_written_under_no_grad(self) -> None:
        w = leaf(2)
        (w * w).sum().backward()
        with edugrad.no_grad():
            w -= 0.1 * w.grad
            w[0] = 0.0
        assert w.tolist() == pytest.approx([0.0, 1.6])
        assert w.is_leaf
        assert w.requires_grad

    def test_a_view_made_and_written_under_no_grad(self) -> None:
        w = leaf(2, 3)
        with edugrad.no_grad():
            w[0].zero_()
            w.T[1].fill_(7)
        assert w.tolist() == [[0.0, 7.0, 0.0], [4.0, 7.0, 6.0]]
        assert w.is_leaf

    def test_integers_are_written_freely(self) -> None:
        x = edugrad.arange(6).reshape(2, 3)
        x[0] += 10
        x.T[0].zero_()
        assert x.tolist() == [[0, 11, 12], [0, 4, 5]]

    def test_requires_grad_of_what_was_written_before(self) -> None:
        x = edugrad.zeros(3)
        x[0] = 5
        x.requires_grad_()
        (x * x).sum().backward()
        assert x.grad.tolist() == [10.0, 0.0, 0.0]

    def test_detach_in_place(self) -> None:
        x = leaf(2)
        y = x * 2
        assert y.detach_() is y
        assert y.is_leaf
        assert not y.requires_grad
        assert not (y * 3).requires_grad
        with pytest.raises(RuntimeError) as raised:
            (x * 2)[0].detach_()
        assert message(raised)[0].startswith("Can't detach views in-place")


LEAF_MEND = (
    "to change a parameter, write `with edugrad.no_grad():` around it; to compute with it, make a "
    "new tensor, e.g. y = x + 1 instead of x += 1"
)


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "write"),
        [
            ("add_", lambda x: x.add_(1)),
            ("add_", lambda x: x.__iadd__(1)),
            ("fill_", lambda x: x.zero_()),
            ("copy_", lambda x: x.copy_(edugrad.ones(2, 3))),
            ("exp_", lambda x: x.exp_()),
            ("index_put_", lambda x: x.__setitem__([0], 1)),
        ],
    )
    def test_writing_to_a_leaf(self, name: str, write: Any) -> None:
        x = leaf(2, 3)
        with pytest.raises(RuntimeError) as raised:
            write(x)
        assert message(raised) == (
            "a leaf Variable that requires grad is being used in an in-place operation",
            f"{name} on a leaf of shape (2, 3): its old value would be lost, and with it the "
            "meaning of its gradient",
            LEAF_MEND,
        )
        assert x.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
        assert x._version == 0

    @pytest.mark.parametrize(
        "write", [lambda x: x[0].add_(1), lambda x: x.__setitem__(0, 5.0), lambda x: x.T.exp_()]
    )
    def test_writing_to_a_view_of_a_leaf(self, write: Any) -> None:
        x = leaf(2, 3)
        with pytest.raises(RuntimeError) as raised:
            write(x)
        rule, got, mend = message(raised)
        assert rule == (
            "a view of a leaf Variable that requires grad is being used in an in-place operation"
        )
        assert "on a leaf of shape (2, 3)" in got
        assert mend == LEAF_MEND
        assert x.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]

    def test_writing_to_a_view_that_is_itself_a_leaf(self) -> None:
        base = edugrad.ones(4)
        view = base[1:].requires_grad_()
        for write in (lambda: view.mul_(2), lambda: view[:1].zero_()):
            with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
                write()
        base.mul_(2)
        assert view.is_leaf
        assert view.tolist() == [2.0, 2.0, 2.0]

    def test_how_a_view_was_made_is_said_before_what_it_looks_at(self) -> None:
        x = leaf(3)
        with edugrad.no_grad():
            view = x[:2]
        with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
            view.mul_(2)

    def test_writing_to_an_expanded_tensor(self) -> None:
        with pytest.raises(RuntimeError) as raised:
            edugrad.zeros(3).expand(2, 3).add_(1)
        assert message(raised) == (
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location",
            "add_ on an expanded tensor of shape (2, 3)",
            "clone() the tensor before writing to it",
        )

    @pytest.mark.parametrize(
        ("node", "number", "take"),
        [
            ("Unbind", 1, lambda y: y.unbind(0)[1]),
            ("Split", 0, lambda y: y.split(1)[0]),
            ("Split", 1, lambda y: y.chunk(2)[1]),
        ],
    )
    def test_one_of_several_views(self, node: str, number: int, take: Any) -> None:
        rule = (
            f"Output {number} of {node} is a view and {{}} modified inplace. This view is the "
            "output of a function that returns multiple views. Such functions do not allow the "
            "output views to be modified inplace"
        )
        y = leaf(2, 3) * 1
        view = take(y)
        with pytest.raises(RuntimeError) as raised:
            view.add_(1)
        assert message(raised)[0] == rule.format("is being")
        assert message(raised)[2].endswith("make single views by indexing: x[i]")
        y.add_(1)
        with pytest.raises(RuntimeError) as raised:
            view * 2
        assert message(raised)[0] == rule.format("its base or another view of its base has been")
        with edugrad.no_grad():
            assert (view * 2).shape == view.shape

    def test_a_view_made_under_no_grad(self) -> None:
        y = leaf(2, 3) * 1
        with edugrad.no_grad():
            view = y[0]
        with pytest.raises(RuntimeError) as raised:
            view.add_(1)
        assert message(raised) == (
            "A view was created in no_grad mode and is being modified inplace with grad mode "
            "enabled",
            "a view of shape (3,)",
            "make the view and write both inside the no_grad block, or both outside",
        )
        y.add_(1)
        with pytest.raises(RuntimeError, match="its base or another view of its base has been"):
            view * 2

    def test_results_that_do_not_fit(self) -> None:
        x = edugrad.zeros(3)
        for write in (
            lambda: x.add_(edugrad.ones(2, 3)),
            lambda: x.copy_(edugrad.ones(2, 3)),
            lambda: x.masked_fill_(edugrad.ones(2, 3, dtype=edugrad.bool), 1),
        ):
            with pytest.raises(RuntimeError) as raised:
                write()
            assert message(raised)[0] == (
                "output with shape [3] doesn't match the broadcast shape [2, 3]"
            )
        with pytest.raises(RuntimeError) as raised:
            x.copy_(edugrad.ones(2))
        assert message(raised)[0] == (
            "The size of tensor a (3) must match the size of tensor b (2) at non-singleton "
            "dimension 0"
        )

    def test_types_that_do_not_fit(self) -> None:
        x = edugrad.zeros(3, dtype=edugrad.int64)
        with pytest.raises(RuntimeError) as raised:
            x += 0.5
        assert message(raised)[0] == (
            "result type float32 can't be cast to the desired output type int64"
        )
        x.copy_(edugrad.full((3,), 2.7))
        assert x.tolist() == [2, 2, 2]


class TestOneMemory:
    """What is read while it is overwritten, as PyTorch allows and refuses it."""

    @pytest.mark.parametrize(
        "write",
        [
            lambda x: x[:-1].add_(x[1:]),
            lambda x: x[:-1].sub_(x[1:], alpha=2),
            lambda x: x[:-1].copy_(x[1:]),
            lambda x: x.__setitem__(slice(0, 2), x[1:]),
            lambda x: x.view(1, 3).expand(3, 3).t().copy_(x.view(3, 1)),
            lambda x: x.index_put_((edugrad.tensor([0]),), x[:1]),
        ],
    )
    def test_other_elements_of_one_memory(self, write: Any) -> None:
        x = edugrad.tensor([1.0, 2.0, 3.0])
        with pytest.raises(RuntimeError, match=r"single memory location"):
            write(x)
        assert x.tolist() == [1, 2, 3]

    def test_a_matrix_and_its_transpose(self) -> None:
        x = edugrad.tensor([[1.0, 2.0], [3.0, 4.0]])
        with pytest.raises(RuntimeError, match=r"(.|\n)*read from a copy"):
            x.add_(x.T)

    def test_the_same_elements(self) -> None:
        x = edugrad.tensor([1.0, 2.0, 3.0])
        x.view(3).mul_(x)
        assert x.tolist() == [1, 4, 9]

    def test_rows_that_do_not_touch(self) -> None:
        x = edugrad.tensor([[1.0, 2.0], [3.0, 4.0]])
        x[0].add_(x[1])
        x[:, 0].add_(x[:, 1])
        assert x.tolist() == [[10.0, 6.0], [7.0, 4.0]]

    def test_one_number_for_all_that_share_a_place(self) -> None:
        x = edugrad.tensor([[1.0], [2.0]])
        x.expand(2, 3).fill_(5.0)
        assert x.tolist() == [[5.0], [5.0]]


class TestViewsMadeWithoutGrad:
    def test_they_say_that_their_base_requires_a_gradient(self) -> None:
        x = edugrad.ones(2, 2, requires_grad=True)
        with edugrad.no_grad():
            row = x[0]
            pair = x[:1].unbind(1)[0]
        assert row.requires_grad
        assert row.is_leaf
        assert pair.requires_grad
        assert repr(row) == "tensor([1., 1.], requires_grad=True)"

    def test_no_gradient_passes_them(self) -> None:
        x = edugrad.ones(2, 2, requires_grad=True)
        with edugrad.no_grad():
            row = x[0]
        y = row * 3
        assert y.requires_grad
        (y.sum() + x.sum()).backward()
        assert x.grad.tolist() == [[1, 1], [1, 1]]
        assert row.grad is None

    def test_a_single_view_of_several_may_not_be_written_to(self) -> None:
        y = edugrad.ones(1, 2, requires_grad=True) * 1
        with pytest.raises(RuntimeError, match="Output 0 of Unbind is a view and is being"):
            y.unbind(0)[0].add_(1)
