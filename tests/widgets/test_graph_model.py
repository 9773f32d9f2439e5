"""What GraphView shows: items, links, gradient levels, steps and the plain text."""

from __future__ import annotations

import pytest

from edugrad_widgets.graph_model import GraphModel
from edugrad_widgets.graph_scale import GradientScale
from edugrad_widgets.graph_text import LINES, headline, text
from tests.widgets import graphs


def scene_of(graph, limit=400):
    model = GraphModel(graph, limit)
    return model.scene(model.opened_at_first())


def items_of(graph):
    return {item.title: item for item in scene_of(graph).items}


def test_items_of_a_diamond():
    items = items_of(graphs.diamond())
    assert list(items) == ["a", "b", "c", "d = a · b", "e = a · c", "f = d + e"]
    assert [item.kind for item in items.values()] == ["parameter"] * 2 + ["input"] + ["op"] * 3
    assert [item.is_result for item in items.values()] == [False] * 5 + [True]
    assert [item.tag for item in items.values()][-2:] == ["mul", "add · result"]
    assert items["a"].value == "2"
    assert items["a"].gradient == "grad 7"
    assert items["c"].gradient == "no gradient"
    assert items["d = a · b"].spoken == "d = a · b, mul, 6, grad 1"


def test_a_failed_op_is_an_error_and_no_result():
    item = items_of(graphs.failing())["h @ w"]
    assert (item.kind, item.tag, item.value, item.is_result) == (
        "error",
        "error",
        "mat1 and mat2 shapes cannot be multiplied (64x10 and 12…",
        False,
    )


def test_what_is_not_finite_is_flagged():
    items = items_of(graphs.broken_numbers())
    assert items["x"].flaw == "1 NaN"
    assert items["p = x · w"].flaw == "1 NaN, 1 inf"
    assert items["r = relu(z)"].flaw == ""


def test_links_carry_the_tensors_name_and_shape():
    links = {link.target: link for link in scene_of(graphs.chapter()).links if link.source == "n0"}
    assert links["n3"].name == "a [2, 3]"
    assert links["n3"].gradient == "grad norm 1.57"


def test_a_tensor_used_twice_by_one_op_has_two_links():
    links = scene_of(graphs.square()).links
    assert [(link.source, link.target, link.gradient) for link in links] == [
        ("n0", "n1", "grad 3"),
        ("n0", "n1", "grad 3"),
    ]


def test_links_of_folded_items_are_bundled():
    model = GraphModel(graphs.network(layers=2), limit=400)
    (link,) = (link for link in model.scene([]).links if link.source == "fold Net")
    assert link.target == "n11"
    assert link.gradient == "grad [1, 1, 1, 1]"
    scene = model.scene(["Net", "Net.layers"])
    bundle = next(link for link in scene.links if link.target == "fold Net.layers.1")
    assert bundle.name == "h0 [4]"


def test_gradients_sort_into_levels_on_a_log_scale():
    norms = [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    scale = GradientScale([graphs.summary(norm) for norm in norms])
    assert [scale.level(graphs.summary(norm)) for norm in norms] == ["0", "1", "2", "3", "4"]
    assert [entry["text"] for entry in scale.legend()] == [
        "0.0001 to 0.00063",
        "0.00063 to 0.004",
        "0.004 to 0.025",
        "0.025 to 0.16",
        "0.16 to 1",
    ]


def test_no_zero_and_broken_gradients_stand_apart():
    levels = {link.name: link.level for link in scene_of(graphs.broken_numbers()).links}
    assert levels["x [3]"] == "bad"
    assert levels["z [3]"] == "zero"
    levels = {link.name: link.level for link in scene_of(graphs.diamond()).links}
    assert levels["c"] == "none"
    assert [entry["text"] for entry in scene_of(graphs.broken_numbers()).legend] == [
        "zero",
        "1.4 to 2.2",
        "NaN or inf",
    ]


def test_equal_gradients_look_equal():
    scale = GradientScale([graphs.summary(2.0), graphs.summary(2.1)])
    assert scale.level(graphs.summary(2.0)) == scale.level(graphs.summary(2.1)) == "2"


def test_steps_go_forward_in_order_then_back():
    steps = scene_of(graphs.diamond()).steps
    assert [(step.phase, step.item) for step in steps] == [
        *(("forward", f"n{place}") for place in range(6)),
        *(("backward", name) for name in ("n5", "n4", "n3", "n1", "n0")),
    ]


def test_a_step_forward_lights_what_is_read_and_a_step_back_where_gradient_goes():
    scene = scene_of(graphs.diamond())
    links = {link.id: (link.source, link.target) for link in scene.links}
    read = {step.item: [links[name] for name in step.links] for step in scene.steps[:6]}
    sent = {step.item: [links[name] for name in step.links] for step in scene.steps[6:]}
    assert read["n4"] == [("n0", "n4"), ("n2", "n4")]
    assert sent["n4"] == [("n0", "n4")]


def test_a_graph_without_gradients_has_no_steps_back_and_no_legend():
    tape = graphs.Tape()
    tape.mul(tape.leaf("a", 2.0), tape.leaf("b", 3.0), "d")
    note = "backward() has freed this graph."
    scene = scene_of(tape.graph(backward=False, notes=[note]))
    assert {step.phase for step in scene.steps} == {"forward"}
    assert scene.legend == ()
    assert scene.notes == (note,)
    assert {link.level for link in scene.links} == {"plain"}
    assert {item.gradient for item in scene.items} == {""}


def test_gradients_that_only_the_leaves_know_come_last():
    graph = graphs.replaced(graphs.product(), backward_order=())
    scene = scene_of(graph)
    assert [step.item for step in scene.steps if step.phase == "backward"] == ["n0", "n1", "n2"]


@pytest.mark.parametrize(
    ("graph", "line"),
    [
        (graphs.diamond(), "GraphView(6 nodes: 1 input, 2 parameters, 3 ops; result f)"),
        (graphs.product(), "GraphView(3 nodes: 2 parameters, 1 op; result d)"),
        (graphs.failing(), "GraphView(4 nodes: 1 input, 1 parameter, 2 ops; matmul failed)"),
        (graphs.Graph((), (), ()), "GraphView(empty)"),
    ],
)
def test_headline(graph, line):
    assert headline(graph) == line


def test_the_text_is_a_table():
    model = GraphModel(graphs.diamond(), 400)
    assert text(model, model.scene([])).split("\n") == [
        "GraphView(6 nodes: 1 input, 2 parameters, 3 ops; result f)",
        "  a           float64[]   2    grad 7",
        "  b           float64[]   3    grad 2",
        "  c           float64[]   4    no gradient",
        "  d = a · b   float64[]   6    grad 1",
        "  e = a · c   float64[]   8    grad 1",
        "  f = d + e   float64[]   14   grad 1",
    ]


def test_the_text_says_what_failed():
    model = GraphModel(graphs.failing(), 400)
    assert text(model, model.scene([])).split("\n")[-1] == (
        "  h @ w       failed: mat1 and mat2 shapes cannot be multiplied (64x10 and 12x3)"
    )


def test_the_text_of_a_large_graph_is_cut():
    model = GraphModel(graphs.chain(200), 400)
    lines = text(model, model.scene([])).split("\n")
    assert len(lines) == LINES + 2
    assert lines[-1] == "  and 161 more nodes"
