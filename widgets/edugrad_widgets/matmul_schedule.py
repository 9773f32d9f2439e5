"""Four ways through a matrix product, step by step, with what each multiplies and reads, counted.

A read is one element fetched by one thread. Caches, and reads that hardware merges, are left out:
the counts are those of the algorithm, exact and the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .look.units import plural

SCHEDULES = {
    "serial": "one by one",
    "rows": "by rows",
    "threads": "GPU threads",
    "tiled": "tiled",
}


@dataclass(frozen=True)
class Sizes:
    """``(rows, inner) · (inner, columns)``, and the side of a tile."""

    rows: int
    inner: int
    columns: int
    tile: int


@dataclass(frozen=True)
class Counts:
    """Multiplications, and elements read from global and from shared memory."""

    multiplications: int = 0
    global_reads: int = 0
    shared_reads: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.multiplications + other.multiplications,
            self.global_reads + other.global_reads,
            self.shared_reads + other.shared_reads,
        )


@dataclass(frozen=True)
class Step:
    """What happens at once: products are added to ``results``; ``left`` and ``right`` are read.

    Elements are (row, column) pairs. ``inner`` is the place in the dot products, None while tiles
    are loaded; ``counts`` is what this step alone does.
    """

    sentence: str
    left: tuple[tuple[int, int], ...]
    right: tuple[tuple[int, int], ...]
    results: tuple[tuple[int, int], ...]
    inner: int | None
    counts: Counts
    is_shared: bool = False


def walk(schedule: str, sizes: Sizes) -> list[Step]:
    """List the steps of one of ``SCHEDULES``.

    Examples
    --------
    >>> steps = walk("tiled", Sizes(4, 4, 4, tile=2))
    >>> sum((step.counts for step in steps), Counts())
    Counts(multiplications=64, global_reads=64, shared_reads=128)
    """
    ways = {"serial": _serial, "rows": _rows, "threads": _threads, "tiled": _tiled}
    return list(ways[schedule](sizes))


def _serial(sizes: Sizes) -> Iterator[Step]:
    """Three loops, one multiplication after the other."""
    for i in range(sizes.rows):
        for j in range(sizes.columns):
            for k in range(sizes.inner):
                yield Step("", ((i, k),), ((k, j),), ((i, j),), k, Counts(1, 2))


def _rows(sizes: Sizes) -> Iterator[Step]:
    """A row of the result at once: an element of A is read once for a whole row of B."""
    wide = sizes.columns
    for i in range(sizes.rows):
        for k in range(sizes.inner):
            right = tuple((k, j) for j in range(wide))
            results = tuple((i, j) for j in range(wide))
            sentence = (
                f"Row {i} of {{c}} grows by {{a}}[{i}, {k}] times row {k} of {{b}}: 1 + {wide} "
                f"reads, {plural(wide, 'multiplication')}. {{a}}[{i}, {k}] is read once and kept."
            )
            yield Step(sentence, ((i, k),), right, results, k, Counts(wide, 1 + wide))


def _threads(sizes: Sizes) -> Iterator[Step]:
    """A thread for each element of the result, all at once, each reading for itself."""
    results = _block(range(sizes.rows), range(sizes.columns))
    threads = len(results)
    for k in range(sizes.inner):
        left = _block(range(sizes.rows), range(k, k + 1))
        right = _block(range(k, k + 1), range(sizes.columns))
        sentence = (
            f"All {plural(threads, 'thread')} at once: thread (i, j) reads {{a}}[i, {k}] and "
            f"{{b}}[{k}, j] from global memory, {2 * threads} reads, and multiplies them."
        )
        yield Step(sentence, left, right, results, k, Counts(threads, 2 * threads))


def _tiled(sizes: Sizes) -> Iterator[Step]:
    """As threads, but each block of threads first loads its tiles into shared memory."""
    results = _block(range(sizes.rows), range(sizes.columns))
    threads = len(results)
    across = -(-sizes.columns // sizes.tile)
    down = -(-sizes.rows // sizes.tile)
    blocks = across * down
    who = "The only block" if blocks == 1 else f"Each of the {blocks} blocks"
    for start in range(0, sizes.inner, sizes.tile):
        part = range(start, min(start + sizes.tile, sizes.inner))
        left, right = _block(range(sizes.rows), part), _block(part, range(sizes.columns))
        loads = across * len(left) + down * len(right)
        sentence = (
            f"{who} loads its tiles of {{a}} and {{b}} "
            f"(k from {part[0]} to {part[-1]}) into shared memory, each element once a block: "
            f"{plural(loads, 'read')} of global memory."
        )
        yield Step(sentence, left, right, (), None, Counts(0, loads))
        for k in part:
            left = _block(range(sizes.rows), range(k, k + 1))
            right = _block(range(k, k + 1), range(sizes.columns))
            sentence = (
                f"All {plural(threads, 'thread')} at once: thread (i, j) reads {{a}}[i, {k}] and "
                f"{{b}}[{k}, j] from shared memory, {2 * threads} reads, and multiplies them."
            )
            counts = Counts(threads, 0, 2 * threads)
            yield Step(sentence, left, right, results, k, counts, is_shared=True)


def _block(rows: range, columns: range) -> tuple[tuple[int, int], ...]:
    return tuple((i, j) for i in rows for j in columns)
