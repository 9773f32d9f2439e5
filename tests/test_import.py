"""``import edugrad`` loads NumPy and nothing else (benchmarks/import_time.py times it)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def top_level_modules(statement: str) -> set[str]:
    """Return the packages that a fresh Python has loaded after ``statement``."""
    show = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run(
        [sys.executable, "-c", f"{statement}; {show}"], check=True, capture_output=True, text=True
    ).stdout
    return {name.partition(".")[0] for name in json.loads(output)}


def test_import_edugrad_loads_numpy_alone():
    modules = top_level_modules("import edugrad")
    installed = modules - set(sys.stdlib_module_names) - top_level_modules("import numpy.random")
    assert installed == {"edugrad"}


@pytest.mark.parametrize(
    "heavy", ["IPython", "cupy", "cupyx", "edugrad_widgets", "ipywidgets", "matplotlib", "scipy"]
)
def test_import_edugrad_does_not_load(heavy: str):
    assert heavy not in top_level_modules("import edugrad")
