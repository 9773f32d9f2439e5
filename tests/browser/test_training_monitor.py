"""TrainingMonitor in a real browser: live while the kernel is busy, and switched by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage, LabServer

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
CELLS = (
    "import time\nfrom pathlib import Path\nfrom edugrad_widgets import TrainingMonitor",
    """with TrainingMonitor(epochs=2, batches=4) as monitor:
    for epoch in range(2):
        for batch in range(4):
            monitor.log(loss=1 / (4 * epoch + batch + 1))
            while batch == 2 and not Path(f"go{epoch}").exists():
                time.sleep(0.02)
        monitor.log_epoch(accuracy=0.5 + 0.4 * epoch)""",
    "monitor.log(loss=float('nan'))",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_curves_grow_while_the_loop_runs(
    lab_page: Callable[..., LabPage], jupyterlab: LabServer, theme: str
):
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
    nbformat.write(notebook, jupyterlab.folder / f"monitor_{theme}.ipynb")
    lab = lab_page(f"monitor_{theme}.ipynb", theme=theme)
    for place in (0, 1):
        lab.cell(place).locator(".cm-content").click()
        lab.page.keyboard.press("Control+Enter")
    monitor = lab.output(1).get_by_role("group", name="Training monitor")
    expect(monitor.locator(".eg-monitor-state")).to_have_text("running")
    scale = monitor.get_by_role("button", name="log scale")
    scale.click()
    expect(monitor.locator(".eg-chart-title").first).to_have_text("loss (log scale)")
    monitor.locator(".eg-chart").first.focus()
    lab.page.keyboard.press("l")
    expect(scale).to_have_attribute("aria-pressed", "false")

    for epoch in (0, 1):
        (jupyterlab.folder / f"go{epoch}").touch()
    expect(monitor.locator(".eg-monitor-state")).to_have_text("at rest")
    expect(monitor.locator(".eg-monitor-headline")).to_have_text("epoch 2 of 2, batch 8 of 8")
    expect(monitor.locator(".eg-chart-title")).to_have_text(["loss", "metrics"])
    monitor.locator(".eg-chart").last.focus()
    lab.page.keyboard.press("End")
    expect(monitor.locator("figcaption").last).to_have_text("batch 8: accuracy 0.9")

    lab.cell(2).locator(".cm-content").click()
    lab.page.keyboard.press("Control+Enter")
    expect(monitor.get_by_role("alert")).to_contain_text("since batch 9")
    for epoch in (0, 1):
        (jupyterlab.folder / f"go{epoch}").unlink()
