"""A lesson in the browser: its cells by their ids, and what learners do to them."""

from __future__ import annotations

import nbformat
from playwright.sync_api import Locator

from edugrad_widgets.lesson.content import find_exercise
from tests.browser.lab import LabPage


class Lesson:
    """A lesson in the browser, run from top to bottom, with its cells by their ids."""

    def __init__(self, lab: LabPage, cells: list[nbformat.NotebookNode]) -> None:
        self.lab = lab
        self.cells = {cell.id: cell for cell in cells if cell.cell_type == "code"}
        self.places = {cell.id: place for place, cell in enumerate(cells)}
        lab.run_all()

    def output(self, cell: str) -> Locator:
        return self.lab.output(self.places[cell])

    def check_that_only_marked_cells_failed(self) -> None:
        """Assert that errors stand below the cells that are meant to fail, and nowhere else."""
        for name, cell in self.cells.items():
            failed = self.output(name).locator('[data-mime-type="application/vnd.jupyter.stderr"]')
            assert failed.count() == ("raises-exception" in cell.metadata.get("tags", ())), name

    def edit(self, cell: str, old: str, new: str) -> None:
        """Type a change of the cell's original text and run it."""
        assert old in self.cells[cell].source
        self.type(cell, self.cells[cell].source.replace(old, new))

    def solve(self, cell: str) -> None:
        """Type the solution of a cell's exercise, run it and wait for the check to agree."""
        _, call, name = self.cells[cell].source.partition("check(")
        solution = find_exercise(name.split('"')[1]).solution_source
        self.type(cell, f"{solution}\n\n\n{call}{name}")
        self.says(cell, "Right.")

    def type(self, cell: str, text: str) -> None:
        """Type the whole text of a cell and run it."""
        self.lab.cell(self.places[cell]).locator(".cm-content").click()
        self.lab.page.keyboard.press("ControlOrMeta+a")
        self.lab.page.keyboard.insert_text(text)
        self.lab.page.keyboard.press("Control+Enter")

    def predict(self, cell: str, wrong: str, right: str) -> None:
        """Choose a wrong answer by mouse and the right one by keyboard."""
        widget = self.output(cell).locator(".edu-predict")
        widget.locator(f'button:has-text("{wrong}")').first.click()
        verdict(widget, "Not this one.")
        widget.locator(f'button:has-text("{right}")').first.focus()
        self.lab.page.keyboard.press("Enter")
        verdict(widget, "Right.")

    def help(self, cell: str, hint: str, solution: str) -> None:
        """Open the first hint and the solution, and find these words in them."""
        output = self.output(cell)
        output.locator('summary:has-text("Hint 1")').click()
        output.locator(f"text={hint}").wait_for()
        assert output.locator('summary:has-text("Hint 2")').is_visible()
        assert not output.locator('summary:has-text("Hint 3")').is_visible()
        output.locator('summary:has-text("A solution")').focus()
        self.lab.page.keyboard.press("Enter")
        output.locator("pre").wait_for()
        assert solution in words(output.locator("pre"))

    def recall(self) -> None:
        """Open the answers of the recap."""
        questions = self.output("recap").locator("details")
        assert questions.count() == 5
        for question in questions.all():
            question.locator("summary").click()
            question.locator("p").first.wait_for()

    def says(self, cell: str, what: str) -> None:
        """Wait until the output of a cell says so, in sight."""
        self.output(cell).locator(f"text={what}").first.wait_for()

    def blames(self, cell: str, cause: str) -> None:
        """Wait until a check names this likely cause, and unfold it."""
        folded = self.output(cell).locator(f'details:has-text("{cause}")')
        folded.locator("summary").click()
        folded.locator(f"text={cause}").wait_for()


def words(part: Locator) -> str:
    """The text of a part of the page, on the screen or not."""
    return part.text_content() or ""


def verdict(widget: Locator, beginning: str) -> None:
    """Wait until a prediction answers so."""
    widget.locator(f'.edu-answer:has-text("{beginning}")').wait_for()


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
