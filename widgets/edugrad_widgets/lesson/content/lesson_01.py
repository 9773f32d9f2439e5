"""Lesson 01, The computational graph: the chain rule, walked by hand and by the engine."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False
# The solutions are shown as a learner would write them, hence without annotations.

from __future__ import annotations

from typing import Any

import numpy as np

import edugrad as torch
from edugrad_widgets.lesson.check import Wrong, call, compare
from edugrad_widgets.lesson.exercise import Exercise, Question, Recap

QUESTIONS = (
    Question(
        "01.product",
        "`f` is the sum of all elements of `a * b + c`. One element, `a[0, 1]`, grows by a tiny ε "
        "and nothing else changes. By how much does `f` grow?",
        {
            "ε": "So it would be if `a` were only added. On its way to the sum, `a[0, 1]` is "
            "multiplied by a neighbour, and its change is multiplied with it.",
            "ε · a[0, 1]": "Hold the other factor still and move this one: how much a product "
            "gains does not depend on the factor that moves, but on the one that stands still.",
            "ε · b[0, 1]": "The product scales the change by the factor that stands still. The "
            "addition and the sum pass it on as it is.",
            "ε · (b[0, 1] + c[0, 1])": "`c` lifts the value of `f`, but it does so before and "
            "after the change alike. It has no part in the growth.",
        },
        answer="ε · b[0, 1]",
    ),
    Question(
        "01.loose",
        "The chapter that this lesson follows has `e = d + c` and then the line "
        "`de_dc = c`. What should stand on the right?",
        {
            "c, as it is": "`c` is the number that is added. The derivative asks something else: "
            "if `c` moves, how far does `e` move along?",
            "a one for every element": "If an element of `c` moves by ε, the same element of `e` "
            "moves by ε, whatever its value. The line is never used, so nobody noticed.",
            "b": "That is how `d = a * b` answers to a change of `a`, one step earlier.",
            "zero": "Zero means that `e` does not care about `c`. It does: `c` is added to it.",
        },
        answer="a one for every element",
    ),
    Question(
        "01.diamond",
        "`left = 2 * x`, `right = x * x`, `y = left + right`, and `x` is 3. What is dy/dx?",
        {
            "6": "That is the slope of the path through `right`, the last one written. A change of "
            "`x` also travels through `left`.",
            "12": "Slopes multiply along one path, from op to op. These are two paths side by "
            "side: their changes arrive together in `y`.",
            "8": "2 arrives through `left` and 6 through `right`, and what arrives together is "
            "added. You can check it: y = 2x + x², so dy/dx = 2 + 2x.",
            "4": "That is the mean of both paths. No path makes way for another: each carries its "
            "whole change.",
        },
        answer="8",
    ),
    Question(
        "01.pile",
        "`x` is 3 and has no gradient yet. Three times over, a loop computes `y = x * x` and calls "
        "`y.backward()`. What is `x.grad` in the end?",
        {
            "6, each call replaces the last": "6 is what one call finds. Look at the word: "
            "gradients are accumulated in `.grad`, not stored there.",
            "18, the calls add up": "`backward()` adds to what is there, just as it adds the paths "
            "of a diamond. Nothing resets `.grad` unless you do.",
            "an error in the second round": "A second `backward()` through the same graph is an "
            "error. Here every round computes a new `y`, and with it a new graph.",
        },
        answer="18, the calls add up",
    ),
    Question(
        "01.detach",
        "`x` is 3 and `y = x * x.detach()`. After `y.backward()`, what is `x.grad`?",
        {
            "6": "6 belongs to `x * x`, where both factors move. A detached factor has the value 3 "
            "and stays there.",
            "3": "Only the first factor moves; the second is a plain 3. So y = 3x as far as the "
            "graph knows, and the slope is 3. The value of `y` is 9 all the same.",
            "0": "That needs both factors detached. The first one still belongs to the graph.",
            "an error": "An error comes when no way back to a leaf is left. One is left here.",
        },
        answer="3",
    ),
)


def gradients(a, b, c):
    """The gradients of f = ((a - b) * c).sum() with respect to a, b and c."""
    df_da = c
    df_db = -c
    df_dc = a - b
    return df_da, df_db, df_dc


def _examine_gradients(made: Any) -> str:
    a = np.array([[3.0, 1.0, 4.0], [1.0, 5.0, 9.0]])
    b = np.array([[2.0, 7.0, 1.0], [8.0, 2.0, 8.0]])
    c = np.array([[6.0, -2.0, 0.5], [2.5, -1.0, 3.0]])
    found = call(made, a.copy(), b.copy(), c.copy(), label="gradients(a, b, c)")
    if not isinstance(found, tuple | list) or len(found) != 3:
        raise Wrong("gradients(a, b, c) must return three arrays: df_da, df_db, df_dc.")
    for name, got, expected in zip(("a", "b", "c"), found, gradients(a, b, c), strict=True):
        if np.shape(got) == () and got is not None and got is not ...:
            raise Wrong(
                f"df_d{name} is a single number.",
                "every element of the input has a slope of its own: the gradient has its shape.",
            )
        causes = {
            "a": [
                (np.ones_like(c), "the difference passes a change on as it is, the product does "
                "not: multiply by the factor that stands still."),
                (b * c, "`a` is multiplied by `c` alone on its way to the sum; `b` is taken away "
                "from it."),
                (a, "this is the value of `a`, not how `f` answers to it."),
                (a - b, "this is what multiplies `c`; it is the gradient of `c`."),
            ],
            "b": [
                (c, "`b` is subtracted: when it grows, the difference shrinks. A sign is missing."),
                (-np.ones_like(c), "the sign is right, but the change still has to pass the "
                "product with `c`."),
            ],
            "c": [
                (c, "this is the value of `c`; how `f` answers to it is the other factor."),
                (np.ones_like(c), "so it would be if `c` were added; here it is multiplied."),
                (a, "the other factor is the whole difference, not `a` alone."),
                (b - a, "the other factor with its sign turned: it is `a - b` in the formula."),
                (a * b, "`a` and `b` are subtracted from each other, not multiplied."),
            ],
        }  # fmt: skip
        compare(f"df_d{name}", got, expected, causes[name])
    return "All three gradients are right, in every element."


def diamond_backward(x):
    """The derivative of y = left * right, with left = 2 * x and right = x * x, at x."""
    left = 2 * x
    right = x * x
    grad_left = right
    grad_right = left
    return grad_left * 2 + grad_right * 2 * x


def _examine_diamond(made: Any) -> str:
    for x in (5.0, -1.5):
        left, right = 2 * x, x * x
        compare(
            f"diamond_backward({x})",
            call(made, x),
            diamond_backward(x),
            causes=[
                (2 * right, "only the path through `left` is counted."),
                (2 * x * left, "only the path through `right` is counted."),
                (left + right, "these are the slopes of `y` alone; each of them still has to pass "
                "the op that made `left` or `right` out of `x`."),
                (2 * left + 2 * x * right, "the factors are swapped: the slope of a product with "
                "respect to `left` is `right`."),
                (2 * right + left, "the path through `right` still has to pass `x * x`, whose "
                "slope is `2 * x`."),
                (right + 2 * x * left, "the path through `left` still has to pass `2 * x`, whose "
                "slope is 2."),
                (2 * 2 * x, "these are the slopes of `2 * x` and `x * x`. What arrives at each "
                "from `y`, and how do the two paths meet?"),
                (2 + 2 * x, "this is the slope of `left + right`; here they are multiplied."),
                ((2 * right) * (2 * x * left), "the two paths are multiplied. Multiply along a "
                "path, add across paths."),
                (left * right, "this is the value of `y`, not its slope."),
            ],
        )  # fmt: skip
    return "Both paths are there and they are added: dy/dx = 6x²."


def descend(steps):
    """Walk from x = 5 towards the minimum of (x - 2) ** 2."""
    x = torch.tensor(5.0, requires_grad=True)
    for _ in range(steps):
        loss = (x - 2) ** 2
        loss.backward()
        with torch.no_grad():
            x -= 0.1 * x.grad
        x.grad.zero_()
    return x


def _descend_piling(steps: int) -> float:
    x, gradient = 5.0, 0.0
    for _ in range(steps):
        gradient += 2 * (x - 2)
        x -= 0.1 * gradient
    return x


def _examine_descend(made: Any) -> str:
    causes = {
        "NoneType": "`x.grad` is empty there: was it reset before it was used?",
        "grad expected to be": "`.grad` holds a tensor or None: write `x.grad = None`, after the "
        "step.",
        "no attribute 'zero_grad'": "`zero_grad()` belongs to modules and optimisers. A tensor's "
        "gradient is reset by `x.grad = None`.",
        "leaf Variable": "`x` may only be changed inside `no_grad`, and it is `x.grad`, not `x`, "
        "that has to be reset.",
        "does not require grad": "`x = x - ...` makes a new tensor that takes no notes; `x -= ...` "
        "changes the one there is.",
    }
    for steps in (1, 3, 20):
        compare(
            f"descend({steps})",
            call(made, steps, causes=causes),
            2 + 3 * 0.8**steps,
            causes=[
                (_descend_piling(steps), "each step also takes the gradients of all earlier steps: "
                "they are still in `x.grad`."),
                (5.0, "`x` never moved: is the gradient reset before it is used?"),
                (2 + 3 * 1.2**steps, "every step climbs: the gradient points uphill, walk against "
                "it."),
                (2 + 3 * 0.6**steps, "the step was 0.1 times the gradient; leave it so."),
                (2 + 3 * 0.8, "one step was taken, whatever `steps` says."),
                (2.0, "this is the minimum itself; the loop has to walk there step by step."),
            ],
        )  # fmt: skip
    return "Each step uses its own gradient: the distance to 2 shrinks by a fifth every time."


EXERCISES = (
    Exercise(
        "01.by_hand",
        task="Fill in `df_da`, `df_db` and `df_dc` for f = ((a - b) * c).sum().",
        examine=_examine_gradients,
        hints=(
            "Take the ops in order: a difference, a product, a sum. How does each answer to a "
            "small change of one of its inputs?",
            "The sum passes every change on as it is. The product multiplies a change by the "
            "factor that stands still. The difference passes the change of `a` on, and the change "
            "of `b` with its sign turned.",
            "For `a` the factor that stands still is `c`; for `b` it is `c` with a minus sign; for "
            "`c` it is the whole difference.",
        ),
        solution=gradients,
    ),
    Exercise(
        "01.diamond",
        task="Fill in what arrives at `left`, at `right` and then at `x`.",
        examine=_examine_diamond,
        hints=(
            "Walk backwards. `y` starts with the slope 1. What is the slope of a product with "
            "respect to each of its two factors?",
            "`left` receives `right`, and `right` receives `left`. Each then passes its gradient "
            "through its own op to `x`: the slope of `2 * x` is 2, that of `x * x` is `2 * x`.",
            "Multiply along each path, then add the two: `grad_left * 2 + grad_right * 2 * x`.",
        ),
        solution=diamond_backward,
    ),
    Exercise(
        "01.descend",
        task="Repair the loop so that each step uses the gradient of that step alone.",
        examine=_examine_descend,
        hints=(
            "Run `descend(1)` and `descend(2)` and compare with what you expect: the distance to 2 "
            "should shrink by a fifth. Which step is the first wrong one?",
            "The first step is right and the second is not. What is in `x.grad` when the second "
            "`backward()` begins?",
            "After the step, reset the gradient: `x.grad.zero_()` sets it to zero, "
            "`x.grad = None` forgets it. Between `backward()` and the step "
            "would be too early.",
        ),
        solution=descend,
    ),
)

RECAP = Recap(
    lines=(
        "Computing leaves a graph behind: every result knows the op that made it and its inputs.",
        "`backward()` walks it in reverse: slopes multiply along a path and add where paths meet.",
        "`.grad` adds up until you reset it; `no_grad` and `detach` keep things out of the graph.",
    ),
    questions={
        "Why does the gradient of `c` hold nothing but ones?": "Each element of `c` reaches `f` "
        "through an addition and a sum. Both pass a change on as it is.",
        "A tensor is used in three places. What does its gradient hold?": "The sum of what comes "
        "back from the three places. The engine waits for all of them before it goes on.",
        "Why does `backward()` start from a single number?": "A gradient says how one number "
        "answers to many. If there are several, say how much each of them counts: "
        "`y.backward(gradient=weights)` is the same as `(y * weights).sum().backward()`.",
        "Why does a second `backward()` through the same graph fail?": "What the derivatives need "
        "is freed as soon as it was used, to save memory. Compute the result again, or say "
        "`retain_graph=True` the first time.",
        "An in-place change is refused in `backward()`. What was in danger?": "A value that a "
        "derivative still needed was overwritten. Going on would have given a wrong gradient, and "
        "nobody would have seen it.",
    },
    next="[Lesson 02](02_tensors.ipynb): what a tensor is in memory, and how shapes meet. Before "
    "that, take a formula of your own, find its gradient on paper, and let `GraphView` show you "
    "where you were right.",
    pytorch="Replace the import and every cell that computes runs as it stands. The numbers are "
    "the same; dtypes are printed as `torch.float64`.",
    pytorch_code="""import torch

x = torch.tensor(3.0, requires_grad=True)
left, right = 2 * x, x * x
y = left + right
y.backward()
print(x.grad)  # tensor(8.)""",
)
