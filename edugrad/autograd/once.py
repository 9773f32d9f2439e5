"""Functions whose derivative is computed on plain values and has no derivative of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .custom import Function
from .grad_mode import is_grad_enabled, no_grad


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a ``Function.backward`` that cannot be differentiated again, as a decorator.

    It runs without a graph; who differentiates its result gets an error instead of a wrong zero.

    Examples
    --------
    >>> import edugrad
    >>> class Round(edugrad.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x.round()
    ...
    ...     @staticmethod
    ...     @once_differentiable
    ...     def backward(ctx, grad):
    ...         return grad
    >>> x = edugrad.tensor([0.7], requires_grad=True)
    >>> Round.apply(x).backward()
    >>> x.grad
    tensor([1.])

    Notes
    -----
    PyTorch: ``torch.autograd.function.once_differentiable``.
    """

    @functools.wraps(fn)
    def once(ctx: Any, *gradients: Any) -> Any:
        with no_grad():
            outputs = fn(ctx, *gradients)
        wanted = [each for each in gradients if isinstance(each, Tensor) and each.requires_grad]
        if not (is_grad_enabled() and wanted):
            return outputs
        several = isinstance(outputs, tuple)
        marked = [
            _Once.apply(wanted[0], each) if isinstance(each, Tensor) else each
            for each in (outputs if several else (outputs,))
        ]
        return tuple(marked) if several else marked[0]

    return once


class _Once(Function):
    """Passes a gradient on; its own derivative is an error."""

    @staticmethod
    def forward(ctx: Any, wanted: Tensor, gradient: Tensor) -> Tensor:
        return gradient.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        raise RuntimeError(
            teach(
                "trying to differentiate twice a function that was marked with "
                "@once_differentiable",
                got="a derivative of its backward",
                mend="leave create_graph=True away, or write backward in tensor operations and "
                "drop the mark",
            )
        )
