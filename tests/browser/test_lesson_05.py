"""Lesson 05 in a real browser, in both themes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.lesson import Lesson

PREDICTIONS = {
    "untrained": ("about 0", "about 2.3"),
    "valley": ("it slides down", "it jumps from wall to wall"),
    "zero": ("the same, only slower", "it overshoots"),
    "batches": ("44", "45"),
    "overfit": ("what it reaches on all data", "fall to nearly 0"),
    "mode": ("the same scores twice", "two different sets"),
    "schedule": ("0.000005", "0.005"),
}
HUNT = {
    "epoch": "the gradients have just been wiped out",
    "step": "softmax is taken twice",
    "line": "the line is flat",
    "accuracy": "the model was asked in training mode",
    "finetune": "the optimiser was made before this layer",
}


def test_lesson_05(lesson: Callable[[str], Lesson]):
    here = lesson("05_training.ipynb")
    here.check_that_only_marked_cells_failed()
    press = here.lab.page.keyboard.press
    for name, (wrong, right) in PREDICTIONS.items():
        here.predict(f"predict-{name}", wrong, right)

    view = here.output("see-optimizers").get_by_role("group", name="Optimisers on a surface")
    said, rate = view.locator(".eg-sentence"), view.get_by_role("slider", name="Learning rate")
    rate.focus()
    for _ in range(6):
        press("ArrowRight")
    expect(rate).to_have_attribute("aria-valuetext", "0.079")
    expect(said).to_contain_text("SGD: height 0.6016")
    for _ in range(14):
        press("ArrowRight")
    expect(said).to_contain_text("SGD: escaped after 5 steps")
    expect(said).to_contain_text("Adam: height 0.04527")
    view.get_by_role("radio", name="banana").click()
    view.get_by_role("button", name="First step").click()
    expect(said).to_contain_text("Adam: height 7.976 at (-1.2, 2)")

    monitor = here.output("run-training").get_by_role("group", name="Training monitor")
    expect(monitor.locator(".eg-monitor-headline")).to_have_text("epoch 8 of 8, batch 360 of 360")
    expect(monitor.locator(".eg-chart-title")).to_have_text(["loss", "metrics"])
    assert monitor.locator(".eg-curve polyline, .eg-curve path").count() >= 2
    monitor.get_by_role("button", name="log scale").click()
    expect(monitor.locator(".eg-chart-title").first).to_have_text("loss (log scale)")

    for name, cause in HUNT.items():
        here.blames(f"hunt-{name}", cause)
        here.solve(f"hunt-{name}")
    here.edit("hunt-epoch", "        optimizer.zero_grad()\n", "")
    here.blames("hunt-epoch", "zero_grad() is missing")
    here.help("help-line", "What are the shapes", "model(x).squeeze(1)")
    here.recall()
