"""Sequences of different lengths in one tensor: padded, or packed without the padding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ... import creation, dtypes
from ...errors import teach
from ...ops.joining import cat, stack
from ...tensor import Tensor


class PackedSequence(NamedTuple):
    """Sequences without padding: the first element of all of them, then the second of all, ….

    Attributes
    ----------
    data : Tensor of shape (elements, *)
    batch_sizes : Tensor of int64
        At each step, how many sequences are that long.
    sorted_indices, unsorted_indices : Tensor or None
        The order of the sequences from the longest to the shortest, and the way back.

    Notes
    -----
    PyTorch: ``torch.nn.utils.rnn.PackedSequence``.
    """

    data: Tensor
    batch_sizes: Tensor = None  # type: ignore[assignment]
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same on another device or of another dtype; the sizes stay in host memory."""
        data = self.data.to(*args, **kwargs)
        orders = [None if each is None else each.to(data.device) for each in self[2:]]
        return PackedSequence(data, self.batch_sizes, *orders)

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same in host memory."""
        return self.to("cpu", *args, **kwargs)

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same on a GPU."""
        return self.to("cuda", *args, **kwargs)

    def pin_memory(self) -> PackedSequence:
        """The same: edugrad leaves pinned memory to the array library."""
        return self

    def is_pinned(self) -> bool:
        """Always False."""
        return False

    def double(self) -> PackedSequence:
        """The same in float64."""
        return self.to(dtypes.float64)

    def float(self) -> PackedSequence:
        """The same in float32."""
        return self.to(dtypes.float32)

    def half(self) -> PackedSequence:
        """The same in float16."""
        return self.to(dtypes.float16)

    def long(self) -> PackedSequence:
        """The same in int64."""
        return self.to(dtypes.int64)

    def int(self) -> PackedSequence:
        """The same in int32."""
        return self.to(dtypes.int32)

    @property
    def is_cuda(self) -> bool:
        return self.data.is_cuda


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes another. PyTorch: ``torch.nn.utils.rnn.invert_permutation``."""
    return None if permutation is None else permutation.argsort()


def pad_sequence(
    sequences: Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Sequences in one tensor, the shorter ones filled up.

    Parameters
    ----------
    sequences : iterable of Tensor
        Of shapes ``(length, *)``, which differ in the length alone.
    batch_first : bool
        Whether the result is ``(batch, length, *)`` rather than ``(length, batch, *)``.
    padding_value : float
    padding_side : {"right", "left"}

    Examples
    --------
    >>> import edugrad
    >>> pad_sequence([edugrad.tensor([1, 2, 3]), edugrad.tensor([4])], batch_first=True)
    tensor([[1, 2, 3],
            [4, 0, 0]])

    Notes
    -----
    PyTorch: ``torch.nn.utils.rnn.pad_sequence``.
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            teach(
                "pad_sequence: Expected iterable for input sequences, but got arg of type: "
                f"{type(sequences)}",
                got=type(sequences).__name__,
                mend="give a list of tensors",
            )
        )
    if padding_side not in ("right", "left"):
        raise RuntimeError(
            teach(
                f"Expected padding_side to be one of left or right, but got {padding_side}.",
                got=repr(padding_side),
                mend="'right' or 'left'",
            )
        )
    several = list(sequences)
    if not several:
        raise RuntimeError(
            teach(
                "received an empty list of sequences",
                got="no sequence",
                mend="give at least one tensor",
            )
        )
    longest = max(len(each) for each in several)
    rows = []
    for each in several:
        filling = each.new_full((longest - len(each), *each.shape[1:]), padding_value)
        rows.append(cat([each, filling] if padding_side == "right" else [filling, each]))
    padded: Tensor = stack(rows, 0 if batch_first else 1)
    return padded


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False
) -> list[Tensor]:
    """The sequences that :func:`pad_sequence` was given, from their lengths."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[: int(length)] for row, length in zip(rows, lengths, strict=True)]


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Take the padding out of sequences of these lengths.

    Parameters
    ----------
    input : Tensor of shape (length, batch, *), or (batch, length, *) with ``batch_first``
    lengths : Tensor or list of int
    batch_first : bool
    enforce_sorted : bool
        Whether the sequences have to be in order already, the longest first.

    Raises
    ------
    RuntimeError
        If the lengths are not in order, or one is not positive.

    Notes
    -----
    PyTorch: ``torch.nn.utils.rnn.pack_padded_sequence``.
    """
    counts = np.asarray(lengths.tolist() if isinstance(lengths, Tensor) else lengths, np.int64)
    steps = input if not batch_first else input.transpose(0, 1)
    _check_lengths(counts, steps, enforce_sorted)
    order = None
    if not enforce_sorted:
        places = np.argsort(-counts, kind="stable")
        order = creation.tensor(places, device=input.device)
        steps, counts = steps.index_select(1, order), counts[places]
    present = np.arange(counts.max())[:, None] < counts
    chosen = creation.tensor(np.flatnonzero(present), device=input.device)
    data = steps[: len(present)].flatten(0, 1).index_select(0, chosen)
    sizes = creation.tensor(present.sum(1))
    return PackedSequence(data, sizes, order, invert_permutation(order))


def _check_lengths(counts: np.ndarray, steps: Tensor, enforce_sorted: bool) -> None:
    if len(counts) != steps.shape[1]:
        rule = (
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} "
            f"(batch_size={steps.shape[1]})"
        )
        mend = "give one length for each sequence; batch_first says where the batch is"
    elif counts.min() <= 0:
        rule = (
            "Length of all samples has to be greater than 0, but found an element in 'lengths' "
            "that is <= 0"
        )
        mend = "leave empty sequences out"
    elif enforce_sorted and (np.diff(counts) > 0).any():
        rule = (
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. "
            "You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to "
            "sidestep this requirement if you do not need ONNX exportability."
        )
        mend = "pass enforce_sorted=False"
    elif counts.max() > len(steps):
        rule = f"Expected lengths of at most {len(steps)}, the length of the padded sequences"
        mend = "give the lengths before padding; batch_first says where the batch is"
    else:
        return
    raise RuntimeError(teach(rule, got=f"lengths {counts.tolist()}", mend=mend))


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Put the padding back: the inverse of :func:`pack_padded_sequence`.

    Returns
    -------
    Tensor
        The padded sequences, up to ``total_length`` or the longest.
    Tensor
        Their lengths.

    Notes
    -----
    PyTorch: ``torch.nn.utils.rnn.pad_packed_sequence``.
    """
    sizes = np.asarray(sequence.batch_sizes.tolist(), np.int64)
    steps = len(sizes) if total_length is None else total_length
    if steps < len(sizes):
        raise ValueError(
            teach(
                "Expected total_length to be at least the length of the longest sequence in input, "
                f"but got total_length={steps} and max sequence length being {len(sizes)}",
                got=f"total_length={steps}",
                mend=f"at least {len(sizes)}",
            )
        )
    data = sequence.data
    batch = int(sizes[0])
    places = np.full((steps, batch), len(data))
    present = np.arange(batch) < sizes[:, None]
    places[: len(sizes)][present] = np.arange(len(data))
    filled = cat([data, data.new_full((1, *data.shape[1:]), padding_value)])
    chosen = creation.tensor(places.reshape(-1), device=data.device)
    padded = filled.index_select(0, chosen).unflatten(0, (steps, batch))
    lengths = creation.tensor(present.sum(0))
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices.cpu()]
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def pack_sequence(sequences: list[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences of different lengths. PyTorch: ``torch.nn.utils.rnn.pack_sequence``.

    Examples
    --------
    >>> import edugrad
    >>> packed = pack_sequence([edugrad.tensor([1, 2, 3]), edugrad.tensor([4])])
    >>> packed.data, packed.batch_sizes
    (tensor([1, 4, 2, 3]), tensor([2, 1, 1]))
    """
    lengths = [len(each) for each in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences that :func:`pack_sequence` was given."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
