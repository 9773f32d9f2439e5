"""The shared parts in a browser: numbers as Python writes them, the chart and its cursor."""

from __future__ import annotations

import math
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Page

from edugrad_widgets.look import bundle, number, quantity
from tests.browser.lab import LabPage, LabServer

LOOK = Path(bundle.__code__.co_filename).parent
CHART = """
import anywidget, traitlets
from edugrad_widgets.look import LineChart, Series, bundle
from pathlib import Path

class Curves(anywidget.AnyWidget):
    _esm = bundle(Path("curves.js"))
    _css = bundle(Path("curves.css"))
    chart = traitlets.Dict().tag(sync=True)

def curves(steps):
    fast = Series("fast", range(steps), [0.5**i for i in range(steps)])
    slow = Series("slow", range(steps), [0.9**i for i in range(steps)])
    return LineChart("loss", [fast, slow], empty="No values yet: run the loop.").live()

view = Curves(chart=curves(0))
view
"""
MODULE = """import { Chart } from "./look/chart.js";
export default {
  render({ model, el }) {
    const chart = new Chart("Loss");
    const root = document.createElement("div");
    root.className = "eg-look eg-widget";
    root.append(chart.root);
    el.append(root);
    chart.show(model.get("chart"));
    model.on("change:chart", () => chart.show(model.get("chart")));
  },
};
"""


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def samples() -> list[float]:
    random = Random(0)
    bits = [struct.unpack("<d", random.randbytes(8))[0] for _ in range(1500)]
    decades = [random.uniform(-10, 10) * 10 ** random.randint(-16, 22) for _ in range(1500)]
    ties = [random.randint(0, 40_000) / 8 for _ in range(1000)]
    edges = [0.0, -0.0, 1.0, 0.5, 999.95, 999.96, 9999.5, 0.00009999, 0.0001, 1e21, 1e-13]
    return [value for value in bits if math.isfinite(value)] + decades + ties + edges


def test_the_browser_writes_numbers_as_python_does(blank: Page):
    values = samples()
    blank.evaluate(
        f"() => {{ {bundle(LOOK / 'units.js').replace('export ', '')}"
        " window.number = number; window.quantity = quantity; }"
    )
    for digits in (2, 4, 6):
        written = blank.evaluate(
            """([values, digits]) => values.map((v) =>
               [number(v, digits), quantity(v, "s", digits), quantity(v, "", digits)])""",
            [values, digits],
        )
        wanted = [
            [number(v, digits), quantity(v, "s", digits), quantity(v, "", digits)] for v in values
        ]
        differing = [
            pair for pair in zip(values, written, wanted, strict=True) if pair[1] != pair[2]
        ]
        assert not differing, differing[:5]
    special = "() => [number(NaN), number(Infinity), quantity(-Infinity, 's')]"
    assert blank.evaluate(special) == ["NaN", "inf", "-inf s"]


def test_the_tokens_answer_to_theme_contrast_and_forced_colours(blank: Page):
    style = bundle(LOOK / "tokens.css")
    blank.set_content(f'<style>{style}</style><body><p class="eg-look"></p></body>')

    def ink_and_rule(**attributes: str) -> tuple[str, str]:
        return tuple(
            blank.evaluate(
                """(attributes) => {
                  for (const name of ["data-jp-theme-light", "data-jp-theme-name"]) {
                    if (name in attributes) document.body.setAttribute(name, attributes[name]);
                    else document.body.removeAttribute(name);
                  }
                  const style = getComputedStyle(document.querySelector("p"));
                  return ["--eg-ink", "--eg-rule"].map((name) => style.getPropertyValue(name));
                }""",
                {f"data-jp-theme-{name}": value for name, value in attributes.items()},
            )
        )

    high = {"light": "false", "name": "JupyterLab Dark High Contrast"}
    assert ink_and_rule(light="true") == ("#1d2429", "#e0e0e0")
    assert ink_and_rule(light="false") == ("#e8ebee", "#424242")
    assert ink_and_rule(**high) == ("#ffffff", "#ffffff")
    blank.emulate_media(contrast="more")
    assert ink_and_rule(light="true") == ("#000000", "#3c444b")
    assert ink_and_rule(light="false") == ("#ffffff", "#ffffff")
    blank.emulate_media(contrast="no-preference", forced_colors="active")
    assert ink_and_rule(light="true") == ink_and_rule(**high) == ("CanvasText", "CanvasText")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_grows_and_is_read_by_keyboard_and_mouse(
    open_cells: Callable[..., LabPage], jupyterlab: LabServer, theme: str
):
    folder = jupyterlab.folder
    shutil.copytree(LOOK, folder / "look", dirs_exist_ok=True)
    (folder / "curves.js").write_text(MODULE)
    (folder / "curves.css").write_text('@import "./look/chart.css";\n')
    lab = open_cells(CHART, "view.chart = curves(11)", theme=theme)
    figure = lab.output(0).get_by_role("group", name="Loss", exact=True)
    figure.locator("text=fast 0.0009766").wait_for()
    readout = figure.locator("figcaption")

    figure.focus()
    for key in ("ArrowRight", "ArrowRight"):
        lab.page.keyboard.press(key)
    assert readout.inner_text() == "step 1: fast 0.5, slow 0.9"
    lab.page.keyboard.press("End")
    assert readout.inner_text() == "step 10: fast 0.0009766, slow 0.3487"
    assert figure.locator(".eg-cursor").count() == 1
    lab.page.keyboard.press("Escape")
    assert readout.inner_text() == ""

    box = figure.locator("svg").bounding_box()
    assert box is not None
    lab.page.mouse.move(box["x"] + box["width"] * 0.53, box["y"] + box["height"] / 2)
    assert readout.inner_text() == "step 5: fast 0.03125, slow 0.5905"
    stroke = figure.locator(".eg-curve-1").first.evaluate("e => getComputedStyle(e).stroke")
    assert stroke == ("rgb(10, 69, 181)" if theme == "light" else "rgb(61, 147, 245)")
