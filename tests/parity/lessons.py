"""The lessons say that their code is PyTorch's: run it there and compare what it prints.

What comes from edugrad_widgets stands still there. A cell tagged `edugrad-only` is left out; the
output of one tagged `nbval-ignore-output` is not compared.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "lessons"
LESSONS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))


class Inert:
    """Stands for a widget or a part of the lesson kit: it can be used, and does nothing."""

    def __init__(self, *subjects: Any, **options: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return Inert

    @staticmethod
    @contextlib.contextmanager
    def record() -> Iterator[None]:
        yield


def differences(lesson: str) -> list[str]:
    """What the code of a lesson prints or raises on PyTorch and not on edugrad, cell by cell."""
    notebook = json.loads((FOLDER / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {"display": Inert}
    found = []
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", ())
        if cell["cell_type"] != "code" or "edugrad-only" in tags:
            continue
        expected = "".join(_words(output) for output in cell["outputs"])
        got = _run("".join(cell["source"]), names)
        if got != expected and "nbval-ignore-output" not in tags:
            found.append(f"{cell['id']}: stored {expected!r}, PyTorch {got!r}")
    return found


def _words(output: dict[str, Any]) -> str:
    """What a stored output says: what was printed, or the type of the error."""
    return "".join(output.get("text", "")) + output.get("ename", "")


def _run(source: str, names: dict[str, Any]) -> str:
    """What a cell prints on PyTorch, and the type of its error."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(_translated(source, names), "<cell>", "exec"), names)
        except Exception as error:
            return printed.getvalue() + type(error).__name__
    return printed.getvalue().replace("torch.", "edugrad.")


def _translated(source: str, names: dict[str, Any]) -> ast.Module:
    """The cell with PyTorch in edugrad's place, and inert names in that of the widgets'."""
    cell = ast.parse(re.sub(r"^(import|from) edugrad\b", r"\1 torch", source, flags=re.MULTILINE))
    kept = []
    for statement in cell.body:
        if isinstance(statement, ast.ImportFrom) and statement.module.startswith("edugrad_widgets"):
            names.update({each.asname or each.name: Inert for each in statement.names})
        else:
            kept.append(statement)
    return ast.Module(kept, [])
