"""MatmulView in a real JupyterLab: stepping, choosing an order, pointing, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.browser.lab import LabPage

CELL = """
import edugrad
from edugrad_widgets import MatmulView
A = edugrad.arange(12.0).reshape(3, 4)
B = edugrad.arange(8.0).reshape(4, 2)
view = MatmulView(A, B)
view
"""


def said(view: Locator, words: str) -> None:
    """Wait until the viewer says so about the step."""
    view.locator(".eg-sentence", has_text=words).wait_for()


def marked(view: Locator, state: str) -> list[str | None]:
    return [
        cell.get_attribute("data-cell") for cell in view.locator(f".eg-mm-stage .{state}").all()
    ]


def row(view: Locator, name: str) -> list[str]:
    return view.get_by_role("row", name=name).get_by_role("cell").all_inner_texts()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_orders_are_walked_and_counted(open_cells: Callable[..., LabPage], theme: str):
    lab = open_cells(CELL, "(view.schedule, view.step, view.selected, view.tile)", theme=theme)
    view = lab.output(0).get_by_role("group", name="Matrix product")
    assert row(view, "one by one") == ["24", "24", "48", "–", "2"]
    view.get_by_role("button", name="First step").click()
    said(view, "Nothing is computed yet. Step forward, or press play.")
    assert len(marked(view, "is-empty")) == 6
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("ArrowRight")
    said(view, "C[0, 0] grows by A[0, 1] · B[1, 0] = 1 · 2 = 2, from 0 to 2: 2 reads")
    assert marked(view, "is-read") == ["a.1", "b.2"]
    assert marked(view, "is-partial") == marked(view, "is-grown") == ["c.0"]
    assert row(view, "one by one") == ["2 of 24", "2 of 24", "4 of 48", "–", "2"]

    view.get_by_role("radio", name="GPU threads").click()
    said(view, "All 6 threads at once: thread (i, j) reads A[i, 3] and B[3, j] from global memory")
    lab.page.keyboard.press("ArrowRight")
    assert view.get_by_role("radio", name="tiled").get_attribute("aria-checked") == "true"
    assert view.locator(".eg-mm-tiles").count() == 3
    view.get_by_role("slider").fill("1")
    said(view, "Each of the 2 blocks loads its tiles of A and B (k from 0 to 1) into shared memory")
    assert len(marked(view, "is-read")) == 10
    lab.page.keyboard.press("ArrowRight")
    said(view, "from shared memory, 12 reads")
    assert marked(view, "is-shared") == ["a.0", "a.4", "a.8", "b.0", "b.1"]
    view.get_by_role("radio", name="4", exact=True).click()
    said(view, "A[i, 3] and B[3, j] from shared memory")
    assert view.locator(".eg-counter").inner_text() == "Step 5 of 5"

    ink = view.locator(".eg-mm-title").first.evaluate("e => getComputedStyle(e).fill")
    assert ink == ("rgb(29, 36, 41)" if theme == "light" else "rgb(232, 235, 238)")
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+Enter")
    lab.output(1).get_by_text("('tiled', 5, '', 4)").wait_for()


def test_an_element_shows_its_row_column_and_dot_product(open_cells: Callable[..., LabPage]):
    lab = open_cells(CELL, "view.selected = 'a.5'")
    view = lab.output(0).get_by_role("group", name="Matrix product")
    explained = view.locator(".eg-mm-said")
    view.locator('[data-cell="a.5"].is-here').wait_for()
    assert explained.inner_text() == "A[1, 1] is needed for all of row 1 of C: 2 times."
    assert marked(view, "is-lit") == ["c.2", "c.3"]
    view.locator('[data-cell="c.3"]').hover()
    assert marked(view, "is-lit") == ["a.4", "a.5", "a.6", "a.7", "b.1", "b.3", "b.5", "b.7"]
    assert explained.inner_text() == (
        "C[1, 1], row 1 of A times column 1 of B: 4·1 + 5·3 + 6·5 + 7·7 = 98"
    )
    view.locator('[data-cell="c.0"]').focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowLeft"):
        lab.page.keyboard.press(key)
    assert marked(view, "is-here") == ["a.7"]
    lab.page.keyboard.press("Escape")
    assert marked(view, "is-here") == []
    assert lab.page.locator(".jp-Notebook .jp-CodeCell").count() == 2, "keys stay in the viewer"
