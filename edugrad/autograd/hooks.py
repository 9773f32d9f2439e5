"""Hooks: functions that see, and may change, a gradient as it passes a tensor or a node.

Source: ``torch.Tensor.register_hook``, ``retain_grad``, ``register_post_accumulate_grad_hook``.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .node import Handle, Node, gradient_edge

Hook = Callable[..., Any]
Gradients = Sequence[Tensor | None]


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


def on_arrival(node: Node, gradients: list[Tensor | None]) -> None:
    """Run the hooks of the tensors that ``node`` made; keep what they retain."""
    assert node.hooks is not None
    for output, gradient in enumerate(gradients):
        if gradient is None:
            continue
        if output in node.hooks.tensors:
            gradients[output] = gradient = call(node.hooks.tensors[output], gradient)
        kept = node.hooks.retained.get(output)
        tensor = kept() if kept is not None else None
        if tensor is not None:
            before = tensor._grad
            tensor._grad = gradient.clone() if before is None else before + gradient


def before(node: Node, gradients: list[Tensor | None]) -> list[Tensor | None]:
    """Run the node's own hooks that come before it."""
    assert node.hooks is not None
    for hook in tuple(node.hooks.before.values()):
        changed = hook(tuple(gradients))
        if changed is not None:
            gradients = _several(hook, changed, gradients)
    return gradients


def after(node: Node, leaving: Gradients, arrived: Gradients) -> Gradients:
    """Run the node's own hooks that come after it."""
    assert node.hooks is not None
    for hook in tuple(node.hooks.after.values()):
        changed = hook(tuple(leaving), tuple(arrived))
        if changed is not None:
            leaving = _several(hook, changed, leaving)
    return leaving


def call(hooks: dict[int, Hook], gradient: Tensor) -> Tensor:
    """Run the hooks of one tensor."""
    for hook in tuple(hooks.values()):
        changed = hook(gradient)
        if changed is not None:
            gradient = _checked(hook, changed, gradient)
    return gradient


def _several(hook: Hook, changed: Any, given: Gradients) -> list[Tensor | None]:
    values = list(changed) if isinstance(changed, (tuple, list)) else [changed]
    if len(values) != len(given):
        raise RuntimeError(
            teach(
                f"hook '{_name(hook)}' has returned an incorrect number of values "
                f"(got {len(values)}, but expected {len(given)})",
                got=f"{len(values)} gradients for {len(given)}",
                mend="return a tuple with one gradient, or None, for each that was given",
            )
        )
    return [
        value if value is None or old is None else _checked(hook, value, old)
        for value, old in zip(values, given, strict=True)
    ]


def _checked(hook: Hook, changed: Any, gradient: Tensor) -> Tensor:
    if not isinstance(changed, Tensor):
        raise TypeError(
            teach(
                f"expected Variable, but hook returned '{type(changed).__name__}'",
                got=f"{changed!r} from hook '{_name(hook)}'",
                mend="return a tensor, or nothing to leave the gradient as it is",
            )
        )
    for what, new, old in (
        ("size", tuple(changed.shape), tuple(gradient.shape)),
        ("type", changed.dtype, gradient.dtype),
    ):
        if new != old:
            raise RuntimeError(
                teach(
                    f"hook '{_name(hook)}' has changed the {what} of value",
                    got=f"{new} instead of {old}",
                    mend="a gradient keeps the shape and dtype of its tensor",
                )
            )
    return changed


def _name(hook: Hook) -> str:
    return getattr(hook, "__name__", type(hook).__name__)
