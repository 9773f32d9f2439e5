"""Run PyTorch code on edugrad: ``python -m edugrad.as_torch script.py [arguments]``.

While it is on, ``import torch`` and everything below it are answered by edugrad's modules of the
same path. A name that edugrad lacks can be imported; using it raises, names it, and lists it when
the program ends. In a notebook: ``%load_ext edugrad.as_torch``, then ``%as_torch on``.
"""

from __future__ import annotations

import argparse
import dis
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from .callsite import call_site
from .errors import teach

ROOT = "torch"
MODULES = frozenset(
    f"torch.{name}"
    for name in (
        "accelerator amp ao ao.quantization autograd autograd.forward_ad autograd.function "
        "autograd.functional autograd.profiler backends backends.cuda backends.cudnn backends.mps "
        "compiler cuda cuda.amp distributed distributed.fsdp distributions export fft func futures "
        "fx hub jit library linalg masked mps multiprocessing nested nn nn.attention nn.functional "
        "nn.init nn.parallel nn.parameter nn.quantized nn.utils nn.utils.parametrizations "
        "nn.utils.parametrize nn.utils.prune nn.utils.rnn onnx optim optim.lr_scheduler "
        "optim.swa_utils overrides package profiler quantization random sparse special testing "
        "utils utils.benchmark utils.bottleneck utils.checkpoint utils.cpp_extension utils.data "
        "utils.data.distributed utils.dlpack utils.hooks utils.mobile_optimizer utils.model_zoo "
        "utils.tensorboard version xpu"
    ).split()
)
# PyTorch's files of layers; all their classes are in edugrad.nn.
NN_MODULES = frozenset(
    f"torch.nn.modules{name}"
    for name in (
        " .activation .adaptive .batchnorm .channelshuffle .container .conv .distance .dropout "
        ".flatten .fold .instancenorm .lazy .linear .loss .module .normalization .padding "
        ".pixelshuffle .pooling .rnn .sparse .transformer .upsampling .utils"
    ).split(" ")
)
missing: dict[str, str] = {}


def note_missing(name: str) -> str:
    """List a name that edugrad lacks; the message for the error that says so."""
    place = call_site()
    missing.setdefault(name, str(place or ""))
    return teach(
        f"edugrad has no {name}",
        got=f"its use at {place}" if place is not None else "its use",
        mend="write it with what there is (docs/ops.md lists it), or run this part in PyTorch",
    )


class Missing:
    """What stands for a name that was imported and is not there: any use of it raises."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise AttributeError(note_missing(self._name))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(note_missing(f"{self._name}.{name}"))

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        raise AttributeError(note_missing(self._name))

    def __repr__(self) -> str:
        return f"<{self._name}, which edugrad has not>"


class Stand(ModuleType):
    """A module of torch, answered by the module of edugrad that has the same path."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self._real = _counterpart(name)
        self.__doc__ = self._real.__doc__ if self._real is not None else None

    def __getattr__(self, name: str) -> Any:
        full = f"{self.__name__}.{name}"
        found = getattr(self._real, name, self)
        if isinstance(found, ModuleType) and found is not self:
            return importlib.import_module(full)
        if found is not self:
            return found
        if _is_module(full):
            return importlib.import_module(full)
        if name.startswith("__"):
            raise AttributeError(name)
        if _is_import_from(sys._getframe(1)):
            return Missing(full)
        raise AttributeError(note_missing(full))

    def __dir__(self) -> list[str]:
        return dir(self._real) if self._real is not None else []


def _is_module(path: str) -> bool:
    """Whether a path is a module of PyTorch, or of edugrad."""
    return path == ROOT or path in MODULES or _counterpart(path) is not None


def _is_import_from(frame: Any) -> bool:
    """Whether a frame is at ``from … import name``, where an error would come too early."""
    return frame.f_code.co_code[frame.f_lasti] == dis.opmap["IMPORT_FROM"]


def _counterpart(name: str) -> ModuleType | None:
    if name in NN_MODULES:
        name = "torch.nn"
    real = "edugrad" + name.removeprefix(ROOT)
    try:
        return importlib.import_module(real)
    except ModuleNotFoundError as error:
        if error.name is not None and real.startswith(error.name):
            return None
        raise


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers ``import torch`` and ``import torch.anything``."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] != ROOT or not _is_module(fullname):
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return Stand(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to execute: the module answers from edugrad's."""


_finder = Finder()


def switch_on() -> None:
    """Let ``import torch`` mean edugrad from now on.

    Raises
    ------
    RuntimeError
        If PyTorch itself is already imported: two libraries under one name would mix.
    """
    loaded = sys.modules.get(ROOT)
    if loaded is not None and not isinstance(loaded, Stand):
        raise RuntimeError(
            teach(
                "edugrad can answer for torch only where PyTorch is not imported yet",
                got="PyTorch is already imported in this process",
                mend="restart Python (or the notebook's kernel) and switch it on first",
            )
        )
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def switch_off() -> None:
    """Let ``import torch`` mean PyTorch again."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in [name for name, module in sys.modules.items() if isinstance(module, Stand)]:
        del sys.modules[name]


def report() -> str:
    """The names that were used and are missing, one a line; empty if there were none."""
    if not missing:
        return ""
    lines = [f"  {name:40} {place}" for name, place in missing.items()]
    return "\n".join(["Asked for, but not in edugrad:", *lines])


def run(script: str, arguments: Sequence[str]) -> None:
    """Run a script as ``python script.py arguments`` would, with edugrad answering for torch."""
    switch_on()
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).resolve().parent)
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        text = report()
        if text:
            print(text, file=sys.stderr)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext edugrad.as_torch`` registers the magic ``%as_torch on|off``."""

    def as_torch(line: str) -> None:
        """Let ``import torch`` mean edugrad (on) or PyTorch (off)."""
        word = line.strip() or "on"
        if word not in ("on", "off"):
            raise ValueError(
                teach("%as_torch takes on or off", got=repr(word), mend="write %as_torch on")
            )
        switch_on() if word == "on" else switch_off()
        print("import torch means edugrad" if word == "on" else "import torch means PyTorch")

    shell.register_magic_function(as_torch, "line", "as_torch")


def main() -> None:
    """The command line of ``python -m edugrad.as_torch``."""
    parser = argparse.ArgumentParser(
        prog="python -m edugrad.as_torch", description="Run a PyTorch script on edugrad."
    )
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not Path(options.script).is_file():
        parser.error(f"there is no file {options.script}")
    run(options.script, options.arguments)


if __name__ == "__main__":
    from edugrad.as_torch import main as imported_main

    imported_main()
