"""Saving and loading: tensors as safetensors, everything else as JSON, and PyTorch's files.

Nothing in a file is ever executed. docs/decisions/0005-saving.md says how files are laid out.
"""

from __future__ import annotations

import io
import os
from typing import Any

from ..errors import teach
from . import files, layout
from .placing import Placement

__all__ = ["load", "save"]


def save(obj: Any, f: Any) -> None:
    """Save tensors, numbers, text and nested dicts, lists and tuples of them.

    Parameters
    ----------
    obj : object
        Usually ``model.state_dict()``, or a dict of several states.
    f : str, path or file
        With a path ``model.pth``, the tensors are written to it in the format safetensors, which
        other programs read too, and the rest to ``model.pth.json``, together with the SHA-256 of
        the tensors. What was there stays whole until the new files are complete. Into a file that
        is open for writing go both, as one archive.

    Raises
    ------
    TypeError
        If there is something else in ``obj``; the error says where.
    RuntimeError
        If the folder does not exist.

    Examples
    --------
    >>> import edugrad, io
    >>> buffer = io.BytesIO()
    >>> edugrad.save({"epoch": 3, "weight": edugrad.ones(2)}, buffer)
    >>> _ = buffer.seek(0)
    >>> edugrad.load(buffer)
    {'epoch': 3, 'weight': tensor([1., 1.])}

    Notes
    -----
    Tensors that share memory share it again when they are loaded. PyTorch: ``torch.save``.
    """
    weights, sidecar = layout.pack(obj)
    if hasattr(f, "write"):
        f.write(layout.archive(weights, sidecar))
    else:
        files.write_pair(_path(f), weights, sidecar)


def load(
    f: Any, map_location: Any = None, *, weights_only: bool = True, mmap: bool | None = None
) -> Any:
    """Load what :func:`save` saved, a file of safetensors, or PyTorch's ``.pt`` and ``.pth``.

    Parameters
    ----------
    f : str, path or file
    map_location : str, Device, dict or callable, optional
        Where the tensors go: to one device; by a dict from saved to wanted devices; or to what
        ``map_location(tensor, saved_device)`` returns. Unless given, to where they were.
    weights_only, mmap
        Accepted for PyTorch's sake; without effect. No value makes edugrad execute what a file
        says.

    Raises
    ------
    RuntimeError
        If the file is truncated, was changed, is of another kind, or its device is not there.
    pickle.UnpicklingError
        If a file of PyTorch's asks for anything else than tensors, numbers, text and containers.

    Notes
    -----
    PyTorch's bfloat16 becomes float32, which holds the same values. PyTorch: ``torch.load``.
    """
    placement = Placement(map_location)
    if hasattr(f, "read"):
        return _open(f.read(), None, placement)
    path = _path(f)
    with open(path, "rb") as stream:
        data = stream.read()
    return _open(data, path, placement)


def _path(f: Any) -> str:
    if isinstance(f, (str, os.PathLike)):
        return os.fspath(f)
    raise TypeError(
        teach(
            "a file is given by its path, or open in binary mode",
            got=type(f).__name__,
            mend="edugrad.save(obj, 'model.pth'): first what is saved, then where to",
        )
    )


def _open(data: Any, path: str | None, placement: Placement) -> Any:
    """Recognize a file by its first bytes."""
    name = "the file" if path is None else path
    if not isinstance(data, bytes):
        raise TypeError(
            teach(
                "a file to load from is open in binary mode",
                got=f"{type(data).__name__} from {name}",
                mend='open it with open(path, "rb")',
            )
        )
    if data[:2] == b"PK":
        members = files.members(io.BytesIO(data), name)
        if layout.SIDECAR in members:
            return layout.unpack_archive(members, name, placement)
        from .pytorch import read

        return read(members, name, placement)
    sidecar = None if path is None else files.read_sidecar(path)
    if sidecar is not None:
        return layout.unpack(data, sidecar, name, placement)
    if data[8:9] == b"{":
        return layout.unpack_plain(data, name, placement)
    raise RuntimeError(_unknown(data, name))


def _unknown(data: bytes, name: str) -> str:
    mend = "save it with edugrad.save, torch.save or safetensors"
    if not data:
        mend = "was it written to the end? Before reading a buffer again, buffer.seek(0)"
    elif data[:2] in (b"\x80\x02", b"\x80\x04") or data[257:262] == b"ustar":
        mend = (
            "it looks like a file of PyTorch before 1.6, or a pickle: load it in PyTorch once and "
            "save it again with torch.save(obj, path)"
        )
    return teach(
        "edugrad.load reads files of edugrad.save, safetensors, and zip files of torch.save",
        got=f"{name}, {len(data)} bytes that begin with {data[:8]!r}",
        mend=mend,
    )
