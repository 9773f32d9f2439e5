"""From the user's tensors and code to a graph: which tensors, called what, recorded how."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from edugrad import Tensor
from edugrad.autograd.graph import Graph, snapshot
from edugrad.errors import teach

_PACKAGE = os.path.dirname(__file__) + os.sep


def graph_of(subjects: tuple[Any, ...], names: dict[str, Tensor]) -> Graph:
    """Take the one graph that is given, or a snapshot of the given tensors' graph."""
    if len(subjects) == 1 and isinstance(subjects[0], Graph):
        return subjects[0]
    wrong = [subject for subject in subjects if not isinstance(subject, Tensor)]
    if wrong or not subjects:
        got = f"{type(wrong[0]).__name__} ({wrong[0]!r})" if wrong else "nothing"
        raise TypeError(
            teach(
                "GraphView shows the graph of tensors, or one Graph",
                got=got,
                mend="GraphView(loss), where loss is a tensor that you computed",
            )
        )
    return snapshot(*subjects, names=names)


def tensor_names(frame: FrameType, given: Mapping[str, Tensor] | None) -> dict[str, Tensor]:
    """Name tensors as ``given``, the others as the variables of the code in ``frame``.

    A variable with a leading _ names nothing: IPython keeps results in ``_`` and ``_1``.
    """
    names = dict(given or {})
    taken = {id(tensor) for tensor in names.values()}
    for name, value in {**frame.f_globals, **frame.f_locals}.items():
        if isinstance(value, Tensor) and not name.startswith("_") and id(value) not in taken:
            names.setdefault(name, value)
    return names


def caller() -> FrameType:
    """The frame of the code that called into this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return frame
