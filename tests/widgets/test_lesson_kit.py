"""The lesson kit without a browser: models, texts and static fallbacks."""

import json
import shutil
from importlib import metadata

import numpy as np
import pytest
import traitlets

from edugrad_widgets.lesson import (
    Exercise,
    Prediction,
    Question,
    Recap,
    Unfilled,
    Wrong,
    call,
    check,
    compare,
    environment,
    hint,
    predict,
    recap,
    solution,
)
from edugrad_widgets.lesson import environment as environment_function
from edugrad_widgets.lesson.card import code, inline

QUESTION = Question(
    "demo.sum", "What is `1 + 1`?", {"11": "That joins < text.", "2": "It adds."}, answer="2"
)


def double(x):
    """Twice x."""
    return 2 * x


def examine_double(made):
    compare("double(3)", call(made, 3), 6, causes=[(9, "this is the square.")])
    return "It doubles."


EXERCISE = Exercise("demo.double", "Fill in `double`.", examine_double, ("One.", "Two."), double)


class TestPrediction:
    def test_nothing_is_chosen_and_nothing_given_away_at_first(self):
        prediction = predict(QUESTION)
        assert (prediction.choice, prediction.verdict, prediction.reason) == (None, "", "")
        state = json.dumps(prediction.get_state(["text", "options", "verdict", "reason"]))
        assert "It adds" not in state
        assert "That joins" not in state

    def test_a_choice_is_judged_and_may_be_changed(self):
        prediction = predict(QUESTION)
        prediction.choice = 0
        assert (prediction.verdict, prediction.reason) == ("wrong", "That joins &lt; text.")
        prediction.choice = 1
        assert (prediction.verdict, prediction.reason) == ("right", "It adds.")
        prediction.choice = None
        assert (prediction.verdict, prediction.reason) == ("", "")

    def test_a_choice_outside_the_options_is_refused(self):
        with pytest.raises(traitlets.TraitError, match="choice must be from 0 to 1, got 2"):
            Prediction(QUESTION).choice = 2

    def test_the_static_fallback_shows_the_options_and_not_the_answer(self):
        data, _ = predict(QUESTION)._repr_mimebundle_()
        assert data["text/plain"] == "Predict: What is `1 + 1`?\n  a) 11\n  b) 2"
        assert "<li>11</li><li>2</li>" in data["text/html"]
        assert "<code>1 + 1</code>" in data["text/html"]
        assert "It adds" not in data["text/html"]

    def test_the_fallback_is_the_same_every_time(self):
        first, second = predict(QUESTION), predict(QUESTION)
        for mime in ("text/plain", "text/html"):
            assert first._repr_mimebundle_()[0][mime] == second._repr_mimebundle_()[0][mime]

    def test_an_answer_that_is_no_option_is_refused(self):
        with pytest.raises(ValueError, match=r"must be one of its options: got '3'"):
            Question("demo", "?", {"1": "", "2": ""}, answer="3")

    def test_an_unknown_name_lists_the_known_ones(self):
        with pytest.raises(LookupError, match=r"has no question named '00.nope'; it has 00.square"):
            predict("00.nope")
        with pytest.raises(LookupError, match=r"names start with the lesson's number.*'diamond'"):
            predict("diamond")


class TestCheck:
    def test_right(self):
        report = check(EXERCISE, double)
        assert report.status == "right"
        assert repr(report) == "demo.double: right\n  It doubles."

    @pytest.mark.parametrize("nothing", [None, ..., lambda x: None, lambda x: ...])
    def test_not_filled_in_yet_is_a_report_and_no_error(self, nothing):
        report = check(EXERCISE, nothing)
        assert report.status == "not filled in yet"
        assert str(report).endswith("Fill in `double`.")

    def test_a_wrong_number_says_where_what_and_the_likely_cause(self):
        report = check(EXERCISE, lambda x: x * x)
        assert report.status == "not yet"
        assert repr(report) == (
            "demo.double: not yet\n  double(3) is 9, expected 6.\n"
            "  Likely cause: this is the square."
        )

    def test_the_likely_cause_is_folded_away(self):
        body = check(EXERCISE, lambda x: x * x).body
        said, _, folded = body.partition("<details>")
        assert "double(3) is 9, expected 6." in said
        assert "square" not in said
        assert folded.startswith("<summary>Likely cause:</summary><p>this is the square.</p>")

    def test_no_cause_is_named_where_none_is_known(self):
        assert "cause" not in str(check(EXERCISE, lambda x: 7))

    def test_an_error_in_the_learners_code_names_their_line(self):
        def broken(x):
            return x + undefined  # noqa: F821

        report = str(check(EXERCISE, broken))
        assert "broken(3) raised NameError: name 'undefined' is not defined" in report
        assert "in the line `return x + undefined" in report

    def test_a_call_with_too_few_parameters_is_reported(self):
        assert "raised TypeError" in str(check(EXERCISE, lambda: 6))

    def test_a_result_in_place_of_the_function_is_recognised(self):
        report = str(check(EXERCISE, 6))
        assert "The check needs the function itself, it got 6." in report
        assert "without parentheses" in report

    def test_an_interrupt_passes_through(self):
        def interrupted(x):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            check(EXERCISE, interrupted)

    def test_html_escapes_what_the_learner_wrote(self):
        def broken(x):
            raise ValueError("<script>")

        assert "<script>" not in check(EXERCISE, broken)._repr_html_()

    def test_html_marks_the_verdict_in_words_too(self):
        assert "<strong>Right.</strong>" in check(EXERCISE, double)._repr_html_()
        assert "<strong>Not filled in yet.</strong>" in check(EXERCISE, None)._repr_html_()


