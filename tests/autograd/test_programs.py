"""Random programs of views, in-place writes and reads: a gradient is right, or there is an error.

The reference is NumPy: it runs the same program on arrays, in place for real, and its gradient is
a central difference of the result. Hypothesis looks for a program on which the two differ.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import as_strided

import edugrad

START = (np.linspace(-1.0, 1.2, 6).reshape(2, 3), np.array([0.3, -0.6, 0.9]))
CONSTANT = np.cos(np.arange(6.0)).reshape(2, 3)
LARGE = 1e6

Step = tuple[str, int, int, int]


def mask(x: Any, number: int) -> np.ndarray:
    """A pattern of True and False in the shape of ``x`` that does not depend on its values."""
    return (np.arange(x.size) % (number + 2) == 0).reshape(x.shape)


class OnTensors:
    """The steps in edugrad."""

    def mask(self, x: Any, k: int) -> Any:
        return edugrad.from_numpy(mask(x._array, k))

    steps: ClassVar[dict[str, Callable[..., Any]]] = {
        "row": lambda self, x, y, k: x[k % len(x)],
        "rows": lambda self, x, y, k: x[k % len(x) :],
        "column": lambda self, x, y, k: x[..., k % x.shape[-1]],
        "every other": lambda self, x, y, k: x[..., ::2],
        "transpose": lambda self, x, y, k: x.T,
        "flat": lambda self, x, y, k: x.view(-1),
        "unsqueeze": lambda self, x, y, k: x.unsqueeze(0),
        "expand": lambda self, x, y, k: x.expand(2, *x.shape),
        "unbind": lambda self, x, y, k: x.unbind(0)[k % len(x)],
        "split": lambda self, x, y, k: x.split(1)[k % len(x)],
        "repeated rows": lambda self, x, y, k: x[[0, k % len(x), 0]],
        "clone": lambda self, x, y, k: x.clone(),
        "mul": lambda self, x, y, k: x * y,
        "add": lambda self, x, y, k: x + y,
        "square": lambda self, x, y, k: x**2,
        "tanh": lambda self, x, y, k: x.tanh(),
        "exp": lambda self, x, y, k: (x * 0.1).exp(),
        "div": lambda self, x, y, k: x / (y * y + 1),
        "sum": lambda self, x, y, k: x.sum(),
        "matmul": lambda self, x, y, k: x @ x.T,
    }
    writes: ClassVar[dict[str, Callable[..., Any]]] = {
        "add_": lambda self, x, y, k: x.add_(y),
        "sub_": lambda self, x, y, k: x.sub_(y, alpha=2),
        "mul_": lambda self, x, y, k: x.mul_(y),
        "mul_ number": lambda self, x, y, k: x.mul_(0.5 * k - 1),
        "mul_ itself": lambda self, x, y, k: x.mul_(x),
        "div_": lambda self, x, y, k: x.div_(y * y + 1),
        "copy_": lambda self, x, y, k: x.copy_(y),
        "fill_": lambda self, x, y, k: x.fill_(0.5 * k),
        "zero_": lambda self, x, y, k: x.zero_(),
        "tanh_": lambda self, x, y, k: x.tanh_(),
        "neg_": lambda self, x, y, k: x.neg_(),
        "masked_fill_": lambda self, x, y, k: x.masked_fill_(self.mask(x, k), 0.7),
        "row = tensor": lambda self, x, y, k: x.__setitem__(k % len(x), y),
        "column = number": lambda self, x, y, k: x.__setitem__((..., k % x.shape[-1]), 0.4),
        "listed rows = tensor": lambda self, x, y, k: x.__setitem__([k % len(x)], y),
        "mask = number": lambda self, x, y, k: x.__setitem__(self.mask(x, k), 0.2),
        "row = row": lambda self, x, y, k: x.__setitem__(0, x[k % len(x)]),
        "row = row squared": lambda self, x, y, k: x.__setitem__(0, x[k % len(x)] ** 2),
    }


def write(x: np.ndarray, value: Any) -> None:
    x[...] = value


class OnArrays:
    """The same steps in NumPy; only steps that edugrad took get here."""

    steps: ClassVar[dict[str, Callable[..., Any]]] = {
        **OnTensors.steps,
        "row": lambda self, x, y, k: x[k % len(x), ...],
        "flat": lambda self, x, y, k: x.reshape(-1),
        "unsqueeze": lambda self, x, y, k: x[None],
        "expand": lambda self, x, y, k: as_strided(x, (2, *x.shape), (0, *x.strides)),
        "unbind": lambda self, x, y, k: x[k % len(x), ...],
        "split": lambda self, x, y, k: x[k % len(x) : k % len(x) + 1],
        "clone": lambda self, x, y, k: x.copy(),
        "tanh": lambda self, x, y, k: np.tanh(x),
        "exp": lambda self, x, y, k: np.exp(x * 0.1),
        "sum": lambda self, x, y, k: x.sum(),
    }
    writes: ClassVar[dict[str, Callable[..., Any]]] = {
        **OnTensors.writes,
        "add_": lambda self, x, y, k: write(x, x + y),
        "sub_": lambda self, x, y, k: write(x, x - 2 * y),
        "mul_": lambda self, x, y, k: write(x, x * y),
        "mul_ number": lambda self, x, y, k: write(x, x * (0.5 * k - 1)),
        "mul_ itself": lambda self, x, y, k: write(x, x * x),
        "div_": lambda self, x, y, k: write(x, x / (y * y + 1)),
        "copy_": lambda self, x, y, k: write(x, y.copy()),
        "fill_": lambda self, x, y, k: write(x, 0.5 * k),
        "zero_": lambda self, x, y, k: write(x, 0),
        "tanh_": lambda self, x, y, k: write(x, np.tanh(x)),
        "neg_": lambda self, x, y, k: write(x, -x),
        "masked_fill_": lambda self, x, y, k: x.__setitem__(mask(x, k), 0.7),
        "row = tensor": lambda self, x, y, k: x.__setitem__(k % len(x), y.copy()),
        "listed rows = tensor": lambda self, x, y, k: x.__setitem__([k % len(x)], y.copy()),
        "mask = number": lambda self, x, y, k: x.__setitem__(mask(x, k), 0.2),
    }


NAMES = [*OnTensors.steps, *OnTensors.writes]
NEEDS_ROWS = {"row", "rows", "unbind", "split", "repeated rows", "matmul", "transpose"}
NEEDS_ROWS |= {"column", "every other", *(name for name in OnTensors.writes if "=" in name)}

REFUSALS = (
    "a leaf Variable that requires grad is being used in an in-place operation",
    "a view of a leaf Variable that requires grad is being used in an in-place operation",
    "Output ",
    "output with shape ",
    "The size of tensor a ",
    "The expanded size of the tensor ",
    "expand(",
    "shape mismatch: ",
    "view size is not compatible",
    "unsupported operation: more than one element of the written-to tensor",
    "mat1 and mat2 shapes cannot be multiplied",
)
CHANGED = "one of the variables needed for gradient computation has been modified"


def applicable(name: str, x: Any) -> bool:
    if name in NEEDS_ROWS and (x.ndim == 0 or 0 in x.shape):
        return False
    if name in ("transpose", "matmul"):
        return x.ndim == 2
    return not (name in ("unsqueeze", "expand") and x.ndim > 2)


def play(program: list[Step]) -> tuple[list[Any], list[Any], list[Step]]:
    """Run a program in edugrad: the leaves, all its values, and the steps that were not refused."""
    machine = OnTensors()
    leaves = [edugrad.tensor(values, requires_grad=True) for values in START]
    values: list[Any] = [*leaves, edugrad.tensor(CONSTANT), leaves[0] * 1.0]
    taken = []
    for name, i, j, k in program:
        i, j = i % len(values), j % len(values)
        x, y = values[i], values[j]
        if not applicable(name, x):
            continue
        try:
            if name in machine.steps:
                values.append(machine.steps[name](machine, x, y, k))
            else:
                machine.writes[name](machine, x, y, k)
        except RuntimeError as error:
            if not str(error).startswith(REFUSALS):
                raise
        else:
            taken.append((name, i, j, k))
    return leaves, values, taken


def replay(steps: list[Step], start: list[np.ndarray]) -> list[np.ndarray]:
    """Run the steps in NumPy."""
    machine = OnArrays()
    values: list[Any] = [*start, CONSTANT.copy(), start[0] * 1.0]
    for name, i, j, k in steps:
        if name in machine.steps:
            values.append(np.asarray(machine.steps[name](machine, values[i], values[j], k)))
        else:
            machine.writes[name](machine, values[i], values[j], k)
    return values


def total(values: list[Any]) -> Any:
    return sum((value.sum() * (0.3 + 0.1 * place) for place, value in enumerate(values)), 0.0)


def differences(steps: list[Step]) -> list[np.ndarray]:
    """The gradient of the total by central differences."""
    step = 1e-6
    found = []
    for number, leaf in enumerate(START):
        gradient = np.zeros(leaf.size)
        for place in range(leaf.size):
            sides = []
            for sign in (1, -1):
                start = [each.copy() for each in START]
                start[number].reshape(-1)[place] += sign * step
                sides.append(total(replay(steps, start)))
            gradient[place] = (sides[0] - sides[1]) / (2 * step)
        found.append(gradient.reshape(leaf.shape))
    return found


def check(program: list[Step]) -> str:
    """Compare; "right", "refused" (an error at backward) or "large" (no digits to compare)."""
    leaves, values, taken = play(program)
    expected = replay(taken, [each.copy() for each in START])
    for place, (tensor, array) in enumerate(zip(values, expected, strict=True)):
        np.testing.assert_allclose(tensor.detach().numpy(), array, err_msg=f"value {place}")
    if max(float(np.abs(array).max(initial=0)) for array in expected) > LARGE:
        return "large"
    try:
        total(values).backward()
    except RuntimeError as error:
        if not str(error).startswith((CHANGED, "Output ")):
            raise
        return "refused"
    size = 1 + abs(float(total(expected)))
    for leaf, wanted in zip(leaves, differences(taken), strict=True):
        np.testing.assert_allclose(leaf.grad.numpy(), wanted, rtol=1e-5, atol=1e-7 * size)
    return "right"


number = st.integers(0, 7)
steps = st.tuples(st.sampled_from(NAMES), number, number, st.integers(0, 3))


@settings(max_examples=800)
@given(st.lists(steps, max_size=14))
def test_no_program_has_a_silently_wrong_gradient(program: list[Step]) -> None:
    check(program)


def test_most_programs_reach_a_gradient() -> None:
    """The check above is not passed by refusing everything."""
    dice = random.Random(0)
    counts = {"right": 0, "refused": 0, "large": 0}
    for _ in range(200):
        length = dice.randrange(2, 12)
        counts[
            check(
                [
                    (dice.choice(NAMES), dice.randrange(8), dice.randrange(8), dice.randrange(4))
                    for _ in range(length)
                ]
            )
        ] += 1
    assert counts["right"] > 120
    assert counts["refused"] > 10
