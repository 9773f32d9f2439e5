"""The rules for results that are written into a tensor that exists: in place, and ``out=``."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import dtypes
from ..errors import teach
from ..tensor import Tensor
from .grad_mode import mode
from .views import check_overlap, check_shared


def check_target(op: Any, target: Any) -> None:
    """Refuse a target of an in-place op that is no tensor."""
    if not isinstance(target, Tensor):
        raise TypeError(
            teach(
                f"{op.op_name}_() writes into a tensor",
                got=type(target).__name__,
                mend=f"call it on a tensor: x.{op.op_name}_(…)",
            )
        )


def check_result(name: str, target: Tensor, result: Any) -> None:
    """Refuse a result that does not fit ``target`` in dtype or shape."""
    check_cast(name, dtypes.of_numpy[result.dtype], target)
    shape, wanted = tuple(result.shape), tuple(target._array.shape)
    if shape != wanted:
        raise cannot_grow(name, wanted, shape)


def check_cast(name: str, source: dtypes.DType, target: Tensor) -> None:
    """Refuse to lose a category: no floating numbers into integers, no integers into bool."""
    if source.category > target.dtype.category:
        raise RuntimeError(
            teach(
                f"result type {source.name} can't be cast to the desired output type "
                f"{target.dtype.name}",
                got=f"{name}() into a tensor of {target.dtype}",
                mend=f"convert the tensor first: x = x.to({source!r})",
            )
        )


def write_out(op: Any, out: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """Run ``op`` and put the result(s) into ``out``, which is resized if it does not fit."""
    several = type(out) is tuple
    targets = out if several else (out,)
    for target in targets:
        check_target(op, target)
    _refuse_graph(op.op_name, (*inputs, *targets))
    results = op.apply(*inputs, **params)
    for target, result in zip(targets, results if several else (results,), strict=True):
        _check_out(op, result.dtype, target)
        for value in inputs if op.elementwise else ():
            if isinstance(value, Tensor) and value._storage is target._storage:
                check_shared(target, value)
        _fill(op.op_name, target, result)
    return out


def _check_out(op: Any, source: dtypes.DType, target: Tensor) -> None:
    """Refuse a tensor for ``out=`` whose dtype is not what this op may write."""
    rule = op.out_dtype or ("castable" if op.elementwise else "same")
    if rule == "castable":
        check_cast(op.op_name, source, target)
    elif rule == "same" and source is not target.dtype:
        raise _other_dtype(op.op_name, source, target)


def _other_dtype(name: str, source: dtypes.DType, target: Tensor) -> RuntimeError:
    return RuntimeError(
        teach(
            f"Expected out tensor to have dtype {source!r}, but got {target.dtype!r} instead",
            got=f"{name}(out=) with a tensor of {target.dtype}",
            mend=f"make it with dtype={source!r}, or leave out= away",
        )
    )


def deliver(name: str, result: Any, out: Any, *inputs: Any, castable: bool = False) -> Any:
    """Put the result(s) of a function that is composed of ops into ``out``, if that is given."""
    if out is None:
        return result
    if isinstance(result, tuple):
        pairs = zip(result, out, strict=True)
        filled = [deliver(name, each, to, *inputs, castable=castable) for each, to in pairs]
        return type(result)(*filled) if hasattr(result, "_fields") else tuple(filled)
    _refuse_graph(name, (*inputs, out))
    fits = result.dtype.category <= out.dtype.category if castable else result.dtype is out.dtype
    if not fits:
        raise _other_dtype(name, result.dtype, out)
    _fill(name, out, result.to(out.dtype))
    return out


def fill_out(name: str, out: Tensor, result: Tensor) -> None:
    """Put a tensor that was made into ``out``."""
    _refuse_graph(name, (out,))
    _fill(name, out, result)


def _refuse_graph(name: str, tensors: tuple[Any, ...]) -> None:
    if mode.grad and any(isinstance(x, Tensor) and x.requires_grad for x in tensors):
        raise RuntimeError(
            teach(
                f"{name}(): functions with out=... arguments don't support automatic "
                "differentiation, but one of the arguments requires grad",
                got="out= with a tensor that requires grad",
                mend="leave out= away, or compute inside `with edugrad.no_grad():`",
            )
        )


def _fill(name: str, target: Tensor, result: Tensor) -> None:
    check_overlap(target, f"{name}(out=)")
    _resize(target, result._array.shape)
    target._array[...] = result._array
    target._storage.bump(f"{name}(out=)")


def _resize(target: Tensor, shape: tuple[int, ...]) -> None:
    if target._array.shape == shape:
        return
    if target._array.size:
        warnings.warn(
            f"An output with one or more elements was resized since it had shape "
            f"{list(target._array.shape)}, which does not match the required output shape "
            f"{list(shape)}. Make out= of that shape, or empty.",
            UserWarning,
            stacklevel=5,
        )
    target._array = target.device.xp.empty(shape, target._array.dtype)
    target._storage.array = target._array


def explain(op: Any, arrays: list[Any], error: Exception) -> None:
    """Raise, for an array library's complaint about shapes, one that a learner can act on."""
    if isinstance(error, TypeError) and any(array is None for array in arrays):
        raise TypeError(
            teach(
                f"{op.op_name}() takes tensors and Python numbers",
                got="None",
                mend="check where the value comes from: a function without return gives None",
            )
        ) from None
    if op.broadcasts and isinstance(error, ValueError):
        shapes = [tuple(array.shape) for array in arrays if hasattr(array, "shape")]
        explained = broadcast_error(op.op_name, shapes)
        if explained is None and op.write is not None:
            explained = cannot_grow(op.op_name, shapes[0], np.broadcast_shapes(*shapes))
        if explained is not None:
            raise explained from None


def cannot_grow(name: str, wanted: tuple[int, ...], result: tuple[int, ...]) -> RuntimeError:
    """The error for an in-place op whose result is larger than its tensor."""
    return RuntimeError(
        teach(
            f"output with shape {list(wanted)} doesn't match the broadcast shape {list(result)}",
            got=f"{name}_() on a tensor of shape {wanted} with a result of shape {result}",
            mend="an in-place op cannot grow its tensor: write the result to a new one",
        )
    )


def broadcast_error(name: str, shapes: list[tuple[int, ...]]) -> RuntimeError | None:
    """The error for shapes that cannot be broadcast together; None if they can."""
    for k, first in enumerate(shapes):
        for second in shapes[k + 1 :]:
            for back in range(1, min(len(first), len(second)) + 1):
                a, b = first[-back], second[-back]
                if a != b and 1 not in (a, b):
                    dim = max(len(first), len(second)) - back
                    return _cannot_broadcast(name, first, second, (a, b, dim))
    return None


def _cannot_broadcast(
    name: str, first: tuple[int, ...], second: tuple[int, ...], clash: tuple[int, int, int]
) -> RuntimeError:
    a, b, dim = clash
    return RuntimeError(
        teach(
            f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton "
            f"dimension {dim}",
            got=f"{name}() of shapes {first} and {second}; compared from the right, {a} meets {b}",
            mend="sizes must be equal or 1: reshape or transpose one of them, "
            "e.g. x.unsqueeze(-1) or x.T",
        )
    )
