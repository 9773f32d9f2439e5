"""Reading a pickle without executing it.

A pickle is a program for a small stack machine, and one of its instructions calls any function of
any module. This machine knows only the instructions that data needs, and calls only what its reader
names in a table; everything else is refused by name.

Source: the instructions as Python's ``pickletools`` documents them.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable
from typing import Any

from ..errors import teach

CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
EMPTY: dict[str, Callable[[], Any]] = {
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": set,
}
LITERALS = frozenset(
    """BINUNICODE SHORT_BINUNICODE BINUNICODE8 BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT BINBYTES
    SHORT_BINBYTES BINBYTES8""".split()
)
IGNORED = frozenset(("PROTO", "FRAME"))
MARK = object()


class Callee:
    """A function that a pickle may call; it has no attributes that a pickle could set."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call


def refused(name: str, got: str) -> pickle.UnpicklingError:
    """The error for a pickle that asks for more than data."""
    return pickle.UnpicklingError(
        teach(
            f"edugrad.load only loads tensors, numbers, text and containers of them, and {name} "
            "asks for something else; nothing of it was executed",
            got=got,
            mend="in PyTorch, save the state instead: torch.save(model.state_dict(), path). If "
            "you did not make the file, do not trust it",
        )
    )


class Machine:
    """Runs a pickle.

    Parameters
    ----------
    name : str
        The file's, for errors.
    known : dict
        For ``"module.name"`` what stands for it: a :class:`Callee`, or a plain value.
    persistent : callable
        Gives the object of a persistent id.
    """

    def __init__(self, name: str, known: dict[str, Any], persistent: Callable[[Any], Any]) -> None:
        self.name = name
        self.known = known
        self.persistent = persistent
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, program: bytes) -> Any:
        """The object that a pickle describes."""
        for opcode, argument, _ in pickletools.genops(io.BytesIO(program)):
            if opcode.name == "STOP":
                (result,) = self.stack
                return result
            self._step(opcode.name, argument)
        raise ValueError("the pickle does not end")

    def _step(self, name: str, argument: Any) -> None:
        push = self.stack.append
        if name in LITERALS:
            push(argument)
        elif name in CONSTANTS:
            push(CONSTANTS[name])
        elif name in EMPTY:
            push(EMPTY[name]())
        elif name == "MARK":
            push(MARK)
        elif name in ("BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            push(self.memo[argument])
        elif name in IGNORED:
            return
        else:
            method = getattr(self, f"_{name.lower()}", None)
            if method is None:
                raise refused(self.name, f"the instruction {name}")
            method(argument)

    def _taken(self) -> list[Any]:
        """What lies above the last mark, which goes too."""
        place = max(k for k, each in enumerate(self.stack) if each is MARK)
        taken = self.stack[place + 1 :]
        del self.stack[place:]
        return taken

    def _find(self, name: str) -> None:
        if name not in self.known:
            raise refused(self.name, name)
        self.stack.append(self.known[name])

    def _global(self, argument: str) -> None:
        self._find(argument.replace(" ", ".", 1))

    def _stack_global(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self._find(f"{module}.{name}")

    def _binpersid(self, _: Any) -> None:
        self.stack.append(self.persistent(self.stack.pop()))

    def _reduce(self, _: Any) -> None:
        arguments, callee = self.stack.pop(), self.stack.pop()
        if not isinstance(callee, Callee) or not isinstance(arguments, tuple):
            raise refused(self.name, f"a call of {type(callee).__name__}")
        self.stack.append(callee.call(*arguments))

    def _newobj(self, _: Any) -> None:
        self._reduce(None)

    def _build(self, _: Any) -> None:
        """Set attributes: those of an OrderedDict (``_metadata`` of a state_dict) do no harm."""
        self.stack.pop()
        if not isinstance(self.stack[-1], dict):
            raise refused(self.name, f"setting attributes of {type(self.stack[-1]).__name__}")

    def _tuple(self, _: Any) -> None:
        self.stack.append(tuple(self._taken()))

    def _tuple1(self, _: Any) -> None:
        self._gather(1)

    def _tuple2(self, _: Any) -> None:
        self._gather(2)

    def _tuple3(self, _: Any) -> None:
        self._gather(3)

    def _gather(self, count: int) -> None:
        if len(self.stack) < count:
            raise IndexError("the stack is empty")
        self.stack[-count:] = [tuple(self.stack[-count:])]

    def _append(self, _: Any) -> None:
        self._add([self.stack.pop()])

    def _appends(self, _: Any) -> None:
        self._add(self._taken())

    def _additems(self, _: Any) -> None:
        items = self._taken()
        _as(set, self.stack[-1]).update(items)

    def _add(self, items: list[Any]) -> None:
        _as(list, self.stack[-1]).extend(items)

    def _setitem(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        _as(dict, self.stack[-1])[key] = value

    def _setitems(self, _: Any) -> None:
        items = self._taken()
        _as(dict, self.stack[-1]).update(zip(items[::2], items[1::2], strict=True))


def _as(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} in place of {kind.__name__}")
    return value
