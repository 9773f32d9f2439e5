"""Lesson 02 in a real browser, in both themes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.lesson import Lesson, words

PREDICTIONS = {
    "shares": ("both tensors", "only shared"),
    "slice": ("(3, 1) and (3, 1)", "(3,) and (3, 1)"),
    "view": ("neither", "only the 100"),
    "transpose": ("a million", "none"),
    "product": ("(3, 3) and (2, 3)", "(2, 2) and (2, 3)"),
    "broadcast": ("an error", "(3, 4)"),
    "trap": ("an error", "2.5"),
    "dtype": ("255, the brightest", "44"),
}
TYPED = {
    "t[-1]": "A view: t[-1] shares the memory of t",
    "t[::2, ::2]": "A view: t[::2, ::2] shares the memory of t",
    "t[t > 6]": "A copy",
    "t[None, 1]": "A view: t[None, 1] shares the memory of t",
    "t[5]": "IndexError: index 5 is out of bounds for dimension 0 with size 3",
}


def test_lesson_02(lesson: Callable[[str], Lesson]):
    here = lesson("02_tensors.ipynb")
    here.check_that_only_marked_cells_failed()
    for name, (wrong, right) in PREDICTIONS.items():
        here.predict(f"predict-{name}", wrong, right)
    assert "mend: use reshape" in words(here.output("refused-view"))

    view = here.output("run-slice").get_by_role("group", name="Tensor viewer")
    for typed, answer in TYPED.items():
        view.get_by_role("textbox", name="Expression").fill(typed)
        view.get_by_role("textbox", name="Expression").press("Enter")
        expect(view.locator(".eg-sentence")).to_contain_text(answer)
    turned = here.output("run-transpose").get_by_role("group", name="Tensor viewer")
    turned.locator('[data-cell="result.1"]').hover()
    expect(turned.locator(".eg-tv-said")).to_contain_text("t[1, 0]")
    together = here.output("see-broadcast").get_by_role("group", name="Tensor viewer")
    together.get_by_role("textbox", name="Expression").fill("column[:, 0] + row")
    together.get_by_role("button", name="Show").click()
    expect(together.locator(".eg-sentence")).to_contain_text("must match the size of tensor b (4)")

    product = here.output("run-join").get_by_role("group", name="Matrix product")
    product.locator('[data-cell="c.3"]').hover()
    expect(product.locator(".eg-mm-said")).to_contain_text("0·0 + 2·2 + 0·0 = 4")
    product.get_by_role("radio", name="one by one").focus()
    for _ in range(3):
        here.lab.page.keyboard.press("ArrowRight")
    expect(product.get_by_role("radio", name="tiled")).to_have_attribute("aria-checked", "true")
    product.get_by_role("button", name="First step").click()
    expect(product.locator(".eg-sentence")).to_contain_text("Nothing is computed yet")

    here.edit("exercise-pick", "last = ...", "last = t[-1]")
    here.blames("exercise-pick", "this is the last row")
    here.solve("exercise-pick")
    here.edit("exercise-read", "return ...", "return storage[offset + sum(index)]")
    here.blames("exercise-read", "a whole stride further in memory")
    here.solve("exercise-read")
    here.edit("exercise-distances", "return ...", "return ((a - b) ** 2).sum(dim=-1)")
    here.blames("exercise-distances", "shapes are aligned from the right")
    here.solve("exercise-distances")
    here.help("help-read", "begin at the offset", "place += step * i")
    here.recall()
