"""What stands around the public functions: other names and orders of arguments, ``out=``, errors.

Nothing is looked at before a function has failed, so that a call as it should be costs no more.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from ..autograd.writing import deliver
from ..errors import teach
from ..tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])

# PyTorch's functions in C++ know these names as well; those that it has in Python do not.
NUMPY_NAMES = {
    "axis": "dim",
    "keepdims": "keepdim",
    "x": "input",
    "a": "input",
    "x1": "input",
    "x2": "other",
}
FUNCTIONAL_IN_CPP = frozenset(
    "adaptive_avg_pool1d avg_pool1d avg_pool2d avg_pool3d bilinear celu_ channel_shuffle conv1d "
    "conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity elu_ gelu "
    "hardshrink hardtanh_ leaky_relu_ linear logsigmoid one_hot pairwise_distance pdist "
    "pixel_shuffle pixel_unshuffle prelu relu_ rrelu_ scaled_dot_product_attention selu_ softplus "
    "softshrink threshold_".split()
)
# Factors that once stood among the positional arguments: x.add_(-0.1, gradient).
OLDER_FACTORS = {
    **dict.fromkeys(("add", "sub"), ("alpha",)),
    **dict.fromkeys(("addcmul", "addcdiv"), ("value",)),
    **dict.fromkeys(("addmm", "addmv", "addr", "addbmm", "baddbmm"), ("beta", "alpha")),
}


def public(
    function: Callable[..., Any],
    tensors: frozenset[str] = frozenset(),
    *,
    numpy_names: bool = True,
    out: str = "",
) -> Callable[..., Any]:
    """The function, which takes more than it has parameters for, and says what was no tensor.

    Parameters
    ----------
    function : callable
    tensors : frozenset of str
        The parameters that have to be tensors.
    numpy_names : bool
        Whether ``axis``, ``keepdims``, ``x`` and the others of NumPy stand for ``dim``, … as in
        PyTorch's functions in C++.
    out : "same", "castable" or ""
        Whether a result may be written to ``out=``, and to tensors of which dtype.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.ones(2, 3).sum(axis=1, keepdims=True).shape
    edugrad.Size([2, 1])
    >>> edugrad.cumsum([1.0, 2.0], 0)
    Traceback (most recent call last):
    TypeError: cumsum(): argument 'input' (position 1) must be Tensor, not list
      got:  [1.0, 2.0]
      mend: wrap a number or a list with edugrad.tensor(…)
    """
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    names = {
        numpy_name: name
        for numpy_name, name in NUMPY_NAMES.items()
        if numpy_names and name in parameters and numpy_name not in parameters
    }
    factors = OLDER_FACTORS.get(function.__name__.rstrip("_"), ())
    flag = positional.index("keepdim") if "keepdim" in positional else 99

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if len(args) > flag and args[flag] is not True and args[flag] is not False:
            raise _no_flag(function.__name__, flag, args)
        try:
            return function(*args, **kwargs)
        except TypeError:
            writes = bool(out) and "out" in kwargs
            older = bool(factors) and len(args) > len(positional)
            if not writes and not older and kwargs.keys().isdisjoint(names):
                raise
        except AttributeError:
            given = {**dict(zip(positional, args, strict=False)), **kwargs}
            wrong = [
                name
                for name in positional
                if name in tensors and name in given and not isinstance(given[name], Tensor)
            ]
            if not wrong:
                raise
            raise _no_tensor(function.__name__, positional, wrong[0], given[wrong[0]]) from None
        kwargs = _renamed(function.__name__, kwargs, names)
        if older:
            args, kwargs = _in_order(function.__name__, positional, args, kwargs, factors)
        if not writes:
            return function(*args, **kwargs)
        target = kwargs.pop("out")
        return deliver(
            function.__name__,
            function(*args, **kwargs),
            target,
            *args,
            *kwargs.values(),
            castable=out == "castable",
        )

    if out:
        called.__signature__ = _with_out(function)  # type: ignore[attr-defined]
    return called


def takes_out(function: F) -> F:
    """Give a function that is no listed op ``out=``, to which its results are copied."""
    return public(function, out="same")  # type: ignore[return-value]


def _with_out(function: Callable[..., Any]) -> inspect.Signature:
    signature = inspect.signature(function)
    target = inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None)
    return signature.replace(parameters=[*signature.parameters.values(), target])


def _renamed(name: str, kwargs: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The arguments by PyTorch's names, where they were given by NumPy's."""
    renamed = {names.get(key, key): value for key, value in kwargs.items()}
    if len(renamed) < len(kwargs):
        twice = next(new for old, new in names.items() if old in kwargs)
        raise TypeError(
            teach(
                f"{name}() got multiple values for argument '{twice}'",
                got=", ".join(kwargs),
                mend=f"write {twice}= alone",
            )
        )
    return renamed


def _in_order(
    name: str,
    parameters: tuple[str, ...],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    factors: tuple[str, ...],
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of which a factor stands before a tensor, in the order of today."""
    operands = tuple(each for each in args if isinstance(each, Tensor))
    numbers = [each for each in args if isinstance(each, (int, float))]
    today = f"{name}({', '.join(parameters)}, *, {', '.join(factors)})"
    fit = len(operands) == len(parameters) and len(operands) + len(numbers) == len(args)
    if not fit or not isinstance(args[-1], Tensor):
        raise TypeError(
            teach(
                f"{name}() takes {len(parameters)} positional arguments but {len(args)} were given",
                got=", ".join(type(each).__name__ for each in args),
                mend=f"write {today}",
            )
        )
    warnings.warn(
        f"This overload of {name} is deprecated: a number before a tensor. Write {today}.",
        UserWarning,
        stacklevel=3,
    )
    return operands, {**dict(zip(factors, numbers, strict=False)), **kwargs}


def _no_flag(name: str, place: int, args: tuple[Any, ...]) -> TypeError:
    return TypeError(
        teach(
            f"{name}(): argument 'keepdim' (position {place + 1}) must be bool, not "
            f"{type(args[place]).__name__}",
            got=", ".join(repr(each) for each in args[1:]),
            mend=f"several dimensions go in a tuple, as in x.{name}((0, 1))",
        )
    )


def _no_tensor(name: str, parameters: tuple[str, ...], argument: str, value: Any) -> TypeError:
    return TypeError(
        teach(
            f"{name}(): argument '{argument}' (position {parameters.index(argument) + 1}) must be "
            f"Tensor, not {type(value).__name__}",
            got=f"{value!r:.60}",
            mend="wrap a number or a list with edugrad.tensor(…)",
        )
    )
