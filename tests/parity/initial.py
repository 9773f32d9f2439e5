"""``nn.init``: the numbers of every function under one seed, and its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .compare import compare_calls, numbers
from .semantics import check

Fill = Callable[[Any, Any], Any]
SHAPES = ((3, 4), (40, 30), (5, 2, 3), (6, 2, 3, 3), (4, 2, 2, 3, 2), (7,), (0, 3))
UNIFORM: dict[str, Fill] = {
    "uniform_": lambda init, x: init.uniform_(x),
    "uniform_(-0.1, 0.3)": lambda init, x: init.uniform_(x, -0.1, 0.3),
    "xavier_uniform_": lambda init, x: init.xavier_uniform_(x, init.calculate_gain("tanh")),
    "kaiming_uniform_": lambda init, x: init.kaiming_uniform_(x),
    "kaiming_uniform_ fan_out": lambda init, x: init.kaiming_uniform_(x, 0.1, "fan_out"),
    "trunc_normal_ by density": lambda init, x: init.trunc_normal_(x, 0, 1, 1, 3),
    "trunc_normal_ far away": lambda init, x: init.trunc_normal_(x, 5, 1, 1, 2.5),
    "ones_": lambda init, x: init.ones_(x),
    "zeros_": lambda init, x: init.zeros_(x),
    "constant_": lambda init, x: init.constant_(x, 0.1),
    "eye_": lambda init, x: init.eye_(x),
    "dirac_": lambda init, x: init.dirac_(x),
    "dirac_ in groups": lambda init, x: init.dirac_(x, 2),
}
OTHERS: dict[str, Fill] = {
    "normal_": lambda init, x: init.normal_(x, 1, 2),
    "trunc_normal_": lambda init, x: init.trunc_normal_(x, 0.1, 0.02, -0.05, 0.2),
    "xavier_normal_": lambda init, x: init.xavier_normal_(x),
    "kaiming_normal_": lambda init, x: init.kaiming_normal_(x, nonlinearity="relu"),
    "kaiming_normal_ fan_x": lambda init, x: init.kaiming_normal_(x, mode="fan_x"),
    "orthogonal_": lambda init, x: init.orthogonal_(x, 2),
    "sparse_": lambda init, x: init.sparse_(x, 0.3),
}
GAINS = (
    "linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d sigmoid tanh "
    "relu leaky_relu selu gelu"
).split()


def filled(library: Any, fill: Fill, shape: tuple[int, ...], dtype: str) -> Callable[[], Any]:
    def call() -> Any:
        library.manual_seed(3)
        return fill(library.nn.init, library.empty(*shape, dtype=getattr(library, dtype)))

    return call


@check
def initial_numbers(edugrad: Any, torch: Any) -> Iterator[str]:
    """What is drawn uniformly agrees to the last bit, the others as far as the logarithm does."""
    for name, fill in {**UNIFORM, **OTHERS}.items():
        for shape in SHAPES:
            for dtype in ("float32", "float64"):
                ours, theirs = (filled(lib, fill, shape, dtype) for lib in (edugrad, torch))
                found = compare_calls(ours, theirs)
                if found:
                    yield f"{name} {shape} {dtype}: {found.text}"
                elif name in UNIFORM and not same_bits(ours, theirs):
                    yield f"{name} {shape} {dtype}: not the same bits"


def same_bits(ours: Callable[[], Any], theirs: Callable[[], Any]) -> bool:
    """Whether the numbers are the very same; True also where both raise."""
    try:
        return np.array_equal(numbers(ours()), numbers(theirs()))
    except ValueError:
        return True


@check
def gains(edugrad: Any, torch: Any) -> Iterator[str]:
    for name in GAINS:
        for param in (None, 0.3, True, "a"):
            ours, theirs = (
                lambda library=library, name=name, param=param: float(
                    library.nn.init.calculate_gain(name, param)
                )
                for library in (edugrad, torch)
            )
            found = compare_calls(ours, theirs)
            if found:
                yield f"{name}, {param}: {found.text}"
