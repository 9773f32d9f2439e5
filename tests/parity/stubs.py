"""The signatures of PyTorch's functions in C++, from the stubs that it is installed with."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Parameter = inspect.Parameter
Overloads = dict[str, list[inspect.Signature]]
# Kinds of tensors that edugrad has not: with named dimensions, symbolic sizes, complex numbers.
ABSENT_KINDS = ("EllipsisType", "_qscheme")


def functions(torch: Any) -> Overloads:
    """The overloads of each function of ``torch``."""
    stub = Path(torch.__file__).parent / "_C" / "_VariableFunctions.pyi"
    return _overloads(ast.parse(stub.read_text()).body)


def methods(torch: Any) -> Overloads:
    """The overloads of each method of ``torch.Tensor``."""
    stub = Path(torch.__file__).parent / "_C" / "__init__.pyi"
    classes = {
        node.name: node
        for node in ast.parse(stub.read_text()).body
        if isinstance(node, ast.ClassDef)
    }
    return _overloads(classes["TensorBase"].body)


def operators(torch: Any, place: str, names: list[str]) -> Overloads:
    """The overloads of functions of another module, from the operators behind them."""
    prefix = {"linalg": "linalg_", "special": "special_"}.get(place, "")
    found = {}
    for name in names:
        schemas = torch._C._jit_get_schemas_for_operator(f"aten::{prefix}{name}")
        found[name] = [_of_schema(each.arguments) for each in schemas if _is_public(each)]
    return {name: overloads for name, overloads in found.items() if overloads}


def _overloads(body: list[ast.stmt]) -> Overloads:
    found: Overloads = {}
    for node in body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("__"):
            continue
        if not any(kind in ast.unparse(node.args) for kind in ABSENT_KINDS):
            found.setdefault(node.name, []).append(_signature(node.args))
    return found


def _signature(arguments: ast.arguments) -> inspect.Signature:
    return inspect.Signature(list(_parameters(arguments)), __validate_parameters__=False)


def _parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    for argument, default in zip(positional, defaults, strict=True):
        yield Parameter(argument.arg, Parameter.POSITIONAL_OR_KEYWORD, default=_value(default))
    if arguments.vararg is not None:
        yield Parameter(arguments.vararg.arg, Parameter.VAR_POSITIONAL)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(argument.arg, Parameter.KEYWORD_ONLY, default=_value(default))


def _value(node: ast.expr | None) -> Any:
    if node is None:
        return Parameter.empty
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _is_public(schema: Any) -> bool:
    arguments = schema.arguments
    if not any("Tensor" in str(each.type) for each in arguments):
        return False
    return sum(each.is_out for each in arguments) <= 1


def _of_schema(arguments: Any) -> inspect.Signature:
    parameters = [
        Parameter(
            "out" if each.is_out else "input" if each.name == "self" else each.name,
            Parameter.KEYWORD_ONLY if each.kwarg_only else Parameter.POSITIONAL_OR_KEYWORD,
            default=each.default_value if each.has_default_value() else Parameter.empty,
        )
        for each in arguments
    ]
    return inspect.Signature(parameters, __validate_parameters__=False)
