"""Modules that hold modules: Sequential, ModuleList, ModuleDict."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from typing import Any, Self

from ..errors import teach
from .members import Members
from .module import Module, indented


class Listing(Module):
    """What Sequential and ModuleList share: modules in an order, named by their numbers."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Any:
        """The module of a number; for a slice, a container of the same kind."""
        if isinstance(index, slice):
            return self._part(index)
        return self._modules[self._name_at(index)]

    def _part(self, index: slice) -> Any:
        return self.__class__(list(self)[index])

    def __setitem__(self, index: int, module: Any) -> None:
        setattr(self, self._name_at(index), module)

    def __delitem__(self, index: int | slice) -> None:
        modules = list(self)
        if not isinstance(index, slice):
            self._name_at(index)
        del modules[index]
        self._renumber(modules)

    def _name_at(self, index: Any) -> str:
        number, size = operator.index(index), len(self)
        if not -size <= number < size:
            raise IndexError(
                teach(
                    f"index {number} is out of range",
                    got=f"index {number} of {size} modules",
                    mend=f"the last one is [{size - 1}], or [-1]" if size else "append one first",
                )
            )
        return list(self._modules)[number]

    def _renumber(self, modules: list[Any]) -> None:
        self._modules.clear()
        self._modules.update({str(number): module for number, module in enumerate(modules)})

    def append(self, module: Any) -> Self:
        """Add a module at the end."""
        number = len(self)
        while str(number) in self._modules:
            number += 1
        self.add_module(str(number), module)
        return self

    def extend(self, modules: Iterable[Any]) -> Self:
        """Add several modules at the end."""
        if not isinstance(modules, Iterable):
            raise TypeError(_no_iterable(self, "extend", "an iterable", modules))
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Any) -> Self:
        """Add a module before the one at ``index``; those behind it get new numbers."""
        size = len(self)
        if not -size <= index <= size:
            raise IndexError(
                teach(
                    f"Index out of range: {index}",
                    got=f"index {index} of {size} modules",
                    mend="use append to add one at the end",
                )
            )
        modules = list(self)
        self.append(module)
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def pop(self, key: int | slice) -> Any:
        """Take a module out and return it."""
        found = self[key]
        del self[key]
        return found


