"""docs/ops.md says what the registry says, and covers every op."""

from __future__ import annotations

import sys
from pathlib import Path

from edugrad.ops import OPS

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import ops_page  # noqa: E402 (a script, not a package)


def test_the_page_is_the_registrys() -> None:
    assert ops_page.PAGE.read_text() == ops_page.page(), "run: python scripts/ops_page.py"


def test_every_op_is_on_the_page() -> None:
    page = ops_page.PAGE.read_text()
    missing = [name for name in OPS if f"`{name}`" not in page]
    assert missing == []
