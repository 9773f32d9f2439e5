"""OptimizerView without a browser: real optimisers on known surfaces, settings, static forms."""

import math
import re

import numpy as np
import pytest

from edugrad_widgets import OptimizerView
from edugrad_widgets.optimizer_drawing import Drawing
from edugrad_widgets.optimizer_paths import RULES, walk
from edugrad_widgets.optimizer_surface import SURFACES, Surface

VALLEY = SURFACES["valley"]


def places(name, surface=VALLEY, start=(10.0, 1.0), rate=0.03, steps=20):
    return np.array(walk(RULES[name], surface, start, rate, steps).places)


def test_gradient_descent_shrinks_each_direction_by_its_own_factor():
    steps = np.arange(21)
    expected = np.stack([10 * 0.97**steps, 0.25**steps], axis=1)
    np.testing.assert_allclose(places("sgd"), expected, rtol=1e-12)


def test_momentum_adds_nine_tenths_of_the_last_step():
    place, speed, seen = np.array([10.0, 1.0]), np.zeros(2), []
    for _ in range(21):
        seen.append(place)
        speed = 0.9 * speed + place * [1, 25]
        place = place - 0.03 * speed
    np.testing.assert_allclose(places("momentum"), seen, rtol=1e-9)


def test_rmsprop_divides_by_the_usual_size_of_the_gradient():
    place, usual, seen = np.array([10.0, 1.0]), np.zeros(2), []
    for _ in range(21):
        seen.append(place)
        gradient = place * [1, 25]
        usual = 0.99 * usual + 0.01 * gradient**2
        place = place - 0.03 * gradient / (np.sqrt(usual) + 1e-8)
    np.testing.assert_allclose(places("rmsprop"), seen, rtol=1e-9)


def test_adams_first_step_is_the_rate_in_each_direction():
    np.testing.assert_allclose(places("adam", rate=0.1)[1], [9.9, 0.9], rtol=1e-6)


def test_heights_are_those_of_the_places():
    found = walk(RULES["momentum"], SURFACES["hills"], (-0.5, -1.0), 0.01, 30)
    x, y = np.array(found.places).T
    np.testing.assert_allclose(found.heights, (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2)


def test_a_rate_above_what_the_steepest_direction_bears_escapes():
    assert not walk(RULES["sgd"], VALLEY, (10, 1), 0.079, 400).escaped
    found = walk(RULES["sgd"], VALLEY, (10, 1), 0.4, 400)
    assert found.escaped
    last = len(found.places) - 1
    assert found.words(400) == f"SGD: escaped after {last} steps"
    assert abs(found.places[last][1]) == pytest.approx(9.0**last)


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_has_a_height_everywhere_and_its_rate_goes_down(name):
    surface = SURFACES[name]
    assert np.isfinite(surface.grid(30, 20)[2]).all()
    for rule in RULES.values():
        heights = walk(rule, surface, surface.start, surface.rate, 60).heights
        assert heights[-1] < heights[0]


def test_a_grid_has_rows_along_y_and_columns_along_x():
    x, y, height = VALLEY.grid(5, 3)
    assert height.shape == (3, 5)
    assert height[2, 0] == pytest.approx((x[0] ** 2 + 25 * y[2] ** 2) / 2)


def test_pixels_follow_the_axes_and_stop_just_beyond_the_edge():
    drawing = Drawing(VALLEY)
    middle = drawing.place(0, 0)
    assert middle == pytest.approx(((44 + 626) / 2, (14 + drawing.height - 40) / 2))
    assert drawing.place(12.8, -7.2) == pytest.approx((626, drawing.height - 40))
    assert drawing.place(1e9, 0)[0] == 656


def test_settings_walk_anew():
    view = OptimizerView("valley", steps=10)
    before = view.picture["walks"]["sgd"]
    view.lr = 0.01
    assert view.picture["walks"]["sgd"] != before
    view.start = [-3.0, 99.0]
    assert view.start == [-3.0, 7.2]
    view.shown = ["adam", "sgd"]
    assert list(view.picture["walks"]) == ["sgd", "adam"]
    view.surface = "saddle"
    assert (view.start, view.lr) == ([-2.5, 0.001], 0.1)
    assert repr(view) == (
        "OptimizerView(saddle x²/2 - y²/2 + y⁴/4, learning rate 0.1, 10 steps from "
        "(-2.5, 0.001): SGD, Adam)"
    )
    view.shown = []
    assert view.picture["sentences"][0] == "No optimiser is chosen: tick one above."
    assert repr(view).endswith(": no optimiser)")


def test_the_same_setting_is_drawn_once(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "edugrad_widgets.optimizer_view.Drawing", lambda s: drawn.append(s) or Drawing(s)
    )
    view = OptimizerView("bowl", steps=3)
    assert len(drawn) == 1
    view.surface = "valley"
    assert len(drawn) == 2


def test_a_height_of_ones_own():
    view = OptimizerView(lambda x, y: x**2 + y**4, ["sgd"], lr=0.25, steps=2, start=(2.0, 0.0))
    assert repr(view).startswith("OptimizerView(own your height, learning rate 0.25, 2 steps")
    assert view.picture["sentences"] == [
        "SGD: height 4 at (2, 0).",
        "SGD: height 1 at (1, 0).",
        "SGD: height 0.25 at (0.5, 0).",
    ]


def test_heights_below_zero_are_drawn_on_a_plain_scale():
    assert "log scale" not in OptimizerView("saddle").chart["svg"]
    assert "log scale" in OptimizerView("valley").chart["svg"]


def test_the_static_forms_are_the_same_on_every_run():
    first, second = OptimizerView("banana"), OptimizerView("banana")
    assert first.static_svg() == second.static_svg()
    assert "var(" not in first.static_svg()
    assert first.static_text().splitlines()[1].startswith("  SGD: height")
    assert len(re.findall("<polyline", first.static_svg())) == 4
    bundle = first._repr_mimebundle_()[0]
    assert {"image/svg+xml", "text/plain"} <= set(bundle)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: OptimizerView("hole"), "bowl, valley, banana, saddle, hills"),
        (lambda: OptimizerView(optimizers=["sdg"]), "sgd, momentum, rmsprop, adam"),
        (lambda: OptimizerView(optimizers=[]), "got:  none"),
        (lambda: OptimizerView(lr=0), "a learning rate goes from 0.0001 to 10"),
        (lambda: OptimizerView(lr=math.inf), "a learning rate goes from 0.0001 to 10"),
        (lambda: OptimizerView(steps=0), "steps go from 1 to 500"),
        (lambda: OptimizerView(lambda x, y: 3), "one height for each place"),
        (lambda: OptimizerView(lambda x, y: x.sum()), "got:  shape ()"),
        (
            lambda: Surface("s", "", lambda x, y: x, (0, 1), (2, 1), (0, 0), 0.1),
            "from a smaller to a larger",
        ),
        (
            lambda: OptimizerView(lambda x, y: x * y, x=(0, 1), y=(0, 1), start=(2, 2)),
            "starts inside the window",
        ),
    ],
)
def test_mistakes_are_explained(make, words):
    with pytest.raises(ValueError, match=re.escape(words)) as error:
        make()
    assert "mend:" in str(error.value)
