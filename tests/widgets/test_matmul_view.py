"""MatmulView: the orders of a matrix product, their counts, what is said, the static forms."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np
import pytest

import edugrad
from edugrad_widgets import MatmulView
from edugrad_widgets.matmul_schedule import SCHEDULES, Counts, Sizes, walk

SVG = "{http://www.w3.org/2000/svg}"
SIZES = [
    Sizes(1, 1, 1, 1),
    Sizes(4, 4, 4, 2),
    Sizes(3, 5, 2, 2),
    Sizes(8, 7, 6, 3),
    Sizes(2, 8, 5, 4),
    Sizes(2, 3, 2, 4),
]


class Memory:
    """A matrix that counts how often it is read."""

    def __init__(self, rows, columns):
        self.reads = 0
        self.values = np.arange(float(rows * columns)).reshape(rows, columns)

    def __getitem__(self, index):
        self.reads += 1
        return self.values[index]


def run(schedule, sizes):
    """Carry the product out as the schedule's program would be written, and count."""
    a, b = Memory(sizes.rows, sizes.inner), Memory(sizes.inner, sizes.columns)
    c = np.zeros((sizes.rows, sizes.columns))
    shared, multiplications = 0, 0
    if schedule == "rows":
        for i in range(sizes.rows):
            for k in range(sizes.inner):
                kept = a[i, k]
                for j in range(sizes.columns):
                    c[i, j] += kept * b[k, j]
                    multiplications += 1
    elif schedule == "tiled":
        t = sizes.tile
        for top in range(0, sizes.rows, t):
            for left in range(0, sizes.columns, t):
                threads = [
                    (i, j)
                    for i in range(top, min(top + t, sizes.rows))
                    for j in range(left, min(left + t, sizes.columns))
                ]
                for start in range(0, sizes.inner, t):
                    part = range(start, min(start + t, sizes.inner))
                    tile_a = {(i, k): a[i, k] for i in {i for i, _ in threads} for k in part}
                    tile_b = {(k, j): b[k, j] for k in part for j in {j for _, j in threads}}
                    for i, j in threads:
                        for k in part:
                            c[i, j] += tile_a[i, k] * tile_b[k, j]
                            shared += 2
                            multiplications += 1
    else:
        for i in range(sizes.rows):
            for j in range(sizes.columns):
                for k in range(sizes.inner):
                    c[i, j] += a[i, k] * b[k, j]
                    multiplications += 1
    assert np.array_equal(c, a.values @ b.values)
    return Counts(multiplications, a.reads + b.reads, shared)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_counts_are_those_of_the_program(schedule, sizes):
    counted = sum((step.counts for step in walk(schedule, sizes)), Counts())
    assert counted == run(schedule, sizes)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_product_is_added_once_and_in_order(schedule, sizes):
    added = Counter()
    for step in walk(schedule, sizes):
        for i, j in step.results:
            assert added[i, j] == step.inner, "the next product of this element"
            assert (i, step.inner) in step.left
            assert (step.inner, j) in step.right
            added[i, j] += 1
    everything = [(i, j) for i in range(sizes.rows) for j in range(sizes.columns)]
    assert added == dict.fromkeys(everything, sizes.inner)


