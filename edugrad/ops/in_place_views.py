"""Views that a tensor becomes itself: ``t_``, ``transpose_``, ``squeeze_`` and their like.

Nothing is copied: the tensor looks at the same memory in another form from then on, and its place
in the graph is that of the view.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from ..autograd.grad_mode import mode
from ..autograd.views import check_write
from ..tensor import Tensor
from . import shape, strided
from .naming import public

Method = Callable[..., Any]


def _becoming(function: Method) -> Method:
    """The form of a view function that changes the tensor itself."""
    name, offered = f"{function.__name__}_", public(function)

    def method(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        tracked = input.requires_grad and mode.grad
        if tracked:
            check_write(input, name, tracked)
        made = offered(input, *args, **kwargs)
        input._array = made._array
        if tracked:
            node, number = made._edge
            described = node.outputs[number]
            node.outputs[number] = (*described[:2], weakref.ref(input), described[3] + 1)
            input._edge = made._edge
        input._storage.bump(name)
        if input._view is not None:
            input._view = made._view
            input._view.version = input._storage.version
        return input

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"Like :func:`{function.__name__}`, but the tensor itself takes the new form."
    return method


METHODS: dict[str, Method] = {
    "t_": _becoming(shape.t),
    "transpose_": _becoming(shape.transpose),
    "swapaxes_": _becoming(shape.swapaxes),
    "swapdims_": _becoming(shape.transpose),
    "squeeze_": _becoming(shape.squeeze),
    "unsqueeze_": _becoming(shape.unsqueeze),
    "as_strided_": _becoming(strided.as_strided),
}
