"""Each exercise: its solution passes its check; each plausible mistake fails and is named."""

import importlib
import pkgutil

import pytest

from edugrad_widgets.lesson import check, content
from tests.lessons import answers

NUMBERS = sorted(module.name[-2:] for module in pkgutil.iter_modules(content.__path__))
LESSONS = tuple(
    importlib.import_module(f"{content.__name__}.lesson_{number}") for number in NUMBERS
)
ANSWERS = tuple(
    importlib.import_module(f"{answers.__name__}.lesson_{number}") for number in NUMBERS
)
EXERCISES = {exercise.name: exercise for lesson in LESSONS for exercise in lesson.EXERCISES}
MUTANTS = {name: mistakes for each in ANSWERS for name, mistakes in each.MUTANTS.items()}
UNFILLED = {name: gap for each in ANSWERS for name, gap in each.UNFILLED.items()}


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes(name):
    report = check(name, EXERCISES[name].solution)
    assert report.status == "right", report


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_at_least_three_mutants_and_two_hints(name):
    assert len(MUTANTS[name]) >= 3
    assert len(EXERCISES[name].hints) >= 2


@pytest.mark.parametrize(
    ("name", "mistake"), [(name, mistake) for name in MUTANTS for mistake in MUTANTS[name]]
)
def test_a_mistake_fails_and_is_named(name, mistake):
    made, words = MUTANTS[name][mistake]
    report = check(name, made)
    assert report.status == "not yet", report
    assert words in str(report)


@pytest.mark.parametrize("name", UNFILLED)
def test_an_unfilled_exercise_says_what_is_missing(name):
    made, words = UNFILLED[name]
    made.__name__ = EXERCISES[name].solution.__name__
    report = check(name, made)
    assert report.status == "not filled in yet", report
    assert words in str(report)
    assert EXERCISES[name].task in str(report)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.__name__[-2:])
def test_every_option_of_a_question_has_its_own_reason(lesson):
    for question in lesson.QUESTIONS:
        assert len(question.options) >= 3, question.name
        assert len(set(question.options.values())) == len(question.options), question.name


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.__name__[-2:])
def test_names_carry_the_lessons_number(lesson):
    number = lesson.__name__[-2:]
    for item in (*lesson.QUESTIONS, *lesson.EXERCISES):
        assert item.name.startswith(f"{number}.")


def said_to_the_learner(lesson):
    for question in lesson.QUESTIONS:
        yield from (question.text, *question.options, *question.options.values())
    for exercise in lesson.EXERCISES:
        yield from (exercise.task, *exercise.hints)
    yield from (*lesson.RECAP.lines, *lesson.RECAP.questions, *lesson.RECAP.questions.values())


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.__name__[-2:])
def test_it_speaks_calmly_and_its_code_marks_are_paired(lesson):
    for text in said_to_the_learner(lesson):
        assert "!" not in text
        assert text.count("`") % 2 == 0, text
