"""What all functions that make tensors take: ``out=``, and options that say where and how.

NumPy and CuPy decide about pinned memory and layouts: these are accepted and change nothing.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from . import dtypes
from .errors import teach
from .tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])


class Layout:
    """How elements are stored. PyTorch: ``torch.layout``; edugrad has the strided one alone."""

    def __repr__(self) -> str:
        return "edugrad.strided"


strided = Layout()

OPTIONS: dict[str, Any] = {
    "out": None,
    "dtype": None,
    "layout": None,
    "device": None,
    "requires_grad": False,
    "pin_memory": False,
    "memory_format": None,
}


def makes_tensors(function: F) -> F:
    """Give a function that makes a tensor ``out=`` and the options that all of them have.

    Examples
    --------
    >>> import edugrad
    >>> numbers = edugrad.zeros(3)
    >>> edugrad.arange(3, out=numbers)
    tensor([0., 1., 2.])
    """

    @functools.wraps(function)
    def made(
        *args: Any,
        out: Tensor | None = None,
        layout: Layout | None = None,
        pin_memory: bool = False,
        memory_format: Any = None,
        **options: Any,
    ) -> Any:
        if layout is not None and layout is not strided:
            raise _other_layout(layout)
        if out is None:
            return function(*args, **options)
        wanted = options.pop("dtype", None)
        if wanted is not None and dtypes.check(wanted) is not out.dtype:
            raise _other_dtype(function.__name__, wanted, out)
        requires_grad = options.pop("requires_grad", False)
        options.pop("device", None)
        result = function(*args, dtype=out.dtype, device=out.device, **options)
        written(function.__name__, result, out)
        return out.requires_grad_() if requires_grad else out

    made.__signature__ = _with_options(function)  # type: ignore[attr-defined]
    return made  # type: ignore[return-value]


def _with_options(function: Callable[..., Any]) -> inspect.Signature:
    """What such a function takes altogether."""
    signature = inspect.signature(function)
    known = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
    names = {each.name for each in known}
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
        for name, default in OPTIONS.items()
        if name not in names
    ]
    return signature.replace(parameters=[*known, *added])


def written(name: str, result: Tensor, out: Tensor | None) -> Tensor:
    """A tensor that was made, in ``out`` if that is given."""
    from .autograd.writing import fill_out  # autograd is loaded after the tensors it is for

    if out is None:
        return result
    fill_out(name, out, result.to(out.dtype))
    return out


def _other_layout(layout: Any) -> NotImplementedError:
    return NotImplementedError(
        teach(
            "edugrad stores all elements of a tensor, by strides",
            got=f"layout={layout!r}",
            mend="leave layout= away",
        )
    )


def _other_dtype(name: str, dtype: Any, out: Tensor) -> RuntimeError:
    return RuntimeError(
        teach(
            f"dtype {dtype!r} does not match dtype of out parameter ({out.dtype!r})",
            got=f"{name}(dtype={dtype!r}, out=) with a tensor of {out.dtype}",
            mend="leave dtype= away: the result takes that of out",
        )
    )
