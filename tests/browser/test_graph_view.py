"""GraphView in a real JupyterLab: stepping, clicking, folding, saving, and how fast it is."""

from __future__ import annotations

import statistics
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator

from tests.browser.lab import LabPage, LabServer

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
IMPORTS = "import edugrad\nfrom edugrad_widgets import GraphView"
DIAMOND = """
a = edugrad.tensor(2.0, requires_grad=True)
b = edugrad.tensor(3.0, requires_grad=True)
c = edugrad.tensor(4.0)
d = a * b
e = a * c
f = d + e
view = GraphView(f)
view
"""
LONG = """
h = w = edugrad.tensor(0.5, requires_grad=True)
for _ in range(300):
    h = h + 1
"""
FAILS = """
x = edugrad.ones(64, 10)
w = edugrad.ones(12, 3, requires_grad=True)
with GraphView.record() as view:
    h = x * 2
    h @ w
"""

FIRST_PICTURE = """
async () => {
  const commands = window.jupyterapp.commands;
  const drawn = new Promise((resolve) => {
    const look = () =>
      document.querySelectorAll(".eg-stage [data-item]").length >= 300
        ? resolve(performance.now())
        : requestAnimationFrame(look);
    look();
  });
  await commands.execute("notebook:run-all-cells");
  const answered = performance.now();
  return (await drawn) - answered;
}
"""
KEY_TIMES = """
async (key) => {
  const root = document.querySelector(".eg-graph");
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const times = [];
  for (let i = 0; i < 20; i += 1) {
    const start = performance.now();
    root.querySelector("button").dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    );
    await frame();
    times.push(performance.now() - start);
  }
  return times;
}
"""
CLICK_TIMES = """
async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const times = [];
  for (const item of [...document.querySelectorAll("[data-item]")].slice(0, 20)) {
    const start = performance.now();
    item.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await frame();
    times.push(performance.now() - start);
  }
  return times;
}
"""


@pytest.fixture
def opened(lab_page: Callable[..., LabPage], jupyterlab: LabServer) -> Callable[..., LabPage]:
    """Write a notebook of these cells after the imports and open it."""

    def open_notebook(*cells: str, **options: object) -> LabPage:
        code = [nbformat.v4.new_code_cell(cell.strip()) for cell in (IMPORTS, *cells)]
        notebook = nbformat.v4.new_notebook(cells=code, metadata=KERNEL)
        nbformat.write(notebook, jupyterlab.folder / "graph.ipynb")
        return lab_page("graph.ipynb", **options)

    return open_notebook


@pytest.fixture
def diamond(opened: Callable[..., LabPage]) -> LabPage:
    lab = opened(DIAMOND, "(view.step, view.playing, view.selected)")
    assert lab.run_all()
    return lab


def said(view: Locator, sentence: str) -> None:
    """Wait until the sentence of the current step is this one."""
    view.locator(".eg-sentence").get_by_text(sentence, exact=True).wait_for()


def item(view: Locator, title: str) -> Locator:
    return view.locator("[data-item]").filter(has=view.page.get_by_text(title, exact=True)).first


def test_a_saved_notebook_opens_with_its_graph_and_no_kernel_behind_it(
    diamond: LabPage, lab_page: Callable[..., LabPage]
):
    diamond.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    diamond.close()
    view = lab_page("graph.ipynb").output(1).locator(".eg-graph")
    said(view, "a is used 2 times: its gradients add up, 3 + 4 = 7.")
    view.get_by_role("button", name="First step").click()
    said(view, "Nothing has run yet. Step forward, or press play.")


