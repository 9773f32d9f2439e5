"""A logger that writes a table of comma-separated values."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ...errors import teach
from .logger import Logger, numbers, setting

STEP = "step"


class CSVLogger(Logger):
    """A row for each call of ``log_metrics`` in ``metrics.csv``.

    The first column is the step; a metric that comes up later adds a column, empty in the rows
    before. Where the file is there already, the run is taken up again: rows are added to it.
    Hyperparameters go to ``hyperparameters.json`` in the same folder.

    Parameters
    ----------
    folder : path
        Made if it is not there.

    Raises
    ------
    ValueError
        If ``metrics.csv`` is there and is not such a table.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, CSVLogger(folder) as logger:
    ...     logger.log_metrics({"loss": 0.5}, step=0)
    ...     logger.log_metrics({"loss": 0.25, "accuracy": 1}, step=1)
    ...     print(logger.path.read_text())
    step,loss,accuracy
    0,0.5,
    1,0.25,1
    <BLANKLINE>
    """

    def __init__(self, folder: Any) -> None:
        self.folder = Path(folder)
        self.path = self.folder / "metrics.csv"
        self.columns = [STEP]
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size:
            self._read_columns()
        else:
            self.path.write_bytes(_lines([self.columns]))
        self._file: BinaryIO | None = None

    def _read_columns(self) -> None:
        """Take up the table that is there; a last line that was cut off gets its end."""
        with self.path.open(newline="", encoding="utf-8") as file:
            self.columns = next(csv.reader(file))
        if self.columns[0] != STEP:
            raise ValueError(
                teach(
                    "CSVLogger goes on with tables of its own, whose first column is the step",
                    got=f"{self.path.name} with the first column {self.columns[0]!r}",
                    mend="choose another folder for the run",
                )
            )
        with self.path.open("rb+") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")

    def log_metrics(self, metrics: Mapping[str, Any], step: int) -> None:
        """Add a row.

        Raises
        ------
        ValueError
            If a metric is no single number, or is called "step".
        """
        row: dict[str, Any] = numbers(metrics)
        if STEP in row:
            raise ValueError(
                teach(
                    "the column step holds the step itself",
                    got='a metric with the name "step"',
                    mend="give the metric another name",
                )
            )
        new = [name for name in row if name not in self.columns]
        if new:
            self._add_columns(new)
        if self._file is None:
            self._file = self.path.open("ab", buffering=0)
        row[STEP] = int(step)
        self._file.write(_lines([[row.get(column, "") for column in self.columns]]))

    def _add_columns(self, names: list[str]) -> None:
        """Write the table anew with more columns; the old one stays until the new one is whole."""
        self.close()
        with self.path.open(newline="", encoding="utf-8") as file:
            _, *rows = csv.reader(file)
        self.columns = [*self.columns, *names]
        padded = [row + [""] * (len(self.columns) - len(row)) for row in rows]
        _replace(self.path, _lines([self.columns, *padded]))

    def log_hyperparameters(self, parameters: Mapping[str, Any]) -> None:
        """Add to ``hyperparameters.json``."""
        path = self.folder / "hyperparameters.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        known.update({name: setting(value) for name, value in parameters.items()})
        _replace(path, (json.dumps(known, indent=2, ensure_ascii=False) + "\n").encode())

    def flush(self) -> None:
        """Wait until the rows are on the disk, which outlasts even a power failure."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; a later row opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _replace(path: Path, content: bytes) -> None:
    """Put a whole new file in the place of an old one, in one step."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    os.replace(draft, path)
