"""The lessons and their kit in a real browser: read, clicked and typed as a learner does."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from playwright.sync_api import Locator

from tests.browser.lab import LabPage, LabServer

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


def words(part: Locator) -> str:
    """The text of a part of the page, on the screen or not."""
    return part.text_content() or ""


def verdict(widget: Locator, beginning: str) -> None:
    """Wait until a prediction answers so."""
    widget.locator(f'.edu-answer:has-text("{beginning}")').wait_for()


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


def test_a_report_is_read_in_words_and_answers_of_the_recap_unfold(kit: LabPage):
    report = words(kit.output(4))
    assert "Not yet. cube_growth(5.0) is 125, expected 75." in report
    assert "Likely cause: this is the volume itself" in report
    answer = kit.output(5).locator("details p").first
    assert not answer.is_visible()
    kit.output(5).locator("summary").first.click()
    assert answer.is_visible()


class Lesson:
    """A lesson in the browser, run from top to bottom, with its cells by their ids."""

    def __init__(self, lab: LabPage, cells: list[nbformat.NotebookNode]) -> None:
        self.lab = lab
        self.cells = {cell.id: cell for cell in cells if cell.cell_type == "code"}
        self.places = {cell.id: place for place, cell in enumerate(cells)}
        lab.run_all()

    def output(self, cell: str) -> Locator:
        return self.lab.output(self.places[cell])

    def edit(self, cell: str, old: str, new: str) -> None:
        """Type a change of the cell's original text and run it."""
        assert old in self.cells[cell].source
        self.lab.cell(self.places[cell]).locator(".cm-content").click()
        self.lab.page.keyboard.press("ControlOrMeta+a")
        self.lab.page.keyboard.insert_text(self.cells[cell].source.replace(old, new))
        self.lab.page.keyboard.press("Control+Enter")


@pytest.fixture(params=["light", "dark"])
def lesson(
    request: pytest.FixtureRequest, lab_page: Callable[..., LabPage], jupyterlab: LabServer
) -> Callable[[str], Lesson]:
    """Open a lesson and run it, in both themes."""

    def run(name: str) -> Lesson:
        cells = nbformat.read(jupyterlab.folder / name, as_version=4).cells
        return Lesson(lab_page(name, theme=request.param), cells)

    return run


def walk(view: Locator, lab: LabPage) -> list[str]:
    """Walk through a graph from the first step to the last by keyboard; return the sentences."""
    view.get_by_role("button", name="First step").click()
    counter, sentence = view.locator(".eg-counter"), view.locator(".eg-sentence")
    view.get_by_role("slider").focus()
    sentences = []
    for _ in range(int(view.get_by_role("slider").get_attribute("max") or 0)):
        before = counter.inner_text()
        lab.page.keyboard.press("ArrowRight")
        lab.page.wait_for_function(
            "([counter, before]) => counter.innerText !== before",
            arg=[counter.element_handle(), before],
        )
        sentences.append(sentence.inner_text())
    return sentences


def test_lesson_00(lesson: Callable[[str], Lesson]):
    here = lesson("00_start_here.ipynb")
    assert "device" in words(here.output("environment"))

    square = here.output("predict-square").locator(".edu-predict")
    square.get_by_role("button", name="0.006").click()
    verdict(square, "Right.")

    view = here.output("see").get_by_role("group", name="Graph viewer")
    sentences = walk(view, here.lab)
    assert len(sentences) == 4
    assert "6" in sentences[-1]

    assert "Not filled in yet." in words(here.output("make-cube"))
    here.edit("make-cube", "return ...", "return 3 * side")
    here.output("make-cube").locator("text=one factor of side goes").wait_for()
    here.edit("make-cube", "return ...", "return 3 * side**2")
    here.output("make-cube").locator("text=Right.").wait_for()

    here.output("recap").locator("summary").first.click()
    assert here.output("recap").locator("details p").first.is_visible()
    here.output("recap").get_by_role("link", name="Lesson 01").click()
    here.lab.page.get_by_role("tab", name="01_computational_graph.ipynb").wait_for()


def test_lesson_01(lesson: Callable[[str], Lesson]):
    here = lesson("01_computational_graph.ipynb")
    for name, cell in here.cells.items():
        failed = here.output(name).locator('[data-mime-type="application/vnd.jupyter.stderr"]')
        assert failed.count() == ("raises-exception" in cell.metadata.get("tags", ())), name

    view = here.output("see").get_by_role("group", name="Graph viewer")
    assert len(walk(view, here.lab)) == 12
    view.locator("[data-item]", has_text="parameter").first.click()
    assert "0.9808" in words(view.get_by_role("complementary"))

    diamond = here.output("predict-diamond").locator(".edu-predict")
    diamond.get_by_role("button").nth(1).click()
    verdict(diamond, "Slopes multiply along one path")
    diamond.get_by_role("button").nth(2).click()
    verdict(diamond, "Right.")

    help_cell = here.output("help-diamond")
    help_cell.locator('summary:has-text("Hint 1")').click()
    assert help_cell.locator('summary:has-text("Hint 2")').is_visible()
    help_cell.locator('summary:has-text("A solution")').click()
    assert "return grad_left * 2" in words(help_cell.locator("pre"))

    here.edit("exercise-descend", "    return x", "        x.grad = None\n    return x")
    here.output("exercise-descend").locator("text=Right.").wait_for()

    refused = here.output("refused-shape")
    assert "failed" in words(refused.get_by_role("group", name="Graph viewer"))
    assert "mend:" in words(refused)