def test_steps_by_key_button_and_slider(diamond: LabPage):
    view = diamond.output(1).locator(".eg-graph")
    said(view, "a is used 2 times: its gradients add up, 3 + 4 = 7.")
    assert view.locator(".is-ahead, .is-waiting").count() == 0

    view.get_by_role("button", name="First step").click()
    said(view, "Nothing has run yet. Step forward, or press play.")
    assert view.locator("[data-item].is-ahead").count() == 6

    view.get_by_role("button", name="Next step").click()
    said(view, "a is a parameter (requires_grad=True): 2.")
    for _ in range(2):
        diamond.page.keyboard.press("ArrowRight")
    said(view, "d = a · b gives 6.")
    assert "is-current" in (item(view, "d = a · b").get_attribute("class") or "")
    assert item(view, "d = a · b").locator(".eg-gradient").is_hidden()
    diamond.page.keyboard.press("ArrowLeft")
    said(view, "b is a parameter (requires_grad=True): 3.")

    view.get_by_role("slider").fill("8")
    said(view, "e sends grad · c = 4 to a.")
    assert view.locator(".eg-counter").inner_text() == "Backward 2 of 5"
    assert view.locator("[data-link].is-active.is-back").count() == 1
    diamond.page.keyboard.press("End")
    said(view, "a is used 2 times: its gradients add up, 3 + 4 = 7.")
    assert diamond.page.locator(".jp-Notebook .jp-CodeCell").count() == 3


def test_play_runs_to_the_end_and_can_be_paused(diamond: LabPage):
    view = diamond.output(1).locator(".eg-graph")
    view.get_by_role("button", name="Play").click()
    view.locator(".eg-counter:not(:text-is('Forward 0 of 6'))").wait_for()
    view.get_by_role("button", name="Pause").click()
    view.get_by_role("button", name="Play").wait_for()
    paused = view.locator(".eg-counter").inner_text()
    diamond.page.wait_for_timeout(1500)
    assert view.locator(".eg-counter").inner_text() == paused
    view.get_by_role("slider").fill("10")
    view.get_by_role("slider").focus()
    diamond.page.keyboard.press("Space")
    said(view, "a is used 2 times: its gradients add up, 3 + 4 = 7.")
    view.get_by_role("button", name="Play").wait_for()


def test_details_by_click_and_by_keyboard(diamond: LabPage):
    view = diamond.output(1).locator(".eg-graph")
    panel = view.get_by_role("complementary")
    assert "Click a node to see its numbers" in panel.inner_text()
    item(view, "d = a · b").click()
    text = panel.inner_text()
    for part in ("∂d/∂a\nb = 3", "to a\ngrad · b = 3", "float32", "4 bytes", "d = a * b"):
        assert part in text
    assert item(view, "d = a · b").get_attribute("aria-pressed") == "true"

    for key in ("ArrowDown", "ArrowDown", "Enter"):
        diamond.page.keyboard.press(key)
    panel.get_by_role("heading", name="e = a · c", exact=True).wait_for()
    diamond.cell(2).locator(".cm-content").click()
    diamond.page.keyboard.press("Control+Enter")
    diamond.output(2).get_by_text("(11, False, '").wait_for()

    item(view, "e = a · c").focus()
    diamond.page.keyboard.press("Escape")
    panel.get_by_text("Click a node to see its numbers").wait_for()


def test_python_moves_the_picture(opened: Callable[..., LabPage]):
    lab = opened(DIAMOND, "view.step = 8\nview.selected = view.picture['steps'][7]['item']")
    assert lab.run_all()
    view = lab.output(1).locator(".eg-graph")
    said(view, "e sends grad · c = 4 to a.")
    view.get_by_role("heading", name="e = a · c", exact=True).wait_for()


