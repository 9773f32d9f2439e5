"""What is trained on: arrays, tensors, datasets and loaders, all read as loaders of batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..creation import from_numpy
from ..dtypes import get_default_dtype
from ..errors import teach
from ..tensor import Tensor
from ..utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

SIZE = 32  # of a batch of arrays, as in Keras


def is_array(data: Any) -> bool:
    """Whether this is data itself rather than something that yields batches."""
    if isinstance(data, (Tensor, np.ndarray)):
        return True
    if not isinstance(data, list):
        return hasattr(data, "__array__")
    while isinstance(data, list) and data:
        data = data[0]
    return isinstance(data, (int, float))


def is_arrays(data: Any) -> bool:
    """Whether this is an array, or a tuple of them."""
    return is_array(data) or (isinstance(data, tuple) and bool(data) and all(map(is_array, data)))


def as_tensor(data: Any) -> Tensor:
    """A tensor of the default floating type, or of int64; tensors stay as they are."""
    if isinstance(data, Tensor):
        return data
    array = np.asarray(data)
    if array.dtype.kind == "f":
        return from_numpy(array.astype(get_default_dtype().numpy))
    if array.dtype.kind in "iub":
        return from_numpy(array.astype(np.int64))
    raise TypeError(
        teach(
            "arrays to train on hold numbers",
            got=f"an array of {array.dtype}",
            mend="number the classes, e.g. by numpy.unique(y, return_inverse=True)[1]",
        )
    )


def as_dataset(x: Any, y: Any) -> TensorDataset:
    """A dataset of arrays of one length."""
    inputs = x if isinstance(x, tuple) else (x,)
    tensors = [as_tensor(each) for each in (*inputs, *(() if y is None else (y,)))]
    lengths = [len(each) if each.ndim else 0 for each in tensors]
    if len(set(lengths)) > 1:
        raise ValueError(
            teach(
                "x and y need the same length: one target for each sample",
                got=" and ".join(str(tuple(each.shape)) for each in tensors),
                mend="look whether one was cut or filtered without the other, or is transposed",
            )
        )
    return TensorDataset(*tensors)


def as_loader(x: Any, y: Any = None, *, batch_size: int = SIZE, shuffle: bool = False) -> Any:
    """A loader of batches; loaders and lists of batches stay as they are."""
    if is_arrays(x):
        dataset: Any = as_dataset(x, y)
    elif y is not None:
        raise TypeError(
            teach(
                "y goes with an array x; loaders and datasets bring their targets along",
                got=f"x of type {type(x).__name__} and y of type {type(y).__name__}",
                mend="fit(model, loader, validation_data=other_loader)",
            )
        )
    elif isinstance(x, Dataset) or (
        hasattr(x, "__getitem__") and not hasattr(x, "__iter__") and hasattr(x, "__len__")
    ):
        dataset = x
    elif hasattr(x, "__iter__") and not isinstance(x, (str, Mapping)):
        return x
    else:
        raise TypeError(
            teach(
                "data is arrays x and y, a Dataset, a DataLoader, or a list of batches",
                got=f"an object of type {type(x).__name__}",
                mend="fit(model, x, y) or fit(model, DataLoader(dataset, batch_size=32))",
            )
        )
    if len_of(dataset) == 0:
        raise ValueError(
            teach(
                "there has to be at least one sample",
                got="data of length 0",
                mend="look at len(x) before training; a filter may have left nothing",
            )
        )
    shuffle = shuffle and not isinstance(dataset, IterableDataset)
    return DataLoader(dataset, batch_size=batch_size, shuffle=shuffle)


def split(x: Any, y: Any, fraction: float) -> tuple[Any, Any, Any, Any]:
    """Cut off the last part of arrays for validation, as Keras does: it is not shuffled first."""
    if not 0 < fraction < 1 or not is_arrays(x):
        raise ValueError(
            teach(
                "validation_split is a share between 0 and 1 of arrays x and y",
                got=f"validation_split={fraction!r} of {type(x).__name__}",
                mend="e.g. 0.2; with a loader, give validation_data=another_loader",
            )
        )
    place = int(len(x[0] if isinstance(x, tuple) else x) * (1 - fraction))

    def cut(data: Any, part: slice) -> Any:
        if isinstance(data, tuple):
            return tuple(cut(each, part) for each in data)
        return None if data is None else as_tensor(data)[part]

    first, last = slice(None, place), slice(place, None)
    return cut(x, first), cut(y, first), cut(x, last), cut(y, last)


def len_of(data: Any) -> int | None:
    """The length of a loader, or None where it is not known."""
    try:
        return len(data)
    except (TypeError, NotImplementedError):
        return None


def limited(count: int | None, limit: float, name: str) -> int | None:
    """How many of ``count`` batches are used; a limit is a number of them or a share, 1.0 is all.

    Raises
    ------
    ValueError
        If a share leaves nothing, or the number of batches is not known.
    """
    if isinstance(limit, int) and not isinstance(limit, bool):
        return limit if count is None else min(limit, count)
    if limit == 1.0:
        return count
    if count is None or (limit > 0 and int(count * limit) == 0):
        raise ValueError(
            teach(
                f"{name} as a share needs at least one batch of a known number",
                got=f"{name}={limit} of {'an unknown number of' if count is None else count} "
                "batches",
                mend=f"give a number of batches, e.g. {name}=10",
            )
        )
    return int(count * limit)


def with_last(batches: Iterator[Any]) -> Iterator[tuple[Any, bool]]:
    """Each batch and whether it is the last one, where the length is not known: one read ahead."""
    before: Any = _NONE
    for batch in batches:
        if before is not _NONE:
            yield before, False
        before = batch
    if before is not _NONE:
        yield before, True


_NONE = object()


def to_device(batch: Any, device: Any) -> Any:
    """A batch with all its tensors on ``device``; NumPy arrays become tensors."""
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, np.ndarray):
        return as_tensor(batch).to(device)
    if isinstance(batch, Mapping):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(value, device) for value in batch))
    if isinstance(batch, (tuple, list)):
        return type(batch)(to_device(value, device) for value in batch)
    return batch


def batch_size_of(batch: Any) -> int:
    """How many samples a batch has: the length of its first tensor; 1 where there is none."""
    if isinstance(batch, Tensor):
        return len(batch) if batch.ndim else 1
    parts = batch.values() if isinstance(batch, Mapping) else batch
    if isinstance(parts, Sequence) or isinstance(batch, Mapping):
        for part in parts:
            if isinstance(part, (Tensor, Mapping, list, tuple)):
                return batch_size_of(part)
    return 1
