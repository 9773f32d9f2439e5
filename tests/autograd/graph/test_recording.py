"""Recording a block of code: every op with its values, also the one that fails."""

from __future__ import annotations

import gc
import inspect
import weakref
from typing import Any

import pytest

import edugrad
from edugrad import tensor
from edugrad.autograd.graph import Graph, GraphNode, record


def node(graph: Graph, label: str) -> GraphNode:
    (found,) = [each for each in graph.nodes if each.label == label]
    return found


def line() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


class TestBlock:
    def test_every_op_with_its_values(self) -> None:
        x, w = tensor([1.0, 2.0]), tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            y = (x * w).tanh()
            z = y.sum()
        graph = recording.snapshot(names={"x": x, "w": w, "y": y, "z": z})
        assert [(each.kind, each.label, each.formula) for each in graph.nodes] == [
            ("input", "x", None),
            ("parameter", "w", None),
            ("op", "mul", "x · w"),
            ("op", "tanh", "tanh(v1)"),
            ("op", "sum", "Σ y"),
        ]
        assert {each.outputs[0].origin for each in graph.nodes} == {"recorded"}
        assert node(graph, "mul").outputs[0].value.values == [3.0, 8.0]
        assert node(graph, "tanh").outputs[0].name == "y"
        assert graph.results == ("n4",)
        assert graph.notes == ()

    def test_gradients_are_looked_up_when_backward_did_not_run(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            (w * w).sum()
        graph = recording.snapshot(names={"w": w})
        assert node(graph, "w").outputs[0].gradient.values == [6.0, 8.0]
        assert [e.gradient.values for e in graph.edges] == [[3.0, 4.0], [3.0, 4.0], [1.0, 1.0]]
        assert graph.backward_order == ("n2", "n1", "n0")
        assert w.grad is None

    def test_backward_inside_the_block(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            y = (w * 2).exp()
            y.sum().backward()
        graph = recording.snapshot(names={"w": w, "y": y})
        assert node(graph, "w").outputs[0].gradient.values == w.grad.tolist()
        assert graph.backward_order == ("n3", "n2", "n1", "n0")
        assert [each.label for each in graph.nodes] == ["w", "mul", "exp", "sum"]
        assert node(graph, "exp").local[0].values == pytest.approx([403.42877, 2980.958])

    def test_local_derivatives_stand_at_their_tensors(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            (2 * w - w / 4).sum()
        graph = recording.snapshot()
        assert [each.values for each in node(graph, "mul").local] == [[2.0, 2.0]]
        assert [each.values for each in node(graph, "div").local] == [[0.25, 0.25]]
        assert [each.values for each in node(graph, "sub").local] == [[1.0, 1.0], [-1.0, -1.0]]

    def test_ops_without_gradient_are_recorded_too(self) -> None:
        with record() as recording:
            y = edugrad.ones(2) * 3
            with edugrad.no_grad():
                y + 1
        graph = recording.snapshot()
        assert [each.label for each in graph.nodes] == ["v1", "mul", "add"]
        assert node(graph, "add").node_name is None
        assert node(graph, "add").outputs[0].value.values == [4.0, 4.0]
        assert graph.backward_order == ()

    def test_source_lines(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            (w * w).sum(); here = line()  # fmt: skip # noqa: E702
        source = node(recording.snapshot(), "mul").source
        assert (source.line, source.file) == (here, __file__)

    def test_an_empty_block(self) -> None:
        with record() as recording:
            pass
        with pytest.raises(ValueError) as raised:
            recording.snapshot()
        assert str(raised.value) == (
            "a recording shows the ops that ran inside its block\n"
            "  got:  a block in which no op ran\n"
            "  mend: compute with tensors inside the `with` block"
        )

    def test_only_the_block_is_recorded(self) -> None:
        w = tensor([3.0], requires_grad=True)
        before = w * 2
        with record() as recording:
            inside = before * 3
        inside * 4
        graph = recording.snapshot(names={"before": before})
        assert [each.label for each in graph.nodes] == ["before", "mul"]

    def test_nested_recordings(self) -> None:
        w = tensor([3.0], requires_grad=True)
        with record() as outer:
            w * 2
            with record() as inner:
                w * 3
            w * 4
        assert len(outer.snapshot().nodes) == 3
        assert len(inner.snapshot().nodes) == 2


class TestValuesAtTheirTime:
    def test_a_leaf_changed_after_its_use(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            y = (w + 1).sum()
            y.backward()
            with edugrad.no_grad():
                w -= w.grad
            y = (w + 1).sum()
        graph = recording.snapshot(names={"w": w})
        first, second = (each for each in graph.nodes if each.label == "add")
        assert first.outputs[0].value.values == [4.0, 5.0]
        assert second.outputs[0].value.values == [3.0, 4.0]
        assert graph.nodes[0].outputs[0].value.values == [3.0, 4.0]

    def test_an_in_place_op_on_a_tensor_from_before(self) -> None:
        x = tensor([1.0, 2.0])
        with record() as recording:
            x.mul_(10)
        graph = recording.snapshot()
        before, after = graph.nodes
        assert before.outputs[0].value.values == [1.0, 2.0]
        assert after.outputs[0].value.values == [10.0, 20.0]

    def test_a_write_through_a_view(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            y = w * 2
            y[0] = 0.0
            y[1].mul_(3)
            total = y.sum()
        graph = recording.snapshot(names={"w": w, "y": y, "total": total})
        assert [each.label for each in graph.nodes] == [
            "w",
            "mul",
            "select",
            "fill",
            "CopySlices",
            "select",
            "mul",
            "CopySlices",
            "sum",
        ]
        assert graph.nodes[4].outputs[0].value.values == [0.0, 8.0]
        assert graph.nodes[7].outputs[0].value.values == [0.0, 24.0]
        assert node(graph, "w").outputs[0].gradient.values == [0.0, 6.0]
        assert graph.results == ("n8",)

    def test_an_old_view_is_made_again(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            y = w * 2
            first = y[0]
            y.mul_(5)
            result = first * 1
        graph = recording.snapshot(names={"w": w, "result": result})
        assert node(graph, "w").outputs[0].gradient.values == [10.0, 0.0]
        last = next(each for each in graph.nodes if each.outputs[0].name == "result")
        (edge,) = [e for e in graph.edges if e.target == last.id]
        made = next(each for each in graph.nodes if each.id == edge.source)
        assert made.label == "as_strided"
        assert made.outputs[0].value.values == 30.0

    def test_a_recording_keeps_its_tensors_until_it_is_let_go(self) -> None:
        w = tensor([3.0, 4.0], requires_grad=True)
        with record() as recording:
            result = (w * 2).sum()
        array = weakref.ref(result._array)
        graph = recording.snapshot()
        del result
        assert array() is not None
        del recording
        gc.collect()
        assert array() is None
        assert graph.nodes[-1].outputs[0].value.values == 14.0


class TestFunctions:
    def test_are_one_step(self) -> None:
        class Scaled(edugrad.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any, c: Any, k: float) -> Any:
                ctx.save_for_backward(c)
                return (x * c * k).clone()

            @staticmethod
            def backward(ctx: Any, gradient: Any) -> Any:
                (c,) = ctx.saved_tensors
                return gradient * c * 2, None, None

        w, c = tensor([3.0], requires_grad=True), tensor([5.0])
        with record() as recording:
            y = Scaled.apply(w, c, 2.0)
            y.sum()
        graph = recording.snapshot(names={"w": w, "c": c, "y": y})
        assert [each.label for each in graph.nodes] == ["w", "c", "Scaled", "sum"]
        scaled = node(graph, "Scaled")
        assert scaled.node_name == "ScaledBackward"
        assert scaled.outputs[0].value.values == [30.0]
        assert [e.gradient and e.gradient.values for e in graph.edges] == [[10.0], None, [1.0]]
        assert node(graph, "w").outputs[0].gradient.values == [10.0]

    def test_that_write_in_place(self) -> None:
        class Double(edugrad.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.mark_dirty(x)
                return x.mul_(2)

            @staticmethod
            def backward(ctx: Any, gradient: Any) -> Any:
                return gradient * 2

        w = tensor([3.0], requires_grad=True)
        with record() as recording:
            y = w * 1
            Double.apply(y)
            y.sum()
        graph = recording.snapshot(names={"w": w})
        assert [each.label for each in graph.nodes] == ["w", "mul", "Double", "sum"]
        assert node(graph, "mul").outputs[0].value.values == [3.0]
        assert node(graph, "Double").outputs[0].value.values == [6.0]
        assert node(graph, "w").outputs[0].gradient.values == [2.0]


class TestFailure:
    def test_the_failing_op_stands_at_the_end(self) -> None:
        w = tensor([[1.0, 2.0]], requires_grad=True)
        recording = record()

        def block() -> None:
            with recording:
                hidden = w * 2
                hidden @ edugrad.ones(3, 1)

        with pytest.raises(RuntimeError):
            block()
        graph = recording.snapshot(names={"w": w})
        failed = graph.nodes[-1]
        assert failed.label == "matmul"
        assert failed.outputs == ()
        assert failed.error.startswith(
            "RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x2 and 3x1)"
        )
        assert failed.source.text == "hidden @ edugrad.ones(3, 1)"
        sources = [e.source for e in graph.edges if e.target == failed.id]
        assert [next(n.label for n in graph.nodes if n.id == s) for s in sources] == ["mul", "v2"]

    def test_an_in_place_op_that_is_refused(self) -> None:
        w = tensor([1.0, 2.0], requires_grad=True)
        recording = record()
        with pytest.raises(RuntimeError), recording:
            w.add_(1)
        graph = recording.snapshot(names={"w": w})
        failed = graph.nodes[-1]
        assert failed.label in ("add", "add_", "_add_")
        assert "a leaf Variable that requires grad" in failed.error
        assert graph.nodes[0].outputs[0].value.values == [1.0, 2.0]

    def test_a_failing_function_is_called_what_the_user_called_it(self) -> None:
        w = tensor([1.0, 2.0], requires_grad=True)
        labels = []
        for call in (
            lambda: edugrad.cat([w * 2, edugrad.ones(2, 2)]),
            lambda: (w * 2).backward(),
            lambda: (w * 2).sum(dim=3),
            lambda: (w * 2).squeeze(4),
        ):
            recording = record()
            with pytest.raises((RuntimeError, IndexError)), recording:
                call()
            labels.append(recording.snapshot().nodes[-1].label)
        assert labels == ["cat", "backward", "sum", "squeeze"]

    def test_an_error_of_the_users_own(self) -> None:
        w = tensor([1.0], requires_grad=True)
        recording = record()

        def block() -> None:
            with recording:
                (w * 2).sum()
                raise KeyError("mine")

        with pytest.raises(KeyError):
            block()
        graph = recording.snapshot()
        assert graph.notes == ("The block stopped with KeyError: 'mine'",)
        assert graph.nodes[-1].error is None

    def test_recording_has_ended(self) -> None:
        recording = record()
        with pytest.raises(KeyError), recording:
            raise KeyError
        edugrad.ones(1) * 2
        with pytest.raises(ValueError, match="a recording shows the ops that ran"):
            recording.snapshot()

    def test_a_nan_under_detect_anomaly(self) -> None:
        recording = record()
        x = tensor([-1.0], requires_grad=True)
        with pytest.raises(RuntimeError), edugrad.autograd.detect_anomaly(), recording:
            x.sqrt()
        failed = recording.snapshot().nodes[-1]
        assert failed.error.startswith("RuntimeError: sqrt made the first NaN")
