"""PyTorch scripts run on edugrad and print what they print on PyTorch.

The ``.txt`` beside each script is what PyTorch 2.13 printed for it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from edugrad import as_torch

SCRIPTS = sorted((Path(__file__).parent / "teaching").glob("*.py"))


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edugrad.as_torch", str(script), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_teaching_script_prints_what_it_prints_on_pytorch(script: Path) -> None:
    done = run(script)
    assert done.returncode == 0, done.stderr
    expected = script.with_suffix(".txt").read_text().replace("torch.", "edugrad.")
    assert done.stdout == expected
    assert done.stderr == ""


def test_there_are_at_least_three_teaching_scripts() -> None:
    assert len(SCRIPTS) >= 3


def test_what_is_missing_can_be_imported_raises_where_it_is_used_and_is_listed(
    tmp_path: Path,
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom torch.hub import load\nprint('imported', sys.argv[1:])\nload('a model')\n"
    )
    done = run(script, "one", "--two")
    assert done.returncode == 1
    assert done.stdout == "imported ['one', '--two']\n"
    assert "AttributeError: edugrad has no torch.hub.load" in done.stderr
    assert "line 4 of script.py: load('a model')" in done.stderr
    assert "Asked for, but not in edugrad:\n  torch.hub.load" in done.stderr


def test_a_missing_attribute_is_no_attribute(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import torch\nprint(hasattr(torch, 'stft'), hasattr(torch, 'ones'))\n")
    assert run(script).stdout == "False True\n"


def test_the_questions_that_scripts_ask_of_the_hardware_are_answered(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import torch\n"
        "mps = torch.backends.mps.is_available()\n"
        "torch.backends.cudnn.benchmark = True\n"
        "print('cuda' if torch.cuda.is_available() else 'mps' if mps else 'cpu')\n"
    )
    done = run(script)
    assert (done.stdout, done.stderr) == ("cpu\n", "")


def test_a_script_that_is_not_there_is_an_error_of_the_command_line() -> None:
    done = run(Path("nowhere.py"))
    assert done.returncode == 2
    assert "there is no file nowhere.py" in done.stderr


def test_modules_are_the_same_objects_under_both_names() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from edugrad import as_torch; as_torch.switch_on()\n"
            "import edugrad, torch, torch.nn.functional as F\n"
            "print(torch.Tensor is edugrad.Tensor, F.relu is edugrad.nn.functional.relu)\n"
            "as_torch.switch_off()\n"
            "import sys; print('torch' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True True\nFalse\n"


def test_the_layers_answer_for_pytorchs_files_of_them() -> None:
    program = """
from edugrad import as_torch; as_torch.switch_on()
import edugrad, torch, torch.nn.modules.container
from torch.nn import init, utils
from torch.nn.modules import Linear
from torch.nn.modules.module import Module, register_module_forward_hook
from torch.nn.parameter import Parameter
from torch.nn.utils.rnn import pad_sequence
print(Module is edugrad.nn.Module, Linear is torch.nn.modules.linear.Linear)
print(torch.nn.modules.container.Sequential is torch.nn.Sequential, init is not None)
print(Parameter is edugrad.nn.Parameter, pad_sequence is edugrad.nn.utils.rnn.pad_sequence)
try:
    import torch.nn.modules.nothing
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "True True",
        "True True",
        "True True",
        "No module named 'torch.nn.modules.nothing'",
    ], done.stderr


def test_the_magic_says_what_it_takes() -> None:
    registered = {}

    class Shell:
        def register_magic_function(self, function, kind, name):
            registered[name] = function, kind

    as_torch.load_ipython_extension(Shell())
    magic, kind = registered["as_torch"]
    assert kind == "line"
    with pytest.raises(ValueError, match="takes on or off"):
        magic("perhaps")
