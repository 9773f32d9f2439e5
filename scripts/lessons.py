"""Execute the lessons and store their outputs, the same bytes on every run.

    python scripts/lessons.py                       every notebook in lessons/
    python scripts/lessons.py lessons/00_*.ipynb    these

Run it after a change in a lesson, in the lesson kit or in what a lesson prints; `git diff` then
shows what a learner will see differently. A cell tagged `store-no-output` is run and its output
dropped: what it says holds for one computer only.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

LESSONS = Path(__file__).resolve().parent.parent / "lessons"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(path: Path) -> None:
    """Run one notebook from a fresh kernel and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        store_widget_state=False,
        coalesce_streams=True,
    ).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in ("tags",) if key in cell.metadata}
        if "store-no-output" in cell.metadata.get("tags", ()):
            cell.outputs = []
        for output in cell.get("outputs", ()):
            settle(output)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def settle(output: nbformat.NotebookNode) -> None:
    """Take out what differs from run to run or points to a kernel that is gone."""
    output.get("data", {}).pop(WIDGET_VIEW, None)
    if "traceback" in output:
        output.traceback = [re.sub(r"\x1b\[[\d;]*m", "", output.traceback[-1])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, default=sorted(LESSONS.glob("*.ipynb")))
    for path in parser.parse_args().notebooks:
        start = time.perf_counter()
        execute(path)
        print(f"{path.name}: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
