"""Modules that hold parameters: ParameterList and ParameterDict."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn, Self

from ..errors import teach
from ..tensor import Tensor
from .containers import pairs
from .module import Module
from .naming import typename
from .parameter import Parameter


class ParameterList(Module):
    """Parameters in a list; tensors that are put in become parameters.

    Parameters
    ----------
    values : iterable, optional
        Tensors; anything else is kept as it is.

    Examples
    --------
    >>> import edugrad
    >>> weights = ParameterList([edugrad.ones(2), edugrad.zeros(3)])
    >>> [name for name, _ in weights.named_parameters()]
    ['0', '1']

    Notes
    -----
    PyTorch: ``torch.nn.ParameterList``.
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return iter([self[number] for number in range(len(self))])

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.__class__(list(self)[index])
        return getattr(self, self._name_at(index))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._name_at(index), as_parameter(value))

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def _name_at(self, index: Any) -> str:
        number, size = operator.index(index), len(self)
        if not -size <= number < size:
            raise IndexError(
                teach(
                    f"index {number} is out of range",
                    got=f"index {number} of {size} values",
                    mend=f"the last one is [{size - 1}], or [-1]" if size else "append one first",
                )
            )
        return str(number % size)

    def append(self, value: Any) -> Self:
        """Add a value at the end."""
        self._size += 1
        self[-1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add several values at the end."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            kind = type(values).__name__
            raise TypeError(
                teach(
                    f"ParameterList.extend should be called with an iterable, but got {kind}",
                    got=kind,
                    mend="parameterlist.append(…) adds a single one",
                )
            )
        for value in values:
            self.append(value)
        return self

    def extra_repr(self) -> str:
        return "\n".join(
            _line(number, value, repr(getattr(value, "dtype", None)))
            for number, value in enumerate(self)
        )

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(_not_called(self, "parameters[0]"))


class ParameterDict(Module):
    """Parameters by name; tensors that are put in become parameters.

    Parameters
    ----------
    parameters : mapping, or iterable of pairs, optional
        Names and tensors; other values are kept as they are. As in PyTorch, the names of a plain
        dict are sorted, those of an OrderedDict keep their order.

    Examples
    --------
    >>> import edugrad
    >>> weights = ParameterDict({"left": edugrad.ones(2), "right": edugrad.zeros(2)})
    >>> sorted(weights.keys())
    ['left', 'right']

    Notes
    -----
    PyTorch: ``torch.nn.ParameterDict``.
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, _name(key))

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, _name(key), as_parameter(value))
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, _name(key))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __or__(self, other: ParameterDict) -> ParameterDict:
        union = self.copy()
        union.update(other)
        return union

    def __ror__(self, other: ParameterDict) -> ParameterDict:
        union = other.copy()
        union.update(self)
        return union

    def __ior__(self, other: ParameterDict) -> Self:
        self.update(other)
        return self

    def keys(self) -> Any:
        """The names."""
        return self._keys.keys()

    def values(self) -> list[Any]:
        """The values."""
        return [self[key] for key in self._keys]

    def items(self) -> list[tuple[str, Any]]:
        """Pairs of a name and its value."""
        return [(key, self[key]) for key in self._keys]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of that name, or the default."""
        return self[key] if key in self._keys else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of that name; the default is put in if there is none."""
        if key not in self._keys:
            self[key] = default
        return self[key]

    def pop(self, key: str) -> Any:
        """Take a value out and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last pair out and return it."""
        key = next(reversed(self._keys))
        return key, self.pop(key)

    def clear(self) -> None:
        """Take everything out."""
        for key in list(self._keys):
            del self[key]

    def copy(self) -> ParameterDict:
        """Another dictionary of the same parameters."""
        return ParameterDict(OrderedDict(self.items()))

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dictionary of these names, all of one value."""
        return ParameterDict([(key, default) for key in keys])

    def update(self, parameters: Any) -> None:
        """Add values by name; one of the same name is replaced."""
        found = pairs(self, parameters)
        if isinstance(parameters, Mapping) and not isinstance(parameters, OrderedDict):
            found.sort()
        for key, value in found:
            self[key] = value

    def extra_repr(self) -> str:
        return "\n".join(_line(key, value, typename(value)) for key, value in self.items())

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(_not_called(self, "parameters['name']"))


def as_parameter(value: Any) -> Any:
    """A tensor as a parameter; anything else as it is."""
    plain = isinstance(value, Tensor) and not isinstance(value, Parameter)
    return Parameter(value) if plain else value


def _name(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(
            teach(
                "Index given to ParameterDict cannot be used as a key as it is not a string (type "
                f"is '{type(key).__name__}').",
                got=repr(key),
                mend=f"use {str(key)!r}, or a ParameterList",
            )
        )
    return key


def _line(name: Any, value: Any, kind: str) -> str:
    if not isinstance(value, Tensor):
        return f"  ({name}): Object of type: {type(value).__name__}"
    role = "Parameter" if isinstance(value, Parameter) else "Tensor"
    size = "x".join(map(str, value.shape))
    device = f" ({value.device})" if value.is_cuda else ""
    return f"  ({name}): {role} containing: [{kind} of size {size}{device}]"


def _not_called(module: Any, example: str) -> str:
    kind = type(module).__name__
    return teach(
        f"{kind} should not be called.",
        got=f"a call of a {kind} of {len(module)}",
        mend=f"use its parameters, e.g. {example}",
    )
