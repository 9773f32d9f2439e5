"""Files on disk: written whole or not at all, read with their sizes checked."""

from __future__ import annotations

import json
import os
import secrets
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

from ..errors import teach


def corrupted(name: str, what: str) -> RuntimeError:
    """The error for a file that is not as it was saved."""
    return RuntimeError(
        teach(
            f"{name} is damaged: it is not what was saved",
            got=what,
            mend="copy it again from where it came from, or load an older checkpoint",
        )
    )


def write_pair(path: str, weights: bytes, sidecar: dict[str, Any]) -> None:
    """Replace a file and its sidecar such that there is a matching pair at every moment.

    The new sidecar carries the one before as ``"previous"`` while the old weights are still
    there; which of them belongs to the weights is told by their SHA-256.
    """
    _check_folder(path)
    path = os.path.realpath(path)
    previous = _earlier(path)
    ready = _write_beside(path, weights)
    try:
        if previous is not None:
            _replace(path + ".json", _text({**sidecar, "previous": previous}))
        else:
            _replace(path + ".json", _text(sidecar))
        os.replace(ready, path)
    except BaseException:
        _remove(ready)
        raise
    if previous is not None:
        _replace(path + ".json", _text(sidecar))


def _check_folder(path: str) -> None:
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        raise RuntimeError(
            teach(
                f"Parent directory {folder} does not exist.",
                got=f"the path {path}",
                mend=f"make it first: os.makedirs({folder!r}, exist_ok=True)",
            )
        )


def _earlier(path: str) -> dict[str, Any] | None:
    """The sidecar that is there, without the one before it."""
    try:
        found = read_sidecar(path)
    except RuntimeError:
        return None
    if found is not None:
        found.pop("previous", None)
    return found


def _text(sidecar: dict[str, Any]) -> bytes:
    return json.dumps(sidecar, allow_nan=False).encode()


def _replace(path: str, data: bytes) -> None:
    ready = _write_beside(path, data)
    try:
        os.replace(ready, path)
    except BaseException:
        _remove(ready)
        raise


def _write_beside(path: str, data: bytes) -> str:
    """Write a new file into the folder of ``path``, down to the disk."""
    folder, name = os.path.split(path)
    ready = os.path.join(folder, f".{name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(ready, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        _remove(ready)
        raise
    return ready


def _remove(path: str) -> None:
    if os.path.exists(path):
        os.remove(path)


def read_sidecar(path: str) -> dict[str, Any] | None:
    """The JSON beside a file; None if there is none."""
    try:
        with open(path + ".json", "rb") as stream:
            data = stream.read()
    except FileNotFoundError:
        return None
    return parse(data, path + ".json")


def parse(data: bytes, name: str) -> dict[str, Any]:
    """JSON that must be an object."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise corrupted(name, f"no valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise corrupted(name, f"a JSON {type(found).__name__} in place of an object")
    return found


def members(stream: BinaryIO, name: str) -> Mapping[str, bytes]:
    """The files in a zip archive, none of which may be compressed or of a wrong size."""
    size = stream.seek(0, os.SEEK_END)
    try:
        with zipfile.ZipFile(stream) as archive:
            for each in archive.infolist():
                if each.compress_type != zipfile.ZIP_STORED or each.flag_bits & 1:
                    raise corrupted(name, f"{each.filename} in it is compressed or encrypted")
                if each.file_size > size or each.file_size != each.compress_size:
                    raise corrupted(name, f"{each.filename} claims {each.file_size} bytes")
            if sum(each.file_size for each in archive.infolist()) > size:
                raise corrupted(name, "its parts claim more bytes than it has")
            return {each.filename: archive.read(each) for each in archive.infolist()}
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise corrupted(name, f"no valid zip archive: {error}") from None
