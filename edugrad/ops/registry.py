"""The list of all operations, with the samples from which tests and reference docs are made.

Every op is listed once, where it is defined::

    @register(Exp, samples=[Sample(T(2, 3))], inplace=True)
    def exp(input, *, out=None): ...

``edugrad.ops.methods`` binds the listed functions to :class:`~edugrad.tensor.Tensor`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..autograd.function import Op
from ..autograd.writing import check_result
from .naming import FUNCTIONAL_IN_CPP, public

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class T:
    """A random tensor of a sample: its shape, and the open interval its elements come from.

    ``distinct`` spreads the elements evenly over the interval in random order, so that no two are
    alike and a finite-difference step crosses no kink; ``kind`` is "float", "int" or "bool", or
    "symmetric" or "positive" (definite) for matrices that are;
    ``constant`` marks a float tensor that must not require a gradient.
    """

    shape: tuple[int, ...]
    low: float
    high: float
    kind: str
    distinct: bool
    constant: bool

    def __init__(
        self,
        *shape: int,
        low: float = -2.0,
        high: float = 2.0,
        kind: str = "float",
        distinct: bool = False,
        constant: bool = False,
    ) -> None:
        for name, value in (
            ("shape", shape),
            ("low", low),
            ("high", high),
            ("kind", kind),
            ("distinct", distinct),
            ("constant", constant),
        ):
            object.__setattr__(self, name, value)

    def array(self, random: np.random.Generator) -> np.ndarray:
        """One draw, as float64, int64 or bool."""
        if self.kind == "bool":
            return random.random(self.shape) < 0.5
        if self.kind in ("symmetric", "positive"):
            matrix = random.uniform(self.low, self.high, self.shape)
            turned = np.swapaxes(matrix, -1, -2)
            if self.kind == "symmetric":
                return matrix + turned
            return matrix @ turned + np.eye(self.shape[-1])
        if self.kind == "int" and self.distinct:
            span = random.permutation(int(self.high) - int(self.low)) + int(self.low)
            return span[: int(np.prod(self.shape))].reshape(self.shape)
        if self.kind == "int":
            return random.integers(int(self.low), int(self.high), self.shape)
        if self.distinct:
            count = int(np.prod(self.shape))
            steps = (random.permutation(count) + 0.5) / max(count, 1)
            return self.low + (self.high - self.low) * steps.reshape(self.shape)
        return random.uniform(self.low, self.high, self.shape)


class Sample:
    """Arguments for one call of an op: :class:`T` where a tensor goes, anything else as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args = args
        self.kwargs = kwargs

    def build(
        self, random: np.random.Generator, wrap: Callable[[np.ndarray], Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of one call: each :class:`T` is drawn and passed through ``wrap``."""

        def filled(value: Any) -> Any:
            if isinstance(value, T):
                tensor = wrap(value.array(random))
                return tensor.detach().clone() if value.constant else tensor
            if isinstance(value, (list, tuple)):
                return type(value)(filled(each) for each in value)
            return value

        return filled(self.args), {name: filled(value) for name, value in self.kwargs.items()}

    def __repr__(self) -> str:
        return f"Sample({self.args}, {self.kwargs})"


@dataclass(frozen=True)
class OpInfo:
    """One listed operation."""

    name: str
    function: Callable[..., Any]
    op: type[Op] | None
    samples: tuple[Sample, ...]
    inplace: Callable[..., Any] | None
    method: bool
    namespace: str
    torch: str

    @property
    def differentiable(self) -> bool:
        return self.op is not None and self.op.differentiable


PREFIXES = {"edugrad.linalg": "linalg.", "edugrad.Tensor": "Tensor."}
OPS: dict[str, OpInfo] = {}
METHODS: dict[str, Callable[..., Any]] = {}


def register(
    op: type[Op] | None,
    *,
    samples: Sequence[Sample],
    inplace: bool | Callable[..., Any] = False,
    method: bool = True,
    aliases: Sequence[str] = (),
    namespace: str = "edugrad",
    out: bool = False,
    torch: str = "same",
) -> Callable[[F], F]:
    """List a function as an operation.

    Parameters
    ----------
    op : subclass of Op or None
        The class that does the work; None for a function composed of other ops.
    samples : sequence of Sample
        Calls that the tests try, with every kind of argument.
    inplace : bool or function
        The form with a trailing underscore: True makes it from ``op.apply_``, or of a composed
        function by copying its result.
    method : bool
        Whether it is a method of Tensor as well.
    aliases : sequence of str
        Other names of the same function.
    namespace : str
        Where it is public: "edugrad", "edugrad.nn.functional", "edugrad.linalg", "edugrad.special",
        or "edugrad.Tensor" for what is a method only. Names of the linalg module and of methods
        are listed with that prefix ("linalg.norm"), as other functions may have the same name.
    out : bool
        Give the function ``out=``, which it has no parameter for: its result is copied there.
    torch : str
        "same", or how it differs from PyTorch's.
    """

    def listed(function: F) -> F:
        name = function.__name__
        prefix = PREFIXES.get(namespace, "")
        in_place: Any = inplace or None
        if inplace is True:
            in_place = _in_place(op, function)
        if in_place is not None:
            in_place.__name__ = in_place.__qualname__ = f"{name}_"
        functional = namespace == "edugrad.nn.functional"
        # Element-wise ops look at their operands themselves.
        looks = op is not None and op.elementwise and not functional
        tensors = frozenset() if looks else _tensor_arguments(function, samples)
        numpy_names = not functional or name in FUNCTIONAL_IN_CPP
        writes = "castable" if op is not None and op.elementwise else "same"
        offered = public(function, tensors, numpy_names=numpy_names, out=writes if out else "")
        # What a tensor is asked most, of itself alone, goes without anything around it.
        of_one = looks and function.__code__.co_argcount == 1
        info = OpInfo(
            prefix + name,
            offered,
            op,
            tuple(samples),
            in_place,
            method,
            namespace,
            torch,
        )
        for each in (name, *aliases):
            OPS[prefix + each] = info
            if method:
                METHODS[each] = function if of_one else offered
            if info.inplace is not None:
                METHODS[f"{each}_"] = in_place if of_one else public(in_place)
        return function

    return listed


def _tensor_arguments(function: Callable[..., Any], samples: Sequence[Sample]) -> frozenset[str]:
    """The parameters that are given a tensor wherever a sample gives them at all."""
    parameters = function.__code__.co_varnames[: function.__code__.co_argcount]
    kinds: dict[str, set[bool]] = {}
    for sample in samples:
        given = {**dict(zip(parameters, sample.args, strict=False)), **sample.kwargs}
        for name, value in given.items():
            kinds.setdefault(name, set()).add(isinstance(value, T))
    return frozenset(name for name, found in kinds.items() if found == {True})


def _in_place(op: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """The form that writes in place: of an op of one or of two operands, or of any composed one."""

    def of_one(input: Any) -> Any:
        return op.apply_(input)

    def of_two(input: Any, other: Any) -> Any:
        return op.apply_(input, other)

    named = public(function)

    @functools.wraps(function)
    def composed(input: Any, *args: Any, **kwargs: Any) -> Any:
        result = named(input.clone(), *args, **kwargs)  # whose values the graph may keep
        check_result(function.__name__, input, result._array)
        return input.copy_(result)

    in_place = of_one if function.__code__.co_argcount == 1 else of_two
    if op is None:
        in_place = composed
    in_place.__doc__ = (
        f"In-place version of :func:`{function.__name__}`: the result replaces the tensor's values."
    )
    return in_place


def unary(
    op: type[Op],
    *samples: Sample,
    inplace: bool = True,
    aliases: Sequence[str] = (),
    torch: str = "same",
) -> Any:
    """The public function of an element-wise op of one tensor, documented from its class."""

    def function(input: Any, *, out: Any = None) -> Any:
        return op.apply(input, out=out)

    function.__name__ = function.__qualname__ = op.op_name
    function.__module__ = op.__module__
    function.__doc__ = _unary_doc(op)
    return register(op, samples=samples, inplace=inplace, aliases=aliases, torch=torch)(function)


def _unary_doc(op: type[Op]) -> str:
    summary = (op.__doc__ or op.op_name).strip().splitlines()[0]
    derivative = f"\n    Gradient: {op.derivatives[0]}.\n" if op.derivatives else ""
    result = "float (integers are converted to the default type)" if op.to_float else "as the input"
    return f"""{summary}

    Computes ``{op.formula}`` for each element a.
{derivative}
    Parameters
    ----------
    input : Tensor
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        Of the input's shape; dtype {result}.

    Notes
    -----
    PyTorch: ``torch.{op.op_name}``.
    """
