"""What ops save, and the error when somebody changed it before backward."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import edugrad
from edugrad import tensor


def leaf(*values: float) -> Any:
    return tensor(list(values), requires_grad=True)


def here() -> int:
    """The number of the line that calls it."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def refused(result: Any) -> str:
    with pytest.raises(RuntimeError) as raised:
        result.sum().backward()
    return str(raised.value)


def test_the_error_names_op_shape_and_the_line_that_changed_it() -> None:
    x = leaf(1.0, 2.0, 3.0)
    y = x * 2
    z = y * y; made = here()  # fmt: skip # noqa: E702
    y += 1; changed = here()  # fmt: skip # noqa: E702
    assert refused(z) == (
        "one of the variables needed for gradient computation has been modified by an inplace "
        "operation\n"
        f"  got:  MulBackward0, made at line {made} of test_saved.py: z = y * y; made = here()  "
        "# fmt: skip # noqa: E702, saved an input of shape (3,) and type float32 at version 0; it "
        f"was changed by add_ at line {changed} of test_saved.py: y += 1; changed = here()  "
        "# fmt: skip # noqa: E702 and is at version 1\n"
        "  mend: write the change to a new tensor (y = y + 1 instead of y += 1), or clone() before "
        "it; edugrad.autograd.detect_anomaly() checks while you compute"
    )
    assert x.grad is None


@pytest.mark.parametrize(
    ("writer", "write"),
    [
        ("add_", lambda y: y.add_(1)),
        ("copy_", lambda y: y.copy_(edugrad.zeros(2))),
        ("fill_", lambda y: y.zero_()),
        ("fill_", lambda y: y.__setitem__(0, 5)),
        ("index_put_", lambda y: y.__setitem__([0], 5)),
        ("mul_", lambda y: y[0].mul_(2)),
        ("mul_", lambda y: y.detach().mul_(2)),
        ("mul_", lambda y: y.data.mul_(2)),
        ("add(out=)", lambda y: edugrad.add(edugrad.ones(2), 1, out=y.detach())),
    ],
)
def test_every_kind_of_change_is_noticed(writer: str, write: Any) -> None:
    y = leaf(1.0, 2.0) * 1
    z = y * y
    write(y)
    message = refused(z)
    assert "saved an input of shape (2,)" in message
    assert f"it was changed by {writer} at line " in message


@pytest.mark.parametrize(
    ("op", "name"),
    [
        (lambda y: y.exp(), "ExpBackward0"),
        (lambda y: y.tanh(), "TanhBackward0"),
        (lambda y: y.sigmoid(), "SigmoidBackward0"),
        (lambda y: y.sqrt(), "SqrtBackward0"),
    ],
)
def test_a_changed_output_is_noticed(op: Any, name: str) -> None:
    y = op(leaf(1.0, 2.0))
    y.mul_(2)
    message = refused(y)
    assert f"got:  {name}, made at line " in message
    assert "saved its output of shape (2,)" in message


def test_a_change_under_no_grad_is_noticed() -> None:
    w = leaf(1.0, 2.0)
    y = w * w
    with edugrad.no_grad():
        w.add_(1)
    assert "it was changed by add_ at line " in refused(y)


def test_what_is_not_saved_may_change() -> None:
    x = leaf(1.0, 2.0)
    y = x * 2
    z = y + 1
    y.mul_(100)
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    a, constant = leaf(3.0), tensor([2.0])
    product = a * constant
    a_grad_needs_the_constant_only = product * 1
    with edugrad.no_grad():
        a.zero_()
    a_grad_needs_the_constant_only.sum().backward()
    assert a.grad.tolist() == [2.0]


def test_a_constant_that_changed_is_noticed() -> None:
    a, constant = leaf(3.0), tensor([2.0])
    product = a * constant
    constant.zero_()
    assert "saved an input of shape (1,)" in refused(product)


def test_a_change_before_saving_or_after_backward_is_fine() -> None:
    x = leaf(1.0, 2.0)
    y = x * 1
    y.mul_(3)
    z = (y * y).sum()
    z.backward()
    with edugrad.no_grad():
        y.zero_()
        x.zero_()
    assert x.grad.tolist() == [18.0, 36.0]


def test_in_place_ops_copy_what_they_overwrite_and_need() -> None:
    x = leaf(2.0, 3.0)
    y = x * 1
    y.pow_(2)
    y.mul_(x)
    y.sum().backward()
    assert x.grad.tolist() == [3 * 4.0, 3 * 9.0]


def test_a_tensor_times_itself_in_place_has_lost_its_factor() -> None:
    y = leaf(2.0, 3.0) * 1
    y.mul_(y)
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation(.|\n)*by mul_ at"):
        y.sum().backward()


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda y: y.exp_(), 1.6487212),
        (lambda y: y.tanh_(), 0.78644770),
        (lambda y: y.sigmoid_(), 0.23500371),
        (lambda y: y.sqrt_(), 0.70710677),
    ],
)
def test_in_place_ops_that_need_their_result(write: Any, expected: float) -> None:
    x = leaf(0.5)
    y = x * 1
    write(y)
    y.sum().backward()
    assert x.grad.item() == pytest.approx(expected, rel=1e-6)


def test_an_in_place_result_that_is_overwritten_is_noticed() -> None:
    y = leaf(0.5) * 1
    message = refused(y.exp_().tanh_())
    assert "got:  ExpBackward0" in message
    assert "it was changed by tanh_ at line " in message


def test_the_second_of_two_backwards_sees_a_change() -> None:
    x = leaf(1.0, 2.0)
    y = x * 1
    z = (y * y).sum()
    z.backward(retain_graph=True)
    y.mul_(2)
    assert "has been modified by an inplace operation" in refused(z)
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_double_backward_sees_a_change() -> None:
    x = leaf(2.0)
    y = x.exp()
    (slope,) = edugrad.autograd.grad(y.sum(), x, create_graph=True)
    y.mul_(0)
    assert "ExpBackward0" in refused(slope)


def test_data_replaced_is_not_the_saved_data() -> None:
    x = leaf(1.0, 2.0)
    y = x * x
    x.data = edugrad.zeros(2)
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]
