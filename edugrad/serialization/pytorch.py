"""PyTorch's zip files: a pickle of the structure, and a file for every storage.

Source: "Serialization semantics" in PyTorch's notes, and the files themselves.
"""

from __future__ import annotations

import pickle
from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from .. import devices, dtypes
from ..errors import teach
from ..size import Size
from ..tensor import Tensor
from .files import corrupted
from .layout import widened
from .pickled import Callee, Machine
from .placing import Placement
from .values import view_of, with_kind

STORAGES = {
    "BoolStorage": "bool",
    "ByteStorage": "uint8",
    "CharStorage": "int8",
    "ShortStorage": "int16",
    "IntStorage": "int32",
    "LongStorage": "int64",
    "HalfStorage": "float16",
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "BFloat16Storage": "bfloat16",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}


def read(members: Mapping[str, bytes], name: str, placement: Placement) -> Any:
    """The object in the archive of ``torch.save``."""
    programs = [each for each in members if each.rpartition("/")[2] == "data.pkl"]
    if len(programs) != 1 or "constants.pkl" in {each.rpartition("/")[2] for each in members}:
        raise RuntimeError(
            teach(
                "edugrad.load reads the zip files of torch.save and edugrad.save",
                got=f"{name}, a zip archive of {', '.join(list(members)[:3]) or 'nothing'}",
                mend="TorchScript is not supported: save the state_dict",
            )
        )
    archive = Archive(members, programs[0].removesuffix("data.pkl"), name, placement)
    machine = Machine(name, archive.known(), archive.storage)
    try:
        return machine.run(members[programs[0]])
    except (pickle.UnpicklingError, RuntimeError):
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise corrupted(name, f"a pickle that makes no sense: {error!r}") from None


class Archive:
    """The storages of an archive, and the functions that its pickle may call."""

    def __init__(
        self, members: Mapping[str, bytes], prefix: str, name: str, placement: Placement
    ) -> None:
        self.members = members
        self.prefix = prefix
        self.name = name
        self.placement = placement
        self.order: Literal["<", ">"] = ">" if members.get(f"{prefix}byteorder") == b"big" else "<"
        self.storages: dict[str, Tensor] = {}

    def known(self) -> dict[str, Any]:
        """What a pickle of tensors and containers needs."""
        table: dict[str, Any] = {
            "collections.OrderedDict": Callee(OrderedDict),
            "collections.Counter": Callee(Counter),
            "builtins.set": Callee(set),
            "torch.Size": Callee(Size),
            "torch.device": Callee(devices.Device),
            "torch._utils._rebuild_tensor": Callee(self.rebuild),
            "torch._utils._rebuild_tensor_v2": Callee(self.rebuild),
            "torch._utils._rebuild_parameter": Callee(self.parameter),
        }
        table["__builtin__.set"] = table["builtins.set"]
        table.update({f"torch.{each}": kind for each, kind in STORAGES.items()})
        table.update({f"torch.{each.name}": each for each in dtypes.ALL})
        return table

    def storage(self, identifier: Any) -> Tensor:
        """The flat tensor of a storage, on its device."""
        tag, kind, key, location, count = identifier
        if tag != "storage" or kind not in STORAGES.values() or not isinstance(count, int):
            raise ValueError(f"{identifier!r:.80} is no storage")
        if kind.startswith("complex"):
            raise RuntimeError(dtypes.absent(kind))
        if key not in self.storages:
            array = self._array(kind, self._data(str(key)), count)
            self.storages[key] = self.placement.tensor(array, str(location))
        return self.storages[key]

    def _data(self, key: str) -> bytes:
        found = self.members.get(f"{self.prefix}data/{key}")
        if found is None:
            raise corrupted(self.name, f"no data/{key}")
        return found

    def _array(self, kind: str, data: bytes, count: int) -> np.ndarray:
        dtype = np.dtype("uint16" if kind == "bfloat16" else kind).newbyteorder(self.order)
        if len(data) != count * dtype.itemsize:
            raise corrupted(
                self.name, f"{len(data)} bytes for a storage of {count} numbers of {kind}"
            )
        array = np.frombuffer(data, dtype).astype(dtype.newbyteorder("="))
        return widened(array) if kind == "bfloat16" else array

    def rebuild(
        self,
        storage: Tensor,
        offset: int,
        size: Any,
        stride: Any,
        requires_grad: bool = False,
        hooks: Any = None,
        metadata: Any = None,
    ) -> Tensor:
        """A tensor that looks at a storage."""
        if not isinstance(storage, Tensor):
            raise TypeError(f"{type(storage).__name__} in place of a storage")
        return with_kind(view_of(storage, size, stride, offset), "tensor", bool(requires_grad))

    def parameter(self, data: Tensor, requires_grad: bool, hooks: Any = None) -> Tensor:
        """A parameter."""
        return with_kind(data, "Parameter", bool(requires_grad))
