"""The modules that are compared with PyTorch: how one is made, and what it is given.

A line is ``constructor | inputs``, both in names of ``nn`` and of the library itself; a third
column ``random`` says that the numbers of the output, in training, come from MKL in PyTorch.
"""

LAYERS = """
Linear(4, 3)                                              | randn(5, 4)
Linear(4, 3, bias=False)                                  | randn(2, 5, 4)
Linear(4, 3, dtype=float64)                               | randn(4, dtype=float64)
Identity(3, some="thing")                                 | randn(2, 3)
Flatten()                                                 | randn(2, 3, 4)
Flatten(0, 1)                                             | randn(2, 3, 4)
Unflatten(1, (2, -1))                                     | randn(3, 8)
ReLU()                                                    | randn(2, 3)
Sequential(Linear(4, 3), ReLU(), Linear(3, 2))            | randn(5, 4)
"""


def rows() -> list[tuple[str, str, bool]]:
    """Constructor, inputs, and whether the output is random."""
    table = []
    for line in LAYERS.strip().splitlines():
        constructor, inputs, *kind = (cell.strip() for cell in line.split("|"))
        table.append((constructor, inputs, kind == ["random"]))
    return table
