"""The shared colours: they stand out, they differ for colour-blind eyes, they fill pictures."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from edugrad_widgets.look import fill_in
from edugrad_widgets.look.colours import picture_rules, with_tokens

TOKENS = Path(__file__).parents[2] / "widgets/edugrad_widgets/look/tokens.css"
TEXT = TOKENS.read_text(encoding="utf-8")
SERIES = [f"series-{place}" for place in range(1, 7)]

# What colour-blind eyes see, in linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.
SEEN_BY = {
    "trichromat": np.eye(3),
    "protanope": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranope": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanope": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    weights = [0.2126, 0.7152, 0.0722]
    light, dark = sorted((linear(one) @ weights, linear(other) @ weights), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """CIELAB of linear sRGB under D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    relative = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    x, y, z = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def colours(theme):
    blocks = re.findall(r"\.eg-look \{(.*?)\n\}", TEXT, re.DOTALL)[: 1 if theme == "light" else 2]
    found = {}
    for block in blocks:
        found |= re.findall(r"--eg-([\w-]+):[^;]*?(#[0-9a-f]{6})\)?;", block)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_and_shapes_stand_out(theme):
    tone = colours(theme)
    kinds = ("op", "input", "parameter", "result", "fold")
    for ground in (*kinds, "paper", "box"):
        assert contrast(tone["ink"], tone[ground]) >= 7
        assert contrast(tone["quiet"], tone[ground]) >= 4.5
        assert contrast(tone["level-3"], tone[ground]) >= 4.5
    assert contrast(tone["error-line"], tone["error"]) >= 4.5
    for kind in (*kinds, "error"):
        assert contrast(tone[f"{kind}-line"], tone["paper"]) >= 3
    for name in ("line", "focus", *SERIES):
        assert contrast(tone[name], tone["paper"]) >= 3, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_stronger_gradients_stand_out_more(theme):
    tone = colours(theme)
    against = [contrast(tone[f"level-{level}"], tone["paper"]) for level in range(5)]
    assert against == sorted(against)
    assert against[-1] > 3 * against[0]


@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_curves_differ_for_every_eye(theme, eyes):
    tone = colours(theme)
    seen = {name: lab(np.array(SEEN_BY[eyes]) @ linear(tone[name])) for name in SERIES}
    for one, other in itertools.combinations(SERIES, 2):
        distance = float(np.linalg.norm(seen[one] - seen[other]))
        first = {one, other} <= set(SERIES[:4])
        assert distance >= (20 if first else 10), (one, other, round(distance))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_define_the_same_colours(theme):
    assert set(colours(theme)) == set(colours("light"))


def test_a_picture_is_filled_with_the_light_colours():
    rules = picture_rules("x{} /* picture: begin */ a { fill: var(--eg-ink) } /* picture: end */")
    assert fill_in(rules) == "a { fill: #1d2429 }"
    assert fill_in("fill: var(--eg-paper)") == "fill: #ffffff"


def test_an_unknown_token_is_an_error():
    with pytest.raises(KeyError, match="--eg-paint"):
        fill_in("fill: var(--eg-paint)")


def test_stored_styles_carry_the_tokens_that_they_use_and_no_others():
    style = with_tokens(".card { color: var(--eg-ink); }")
    assert style.count("--eg-ink:") == 6
    assert set(re.findall(r"--eg-[\w-]+", style)) == {"--eg-ink"}
    assert style.endswith(".card { color: var(--eg-ink); }")
    assert style.count("{") == style.count("}")
    assert "\n" not in style
