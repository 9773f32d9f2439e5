"""The frame that every lesson keeps: short, stored with its outputs, the same on every machine."""

import re
from pathlib import Path

import nbformat
import pytest

from edugrad_widgets.lesson.content import find_exercise, find_question, find_recap

FOLDER = Path(__file__).parents[2] / "lessons"
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in FOLDER.glob("*.ipynb")}
CALLS = re.compile(r'\b(predict|check|hint|solution|recap)\("([^"]+)"')
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

each_lesson = pytest.mark.parametrize("lesson", sorted(NOTEBOOKS))


def code_cells(lesson):
    return [cell for cell in NOTEBOOKS[lesson].cells if cell.cell_type == "code"]


def texts(lesson):
    """All that a learner reads: the text cells, and the plain text of the outputs."""
    for cell in NOTEBOOKS[lesson].cells:
        if cell.cell_type == "markdown":
            yield cell.source
        for output in cell.get("outputs", ()):
            yield output.get("text", "") + output.get("data", {}).get("text/plain", "")


def test_the_lessons_are_there():
    assert {"00_start_here", "01_computational_graph"} <= NOTEBOOKS.keys()


@each_lesson
def test_it_is_short(lesson):
    assert len(NOTEBOOKS[lesson].cells) <= 42
    for cell in code_cells(lesson):
        assert len(cell.source.splitlines()) <= 15, cell.source


@each_lesson
def test_it_says_its_goal_its_time_and_its_needs(lesson):
    goal = NOTEBOOKS[lesson].cells[0].source
    assert goal.startswith(f"# {lesson[:2]} ")
    for word in ("**After this lesson**", "**Time:**", "**Needs:**"):
        assert word in goal


@each_lesson
def test_it_is_stored_as_run_from_top_to_bottom(lesson):
    counts = [cell.execution_count for cell in code_cells(lesson)]
    assert counts == list(range(1, len(counts) + 1))
    assert NOTEBOOKS[lesson].metadata.kernelspec.name == "python3"


@each_lesson
def test_stored_outputs_hold_nothing_of_the_machine_that_made_them(lesson):
    for cell in code_cells(lesson):
        if "nbval-ignore-output" not in cell.metadata.get("tags", ()):
            assert not re.search(r"0x[0-9a-f]{6}|/home/|/tmp/|/root/", str(cell.outputs))
        for output in cell.outputs:
            assert WIDGET_VIEW not in output.get("data", {})


@each_lesson
def test_only_cells_that_say_so_raise(lesson):
    for cell in code_cells(lesson):
        raises = any(output.output_type == "error" for output in cell.outputs)
        assert raises == ("raises-exception" in cell.metadata.get("tags", ())), cell.source


@each_lesson
def test_it_has_a_prediction_an_exercise_with_help_and_a_recap(lesson):
    found = [call for cell in code_cells(lesson) for call in CALLS.findall(cell.source)]
    asked = {function: [name for f, name in found if f == function] for function, _ in found}
    assert asked["check"] == asked["hint"] == asked["solution"]
    for name in asked["predict"]:
        assert find_question(name).name.startswith(lesson[:2])
    for name in asked["check"]:
        assert find_exercise(name).name.startswith(lesson[:2])
    assert asked["recap"] == [lesson[:2]]
    assert find_recap(lesson[:2]).lines


@each_lesson
def test_it_speaks_calmly(lesson):
    for text in texts(lesson):
        assert not re.search(r"!(?![=\[])", text), text
        assert not re.search("[\U0001f300-\U0001faff\u2600-\u26ff]", text), text


@each_lesson
def test_its_links_lead_to_lessons_that_are_there(lesson):
    for text in texts(lesson):
        for target in re.findall(r"\]\(([^)#]+\.ipynb)\)", text):
            assert (FOLDER / target).is_file(), target
