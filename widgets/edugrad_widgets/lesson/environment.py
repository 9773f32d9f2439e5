"""What this computer offers to the lessons: versions, the device, and what is missing."""

from __future__ import annotations

import os
import platform
import shutil
from importlib import metadata

from edugrad_widgets.lesson.card import Card, inline

_LESSONS = '%pip install "edugrad-lessons[lessons]"'
_CUDA = '%pip install "edugrad-lessons[cuda12]"'
_PARTS = {
    "arrays": ("numpy", "every lesson", '%pip install "edugrad-lessons"'),
    "widgets": ("anywidget", "the pictures that you step and click", _LESSONS),
    "graph layout": ("graphviz-pure", "the picture of a computational graph", _LESSONS),
    "charts": ("matplotlib", "a figure of a training run", _LESSONS),
    "notebooks": ("jupyterlab", "opening the lessons with make lab", _LESSONS),
}


def environment() -> Card:
    """Name Python, edugrad and the device, and say what is missing and how to get it."""
    rows = [("Python", platform.python_version()), ("edugrad", _version("edugrad-lessons") or "?")]
    missing = 0
    for name, (distribution, purpose, command) in _PARTS.items():
        version = _version(distribution)
        missing += version is None
        here = f"{distribution} {version}"
        rows.append((name, here if version else f"missing; {purpose} needs it. Run `{command}`"))
    rows.append(("device", _device()))
    verdict = {0: "Nothing is missing.", 1: "One part is missing."}.get(
        missing, f"{missing} parts are missing."
    )
    width = max(len(name) for name, _ in rows)
    text = [*(f"{name:<{width}}  {value}" for name, value in rows), verdict]
    items = "".join(f"<dt>{name}</dt><dd>{inline(value)}</dd>" for name, value in rows)
    body = f'<dl class="edu-rows">{items}</dl><p>{verdict}</p>'
    return Card("\n".join(text), body)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _device() -> str:
    """Name the device that tensors can live on, and the one step that is missing for a GPU."""
    from edugrad import cuda

    if cuda.is_available():
        return f"`cuda`: {cuda.get_device_name()}"
    cpu = f"`cpu`, {os.cpu_count()} cores."
    if shutil.which("nvidia-smi") is None:
        return f"{cpu} No NVIDIA GPU was found; every lesson runs without one."
    if _version("cupy-cuda12x") is None and _version("cupy-cuda13x") is None:
        return f"{cpu} An NVIDIA GPU is here but CuPy is not: run `{_CUDA}`"
    return f"{cpu} CuPy is here but finds no GPU; `nvidia-smi` says what the driver sees."
