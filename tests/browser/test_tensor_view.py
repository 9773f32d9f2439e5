"""TensorView in a real JupyterLab: typing, pointing, walking with the arrow keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.browser.lab import LabPage

CELL = """
import edugrad
from edugrad_widgets import TensorView
x = edugrad.arange(12).reshape(3, 4)
y = edugrad.tensor([[1.0], [2.0], [3.0]])
view = TensorView(x, y)
view
"""


def said(view: Locator, words: str) -> None:
    """Wait until the viewer says so about the expression."""
    view.locator(".eg-sentence", has_text=words).wait_for()


def lit(view: Locator) -> list[str | None]:
    return [cell.get_attribute("data-cell") for cell in view.locator(".eg-tv-stage .is-lit").all()]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_expressions_are_typed_and_cells_pointed_at(open_cells: Callable[..., LabPage], theme: str):
    lab = open_cells(CELL, "(view.expression, view.selected)", theme=theme)
    view = lab.output(0).get_by_role("group", name="Tensor viewer")
    field = view.get_by_role("textbox", name="Expression")
    said(view, "x has 12 elements of 8 bytes = 96 bytes.")

    field.fill("x[1:, None]")
    field.press("Enter")
    said(view, "A view: x[1:, None] shares the memory of x")
    view.locator('[data-cell="result.5"]').hover()
    assert lit(view) == ["source.9", "memory.9"]
    assert "the same cell as x[2, 1]." in view.locator(".eg-tv-said").inner_text()

    view.get_by_role("button", name="x + y").click()
    said(view, "y of shape (3, 1) is read as (3, 4) with strides (1, 0)")
    assert field.input_value() == "x + y"
    assert view.locator(".eg-tv-stage .eg-tv-repeat").count() == 9

    field.fill("x[3]")
    field.press("Enter")
    said(view, "IndexError: index 3 is out of bounds for dimension 0 with size 3")
    assert field.get_attribute("aria-invalid") == "true"
    assert view.locator(".eg-sentence").get_attribute("data-phase") == "error"
    field.press("Escape")
    said(view, "x has 12 elements")
    assert field.get_attribute("aria-invalid") == "false"

    ink = view.locator(".eg-tv-title").first.evaluate("e => getComputedStyle(e).fill")
    assert ink == ("rgb(29, 36, 41)" if theme == "light" else "rgb(232, 235, 238)")


def test_cells_are_chosen_by_keyboard_and_python_knows(open_cells: Callable[..., LabPage]):
    lab = open_cells(CELL, "(view.expression, view.selected)", "view.expression = 'x.T'")
    view = lab.output(0).get_by_role("group", name="Tensor viewer")
    said(view, "A view: x.T shares the memory of x")
    view.locator('[data-cell="source.0"]').focus()
    for key in ("ArrowDown", "ArrowRight"):
        lab.page.keyboard.press(key)
    assert view.locator(".is-here").get_attribute("data-cell") == "source.5"
    assert lit(view) == ["result.4", "memory.5"]
    assert "x[1, 1] is memory cell 0 + 1·4 + 1·1 = 5" in view.locator(".eg-tv-said").inner_text()
    for _ in range(3):
        lab.page.keyboard.press("ArrowRight")
    assert view.locator(".is-here").get_attribute("data-cell") == "result.3"
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+Enter")
    lab.output(1).get_by_text("('x.T', 'result.3')").wait_for()
    view.locator('[data-cell="result.3"]').focus()
    lab.page.keyboard.press("Escape")
    assert view.locator(".is-here").count() == 0
    assert lab.page.locator(".jp-Notebook .jp-CodeCell").count() == 3, "keys stay in the viewer"


def test_in_a_narrow_page_everything_is_there(open_cells: Callable[..., LabPage]):
    lab = open_cells(CELL.replace("(x, y)", "(x, y, expression='x + y')"))
    lab.page.set_viewport_size({"width": 700, "height": 900})
    lab.page.wait_for_timeout(200)
    view = lab.output(0).get_by_role("group", name="Tensor viewer")
    outer, picture = view.bounding_box(), view.locator(".eg-tv-stage > svg").bounding_box()
    assert outer is not None
    assert picture is not None
    assert outer["x"] <= picture["x"]
    assert picture["x"] + picture["width"] <= outer["x"] + outer["width"] + 1
