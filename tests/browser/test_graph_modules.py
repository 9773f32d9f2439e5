"""GraphView of the chapter's network in JupyterLab: folded layers, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest

from tests.browser.lab import LabPage, LabServer

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
NETWORK = """
import edugrad as torch
from edugrad import nn
from edugrad_widgets import GraphView

class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
        )

    def forward(self, x):
        return self.linear_relu_stack(self.flatten(x))

model, X = NeuralNetwork(), torch.rand(1, 28, 28)
with GraphView.record() as view:
    loss = nn.functional.cross_entropy(model(X), torch.tensor([3]))
view
"""
LINEAR = "NeuralNetwork.linear_relu_stack.0"
SIZES = "e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_network_fits_and_its_layers_unfold(
    lab_page: Callable[..., LabPage], jupyterlab: LabServer, theme: str
):
    cell = nbformat.v4.new_code_cell(NETWORK.strip())
    nbformat.write(
        nbformat.v4.new_notebook(cells=[cell], metadata=KERNEL), jupyterlab.folder / "modules.ipynb"
    )
    lab = lab_page("modules.ipynb", theme=theme)
    assert lab.run_all()
    view = lab.output(0).locator(".eg-graph")
    press = lab.page.keyboard.press

    stage = view.locator(".eg-stage")
    stage.locator("[data-item]").first.wait_for()
    box = stage.bounding_box()
    assert box is not None
    assert box["width"] <= 900
    assert box["height"] <= 520
    assert stage.evaluate(SIZES) == [0, 0]
    for title in ("NeuralNetwork", "linear_relu_stack: Sequential", "flatten: Flatten", "3: ReLU"):
        assert stage.get_by_text(title, exact=True).count() == 1

    linear = view.locator(f"[data-item='fold {LINEAR}']")
    sign = view.locator(f"[data-group='{LINEAR}']")
    linear.focus()
    press("Enter")
    panel = view.get_by_role("complementary")
    panel.get_by_text("in_features=784").wait_for()
    assert "401,920 numbers in all" in panel.inner_text()
    assert linear.get_attribute("aria-pressed") == "true"

    press("ArrowDown")
    assert sign.get_attribute("aria-label") == "Unfold 0: Linear"
    press("Enter")
    view.locator(f"[data-group='{LINEAR}'][aria-label='Fold 0: Linear']:focus").wait_for()
    assert stage.get_by_text("weight", exact=True).count() == 1
    press("Enter")
    view.locator(f"[data-item='fold {LINEAR}']:focus").wait_for()
    assert stage.get_by_text("weight", exact=True).count() == 0

    linear.click()
    panel.get_by_role("button", name="Unfold").click()
    stage.get_by_text("weight", exact=True).wait_for()
    sign.click()
    linear.wait_for()

    press("Home")
    for _ in range(3):
        press("ArrowRight")
    sentence = view.locator(".eg-sentence")
    sentence.get_by_text("0: Linear gives float32[1, 512]").wait_for()
    assert view.locator("[data-item].is-current").get_attribute("data-item") == f"fold {LINEAR}"
    press("End")
    sentence.get_by_text("passes back through 0: Linear and reaches its weight").wait_for()
