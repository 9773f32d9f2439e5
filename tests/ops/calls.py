"""One call of an op on one of its samples, with the tensors that it was made from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor
from edugrad.ops import OPS
from edugrad.ops.registry import OpInfo, Sample

INFOS = {info.name: info for info in OPS.values()}
OUT_ONLY_ALONG_A_DIMENSION = frozenset({"median", "nanmedian"})
NO_GRADIENT = frozenset({"allclose", "argwhere", "equal", "isclose", "nonzero"})

# Some samples make PyTorch warn, and hence edugrad: a target that is broadcast, for one.
WARNS = pytest.mark.filterwarnings("ignore::UserWarning")

Change = Callable[[Tensor], Tensor]


def cases(chosen: Callable[[OpInfo], bool] = lambda info: True) -> Any:
    """Parametrize a test by op and sample; a failure names both.

    All samples but an op's first are marked slow: `make check` leaves them to `make test`.
    """
    return pytest.mark.parametrize(
        ("info", "sample"),
        [
            pytest.param(
                info,
                sample,
                id=f"{info.name}-{number}",
                marks=[WARNS, pytest.mark.slow] if number else [WARNS],
            )
            for info in INFOS.values()
            if chosen(info)
            for number, sample in enumerate(info.samples)
        ],
    )


def has_gradient(info: OpInfo) -> bool:
    """Whether the results of an op on floating-point tensors belong to a graph."""
    return info.op.differentiable if info.op is not None else info.name not in NO_GRADIENT


def takes_out(info: OpInfo) -> bool:
    """Whether every sample's call may be given ``out=``."""
    if info.name in OUT_ONLY_ALONG_A_DIMENSION:
        return False
    return "out" in inspect.signature(info.function).parameters


def place_for(result: Any) -> Any:
    """Tensors like those of a result, with other numbers, to be given as ``out=``."""
    if isinstance(result, tuple):
        return tuple(place_for(each) for each in result)
    return edugrad.zeros_like(result) + edugrad.ones_like(result)


class Call:
    """The arguments of one call; ``leaves`` are the floating-point tensors among them.

    ``change`` is what happens to each leaf before the op sees it.
    """

    def __init__(
        self,
        info: OpInfo,
        sample: Sample,
        dtype: str = "float64",
        device: str = "cpu",
        gradients: bool = False,
        change: Change = lambda leaf: leaf,
    ) -> None:
        self.info = info
        self.leaves: list[Tensor] = []

        def wrap(array: np.ndarray) -> Tensor:
            if array.dtype != np.float64:
                return edugrad.tensor(array, device=device)
            leaf = edugrad.tensor(array.astype(dtype), device=device, requires_grad=gradients)
            self.leaves.append(leaf)
            return change(leaf)

        self.args, self.kwargs = sample.build(np.random.default_rng(20), wrap)

    def run(self) -> Any:
        return self.info.function(*self.args, **self.kwargs)


def tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in a result or in arguments, one after the other."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from tensors(each)


def arrays(value: Any) -> Any:
    """The same with NumPy arrays in the place of tensors."""
    if isinstance(value, Tensor):
        return value.numpy(force=True)
    if isinstance(value, (tuple, list)):
        return [arrays(each) for each in value]
    return value


def in_a_graph(result: Any) -> bool:
    return any(each.requires_grad for each in tensors(result))


def weighted_sum(result: Any) -> Tensor:
    """A number that depends on every floating-point element of a result, on each differently."""
    total: Any = 0
    for number, each in enumerate(tensors(result)):
        if each.requires_grad:
            weights = np.cos(np.arange(each.numel()) + number).reshape(tuple(each.shape))
            factors = edugrad.tensor(weights, dtype=each.dtype, device=each.device)
            total = total + (each * factors).sum()
    return total


def gradients(call: Call, result: Any) -> list[np.ndarray]:
    """The gradients of all leaves for the weighted sum of a result, zeros where there is none."""
    for leaf in call.leaves:
        leaf.grad = None
    weighted_sum(result).backward()
    return [
        np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy(force=True)
        for leaf in call.leaves
    ]
