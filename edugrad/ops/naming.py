"""What stands around the public functions: NumPy's names of keywords, and words for no tensor."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..errors import teach
from ..tensor import Tensor

NUMPY_NAMES = (("axis", "dim"), ("keepdims", "keepdim"))


def with_numpy_names(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which takes NumPy's names too where it has the parameters, as PyTorch's do.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.ones(2, 3).sum(axis=1, keepdims=True).shape
    edugrad.Size([2, 1])
    """
    code = function.__code__
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    names = [pair for pair in NUMPY_NAMES if pair[1] in parameters and pair[0] not in parameters]
    if not names:
        return function

    @functools.wraps(function)
    def renamed(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            for numpy_name, name in names:
                if numpy_name in kwargs and name not in kwargs:
                    kwargs[name] = kwargs.pop(numpy_name)
        return function(*args, **kwargs)

    return renamed


def with_tensors_checked(function: Callable[..., Any], names: frozenset[str]) -> Callable[..., Any]:
    """The function, which says so if an argument of one of these names is no tensor.

    Nothing is looked at before the function has failed: a call that succeeds costs no more.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.cumsum([1.0, 2.0], 0)
    Traceback (most recent call last):
    TypeError: cumsum(): argument 'input' (position 1) must be Tensor, not list
      got:  [1.0, 2.0]
      mend: wrap a number or a list with edugrad.tensor(…)
    """
    code = getattr(function, "__wrapped__", function).__code__
    parameters = code.co_varnames[: code.co_argcount]

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except AttributeError:
            given = {**dict(zip(parameters, args, strict=False)), **kwargs}
            wrong = {
                name: given[name]
                for name in parameters
                if name in names and not isinstance(given.get(name), Tensor) and name in given
            }
            if not wrong:
                raise
        raise _no_tensor(function.__name__, parameters, wrong)

    return checked


def _no_tensor(name: str, parameters: tuple[str, ...], wrong: dict[str, Any]) -> TypeError:
    argument, value = next(iter(wrong.items()))
    return TypeError(
        teach(
            f"{name}(): argument '{argument}' (position {parameters.index(argument) + 1}) must be "
            f"Tensor, not {type(value).__name__}",
            got=f"{value!r:.60}",
            mend="wrap a number or a list with edugrad.tensor(…)",
        )
    )
