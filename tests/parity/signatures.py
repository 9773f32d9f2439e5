"""Names, order, kinds and defaults of parameters: each public name that both libraries have.

PyTorch's functions in Python say what they take; those in C++ are described by the stubs that it is
installed with, one signature for each way to call them.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import re
import types
from collections.abc import Iterator
from typing import Any

from . import stubs
from .semantics import check

Parameter = inspect.Parameter
MODULES = (
    "nn.functional nn nn.init nn.utils nn.utils.rnn nn.utils.stateless nn.utils.parametrize "
    "nn.utils.parametrizations nn.parameter optim optim.lr_scheduler optim.swa_utils utils.data "
    "autograd autograd.functional autograd.graph func random testing linalg special utils"
).split()
WITH_METHODS = ("nn", "nn.utils.rnn", "optim", "optim.lr_scheduler", "utils.data", "autograd")

# What edugrad takes otherwise, and why.
OTHERWISE = {
    ".compile": "returns what it is given, so that it takes any options",
    ".load": "nothing is unpickled: there is no pickle_module to choose",
    ".save": "nothing is pickled",
    ".memory_format": "a type of its own: the constants are what one uses",
    ".dtype": "a type of its own: the constants are what one uses",
    ".no_grad": "one class serves as decorator and as context",
    ".enable_grad": "one class serves as decorator and as context",
    "random.Generator": "PyTorch's type does not tell its signature",
    "autograd.no_grad": "one class serves as decorator and as context",
    "autograd.enable_grad": "one class serves as decorator and as context",
    ".split": "one function for the module and for Tensor, which call the sizes differently",
    "Tensor.split": "one function for the module and for Tensor, which call the sizes differently",
    "Tensor.norm": "one function for the module, which has out=, and for Tensor",
    "nn.functional.sigmoid": "the function of the module, which has out=",
    "nn.functional.tanh": "the function of the module, which has out=",
    "nn.Module.forward": "a module that has none says so",
    "nn.RNNCellBase": "the base of the cells, which nobody makes",
    "nn.Sequential.extend": "shared by the containers",
    "optim.LBFGS.step": "without a closure it says how to write one",
    ".set_default_dtype": "a positional argument, which PyTorch's parser gives no name",
    ".set_default_tensor_type": "a positional argument, which PyTorch's parser gives no name",
}


def home(library: Any, place: str) -> Any:
    """The module or class of that path, None if there is none."""
    if place in ("", "Tensor"):
        return library.Tensor if place else library
    try:
        return importlib.import_module(f"{library.__name__}.{place}")
    except ModuleNotFoundError:
        return None


@check
def signatures_in_python(edugrad: Any, torch: Any) -> Iterator[str]:
    seen: set[int] = set()
    for place in ("", "Tensor", *MODULES):
        ours, theirs = home(edugrad, place), home(torch, place)
        if ours is None:
            yield f"there is no {place}"
            continue
        for name, mine, other in _shared(ours, theirs):
            if id(other) in seen or f"{place}.{name}" in OTHERWISE:
                continue
            seen.add(id(other))
            yield from _written(f"{place}.{name}", mine, other)
            if inspect.isclass(other) and place in WITH_METHODS:
                for method, member in vars(other).items():
                    known = getattr(mine, method, None)
                    text = f"{place}.{name}.{method}"
                    if not inspect.isfunction(member) or method[0] == "_" or known is None:
                        continue
                    if text not in OTHERWISE:
                        yield from _written(text, known, member)


def _shared(ours: Any, theirs: Any) -> Iterator[tuple[str, Any, Any]]:
    """The public callables that both have, by name."""
    for name in sorted(dir(theirs)):
        mine, other = getattr(ours, name, None), getattr(theirs, name, None)
        public = name[0] != "_" and callable(other) and not isinstance(other, types.ModuleType)
        if public and mine is not None:
            yield name, mine, other


def _written(name: str, ours: Any, theirs: Any) -> Iterator[str]:
    """What differs between two signatures that are both written in Python."""
    try:
        wanted = _described(theirs)
    except (TypeError, ValueError):  # it is not written in Python
        return
    if [kind for _, kind, _ in wanted] == [Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD]:
        return
    found = _described(ours)
    if found != wanted:
        yield f"{name}: {_text(found)} here, {_text(wanted)} in PyTorch"


def _described(function: Any) -> list[tuple[str, Any, str]]:
    parameters = list(inspect.signature(function).parameters.values())
    return [
        ("self" if number == 0 and each.name in SELVES else each.name, each.kind, _default(each))
        for number, each in enumerate(parameters)
        if each.name[0] != "_"
    ]


SELVES = ("self", "input", "tensor")


def _default(parameter: inspect.Parameter) -> str:
    value = parameter.default
    if value is Parameter.empty:
        return "-"
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(float(value))
    return re.sub(r"( at 0x\w+|torch\._C\.|torch\.|edugrad\.random\.|edugrad\.)", "", repr(value))


def _text(described: list[tuple[str, Any, str]]) -> str:
    return "(" + ", ".join(f"{name}={value}" for name, _, value in described) + ")"


@check
def signatures_in_cpp(edugrad: Any, torch: Any) -> Iterator[str]:
    sources = {"": stubs.functions(torch), "Tensor": stubs.methods(torch)}
    for place in ("linalg", "special", "nn.functional"):
        names = [name for name in dir(home(torch, place)) if name[0] != "_"]
        described = stubs.operators(torch, place, names)
        known = sources[""] if place == "nn.functional" else {}
        sources[place] = {name: known.get(name, each) for name, each in described.items()}
    for place, overloads in sources.items():
        for name, ours, theirs in _shared(home(edugrad, place), home(torch, place)):
            if name not in overloads or name in WRONG_STUBS.get(place, ()):
                continue
            if inspect.isfunction(theirs) or inspect.isclass(theirs):
                continue
            signature = inspect.signature(ours)
            for text in dict.fromkeys(_unfit(signature, overloads[name], place == "Tensor")):
                yield f"{place}.{name}{signature}: {text}"


def _unfit(
    ours: inspect.Signature, overloads: list[inspect.Signature], method: bool
) -> Iterator[str]:
    """In which of PyTorch's ways a function cannot be called, and which defaults are others."""
    kinds: dict[str, set[Any]] = {}
    for signature in overloads:
        if not _is_offered(signature):
            continue
        parameters = [each for each in signature.parameters.values() if each.name not in UNKNOWN]
        if parameters and parameters[0].name == "self":
            if not method:  # a deprecated order of arguments
                continue
            parameters = parameters[1:]
        for parameter in parameters:
            kinds.setdefault(parameter.name, set()).add(parameter.kind)
        needed = [each for each in parameters if each.default is Parameter.empty]
        for called in (parameters, needed):
            text = _call(ours, called, method)
            if text:
                yield f"{signature}: {text}"
        for each in parameters:
            known = ours.parameters.get(each.name)
            if known is not None and not _same_default(known.default, each.default):
                yield f"{each.name}={known.default} here, {each.default} in PyTorch"
    for name, found in kinds.items():
        known = ours.parameters.get(name)
        named = found == {Parameter.KEYWORD_ONLY}
        if named and known is not None and known.kind is not Parameter.KEYWORD_ONLY:
            yield f"{name} is given by keyword alone in PyTorch"


