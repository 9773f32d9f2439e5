"""Joins a widget's module or stylesheet with the shared files that it imports, into one text.

anywidget takes one text of each kind. The files stay what they say they are, ES modules and CSS
with imports, which editors, browsers and tests read as they stand.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORTS = {
    ".js": re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE),
    ".css": re.compile(r'^@import "(\.[^"]+)";\n', re.MULTILINE),
}
_EXPORT = re.compile(r"^export (?=(async )?function|class|const)", re.MULTILINE)


def bundle(path: str | Path) -> str:
    """Return the text of the file at ``path`` after the texts of all files that it imports.

    Each file stands in the text once. Imported modules share one scope with the widget's, so
    top-level names must differ.

    Parameters
    ----------
    path : str or Path
        A ``.js`` or ``.css`` file.
    """
    return "\n".join(_texts(Path(path).resolve(), set()))


def _texts(path: Path, seen: set[Path], imported: bool = False) -> list[str]:
    if path in seen:
        return []
    seen.add(path)
    imports = _IMPORTS[path.suffix]
    text = path.read_text(encoding="utf-8")
    texts = []
    for name in imports.findall(text):
        texts += _texts((path.parent / name).resolve(), seen, imported=True)
    own = imports.sub("", text)
    return [*texts, _EXPORT.sub("", own) if imported else own]
