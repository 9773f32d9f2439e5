"""From the samples of a batch to one batch: numbers and arrays are stacked into tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from ... import dtypes
from ...creation import as_tensor, tensor
from ...errors import teach
from ...ops.joining import stack
from ...tensor import Tensor

Collate = Callable[..., Any]
CollateMap = dict[type | tuple[type, ...], Collate]


def default_collate(batch: Any) -> Any:
    """Put a list of samples together: each number or array in them becomes one stacked tensor.

    - tensors and NumPy arrays are stacked along a new first dimension;
    - floats give a float64 tensor, whole numbers an int64 tensor;
    - strings and bytes stay as they are;
    - tuples, lists, named tuples and mappings are collated entry by entry (a tuple gives a list).

    Further types can be added to :data:`default_collate_fn_map`: a function of the list of
    elements and the keyword ``collate_fn_map``.

    Raises
    ------
    TypeError
        If a sample holds anything else.
    RuntimeError
        If the samples are sequences of different lengths, or arrays of different shapes.

    Examples
    --------
    >>> default_collate([(0, "a"), (1, "b")])
    [tensor([0, 1]), ('a', 'b')]
    >>> default_collate([{"x": 0.5}, {"x": 1.5}])
    {'x': tensor([0.5000, 1.5000], dtype=edugrad.float64)}

    Notes
    -----
    PyTorch: ``torch.utils.data.default_collate``.
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def collate(batch: Any, *, collate_fn_map: CollateMap | None = None) -> Any:
    """:func:`default_collate` with a table of functions by type of its own.

    PyTorch: ``torch.utils.data._utils.collate.collate``.
    """
    table = collate_fn_map or {}
    first = batch[0]
    function = table.get(type(first)) or _by_base(first, table)
    if function is not None:
        return function(batch, collate_fn_map=collate_fn_map)

    def gather(parts: Any) -> Any:
        return collate(parts, collate_fn_map=collate_fn_map)

    if isinstance(first, Mapping):
        entries = {key: gather([sample[key] for sample in batch]) for key in first}
        return _like_mapping(first, entries)
    if not isinstance(first, Sequence):
        raise TypeError(_not_collatable(type(first)))
    if hasattr(first, "_fields"):
        return type(first)(*(gather(parts) for parts in zip(*batch, strict=False)))
    lengths = [len(sample) for sample in batch]
    if len(set(lengths)) > 1:
        raise RuntimeError(
            teach(
                "each element in list of batch should be of equal size",
                got=f"samples of {min(lengths)} to {max(lengths)} entries",
                mend="pad them to one length in a collate_fn of your own: "
                "DataLoader(…, collate_fn=…)",
            )
        )
    return _like_sequence(first, [gather(parts) for parts in zip(*batch, strict=True)])


def default_convert(data: Any) -> Any:
    """Turn the NumPy arrays in a sample into tensors, and leave everything else as it is.

    Examples
    --------
    >>> import numpy
    >>> default_convert({"x": numpy.array([1, 2]), "name": "a"})
    {'x': tensor([1, 2]), 'name': 'a'}

    Notes
    -----
    PyTorch: ``torch.utils.data.default_convert``.
    """
    if isinstance(data, Tensor | str | bytes):
        return data
    if isinstance(data, np.ndarray | np.generic):
        return data if data.dtype.kind in "SUO" else as_tensor(data)
    if isinstance(data, Mapping):
        return _like_mapping(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(default_convert(each) for each in data))
    if isinstance(data, Sequence):
        return _like_sequence(data, [default_convert(each) for each in data])
    return data


def _by_base(element: Any, table: CollateMap) -> Collate | None:
    """The function of the first type in the table that an element is an instance of."""
    for kind, function in table.items():
        if isinstance(element, kind):
            return function
    return None


def _like_mapping(like: Mapping[Any, Any], entries: dict[Any, Any]) -> Any:
    """Entries in a mapping of the same type, or in a dict where the type cannot be made so."""
    try:
        if isinstance(like, MutableMapping):
            made: Any = copy.copy(like)
            made.update(entries)
            return made
        return type(like)(entries)  # type: ignore[call-arg]
    except TypeError:
        return entries


def _like_sequence(like: Sequence[Any], entries: list[Any]) -> Any:
    """Entries in a sequence of the same type; a list for a tuple, as in PyTorch."""
    if isinstance(like, tuple):
        return entries
    try:
        if isinstance(like, MutableSequence):
            made: Any = copy.copy(like)
            made[:] = entries
            return made
        return type(like)(entries)  # type: ignore[call-arg]
    except TypeError:
        return entries


def _not_collatable(kind: Any) -> str:
    return teach(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {kind}",
        got=f"{kind}",
        mend="return one of these from the dataset, or pass a collate_fn of your own",
    )


def collate_tensors(batch: Iterable[Tensor], *, collate_fn_map: Any = None) -> Tensor:
    """Tensors along a new first dimension."""
    return stack(list(batch), 0)


def _arrays(batch: Sequence[np.ndarray], *, collate_fn_map: CollateMap | None = None) -> Any:
    if batch[0].dtype.kind in "SUO":
        raise TypeError(_not_collatable(batch[0].dtype))
    return collate([as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def _scalars(batch: Sequence[np.generic], *, collate_fn_map: Any = None) -> Tensor:
    return as_tensor(np.array(batch))


def _floats(batch: Sequence[float], *, collate_fn_map: Any = None) -> Tensor:
    return tensor(batch, dtype=dtypes.float64)


def _integers(batch: Sequence[int], *, collate_fn_map: Any = None) -> Tensor:
    return tensor(batch)


def _unchanged(batch: Any, *, collate_fn_map: Any = None) -> Any:
    return batch


default_collate_fn_map: CollateMap = {
    Tensor: collate_tensors,
    np.ndarray: _arrays,
    (np.bool_, np.number, np.object_): _scalars,
    float: _floats,
    int: _integers,
    str: _unchanged,
    bytes: _unchanged,
}