class Sequential(Listing):
    """Modules one after the other: each is given what the one before it gave.

    Parameters
    ----------
    *args
        Modules, which are named "0", "1", …; or one OrderedDict of modules by name.

    Examples
    --------
    >>> from edugrad import nn
    >>> Sequential(nn.Linear(2, 3), nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )

    Notes
    -----
    PyTorch: ``torch.nn.Sequential``.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
            return
        for number, module in enumerate(args):
            if isinstance(module, (list, tuple, dict)):
                raise TypeError(_no_sequence(module))
            self.add_module(str(number), module)

    def _part(self, index: slice) -> Any:
        return self.__class__(OrderedDict(list(self._modules.items())[index]))

    def __add__(self, other: Any) -> Sequential:
        return Sequential(*self, *_sequential(other))

    def __iadd__(self, other: Any) -> Self:
        return self.extend(_sequential(other))

    def __mul__(self, times: int) -> Sequential:
        return Sequential(*list(self) * _times(self, times))

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        return self.extend(list(self) * (_times(self, times) - 1))

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(Listing):
    """Modules in a list, for a ``forward`` that decides itself how they are used.

    Parameters
    ----------
    modules : iterable of Module, optional

    Examples
    --------
    >>> from edugrad import nn
    >>> ModuleList(nn.Linear(10, 10) for _ in range(6))
    ModuleList(
      (0-5): 6 x Linear(in_features=10, out_features=10, bias=True)
    )

    Notes
    -----
    A plain Python list hides its modules from ``parameters()``. PyTorch: ``torch.nn.ModuleList``.
    """

    _forward_hint = "call its modules: for layer in layers: x = layer(x); or use nn.Sequential"

    def __init__(self, modules: Iterable[Any] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __add__(self, other: Iterable[Any]) -> ModuleList:
        return ModuleList(chain(self, other))

    def __iadd__(self, other: Iterable[Any]) -> Self:
        return self.extend(other)

    def __repr__(self) -> str:
        """Modules of the same text that follow each other stand in one line."""
        lines = []
        for text, group in groupby(enumerate(map(repr, self)), key=operator.itemgetter(1)):
            numbers = [number for number, _ in group]
            count = len(numbers)
            place = f"({numbers[0]}-{numbers[-1]}): {count} x" if count > 1 else f"({numbers[0]}):"
            lines.append(f"  {place} {indented(text)}\n")
        inside = "\n" + "".join(lines) if lines else ""
        return f"{self._get_name()}({inside})"


class ModuleDict(Module):
    """Modules by name.

    Parameters
    ----------
    modules : mapping, or iterable of pairs, optional
        Names and modules.

    Examples
    --------
    >>> from edugrad import nn
    >>> choices = ModuleDict({"relu": nn.ReLU(), "none": nn.Identity()})
    >>> choices["relu"]
    ReLU()

    Notes
    -----
    PyTorch: ``torch.nn.ModuleDict``.
    """

    _forward_hint = "choose one of its modules: modules['name'](x)"

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Any) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> Any:
        """The names."""
        return self._modules.keys()

    def values(self) -> Any:
        """The modules."""
        return self._modules.values()

    def items(self) -> Any:
        """Pairs of a name and its module."""
        return self._modules.items()

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Any:
        """Take a module out and return it."""
        return self._modules.pop(key)

    def update(self, modules: Any) -> None:
        """Add modules by name; one of the same name is replaced."""
        for key, module in pairs(self, modules):
            self[key] = module


def pairs(container: Any, values: Any) -> list[tuple[str, Any]]:
    """Names and values, from a mapping or from an iterable of pairs."""
    if not isinstance(values, (Iterable, Members)):
        raise TypeError(_no_iterable(container, "update", "an iterable of key/value pairs", values))
    if isinstance(values, Mapping) or hasattr(values, "items"):
        return list(values.items())
    found = []
    for number, pair in enumerate(values):
        kind = type(container).__name__
        rule = f"{kind} update sequence element #{number}"
        if not isinstance(pair, Iterable):
            rule += f" should be Iterable; is{type(pair).__name__}"
            raise TypeError(teach(rule, got=repr(pair), mend="give pairs: [('name', value)]"))
        pair = tuple(pair)
        if len(pair) != 2:
            rule += f" has length {len(pair)}; 2 is required"
            raise ValueError(teach(rule, got=repr(pair), mend="give pairs: [('name', value)]"))
        found.append(pair)
    return found


def _no_iterable(container: Any, method: str, wanted: str, found: Any) -> str:
    kind = type(container).__name__
    return teach(
        f"{kind}.{method} should be called with {wanted}, but got {type(found).__name__}",
        got=type(found).__name__,
        mend=f"{kind.lower()}.append(…) adds a single one" if method == "extend" else "use a dict",
    )


def _no_sequence(found: Any) -> str:
    kind = type(found).__name__
    mend = "Sequential(OrderedDict(…))" if isinstance(found, dict) else "Sequential(*layers)"
    return teach(
        f"{kind} is not a Module subclass",
        got=f"a {kind} of {len(found)}",
        mend=f"Sequential takes the modules themselves: {mend}",
    )


def _sequential(other: Any) -> list[Any]:
    if not isinstance(other, Sequential):
        raise ValueError(
            teach(
                "add operator supports only objects of Sequential class, but "
                f"{type(other)} is given.",
                got=type(other).__name__,
                mend="use append for a single module",
            )
        )
    return list(other)


def _times(container: Any, times: Any) -> int:
    if not isinstance(times, int):
        raise TypeError(
            teach(
                f"unsupported operand type(s) for *: {type(container)} and {type(times)}",
                got=repr(times),
                mend="multiply by a whole number",
            )
        )
    if times <= 0:
        raise ValueError(
            teach(
                f"Non-positive multiplication factor {times} for {type(container)}",
                got=repr(times),
                mend="multiply by 1 or more; the copies share their parameters",
            )
        )
    return times
