"""Lesson 04 in a real browser, in both themes."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.lesson import Lesson, walk, words

PREDICTIONS = {
    "count": ("668,672", "669,706"),
    "list": ("four tensors", "nothing"),
    "softmax": ("ten probabilities", "ten ones"),
    "shift": ("the largest one", "nothing"),
    "equal": ("only slower", "equal to each other"),
    "hook": ("two", "one"),
    "state": ("become zero too", "stay as they are"),
}


def test_lesson_04(lesson: Callable[[str], Lesson]):
    here = lesson("04_neural_networks.ipynb")
    here.check_that_only_marked_cells_failed()
    for name, (wrong, right) in PREDICTIONS.items():
        here.predict(f"predict-{name}", wrong, right)
    assert "mend: let Forgetful.__init__ begin with super().__init__()" in words(
        here.output("refused-super")
    )

    module = here.cells["exercise-module"].source
    path = "yield from value.named_parameters(prefix + name)"
    wrong = module.replace("yield ...", "yield prefix + name, value", 1)
    here.type("exercise-module", wrong.replace("yield ...", path))
    here.blames("exercise-module", "a dot is missing")
    here.solve("exercise-module")
    here.edit("exercise-residual", "return ...", "return x + self.inner(x)")
    here.blames("exercise-residual", "assign the module in __init__")
    here.solve("exercise-residual")
    here.edit("exercise-dead", "    return shares", "    return shares.values()")
    here.says("exercise-dead", "expected a dict of names and shares")
    here.solve("exercise-dead")
    here.help("help-dead", "goes through all modules", "register_forward_hook(note)")
    here.recall()

    view = here.output("see-graph").get_by_role("group", name="Graph viewer")
    sentences = walk(view, here.lab)
    assert "passes back through 0: Linear and reaches its weight" in sentences[-1]
    view.locator("[data-item^='fold ']", has_text="0: Linear").click()
    view.get_by_role("complementary").get_by_role("button", name="Unfold").click()
    view.locator(".eg-stage").get_by_text("weight", exact=True).wait_for()
