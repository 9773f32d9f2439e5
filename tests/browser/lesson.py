"""A lesson in the browser: its cells by their ids, and what learners do to them."""

from __future__ import annotations

import nbformat
from playwright.sync_api import Locator

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
        self.lab.cell(self.places[cell]).locator(".cm-content").click()
        self.lab.page.keyboard.press("ControlOrMeta+a")
        self.lab.page.keyboard.insert_text(self.cells[cell].source.replace(old, new))
        self.lab.page.keyboard.press("Control+Enter")


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
