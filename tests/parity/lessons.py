"""The lessons say that their code is PyTorch's: run it there and compare what it prints."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "lessons"
LESSONS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
KIT = ("check", "display", "environment", "hint", "predict", "recap", "solution")


class GraphView:
    """Stands for the widget, which draws edugrad's graphs only."""

    def __init__(self, *subjects: Any) -> None:
        pass

    @staticmethod
    @contextlib.contextmanager
    def record() -> Iterator[None]:
        yield


def differences(lesson: str) -> list[str]:
    """What the code of a lesson prints or raises on PyTorch and not on edugrad, cell by cell."""
    notebook = json.loads((FOLDER / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {name: lambda *_: None for name in KIT} | {"GraphView": GraphView}
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "device" not in cell["id"]:
            stored = [_words(output) for output in cell["outputs"]]
            expected, got = "".join(stored), _run("".join(cell["source"]), names)
            if got != expected:
                found.append(f"{cell['id']}: stored {expected!r}, PyTorch {got!r}")
    return found


def _words(output: dict[str, Any]) -> str:
    """What a stored output says: what was printed, or the type of the error."""
    return "".join(output.get("text", "")) + output.get("ename", "")


def _run(source: str, names: dict[str, Any]) -> str:
    source = source.replace("import edugrad as torch", "import torch")
    source = re.sub(r"^from edugrad_widgets.*$", "", source, flags=re.MULTILINE)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(source, names)
        except Exception as error:
            return printed.getvalue() + type(error).__name__
    return printed.getvalue().replace("torch.", "edugrad.")
