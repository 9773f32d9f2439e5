"""Expressions typed into a TensorView: parsed into a few safe forms and carried out, never eval'ed.

What may be typed: a tensor by its name, indexed, transposed and reshaped by the methods in
``METHODS``, and one arithmetic operation or comparison of two such tensors or numbers.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

import numpy as np

import edugrad
from edugrad import Tensor
from edugrad.errors import teach

METHODS = frozenset(
    "clone contiguous diagonal expand expand_as flatten flip movedim narrow permute ravel repeat "
    "reshape roll select squeeze swapaxes t transpose unflatten unsqueeze view".split()
)
ATTRIBUTES = frozenset(("T", "mT"))
OPERATIONS: dict[type[ast.AST], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.Pow: ("**", operator.pow),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}
MASKS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
}
LONGEST = 200
MOST_ELEMENTS = 1_000_000


class Refused(ValueError):
    """What was typed cannot be shown: the rule, what was got, the mend."""


@dataclass(frozen=True)
class Selection:
    """A tensor made from another by indexing and reshaping.

    ``origin`` has the shape of the result: the position, counted through the source in the order of
    its indices, that each element was read from.
    """

    text: str
    result: Tensor
    name: str
    source: Tensor
    origin: np.ndarray

    @property
    def kind(self) -> Literal["same", "view", "copy"]:
        if self.result is self.source:
            return "same"
        return "view" if self.result._storage is self.source._storage else "copy"


@dataclass(frozen=True)
class Operand:
    """One side of a broadcast: its text, and the tensor or number."""

    text: str
    value: Tensor | float

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape) if isinstance(self.value, Tensor) else ()


@dataclass(frozen=True)
class Broadcast:
    """Two operands and what became of them: the result, or why there is none."""

    text: str
    symbol: str
    operands: tuple[Operand, Operand]
    result: Tensor | None
    error: str = ""


def evaluate(text: str, tensors: Mapping[str, Tensor]) -> Selection | Broadcast:
    """Carry out ``text`` on the named tensors.

    Raises
    ------
    Refused
        If it is not one of the forms that are shown, or edugrad itself refuses it; the message is
        then edugrad's.

    Examples
    --------
    >>> x = edugrad.arange(6).reshape(2, 3)
    >>> evaluate("x.T[1]", {"x": x}).result
    tensor([1, 4])
    >>> evaluate("x[x > 3]", {"x": x}).kind
    'copy'
    """
    with edugrad.no_grad():
        try:
            return _Evaluator(tensors).outcome(text)
        except Refused:
            raise
        except (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError) as error:
            raise Refused(f"{type(error).__name__}: {error}") from None


class _Evaluator:
    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self.tensors = tensors

    def outcome(self, text: str) -> Selection | Broadcast:
        node = self._parse(text)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
            return self._broadcast(text, node.op, node.left, node.right)
        if _is_comparison(node):
            return self._broadcast(text, node.ops[0], node.left, node.comparators[0])
        result = self._spine(node, self._tensor)
        name = _root(node)
        source = self.tensors[name]
        origin = self._spine(node, self._numbered)
        return Selection(text, result, name, source, origin.cpu().numpy())

    def _parse(self, text: str) -> ast.expr:
        if len(text) > LONGEST:
            raise self._refused(f"an expression has at most {LONGEST} characters", text[:30] + "…")
        try:
            return ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise self._refused("this is not an expression of Python", text) from None

    def _broadcast(self, text: str, kind: ast.AST, left: ast.expr, right: ast.expr) -> Broadcast:
        symbol, function = OPERATIONS[type(kind)]
        operands = self._operand(left), self._operand(right)
        if not any(isinstance(each.value, Tensor) for each in operands):
            raise self._refused("one side at least is a tensor", text)
        try:
            result = _combined(function, *(each.value for each in operands))
        except RuntimeError as error:
            return Broadcast(text, symbol, operands, None, f"{type(error).__name__}: {error}")
        return Broadcast(text, symbol, operands, result)

    def _operand(self, node: ast.expr) -> Operand:
        number = _number(node)
        value = self._spine(node, self._tensor) if number is None else number
        return Operand(ast.unparse(node), value)

    def _tensor(self, name: str) -> Tensor:
        if name not in self.tensors:
            known = ", ".join(self.tensors)
            raise Refused(
                teach(
                    f"there is no tensor called {name!r} here",
                    got=name,
                    mend=f"known here: {known}; give TensorView the tensors that you want to use",
                )
            )
        return self.tensors[name]

    def _numbered(self, name: str) -> Tensor:
        """A tensor like the named one that holds its positions instead of its values."""
        tensor = self._tensor(name)
        places = edugrad.arange(tensor.numel(), device=tensor.device)
        return places.reshape(tuple(tensor.shape))

    def _spine(self, node: ast.expr, start: Callable[[str], Tensor]) -> Tensor:
        """Follow indices, attributes and methods from a name that ``start`` gives a tensor to."""
        if isinstance(node, ast.Name):
            return start(node.id)
        if isinstance(node, ast.Subscript):
            tensor, index = self._spine(node.value, start), self._index(node.slice)
            _check_size((tensor.numel(), *_gathered(index)))
            return _sized(tensor[index])
        if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            return _sized(getattr(self._spine(node.value, start), node.attr))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self._call(node, node.func, start)
        raise self._refused("only indexing, reshaping and one operation are shown", node)

    def _call(
        self, node: ast.Call, method: ast.Attribute, start: Callable[[str], Tensor]
    ) -> Tensor:
        if method.attr not in METHODS:
            raise self._refused(f"the method {method.attr!r} is not shown here", node)
        tensor = self._spine(method.value, start)
        arguments = [self._argument(each) for each in node.args]
        named = {each.arg: self._argument(each.value) for each in node.keywords if each.arg}
        if method.attr == "repeat":
            _check_size((tensor.numel(), *_flat(arguments)))
        return _sized(getattr(tensor, method.attr)(*arguments, **named))

    def _argument(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple | ast.List):
            return tuple(self._argument(each) for each in node.elts)
        if isinstance(node, ast.Name):
            return self._tensor(node.id)
        number = _number(node)
        if isinstance(number, int):
            return number
        raise self._refused("a method's arguments are integers", node)

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(self._index(each) for each in node.elts)
        if isinstance(node, ast.List):
            return [self._index(each) for each in node.elts]
        if isinstance(node, ast.Slice):
            ends = (node.lower, node.upper, node.step)
            return slice(*(None if end is None else self._index(end) for end in ends))
        if isinstance(node, ast.Constant) and (
            node.value is None or node.value is Ellipsis or isinstance(node.value, bool)
        ):
            return node.value
        number = _number(node)
        if isinstance(number, int):
            return number
        return self._mask(node)

    def _mask(self, node: ast.expr) -> Any:
        """A tensor that serves as an index, such as ``x > 0``."""
        if _is_comparison(node):
            function = OPERATIONS[type(node.ops[0])][1]
            return _combined(function, *map(self._mask, (node.left, node.comparators[0])))
        if isinstance(node, ast.BinOp) and type(node.op) in MASKS:
            sides = self._mask(node.left), self._mask(node.right)
            return _combined(MASKS[type(node.op)], *sides)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            return ~self._mask(node.operand)
        number = _number(node)
        return self._spine(node, self._tensor) if number is None else number

    def _refused(self, rule: str, got: ast.expr | str) -> Refused:
        words = got if isinstance(got, str) else ast.unparse(got)
        name = next(iter(self.tensors))
        mend = f"{name}[0], {name}[1:, None], {name}.T, {name}.reshape(-1), {name}[{name} > 0], "
        other = list(self.tensors)[-1]
        return Refused(teach(rule, got=words, mend=f"try {mend}{name} + {other}"))


def _is_comparison(node: ast.AST) -> TypeGuard[ast.Compare]:
    return isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPERATIONS


def _combined(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """``function`` of two sides, unless their broadcast is too large to be tried."""
    shapes = [tuple(each.shape) for each in (left, right) if isinstance(each, Tensor)]
    longest = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (longest - len(shape)) + shape for shape in shapes]
    _check_size(max(lengths) for lengths in zip(*padded, strict=True))
    return function(left, right)


def _gathered(index: Any) -> list[int]:
    """How many places the tensors of integers in an index name, each an upper bound."""
    parts = index if isinstance(index, tuple) else (index,)
    tensors = [part for part in parts if isinstance(part, Tensor)]
    return [part.numel() for part in tensors if part.dtype is not edugrad.bool]


def _root(node: ast.AST) -> str:
    """The name at the beginning of a spine."""
    while not isinstance(node, ast.Name):
        node = node.func if isinstance(node, ast.Call) else node.value  # type: ignore[attr-defined]
    return node.id


def _number(node: ast.expr) -> Any:
    """The number that a literal stands for, None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand)
        return None if value is None else -value
    plain = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return node.value if plain and abs(node.value) <= 1e15 else None  # type: ignore[attr-defined]


def _flat(arguments: Any) -> list[int]:
    nested = ([each] if isinstance(each, int) else _flat(each) for each in arguments)
    return [number for numbers in nested for number in numbers]


def _sized(tensor: Tensor) -> Tensor:
    _check_size(tensor.shape)
    return tensor


def _check_size(lengths: Any) -> None:
    elements = math.prod(lengths)
    if elements > MOST_ELEMENTS:
        raise Refused(
            teach(
                f"at most {MOST_ELEMENTS:,} elements are shown",
                got=f"{elements:,} elements",
                mend="use a smaller tensor: the rule is the same",
            )
        )
