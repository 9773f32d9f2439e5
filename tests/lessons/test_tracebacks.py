"""An error in a notebook shows the learner's line and the message, not the library's inside."""

import re
import subprocess
import sys

MISTAKE = "import edugrad; x = edugrad.ones(3, requires_grad=True)\n(2 * x).backward()"


def run_in(*interpreter):
    program = [sys.executable, *interpreter, "-c", MISTAKE]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def test_ipython_leaves_the_frames_of_edugrad_out():
    text = run_in("-m", "IPython", "--no-banner", "--colors=NoColor")
    assert "(2 * x).backward()" in text
    assert re.search(r"\[\.\.\. skipping hidden \d frame\]", text)
    assert "grad can be implicitly created only for scalar outputs" in text
    assert text.count("File ") == 1


def test_plain_python_shows_every_frame():
    text = run_in()
    assert text.count('derivatives.py", line') >= 3
