"""The texts of GraphView: numbers, arrays, names, details of nodes, sentences of steps."""

from __future__ import annotations

import math

import pytest

from edugrad.autograd.graph import SourceLine
from edugrad_widgets import graph_words as words
from edugrad_widgets.graph_detail import node_detail
from edugrad_widgets.graph_steps import Storyteller
from tests.widgets import graphs


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2 / 3, "0.6667"),
        (3.0, "3"),
        (-0.0, "0"),
        (1234567.0, "1.235e+06"),
        (1e-12, "1e-12"),
        (7, "7"),
        (True, "True"),
        (1 + 2j, "1+2j"),
        (math.nan, "NaN"),
        (-math.inf, "-inf"),
    ],
)
def test_a_number_has_four_significant_digits(value, text):
    assert words.number(value) == text


def test_a_matrix_is_aligned_like_numpys():
    assert words.matrix([[1.0, -20.5], [3.25, 4.0]]) == "[[    1, -20.5],\n [ 3.25,     4]]"


def test_a_long_vector_is_broken_into_lines():
    lines = words.matrix([float(i) for i in range(30)]).split("\n")
    assert len(lines) > 1
    assert all(len(line) <= 30 for line in lines)
    assert "".join(lines).count(",") == 29


def test_no_elements_and_no_dimensions():
    assert words.matrix([]) == "[]"
    assert words.matrix(2.5) == "2.5"
    assert words.brief(graphs.summary([])) == "[]"


def test_an_array_is_said_briefly():
    assert words.brief(graphs.summary([1, 2, 3])) == "[1, 2, 3]"
    assert words.brief(graphs.summary(range(10))) == "mean 4.5"
    assert words.brief(graphs.summary([1.0] * 99 + [math.nan])) == "1 NaN"
    assert words.brief(None) == "not known"
    assert words.brief_gradient(graphs.summary([3.0] * 8 + [4.0] * 8)) == "norm 14.14"
    assert words.brief_gradient(None) == "no gradient"


def test_rounding_error_is_no_mean():
    assert words.brief(graphs.summary([-1, -1 / 3, 1 / 3, 1 + 1e-16] * 5)) == "mean 0"


def test_bytes_in_units():
    sizes = (1, 48, 1536, 3 * 2**20)
    assert [words.bytes_text(size) for size in sizes] == ["1 byte", "48 bytes", "1.5 KiB", "3 MiB"]


def test_a_source_line_names_the_cell_or_the_file():
    assert words.place(SourceLine("/tmp/ipykernel_7/99.py", 3, "d = a * b")) == (
        "notebook cell, line 3"
    )
    assert words.place(SourceLine("C:\\code\\train.py", 12, "")) == "train.py, line 12"


def test_an_error_is_a_type_and_a_line():
    assert words.error_parts("ValueError: n is odd\n  got:  3") == ("ValueError", "n is odd")
    assert words.error_parts("shapes differ: 2 and 3") == ("error", "shapes differ: 2 and 3")


@pytest.mark.parametrize(
    ("sent", "factor"),
    [
        ("grad · b", "b"),
        ("grad", "1"),
        ("-grad", "-1"),
        ("-grad · sin(a)", "-sin(a)"),
        ("grad / a", "1 / a"),
        ("grad where a > 0", "1 where a > 0"),
        ("grad / n, spread over the mean", None),
        ("out · (grad - Σ grad · out)", None),
        ("grad @ bᵀ", None),
    ],
)
def test_the_local_derivative_is_read_off_what_is_sent(sent, factor):
    assert words.local_derivative(sent) == factor


def detail_of(graph, name):
    story = Storyteller(graph)
    node = next(node for node in graph.nodes if words.node_name(node) == name)
    detail = node_detail(node, story.nodes, story.inputs[node.id], story.uses[node.id])
    return {section["title"]: section for section in detail["sections"]}


