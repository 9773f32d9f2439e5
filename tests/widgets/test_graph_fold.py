"""Folding: modules, runs of ops, the limit."""

from __future__ import annotations

import pytest

from edugrad_widgets.graph_fold import PARTS, fold_tree, smallest_period
from edugrad_widgets.graph_group import Group
from edugrad_widgets.graph_model import GraphModel
from edugrad_widgets.graph_open import fit_to_limit, open_at_first
from tests.widgets import graphs


def shown(model, opened):
    return len(model.scene(opened).items)


def tree(graph, limit=400):
    return fold_tree(graph, limit).root


def test_calls_are_groups_and_hold_their_own_parameters():
    root = tree(graphs.network(layers=2))
    (net,) = root.inner()
    (layers,) = net.inner()
    assert [group.id for group in net.groups()] == [
        "Net.layers",
        "Net.layers.0",
        "Net.layers.1",
    ]
    assert [group.title for group in layers.inner()] == ["0: Layer", "1: Layer"]
    assert list(layers.inner()[0].nodes()) == ["n1", "n2", "n3", "n4", "n5"]
    assert [part for part in root.parts if isinstance(part, str)] == ["n0", "n11"]


def test_a_parameter_of_two_modules_stands_in_the_group_around_both():
    tape = graphs.Tape()
    x, w = tape.leaf("x", 1.0, "input"), tape.leaf("w", 2.0)
    h = tape.mul(x, w, module="net.first")
    tape.mul(h, w, module="net.second")
    outer = tree(tape.graph()).inner()[0].inner()[0]
    assert outer.title == "net: Net"
    assert w in outer.parts


def test_a_buffer_stands_in_its_module_and_an_input_outside():
    tape = graphs.Tape()
    x = tape.leaf("x", 1.0, "input")
    mean = tape.leaf("norm.mean", 2.0, "input", module="norm")
    tape.mul(x, mean, module="norm")
    norm = tree(tape.graph()).inner()[0].inner()[0]
    assert norm.parts == [mean, "n2"]


def test_a_module_called_twice_makes_two_groups():
    tape = graphs.Tape()
    x, w = tape.leaf("x", 1.0, "input"), tape.leaf("w", 2.0)
    h = tape.tanh(tape.mul(x, w, module="linear"), module="")
    tape.mul(h, w, module="linear")
    (net,) = tree(tape.graph()).inner()
    assert [(group.id, group.title) for group in net.groups()] == [
        ("Net.linear", "linear: Linear (call 1)"),
        ("Net.linear (2)", "linear: Linear (call 2)"),
    ]


def repeats(modules, factor=None):
    """The groups in the network of ops x · w in these modules, one after the other."""
    tape = graphs.Tape()
    h = tape.leaf("x", 1.0, "input")
    for place, module in enumerate(modules):
        w = tape.leaf(f"{module}.w", 1.0)
        act = tape.tanh if factor == place else lambda a, **more: a
        h = act(tape.mul(h, w, module=module), module=module)
    return [group.title for group in tree(tape.graph()).inner()[0].inner()]


def test_equal_calls_in_a_row_are_counted():
    assert repeats("0123") == ["4 × Layer"]
    assert repeats("012") == ["0: Layer", "1: Layer", "2: Layer"]
    assert repeats(["a", "0", "a", "1", "a", "2"]) == ["3 × (A, Layer)"]


def test_calls_that_differ_inside_are_not_counted_as_one():
    assert repeats("01234567", factor=3) == [
        "0: Layer",
        "1: Layer",
        "2: Layer",
        "3: Layer",
        "4 × Layer",
    ]


def test_parameters_are_called_as_in_the_box_that_they_stand_in():
    tape = graphs.Tape()
    x, w = tape.leaf("x", 1.0, "input"), tape.leaf("stack.0.weight", 2.0)
    tied = tape.leaf("stack.weight", 3.0)
    h = tape.mul(tape.mul(x, w, "h", module="stack.0"), tied, "k", module="stack.0")
    tape.mul(h, tied, "y", module="stack.1")
    graph = fold_tree(tape.graph(), 400).graph
    titles = {node.id: node.label if node.kind != "op" else node.formula for node in graph.nodes}
    assert [titles[name] for name in ("n1", "n2")] == ["weight", "weight"]
    assert [titles[f"n{place}"] for place in (3, 4, 5)] == [
        "x · weight",
        "h · weight",
        "k · weight",
    ]
    assert graph.nodes[3].derivatives == ("grad · weight", "grad · x")


def test_a_small_network_is_open_all_the_way_down():
    tape = graphs.Tape()
    tape.sum(tape.mul(tape.leaf("x", 1.0, "input"), tape.leaf("w", 2.0), module="scale"))
    model = GraphModel(tape.graph(), limit=400)
    assert model.opened_at_first() == ["Net", "Net.scale"]
    assert shown(model, model.opened_at_first()) == 4


