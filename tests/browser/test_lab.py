"""The harness itself: it runs notebooks, clicks widgets and notices what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.browser.lab import LabPage, LabServer

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
COUNTER = """
import anywidget, traitlets

class Counter(anywidget.AnyWidget):
    count = traitlets.Int(0).tag(sync=True)
    twice = traitlets.Int(0).tag(sync=True)
    _esm = '''
    export default { render({ model, el }) {
      const button = document.createElement("button");
      button.className = "counter";
      const show = () => { button.textContent = `${model.get("count")} → ${model.get("twice")}`; };
      button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
      model.on("change:twice", show);
      show();
      el.append(button);
    } };
    '''

    @traitlets.observe("count")
    def double(self, change):
        self.twice = 2 * change.new

Counter()
"""


@pytest.fixture
def notebook(jupyterlab: LabServer) -> Callable[..., str]:
    """Write a notebook of these cells into the server's folder and return its name."""

    def write(name: str, *cells: str) -> str:
        content = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=KERNEL
        )
        nbformat.write(content, jupyterlab.folder / name)
        return name

    return write


def test_cells_run_to_the_end(lab_page: Callable[..., LabPage], notebook: Callable[..., str]):
    lab = lab_page(notebook("sum.ipynb", "total = sum(range(101))", "total"))
    assert lab.run_all()
    assert lab.output(1).locator(".jp-OutputArea-output").inner_text().strip() == "5050"


def test_a_failing_cell_is_reported(lab_page: Callable[..., LabPage], notebook: Callable[..., str]):
    lab = lab_page(notebook("fails.ipynb", "1 / 0", "2"))
    assert not lab.run_all()
    assert "ZeroDivisionError" in lab.output(0).inner_text()


def test_a_click_in_a_widget_reaches_python(
    lab_page: Callable[..., LabPage], notebook: Callable[..., str]
):
    lab = lab_page(notebook("widget.ipynb", COUNTER, "import ipywidgets\nipywidgets.IntSlider(3)"))
    assert lab.run_all()
    lab.page.locator("button.counter").click()
    lab.page.locator('button.counter:text-is("1 → 2")').wait_for()
    assert lab.output(1).locator(".widget-readout").inner_text() == "3"


@pytest.mark.parametrize(("theme", "is_light"), [("light", "true"), ("dark", "false")])
def test_the_theme_is_chosen(
    lab_page: Callable[..., LabPage], notebook: Callable[..., str], theme: str, is_light: str
):
    lab = lab_page(notebook(f"{theme}.ipynb", "1"), theme=theme)
    assert lab.page.locator("body").get_attribute("data-jp-theme-light") == is_light


def test_errors_and_foreign_requests_are_noticed(
    lab_page: Callable[..., LabPage], notebook: Callable[..., str]
):
    lab = lab_page(notebook("problems.ipynb", "1"))
    lab.page.evaluate("console.error('broken'); setTimeout(() => { throw Error('thrown'); })")
    lab.page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")
    lab.page.wait_for_timeout(200)
    text = "\n".join(lab.problems)
    assert "console: broken" in text
    assert "uncaught: thrown" in text
    assert "request to another machine: http://127.0.0.1:9/" in text
    with pytest.raises(AssertionError, match="console: broken"):
        lab.check()
    lab.problems.clear()


def test_no_news_and_no_dialog(
    lab_page: Callable[..., LabPage], notebook: Callable[..., str], tmp_path: Path
):
    lab = lab_page(notebook("quiet.ipynb", "1"))
    lab.page.wait_for_timeout(1000)
    assert lab.page.locator(".Toastify__toast, .jp-Dialog").count() == 0
