"""What GraphView says of the calls of modules: items, links, steps, details and the text."""

from __future__ import annotations

import pytest

import edugrad
from edugrad import nn
from edugrad_widgets import GraphView


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.stack = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 3), nn.Linear(3, 2))

    def forward(self, x):
        return self.stack(self.flatten(x))


@pytest.fixture(scope="module")
def view():
    edugrad.manual_seed(0)
    network, X = Network(), edugrad.ones(1, 2, 2)
    with GraphView.record() as view:
        loss = nn.functional.cross_entropy(network(X), edugrad.tensor([1]))
    assert loss.grad_fn is not None
    return view


def items(view):
    return {item.title: item for item in view._scene.items}


def rows(item, title):
    return next(part["rows"] for part in item.detail["sections"] if part["title"] == title)


def test_a_network_opens_to_its_layers_and_fits_a_stage(view):
    assert view.unfolded == ["Network", "Network.stack"]
    layers = ["flatten: Flatten", "0: Linear", "1: ReLU", "2: Linear", "3: Linear"]
    assert [title for title, item in items(view).items() if item.is_call] == layers
    assert 0.8 * (view._layout.height + 32) < 518
    assert view._layout.width < 640


def test_a_folded_call_counts_its_parameters(view):
    linear = items(view)["0: Linear"]
    assert (linear.kind, linear.tag) == ("fold", "15 parameters")
    assert linear.gradient.startswith("grad [[")
    assert items(view)["1: ReLU"].tag == ""


def test_links_between_calls_show_shapes_only(view):
    homes = {item.id: title for title, item in items(view).items()}
    names = {(homes[link.source], homes[link.target]): link.name for link in view._scene.links}
    assert names["X", "flatten: Flatten"] == "X [1, 2, 2]"
    assert names["0: Linear", "1: ReLU"] == "[1, 3]"
    link = next(link for link in view._scene.links if link.name == "[1, 4]")
    assert link.spoken == "[1, 4], no gradient"


def test_details_of_a_call(view):
    detail = items(view)["0: Linear"].detail
    assert (detail["title"], detail["group"]) == ("0: Linear", "Network.stack.0")
    module, parameters, *_ = detail["sections"]
    assert module["text"] == "in_features=4\nout_features=3\nbias=True"
    assert module["rows"] == [["class", "Linear"], ["path", "stack.0"]]
    assert parameters["note"] == "15 numbers in all"
    assert [row[0] for row in parameters["rows"]] == ["weight", "bias"]
    assert parameters["rows"][0][1].startswith("float32[3, 4]\ngrad norm ")
    assert rows(items(view)["0: Linear"], "Inputs") == [["v1", "float32[1, 4]"]]
    assert rows(items(view)["0: Linear"], "Outputs") == [["v2", "float32[1, 3]"]]


def test_a_call_takes_one_step_each_way(view):
    sentences = {step.item: step.sentence for step in view._scene.steps if step.phase == "forward"}
    assert sentences["fold Network.flatten"] == "flatten: Flatten gives [[1, 1, 1, 1]]."
    back = {step.item: step.sentence for step in view._scene.steps if step.phase == "backward"}
    assert "passes back through 0: Linear and reaches its weight (" in back["fold Network.stack.0"]
    assert back["fold Network.stack.1"].endswith(") passes back through 1: ReLU.")
    assert "fold Network.flatten" not in back


def test_the_text_is_indented_like_the_boxes(view):
    lines = view.static_text().split("\n")
    assert lines[2] == "  Network"
    assert lines[3].startswith("    flatten: Flatten ")
    assert lines[4] == "    stack: Sequential"
    assert lines[5].startswith("      0: Linear ")
    assert "float32[1, 3]" in lines[5]


def test_an_unrecorded_graph_has_its_calls_too():
    network = Network()
    loss = network(edugrad.ones(1, 2, 2)).sum()
    view = GraphView(loss)
    assert view.unfolded == ["Network", "Network.stack"]
    assert "0: Linear" in items(view)


def test_parameters_in_an_open_layer_go_by_their_own_names():
    network, X = Network(), edugrad.ones(1, 2, 2)
    with GraphView.record() as other:
        network(X).sum()
    other.unfolded = [*other.unfolded, "Network.stack.0"]
    titles = items(other)
    assert {"weight", "bias", "v2 = v1 @ weightᵀ + bias"} <= set(titles)
    made = rows(titles["weight"], "Made")
    assert ["module", "stack.0"] in made


def test_two_calls_of_one_module_are_told_from_calls_of_two():
    shared, other = nn.Linear(2, 2), nn.Linear(2, 2)
    x = edugrad.ones(1, 2)
    with GraphView.record() as view:
        other(shared(shared(x)))
    view.unfolded = []
    assert [title for title in items(view) if "Linear" in title] == [
        "Linear (call 1)",
        "Linear (call 2)",
        "Linear",
    ]
    assert items(view)["Linear (call 1)"].tag == "6 parameters"


def test_six_equal_blocks_are_counted_and_open_to_six_items():
    edugrad.manual_seed(0)
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(8, 2, 8, dropout=0.0, batch_first=True), 6
    )
    tokens = edugrad.rand(1, 3, 8)
    with GraphView.record() as view:
        encoder(tokens).sum()
    assert sum(item.is_call for item in view._scene.items) == 6
    view.unfolded = ["TransformerEncoder"]
    (repeat,) = (item for item in view._scene.items if item.is_call)
    assert repeat.title == "6 × TransformerEncoderLayer"
    assert rows(repeat, "Module") == [["calls", "6"], ["paths", "layers.0 … layers.5"]]


def test_a_layer_that_fails_is_open_and_red():
    network = Network()
    with pytest.raises(RuntimeError), GraphView.record() as view:
        network(edugrad.ones(1, 5))
    assert view.selected in {item.id for item in view._scene.items if item.kind == "error"}
