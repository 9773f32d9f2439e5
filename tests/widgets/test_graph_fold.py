"""Folding: modules, runs of ops, the limit."""

from __future__ import annotations

import pytest

from edugrad_widgets.graph_fold import (
    CROWD,
    PARTS,
    Group,
    fit_to_limit,
    fold_tree,
    open_at_first,
    smallest_period,
)
from edugrad_widgets.graph_model import GraphModel
from tests.widgets import graphs


def shown(model, opened):
    return len(model.scene(opened).items)


def test_modules_are_groups_and_hold_their_own_parameters():
    root = fold_tree(graphs.network(layers=2), limit=400)
    (layers,) = (part for part in root.parts if isinstance(part, Group))
    assert [part.id for part in layers.parts] == ["layers.0", "layers.1"]
    assert list(layers.parts[0].nodes()) == ["n1", "n2", "n3", "n4", "n5"]
    assert [part for part in root.parts if isinstance(part, str)] == ["n0", "n11"]


def test_a_parameter_of_two_modules_stands_in_the_group_around_both():
    tape = graphs.Tape()
    x, w = tape.leaf("x", 1.0, "input"), tape.leaf("w", 2.0)
    h = tape.mul(x, w, module="net.first")
    tape.mul(h, w, module="net.second")
    root = fold_tree(tape.graph(), limit=400)
    net = next(part for part in root.parts if isinstance(part, Group))
    assert net.id == "net"
    assert w in net.parts


def test_a_module_called_twice_makes_two_groups():
    tape = graphs.Tape()
    x, w = tape.leaf("x", 1.0, "input"), tape.leaf("w", 2.0)
    h = tape.tanh(tape.mul(x, w, module="linear"))
    tape.mul(h, w, module="linear")
    root = fold_tree(tape.graph(), limit=400)
    assert [group.id for group in root.groups()] == ["linear", "linear (call 2)"]


def test_below_the_limit_everything_is_open():
    model = GraphModel(graphs.network(layers=3), limit=400)
    assert shown(model, model.opened_at_first()) == 17
    assert model.scene(model.opened_at_first()).notes == ()


@pytest.mark.parametrize(
    ("labels", "period"),
    [("aaaa", 1), ("abab", 2), ("ababa", 2), ("abcabcabc", 3), ("abcd", 1)],
)
def test_smallest_period(labels, period):
    assert smallest_period(list(labels)) == period


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
    root = fold_tree(graphs.network(layers=2), limit=400)
    assert fit_to_limit(root, ["nonsense", "layers"], 400) == ["layers"]


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


def test_modules_past_the_limit_open_level_by_level():
    model = GraphModel(graphs.network(layers=110), limit=400)
    opened = model.opened_at_first()
    assert "layers" in opened
    titles = [item.title for item in model.scene(opened).items if item.kind == "fold"]
    assert titles[0] == "layers.0 … layers.5"
    assert len(titles) <= CROWD


def test_no_node_is_lost_or_shown_twice():
    for graph in (graphs.network(layers=110), graphs.chain(3000), graphs.diamond()):
        model = GraphModel(graph, limit=100)
        assert sorted(model.root.nodes()) == sorted(node.id for node in graph.nodes)
        for opened in ([], open_at_first(model.root, 100)):
            assert set(model.scene(opened).home) == {node.id for node in graph.nodes}
