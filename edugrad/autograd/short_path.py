"""OfOne and OfTwo: ops with a short path for the calls that make up most programs.

The short path serves floating-point tensors alike in dtype and device, and Python numbers, while
nobody watches. It does for them what ``Op.apply`` does for any inputs, written out for one operand
and for two, so that a small op costs little more than its array operation. All else goes the long
way.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from types import FunctionType
from typing import Any, ClassVar

import numpy as np

from ..callsite import position
from ..tensor import Tensor
from .function import Op, constant, note_cut
from .grad_mode import mode
from .node import Edge, gradient_edge, next_sequence
from .views import attach_view

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_NUMBERS = frozenset((float, int))
_NO, _YES, _NO_NO = (False,), (True,), (False, False)
_NOTHING = (None,)
_NO_PARAMS: dict[str, Any] = {}


class OfOne(Op):
    """An op of one tensor. ``call`` is its short path, made once for each op."""

    call: ClassVar[Callable[..., Any]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.call = staticmethod(_of_one(cls))

    @classmethod
    def apply(cls, *inputs: Any, out: Any = None, **params: Any) -> Any:
        if len(inputs) != 1 or out is not None:
            return super().apply(*inputs, out=out, **params)
        return cls.call(*inputs, params)


class OfTwo(Op):
    """An op of two tensors, or of a tensor and a number; ``call`` is its short path.

    Of floating-point numbers its ``forward`` calls only ufuncs and what gives no warnings.

    Class attributes
    ----------------
    ufunc : str
        The ufunc that alone computes the result of floating-point numbers, if there is one;
        ``call_``, the short path of the form that writes in place, writes with it.
    """

    ufunc: ClassVar[str] = ""
    call: ClassVar[Callable[..., Any]]
    call_: ClassVar[Callable[..., Any]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.call = staticmethod(_of_two(cls))
        cls.call_ = staticmethod(_of_two_in_place(cls))

    @classmethod
    def apply(cls, *inputs: Any, out: Any = None, **params: Any) -> Any:
        if len(inputs) != 2 or out is not None:
            return super().apply(*inputs, out=out, **params)
        return cls.call(*inputs, params)

    @classmethod
    def apply_(cls, target: Any, *others: Any, **params: Any) -> Any:
        if len(others) != 1 or params:
            return super().apply_(target, *others, **params)
        return cls.call_(target, *others)


def _own(function: Any) -> Any:
    """A copy of a function with byte code of its own.

    CPython adapts byte code to the types that it meets there. Code that all ops share meets a
    hundred classes of ``ctx`` and stays general; a copy for one op meets one.
    """
    code, names = function.__code__.replace(), function.__globals__
    return FunctionType(code, names, None, function.__defaults__, function.__closure__)


def _of_one(op: Any) -> Callable[..., Any]:
    """The short path of an op of one operand."""
    new, forward, enter, wrap = op.__new__, op.forward, _own(_enter), Tensor._wrap
    differentiable, view, long_way = op.differentiable, op.view, super(OfOne, op).apply
    if not op.quiet:
        forward = np.errstate(all="ignore")(forward)

    def call(a: Any, params: dict[str, Any] = _NO_PARAMS) -> Any:
        if mode.watched or not isinstance(a, Tensor):
            return long_way(a, **params)
        if a._view is not None:
            a._view.refresh(a)
        x, device, need = a._array, a._device, a._requires_grad
        if x.dtype is not _FLOAT32 and x.dtype is not _FLOAT64:
            return long_way(a, **params)
        tracked = need and differentiable and mode.grad
        ctx = new(op)
        ctx.xp = xp = device.xp
        ctx.needs_input_grad = _YES if tracked else _NO
        ctx.saved = ()
        result = forward(ctx, x, **params) if params else forward(ctx, x)
        if type(result) is tuple:
            return long_way(a, **params)
        array = result if type(result) is xp.ndarray else xp.asarray(result)
        if view:
            output = wrap(array, device, a._storage)
            if mode.grad or not mode.backward:  # no gradient is asked what it is a view of
                attach_view(output, a, (op, params, 0), False)
        else:
            output = wrap(array, device)
        if tracked:
            enter(ctx, (a._edge or gradient_edge(a),), output, params)
            ctx.constants = _NOTHING
            if ctx.saved:
                ctx.saved = ctx.pack((a,), (x,), result, (output,))
        elif not mode.backward:
            note_cut(op, (a,), (output,), need)
        return output

    return _own(call)


def _of_two(op: Any) -> Callable[..., Any]:
    """The short path of an op of two operands, one of which may be a number."""
    new, forward, enter, wrap = op.__new__, op.forward, _own(_enter), Tensor._wrap
    differentiable, broadcasts = op.differentiable, op.broadcasts
    long_way = super(OfTwo, op).apply

    def call(a: Any, b: Any, params: dict[str, Any] = _NO_PARAMS) -> Any:
        if isinstance(a, Tensor):
            if a._view is not None:
                a._view.refresh(a)
            tensor, x, need_a = a, a._array, a._requires_grad
        elif type(a) in _NUMBERS and isinstance(b, Tensor):
            tensor, x, need_a = b, a, False
        else:
            return long_way(a, b, **params)
        if isinstance(b, Tensor):
            if b._view is not None:
                b._view.refresh(b)
            y, need_b = b._array, b._requires_grad
        elif type(b) in _NUMBERS:
            y, need_b = b, False
        else:
            return long_way(a, b, **params)
        device, dtype = tensor._device, tensor._array.dtype
        if (dtype is not _FLOAT32 and dtype is not _FLOAT64) or mode.watched:
            return long_way(a, b, **params)
        pair = tensor is a and y is not b
        if pair and (y.dtype is not dtype or b._device is not device):
            return long_way(a, b, **params)
        needed = need_a or need_b
        tracked = needed and differentiable and mode.grad
        ctx = new(op)
        ctx.xp = xp = device.xp
        ctx.needs_input_grad = (need_a, need_b) if tracked else _NO_NO
        ctx.saved = ()
        try:
            result = forward(ctx, x, y, **params) if params else forward(ctx, x, y)
        except ValueError:
            return long_way(a, b, **params)
        array = result if type(result) is xp.ndarray else xp.asarray(result)
        output = wrap(array, device)
        if tracked:
            edges = (
                (a._edge or gradient_edge(a)) if need_a else None,
                (b._edge or gradient_edge(b)) if need_b else None,
            )
            enter(ctx, edges, output, params)
            ctx.constants = (None if need_a else constant(a), None if need_b else constant(b))
            if broadcasts and pair and x.shape != y.shape:
                ctx.note_forms((a, b))
            if ctx.saved:
                ctx.saved = ctx.pack((a, b), (x, y), result, (output,))
        elif not mode.backward:
            note_cut(op, (a, b), (output,), needed)
        return output

    return _own(call)


def _of_two_in_place(op: Any) -> Callable[..., Any]:
    """The short path of writing the result into the first operand, where no graph is recorded."""
    long_way, ufunc, writer = super(OfTwo, op).apply_, op.ufunc, f"{op.op_name}_"
    if not ufunc:
        return long_way

    def call_(a: Any, b: Any) -> Any:
        if mode.watched or not isinstance(a, Tensor):
            return long_way(a, b)
        view, x, needed = a._view, a._array, a._requires_grad
        if view is not None:
            if view.base._requires_grad:
                return long_way(a, b)
            view.refresh(a)
        if isinstance(b, Tensor):
            if b._view is not None:
                b._view.refresh(b)
            y, needed = b._array, needed or b._requires_grad
            alike = y.dtype is x.dtype and b._device is a._device
            plain = alike and b is not a and (b._memory is None or b._memory is not a._memory)
        else:
            y, plain = b, type(b) in _NUMBERS
        if not plain or (needed and mode.grad) or 0 in x.strides:
            return long_way(a, b)
        if x.dtype is not _FLOAT32 and x.dtype is not _FLOAT64:
            return long_way(a, b)
        try:
            getattr(a._device.xp, ufunc)(x, y, out=x)
        except ValueError:
            return long_way(a, b)
        a._storage.bump(writer)
        if not a._requires_grad:
            note_cut(op, (a, b), (a,), needed)
        return a

    return call_


def _enter(
    ctx: Any, edges: tuple[Edge | None, ...], output: Tensor, params: dict[str, Any]
) -> None:
    """Make ``ctx`` the node of ``output``."""
    ctx.edges = edges
    ctx.sequence = next_sequence()
    ctx._position = position(3)
    ctx.scope = mode.scope
    ctx.hooks = None
    ctx.params = params
    ctx.restore = None
    array, storage = output._array, output._memory
    version = 0 if storage is None else storage.version
    ctx.outputs = [(array.shape, array.dtype, weakref.ref(output), version)]
    output._edge = (ctx, 0)
    output._requires_grad = True


class Unary(OfOne):
    """An element-wise function of one tensor."""

    elementwise = True
    quiet = True


class Binary(OfTwo):
    """An element-wise op of two operands that are broadcast against each other."""

    elementwise = True
    broadcasts = True
