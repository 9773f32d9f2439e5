"""The lesson kit in a real browser: read, clicked and typed as a learner does."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest

from tests.browser.lab import LabPage, LabServer
from tests.browser.lesson import verdict, words

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
KIT = (
    "from edugrad_widgets.lesson import check, hint, predict, recap, solution",
    'question = predict("00.square")\nquestion',
    "(question.choice, question.verdict)",
    'display(hint("00.cube"), solution("00.cube"))',
    'check("00.cube", lambda side: side**3)',
    'recap("00")',
)


@pytest.fixture
def kit(lab_page: Callable[..., LabPage], jupyterlab: LabServer) -> LabPage:
    """A notebook with each part of the kit, run."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in KIT]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
    nbformat.write(notebook, jupyterlab.folder / "kit.ipynb")
    lab = lab_page("kit.ipynb")
    assert lab.run_all()
    return lab


def test_a_prediction_is_answered_by_mouse_and_may_be_changed(kit: LabPage):
    widget = kit.output(1).locator(".edu-predict")
    options = widget.get_by_role("button")
    assert widget.locator(".edu-answer").inner_text() == ""
    options.nth(0).click()
    verdict(widget, "Not this one. That would mean that a square grows as fast as its side.")
    assert options.nth(0).get_attribute("aria-pressed") == "true"
    options.nth(2).click()
    verdict(widget, "Right. Two strips, each 3 long")
    pressed = [options.nth(i).get_attribute("aria-pressed") for i in range(4)]
    assert pressed == ["false", "false", "true", "false"]


def test_a_prediction_is_answered_by_keyboard_and_the_notebook_stays_as_it_is(kit: LabPage):
    widget = kit.output(1).locator(".edu-predict")
    widget.get_by_role("button").first.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        kit.page.keyboard.press(key)
    verdict(widget, "Right.")
    kit.page.keyboard.press("ArrowUp")
    kit.page.keyboard.press("Space")
    verdict(widget, "Not this one. That is one strip")
    kit.page.keyboard.press("1")  # in a cell, JupyterLab's key for a heading
    assert kit.page.locator(".jp-Notebook .jp-CodeCell").count() == len(KIT)
    assert kit.page.locator(".jp-Notebook.jp-mod-editMode").count() == 0


def test_the_choice_reaches_python(kit: LabPage):
    widget = kit.output(1).locator(".edu-predict")
    widget.get_by_role("button").nth(2).click()
    verdict(widget, "Right.")
    kit.cell(2).locator(".cm-content").click()
    kit.page.keyboard.press("Control+Enter")
    kit.output(2).locator("pre:has-text(\"(2, 'right')\")").wait_for()


def test_hints_open_one_after_another_and_the_solution_on_demand(kit: LabPage):
    output = kit.output(3)
    second = output.locator('summary:has-text("Hint 2 of 3")')
    code = output.locator("pre.edu-code")
    assert not second.is_visible()
    assert not code.is_visible()
    output.locator('summary:has-text("Hint 1 of 3")').click()
    assert second.is_visible()
    assert not output.locator('summary:has-text("Hint 3 of 3")').is_visible()
    output.locator('summary:has-text("A solution")').focus()
    kit.page.keyboard.press("Enter")
    code.wait_for(state="visible")
    assert words(code).endswith("return 3 * side**2")


def test_a_report_is_read_in_words_and_its_cause_unfolds(kit: LabPage):
    report = kit.output(4)
    assert "Not yet. cube_growth(5.0) is 125, expected 75." in words(report)
    cause = report.locator("text=this is the volume itself")
    assert not cause.is_visible()
    report.locator('summary:has-text("Likely cause")').focus()
    kit.page.keyboard.press("Enter")
    cause.wait_for()


def test_answers_of_the_recap_unfold(kit: LabPage):
    answer = kit.output(5).locator("details p").first
    assert not answer.is_visible()
    kit.output(5).locator("summary").first.click()
    assert answer.is_visible()
