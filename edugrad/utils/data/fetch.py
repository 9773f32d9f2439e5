"""Fetching the samples of a batch and putting them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...creation import from_numpy
from ...tensor import Tensor
from .collate import collate_tensors, default_collate, default_collate_fn_map
from .dataset import Subset, TensorDataset, items_of


class MapFetcher:
    """Fetches by index; ``index`` is a list of indices where samples come in batches."""

    def __init__(
        self, dataset: Any, collate_fn: Callable[[Any], Any], batched: bool, drop_last: bool
    ) -> None:
        self.dataset = dataset
        self.collate_fn = collate_fn
        self.batched = batched

    def fetch(self, index: Any) -> Any:
        """The batch, or the sample, of an index."""
        if not self.batched:
            return self.collate_fn(self.dataset[index])
        if self.collate_fn is default_collate:
            gathered = gather(self.dataset, index)
            if gathered is not None:
                return gathered
        return self.collate_fn(items_of(self.dataset, index))


class IterableFetcher:
    """Reads on in a stream; ``index`` only says how many samples a batch has."""

    def __init__(
        self, dataset: Any, collate_fn: Callable[[Any], Any], batched: bool, drop_last: bool
    ) -> None:
        self.samples = iter(dataset)
        self.collate_fn = collate_fn
        self.batched = batched
        self.drop_last = drop_last
        self.ended = False

    def fetch(self, index: Any) -> Any:
        """The next batch, or the next sample; ``StopIteration`` at the stream's end."""
        if self.ended:
            raise StopIteration
        if not self.batched:
            return self.collate_fn(next(self.samples))
        batch = []
        for _ in index:
            try:
                batch.append(next(self.samples))
            except StopIteration:
                self.ended = True
                break
        if not batch or (self.drop_last and len(batch) < len(index)):
            raise StopIteration
        return self.collate_fn(batch)


def gather(dataset: Any, indices: Any) -> list[Tensor] | None:
    """A batch of a TensorDataset, or of a Subset of one, by one indexing of each tensor.

    It is what :func:`default_collate` makes of the single samples, many times faster. None where
    the two might differ: in subclasses, with gradients, with indices that are no whole numbers,
    and where somebody has another way to collate tensors.
    """
    if default_collate_fn_map.get(Tensor) is not collate_tensors:
        return None
    while type(dataset) is Subset:
        indices = [dataset.indices[index] for index in indices]
        dataset = dataset.dataset
    if type(dataset) is not TensorDataset or not _are_whole_numbers(indices):
        return None
    if any(type(each) is not Tensor or each.requires_grad for each in dataset.tensors):
        return None
    places = from_numpy(np.array(indices, np.int64))
    return [each[places.to(each.device)] for each in dataset.tensors]


def _are_whole_numbers(indices: Any) -> bool:
    kinds = set(map(type, indices))
    return bool(kinds) and all(kind is int or issubclass(kind, np.integer) for kind in kinds)
