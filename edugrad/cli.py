"""The command ``edugrad``: copies the lessons to a folder and opens JupyterLab there."""

from __future__ import annotations

import argparse
import filecmp
import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .version import __version__

FIRST_LESSON = "00_start_here.ipynb"
PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Copied:
    """What :func:`copy_lessons` did: the files it added, and the learner's that it kept."""

    added: tuple[str, ...]
    kept: tuple[str, ...]


def shipped_lessons() -> Path:
    """Return the folder of the lessons: in the installed package, or beside it in a clone."""
    installed = PACKAGE / "lessons"
    return installed if installed.is_dir() else PACKAGE.parent / "lessons"


def copy_lessons(source: Path, folder: Path) -> Copied:
    """Copy to ``folder`` every file of ``source`` that is not there yet; overwrite nothing."""
    added, kept = [], []
    for original in sorted(source.rglob("*")):
        name = original.relative_to(source)
        if original.is_dir() or ".ipynb_checkpoints" in name.parts:
            continue
        copy = folder / name
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(original, copy)
            added.append(name.as_posix())
        elif not filecmp.cmp(original, copy, shallow=False):
            kept.append(name.as_posix())
    return Copied(tuple(added), tuple(kept))


def report(copied: Copied, folder: Path) -> str:
    """Say in one or two lines what the folder holds now."""
    count = len(copied.added)
    lines = [f"{folder}: {count} {'file' if count == 1 else 'files'} copied."]
    if copied.kept:
        names = ", ".join(copied.kept)
        lines.append(
            f"Kept as they are, because they differ from the lessons of edugrad {__version__}: "
            f"{names}. To get the original of one again, rename or delete yours."
        )
    return "\n".join(lines)


def has_display() -> bool:
    """Whether a browser can be opened here: not for root, nor without a display on Linux."""
    if is_root():
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def is_root() -> bool:
    """Whether this process runs as root (never on Windows, which has no such user)."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def jupyter_arguments(folder: Path, port: int | None, browser: bool) -> list[str]:
    """Return JupyterLab's command line: this machine only, no questions, no look at the network."""
    arguments = [
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{FIRST_LESSON}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.answer_yes=True",
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        arguments.append("--ServerApp.open_browser=False")
    if is_root():
        arguments.append("--ServerApp.allow_root=True")
    return arguments


def serve(folder: Path, port: int | None, browser: bool) -> None:
    """Run JupyterLab on ``folder`` until Ctrl-C.

    Without ``port``, JupyterLab's own is taken, or a free one near it. The lessons' kernels are
    this Python's, whatever kernels the user has installed elsewhere.
    """
    from jupyterlab.labapp import LabApp

    config = [str(PACKAGE / "jupyter_config"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, config))
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    print("Starting JupyterLab; Ctrl-C stops it.", flush=True)
    LabApp.launch_instance(jupyter_arguments(folder, port, browser))


def lab(arguments: argparse.Namespace) -> None:
    """Run ``edugrad lab``."""
    if importlib.util.find_spec("jupyterlab") is None:
        sys.exit(
            "The lessons run in JupyterLab, which is not installed here. "
            'Install it with: pip install "edugrad-lessons[lessons]"'
        )
    folder: Path = arguments.folder
    if arguments.in_place:
        if not folder.is_dir():
            sys.exit(f"--in-place opens a folder of lessons that exists; got {folder}.")
    elif folder.exists() and not folder.is_dir():
        sys.exit(f"The lessons are copied to a folder; {folder} is a file. Name another.")
    else:
        print(report(copy_lessons(shipped_lessons(), folder), folder))
    serve(folder, arguments.port, has_display() and not arguments.no_browser)


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    command = argparse.ArgumentParser(prog="edugrad", description="The edugrad lessons.")
    command.add_argument("--version", action="version", version=f"edugrad {__version__}")
    subcommands = command.add_subparsers(required=True, metavar="command")
    lab_command = subcommands.add_parser("lab", help="copy the lessons and open them in JupyterLab")
    lab_command.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("edugrad-lessons"),
        help="where the lessons go (default: %(default)s); files of yours are never overwritten",
    )
    lab_command.add_argument("--port", type=int, help="the port (default: a free one)")
    lab_command.add_argument(
        "--no-browser", action="store_true", help="print the address instead of opening a browser"
    )
    lab_command.add_argument(
        "--in-place", action="store_true", help="open the folder as it is, without copying"
    )
    lab_command.set_defaults(run=lab)
    return command


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line ``argv`` (default: the process's own)."""
    arguments = parser().parse_args(argv)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
