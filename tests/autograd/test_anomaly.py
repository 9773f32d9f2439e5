"""Anomaly detection names the op that made the first NaN, forward or backward."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import edugrad
from edugrad import tensor
from edugrad.autograd import detect_anomaly, set_detect_anomaly


def line(offset: int = 0) -> str:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return f"line {frame.f_back.f_lineno + offset} of test_anomaly.py"


def raised_by(call: Any) -> str:
    with pytest.raises(RuntimeError) as raised:
        call()
    return str(raised.value)


class TestForward:
    def test_the_op_its_inputs_and_the_line(self) -> None:
        x = tensor([-1.0, 4.0], requires_grad=True)
        with detect_anomaly():
            where = line(1)
            message = raised_by(lambda: x.sqrt())
        assert message == (
            "sqrt made the first NaN of the computation\n"
            f"  got:  inputs of shape (2,) from -1 to 4, at {where}: "
            "message = raised_by(lambda: x.sqrt())\n"
            "  mend: keep the inputs in the range where √a is defined (clamp, add a small number, "
            "or use a stable form such as logsumexp)"
        )

    @pytest.mark.parametrize(
        ("name", "call"),
        [
            ("div", lambda x: x / x),
            ("log", lambda x: (x - 1).log()),
            ("mul", lambda x: x * float("inf")),
            ("sub", lambda x: (x + 1) / 0 - (x + 1) / 0),
            ("div", lambda x: x.div_(x)),
        ],
    )
    def test_ops_that_make_nan(self, name: str, call: Any) -> None:
        with detect_anomaly():
            message = raised_by(lambda: call(edugrad.zeros(2)))
        assert message.startswith(f"{name} made the first NaN of the computation\n")

    def test_a_nan_that_was_there_passes(self) -> None:
        with detect_anomaly():
            x = tensor([float("nan"), 1.0])
            assert (x * 2)[1].item() == 2.0
            assert (x == x).tolist() == [False, True]

    def test_infinities_pass(self) -> None:
        with detect_anomaly():
            assert (edugrad.ones(1) / 0).item() == float("inf")

    def test_nothing_is_checked_outside(self) -> None:
        with detect_anomaly():
            pass
        assert edugrad.tensor([-1.0]).sqrt().isnan().tolist() == [True]


class TestBackward:
    def message(self, node: str, number: str, where: str, text: str) -> str:
        return (
            f"Function '{node}' returned nan values in its {number}th output\n"
            f"  got:  a NaN in the gradient for input {number}, made at {where}: {text}\n"
            "  mend: its derivative is not defined there: look at the forward values of that line "
            "(a zero under a root or a logarithm, say)"
        )

    def test_the_node_and_its_forward_line(self) -> None:
        x = tensor([0.0, 1.0], requires_grad=True)
        with detect_anomaly():
            where = line(1)
            y = x.sqrt()
            message = raised_by((y * 0).sum().backward)
        assert message == self.message("SqrtBackward0", "0", where, "y = x.sqrt()")

    def test_a_graph_made_outside_is_checked_inside(self) -> None:
        x = tensor([0.0, 1.0], requires_grad=True)
        where = line(1)
        y = x.sqrt()
        loss = (y * 0).sum()
        with set_detect_anomaly(True):
            message = raised_by(loss.backward)
        assert message == self.message("SqrtBackward0", "0", where, "y = x.sqrt()")
        assert x.grad is None

    def test_custom_functions_are_checked(self) -> None:
        class Bad(edugrad.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

            @staticmethod
            def backward(ctx: Any, gradient: Any) -> Any:
                return gradient * float("nan")

        x = edugrad.ones(2, requires_grad=True)
        with detect_anomaly():
            message = raised_by(Bad.apply(x).sum().backward)
        assert message.startswith("Function 'BadBackward' returned nan values in its 0th output")


class TestSwitches:
    def nan_is_noticed(self) -> bool:
        try:
            edugrad.tensor([-1.0]).sqrt()
        except RuntimeError:
            return True
        return False

    def test_nested(self) -> None:
        with detect_anomaly():
            with set_detect_anomaly(False):
                assert not self.nan_is_noticed()
            assert self.nan_is_noticed()
        assert not self.nan_is_noticed()

    def test_set_detect_anomaly_acts_at_once(self) -> None:
        set_detect_anomaly(True)
        assert self.nan_is_noticed()
        set_detect_anomaly(False)
        assert not self.nan_is_noticed()

    def test_check_nan(self) -> None:
        with detect_anomaly(check_nan=False):
            assert not self.nan_is_noticed()

    def test_the_switch_goes_back_after_an_error(self) -> None:
        with pytest.raises(RuntimeError), detect_anomaly():
            edugrad.tensor([-1.0]).sqrt()
        assert not self.nan_is_noticed()

    def test_a_changed_saved_tensor_needs_no_hint_any_more(self) -> None:
        with detect_anomaly():
            y = edugrad.ones(2, requires_grad=True) * 1
            z = (y * y).sum()
            y.add_(1)
            message = raised_by(z.backward)
        assert message.endswith(
            "  mend: write the change to a new tensor (y = y + 1 instead of y += 1), or clone() "
            "before it"
        )
