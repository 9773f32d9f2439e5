"""Hooks on tensors: functions that see, and may change, a gradient as it passes.

Source: ``torch.Tensor.register_hook``, ``retain_grad``, ``register_post_accumulate_grad_hook``.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .node import Handle, gradient_edge

Hook = Callable[..., Any]


def register_hook(tensor: Tensor, hook: Hook) -> Handle:
    """Call ``hook(grad)`` when the gradient of the tensor is known; it may return another one.

    Returns
    -------
    Handle
        ``handle.remove()`` takes the hook away.

    Raises
    ------
    RuntimeError
        If the tensor does not require a gradient.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([1.0, 2.0], requires_grad=True)
    >>> handle = x.register_hook(lambda grad: grad * 10)
    >>> x.sum().backward()
    >>> x.grad
    tensor([10., 10.])
    """
    edge = gradient_edge(tensor)
    if edge is None:
        raise RuntimeError(
            teach(
                "cannot register a hook on a tensor that doesn't require gradient",
                got=f"a tensor of shape {tuple(tensor.shape)}",
                mend="make it with requires_grad=True",
            )
        )
    if tensor.is_leaf:
        if tensor._hooks is None:
            tensor._hooks = {}
        return Handle(tensor._hooks, hook)
    node, output = edge
    return Handle(node.own_hooks().tensors.setdefault(output, {}), hook)


def register_post_accumulate_grad_hook(tensor: Tensor, hook: Hook) -> Handle:
    """Call ``hook(tensor)`` after a gradient was added to the ``grad`` of a leaf."""
    if not tensor.is_leaf or not tensor.requires_grad:
        raise RuntimeError(
            teach(
                "post accumulate grad hooks cannot be registered on non-leaf tensors",
                got=f"a tensor with grad_fn={tensor.grad_fn!r}",
                mend="register it on a parameter, or use register_hook",
            )
        )
    if tensor._after is None:
        tensor._after = {}
    return Handle(tensor._after, hook)


def retain_grad(tensor: Tensor) -> None:
    """Keep the gradient of a tensor that is not a leaf in its ``grad`` as well."""
    edge = gradient_edge(tensor)
    if edge is None:
        raise RuntimeError(
            teach(
                "can't retain_grad on Tensor that has requires_grad=False",
                got=f"a tensor of shape {tuple(tensor.shape)}",
                mend="compute it from a tensor made with requires_grad=True",
            )
        )
    if not tensor.is_leaf:
        edge[0].own_hooks().retained[edge[1]] = weakref.ref(tensor)


def retains_grad(tensor: Tensor) -> bool:
    """Whether :func:`retain_grad` was called on a tensor that is not a leaf."""
    if tensor._edge is None or tensor._edge[0].hooks is None:
        return False
    kept = tensor._edge[0].hooks.retained.get(tensor._edge[1])
    return kept is not None and kept() is tensor
