"""Backward hooks: what a module's call sends to its hooks when gradients come back to it.

The call's tensors pass through a node that changes nothing, once on their way in and once on their
way out. When gradients reach the second, those of the outputs are known; when they reach the first,
those of the inputs.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ..autograd.custom import Function
from ..autograd.grad_mode import mode
from ..errors import teach
from ..tensor import Tensor

Hooks = Sequence[Callable[..., Any]]


class BackwardHookFunction(Function):
    """Passes tensors, and their gradients, through one node."""

    @staticmethod
    def forward(ctx: Any, *tensors: Any) -> Any:
        ctx.mark_non_differentiable(*[each for each in tensors if not each.requires_grad])
        return tensors

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients


class Passage:
    """One call of a module that has backward hooks."""

    def __init__(self, module: Any, hooks: Hooks, pre_hooks: Hooks) -> None:
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.places_in: list[int] | None = None
        self.places_out: list[int] | None = None
        self.count_in = self.count_out = 0
        self.grad_outputs: tuple[Any, ...] | None = None

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, watched."""
        self.count_in = len(args)
        args, self.places_in = _through(args, self._inputs_known)
        return args

    def leave(self, result: Any) -> Any:
        """The result, watched."""
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(result)}",
                stacklevel=5,
            )
        several = result if isinstance(result, tuple) else (result,)
        self.count_out = len(several)
        several, self.places_out = _through(several, self._outputs_known)
        return several if isinstance(result, tuple) else several[0]

    def _outputs_known(self, leaving: Any, arrived: tuple[Any, ...]) -> Any:
        assert self.places_out is not None
        gradients = _spread(self.places_out, arrived, self.count_out)
        for hook in self.pre_hooks:
            changed = _returned(hook(self.module, gradients))
            if changed is not None:
                _check_count(hook, changed, gradients, "pre hook", "grad_output")
                gradients = changed
        self.grad_outputs = gradients
        if self.places_in is None:
            self._without_inputs()
        return tuple(gradients[place] for place in self.places_out)

    def _inputs_known(self, leaving: tuple[Any, ...], arrived: Any) -> Any:
        if self.grad_outputs is None or self.places_in is None:
            return None
        gradients = _spread(self.places_in, leaving, self.count_in)
        for hook in self.hooks:
            changed = _returned(hook(self.module, gradients, self.grad_outputs))
            if changed is not None:
                _check_count(hook, changed, gradients, "hook", "grad_input")
                gradients = changed
        self.grad_outputs = None
        return tuple(gradients[place] for place in self.places_in)

    def _without_inputs(self) -> None:
        """No input needs a gradient: the hooks are told of the outputs' alone."""
        if self.hooks:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module "
                "outputs since no inputs require gradients.",
                stacklevel=2,
            )
        nothing = (None,) * self.count_in
        for hook in self.hooks:
            changed = _returned(hook(self.module, nothing, self.grad_outputs))
            if changed is not None and any(each is not None for each in changed):
                raise RuntimeError(
                    teach(
                        "Backward hook for Modules where no input requires gradient should always "
                        "return None or None for all gradients.",
                        got=f"a gradient from {hook!r}",
                        mend="return nothing, or let the module's input require a gradient",
                    )
                )
        self.grad_outputs = None


def _through(values: tuple[Any, ...], hook: Any) -> tuple[tuple[Any, ...], list[int] | None]:
    """The values, with their tensors passed through one node; where these are among them."""
    places = [place for place, each in enumerate(values) if isinstance(each, Tensor)]
    if not (mode.grad and any(values[place].requires_grad for place in places)):
        return values, None
    passed = BackwardHookFunction.apply(*(values[place] for place in places))
    node = next(each.grad_fn for each in passed if isinstance(each.grad_fn, BackwardHookFunction))
    node.register_hook(hook)
    changed = list(values)
    for place, each in zip(places, passed, strict=True):
        changed[place] = each
    if hasattr(values, "_fields"):
        return type(values)(*changed), places
    return tuple(changed), places


def _spread(places: list[int], values: Sequence[Any], count: int) -> tuple[Any, ...]:
    """The values at their places among ``count``, None elsewhere."""
    result: list[Any] = [None] * count
    for place, value in zip(places, values, strict=True):
        result[place] = value
    return tuple(result)


def _returned(changed: Any) -> Any:
    return (changed,) if isinstance(changed, Tensor) else changed


def _check_count(hook: Any, changed: Any, given: Any, kind: str, what: str) -> None:
    if len(changed) != len(given):
        raise RuntimeError(
            teach(
                f"Backward {kind} returned an invalid number of {what}, got {len(changed)}, but "
                f"expected {len(given)}",
                got=f"{len(changed)} gradients from {hook!r}",
                mend="return a tuple with one gradient, or None, for each that was given",
            )
        )
