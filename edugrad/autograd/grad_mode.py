"""What autograd is doing at the moment, per thread, and the switches for it.

Source: ``torch.no_grad``, ``enable_grad``, ``set_grad_enabled`` and ``inference_mode``.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, TypeVar

from ..errors import teach
from .scope import Scope

F = TypeVar("F", bound=Callable[..., Any])


class Recorder(Protocol):
    """Something that watches ops and gradients go by (see :mod:`edugrad.autograd.graph`)."""

    def inputs(self, inputs: Any) -> None: ...
    def operation(self, node: Any, inputs: Any, outputs: Any, params: dict[str, Any]) -> None: ...
    def gradients(self, node: Any, arriving: Any, leaving: Any) -> None: ...


class Mode(threading.local):
    """The switches of one thread."""

    grad = True
    inference = False
    backward = False
    anomaly = False
    recorder: Recorder | None = None
    packer: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None = None
    watched = False
    scope: Scope | None = None

    def watch(self, **watchers: Any) -> None:
        """Set ``anomaly``, ``recorder`` or ``packer``; ops test the one flag ``watched``."""
        for name, watcher in watchers.items():
            setattr(self, name, watcher)
        others = self.recorder is not None or self.packer is not None
        self.watched = self.anomaly or others


mode = Mode()
current = mode  # the same, where an argument is called mode


class _GradSwitch:
    """A context manager and decorator that sets ``mode.grad`` and puts it back."""

    enabled: bool

    def __init__(self) -> None:
        self._previous: list[bool] = []

    def __new__(cls, function: Callable[..., Any] | None = None, *args: Any, **kwargs: Any) -> Any:
        switch = object.__new__(cls)
        if cls is not set_grad_enabled and callable(function):
            return switch(function)
        return switch

    def __enter__(self) -> None:
        self._previous.append(mode.grad)
        mode.grad = self.enabled and not mode.inference

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        mode.grad = self._previous.pop()

    def _fresh(self) -> _GradSwitch:
        return type(self)()

    def __call__(self, function: F) -> F:
        if inspect.isgeneratorfunction(function):
            return self._wrap_generator(function)  # type: ignore[return-value]

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self._fresh():
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]

    def _wrap_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            generator = function(*args, **kwargs)
            try:
                with self._fresh():
                    produced = next(generator)
                while True:
                    try:
                        sent = yield produced
                    except GeneratorExit:
                        with self._fresh():
                            generator.close()
                        raise
                    except BaseException as error:
                        with self._fresh():
                            produced = generator.throw(error)
                    else:
                        with self._fresh():
                            produced = generator.send(sent)
            except StopIteration as stop:
                return stop.value

        return wrapped


class no_grad(_GradSwitch):
    """Run a block, or a function, without recording a graph.

    Examples
    --------
    >>> import edugrad
    >>> w = edugrad.ones(2, requires_grad=True)
    >>> with edugrad.no_grad():
    ...     y = w * 2
    >>> y.requires_grad
    False

    Notes
    -----
    PyTorch: ``torch.no_grad``.
    """

    enabled = False


class enable_grad(_GradSwitch):
    """Record a graph in a block, or a function, inside :class:`no_grad`.

    PyTorch: ``torch.enable_grad``.
    """

    enabled = True


class set_grad_enabled(_GradSwitch):
    """Switch the recording of graphs on or off, at once; as a context manager, until its end.

    Notes
    -----
    PyTorch: ``torch.set_grad_enabled``.
    """

    def __init__(self, mode: bool) -> None:
        super().__init__()
        if not isinstance(mode, bool):
            raise TypeError(
                teach(
                    "set_grad_enabled(): argument 'enabled' must be bool, not "
                    f"{type(mode).__name__}",
                    got=repr(mode),
                    mend="pass True or False",
                )
            )
        self.enabled = mode
        self._before = current.grad
        current.grad = mode

    def __enter__(self) -> None:
        self._previous.append(self._before)
        mode.grad = self.enabled

    def _fresh(self) -> _GradSwitch:
        return set_grad_enabled(self.enabled)

    def __call__(self, function: F) -> F:
        mode.grad = self._before
        return super().__call__(function)


class inference_mode(_GradSwitch):
    """Like :class:`no_grad`, and tensors made inside may not take part in a graph later.

    Notes
    -----
    PyTorch: ``torch.inference_mode``. edugrad tracks versions inside as well, so what PyTorch
    forbids for its tensors ("inference tensors") is allowed here; and no graph is recorded inside,
    not even under :class:`enable_grad`.
    """

    enabled = False

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.enabled = not mode
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._before.append((mode.grad, mode.inference))
        mode.grad, mode.inference = self.enabled, not self.enabled

    def __exit__(self, *exception: object) -> None:
        mode.grad, mode.inference = self._before.pop()

    def _fresh(self) -> _GradSwitch:
        return inference_mode(not self.enabled)


def is_grad_enabled() -> bool:
    """Whether ops record a graph at the moment. PyTorch: ``torch.is_grad_enabled``."""
    return mode.grad


def is_inference_mode_enabled() -> bool:
    """Whether :class:`inference_mode` is on. PyTorch: ``torch.is_inference_mode_enabled``."""
    return mode.inference
