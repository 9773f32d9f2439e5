"""Lesson 02, Tensors: numbers in memory, and the many ways to look at them."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False
# The solutions are shown as a learner would write them, hence without annotations.

from __future__ import annotations

from typing import Any

import edugrad as torch
from edugrad_widgets.lesson.check import Wrong, call, compare
from edugrad_widgets.lesson.exercise import Exercise, Question, Recap

QUESTIONS = (
    Question(
        "02.shares",
        "`array` holds three ones. `shared = torch.from_numpy(array)` and "
        "`copied = torch.tensor(array)`. Then `array[0] = 9`. Who sees the 9?",
        {
            "both tensors": "One of the two has numbers of its own, and says so in the "
            "documentation: `torch.tensor` always copies.",
            "only shared": "`from_numpy` makes a tensor over the memory that is there. "
            "`torch.tensor` copies into memory of its own.",
            "neither": "So it is with `torch.tensor`, which copies. `from_numpy` promises the "
            "opposite: it costs nothing, because nothing is moved.",
        },
        answer="only shared",
    ),
    Question(
        "02.slice",
        "`t` has 3 rows and 4 columns. What are the shapes of `t[:, 1]` and of `t[:, 1:2]`?",
        {
            "(3,) and (3,)": "The second one asks for a range of columns, which happens to be one "
            "long. A range keeps its dimension.",
            "(3, 1) and (3, 1)": "The first one asks for *the* column 1. A number picks one place "
            "and its dimension is gone.",
            "(3,) and (3, 1)": "A number removes the dimension, a slice keeps it. This decides "
            "later whether two shapes fit together.",
            "(4,) and (1, 4)": "These would be rows. The first place of an index is for rows, the "
            "second for columns; `:` takes all of them.",
        },
        answer="(3,) and (3, 1)",
    ),
    Question(
        "02.view",
        "`slice = t[1]` and `picked = t[[1]]` both take the row 1 of `t`. You write a 100 into the "
        "first and a 200 into the second. Which of them turns up in `t`?",
        {
            "both": "A list may name any rows in any order, even twice. No regular step through "
            "memory can follow that, so the numbers are copied.",
            "only the 100": "A slice is a view: the same memory, seen from another start. Picking "
            "by a list makes a copy.",
            "only the 200": "The other way round: it is the list that makes a copy.",
            "neither": "In NumPy and here, a slice does not copy. It is a second window onto the "
            "same memory.",
        },
        answer="only the 100",
    ),
    Question(
        "02.transpose",
        "`t` is a matrix of 1000 × 1000 numbers. How many of them does `t.T` move in memory?",
        {
            "a million": "That is what exchanging rows and columns on paper takes. Here only the "
            "description of the steps is exchanged.",
            "499,500, one half": "Swapping every number with its mirror image would do it in "
            "place. It is not needed.",
            "none": "It exchanges the two strides and leaves the numbers where they are: one step "
            "to the right becomes one step down.",
        },
        answer="none",
    ),
    Question(
        "02.product",
        "`a` has 2 rows and 3 columns, and `b = a.T`. What are the shapes of `a @ b` and of "
        "`a * a`?",
        {
            "(2, 2) and (2, 3)": "A row of `a` and a column of `b`, three numbers each, become one "
            "number; there are 2 × 2 such pairs. `*` works element by element and keeps the shape.",
            "(3, 3) and (2, 3)": "That is `b @ a`. The inner sizes meet and vanish: of (2, 3) @ "
            "(3, 2) the two outer ones are left.",
            "(2, 3) and (2, 2)": "The other way round: `*` keeps the shape, `@` adds up along the "
            "inner dimension.",
            "(2, 3) and (2, 3)": "For `*` that is right. `@` adds up along the inner dimension, "
            "and what is added up is gone from the shape.",
        },
        answer="(2, 2) and (2, 3)",
    ),
    Question(
        "02.broadcast",
        "`column` has the shape (3, 1) and `row` the shape (4,). What is the shape of "
        "`column + row`?",
        {
            "an error: 3 and 4 do not fit": "They stand in different dimensions. Write the shapes "
            "below each other, aligned to the right: 3 stands above nothing, 1 above 4.",
            "(3, 4)": "Aligned to the right: (3, 1) and (1, 4). A 1 is stretched to what it meets, "
            "in both dimensions.",
            "(3, 1)": "Then the four numbers of `row` would have to go somewhere. The 1 gives way: "
            "it is repeated four times.",
            "(4, 3)": "The dimensions keep their order: 3 is the first of `column`, and the only "
            "one of `row` is the last.",
        },
        answer="(3, 4)",
    ),
    Question(
        "02.trap",
        "Four predictions in a column, shape (4, 1), agree exactly with four targets, shape (4,). "
        "What is the mean of the squared differences?",
        {
            "0": "It should be. But before two tensors are subtracted they are brought to one "
            "shape, and here that is not (4,).",
            "an error": "Subtracting is perfectly possible, and that is the trap: the shapes do "
            "fit, in a way nobody meant.",
            "2.5": "(4, 1) and (4,) meet in (4, 4): every prediction is compared with every "
            "target. The mean of these sixteen squares is 2.5.",
        },
        answer="2.5",
    ),
    Question(
        "02.dtype",
        "A pixel is stored in a byte: `torch.tensor([200], dtype=torch.uint8)`. You add 100 to "
        "brighten it. What do you get?",
        {
            "300, as a larger integer": "A tensor's type is not widened by a number that you write "
            "into the formula. Otherwise one `+ 1` would double the memory of everything.",
            "255, the brightest": "That would be the sensible picture, and `clamp` can do it. "
            "Integer addition knows nothing of pictures.",
            "44": "A byte counts to 255 and starts again at 0. The number 100 adapts to the "
            "tensor, not the tensor to the number.",
        },
        answer="44",
    ),
)


def pick(t):
    """From a matrix: its last column, every second row, the inner 2 x 2, what is above 10."""
    last = t[:, -1]
    second = t[::2]
    inner = t[1:3, 1:3]
    large = t[t > 10]
    return last, second, inner, large


def _examine_pick(made: Any) -> str:
    t = torch.tensor([[3, 14, 15, 9], [26, 5, 35, 8], [9, 79, 3, 2], [38, 4, 6, 26]])
    beyond = "places are counted from 0; the last one is -1."
    found = call(made, t, label="pick(t)", causes={"out of bounds": beyond})
    if not isinstance(found, tuple | list) or len(found) != 4:
        raise Wrong("pick(t) must return four tensors: last, second, inner, large.")
    causes = {
        "last": [
            (t[-1], "this is the last row. Rows come first in an index, columns second."),
            (t[:, -1:], "a slice keeps its dimension; ask for the column by its number, -1."),
            (t[:, 0], "this is the first column. The last has the number -1."),
            (t[-1, -1], "this is the last element alone; `:` takes all rows."),
        ],
        "second": [
            (t[1::2], "it starts at the second row. Every second row, beginning with row 0, is "
            "`::2`."),
            (t[:, ::2], "these are columns. Rows come first in an index."),
            (t[:2], "these are the first two rows: a step is the third part of a slice, "
            "start:stop:step."),
            (t[2:], "this starts at row 2; a step comes after the second colon, `::2`."),
            (t[2], "this is the row 2; a step needs two colons, `::2`."),
        ],
        "inner": [
            (t[1:2, 1:2], "a slice ends before its stop: 1:3 is the places 1 and 2."),
            (t[1:3][1:3], "the second pair of brackets cuts rows again. Both belong into one "
            "pair, with a comma."),
            (t[2:3, 2:3], "places are counted from 0, and a slice ends before its stop: `1:3`."),
            (t[:2, :2], "this is the upper left corner."),
            (t[2:4, 2:4], "places are counted from 0: the inner ones are 1 and 2."),
            (t[1:3], "the rows are right; the columns are not cut yet."),
            (t[[1, 2], [1, 2]], "two lists are read as pairs: (1, 1) and (2, 2). Slices take "
            "every combination."),
        ],
        "large": [
            (t > 10, "this says where; put it between brackets, `t[t > 10]`, to take what is "
            "there."),
            (t * (t > 10), "this sets the others to 0 and keeps them; indexing leaves them out."),
            (t[10:], "this asks for rows from 10 on; put the condition `t > 10` in the brackets."),
            (t[t >= 9], "above 10 means `> 10`."),
            ((t > 10).nonzero(), "these are the places; the values are wanted."),
            (t[t < 10], "these are the small ones."),
        ],
    }  # fmt: skip
    for name, got, expected in zip(causes, found, pick(t), strict=True):
        compare(name, got, expected, causes[name])
    return "All four are cut out as asked."


def read(storage, offset, strides, index):
    """The element at ``index`` of the tensor that lies in ``storage`` with these strides."""
    place = offset
    for step, i in zip(strides, index, strict=True):
        place += step * i
    return storage[place]


def _examine_read(made: Any) -> str:
    storage = [10 * place for place in range(24)]
    cases = [
        (0, (4, 1), (0, 0)),
        (0, (4, 1), (1, 2)),
        (0, (1, 4), (2, 1)),
        (5, (4, 1), (1, 2)),
        (3, (6, 0), (2, 7)),
        (1, (12, 4, 1), (1, 1, 2)),
        (9, (2,), (3,)),
    ]
    for offset, strides, index in cases:
        place = offset + sum(s * i for s, i in zip(strides, index, strict=True))
        causes = [
            (storage[place - offset], "the offset is missing: the tensor need not start where the "
            "storage starts."),
            (storage[(offset + sum(index)) % 24], "one place further in a dimension is a whole "
            "stride further in memory, not one number."),
            (place, "this is the place in the storage; the number that stands there is wanted."),
            (storage[(offset + sum(s * i for s, i in zip(strides[::-1], index, strict=True))) % 24],
            "strides and index are paired the wrong way round: the first belongs to the first."),
            (storage[(offset + sum(strides) * sum(index)) % 24], "each index goes with its own "
            "stride: multiply pair by pair, then add."),
            (storage[offset * (place - offset) % 24], "the walk begins at the offset: add it."),
            (storage[(place + offset * (len(index) - 1)) % 24], "the offset is added once, not "
            "for each dimension."),
            (storage[(place - sum(strides[2:]) * sum(index[2:])) % 24],
            "two dimensions are walked; a tensor may have any number."),
            (storage[(offset + strides[0] * index[0]) % 24], "only the first dimension is walked; "
            "a tensor may have any number."),
        ]  # fmt: skip
        label = f"read(storage, {offset}, {strides}, {index})"
        got = call(
            made,
            storage,
            offset,
            strides,
            index,
            label=label,
            causes={
                "unpack": "a tensor may have any number of dimensions: loop over strides and index "
                "together.",
                "not subscriptable": "the storage is one plain row: work out one place, and look "
                "there once.",
                "list indices must be": "the storage is one plain row: turn the index into one "
                "place in it.",
                "multiply sequence": "tuples are not multiplied with each other: take them in "
                "pairs, zip(strides, index).",
                "out of range": "a tensor may have any number of dimensions: loop over strides and "
                "index together.",
            },
        )
        compare(label, got, storage[place], causes)
    return "Seven tensors in one storage, all read at the right place."


def distances(a, b):
    """The squared distance of every row of a (N, D) from every row of b (M, D): (N, M)."""
    differences = a[:, None, :] - b[None, :, :]
    return (differences * differences).sum(dim=-1)


def _examine_distances(made: Any) -> str:
    generator = torch.Generator().manual_seed(2)
    a = torch.randn(4, 3, generator=generator, dtype=torch.float64)
    b = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    square = torch.randn(4, 3, generator=generator, dtype=torch.float64)
    causes = {
        "must match": "shapes are aligned from the right. Put a dimension of 1 where the other "
        "one has its rows: a[:, None] and b[None].",
    }
    for other in (b, square):
        apart = a[:, None] - other[None]
        label = f"distances(a, b) of {tuple(a.shape)} and {tuple(other.shape)}"
        right = distances(a, other)
        compare(
            label,
            call(made, a, other, label=label, causes=causes),
            right,
            causes=[
                (right.T, "it is transposed: a row for each row of a, a column for each of b."),
                (right.sqrt(), "the root is not wanted: the squared distance."),
                (apart.sum(-1), "differences cancel each other unless they are squared first."),
                (apart.abs().sum(-1), "these are sums of absolute values; squares are wanted."),
                (apart.sum(-1) ** 2, "square first, then sum."),
                ((apart * apart).mean(-1), "a distance adds up what differs; this takes the mean."),
                ((apart * apart).sum(0), "the sum goes over the rows of a; it belongs over the "
                "last dimension, the D numbers of a row."),
                ((apart * apart).sum(1), "the sum goes over the rows of b; it belongs over the "
                "last dimension, the D numbers of a row."),
                ((apart * apart).sum(), "this sums over everything; sum over the last dimension, "
                "and a table remains."),
                (a @ other.T, "these are the products of the rows; a distance is made of "
                "differences."),
                (apart * apart, "the squares of the D numbers still have to be summed."),
            ],
        )  # fmt: skip
    return "Every row of a meets every row of b, without a loop."


EXERCISES = (
    Exercise(
        "02.pick",
        task="Fill in the four indices.",
        examine=_examine_pick,
        hints=(
            "An index has a place for each dimension, separated by commas: rows first, then "
            "columns. A place is a number, a slice start:stop:step, or `:` for everything.",
            "Counting starts at 0, -1 is the last, and a slice ends before its stop. "
            "`t > 10` gives True or False for each element and may stand in brackets.",
            "`t[:, -1]`, `t[::2]`, `t[1:3, 1:3]` and `t[t > 10]`.",
        ),
        solution=pick,
    ),
    Exercise(
        "02.read",
        task="Find the place in the storage and return the number that stands there.",
        examine=_examine_read,
        hints=(
            "Walk there in thought: begin at the offset. How far in memory is one step along the "
            "first dimension?",
            "One step along a dimension moves by its stride, so index steps move by stride times "
            "index. Add that up over the dimensions.",
            "`place = offset`, then for each pair of stride and index `place += stride * index`, "
            "and at the end `storage[place]`.",
        ),
        solution=read,
    ),
    Exercise(
        "02.distances",
        task="Subtract every row of b from every row of a by broadcasting, square and sum.",
        examine=_examine_distances,
        hints=(
            "You want a table of N × M differences, each of D numbers: a tensor of shape "
            "(N, M, D). Which shapes must a and b have to meet in it?",
            "(N, 1, D) and (1, M, D). Indexing with None puts a dimension of 1 in its place: "
            "`a[:, None, :]`.",
            "Subtract, multiply the difference with itself, and sum over the last dimension: "
            "`.sum(dim=-1)`.",
        ),
        solution=distances,
    ),
)

RECAP = Recap(
    lines=(
        "A tensor is a window onto memory: a start, a shape, and a stride for each dimension.",
        "Slices, transposes and reshapes are views of the same numbers; picking by lists or masks "
        "copies.",
        "Shapes are aligned from the right and a 1 is stretched: a tool, and now and then a trap.",
    ),
    questions={
        "A tensor of shape (3, 4) has strides (4, 1). What are those of its transpose?": "(1, 4). "
        "Nothing else changes, and no number is moved.",
        "When must `reshape` copy?": "When no single set of strides leads through the old memory "
        "in the new order, as after a transpose. `view` raises there instead.",
        "Can shapes (8, 1, 6) and (7, 6) be added?": "Yes, to (8, 7, 6): 6 meets 6, 7 meets a 1, "
        "and 8 meets nothing.",
        "What does `out=` save?": "Memory for the result, and the time to fetch it: the numbers "
        "are written where there is room already.",
        "Why is float32 the usual type, and not float64?": "Half the memory, half the way to "
        "carry, and about seven digits are enough for a network. For checking a gradient they "
        "are not, as lesson 03 shows.",
    },
    next="[Lesson 03](03_autograd.ipynb): tensors take notes, and a network is walked backwards "
    "by hand.",
    pytorch="Replace the import and every cell that computes runs as it stands. Types print as "
    "`torch.float32`, and a loss of (4, 1) against (4,) warns there instead of raising.",
    pytorch_code="""import torch

t = torch.arange(12).reshape(3, 4)
print(t.stride(), t.T.stride())  # (4, 1) (1, 4)
print((t[:, :1] + t[0]).shape)  # torch.Size([3, 4])""",
)
