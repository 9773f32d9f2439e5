"""Lesson 00, Start here: how a square and a cube grow."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False
# The solutions are shown as a learner would write them, hence without annotations.

from __future__ import annotations

from typing import Any

from edugrad_widgets.lesson.check import call, compare
from edugrad_widgets.lesson.exercise import Exercise, Question, Recap

QUESTIONS = (
    Question(
        "00.square",
        "A square with side 3 has area 9. Its side grows by 0.001. By about how much does its area "
        "grow?",
        {
            "0.001": "That would mean that a square grows as fast as its side. Draw it: along each "
            "grown side lies a strip of new area, and a strip is longer than it is wide.",
            "0.003": "That is one strip, 3 long and 0.001 wide. A square grows in two directions.",
            "0.006": "Two strips, each 3 long and 0.001 wide, and a corner too small to matter. "
            "The area grows 6 times as fast as the side: its derivative at 3 is 6.",
            "0.000001": "That is the little corner, 0.001 × 0.001. It is the part that one may "
            "forget; something much larger grew with it.",
        },
        answer="0.006",
    ),
    Question(
        "00.stale",
        "You run a cell that says `side = 3`. Then you change it to `side = 5`, do not run it, and "
        "run the next cell, `print(side)`. What is printed?",
        {
            "5": "The kernel does not read the page. It knows only what was run, and `side = 5` "
            "was never run.",
            "3": "The kernel remembers what was run last, whatever the page says now. When page "
            "and kernel have drifted apart, restart and run all.",
            "an error": "An error would be kinder, but the kernel does not see the page change.",
        },
        answer="3",
    ),
)


def cube_growth(side):
    """How much the volume of a cube grows for each unit that its side grows."""
    return 3 * side**2


def _examine_cube(made: Any) -> str:
    for side in (5.0, 2.0):
        label, expected = f"cube_growth({side})", cube_growth(side)
        got = call(made, side, causes={"for ^": "in Python a power is written `**`."})
        mistakes = [
            (side**3, "this is the volume itself, not how fast it grows."),
            (2 * side, "this is how fast the area of a square grows; a cube has volume s³."),
            (3 * side, "the 3 comes down, and one factor of side goes: two of them are left."),
            (side**2, "this is one of the plates that a growing cube gains; count them."),
            (6 * side, "`side ** 2` is side times side, not side times 2."),
            (2 * side**2, "a square grows in two directions; a cube grows in three."),
            (6 * side**2, "a cube has six faces, but grows in three directions only."),
            ((side + 1) ** 3 - side**3, "a whole unit is no small change; a rule has no nudge."),
            (27.0, "this holds at side 3 alone: use `side` instead of a fixed number."),
        ]
        compare(label, got, expected, mistakes, rtol=0.01)
        compare(label, got, expected, [(got, "close, but not exact: a nudge has a size, a rule has "
                "none.")])  # fmt: skip
    return "The volume of a cube grows by `3 * side ** 2` for each unit of side."


EXERCISES = (
    Exercise(
        "00.cube",
        task="Replace the three dots with the growth of `side ** 3` for each unit of side.",
        examine=_examine_cube,
        hints=(
            "A square gained one strip for each direction in which it grows. What does a cube "
            "gain, and in how many directions?",
            "In each direction the cube gains a thin plate. Its thickness is the growth of the "
            "side; its area is that of one face.",
            "One face has the area `side ** 2`, and there are three directions.",
        ),
        solution=cube_growth,
    ),
)

RECAP = Recap(
    lines=(
        "A derivative answers one question: if I change this a little, how much does that change?",
        "The kernel knows what was run, in the order in which it was run, and nothing else.",
        "In a lesson you predict, run, look, change, make and check; being wrong is part of it.",
    ),
    questions={
        "What does the derivative 6 of the area at side 3 say?": "For a small change of the side, "
        "the area changes six times as much.",
        "Why is 6.001 printed and not 6?": "The nudge 0.001 is small but not zero, so the little "
        "corner of the square still counts. A formula leaves it out; a nudge cannot.",
        "A cell shows a result that does not fit its code. What do you do?": "Restart the kernel "
        "and run all cells. Then page and kernel agree again.",
        "A check says that something is not filled in yet. Is the lesson broken?": "No. Exercises "
        "start unfilled, and every lesson runs through without them.",
        "How do you get a lesson back as it was?": "In a clone, `git checkout -- lessons` and the "
        "file's name. In a folder made by `edugrad lab`, delete the file and start it again.",
    },
    next="[Lesson 01, The computational graph](01_computational_graph.ipynb): where the 6 comes "
    "from when a computer finds it, without being told that the derivative of a square is twice "
    "its side.",
    pytorch="Wherever these lessons write `import edugrad as torch`, PyTorch itself would do.",
    pytorch_code="""import torch

side = torch.tensor(3.0, requires_grad=True)
area = side * side
area.backward()
print(side.grad)  # tensor(6.)""",
)
