"""Function: operations that a user writes, exactly as in PyTorch.

Source: ``torch.autograd.Function``.
"""

from __future__ import annotations

import inspect
import weakref
from typing import Any

from ..callsite import position
from ..errors import teach
from ..tensor import Tensor
from .function import constant
from .grad_mode import mode, no_grad
from .node import Node, gradient_edge
from .promotion import NUMBERS
from .saved import FREED, Saved, unpack_all
from .views import Step, View, check_write, write_history


class Function(Node):
    """Base class of an operation of your own.

    Write ``forward(ctx, *args)`` and ``backward(ctx, *grad_outputs)`` as static methods and call
    the operation with ``apply``. Or write ``forward(*args)`` and ``setup_context(ctx, inputs,
    output)``. ``backward`` returns one gradient (or None) for each argument of ``forward``; it is
    written with tensors, so second derivatives work too.

    Attributes
    ----------
    saved_tensors : tuple of Tensor
        What ``save_for_backward`` kept.
    needs_input_grad : tuple of bool
        For each argument, whether its gradient is needed.

    Examples
    --------
    >>> import edugrad
    >>> class Cube(edugrad.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad_output):
    ...         (x,) = ctx.saved_tensors
    ...         return grad_output * 3 * x**2
    >>> x = edugrad.tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)

    Notes
    -----
    PyTorch: ``torch.autograd.Function``.
    """

    __slots__ = (
        "needs_input_grad",
        "constants",
        "materialize",
        "outputs",
        "_to_save",
        "_records",
        "_dirty",
        "_forms",
        "_integral",
        "_device",
        "__dict__",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(
            teach(
                "Legacy autograd function with non-static forward method is deprecated. Please "
                "use new-style autograd function with static forward method.",
                got=f"{type(self).__name__}()",
                mend=f"call {type(self).__name__}.apply(…) on the class",
            )
        )

    def __init_subclass__(cls) -> None:
        cls.node_name = f"{cls.__name__}Backward"

    needs_input_grad: tuple[bool, ...]
    _device: Any
    _records: tuple[Any, ...]

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the result from tensors; no graph is recorded inside."""
        raise NotImplementedError(
            teach(
                "You must implement the forward function for custom autograd.Function.",
                got="a Function without forward",
                mend="define `forward(ctx, *args)` as a static method",
            )
        )

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradient of each argument of ``forward``."""
        raise NotImplementedError(
            teach(
                "You must implement either the backward or vjp method for your custom "
                "autograd.Function to use it with backward mode AD.",
                got=f"{ctx.node_name} without backward",
                mend="define `backward(ctx, *grad_outputs)` as a static method",
            )
        )

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for ``backward``; a change of one in between is noticed."""
        for number, each in enumerate(tensors):
            if each is not None and not isinstance(each, Tensor):
                raise TypeError(
                    teach(
                        f"save_for_backward can only save variables, but argument {number} is of "
                        f"type {type(each).__name__}",
                        got=repr(each),
                        mend="keep what is no tensor as an attribute: ctx.factor = factor",
                    )
                )
        self._to_save = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Name the inputs that ``forward`` changes in place and returns."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Name the outputs that have no derivative."""
        self._integral = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether a gradient that nobody sent arrives as zeros (True) or as None."""
        self.materialize = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        return unpack_all(self._records, self)

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run the operation and place its result in the graph."""
        ctx = cls.__new__(cls)
        if kwargs:
            args, kwargs = cls._positional(args, kwargs)
        tensors = [arg for arg in args if isinstance(arg, Tensor)]
        needs = tuple(isinstance(arg, Tensor) and arg.requires_grad for arg in args)
        tracked = mode.grad and True in needs
        ctx.needs_input_grad = needs
        ctx.materialize = True
        ctx._to_save = ctx._dirty = ctx._integral = ctx._records = ()
        ctx._device = tensors[0]._device if tensors else None
        result = ctx._compute(args, kwargs)
        several = isinstance(result, tuple)
        outputs = list(result) if several else [result]
        ctx._check_dirty(outputs)
        if tracked:
            ctx._enter(args, outputs)
        if mode.recorder is not None:
            tensors = [each for each in outputs if isinstance(each, Tensor)]
            mode.recorder.operation(ctx, args, tensors, {})
        return tuple(outputs) if several else outputs[0]

    def _compute(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run ``forward``; a recorder sees the operation as one step, not what happens inside."""
        recorder = mode.recorder
        if recorder is not None:
            recorder.inputs(args)
            mode.watch(recorder=None)
        try:
            with no_grad():
                return self._run(self, args, kwargs)
        finally:
            if recorder is not None:
                mode.watch(recorder=recorder)

    @classmethod
    def _positional(
        cls, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments given by name in their places, so that ``backward`` can answer for them."""
        before = () if hasattr(cls, "setup_context") else (None,)
        bound = inspect.signature(cls.forward).bind(*before, *args, **kwargs)
        return bound.args[len(before) :], bound.kwargs

    def _check_dirty(self, outputs: list[Any]) -> None:
        if all(any(each is output for output in outputs) for each in self._dirty):
            return
        raise RuntimeError(
            teach(
                "Some elements marked as dirty during the forward method were not returned as "
                "output. The inputs that are modified inplace must all be outputs of the "
                "Function.",
                got=f"{len(self._dirty)} tensors in mark_dirty, {len(outputs)} outputs",
                mend="return the very tensor that forward has changed",
            )
        )

    @classmethod
    def _run(cls, ctx: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        setup = getattr(cls, "setup_context", None)
        if setup is None:
            return cls.forward(ctx, *args, **kwargs)
        result = cls.forward(*args, **kwargs)
        setup(ctx, args, result)
        return result

    def _enter(self, args: tuple[Any, ...], outputs: list[Any]) -> None:
        for each in self._dirty:
            check_write(each, self.node_name, True)
        self.place(
            tuple(gradient_edge(arg) if isinstance(arg, Tensor) else None for arg in args),
            position(),
        )
        self._forms = tuple(
            (arg._array.shape, arg._array.dtype) if isinstance(arg, Tensor) else None
            for arg in args
        )
        self.constants = [
            constant(arg) if isinstance(arg, Tensor) and edge is None else _number(arg)
            for arg, edge in zip(args, self.edges, strict=True)
        ]
        before = list(outputs)
        for number, output in enumerate(before):
            if self._has_gradient(output):
                outputs[number] = self._output(number, output, args)
        self.outputs = [
            (each._array.shape, each._array.dtype, weakref.ref(each), each._storage.version)
            if isinstance(each, Tensor)
            else None
            for each in outputs
        ]
        self._records = tuple(self._record(each, args, before, outputs) for each in self._to_save)
        self._to_save = ()
        if mode.packer is not None:
            self._records = mode.packer(self._records)

    def _has_gradient(self, output: Any) -> bool:
        return (
            isinstance(output, Tensor)
            and output.is_floating_point()
            and not any(output is each for each in self._integral)
        )

    def _output(self, number: int, output: Tensor, args: tuple[Any, ...]) -> Tensor:
        """The tensor to return: a new one where ``forward`` returned an argument unchanged."""
        if any(output is each for each in self._dirty):
            output._storage.bump(self.node_name)
            write_history(output, self)
            return output
        source = next(
            (x for x in args if isinstance(x, Tensor) and x._storage is output._storage), None
        )
        if source is not None:
            output = Tensor._wrap(output._array, output._device, output._storage)
            base = source if source._view is None else source._view.base
            step: Step = (type(self), {}, number)
            output._view = View(base, (step,), output._storage.version, "custom")
        output._edge = (self, number)
        output._requires_grad = True
        return output

    def _record(
        self, saved: Any, args: tuple[Any, ...], before: list[Any], after: list[Any]
    ) -> Any:
        if not isinstance(saved, Tensor):
            return saved
        storage = saved._storage
        for number, output in enumerate(before):
            if saved is output and after[number]._edge == (self, number):
                return Saved(None, saved._array, storage, storage.version, number, "its output")
        return Saved(
            saved, saved._array, storage, storage.version, gradient_edge(saved), "a tensor"
        )

    def run(self, gradients: list[Tensor | None]) -> tuple[Tensor | None, ...]:
        if self.materialize:
            gradients = [
                self._zeros(number) if gradient is None else gradient
                for number, gradient in enumerate(gradients)
            ]
        found = self.backward(self, *gradients)
        found = found if isinstance(found, tuple) else (found,)
        if len(found) > len(self.edges) and not any(
            x is not None for x in found[len(self.edges) :]
        ):
            found = found[: len(self.edges)]
        if len(found) != len(self.edges):
            raise RuntimeError(
                teach(
                    f"function {self.node_name} returned an incorrect number of gradients "
                    f"(expected {len(self.edges)}, got {len(found)})",
                    got=f"{len(found)} gradients",
                    mend="return one for each argument of forward, None where there is none",
                )
            )
        return tuple(
            gradient if edge is None or gradient is None else self._fitting(number, gradient)
            for number, (gradient, edge) in enumerate(zip(found, self.edges, strict=True))
        )

    def _fitting(self, number: int, gradient: Any) -> Tensor:
        """The gradient in the shape and dtype of its argument."""
        if not isinstance(gradient, Tensor):
            raise RuntimeError(
                teach(
                    f"expected Variable or None (got {type(gradient).__name__})",
                    got=f"{gradient!r} as gradient {number} of {self.node_name}",
                    mend="return a tensor, or None where there is no gradient",
                )
            )
        shape, dtype = self._forms[number]  # type: ignore[misc]
        given = tuple(gradient._array.shape)
        if given != shape:
            if not _reduces(given, shape):
                raise RuntimeError(
                    teach(
                        f"Function {self.node_name} returned an invalid gradient at index "
                        f"{number} - got {list(given)} but expected shape compatible with "
                        f"{list(shape)}",
                        got=f"a gradient of shape {given} for an argument of shape {shape}",
                        mend="a gradient has the shape of its argument",
                    )
                )
            gradient = gradient.sum_to_size(shape)
        return gradient if gradient._array.dtype == dtype else gradient.to(dtype)

    def _zeros(self, number: int) -> Tensor | None:
        form = self.outputs[number]
        if form is None or self._device is None:
            return None
        return Tensor._wrap(self._device.xp.zeros(*form[:2]), self._device)

    def release(self) -> None:
        if self._records:
            self._records = FREED


def _number(value: Any) -> Any:
    return value if type(value) in NUMBERS else None


def _reduces(given: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether ``wanted`` can be broadcast to ``given``."""
    return len(given) >= len(wanted) and all(
        b in (1, a) for a, b in zip(reversed(given), reversed(wanted), strict=False)
    )
