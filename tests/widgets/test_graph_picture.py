"""The drawing: places by Graphviz, the SVG and its colours, the same bytes everywhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from edugrad_widgets import graph_layout
from edugrad_widgets.graph_layout import place
from edugrad_widgets.graph_model import GraphModel
from edugrad_widgets.graph_svg import draw, static_style
from tests.widgets import graphs

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def scene_of(graph, limit=400):
    model = GraphModel(graph, limit)
    return model.scene(model.opened_at_first())


def picture_of(graph):
    scene = scene_of(graph)
    return draw(scene, place(scene), static_style())


def overlap(one, other):
    return (
        abs(one.x - other.x) * 2 < one.width + other.width
        and abs(one.y - other.y) * 2 < one.height + other.height
    )


@pytest.mark.parametrize("graph", [graphs.diamond(), graphs.network(layers=4), graphs.failing()])
def test_items_do_not_overlap_and_stand_below_what_they_read(graph):
    scene = scene_of(graph)
    layout = place(scene)
    placed = list(layout.items.values())
    assert not any(overlap(a, b) for i, a in enumerate(placed) for b in placed[:i])
    for link in scene.links:
        assert layout.items[link.source].y < layout.items[link.target].y


def test_modules_that_follow_one_another_stand_one_below_the_other():
    model = GraphModel(graphs.network(layers=4), 400)
    layout = place(model.scene([group.id for group in model.root.groups()]))
    tops = [layout.boxes[f"Net.layers.{layer}"].y for layer in range(4)]
    assert tops == sorted(tops)
    assert layout.width < 900


def test_texts_fit_into_their_items():
    scene = scene_of(graphs.broken_numbers())
    layout = place(scene)
    for item in scene.items:
        room = layout.items[item.id].width - 28
        assert len(item.title) * 7.83 + len(item.tag) * 6.03 <= room
        assert (len(item.value) + len(item.gradient)) * 6.63 <= room


def test_the_picture_says_kinds_values_and_gradients():
    root = ET.fromstring(picture_of(graphs.diamond()))
    items = {g.get("data-item"): g for g in root.iter(f"{SVG}g") if g.get("data-item")}
    texts = [text.text for text in items["n0"].iter(f"{SVG}text")]
    assert texts == ["a", "parameter", "2", "grad 7"]
    assert items["n0"].get("aria-label") == "a, parameter, 2, grad 7"
    assert items["n0"].get("class") == "eg-item eg-parameter"
    assert items["n5"].get("class") == "eg-item eg-op eg-result"


def test_every_kind_has_a_shape_of_its_own():
    graph = graphs.failing()
    shapes = set()
    for group in ET.fromstring(picture_of(graph)).iter(f"{SVG}g"):
        if group.get("data-item") in ("n0", "n1", "n2", "n3"):
            shape = next(part for part in group if part.get("class") == "eg-shape")
            corners = len((shape.get("points") or "").split())
            shapes.add((shape.tag.removeprefix(SVG), corners, shape.get("rx")))
    assert shapes == {
        ("rect", 0, "23"),
        ("polygon", 6, None),
        ("rect", 0, "5"),
        ("polygon", 8, None),
    }


def test_names_are_escaped():
    tape = graphs.Tape()
    tape.mul(tape.leaf("<a & 'b'>", 1.0), tape.leaf('"', 2.0), "d")
    assert "<a &" not in picture_of(tape.graph())
    ET.fromstring(picture_of(tape.graph()))


def test_the_static_picture_needs_nothing_else():
    picture = picture_of(graphs.network())
    assert "var(" not in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert '<rect class="eg-paper"' in picture
    assert ".eg-paper { fill: #ffffff; }" in picture


def test_the_same_graph_gives_the_same_bytes_in_another_process():
    program = (
        "import hashlib; from tests.widgets import graphs, test_graph_picture as t;"
        "print(hashlib.sha256(t.picture_of(graphs.network()).encode()).hexdigest())"
    )
    environment = {"PYTHONHASHSEED": "7", "PATH": "", "PYTHONIOENCODING": "utf-8"}
    environment["PYTHONPATH"] = str(ROOT / "widgets")
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    digest = hashlib.sha256(picture_of(graphs.network()).encode()).hexdigest()
    assert answer.stdout.strip() == digest


def test_a_crowded_graph_is_laid_out_simply_and_at_once(monkeypatch):
    asked = []
    run = subprocess.run

    def spy(command, **options):
        asked.append(options["input"].decode())
        return run(command, **options)

    monkeypatch.setattr(graph_layout.subprocess, "run", spy)
    tape = graphs.Tape()
    w, h = tape.leaf("w", 0.5), tape.leaf("h", 1.0, "input")
    for place_ in range(60):
        x = tape.leaf(f"x{place_}", 0.1, "input")
        h = tape.tanh(tape.add(tape.mul(w, x), tape.mul(w, h)))
    place(scene_of(tape.graph()))
    place(scene_of(graphs.network()))
    assert "nslimit=1" in asked[0]
    assert "nslimit" not in asked[1]


def test_without_graphviz_pure_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(graph_layout.shutil, "which", lambda *args, **options: None)
    with pytest.raises(FileNotFoundError, match="mend: pip install graphviz-pure"):
        place(scene_of(graphs.product()))
