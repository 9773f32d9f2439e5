"""NumPy's names for two of PyTorch's keywords: axis for dim, keepdims for keepdim."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

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
