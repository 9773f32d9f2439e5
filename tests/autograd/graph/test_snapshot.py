"""Snapshots of a graph that is reached from its results."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

import edugrad
from edugrad import tensor
from edugrad.autograd.graph import Graph, GraphNode, snapshot


def node(graph: Graph, label: str) -> GraphNode:
    (found,) = [each for each in graph.nodes if each.label == label]
    return found


def net() -> dict[str, Any]:
    x = tensor([1.0, 2.0])
    w = tensor([3.0, 4.0], requires_grad=True)
    y = (x * w).exp()
    z = y.sum() * 2
    return {"x": x, "w": w, "y": y, "z": z}


class TestSmallNet:
    def test_nodes(self) -> None:
        names = net()
        graph = snapshot(names["z"], names=names)
        assert [(each.kind, each.label, each.node_name, each.formula) for each in graph.nodes] == [
            ("parameter", "w", "AccumulateGrad", None),
            ("input", "x", None, None),
            ("op", "mul", "MulBackward0", "x · w"),
            ("op", "exp", "ExpBackward0", "exp(v1)"),
            ("op", "sum", "SumBackward0", "Σ y"),
            ("op", "mul", "MulBackward0", "v2 · 2"),
        ]
        assert [each.id for each in graph.nodes] == ["n0", "n1", "n2", "n3", "n4", "n5"]
        assert [each.derivatives for each in graph.nodes[2:]] == [
            ("grad · w", "grad · x"),
            ("grad · exp(v1)",),
            ("grad, spread over the sum",),
            ("grad · 2",),
        ]
        assert graph.results == ("n5",)
        assert graph.backward_order == ("n5", "n4", "n3", "n2", "n0")
        assert graph.notes == ()

    def test_edges(self) -> None:
        names = net()
        graph = snapshot(names["z"], names=names)
        assert [(e.source, e.source_output, e.target, e.target_input) for e in graph.edges] == [
            ("n1", 0, "n2", 0),
            ("n0", 0, "n2", 1),
            ("n2", 0, "n3", 0),
            ("n3", 0, "n4", 0),
            ("n4", 0, "n5", 0),
        ]
        assert graph.edges[0].gradient is None
        assert graph.edges[-1].gradient.values == 2.0

    def test_tensors(self) -> None:
        names = net()
        (info,) = node(snapshot(names["z"], names=names), "w").outputs
        assert (info.name, info.shape, info.dtype, info.device) == ("w", (2,), "float32", "cpu")
        assert (info.nbytes, info.requires_grad, info.origin) == (8, True, "live")
        assert info.value.values == [3.0, 4.0]
        assert (info.value.minimum, info.value.maximum, info.value.mean) == (3.0, 4.0, 3.5)
        assert (info.value.std, info.value.norm) == (0.5, 5.0)
        assert (info.value.nans, info.value.infs) == (0, 0)

    def test_gradients_are_those_of_backward(self) -> None:
        names = net()
        graph = snapshot(names["z"], names=names)
        assert names["w"].grad is None
        names["z"].backward()
        assert node(graph, "w").outputs[0].gradient.values == names["w"].grad.tolist()
        assert node(graph, "exp").outputs[0].gradient.values == [2.0, 2.0]
        assert node(graph, "x").outputs[0].gradient is None

    def test_local_derivatives(self) -> None:
        names = net()
        graph = snapshot(names["z"], names=names)
        product, last = (each for each in graph.nodes if each.label == "mul")
        assert [each and each.values for each in product.local] == [None, [1.0, 2.0]]
        assert [each.values for each in last.local] == [2.0]
        assert node(graph, "exp").local[0].values == pytest.approx([20.085537, 2980.958])
        assert node(graph, "sum").local == ()

    def test_source_lines(self) -> None:
        names = net()
        line = node(snapshot(names["z"], names=names), "exp").source
        assert line.text == "y = (x * w).exp()"
        assert line.file == __file__
        assert line.line == net.__code__.co_firstlineno + 3

    def test_values_that_are_gone_are_computed_again_or_found_saved(self) -> None:
        names = net()
        graph = snapshot(names["z"], names=names)
        origins = {each.label: each.outputs[0].origin for each in graph.nodes[:5]}
        assert origins == {
            "w": "live",
            "x": "live",
            "mul": "recomputed",
            "exp": "live",
            "sum": "recomputed",
        }
        assert graph.nodes[2].outputs[0].value.values == [3.0, 8.0]
        del names["y"]
        assert node(snapshot(names["z"]), "exp").outputs[0].origin == "saved"

    def test_without_gradients(self) -> None:
        names = net()
        graph = snapshot(names["z"], names=names, gradients=False)
        assert graph.backward_order == ()
        assert all(each.outputs[0].gradient is None for each in graph.nodes)

    def test_large_tensors_are_summarised(self) -> None:
        w = edugrad.arange(100.0).requires_grad_()
        graph = snapshot((w * 2).sum(), names={"w": w}, limit=10)
        value = node(graph, "w").outputs[0].value
        assert value.values is None
        assert (value.minimum, value.maximum, value.mean) == (0.0, 99.0, 49.5)
        assert node(graph, "mul").local == ()

    def test_nan_and_infinity_are_counted(self) -> None:
        w = tensor([float("nan"), float("inf"), 1.0, 3.0], requires_grad=True)
        value = snapshot(w * 1).nodes[0].outputs[0].value
        assert (value.nans, value.infs, value.minimum, value.maximum) == (1, 1, 1.0, 3.0)

    def test_a_result_of_several_numbers_is_summed(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        graph = snapshot(w * w)
        assert graph.notes == (
            "The result is not a single number: the gradients are those of the sum of its "
            "elements.",
        )
        assert graph.nodes[0].outputs[0].gradient.values == [6.0, 8.0]

    def test_several_results(self) -> None:
        w = tensor(3.0, requires_grad=True)
        graph = snapshot(w * 2, w * 5)
        assert graph.results == ("n1", "n2")
        assert graph.nodes[0].outputs[0].gradient.values == 7.0

    def test_a_diamond(self) -> None:
        x = tensor(3.0, requires_grad=True)
        graph = snapshot(x * x + x, names={"x": x})
        gradients = [e.gradient.values for e in graph.edges if e.source == "n0"]
        assert gradients == [3.0, 3.0, 1.0]
        assert node(graph, "x").outputs[0].gradient.values == 7.0

    def test_a_tensor_without_graph(self) -> None:
        with pytest.raises(ValueError) as raised:
            snapshot(edugrad.ones(2))
        assert str(raised.value) == (
            "a graph is reached from a tensor that was computed from one with requires_grad\n"
            "  got:  a fresh tensor: nothing it was computed from has requires_grad=True\n"
            "  mend: make an input with requires_grad=True, or record the block: "
            "GraphView.record() shows ops without a graph too"
        )

    def test_a_graph_that_was_cut_says_where(self) -> None:
        w = tensor(2.0, requires_grad=True)
        with edugrad.no_grad():
            y = w * 3
        with pytest.raises(ValueError, match=r"got:  the graph was cut by no_grad.*: y = w \* 3"):
            snapshot(y)

    @pytest.mark.parametrize("w", [tensor(2.0), tensor([2.0]), tensor([[2.0], [3.0]])])
    def test_a_broadcast_value_is_computed_again(self, w: edugrad.Tensor) -> None:
        w = w.clone().requires_grad_()
        x = tensor([4.0, 5.0], requires_grad=True)
        mul = node(snapshot((x * w).sum()), "mul").outputs[0]
        assert mul.value.values == (x * w).tolist()
        assert mul.origin == "recomputed"

    def test_a_promoted_value_is_computed_again_in_its_own_dtype(self) -> None:
        x = tensor([0.1], requires_grad=True)
        k = tensor([3])
        mul = node(snapshot((x * k).sum()), "mul").outputs[0]
        assert mul.value.values == (x * k).tolist()
        assert mul.origin == "recomputed"


class TestTime:
    """What a snapshot says when the graph is older than the tensors."""

    def test_a_freed_graph_keeps_its_leaves_gradients(self) -> None:
        names = net()
        names["z"].backward()
        graph = snapshot(names["z"], names=names)
        assert graph.notes == (
            "backward() has freed this graph, so only the leaves' own .grad is known: draw the "
            "graph before backward(), or keep it with backward(retain_graph=True).",
        )
        assert node(graph, "w").outputs[0].gradient.values == names["w"].grad.tolist()
        assert node(graph, "exp").outputs[0].gradient is None
        assert node(graph, "exp").local[0].values == pytest.approx([20.085537, 2980.958])

    def test_a_retained_graph_is_whole(self) -> None:
        names = net()
        names["z"].backward(retain_graph=True)
        graph = snapshot(names["z"], names=names)
        assert graph.notes == ()
        assert node(graph, "exp").outputs[0].gradient.values == [2.0, 2.0]

    @pytest.mark.parametrize("replace", ["in place", "data"])
    def test_a_leaf_that_changed_has_no_value(self, replace: str) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        y = (w + 1).sum()
        if replace == "data":
            w.data = w.data * 10
        else:
            with edugrad.no_grad():
                w.mul_(10)
        graph = snapshot(y, names={"w": w})
        assert node(graph, "w").outputs[0].value is None
        assert graph.notes[0] == (
            "w was changed after the graph was made: its value at that time is not known."
        )
        assert graph.notes[1].startswith("Some values in between are not kept any more: record")

    def test_constants_that_are_gone(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        y = (w * edugrad.tensor([5.0, 6.0]) + edugrad.ones(2)).sum()
        kept, lost = (each for each in snapshot(y).nodes if each.kind == "input")
        assert (kept.outputs[0].value.values, kept.outputs[0].origin) == ([5.0, 6.0], "live")
        assert (lost.outputs[0].value, lost.outputs[0].shape) == (None, (2,))

    def test_a_constant_that_changed_between_two_uses(self) -> None:
        w, c = tensor([1.0], requires_grad=True), tensor([5.0])
        y = w + c
        c.fill_(7.0)
        z = y + c
        before, after = (
            each.outputs[0] for each in snapshot(z, names={"c": c}).nodes if each.kind == "input"
        )
        assert before.value is None
        assert after.value.values == [7.0]

    def test_a_snapshot_keeps_no_array_alive(self) -> None:
        names = net()
        arrays = [weakref.ref(each._array) for each in names.values()]
        nodes = [weakref.ref(names["z"].grad_fn)]
        graph = snapshot(names["z"], names=names)
        names.clear()
        gc.collect()
        assert [each() for each in (*arrays, *nodes)] == [None] * 5
        assert node(graph, "w").outputs[0].value.values == [3.0, 4.0]

    def test_nothing_is_changed(self) -> None:
        names = net()
        calls: list[int] = []
        names["y"].register_hook(lambda gradient: calls.append(1))
        names["w"].register_hook(lambda gradient: calls.append(1))
        snapshot(names["z"])
        assert calls == []
        names["z"].backward()
        assert calls == [1, 1]


class TestOtherNodes:
    def test_writes_through_views(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        y = w * 2
        first = y[0]
        first.mul_(3)
        graph = snapshot((y * y).sum(), names={"w": w, "y": y, "first": first})
        written = node(graph, "CopySlices")
        assert written.formula == "v1 with first written into it"
        assert written.derivatives == (
            "grad, 0 where first was written",
            "grad where first was written",
        )
        assert written.outputs[0].name == "y"
        assert written.outputs[0].value.values == [18.0, 8.0]
        assert written.outputs[0].gradient.values == [36.0, 16.0]
        assert node(graph, "w").outputs[0].gradient.values == [36.0 * 3 * 2, 16.0 * 2]

    def test_in_place_ops(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        y = w * 2
        y.exp_()
        graph = snapshot(y.sum(), names={"w": w, "y": y})
        assert node(graph, "exp").outputs[0].name == "y"
        assert node(graph, "mul").outputs[0].name == "v1"
        assert node(graph, "mul").outputs[0].value.values == [6.0, 8.0]

    def test_custom_functions(self) -> None:
        class Both(edugrad.autograd.Function):
            @staticmethod
            def forward(ctx: Any, a: Any, b: Any, k: float) -> Any:
                return a * k, b * k

            @staticmethod
            def backward(ctx: Any, first: Any, second: Any) -> Any:
                return first * 2, second * 2, None

        a, b = tensor([1.0], requires_grad=True), tensor([5.0])
        first, second = Both.apply(a, b, 2.0)
        graph = snapshot(first * 3 + second, names={"a": a, "b": b, "p": first, "q": second})
        both = node(graph, "Both")
        assert both.node_name == "BothBackward"
        assert [each.name for each in both.outputs] == ["p", "q"]
        assert [each.value.values for each in both.outputs] == [[2.0], [10.0]]
        assert [each.gradient.values for each in both.outputs] == [[3.0], [1.0]]
        assert [e.source for e in graph.edges if e.target == both.id] == [
            node(graph, "a").id,
            node(graph, "b").id,
        ]
        assert node(graph, "a").outputs[0].gradient.values == [6.0]

    @pytest.mark.parametrize("kind", [ValueError, RuntimeError])
    def test_a_function_whose_backward_raises(self, kind: type[Exception]) -> None:
        class Broken(edugrad.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

            @staticmethod
            def backward(ctx: Any, grad: Any) -> Any:
                raise kind("mine")

        x = tensor([1.0, 2.0], requires_grad=True)
        graph = snapshot(Broken.apply(x).sum())
        assert [each.label for each in graph.nodes] == ["v1", "Broken", "sum"]
        assert graph.notes[-1] == f"The gradients are not known: {kind.__name__}: mine"
        with edugrad.autograd.graph.record() as recording:
            Broken.apply(x).sum()
        assert recording.snapshot().notes == (graph.notes[-1],)

    def test_several_outputs(self) -> None:
        x = edugrad.arange(4.0).requires_grad_()
        first, second = x.split(2)
        graph = snapshot((first * second).sum(), names={"first": first, "second": second})
        split = node(graph, "split")
        assert [each.name for each in split.outputs] == ["first", "second"]
        assert [each.gradient.values for each in split.outputs] == [[2.0, 3.0], [0.0, 1.0]]
        assert [e.source_output for e in graph.edges if e.source == split.id] == [0, 1]

    def test_a_thousand_nodes(self) -> None:
        x = tensor(1.0, requires_grad=True)
        y = x
        for _ in range(1000):
            y = y * 1.001
        graph = snapshot(y, names={"x": x})
        assert len(graph.nodes) == 1001
        assert node(graph, "x").outputs[0].gradient.values == pytest.approx(1.001**1000, rel=1e-4)
        assert graph.backward_order[0] == "n1000"

    def test_a_graph_deeper_than_the_recursion_limit(self) -> None:
        x = tensor(1.0, requires_grad=True)
        y = x
        for _ in range(5000):
            y = y + 1.0
        assert len(snapshot(y, gradients=False).nodes) == 5001
