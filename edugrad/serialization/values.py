"""Everything that is no tensor, as JSON: numbers, text, containers, and where the tensors belong.

A number, a text, None and a list are themselves. Everything else is an object with one key that
says what it is: ``{"dict": [[key, value], …]}``, ``{"tuple": […]}``, ``{"tensor": {…}}``.
"""

from __future__ import annotations

import base64
import math
from collections import Counter, OrderedDict, defaultdict
from typing import Any

import numpy as np

from .. import devices, dtypes
from ..errors import teach
from ..size import Size
from ..tensor import Tensor
from .placing import Placement

Path = tuple[Any, ...]
MAPPINGS: dict[type, str] = {
    dict: "dict",
    OrderedDict: "OrderedDict",
    Counter: "Counter",
    defaultdict: "dict",
}
SEQUENCES: dict[type, str] = {
    tuple: "tuple",
    set: "set",
    frozenset: "frozenset",
    Size: "Size",
}


class Packer:
    """Turns an object into JSON and collects its tensors."""

    def __init__(self) -> None:
        self._records: list[tuple[dict[str, Any], Tensor, Path]] = []
        self._known: dict[int, dict[str, Any]] = {}
        self._arrays: dict[str, np.ndarray] = {}
        self._open: set[int] = set()

    def pack(self, value: Any, path: Path) -> Any:
        """The JSON of ``value``, which is at ``path`` in the object."""
        kind = type(value)
        if value is None or kind in (bool, int):
            return value
        if isinstance(value, Tensor):
            return self._tensor(value, path)
        if isinstance(value, np.generic) and value.dtype in dtypes.of_numpy:
            return {"number": [value.dtype.name, self.pack(value.item(), path)]}
        if kind is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if isinstance(value, str):
            return str(value)
        if kind is np.ndarray and value.dtype in dtypes.of_numpy:
            return {"array": self._tensor(Tensor._wrap(value), path)["tensor"]}
        if kind is bytes:
            return {"bytes": base64.b64encode(value).decode()}
        if kind is dtypes.DType:
            return {"dtype": value.name}
        if kind is devices.Device:
            return {"device": str(value)}
        if kind is list or kind in SEQUENCES or kind in MAPPINGS:
            return self._container(value, path)
        raise TypeError(_not_data(value, path))

    def _container(self, value: Any, path: Path) -> Any:
        if id(value) in self._open:
            raise ValueError(
                teach(
                    "edugrad.save() saves trees: an object must not contain itself",
                    got=f"{_place(path)} is the {type(value).__name__} that it is in",
                    mend="save the parts by themselves",
                )
            )
        self._open.add(id(value))
        kind = type(value)
        packed: Any
        if kind in MAPPINGS:
            pairs = [
                [self.pack(key, path), self.pack(each, (*path, key))] for key, each in value.items()
            ]
            packed = {MAPPINGS[kind]: pairs}
        else:
            items = [self.pack(each, (*path, number)) for number, each in enumerate(value)]
            packed = items if kind is list else {SEQUENCES[kind]: items}
        self._open.remove(id(value))
        return packed

    def _tensor(self, tensor: Tensor, path: Path) -> Any:
        record = self._known.get(id(tensor))
        if record is None:
            record = {"object": len(self._records), "device": str(tensor.device)}
            if tensor.requires_grad:
                record["requires_grad"] = True
            self._known[id(tensor)] = record
            self._records.append((record, tensor, path))
        kind = type(tensor).__name__
        return {kind if kind in ("Parameter", "Buffer") else "tensor": record}

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays to save, by name; notes in every tensor's record which one is its."""
        shared: dict[int, list[tuple[dict[str, Any], Tensor, Path]]] = {}
        for each in self._records:
            shared.setdefault(id(each[1]._storage), []).append(each)
        for several in shared.values():
            forms = {_form(tensor) for _, tensor, _ in several}
            whole = several[0][1]._storage.array
            if len(forms) > 1 and _holds_all(whole, [tensor for _, tensor, _ in several]):
                self._save_views(whole, several)
            else:
                self._save_each(several)
        return self._arrays

    def _save_each(self, several: list[tuple[dict[str, Any], Tensor, Path]]) -> None:
        names: dict[Any, str] = {}
        for record, tensor, path in several:
            form = _form(tensor)
            if form not in names:
                names[form] = self._add(path, tensor._array)
            record["name"] = names[form]

    def _save_views(self, whole: Any, several: list[tuple[dict[str, Any], Tensor, Path]]) -> None:
        """Save the memory that several different views share once, and how each looks at it."""
        name = self._add(several[0][2], whole.reshape(-1))
        for record, tensor, _ in several:
            record["name"] = name
            record["view"] = [list(tensor.shape), list(tensor.stride()), tensor.storage_offset()]

    def _add(self, path: Path, array: Any) -> str:
        name = wanted = ".".join(map(str, path)) or "tensor"
        number = 1
        while name in self._arrays or name == "__metadata__":
            number += 1
            name = f"{wanted}.{number}"
        self._arrays[name] = devices.to_numpy(array).copy(order="C")
        return name


