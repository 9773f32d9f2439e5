"""Lesson 03 in a real browser, in both themes."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.lesson import Lesson, verdict, walk, words


def test_lesson_03(lesson: Callable[[str], Lesson]):
    here = lesson("03_autograd.ipynb")
    here.check_that_only_marked_cells_failed()

    rows = here.output("predict-rows").locator(".edu-predict")
    rows.get_by_role("button").nth(0).click()
    verdict(rows, "Not this one. The rows of w are different")
    rows.get_by_role("button").nth(1).click()
    verdict(rows, "Right.")

    view = here.output("see-layer").get_by_role("group", name="Graph viewer")
    sentences = walk(view, here.lab)
    assert "w.grad" in sentences[-1]
    network = here.output("see-network").get_by_role("group", name="Graph viewer")
    assert len(walk(network, here.lab)) > 15

    assert "mend:" in words(here.output("refused-gradcheck"))
    here.edit("exercise-op", "return ...", "return torch.sqrt(1 + x * x) - 1")
    here.output("exercise-op").locator("text=Not yet.").wait_for()

    here.edit("exercise-newton", "curvature = ...", "(curvature,) = torch.autograd.grad(slope, x)")
    here.blames("exercise-newton", "ask for create_graph=True")

    first = "(p - torch.nn.functional.one_hot(y, 3)) / len(x)"
    here.edit("exercise-network", "dz = ...", f"dz = {first}")
    here.output("exercise-network").locator("text=dz right so far. dw2 is still missing").wait_for()
    here.output("help-network").locator('summary:has-text("A solution")').click()
    assert "dh * (1 - h * h)" in words(here.output("help-network").locator("pre"))
    here.output("recap").locator("summary").first.click()
