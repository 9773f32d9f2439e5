"""no_grad and its relatives, as context managers and decorators, nested and with exceptions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

import edugrad
from edugrad import enable_grad, inference_mode, no_grad, set_grad_enabled
from edugrad import is_grad_enabled as recording
from edugrad.autograd import is_inference_mode_enabled


@pytest.fixture(autouse=True)
def _recording_before_and_after() -> Iterator[None]:
    assert recording()
    yield
    assert recording()
    assert not is_inference_mode_enabled()


X = edugrad.ones(2, requires_grad=True)


class TestBlocks:
    def test_nested(self) -> None:
        seen = []
        with no_grad():
            with enable_grad():
                seen.append(recording())
                with set_grad_enabled(False):
                    seen.append(recording())
                seen.append(recording())
            seen.append(recording())
        assert seen == [True, False, True, False]

    def test_results_know_the_mode_they_were_made_in(self) -> None:
        with no_grad():
            cut = X * 2
            with enable_grad():
                kept = X * 2
        assert (cut.requires_grad, kept.requires_grad) == (False, True)
        assert (cut * X).requires_grad

    def test_a_leaf_made_inside_may_ask_for_gradients(self) -> None:
        with no_grad():
            w = edugrad.ones(2, requires_grad=True)
            assert w.requires_grad
        assert (w * 2).requires_grad

    @pytest.mark.parametrize("switch", [no_grad, inference_mode, lambda: set_grad_enabled(False)])
    def test_an_exception_puts_the_mode_back(self, switch: Any) -> None:
        def fail() -> None:
            with switch():
                assert not recording()
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert recording()

    def test_one_object_can_be_used_again_and_nested(self) -> None:
        switch = no_grad()
        with switch:
            with switch:
                assert not recording()
            assert not recording()
        assert recording()
        with switch:
            assert not recording()

    def test_set_grad_enabled_acts_at_once(self) -> None:
        set_grad_enabled(False)
        assert not recording()
        set_grad_enabled(True)
        assert recording()
        switch = set_grad_enabled(False)
        assert not recording()
        with switch:
            assert not recording()
        assert recording(), "as a block, it puts back what was before"

    def test_set_grad_enabled_takes_a_bool(self) -> None:
        with pytest.raises(TypeError) as raised:
            set_grad_enabled("no")  # type: ignore[arg-type]
        assert str(raised.value) == (
            "set_grad_enabled(): argument 'enabled' must be bool, not str\n"
            "  got:  'no'\n"
            "  mend: pass True or False"
        )


class TestInferenceMode:
    def test_nested(self) -> None:
        seen = []
        with inference_mode():
            seen.append((recording(), is_inference_mode_enabled()))
            with inference_mode(False):
                seen.append((recording(), is_inference_mode_enabled(), (X * 2).requires_grad))
            with enable_grad():
                seen.append((X * 2).requires_grad)
            seen.append((recording(), is_inference_mode_enabled()))
        assert seen == [(False, True), (True, False, True), False, (False, True)]

    def test_as_decorator(self) -> None:
        @inference_mode()
        def first() -> Any:
            return recording(), is_inference_mode_enabled()

        @inference_mode
        def second() -> Any:
            return recording(), is_inference_mode_enabled()

        assert first() == second() == (False, True)


class TestDecorators:
    @pytest.mark.parametrize("decorate", [no_grad(), no_grad, set_grad_enabled(True) and no_grad()])
    def test_a_function(self, decorate: Any) -> None:
        @decorate
        def double(x: Any, *, times: int = 2) -> Any:
            """Twice."""
            return x * times, recording()

        y, inside = double(X, times=3)
        assert (y.requires_grad, inside) == (False, False)
        assert (double.__name__, double.__doc__) == ("double", "Twice.")

    def test_set_grad_enabled_decorates_without_acting(self) -> None:
        @set_grad_enabled(False)
        def inside() -> bool:
            return recording()

        assert recording()
        assert inside() is False

    def test_methods_and_recursion(self) -> None:
        class Model:
            @no_grad()
            def method(self) -> bool:
                return recording()

            @staticmethod
            @no_grad()
            def static() -> bool:
                return recording()

        @no_grad()
        def down(depth: int) -> list[bool]:
            return [recording(), *(down(depth - 1) if depth else [])]

        assert Model().method() is False
        assert Model.static() is False
        assert down(2) == [False] * 3

    def test_an_exception_in_a_decorated_function(self) -> None:
        @no_grad()
        def fail() -> None:
            raise KeyError

        for _ in range(2):
            with pytest.raises(KeyError):
                fail()
            assert recording()


class TestGenerators:
    """The mode holds while a generator runs, not while it waits."""

    def make(self, log: list[Any]) -> Any:
        @no_grad()
        def generator() -> Any:
            try:
                received = yield recording()
                log.append((received, recording()))
                try:
                    yield recording()
                except ValueError:
                    log.append(("caught", recording()))
                    yield "after"
                return "returned"
            finally:
                log.append(("finally", recording()))

        return generator()

    def test_send_throw_and_close(self) -> None:
        log: list[Any] = []
        steps = self.make(log)
        assert next(steps) is False
        assert recording()
        assert steps.send("sent") is False
        assert recording()
        assert steps.throw(ValueError) == "after"
        assert recording()
        steps.close()
        assert recording()
        assert log == [("sent", False), ("caught", False), ("finally", False)]

    def test_the_returned_value(self) -> None:
        steps = self.make([])
        next(steps)
        next(steps)
        with pytest.raises(StopIteration) as stop:
            next(steps)
        assert stop.value.value == "returned"

    def test_an_error_inside(self) -> None:
        @no_grad()
        def generator() -> Any:
            yield 1
            raise KeyError("inside")

        steps = generator()
        next(steps)
        with pytest.raises(KeyError):
            next(steps)
        assert recording()


def test_threads_start_recording() -> None:
    seen: list[bool] = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append(recording()))
        thread.start()
        thread.join()
    assert seen == [True]