def test_a_network_opens_to_the_layers_that_fit_a_screen():
    model = GraphModel(graphs.network(layers=3), limit=400)
    assert model.opened_at_first() == ["Net", "Net.layers"]
    scene = model.scene(model.opened_at_first())
    assert [item.title for item in scene.items] == [
        "x",
        "0: Layer",
        "1: Layer",
        "2: Layer",
        "loss = sum(h2)",
    ]
    assert scene.notes == ()


def test_without_modules_everything_is_open_below_the_limit():
    model = GraphModel(graphs.chain(300), limit=400)
    assert shown(model, model.opened_at_first()) == 301


@pytest.mark.parametrize(
    ("labels", "period"),
    [("aaaa", 1), ("abab", 2), ("ababa", 2), ("abcabcabc", 3), ("abcd", 1)],
)
def test_smallest_period(labels, period):
    assert smallest_period(list(labels)) == period


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labels", "title"),
    [(("add",), "add ×5,000"), (("mul", "add"), "(mul, add) ×2,500")],
)
def test_a_long_chain_folds_into_a_few_repeats(labels, title):
    model = GraphModel(graphs.chain(100_000, labels), limit=400)
    scene = model.scene(model.opened_at_first())
    assert len(scene.items) == PARTS
    assert {item.title for item in scene.items} == {title}
    assert len(scene.links) == PARTS - 1
    assert scene.notes[0].startswith("This graph has 100,001 nodes; at most 400 are drawn at once")


@pytest.mark.slow
def test_unfolding_goes_down_to_single_nodes_and_stays_below_the_limit():
    model = GraphModel(graphs.chain(100_000), limit=400)
    opened, group = [], model.root
    while inner := [part for part in group.parts if isinstance(part, Group)]:
        group = inner[-1]
        opened = model.fit([*opened, group.id])
        assert shown(model, opened) <= 400
    assert opened == ["/run 95000", "/run 95000/run 4750", "/run 95000/run 4750/run 247"]
    assert group.parts == ["o99997", "o99998", "o99999"]
    assert "o99999" in {item.id for item in model.scene(opened).items}


def test_opening_too_much_folds_what_was_opened_first():
    model = GraphModel(graphs.chain(5000), limit=100)
    groups = [part.id for part in model.root.parts if isinstance(part, Group)]
    kept = model.fit(groups)
    assert kept == groups[-len(kept) :]
    assert 0 < len(kept) < len(groups)
    assert shown(model, kept) <= 100


def test_unknown_groups_are_forgotten():
    root = tree(graphs.network(layers=2))
    assert fit_to_limit(root, ["nonsense", "Net.layers"], 400) == ["Net.layers"]


def test_a_fan_of_many_inputs_folds_too():
    tape = graphs.Tape()
    leaves = [tape.leaf(f"x{place}", 1.0) for place in range(500)]
    tape.op("stack", leaves, [1.0] * 500, [1.0] * 500, "stack(…)", "s")
    model = GraphModel(tape.graph(backward=False), limit=400)
    scene = model.scene(model.opened_at_first())
    assert len(scene.items) <= PARTS + 1
    assert scene.items[0].title == "parameter ×25"


def test_a_weight_that_many_runs_use_stays_outside_them():
    tape = graphs.Tape()
    w, h = tape.leaf("w", 0.5), tape.leaf("h", 1.0)
    for _ in range(500):
        h = tape.mul(h, w)
    model = GraphModel(tape.graph(backward=False), limit=400)
    scene = model.scene([])
    assert scene.items[0].title == "w"
    assert sum(1 for link in scene.links if link.source == w) == PARTS


def test_a_deep_network_opens_to_what_its_modules_repeat():
    model = GraphModel(graphs.network(layers=110), limit=400)
    scene = model.scene(model.opened_at_first())
    assert [item.title for item in scene.items] == ["x", "110 × Layer", "loss = sum(h109)"]
    assert len(scene.items[1].detail["sections"]) == 6
    (repeat,) = (group for group in model.root.groups() if len(group.calls) == 110)
    opened = model.fit([*model.opened_at_first(), repeat.id])
    titles = [item.title for item in model.scene(opened).items if item.kind == "fold"]
    assert titles[0] == "0: Layer … 5: Layer"


def test_no_node_is_lost_or_shown_twice():
    for graph in (graphs.network(layers=110), graphs.chain(3000), graphs.diamond()):
        model = GraphModel(graph, limit=100)
        assert sorted(model.root.nodes()) == sorted(node.id for node in graph.nodes)
        for opened in ([], open_at_first(model.root, model.graph, 100)):
            assert set(model.scene(opened).home) == {node.id for node in graph.nodes}


def test_what_a_module_makes_itself_stands_in_it():
    tape = graphs.Tape()
    x = tape.leaf("x", 1.0, "input")
    mask, given = tape.leaf("v1", 2.0, "input"), tape.leaf("v2", 2.0, "input")
    h = tape.mul(x, mask, module="drop")
    tape.mul(h, given)
    root = tree(tape.graph())
    assert mask in root.inner()[0].inner()[0].parts
    assert {x, given} < set(root.parts)
