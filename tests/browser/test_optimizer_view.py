"""OptimizerView in a real browser: stepped, set and started elsewhere, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import LabPage, LabServer

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
CELL = "from edugrad_widgets import OptimizerView\n\nOptimizerView('valley', steps=20)"


@pytest.fixture(params=["light", "dark"])
def lab(
    request: pytest.FixtureRequest, lab_page: Callable[..., LabPage], jupyterlab: LabServer
) -> LabPage:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)], metadata=KERNEL)
    nbformat.write(notebook, jupyterlab.folder / "optimizers.ipynb")
    theme: Literal["light", "dark"] = request.param
    lab = lab_page("optimizers.ipynb", theme=theme, width=1000)
    assert lab.run_all()
    return lab


def drawn(view: Locator, name: str) -> int:
    """How many places of a walk are drawn."""
    line = view.locator(f'[data-walk="{name}"] polyline')
    return len((line.get_attribute("points") or "").split())


def test_every_control_by_mouse_and_by_keyboard(lab: LabPage):
    view = lab.output(0).get_by_role("group", name="Optimisers on a surface")
    sentence, press = view.locator(".eg-sentence"), lab.page.keyboard.press
    expect(sentence).to_contain_text("SGD: height")
    assert drawn(view, "sgd") == 21

    view.get_by_role("slider", name="Step").focus()
    press("Home")
    expect(sentence).to_contain_text("SGD: height 62.5 at (10, 1)")
    press("ArrowRight")
    expect(view.locator(".eg-counter").first).to_have_text("Step 1 of 20")
    assert drawn(view, "adam") == 2
    view.get_by_role("button", name="Last step").click()
    assert drawn(view, "adam") == 21

    rate = view.get_by_role("slider", name="Learning rate")
    rate.focus()
    for _ in range(16):
        press("ArrowRight")
    expect(sentence).to_contain_text("SGD: escaped after")
    expect(rate).to_have_attribute("aria-valuetext", "0.25")

    view.get_by_role("button", name="SGD").click()
    expect(view.locator('[data-walk="sgd"]')).to_have_count(0)
    expect(view.get_by_role("button", name="SGD")).to_have_attribute("aria-pressed", "false")

    view.get_by_role("radio", name="valley").focus()
    press("ArrowRight")
    expect(view.get_by_role("radio", name="banana")).to_have_attribute("aria-checked", "true")
    view.get_by_role("button", name="First step").click()
    expect(sentence).to_contain_text("Adam: height 7.976 at (-1.2, 2)")

    stage = view.get_by_role("group", name="Start")
    stage.focus()
    press("Shift+ArrowUp")
    expect(sentence).to_contain_text("at (-1.2, 2.1)")
    box = stage.locator("svg").bounding_box()
    assert box is not None
    stage.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(sentence).not_to_contain_text("at (-1.2, 2.1)")

    view.get_by_role("button", name="Play").click()
    expect(view.locator(".eg-counter").first).not_to_have_text("Step 0 of 20")
    view.get_by_role("button", name="Pause").click()