def test_the_details_of_a_product():
    sections = detail_of(graphs.product(), "d")
    assert list(sections) == ["Value", "Gradient", "Local derivative", "Tensor d", "Made by"]
    assert sections["Value"]["text"] == "6"
    assert sections["Value"]["note"] == "read from the tensor"
    assert sections["Local derivative"]["rows"] == [
        ["∂d/∂a", "b = 3"],
        ["to a", "grad · b = 3"],
        ["∂d/∂b", "a = 2"],
        ["to b", "grad · a = 2"],
    ]
    assert sections["Tensor d"]["rows"] == [
        ["shape", "[] (a scalar)"],
        ["dtype", "float64"],
        ["device", "cpu"],
        ["size", "8 bytes"],
        ["requires_grad", "True"],
    ]
    assert sections["Made by"]["rows"] == [
        ["op", "mul"],
        ["grad_fn", "MulBackward0"],
        ["at", "notebook cell, line 2"],
    ]
    assert sections["Made by"]["text"] == "d = a · b"


def test_the_details_of_a_node_used_twice_list_what_each_use_sends():
    gradient = detail_of(graphs.diamond(), "a")["Gradient"]
    assert gradient["note"] == "the sum over 2 uses"
    assert gradient["text"] == "7"
    assert gradient["rows"] == [["from d", "3"], ["from e", "4"]]


def test_the_details_of_a_big_tensor_are_its_statistics():
    tape = graphs.Tape()
    tape.sum(tape.leaf("x", range(100)), "s")
    value = detail_of(tape.graph(), "x")["Value"]
    assert "text" not in value
    assert value["figures"] == [
        ("min", "0"),
        ("max", "99"),
        ("mean", "49.5"),
        ("std", "28.87"),
        ("norm", "573"),
    ]


def test_what_is_not_finite_is_an_alert():
    assert detail_of(graphs.broken_numbers(), "p")["Value"]["alert"] == "Not finite: 1 NaN, 1 inf"


def test_the_details_of_a_failed_op_are_its_message():
    sections = detail_of(graphs.failing(), "h @ w")
    assert sections["Error"]["alert"].endswith("mend: make the inner sizes equal")


def test_the_sentences_of_a_diamond():
    story = Storyteller(graphs.diamond())
    names = {words.node_name(node): node.id for node in story.graph.nodes}
    assert [story.forward_sentence(names[name]) for name in "acd"] == [
        "a is a parameter (requires_grad=True): 2.",
        "c is an input: 4.",
        "d = a · b gives 6.",
    ]
    assert [story.backward_sentence(names[name]) for name in "feba"] == [
        "Backward starts at f: ∂f/∂f = 1. f sends grad = 1 to d and grad = 1 to e.",
        "e sends grad · c = 4 to a.",
        "The gradient arrives: b.grad = 2.",
        "a is used 2 times: its gradients add up, 3 + 4 = 7.",
    ]


def test_the_sentences_of_big_tensors_say_type_mean_and_norm():
    tape = graphs.Tape()
    x = tape.leaf("x", [0.5] * 100)
    tape.sum(tape.mul(x, x, "y"), "s")
    story = Storyteller(tape.graph())
    x, y, _ = (node.id for node in story.graph.nodes)
    assert story.forward_sentence(y) == "y = x · x gives float64[100] with mean 0.25."
    assert story.backward_sentence(y) == (
        "y sends grad · x (norm 5) to x and grad · x (norm 5) to x."
    )
    assert story.backward_sentence(x) == (
        "x is used 2 times: its 2 gradients add up to one with norm 10."
    )


def test_the_sentence_of_a_failure_is_its_first_line():
    story = Storyteller(graphs.failing())
    assert story.forward_sentence("n3") == (
        "h @ w failed: mat1 and mat2 shapes cannot be multiplied (64x10 and 12x3)"
    )


def test_leaves_that_the_engine_does_not_list_come_after_their_last_use():
    graph = graphs.diamond()
    ops = tuple(name for name in graph.backward_order if name in ("n3", "n4", "n5"))
    story = Storyteller(graphs.replaced(graph, backward_order=ops))
    assert story.backward == ["n5", "n4", "n3", "n0", "n1"]
