"""Lesson 02: wrong answers, and what the check must say of them."""

from edugrad_widgets.lesson.content.lesson_02 import pick as right


def picking(**mistakes):
    """The solution with one of the four cuts replaced by a mistake."""

    def pick(t):
        found = dict(zip(("last", "second", "inner", "large"), right(t), strict=True))
        found.update({name: mistake(t) for name, mistake in mistakes.items()})
        return tuple(found.values())

    return pick


PICK = {
    "last row": (picking(last=lambda t: t[-1]), "this is the last row"),
    "kept dimension": (picking(last=lambda t: t[:, -1:]), "a slice keeps its dimension"),
    "first column": (picking(last=lambda t: t[:, 0]), "this is the first column"),
    "one element": (picking(last=lambda t: t[-1, -1]), "the last element alone"),
    "beyond": (picking(last=lambda t: t[:, 4]), "the last one is -1"),
    "from row 2": (picking(second=lambda t: t[2::]), "after the second colon"),
    "one place": (picking(inner=lambda t: t[2:3, 2:3]), "before its stop: `1:3`"),
    "a corner": (picking(inner=lambda t: t[:2, :2]), "the upper left corner"),
    "rows from 10": (picking(large=lambda t: t[10:]), "put the condition"),
    "odd rows": (picking(second=lambda t: t[1::2]), "starts at the second row"),
    "columns": (picking(second=lambda t: t[:, ::2]), "these are columns"),
    "two rows": (picking(second=lambda t: t[:2]), "a step is the third part"),
    "stop too early": (picking(inner=lambda t: t[1:2, 1:2]), "ends before its stop"),
    "two brackets": (picking(inner=lambda t: t[1:3][1:3]), "cuts rows again"),
    "counted from 1": (picking(inner=lambda t: t[2:4, 2:4]), "counted from 0"),
    "rows only": (picking(inner=lambda t: t[1:3]), "the columns are not cut"),
    "pairs": (picking(inner=lambda t: t[[1, 2], [1, 2]]), "read as pairs"),
    "the mask": (picking(large=lambda t: t > 10), "this says where"),
    "zeroed": (picking(large=lambda t: t * (t > 10)), "keeps them"),
    "the places": (picking(large=lambda t: (t > 10).nonzero()), "these are the places"),
    "the small": (picking(large=lambda t: t[t < 10]), "the small ones"),
    "three": (lambda t: right(t)[:3], "must return four tensors"),
}


def at(place):
    """A reader whose place is computed by one's own formula."""
    return lambda storage, offset, strides, index: storage[place(offset, strides, index) % 24]


def walk(strides, index):
    return sum(s * i for s, i in zip(strides, index, strict=True))


def two_dimensions(storage, offset, strides, index):
    i, j = index
    return storage[offset + strides[0] * i + strides[1] * j]


READ = {
    "no offset": (at(lambda o, s, i: walk(s, i)), "the offset is missing"),
    "no strides": (at(lambda o, s, i: o + sum(i)), "a whole stride further"),
    "the place": (lambda storage, o, s, i: o + walk(s, i), "this is the place in the storage"),
    "reversed": (at(lambda o, s, i: o + walk(s[::-1], i)), "the wrong way round"),
    "first only": (at(lambda o, s, i: o + s[0] * i[0]), "only the first dimension"),
    "two dimensions": (two_dimensions, "any number of dimensions"),
    "two of three": (at(lambda o, s, i: o + walk(s[:2], i[:2])), "two dimensions are walked"),
    "sums": (at(lambda o, s, i: o + sum(s) * sum(i)), "with its own stride"),
    "offset times": (at(lambda o, s, i: o * walk(s, i)), "add it"),
    "offset twice": (at(lambda o, s, i: walk(s, i) + len(i) * o), "the offset is added once"),
    "nested": (lambda storage, o, s, i: storage[o][i], "one plain row: work out"),
    "the index": (lambda storage, o, s, i: storage[i], "one plain row: turn"),
    "tuples": (lambda storage, o, s, i: storage[o + s * i], "take them in pairs"),
}

DISTANCES = {
    "transposed": (lambda a, b: ((b[:, None] - a) ** 2).sum(-1), "it is transposed"),
    "the root": (lambda a, b: ((a[:, None] - b) ** 2).sum(-1).sqrt(), "the root is not wanted"),
    "not squared": (lambda a, b: (a[:, None] - b).sum(-1), "cancel each other"),
    "absolute": (lambda a, b: (a[:, None] - b).abs().sum(-1), "absolute values"),
    "sum first": (lambda a, b: (a[:, None] - b).sum(-1) ** 2, "square first"),
    "mean": (lambda a, b: ((a[:, None] - b) ** 2).mean(-1), "takes the mean"),
    "over a": (lambda a, b: ((a[:, None] - b) ** 2).sum(0), "over the rows of a"),
    "over b": (lambda a, b: ((a[:, None] - b) ** 2).sum(1), "over the rows of b"),
    "not summed": (lambda a, b: (a[:, None] - b) ** 2, "still have to be summed"),
    "one number": (lambda a, b: ((a[:, None] - b) ** 2).sum(), "a table remains"),
    "products": (lambda a, b: a @ b.T, "made of differences"),
    "row by row": (lambda a, b: ((a - b) ** 2).sum(-1), "aligned from the right"),
}

MUTANTS = {"02.pick": PICK, "02.read": READ, "02.distances": DISTANCES}
UNFILLED = {
    "02.pick": (lambda t: (..., ..., ..., ...), "last is still missing"),
    "02.read": (lambda storage, offset, strides, index: ..., "returns nothing"),
    "02.distances": (lambda a, b: ..., "returns nothing"),
}
