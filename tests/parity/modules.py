"""Modules: text, state, initial numbers, outputs, gradients, the state after a step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .compare import compare, is_tensor, numbers
from .layers import rows


class Names(Mapping):
    """A library's names, those of its ``nn`` first, for the text of a row."""

    def __init__(self, library: Any) -> None:
        self.library = library

    def __getitem__(self, name: str) -> Any:
        for place in (self.library.nn, self.library):
            if hasattr(place, name):
                return getattr(place, name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dir(self.library))

    def __len__(self) -> int:
        return len(dir(self.library))


def evaluate(library: Any, text: str, seed: int) -> Any:
    """What an expression gives in a library, the random stream started from a seed."""
    library.manual_seed(seed)
    return eval(text, {}, Names(library))


def in_edugrads_words(text: str) -> str:
    """PyTorch's text as edugrad has to write it."""
    return re.sub(r"\btorch\.", "edugrad.", text)


def tensors(value: Any) -> list[Any]:
    """The tensors in a result, however nested."""
    if is_tensor(value):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, (tuple, list)) or hasattr(value, "mapping"):
        return [each for item in value for each in tensors(item)]
    return []


def differences(edugrad: Any, torch: Any, row: tuple[str, str, bool]) -> Iterator[str]:
    """What differs between the two libraries' versions of a module."""
    constructor, inputs, random = row
    ours, theirs = (evaluate(library, constructor, 0) for library in (edugrad, torch))
    if repr(ours) != in_edugrads_words(repr(theirs)):
        yield f"text: {ours!r} here, {theirs!r} in PyTorch"
    if "Lazy" in constructor:  # there is no state before the first input
        for library, module in ((edugrad, ours), (torch, theirs)):
            module(*evaluate(library, f"[{inputs}]", 1))
    yield from of_state("state", ours.state_dict(), theirs.state_dict(), exact=True)
    for training in (True, False):
        results = [
            run(library, module.train(training), inputs)
            for library, module in ((edugrad, ours), (torch, theirs))
        ]
        if not (random and training):
            for name, mine, other in zip(("output", "gradients"), *results, strict=True):
                yield compare(mine, other, f"{name}, {'train' if training else 'eval'}").text
        yield from of_state("state after it", ours.state_dict(), theirs.state_dict())


def run(library: Any, module: Any, inputs: str) -> tuple[Any, list[Any]]:
    """A module's outputs, and the gradients of their weighted sum, inputs first."""
    given = evaluate(library, f"[{inputs}]", 1)
    leaves = [each for each in tensors(given) if each.is_floating_point()]
    leaves = [each for each in leaves if each.is_leaf]
    for leaf in leaves:
        leaf.requires_grad_()
    library.manual_seed(2)
    output = module(*given)
    random = np.random.default_rng(3)
    total = 0
    for each in tensors(output):
        if each.requires_grad:
            weight = random.normal(size=tuple(each.shape)).astype(str(each.dtype).split(".")[-1])
            total = total + (each * library.tensor(weight)).sum()
    leaves += [each for each in module.parameters() if each.requires_grad]
    if not is_tensor(total) or not leaves:
        return output, []
    found = library.autograd.grad(total, leaves, allow_unused=True)
    return output, [library.zeros(()) if each is None else each for each in found]


def of_state(place: str, ours: Any, theirs: Any, exact: bool = False) -> Iterator[str]:
    """What differs between two state dictionaries; ``exact`` allows for the last digit only."""
    if list(ours) != list(theirs):
        yield f"{place}: {list(ours)} here, {list(theirs)} in PyTorch"
        return
    for key, other in theirs.items():
        found = compare(ours[key], other, f"{place} {key}")
        if found:
            yield found.text
        elif exact and not np.allclose(numbers(ours[key]), numbers(other), rtol=1e-6, atol=1e-7):
            yield f"{place} {key}: not equal to the last digit"


def layers() -> dict[str, tuple[str, str, bool]]:
    """The rows by the names that the table prints: the constructor, the inputs where it repeats."""
    table: dict[str, tuple[str, str, bool]] = {}
    for row in rows():
        name = f"nn.{row[0]}"
        table[f"{name} of {row[1]}" if name in table else name] = row
    return table