def _form(tensor: Tensor) -> Any:
    return tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype


def _holds_all(whole: Any, tensors: list[Tensor]) -> bool:
    """Whether every tensor is a view of ``whole`` that strides and an offset describe."""
    return whole.flags.c_contiguous and all(
        tensor._array.dtype == whole.dtype
        and all(step >= 0 for step in tensor._array.strides)
        and tensor.storage_offset() >= 0
        and span(tuple(tensor.shape), tensor.stride(), tensor.storage_offset()) <= whole.size
        for tensor in tensors
    )


def span(shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> int:
    """How many elements of its storage lie before the end of a view; none if it is empty."""
    if 0 in shape:
        return 0
    return offset + 1 + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))


def _place(path: Path) -> str:
    return "obj" + "".join(f"[{key!r}]" for key in path)


def _not_data(value: Any, path: Path) -> str:
    kind = type(value).__name__
    mend = "leave it out, or save the numbers that it is made from"
    if hasattr(value, "state_dict"):
        mend = (
            f"save its state: edugrad.save(x.state_dict(), path) for x of type {kind}; then make "
            "x anew and x.load_state_dict(edugrad.load(path))"
        )
    return teach(
        "edugrad.save() saves tensors, numbers, text, None, and dicts, lists, tuples and sets of "
        "them",
        got=f"{kind} at {_place(path)}",
        mend=mend,
    )


class Unpacker:
    """Turns JSON and arrays into the object again."""

    def __init__(self, arrays: dict[str, np.ndarray], placement: Placement) -> None:
        self._arrays = arrays
        self._placement = placement
        self._bases: dict[tuple[str, str], Tensor] = {}
        self._objects: dict[int, Tensor] = {}

    def unpack(self, value: Any) -> Any:
        """The object of a JSON value."""
        if isinstance(value, list):
            return [self.unpack(each) for each in value]
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        if kind in ("tensor", "Parameter", "Buffer"):
            return self._tensor(kind, content)
        if kind in ("dict", "OrderedDict", "Counter"):
            pairs = [(self.unpack(key), self.unpack(each)) for key, each in content]
            return {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}[kind](dict(pairs))
        if kind in ("tuple", "set", "frozenset", "Size"):
            makers = {"tuple": tuple, "set": set, "frozenset": frozenset, "Size": Size}
            return makers[kind](map(self.unpack, content))
        return self._single(kind, content)

    def _single(self, kind: str, content: Any) -> Any:
        if kind == "float":
            return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[content]
        if kind == "bytes":
            return base64.b64decode(content, validate=True)
        if kind == "dtype":
            return dtypes.named(content)
        if kind == "device":
            return devices.Device(content)
        if kind == "array":
            return self._arrays[content["name"]]
        if kind == "number":
            name, number = content
            return dtypes.named(name).numpy.type(self.unpack(number))
        raise ValueError(f"unknown kind of value {kind!r}")

    def _tensor(self, kind: str, record: dict[str, Any]) -> Tensor:
        number = record["object"]
        if number not in self._objects:
            base = self._base(record["name"], record["device"])
            made = view_of(base, *record["view"]) if "view" in record else again(base)
            self._objects[number] = with_kind(made, kind, record.get("requires_grad", False))
        return self._objects[number]

    def _base(self, name: str, location: str) -> Tensor:
        key = name, location
        if key not in self._bases:
            self._bases[key] = self._placement.tensor(self._arrays[name], location)
        return self._bases[key]


def again(tensor: Tensor) -> Tensor:
    """Another tensor on the same memory."""
    made: Tensor = Tensor._wrap(tensor._array, tensor.device, tensor._storage)
    return made


def view_of(base: Tensor, shape: Any, strides: Any, offset: int) -> Tensor:
    """A tensor that looks at the memory of a flat one; the numbers are checked."""
    shape, strides = tuple(shape), tuple(strides)
    if len(shape) != len(strides) or any(n < 0 for n in (*shape, *strides, offset)):
        raise ValueError(f"shape {shape}, strides {strides} and offset {offset} make no tensor")
    if span(shape, strides, offset) > base.numel():
        raise ValueError(
            f"shape {shape} with strides {strides} from {offset} needs more than the "
            f"{base.numel()} elements of its storage"
        )
    flat, xp = base._array, base.device.xp
    width = flat.itemsize
    start = flat[min(offset, flat.size) :]
    if 0 in shape:
        array = xp.empty(shape, flat.dtype)
    else:
        steps = tuple(step * width for step in strides)
        array = xp.lib.stride_tricks.as_strided(start, shape, steps)
    made: Tensor = Tensor._wrap(array, base.device, base._storage)
    return made


def with_kind(tensor: Tensor, kind: str, requires_grad: bool) -> Tensor:
    """The tensor as a Parameter or Buffer, where it was one."""
    if kind in ("Parameter", "Buffer"):
        from .. import nn

        return nn.Parameter(tensor, requires_grad) if kind == "Parameter" else nn.Buffer(tensor)
    return tensor.requires_grad_() if requires_grad else tensor
