"""Each exercise: its solution passes its check; each plausible mistake fails and is named."""

import numpy as np
import pytest

import edugrad as torch
from edugrad_widgets.lesson import check
from edugrad_widgets.lesson.content import lesson_00, lesson_01

LESSONS = (lesson_00, lesson_01)
EXERCISES = {exercise.name: exercise for lesson in LESSONS for exercise in lesson.EXERCISES}

UNFILLED = {
    "00.cube": (lambda side: ..., "cube_growth(5.0) returns nothing"),
    "01.by_hand": (lambda a, b, c: (..., ..., ...), "df_da is still missing"),
    "01.diamond": (lambda x: ..., "diamond_backward(5.0) returns nothing"),
}

CUBE = {
    "the volume": (lambda s: s**3, "the volume itself"),
    "the square's": (lambda s: 2 * s, "the area of a square"),
    "no power left": (lambda s: 3 * s, "one factor of side goes"),
    "one plate": (lambda s: s**2, "one of the plates"),
    "a number": (lambda s: 27.0, "holds at side 3 alone"),
    "a nudge": (lambda s: ((s + 1e-3) ** 3 - s**3) / 1e-3, "close, but not exact"),
}

BY_HAND = {
    "sign of b": (lambda a, b, c: (c, c, a - b), "A sign is missing"),
    "ones for a": (lambda a, b, c: (np.ones_like(c), -c, a - b), "the factor that stands still"),
    "minus ones for b": (lambda a, b, c: (c, -np.ones_like(c), a - b), "pass the product with `c`"),
    "c for c": (lambda a, b, c: (c, -c, c), "this is the value of `c`"),
    "a for c": (lambda a, b, c: (c, -c, a), "the whole difference"),
    "b - a for c": (lambda a, b, c: (c, -c, b - a), "its sign turned"),
    "product for c": (lambda a, b, c: (c, -c, a * b), "subtracted from each other"),
    "swapped": (lambda a, b, c: (a - b, b - a, c), "the gradient of `c`"),
    "summed": (lambda a, b, c: (c.sum(), -c.sum(), (a - b).sum()), "a slope of its own"),
    "two results": (lambda a, b, c: (c, -c), "must return three arrays"),
}

DIAMOND = {
    "left only": (lambda x: 2 * x * x, "only the path through `left`"),
    "right only": (lambda x: 4 * x * x, "only the path through `right`"),
    "no local slopes": (lambda x: x * x + 2 * x, "still has to pass the op"),
    "swapped": (lambda x: 2 * x * 2 + x * x * 2 * x, "the factors are swapped"),
    "for a sum": (lambda x: 2 + 2 * x, "here they are multiplied"),
    "multiplied paths": (lambda x: 2 * x * x * 4 * x * x, "add across paths"),
    "the value": (lambda x: 2 * x * x * x, "the value of `y`"),
}


def descending(step, before=lambda x: None, after=lambda x: None):
    """The loop of the exercise with a step of one's own."""

    def descend(steps):
        x = torch.tensor(5.0, requires_grad=True)
        for _ in range(steps):
            ((x - 2) ** 2).backward()
            before(x)
            x = step(x)
            after(x)
        return x

    return descend


def in_no_grad(x, rate=0.1):
    with torch.no_grad():
        x -= rate * x.grad
    return x


def rebound(x):
    with torch.no_grad():
        return x - 0.1 * x.grad


def in_the_open(x):
    x -= 0.1 * x.grad
    return x


def forget(x):
    x.grad = None


def once(steps):
    return descending(in_no_grad)(1)


DESCEND = {
    "as it stands": (descending(in_no_grad), "the gradients of all earlier steps"),
    "reset too early": (
        descending(in_no_grad, before=lambda x: x.grad.zero_()),
        "is the gradient reset before it is used",
    ),
    "forgotten too early": (descending(in_no_grad, before=forget), "was it reset before"),
    "uphill": (
        descending(lambda x: in_no_grad(x, -0.1), after=forget),
        "the gradient points uphill",
    ),
    "one step": (once, "one step was taken"),
    "the answer": (lambda steps: 2.0, "this is the minimum itself"),
    "a new tensor": (descending(rebound), "makes a new tensor"),
    "no no_grad": (descending(in_the_open), "only be changed inside `no_grad`"),
    "x reset instead": (descending(in_no_grad, after=lambda x: x.zero_()), "not `x`, that has"),
}

MUTANTS = {
    "00.cube": CUBE,
    "01.by_hand": BY_HAND,
    "01.diamond": DIAMOND,
    "01.descend": DESCEND,
}


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
