"""Trading time for memory: a function's inner values are computed again when they are needed.

Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..autograd.grad_mode import enable_grad
from ..autograd.saved_hooks import saved_tensors_hooks
from ..errors import teach
from ..random import fork_rng, get_rng_state, set_rng_state
from ..tensor import Tensor

__all__ = ["checkpoint", "checkpoint_sequential"]


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Any = None,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Call a function and keep nothing of what its operations save for ``backward``.

    ``backward`` calls it once more, with the same random numbers, and takes what it needs.

    Parameters
    ----------
    function : callable
    *args, **kwargs
        Its arguments.
    use_reentrant, context_fn, determinism_check, debug, early_stop
        PyTorch's choices among ways to do it: accepted.
    preserve_rng_state : bool
        Whether the second call draws the same random numbers.

    Raises
    ------
    RuntimeError
        In ``backward``, if the second call does not save as many tensors as the first.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([1.0, 2.0], requires_grad=True)
    >>> checkpoint(lambda x: x.exp().sin(), x, use_reentrant=False).sum().backward()
    >>> edugrad.allclose(x.grad, x.exp().cos() * x.exp())
    True

    Notes
    -----
    PyTorch: ``torch.utils.checkpoint.checkpoint``.
    """
    state = get_rng_state() if preserve_rng_state else None
    again: list[Tensor | None] = []
    counted = [0]

    def pack(_: Tensor) -> int:
        counted[0] += 1
        return counted[0] - 1

    def keep(tensor: Tensor) -> int:
        again.append(tensor.detach())
        return len(again) - 1

    def recompute() -> None:
        with fork_rng(), enable_grad(), saved_tensors_hooks(keep, lambda k: _taken(again, k)):
            if state is not None:
                set_rng_state(state)
            function(*args, **kwargs)
        if len(again) != counted[0]:
            raise _other_count(counted[0], len(again))

    def unpack(number: int) -> Tensor:
        if number >= len(again) or again[number] is None:
            again.clear()
            recompute()
        return _taken(again, number)

    with saved_tensors_hooks(pack, unpack):
        return function(*args, **kwargs)


def _taken(kept: list[Tensor | None], number: int) -> Tensor:
    """A tensor of the second call, which is let go of."""
    found, kept[number] = kept[number], None
    assert found is not None
    return found


def _other_count(first: int, second: int) -> RuntimeError:
    return RuntimeError(
        teach(
            "checkpoint: A different number of tensors was saved during the original forward and "
            "recomputation.",
            got=f"{first} tensors, then {second}",
            mend="the function must do the same each time it is called",
        )
    )


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Call functions one after the other, in so many checkpoints; the last part is kept.

    PyTorch: ``torch.utils.checkpoint.checkpoint_sequential``.
    """
    parts = list(functions)
    size = max(1, len(parts) // segments)

    def run(some: list[Any]) -> Callable[[Any], Any]:
        def through(value: Any) -> Any:
            for each in some:
                value = each(value)
            return value

        return through

    for start in range(0, size * (segments - 1), size):
        input = checkpoint(run(parts[start : start + size]), input, **kwargs)
    return run(parts[size * (segments - 1) :])(input)
