"""Compare edugrad with PyTorch and print a table: ``python -m tests.parity [name …]``.

The name ``modules`` stands for all of :mod:`tests.parity.layers`, ``op_db`` for all of PyTorch's
operators on its own sample inputs (:mod:`tests.parity.op_database`).
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter

import torch

import edugrad
from edugrad.ops import OPS

from . import (  # noqa: F401
    call_forms,
    data,
    distributions,
    functions,
    initial,
    keywords,
    module_texts,
    op_database,
    optimizers,
    reparametrised,
    saving,
    signatures,
    summaries,
    training,
    utilities,
)
from .lessons import LESSONS
from .lessons import differences as lesson_differences
from .listed import absent
from .modules import differences as module_differences
from .modules import layers
from .operators import differences
from .semantics import CHECKS

VERDICTS = ("same", "documented", "differs", "absent")


def verdicts(names: list[str]) -> dict[str, tuple[str, list[str]]]:
    """For each op and topic its verdict and what differs."""
    table: dict[str, tuple[str, list[str]]] = {}
    for name, info in OPS.items():
        if names and name not in names:
            continue
        found = [each.text for each in differences(edugrad, torch, name, info)]
        verdict = "same" if not found else "differs"
        if info.torch != "same" and found:
            verdict, found = "documented", [info.torch]
        table[name] = verdict, found
    for name, check in CHECKS.items():
        if not names or name in names:
            found = [text for text in check(edugrad, torch) if text]
            table[name] = ("differs" if found else "same"), found
    for name in LESSONS:
        if not names or name in names:
            found = lesson_differences(name)
            table[name] = ("differs" if found else "same"), found
    for name, row in layers().items():
        if not names or name in names or "modules" in names:
            try:
                found = [text for text in module_differences(edugrad, torch, row) if text]
            except Exception as error:
                found = [f"{type(error).__name__}: {error}"]
            table[name] = ("differs" if found else "same"), found
    table.update(op_database.rows(names))
    if not names:
        table.update({name: ("absent", []) for name in absent(edugrad)})
    return table


def main(names: list[str]) -> int:
    """Print the table; the exit status is 1 if anything differs or is absent."""
    warnings.simplefilter("ignore")
    table = verdicts(names)
    for name, (verdict, found) in table.items():
        if verdict != "same":
            print(f"{verdict:10} {name}")
            for text in found[:4]:
                print(f"           {text}")
    print()
    for verdict in VERDICTS:
        listed = [name for name, (each, _) in table.items() if each == verdict]
        print(f"{verdict:10} {len(listed):4}  {' '.join(listed)}")
    played = sum(name.startswith("op_db.") for name in table)
    print(f"\n{played} of PyTorch's operators were tried on its own sample inputs (op_db)")
    count = Counter(verdict for verdict, _ in table.values())
    failed = count["differs"] + count["absent"]
    print(f"\n{len(table) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