# Parameters that only C++ has, or only other devices.
UNKNOWN = ("out_dtype", "implicit", "masked_grad", "scale", "input_scale")
# Names that PyTorch's own parser does not take, or takes for what edugrad has not.
WRONG_STUBS = {
    "": ("tensor", "as_tensor", "subtract", "rsub", "result_type", "can_cast"),
    "Tensor": ("new", "new_tensor", "requires_grad_", "cpu", "cuda", "subtract", "subtract_"),
    "nn.functional": ("rrelu_", "elu_"),
    "special": ("log_softmax",),
}


def _is_offered(signature: inspect.Signature) -> bool:
    """Whether it is one of today's ways to call the function, and not for named dimensions."""
    later = list(signature.parameters)[1:]
    missing = signature.parameters.get("steps")
    return not {"self", "names"} & set(later) and not (missing and missing.default is None)


def _call(ours: inspect.Signature, parameters: list[inspect.Parameter], method: bool) -> str:
    """Why a call cannot be made, once by name and once by position as far as that goes."""
    first = [0] if method else []
    several = [each for each in parameters if each.kind is Parameter.VAR_POSITIONAL]
    plain = [each for each in parameters if each.kind is Parameter.POSITIONAL_OR_KEYWORD]
    named = {each.name: 1 for each in parameters if each.kind is Parameter.KEYWORD_ONLY}
    try:
        ours.bind(*first, *[1] * (len(plain) + len(several)), **named)
        if not several:
            ours.bind(*first, **{each.name: 1 for each in plain}, **named)
    except TypeError as error:
        return str(error)
    return ""


def _same_default(ours: Any, theirs: Any) -> bool:
    """Whether defaults mean the same; None stands for what is worked out when it is not given."""
    if ours is None or Parameter.empty in (ours, theirs):
        return True
    if isinstance(theirs, (list, tuple)) or isinstance(ours, tuple):
        theirs = list(theirs) if isinstance(theirs, (list, tuple)) else theirs
        ours = list(ours) if isinstance(ours, tuple) else ours
        return ours == theirs or theirs == [ours] * len(theirs) or theirs is None
    return theirs is None or ours == theirs or not isinstance(theirs, (int, float, bool))