def test_the_textbook_figures():
    """An n×n product reads 2n³ elements, and n³·2/t with tiles of t."""
    n = 8
    for tile in (1, 2, 4):
        counts = sum((step.counts for step in walk("tiled", Sizes(n, n, n, tile))), Counts())
        assert counts == Counts(n**3, 2 * n**3 // tile, 2 * n**3)
    assert [len(walk(name, Sizes(n, n, n, 4))) for name in SCHEDULES] == [512, 64, 8, 10]


def matrices():
    A = edugrad.tensor([[1.0, -2.0, 3.0], [0.5, 0.0, 1.0]])
    B = edugrad.tensor([[2.0, 1.0], [1.0, 0.0], [-1.0, 4.0]])
    return A, B


def test_what_is_said_about_elements():
    A, B = matrices()
    said = MatmulView(A, B).picture["sayings"]
    assert said["c.0"] == ("C[0, 0], row 0 of A times column 0 of B: 1·2 + (-2)·1 + 3·(-1) = -3")
    assert said["a.4"] == "A[1, 1] is needed for all of row 1 of C: 2 times."
    assert said["b.1"] == "B[0, 1] is needed for all of column 1 of C: 2 times."
    assert len(said) == 6 + 6 + 4


def test_what_is_said_about_steps():
    A, B = matrices()
    steps = MatmulView(A, B).picture["schedules"]
    assert steps["serial"][1]["sentence"] == (
        "C[0, 0] grows by A[0, 1] · B[1, 0] = -2 · 1 = -2, from 2 to 0: 2 reads, 1 multiplication."
    )
    assert steps["rows"][4]["sentence"] == (
        "Row 1 of C grows by A[1, 1] times row 1 of B: 1 + 2 reads, 2 multiplications. "
        "A[1, 1] is read once and kept."
    )
    assert steps["threads"][2]["sentence"] == (
        "All 4 threads at once: thread (i, j) reads A[i, 2] and B[2, j] from global memory, "
        "8 reads, and multiplies them."
    )
    assert steps["tiled"][0]["sentence"] == (
        "The only block loads its tiles of A and B (k from 0 to 1) into shared memory, "
        "each element once a block: 8 reads of global memory."
    )


def test_the_sums_grow_to_the_product():
    A, B = edugrad.randn(3, 4), edugrad.randn(4, 5)
    view = MatmulView(A, B)
    wanted = (A @ B).double().numpy()
    assert np.allclose(view.product.result, wanted, rtol=1e-5)
    assert np.array_equal(view.product.sums[:, :, 0], np.zeros((3, 5)))
    steps = np.diff(view.product.sums, axis=2)
    assert np.allclose(steps[1, 2], A.double().numpy()[1] * B.double().numpy()[:, 2])


def test_the_state_is_in_traits():
    view = MatmulView(*matrices())
    assert (view.step, view.last_step, view.schedule) == (12, 12, "serial")
    view.step = 5
    view.schedule = "tiled"
    assert (view.step, view.last_step) == (5, 5)
    view.tile = 3
    assert view.last_step == 4
    assert view.counts["tiled"] == Counts(12, 12, 24)
    json.dumps(view.picture)


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        (
            edugrad.ones(2, 3),
            edugrad.ones(2, 3),
            "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3): the inner sizes 3 and 2 must "
            "be equal\n  got:  shapes (2, 3) and (2, 3)\n"
            "  mend: transpose one of them: A @ B.T, or A.T @ B",
        ),
        (
            edugrad.ones(3),
            edugrad.ones(3, 1),
            "both are matrices, with two dimensions\n  got:  shapes (3,) and (3, 1)\n"
            "  mend: x[None, :] makes a row and x[:, None] a column of a vector x",
        ),
        (
            edugrad.ones(9, 9),
            edugrad.ones(9, 9),
            "matrices of 1 to 8 rows and columns are shown, so that each element can be read\n"
            "  got:  shapes (9, 9) and (9, 9)\n"
            "  mend: take a corner: MatmulView(A[:8, :8], B[:8, :8])",
        ),
        (
            edugrad.ones(0, 3),
            edugrad.ones(3, 3),
            "matrices of 1 to 8 rows and columns are shown, so that each element can be read\n"
            "  got:  shapes (0, 3) and (3, 3)\n"
            "  mend: take a corner: MatmulView(A[:8, :8], B[:8, :8])",
        ),
    ],
)
def test_sizes_are_checked(left, right, message):
    with pytest.raises(ValueError) as caught:
        MatmulView(left, right)
    assert str(caught.value) == message


def test_options_are_checked():
    A, B = matrices()
    with pytest.raises(ValueError, match=r"got:  'fast'\n  mend: schedule='serial'"):
        MatmulView(A, B, schedule="fast")
    with pytest.raises(
        ValueError, match=r"tile is from 1 to 4\n  got:  tile=5\n  mend: use tile=2"
    ):
        MatmulView(A, B, tile=5)
    with pytest.raises(TypeError, match=r"got:  list \(\[\[1\]\]\)\n  mend: MatmulView\(A, B\)"):
        MatmulView([[1]], B)
    view = MatmulView(A, B)
    with pytest.raises(ValueError, match="schedule is one of 'serial', 'rows', 'threads', 'tiled'"):
        view.schedule = "fast"
    assert view.schedule == "serial"


def test_the_static_forms():
    A, B = matrices()
    bundle, _ = MatmulView(A, B, schedule="tiled")._repr_mimebundle_()
    assert bundle["text/plain"] == (
        "MatmulView(A (2, 3) · B (3, 2) = C (2, 2); tiled)\n"
        "   -3  13\n"
        "    0 4.5\n"
        "  counted, not timed  steps  multiplications  global reads  shared reads  global/mult\n"
        "  one by one             12               12            24             –            2\n"
        "  by rows                 6               12            18             –          1.5\n"
        "  GPU threads             3               12            24             –            2\n"
        "  tiled                   5               12            12            24            1"
    )
    picture = bundle["image/svg+xml"]
    assert "var(" not in picture
    assert "eg-mm-tiles" in picture
    cells = [g for g in ET.fromstring(picture).iter(f"{SVG}g") if g.get("data-cell")]
    assert [g.find(f"{SVG}text").text for g in cells[-4:]] == ["-3", "13", "0", "4.5"]
    assert "<path" not in MatmulView(A, B).static_svg()


def test_a_matrix_times_itself_and_names():
    A = edugrad.ones(2, 2)
    C = edugrad.ones(2, 2)
    assert repr(MatmulView(A, A)) == "MatmulView(A (2, 2) · A (2, 2) = C (2, 2); serial)"
    assert repr(MatmulView(A, C)) == "MatmulView(A (2, 2) · C (2, 2) = D (2, 2); serial)"
