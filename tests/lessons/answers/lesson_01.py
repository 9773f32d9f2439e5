"""Lesson 01: wrong answers, and what the check must say of them."""

import numpy as np

import edugrad as torch

BY_HAND = {
    "sign of b": (lambda a, b, c: (c, c, a - b), "A sign is missing"),
    "ones for a": (lambda a, b, c: (np.ones_like(c), -c, a - b), "the factor that stands still"),
    "minus ones for b": (lambda a, b, c: (c, -np.ones_like(c), a - b), "pass the product with `c`"),
    "c for c": (lambda a, b, c: (c, -c, c), "this is the value of `c`"),
    "a for c": (lambda a, b, c: (c, -c, a), "the whole difference"),
    "b - a for c": (lambda a, b, c: (c, -c, b - a), "its sign turned"),
    "product for c": (lambda a, b, c: (c, -c, a * b), "subtracted from each other"),
    "swapped": (lambda a, b, c: (a - b, b - a, c), "the gradient of `c`"),
    "b too": (lambda a, b, c: (b * c, -c, a - b), "multiplied by `c` alone"),
    "the value of a": (lambda a, b, c: (a, -b, c), "the value of `a`"),
    "ones for c": (lambda a, b, c: (c, -c, np.ones_like(c)), "if `c` were added"),
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
    "right stops": (lambda x: 2 * x * x + 2 * x, "still has to pass `x * x`"),
    "left stops": (lambda x: x * x + 4 * x * x, "still has to pass `2 * x`"),
    "slopes alone": (lambda x: 2 * (2 * x), "What arrives at each"),
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
    "zero for a gradient": (
        descending(in_no_grad, before=lambda x: setattr(x, "grad", 0)),
        "holds a tensor or None",
    ),
    "zero_grad": (descending(in_no_grad, after=lambda x: x.zero_grad()), "modules and optimisers"),
    "another rate": (descending(lambda x: in_no_grad(x, 0.2), after=forget), "leave it so"),
    "one step": (once, "one step was taken"),
    "the answer": (lambda steps: 2.0, "this is the minimum itself"),
    "a new tensor": (descending(rebound), "makes a new tensor"),
    "no no_grad": (descending(in_the_open), "only be changed inside `no_grad`"),
    "x reset instead": (descending(in_no_grad, after=lambda x: x.zero_()), "not `x`, that has"),
}

MUTANTS = {"01.by_hand": BY_HAND, "01.diamond": DIAMOND, "01.descend": DESCEND}
UNFILLED = {
    "01.by_hand": (lambda a, b, c: (..., ..., ...), "df_da is still missing"),
    "01.diamond": (lambda x: ..., "diamond_backward(5.0) returns nothing"),
}
