"""scripts/lessons.py: executing a lesson stores the same bytes every time."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from scripts import lessons

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def test_a_lesson_is_stored_the_same_twice_and_without_its_kernels_traces(tmp_path):
    path = tmp_path / "lesson.ipynb"
    cells = [
        new_code_cell('from edugrad_widgets.lesson import predict\n\npredict("00.square")'),
        new_code_cell("1 / 0", metadata={"tags": ["raises-exception"], "collapsed": False}),
        new_code_cell("import os; os.cpu_count()", metadata={"tags": ["store-no-output"]}),
    ]
    nbformat.write(new_notebook(cells=cells, metadata={"widgets": {}, "author": "me"}), path)
    lessons.execute(path)
    first = path.read_bytes()
    lessons.execute(path)
    assert path.read_bytes() == first

    stored = nbformat.read(path, as_version=4)
    assert [cell.execution_count for cell in stored.cells] == [1, 2, 3]
    assert set(stored.cells[0].outputs[0].data) == {"text/plain", "text/html"}
    assert stored.cells[1].metadata == {"tags": ["raises-exception"]}
    assert stored.cells[1].outputs[0].traceback == ["ZeroDivisionError: division by zero"]
    assert stored.cells[2].outputs == []
    assert set(stored.metadata) == {"kernelspec", "language_info"}


def test_colours_and_paths_leave_a_traceback():
    output = new_output(
        "error", ename="E", evalue="m", traceback=["File /home/x.py", "\x1b[31mE\x1b[0m: m"]
    )
    lessons.settle(output)
    assert output.traceback == ["E: m"]


def test_other_outputs_stay_as_they_are():
    output = new_output("stream", text="9.0")
    lessons.settle(output)
    assert output.text == "9.0"
