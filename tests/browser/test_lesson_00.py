"""Lesson 00 in a real browser, in both themes."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.lesson import Lesson, verdict, walk, words


def test_lesson_00(lesson: Callable[[str], Lesson]):
    here = lesson("00_start_here.ipynb")
    assert "device" in words(here.output("environment"))

    square = here.output("predict-square").locator(".edu-predict")
    square.get_by_role("button", name="0.006").click()
    verdict(square, "Right.")

    view = here.output("see").get_by_role("group", name="Graph viewer")
    sentences = walk(view, here.lab)
    assert len(sentences) == 4
    assert "6" in sentences[-1]

    assert "Not filled in yet." in words(here.output("make-cube"))
    here.edit("make-cube", "return ...", "return 3 * side")
    here.blames("make-cube", "one factor of side goes")
    here.edit("make-cube", "return ...", "return 3 * side**2")
    here.output("make-cube").locator("text=Right.").wait_for()

    here.output("recap").locator("summary").first.click()
    assert here.output("recap").locator("details p").first.is_visible()
    here.output("recap").get_by_role("link", name="Lesson 01").click()
    here.lab.page.get_by_role("tab", name="01_computational_graph.ipynb").wait_for()
