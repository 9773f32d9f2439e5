"""Joining files, numbers in words, axes, charts and stepping: the shared parts, in Python."""

from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from edugrad_widgets.look import LineChart, Series, SteppedWidget, bundle, number, quantity
from edugrad_widgets.look.axis import Axis
from edugrad_widgets.look.chart import chart_style

SVG = "{http://www.w3.org/2000/svg}"


def test_each_imported_file_is_joined_once_and_before_what_uses_it(tmp_path):
    (tmp_path / "a.js").write_text("export const a = 1;\n")
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport function b() {}\n')
    (tmp_path / "c.js").write_text(
        'import { a } from "./a.js";\nimport { b } from "./b.js";\nexport default { a, b };\n'
    )
    assert bundle(tmp_path / "c.js").split("\n") == [
        "const a = 1;",
        "",
        "function b() {}",
        "",
        "export default { a, b };",
        "",
    ]


def test_stylesheets_are_joined_alike(tmp_path):
    (tmp_path / "tokens.css").write_text(".x { --c: red; }\n")
    (tmp_path / "view.css").write_text('@import "./tokens.css";\n.y { color: var(--c); }\n')
    assert bundle(tmp_path / "view.css") == ".x { --c: red; }\n\n.y { color: var(--c); }\n"


def test_a_missing_import_is_an_error(tmp_path):
    (tmp_path / "view.js").write_text('import { a } from "./gone.js";\n')
    with pytest.raises(FileNotFoundError, match=r"gone\.js"):
        bundle(tmp_path / "view.js")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "s", "0 s"),
        (1, "s", "1 s"),
        (0.9999, "s", "999.9 ms"),
        (0.99999, "s", "1 s"),
        (999.96, "B", "1 kB"),
        (-1536, "B", "-1.536 kB"),
        (3.2e-13, "s", "0.32 ps"),
        (2.5e21, "FLOP", "2500 EFLOP"),
        (math.nan, "s", "NaN s"),
        (-math.inf, "", "-inf"),
        (1000, "", "1 k"),
        (999.4, "", "999.4"),
        (0.00005, "", "5e-05"),
    ],
)
def test_quantities(value, unit, text):
    assert quantity(value, unit) == text


def test_numbers():
    assert [number(v) for v in (True, 10**9, 2.5e9, 1 / 3, -0.0, math.nan)] == [
        "True",
        "1000000000",
        "2.5e+09",
        "0.3333",
        "0",
        "NaN",
    ]


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 10, ["0", "2", "4", "6", "8", "10"]),
        (0, 0.7, ["0", "0.2", "0.4", "0.6"]),
        (0, 50_000, ["0", "10 k", "20 k", "30 k", "40 k", "50 k"]),
        (12_340, 12_344, ["12.34 k", "12.341 k", "12.342 k", "12.343 k", "12.344 k"]),
        (-1, 1, ["-1", "-0.5", "0", "0.5", "1"]),
    ],
)
def test_ticks_are_round_and_tell_each_other_apart(low, high, labels):
    axis = Axis(low, high, 0, 100)
    assert [axis.label(tick) for tick in axis.ticks()] == labels


def test_a_logarithmic_axis():
    axis = Axis.around([0.0, 0.01, 100.0], 0, 100, log=True)
    assert [axis.label(tick) for tick in axis.ticks()] == ["0.01", "0.1", "1", "10", "100"]
    assert axis.place(1.0) == pytest.approx(50)
    narrow = Axis.around([0.2, 3.0], 0, 100, log=True)
    assert [narrow.label(tick) for tick in narrow.ticks()] == ["0.2", "0.5", "1", "2"]


@pytest.mark.parametrize("value", [0.0, 5.0, -3.0])
def test_an_axis_around_one_number_has_room_on_both_sides(value):
    axis = Axis.around([value], 0, 100)
    assert axis.low < value < axis.high
    assert axis.place(value) == pytest.approx(50)


def chart_of(*curves, **options):
    series = [Series(f"curve {i}", range(len(y)), y) for i, y in enumerate(curves)]
    return LineChart("loss", series, **options)


def curves_in(chart):
    root = ET.fromstring(chart.svg(chart_style(static=True)))
    return [g for g in root.iter(f"{SVG}g") if "eg-curve" in (g.get("class") or "")]


def test_a_curve_is_drawn_to_scale():
    drawing = chart_of([0.0, 1.0, 0.5]).live()
    x, y = drawing["x"], drawing["y"]
    assert (y["low"], y["high"]) == (0.0, 1.0)
    middle, top = (x["start"] + x["end"]) / 2, y["end"]
    assert f"{middle:.1f}".removesuffix(".0") + f",{top}" in drawing["svg"]


def test_gaps_interrupt_a_curve_and_are_counted():
    chart = chart_of([1.0, 2.0, math.nan, 3.0, math.inf, 4.0, 5.0])
    parts = [part.tag.removeprefix(SVG) for part in curves_in(chart)[0]]
    assert parts == ["polyline", "circle", "polyline", "circle"]
    assert "(2 NaN or inf)" in chart.svg()
    assert chart.text().splitlines()[1] == (
        "  curve 0: 5 points, 1 at first, 5 at last, lowest 1 at step 0 (2 NaN or inf)"
    )


def test_what_a_logarithmic_chart_cannot_show_is_left_out():
    live = chart_of([1.0, 0.0, 0.1], log=True).live()
    assert live["series"][0]["y"] == [1.0, None, 0.1]
    assert "loss (log scale)" in live["svg"]


def test_without_values_it_says_what_to_do():
    chart = LineChart("loss", [], empty="No values yet: call log(loss=…) in your loop.")
    assert "No values yet: call log(loss=…) in your loop." in chart.svg()
    assert chart.live()["series"] == []
    assert "eg-chart-empty" in chart_of([math.nan]).svg()


def test_a_long_curve_is_thinned_without_losing_its_peaks():
    rng = np.random.default_rng(0)
    y = rng.normal(size=100_000)
    y[51_234], y[7] = 40.0, -40.0
    live = LineChart("noise", [Series("y", range(100_000), y)]).live()["series"][0]
    assert len(live["x"]) <= 400
    assert (51_234, 40.0) in list(zip(live["x"], live["y"], strict=True))
    assert min(live["y"]) == -40
    assert live["x"] == sorted(live["x"])


def test_texts_do_not_overlap_in_the_legend():
    chart = chart_of(*([0.5] for _ in range(9)))
    texts = [
        (float(t.get("x")), float(t.get("y")), len(t.text))
        for t in ET.fromstring(chart.svg()).iter(f"{SVG}text")
        if t.get("class") == "eg-chart-legend"
    ]
    assert len(texts) == 9
    for (x, y, length), (next_x, next_y, _) in itertools.pairwise(texts):
        assert next_y > y or next_x >= x + 6.03 * length + 10
        assert x + 6.03 * length <= chart.width


def test_the_picture_stands_alone_and_is_the_same_each_time():
    chart = chart_of([1.0, 0.5], [0.9, 0.7], y_unit="s")
    picture = chart.svg(chart_style(static=True))
    assert "var(" not in picture
    assert picture == chart_of([1.0, 0.5], [0.9, 0.7], y_unit="s").svg(chart_style(static=True))


def test_x_and_y_must_pair():
    with pytest.raises(ValueError, match="'train' has 2 x and 1 y"):
        Series("train", [1, 2], [0.5])


def test_a_step_stays_within_the_steps():
    walk = SteppedWidget()
    walk.last_step = 5
    walk.step = 9
    assert walk.step == 5
    walk.last_step = 3
    assert walk.step == 3
    walk.step = -1
    assert walk.step == 0
