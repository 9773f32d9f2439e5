"""History: what a run measured, epoch by epoch."""

from __future__ import annotations

from typing import Any

from .plotting import panels


class History:
    """The metrics of every epoch of a run, as ``fit`` returns them.

    Attributes
    ----------
    history : dict
        For each metric the list of its values, as in Keras.
    rows : list of dict
        For each epoch its number, from 0, and its metrics: ``pandas.DataFrame(history.rows)``.

    Examples
    --------
    >>> history = History()
    >>> history.add(0, {"loss": 0.5, "val_loss": 0.75})
    >>> history.add(1, {"loss": 0.25})
    >>> history.history
    {'loss': [0.5, 0.25], 'val_loss': [0.75]}
    >>> history
    epoch  loss  val_loss
        0   0.5      0.75
        1  0.25
    """

    def __init__(self, rows: Any = ()) -> None:
        self.rows: list[dict[str, Any]] = [dict(row) for row in rows]

    def add(self, epoch: int, metrics: dict[str, float]) -> None:
        """Add the metrics of an epoch."""
        self.rows.append({"epoch": epoch, **metrics})

    @property
    def history(self) -> dict[str, list[float]]:
        return {name: [row[name] for row in self.rows if name in row] for name in self.names}

    @property
    def names(self) -> list[str]:
        """The metrics, in the order in which they appeared."""
        return list(dict.fromkeys(name for row in self.rows for name in row if name != "epoch"))

    @property
    def epoch(self) -> list[int]:
        """The numbers of the epochs, as in Keras."""
        return [row["epoch"] for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> list[float]:
        return self.history[name]

    def __repr__(self) -> str:
        if not self.rows:
            return "History(no epochs yet)"
        names = ["epoch", *self.names]
        table = [names, *([number(row.get(name, "")) for name in names] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join(
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        )

    def plot(self, *names: str) -> Any:
        """Draw metrics over epochs with matplotlib; return its figure.

        Parameters
        ----------
        *names
            Which metrics; all unless given. ``loss`` and ``val_loss`` share a panel.
        """
        chosen = names or tuple(self.names)
        titles = list(dict.fromkeys(name.removeprefix("val_") for name in chosen))
        figure, all_axes = panels(max(len(titles), 1))
        for axes, panel in zip(all_axes, titles, strict=False):
            for name in (each for each in chosen if each.removeprefix("val_") == panel):
                rows = [row for row in self.rows if name in row]
                axes.plot([row["epoch"] for row in rows], [row[name] for row in rows], label=name)
            axes.set(xlabel="epoch", title=panel)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.legend(frameon=False)
        return figure


def number(value: Any) -> str:
    """A metric in at most four significant digits; whole numbers and texts as they are."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
