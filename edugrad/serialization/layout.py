"""From an object to the bytes of its weights and its sidecar, and back."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import teach
from . import files
from .placing import Placement
from .values import Packer, Unpacker

WEIGHTS, SIDECAR = "weights.safetensors", "sidecar.json"
VERSION = 1
MARK = "edugrad"
KINDS = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
    "F16": "float16",
    "F32": "float32",
    "F64": "float64",
}


def pack(obj: Any) -> tuple[bytes, dict[str, Any]]:
    """The weights as safetensors, and the sidecar that describes how they belong together."""
    from safetensors.numpy import save

    packer = Packer()
    value = packer.pack(obj, ())
    arrays = packer.arrays()
    metadata = {"format": "pt", MARK: "plain" if _is_plain(value) else "needs its sidecar"}
    weights = save(arrays, metadata)
    sidecar = {
        "format": "edugrad",
        "version": VERSION,
        "weights": {"bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()},
        "value_sha256": _digest(value),
        "value": value,
    }
    return weights, sidecar


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _is_plain(value: Any) -> bool:
    """Whether a packed value is a dict of tensors with names, as safetensors can say by itself."""
    pairs = value.get("dict", value.get("OrderedDict")) if isinstance(value, dict) else None
    return pairs is not None and all(
        isinstance(key, str)
        and isinstance(item, dict)
        and any("name" in record and "view" not in record for record in item.values())
        for key, item in pairs
    )


def unpack(data: bytes, sidecar: dict[str, Any], name: str, placement: Placement) -> Any:
    """What was packed; raises unless every byte is as it was."""
    if sidecar.get("format") != "edugrad":
        return _beside_a_stranger(data, name, placement)
    before = sidecar.get("previous")
    candidates = [sidecar, before if isinstance(before, dict) else {}]
    digest = hashlib.sha256(data).hexdigest()
    known = {"bytes": len(data), "sha256": digest}
    found = next((each for each in candidates if each.get("weights") == known), None)
    if found is None:
        expected = sidecar.get("weights")
        length = expected.get("bytes") if isinstance(expected, dict) else None
        what = f"{len(data)} bytes where {length} were saved"
        if length == len(data):
            what = "as many bytes as were saved, but their SHA-256 is another"
        raise files.corrupted(name, f"{what} (its sidecar {name}.json belongs to it)")
    if found.get("version") != VERSION:
        raise RuntimeError(
            teach(
                f"this edugrad reads version {VERSION} of its files",
                got=f"{name} of version {found.get('version')}",
                mend="install the newest edugrad-lessons",
            )
        )
    value = found.get("value")
    if found.get("value_sha256") != _digest(value):
        raise files.corrupted(f"{name}.json", "values whose SHA-256 is another")
    arrays, _ = read_safetensors(data, name)
    try:
        return Unpacker(arrays, placement).unpack(value)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise files.corrupted(f"{name}.json", f"values that do not fit: {error!r}") from None


def _beside_a_stranger(data: bytes, name: str, placement: Placement) -> Any:
    """A file beside which there is JSON that is no sidecar: not if the file was saved with one."""
    _, metadata = read_safetensors(data, name)
    if MARK in metadata:
        raise files.corrupted(f"{name}.json", "no sidecar of edugrad.save")
    return unpack_plain(data, name, placement)


def unpack_plain(data: bytes, name: str, placement: Placement) -> dict[str, Any]:
    """A file of safetensors without a sidecar: its tensors by name."""
    arrays, metadata = read_safetensors(data, name)
    if metadata.get(MARK) == "needs its sidecar":
        raise RuntimeError(
            teach(
                f"{name} was saved with a sidecar, {name}.json, that is not there",
                got="the tensors alone",
                mend="copy both files; safetensors.numpy.load_file reads the tensors alone",
            )
        )
    return {key: placement.tensor(array, "cpu") for key, array in arrays.items()}


def read_safetensors(data: bytes, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays of a file by name, in its order, and what it says of itself."""
    from safetensors import SafetensorError, deserialize

    try:
        found = dict(deserialize(data))
    except SafetensorError as error:
        raise files.corrupted(name, f"no valid safetensors: {error}") from None
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    metadata = header.pop("__metadata__", None) or {}
    return {key: _array(key, found[key]) for key in header}, metadata


def _array(key: str, entry: dict[str, Any]) -> np.ndarray:
    kind, shape = entry["dtype"], entry["shape"]
    if kind == "BF16":
        return widened(np.frombuffer(entry["data"], "<u2")).reshape(shape)
    if kind not in KINDS:
        raise RuntimeError(
            teach(
                f"edugrad has no such type as {kind}",
                got=f"tensor {key!r} of it",
                mend=f"convert it before saving, to one of {', '.join(KINDS.values())}",
            )
        )
    dtype = np.dtype(KINDS[kind]).newbyteorder("<")
    array = np.frombuffer(entry["data"], dtype)
    return array.astype(dtype.newbyteorder("="), copy=False).reshape(shape)


def widened(halves: np.ndarray) -> np.ndarray:
    """The float32 numbers whose upper halves are these 16-bit words, as bfloat16 stores them."""
    return (halves.astype(np.uint32) << 16).view(np.float32)


def archive(weights: bytes, sidecar: dict[str, Any]) -> bytes:
    """Both in one: an uncompressed zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, data in ((SIDECAR, json.dumps(sidecar).encode()), (WEIGHTS, weights)):
            made.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def unpack_archive(members: Mapping[str, bytes], name: str, placement: Placement) -> Any:
    """What was packed into one archive."""
    if WEIGHTS not in members:
        raise files.corrupted(name, f"an archive without {WEIGHTS}")
    sidecar = files.parse(members[SIDECAR], name)
    return unpack(members[WEIGHTS], sidecar, name, placement)