class TestCompare:
    def test_equal_arrays_pass_within_rounding(self):
        compare("x", [1.0, 2.0 + 1e-7], np.array([1.0, 2.0]))

    def test_the_first_difference_is_named(self):
        with pytest.raises(Wrong, match=r"x differs at \[0, 1\]: it is 5, expected 2 \(1 of 4 "):
            compare("x", [[1, 5], [3, 4]], [[1, 2], [3, 4]])

    def test_a_different_shape_is_named(self):
        with pytest.raises(Wrong, match=r"x has shape \(2,\), expected \(2, 1\)"):
            compare("x", [1, 2], [[1], [2]])

    def test_nan_is_a_difference(self):
        with pytest.raises(Wrong, match="x is nan, expected 1"):
            compare("x", float("nan"), 1)

    def test_something_that_is_no_number(self):
        with pytest.raises(Wrong, match="x is a str, expected a number or an array"):
            compare("x", "six", 6)

    def test_a_gap(self):
        with pytest.raises(Unfilled, match="x is still missing"):
            compare("x", ..., 6)

    def test_a_wrong_result_broadcast_to_the_right_shape_is_no_cause(self):
        with pytest.raises(Wrong) as error:
            compare("x", [3, 3], [1, 2], causes=[(3, "a number")])
        assert error.value.cause is None


class TestHelp:
    def test_each_hint_hides_the_next(self):
        body = hint(EXERCISE).body
        assert body == (
            "<details><summary>Hint 1 of 2</summary><p>One.</p>"
            "<details><summary>Hint 2 of 2</summary><p>Two.</p></details></details>"
        )
        assert repr(hint(EXERCISE)) == "2 hints for demo.double, folded."

    def test_the_solution_is_the_source_of_the_tested_function(self):
        card = solution(EXERCISE)
        assert EXERCISE.solution_source == 'def double(x):\n    """Twice x."""\n    return 2 * x'
        assert card.body.startswith("<details><summary>A solution</summary><pre")
        assert repr(card) == "A solution of demo.double, folded."


class TestRecap:
    def recap(self, questions=5):
        asked = {f"Question {i}?": f"Answer {i}." for i in range(questions)}
        return Recap(("One.", "Two.", "Three."), asked, "Onward.", "The same.", "import torch")

    def test_it_shows_lines_folded_answers_pytorch_and_the_way_on(self):
        card = recap(self.recap())
        assert repr(card) == "In three lines:\n  One.\n  Two.\n  Three."
        assert card.body.count("<details>") == 5
        assert "<summary>Question 4?</summary><p>Answer 4.</p>" in card.body
        assert "<p>Onward.</p>" in card.body

    def test_it_asks_exactly_five_questions(self):
        with pytest.raises(ValueError, match="a recap asks five questions, got 4"):
            self.recap(questions=4)


class TestMarkup:
    def test_backticks_set_code_and_text_is_escaped(self):
        assert inline("`a < b` & c") == "<code>a &lt; b</code> &amp; c"

    def test_a_link(self):
        assert inline("[Lesson 01](01.ipynb) is next") == '<a href="01.ipynb">Lesson 01</a> is next'

    def test_code_is_coloured_by_kind(self):
        assert code("return 2  # twice") == (
            '<pre class="edu-code"><span class="edu-keyword">return</span> '
            '<span class="edu-number">2</span>  <span class="edu-comment"># twice</span></pre>'
        )

    def test_a_name_is_neither_a_keyword_nor_a_number(self):
        assert code("format2 = x.is_leaf") == '<pre class="edu-code">format2 = x.is_leaf</pre>'


class TestEnvironment:
    @pytest.fixture
    def computer(self, monkeypatch):
        """A computer with everything but a GPU; a test takes something away from it."""
        from edugrad import cuda

        module = environment_function.__globals__
        state = {"missing": set(), "driver": None}

        def version(name):
            if name in state["missing"]:
                raise metadata.PackageNotFoundError(name)
            return "1.0"

        monkeypatch.setattr(module["metadata"], "version", version)
        monkeypatch.setattr(shutil, "which", lambda name: state["driver"])
        monkeypatch.setattr(cuda, "is_available", lambda: False)
        return state

    def test_a_complete_computer(self, computer):
        text = str(environment())
        assert "edugrad       1.0" in text
        assert "No NVIDIA GPU was found; every lesson runs without one." in text
        assert text.endswith("Nothing is missing.")

    def test_a_missing_part_comes_with_its_purpose_and_its_command(self, computer):
        computer["missing"] = {"graphviz-pure"}
        text = str(environment())
        assert "missing; the picture of a computational graph needs it." in text
        assert 'Run `%pip install "edugrad-lessons[lessons]"`' in text
        assert text.endswith("One part is missing.")

    def test_a_gpu_without_cupy(self, computer):
        computer["missing"] = {"cupy-cuda12x", "cupy-cuda13x"}
        computer["driver"] = "/usr/bin/nvidia-smi"
        assert (
            'An NVIDIA GPU is here but CuPy is not: run `%pip install "edugrad-lessons[cuda12]"`'
        ) in str(environment())

    def test_cupy_without_a_working_gpu(self, computer):
        computer["driver"] = "/usr/bin/nvidia-smi"
        assert "CuPy is here but finds no GPU" in str(environment())

    def test_a_gpu_is_named(self, computer, monkeypatch):
        from edugrad import cuda

        monkeypatch.setattr(cuda, "is_available", lambda: True)
        monkeypatch.setattr(cuda, "get_device_name", lambda: "NVIDIA H100", raising=False)
        assert "`cuda`: NVIDIA H100" in str(environment())