def test_a_failing_block_is_drawn_and_the_kernel_goes_on(opened: Callable[..., LabPage]):
    lab = opened(FAILS, DIAMOND)
    assert not lab.run_all()
    view = lab.output(1).locator(".eg-graph")
    failed = view.locator(".eg-error[data-item]")
    assert "mat1 and mat2 shapes cannot be multiplied (64x10" in (failed.text_content() or "")
    assert "(64x10 and 12x3)" in view.locator(".eg-sentence").inner_text()
    assert "mend" in view.get_by_role("complementary").inner_text()
    assert "cannot be multiplied" in lab.output(1).inner_text()
    lab.cell(2).locator(".cm-content").click()
    lab.page.keyboard.press("Control+Enter")
    said(lab.output(2).locator(".eg-graph"), "a is used 2 times: its gradients add up, 3 + 4 = 7.")
    view.get_by_role("button", name="First step").click()
    said(view, "Nothing has run yet. Step forward, or press play.")


def test_a_large_graph_folds_unfolds_and_folds_again(opened: Callable[..., LabPage]):
    lab = opened(LONG + "view = GraphView(h, limit=100)\nview")
    assert lab.run_all()
    view = lab.output(1).locator(".eg-graph")
    assert "This graph has 301 nodes; at most 100 are drawn at once" in view.inner_text()
    folds = view.locator(".eg-fold[data-item]")
    assert folds.count() == 20
    folds.nth(1).click()
    view.locator(".eg-frame").wait_for()
    assert folds.count() == 19
    assert view.locator(".eg-op[data-item]:not(.eg-fold)").count() == 15
    view.locator(".eg-fold-button").click()
    view.locator(".eg-frame").wait_for(state="detached")
    folds.first.focus()
    lab.page.keyboard.press("Enter")
    view.locator(".eg-frame").wait_for()


def test_saved_files_stand_alone(diamond: LabPage, tmp_path: Path):
    view = diamond.output(1).locator(".eg-graph")
    for kind in ("svg", "png"):
        with diamond.page.expect_download() as download:
            view.get_by_role("button", name=f"Save as {kind.upper()}").click()
        assert download.value.suggested_filename == f"graph.{kind}"
        download.value.save_as(tmp_path / f"graph.{kind}")
    text = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert "var(" not in text
    assert "eg-legend" in text
    assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert (tmp_path / "graph.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_it_follows_the_dark_theme_and_a_narrow_page(opened: Callable[..., LabPage]):
    lab = opened(DIAMOND, theme="dark")
    assert lab.run_all()
    lab.page.set_viewport_size({"width": 700, "height": 900})
    view = lab.output(1).locator(".eg-graph")
    style = "element => getComputedStyle(element)"
    assert view.evaluate(f"{style}.color") == "rgb(232, 235, 238)"
    assert view.locator(".eg-paper").evaluate(f"{style}.fill") == "rgb(17, 17, 17)"
    lab.page.wait_for_timeout(200)
    outer, stage = view.bounding_box(), view.locator(".eg-stage").bounding_box()
    assert outer is not None
    assert stage is not None
    assert outer["width"] <= 700
    assert stage["width"] >= outer["width"] - 4, "the details stand below the picture"


def test_zoom_and_fit(diamond: LabPage):
    view = diamond.output(1).locator(".eg-graph")
    width = "element => element.getBoundingClientRect().width"
    svg = view.locator(".eg-stage > svg")
    before = svg.evaluate(width)
    view.get_by_role("button", name="Zoom in").click()
    assert svg.evaluate(width) == pytest.approx(before * 1.25, rel=0.01)
    view.get_by_role("button", name="Show the whole graph").click()
    assert svg.evaluate(width) == pytest.approx(before, rel=0.01)


def test_three_hundred_nodes_are_fluid(opened: Callable[..., LabPage]):
    lab = opened(LONG + "GraphView(h)")
    assert lab.page.evaluate(FIRST_PICTURE) < 1000
    view = lab.output(1).locator(".eg-graph")
    view.get_by_role("button", name="First step").click()
    assert statistics.median(lab.page.evaluate(KEY_TIMES, "ArrowRight")) < 150
    assert view.locator(".eg-counter").inner_text() == "Forward 20 of 301"
    assert statistics.median(lab.page.evaluate(CLICK_TIMES)) < 150
