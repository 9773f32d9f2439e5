"""The widget's Python side: what it takes, its traits, its static forms, recording."""

from __future__ import annotations

import json

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import edugrad
from edugrad_widgets import GraphView
from tests.widgets import graphs


def item_titles(view):
    return [item.title for item in view._scene.items]


def test_tensors_are_called_what_the_variables_are_called():
    a = edugrad.tensor(2.0, requires_grad=True)
    b = edugrad.tensor(3.0, requires_grad=True)
    d = a * b
    view = GraphView(d)
    assert repr(view) == "GraphView(3 nodes: 2 parameters, 1 op; result d)"
    assert sorted(item_titles(view)) == ["a", "b", "d = a · b"]


def test_given_names_win_over_variables():
    a = edugrad.tensor(2.0, requires_grad=True)
    d = a * 3
    assert item_titles(GraphView(d, names={"loss": d})) == ["a", "loss = a · 3"]


def test_names_with_an_underscore_and_foreign_scopes_name_nothing():
    def build():
        inner = edugrad.tensor(2.0, requires_grad=True)
        return inner * 3

    _hidden = build()
    titles = item_titles(GraphView(_hidden))
    assert not any("inner" in title or "_hidden" in title for title in titles)


@pytest.mark.parametrize(
    ("subjects", "got"), [(("abc",), "str ('abc')"), ((), "nothing"), ((3.5,), "float (3.5)")]
)
def test_anything_but_tensors_is_refused(subjects, got):
    with pytest.raises(TypeError) as caught:
        GraphView(*subjects)
    assert str(caught.value) == (
        "GraphView shows the graph of tensors, or one Graph\n"
        f"  got:  {got}\n"
        "  mend: GraphView(loss), where loss is a tensor that you computed"
    )


def test_a_tensor_without_graph_says_where_to_get_one():
    with pytest.raises(ValueError, match="mend: make an input with requires_grad=True"):
        GraphView(edugrad.ones(3))


def test_a_limit_below_two_is_refused():
    with pytest.raises(ValueError, match=r"got:  limit=1\n  mend: use limit=400"):
        GraphView(graphs.product(), limit=1)


def test_everything_is_shown_at_first():
    view = GraphView(graphs.diamond())
    assert view.step == len(view.picture["steps"]) == 11
    assert (view.playing, view.selected, view.zoom) == (False, "", 0.0)


def test_a_step_stays_within_the_steps():
    view = GraphView(graphs.diamond())
    view.step = 99
    assert view.step == 11
    view.step = -3
    assert view.step == 0


def test_the_picture_says_when_each_item_is_reached():
    picture = GraphView(graphs.diamond()).picture
    assert picture["forward"] == 6
    reached = {name: (item["value"], item["gradient"]) for name, item in picture["items"].items()}
    assert reached == {
        "n0": (1, 11),
        "n1": (2, 10),
        "n2": (3, 7),
        "n3": (4, 9),
        "n4": (5, 8),
        "n5": (6, 7),
    }
    json.dumps(picture)


def test_unfolding_redraws_and_keeps_the_step():
    view = GraphView(graphs.chain(1000), limit=100)
    view.step = 5
    assert len(view.picture["items"]) == 20
    view.unfolded = ["/run 200"]
    assert len(view.picture["items"]) == 20 - 1 + 50
    assert view.picture["steps"][view.step - 1]["item"] == "o249"
    view.unfolded = []
    assert view.step == 5


def test_at_the_end_unfolding_stays_at_the_end():
    view = GraphView(graphs.chain(1000), limit=100)
    view.unfolded = ["/run 200"]
    assert view.step == len(view.picture["steps"])


def test_unfolding_past_the_limit_folds_what_was_opened_first():
    view = GraphView(graphs.chain(1000), limit=100)
    view.unfolded = ["/run 0", "/run 200", "/run 500"]
    assert view.unfolded == ["/run 500"]


def test_folding_away_the_selected_node_closes_its_details():
    view = GraphView(graphs.network())
    view.selected = "n5"
    view.unfolded = []
    assert view.selected == ""


def test_the_static_forms():
    view = GraphView(graphs.product())
    bundle, _ = view._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {
        "text/plain",
        "image/svg+xml",
        "application/vnd.jupyter.widget-view+json",
    }
    assert bundle["text/plain"].startswith(repr(view))
    assert bundle["image/svg+xml"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')


def test_an_empty_graph_says_how_to_get_one():
    view = GraphView(graphs.Graph((), (), ()))
    bundle, _ = view._repr_mimebundle_()
    assert "image/svg+xml" not in bundle
    assert "There is no graph yet." in bundle["text/plain"]


def test_recording_a_block_shows_its_values_and_gradients():
    x = edugrad.tensor(2.0, requires_grad=True)
    with GraphView.record() as view:
        y = x * x
        y.backward()
    assert repr(view) == "GraphView(2 nodes: 1 parameter, 1 op; result y)"
    assert view.picture["steps"][-1]["sentence"] == (
        "x is used 2 times: its gradients add up, 2 + 2 = 4."
    )


def test_an_error_before_the_first_op_is_not_hidden():
    with pytest.raises(ZeroDivisionError), GraphView.record() as view:
        1 / 0  # noqa: B018
    assert repr(view) == "GraphView(empty)"


def test_the_text_says_how_the_only_op_failed():
    with pytest.raises(ValueError), GraphView.record() as view:
        edugrad.cat([])
    bundle, _ = view._repr_mimebundle_()
    assert bundle["text/plain"].splitlines()[1] == (
        "  cat   failed: ValueError: torch.cat(): expected a non-empty list of Tensors"
    )


def multiply_what_does_not_fit():
    a = edugrad.ones(64, 10)
    w = edugrad.ones(12, 3)
    with GraphView.record() as view:
        kept.append(view)
        hidden = a * 2
        return hidden @ w


kept: list[GraphView] = []


def test_a_block_that_raises_is_shown_up_to_the_failing_op():
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        multiply_what_does_not_fit()
    view = kept.pop()
    failed = next(item for item in view._scene.items if item.kind == "error")
    assert view.selected == failed.id
    assert "64x10 and 12x3" in view.picture["steps"][-1]["sentence"]
    assert "hidden = a · 2" in item_titles(view)


def test_in_a_notebook_the_failed_graph_is_displayed_at_once():
    InteractiveShell.instance()
    with capture_output() as captured, pytest.raises(RuntimeError):
        multiply_what_does_not_fit()
    kept.clear()
    InteractiveShell.clear_instance()
    assert "matmul failed" in captured.outputs[0].data["text/plain"]
    assert "image/svg+xml" in captured.outputs[0].data
