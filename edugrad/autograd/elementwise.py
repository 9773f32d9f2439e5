"""Unary and Binary: element-wise ops, with a short path for the calls that make up most programs.

The short path serves floating-point tensors alike in dtype and device (and Python numbers) that
are no views and that nobody watches. It does for them what ``Op.apply`` does, without its loops, so
that a small op costs little more than its array operation. All else goes the long way.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from ..callsite import call_site
from ..tensor import Tensor
from .function import Op
from .grad_mode import mode
from .node import gradient_edge

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_NUMBERS = frozenset((float, int))
_NO, _NO_NO = (False,), (False, False)


def _plain(value: Any) -> bool:
    """Whether a tensor may take the short path: floating, no view, no memory of a cut graph."""
    dtype = value._array.dtype
    known = dtype is _FLOAT32 or dtype is _FLOAT64
    return known and value._view is None and value._cut is None


class Unary(Op):
    """An element-wise function of one tensor."""

    elementwise = True

    @classmethod
    def apply(cls, *inputs: Any, out: Any = None, **params: Any) -> Any:
        if len(inputs) != 1 or out is not None or mode.watched:
            return super().apply(*inputs, out=out, **params)
        (a,) = inputs
        if not isinstance(a, Tensor) or not _plain(a):
            return super().apply(a, **params)
        needed = a._requires_grad
        tracked = needed and mode.grad and cls.differentiable
        if needed and not tracked and not mode.backward:
            return super().apply(a, **params)
        ctx = cls.__new__(cls)
        ctx.needs_input_grad = (True,) if tracked else _NO
        return _run(ctx, inputs, (a._array,), a._device, tracked, params)


class Binary(Op):
    """An op of two tensors (or a tensor and a number) that are broadcast against each other."""

    broadcasts = True
    elementwise = True

    @classmethod
    def apply(cls, *inputs: Any, out: Any = None, **params: Any) -> Any:
        if len(inputs) != 2 or out is not None or mode.watched:
            return super().apply(*inputs, out=out, **params)
        a, b = inputs
        if not isinstance(a, Tensor) or not _plain(a):
            return super().apply(a, b, **params)
        x, device, need_a = a._array, a._device, a._requires_grad
        if isinstance(b, Tensor):
            y, need_b = b._array, b._requires_grad
            if x.dtype is not y.dtype or device is not b._device or not _plain(b):
                return super().apply(a, b, **params)
        elif type(b) in _NUMBERS:
            y, need_b = b, False
        else:
            return super().apply(a, b, **params)
        needed = need_a or need_b
        tracked = needed and mode.grad and cls.differentiable
        if needed and not tracked and not mode.backward:
            return super().apply(a, b, **params)
        ctx = cls.__new__(cls)
        ctx.needs_input_grad = (need_a, need_b) if tracked else _NO_NO
        try:
            return _run(ctx, inputs, (x, y), device, tracked, params)
        except ValueError:
            return super().apply(a, b, **params)


def _run(
    ctx: Any,
    inputs: tuple[Any, ...],
    arrays: tuple[Any, ...],
    device: Any,
    tracked: bool,
    params: dict[str, Any],
) -> Tensor:
    """Compute, wrap the result and, if ``tracked``, enter the graph."""
    ctx.xp = xp = device.xp
    ctx.saved = ()
    result = ctx.forward(ctx, *arrays, **params)
    array = result if type(result) is xp.ndarray else xp.asarray(result)
    output: Tensor = Tensor._wrap(array, device)
    if not tracked:
        return output
    shape = array.shape
    alike = whole = True
    edges = []
    for value, need in zip(inputs, ctx.needs_input_grad):  # noqa: B905 (one for each)
        if need:
            edges.append(value._edge or gradient_edge(value))
            alike = alike and value._array.shape == shape
        else:
            edges.append(None)
            whole = False
    ctx.place(tuple(edges), call_site(3))
    ctx.params = params
    ctx.restore = None
    ctx.outputs = ((shape, array.dtype, weakref.ref(output), 0),)
    ctx.constants = (None,) * len(inputs) if whole else ctx.constants_of(inputs)
    if not alike:
        ctx._note_forms(inputs)
    if ctx.saved:
        ctx.saved = ctx._pack(inputs, arrays, result, (output,))
    output._edge = (ctx, 0)
    output._requires_grad = True
    return output
