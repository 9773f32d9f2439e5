"""Lesson 01 in a real browser, in both themes."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.lesson import Lesson, verdict, walk, words


def test_lesson_01(lesson: Callable[[str], Lesson]):
    here = lesson("01_computational_graph.ipynb")
    here.check_that_only_marked_cells_failed()

    view = here.output("see").get_by_role("group", name="Graph viewer")
    assert len(walk(view, here.lab)) == 12
    view.locator("[data-item]", has_text="parameter").first.click()
    assert "0.9808" in words(view.get_by_role("complementary"))

    diamond = here.output("predict-diamond").locator(".edu-predict")
    diamond.get_by_role("button").nth(1).click()
    verdict(diamond, "Slopes multiply along one path")
    diamond.get_by_role("button").nth(2).click()
    verdict(diamond, "Right.")

    help_cell = here.output("help-diamond")
    help_cell.locator('summary:has-text("Hint 1")').click()
    assert help_cell.locator('summary:has-text("Hint 2")').is_visible()
    help_cell.locator('summary:has-text("A solution")').click()
    assert "return grad_left * 2" in words(help_cell.locator("pre"))

    here.edit("exercise-descend", "    return x", "        x.grad = None\n    return x")
    here.output("exercise-descend").locator("text=Right.").wait_for()

    refused = here.output("refused-shape")
    assert "failed" in words(refused.get_by_role("group", name="Graph viewer"))
    assert "mend:" in words(refused)
